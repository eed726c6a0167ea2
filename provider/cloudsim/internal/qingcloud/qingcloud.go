package qingcloud

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Constant fields of each resource in an answer: its owner, its controller and its
// console.
const (
	owner      = "usr-cloudsim"
	controller = "self"
	console    = "qingcloud"
)

// api is the protocol of QingCloud over a service.
type api struct {
	service  *core.Service
	actions  map[string]action
	details  map[string]*details // by instance ID, kept when the instance is gone
	jobs     map[string]*job
	jobOrder []*job
	groups   []*instanceGroup

	keyPairs        []keyPair       // created by calls
	deletedKeyPairs map[string]bool // by ID; those of the inventory stay in it
}

// action is one row of the action table.
type action struct {
	run     func(*api, *core.Call, *args) (reply, *refusal)
	creates bool // makes instances
	lists   bool // shows instances
	global  bool // takes no zone
}

// reply holds the fields of a successful answer. The encoder adds action and ret_code.
type reply map[string]any

// New returns the protocol of QingCloud for a service.
func New(s *core.Service) core.Wire {
	s.StandardInventory(Inventory)
	s.AddRegions(zonesOf(s))
	return &api{
		service:         s,
		details:         map[string]*details{},
		jobs:            map[string]*job{},
		deletedKeyPairs: map[string]bool{},
		actions:         actions(),
	}
}

func actions() map[string]action {
	return map[string]action{
		"RunInstances":                  {run: (*api).runInstances, creates: true},
		"DescribeInstances":             {run: (*api).describeInstances, lists: true},
		"TerminateInstances":            {run: (*api).terminateInstances},
		"CeaseInstances":                {run: (*api).ceaseInstances},
		"StartInstances":                {run: (*api).startInstances},
		"StopInstances":                 {run: (*api).stopInstances},
		"RestartInstances":              {run: (*api).restartInstances},
		"ResetInstances":                {run: (*api).resetInstances},
		"ModifyInstanceAttributes":      {run: (*api).modifyInstanceAttributes},
		"ResizeInstances":               {run: (*api).resizeInstances},
		"ApplySecurityGroup":            {run: (*api).applySecurityGroup},
		"CreateInstanceGroups":          {run: (*api).createInstanceGroups},
		"DescribeInstanceGroups":        {run: (*api).describeInstanceGroups},
		"ModifyInstanceGroupAttributes": {run: (*api).modifyInstanceGroupAttributes},
		"JoinInstanceGroup":             {run: (*api).joinInstanceGroup},
		"LeaveInstanceGroup":            {run: (*api).leaveInstanceGroup},
		"DeleteInstanceGroups":          {run: (*api).deleteInstanceGroups},
		"DescribeJobs":                  {run: (*api).describeJobs},
		"DescribeZones":                 {run: (*api).describeZones, global: true},
		"DescribeInstanceTypes":         {run: (*api).describeInstanceTypes},
		"DescribeImages":                {run: (*api).describeImages},
		"DescribeKeyPairs":              {run: (*api).describeKeyPairs},
		"CreateKeyPair":                 {run: (*api).createKeyPair},
		"DeleteKeyPairs":                {run: (*api).deleteKeyPairs},
		"AttachKeyPairs":                {run: (*api).attachKeyPairs},
		"DetachKeyPairs":                {run: (*api).detachKeyPairs},
		"DescribeSecurityGroups":        {run: (*api).describeSecurityGroups},
		"DescribeRouters":               {run: (*api).describeRouters},
		"DescribeVxnets":                {run: (*api).describeVxnets},
		"JoinVxnet":                     {run: (*api).joinVxnet},
		"LeaveVxnet":                    {run: (*api).leaveVxnet},
		"GetQuotaLeft":                  {run: (*api).getQuotaLeft},
	}
}

// Open implements [core.Wire]. The order of the checks is unverified.
func (q *api) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
	switch r.URL.Path {
	case "", "/", "/iaas", "/iaas/":
	default:
		return nil, plainAnswer(http.StatusNotFound, "404 page not found\n")
	}
	params, bad := readParams(r, body)
	if bad == nil {
		bad = q.authenticate(r.Method, r.URL.Path, params, now)
	}
	if bad == nil {
		bad = q.route(params)
	}
	if bad != nil {
		return &core.Call{Action: params["action"], Region: params["zone"]}, bad.answer(http.StatusOK)
	}
	return &core.Call{Action: params["action"], Region: params["zone"], Now: now, Params: params}, nil
}

// route checks that a call names a known action, and a zone if it needs one.
func (q *api) route(params map[string]string) *refusal {
	action, ok := q.actions[params["action"]]
	if !ok {
		return refusef(unknown, "ActionNotSupported, action is not known")
	}
	if action.global {
		return nil
	}
	a := &args{params: params}
	zone := a.required("zone")
	if !isZone(zone) {
		a.invalid("zone", "must be a zone ID in lower case")
	}
	if !q.service.Knows(zone) {
		a.unknown("zone", "is not a zone of this cloud")
	}
	return a.err
}

// Actions implements [core.Wire].
func (q *api) Actions() []string { return slices.Sorted(maps.Keys(q.actions)) }

// Creates implements [core.Wire].
func (q *api) Creates(action string) bool { return q.actions[action].creates }

// Describes implements [core.Wire].
func (q *api) Describes(action string) bool { return q.actions[action].lists }

// Token implements [core.Wire].
func (q *api) Token(*core.Call) string { return "" }

// Tagged implements [core.Wire]. Nothing in the simulated account has a tag.
func (q *api) Tagged(*core.Call) bool { return false }

// Has implements [core.Wire]. It is not documented whether a create for several
// instances may make some and then be refused. Users report that an instance may run before
// its networks are shown.
func (q *api) Has(_ *core.Call, kind core.FaultKind) bool {
	return slices.Contains([]core.FaultKind{core.StockRanOut, core.Unaddressed, core.Held}, kind)
}

// Serve implements [core.Wire].
func (q *api) Serve(k *core.Call) *core.Answer {
	a := &args{params: k.Params}
	reply, bad := q.actions[k.Action].run(q, k, a)
	if bad != nil {
		return bad.answer(http.StatusOK)
	}
	reply["action"] = k.Action + "Response"
	reply["ret_code"] = 0
	return jsonAnswer(http.StatusOK, reply)
}
