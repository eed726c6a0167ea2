package cloudsim

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
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
	*core.Service
	actions  map[string]qingAction
	details  map[string]*qingDetails // by machine ID, kept when the machine is gone
	jobs     map[string]*qingJob
	jobOrder []*qingJob
	groups   []*qingGroup
}

// qingAction is one row of the action table.
type qingAction struct {
	run     func(*qingCloud, *core.Call, *qingArgs) (qingReply, *qingError)
	creates bool // makes machines
	lists   bool // shows machines
	global  bool // takes no zone
}

// qingReply holds the fields of a successful answer; action and ret_code are
// added when it is encoded.
type qingReply map[string]any

func newQingCloud(c *core.Service) core.Wire {
	return &qingCloud{
		Service: c,
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

// Open implements wire. The order of the checks is unverified.
func (q *qingCloud) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
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
	return &core.Call{Action: params["action"], Region: params["zone"], Now: now, Params: params}, nil
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

// Actions implements wire.
func (q *qingCloud) Actions() []string { return slices.Sorted(maps.Keys(q.actions)) }

// Creates implements wire.
func (q *qingCloud) Creates(action string) bool { return q.actions[action].creates }

// Describes implements wire.
func (q *qingCloud) Describes(action string) bool { return q.actions[action].lists }

// Token implements wire.
func (q *qingCloud) Token(*core.Call) string { return "" }

// Tagged implements wire. Nothing in the simulated account has a tag.
func (q *qingCloud) Tagged(*core.Call) bool { return false }

// Has implements wire. Whether a create for several machines may make some and be
// refused is not documented.
func (q *qingCloud) Has(_ *core.Call, kind core.FaultKind) bool { return kind == core.StockRanOut }

// Serve implements wire.
func (q *qingCloud) Serve(k *core.Call) *core.Answer {
	a := &qingArgs{params: k.Params}
	reply, bad := q.actions[k.Action].run(q, k, a)
	if bad != nil {
		return bad.answer(http.StatusOK)
	}
	reply["action"] = k.Action + "Response"
	reply["ret_code"] = 0
	return qingJSON(http.StatusOK, reply)
}
