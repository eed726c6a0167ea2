package cloudsim

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// What every answer says about everything: who owns it, who looks after it, and
// which console it is managed from.
const (
	qingOwner      = "usr-cloudsim"
	qingController = "self"
	qingConsole    = "qingcloud"
)

// qingCloud is the QingCloud IaaS protocol: flat parameters, a signature over
// all of them, HTTP 200 with a ret_code for everything.
//
// Everything the simulator knows about the server comes from its documents. A
// comment that says "unverified" marks behavior which they leave open.
//
// Rules of the simulator's own, where a real account would know: an image whose
// ID begins with "win" is a Windows; a network whose ID begins with
// "vxnet-self" is self-managed, and its machines never get an address; a zone
// that ends in a digit is a region, and answers name a zone inside it.
//
// The quota of API calls is not enforced; inject a [Throttle] for it.
type qingCloud struct {
	*cloud
	actions  map[string]qingAction
	details  map[string]*qingDetails // by machine ID, kept when the machine is gone
	jobs     map[string]*qingJob
	jobOrder []*qingJob
	groups   []*qingGroup
}

// qingAction is one row of the action table.
type qingAction struct {
	run     func(*qingCloud, *call, *qingArgs) (qingReply, *qingError)
	creates bool // makes machines
	lists   bool // shows machines
	global  bool // takes no zone
}

// qingReply holds the fields of a successful answer; action and ret_code are
// added when it is encoded.
type qingReply map[string]any

func newQingCloud(c *cloud) wire {
	return &qingCloud{
		cloud:   c,
		details: map[string]*qingDetails{},
		jobs:    map[string]*qingJob{},
		actions: qingActions(),
	}
}

func qingActions() map[string]qingAction {
	return map[string]qingAction{
		"RunInstances":                  {run: (*qingCloud).runInstances, creates: true},
		"DescribeInstances":             {run: (*qingCloud).describeInstances, lists: true},
		"TerminateInstances":            {run: (*qingCloud).terminateInstances},
		"CeaseInstances":                {run: (*qingCloud).ceaseInstances},
		"StartInstances":                {run: (*qingCloud).startInstances},
		"StopInstances":                 {run: (*qingCloud).stopInstances},
		"RestartInstances":              {run: (*qingCloud).restartInstances},
		"ResetInstances":                {run: (*qingCloud).resetInstances},
		"ModifyInstanceAttributes":      {run: (*qingCloud).modifyInstanceAttributes},
		"CreateInstanceGroups":          {run: (*qingCloud).createInstanceGroups},
		"DescribeInstanceGroups":        {run: (*qingCloud).describeInstanceGroups},
		"ModifyInstanceGroupAttributes": {run: (*qingCloud).modifyInstanceGroupAttributes},
		"JoinInstanceGroup":             {run: (*qingCloud).joinInstanceGroup},
		"LeaveInstanceGroup":            {run: (*qingCloud).leaveInstanceGroup},
		"DeleteInstanceGroups":          {run: (*qingCloud).deleteInstanceGroups},
		"DescribeJobs":                  {run: (*qingCloud).describeJobs},
		"DescribeZones":                 {run: (*qingCloud).describeZones, global: true},
	}
}

// open implements wire. The order of the checks is unverified.
func (q *qingCloud) open(r *http.Request, body []byte, now time.Time) (*call, *answer) {
	switch r.URL.Path {
	case "", "/", "/iaas", "/iaas/":
	default:
		return nil, qingPlain(http.StatusNotFound, "404 page not found\n")
	}
	params, bad := qingParams(r, body)
	if bad == nil {
		bad = q.authenticate(r.Method, r.URL.Path, params, now)
	}
	if bad == nil {
		bad = q.route(params)
	}
	if bad != nil {
		return nil, bad.answer(http.StatusOK)
	}
	return &call{action: params["action"], region: params["zone"], now: now, params: params}, nil
}

// route checks that a call names an action we have, and a zone if it needs one.
func (q *qingCloud) route(params map[string]string) *qingError {
	action, ok := q.actions[params["action"]]
	if !ok {
		return qingErrorf(qingUnknown, "ActionNotSupported, action is not known")
	}
	if action.global {
		return nil
	}
	a := &qingArgs{params: params}
	if zone := a.required("zone"); !qingZone(zone) {
		a.invalid("zone", "must be a zone ID in lower case")
	}
	return a.err
}

// actionNames implements wire.
func (q *qingCloud) actionNames() []string { return slices.Sorted(maps.Keys(q.actions)) }

// creates implements wire.
func (q *qingCloud) creates(action string) bool { return q.actions[action].creates }

// describes implements wire.
func (q *qingCloud) describes(action string) bool { return q.actions[action].lists }

// token implements wire.
func (q *qingCloud) token(*call) string { return "" }

// tagged implements wire. Nothing in the simulated account has a tag.
func (q *qingCloud) tagged(*call) bool { return false }

// has implements wire. Whether a create for several machines may make some and be
// refused is not documented.
func (q *qingCloud) has(_ *call, kind FaultKind) bool { return kind == StockRanOut }

// serve implements wire.
func (q *qingCloud) serve(k *call) *answer {
	a := &qingArgs{params: k.params}
	reply, bad := q.actions[k.action].run(q, k, a)
	if bad != nil {
		return bad.answer(http.StatusOK)
	}
	reply["action"] = k.action + "Response"
	reply["ret_code"] = 0
	return qingJSON(http.StatusOK, reply)
}
