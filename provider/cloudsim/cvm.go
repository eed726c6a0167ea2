package cloudsim

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cvmVersion is the one API version that is simulated.
const cvmVersion = "2017-03-12"

// cvm is Tencent Cloud CVM. The protocol that it shares with the vendor's other
// products is in tencent_*.go, its actions are in cvm_*.go.
type cvm struct {
	cloud   *core.Service
	actions map[string]cvmAction
	details map[string]*cvmMachine // by instance ID

	templates []*cvmTemplate // in order of creation
	groups    []*cvmGroup    // in order of creation

	// requests draws request IDs. It is not the source that creates draw from,
	// so that polling more or less often never changes what a seed makes.
	requests *rand.Rand
}

// cvmAction is one API action: its request schema and what it does.
type cvmAction struct {
	run        func(*cvm, *core.Call) (tencentFields, *tencentRefusal)
	creates    bool
	lists      bool // shows machines
	regionless bool // the common parameter Region may be absent
}

// cvmActions is everything the service can do. An action is one line here and
// one function, whose last parameter is a struct that spells the request.
func cvmActions() map[string]cvmAction {
	return map[string]cvmAction{
		"CreateLaunchTemplate":               {run: tencentAction((*cvm).createLaunchTemplate)},
		"CreateLaunchTemplateVersion":        {run: tencentAction((*cvm).createLaunchTemplateVersion)},
		"DescribeLaunchTemplates":            {run: tencentAction((*cvm).describeLaunchTemplates)},
		"DescribeLaunchTemplateVersions":     {run: tencentAction((*cvm).describeLaunchTemplateVersions)},
		"ModifyLaunchTemplateDefaultVersion": {run: tencentAction((*cvm).modifyLaunchTemplateDefaultVersion)},
		"DeleteLaunchTemplateVersions":       {run: tencentAction((*cvm).deleteLaunchTemplateVersions)},
		"DeleteLaunchTemplate":               {run: tencentAction((*cvm).deleteLaunchTemplate)},

		"CreateDisasterRecoverGroup":           {run: tencentAction((*cvm).createGroup)},
		"DescribeDisasterRecoverGroups":        {run: tencentAction((*cvm).describeGroups)},
		"DescribeDisasterRecoverGroupQuota":    {run: tencentAction((*cvm).describeGroupQuota)},
		"ModifyDisasterRecoverGroupAttribute":  {run: tencentAction((*cvm).modifyGroup)},
		"ModifyInstancesDisasterRecoverGroup":  {run: tencentAction((*cvm).joinGroup)},
		"DeleteInstancesDisasterRecoverGroups": {run: tencentAction((*cvm).leaveGroup)},
		"DeleteDisasterRecoverGroups":          {run: tencentAction((*cvm).deleteGroups)},

		"RunInstances":             {run: tencentAction((*cvm).runInstances), creates: true},
		"DescribeInstances":        {run: tencentAction((*cvm).describeInstances), lists: true},
		"DescribeInstancesStatus":  {run: tencentAction((*cvm).describeInstancesStatus), lists: true},
		"TerminateInstances":       {run: tencentAction((*cvm).terminateInstances)},
		"StartInstances":           {run: tencentAction((*cvm).startInstances)},
		"StopInstances":            {run: tencentAction((*cvm).stopInstances)},
		"RebootInstances":          {run: tencentAction((*cvm).rebootInstances)},
		"ModifyInstancesAttribute": {run: tencentAction((*cvm).modifyInstancesAttribute)},
		"DescribeRegions":          {run: tencentAction((*cvm).describeRegions), regionless: true},
		"DescribeZones":            {run: tencentAction((*cvm).describeZones)},
	}
}

func newCVM(c *core.Service) core.Wire {
	return &cvm{
		cloud:    c,
		actions:  cvmActions(),
		details:  map[string]*cvmMachine{},
		requests: rand.New(rand.NewPCG(c.Config.Seed, 0x7463)),
	}
}

// tencentAction puts the decoding of the request in front of an action.
func tencentAction[R any](do func(*cvm, *core.Call, *R) (tencentFields, *tencentRefusal)) func(*cvm, *core.Call) (tencentFields, *tencentRefusal) {
	return func(c *cvm, k *core.Call) (tencentFields, *tencentRefusal) {
		req := new(R)
		if refused := tencentDecode(k.Tree, req); refused != nil {
			return nil, refused
		}
		return do(c, k, req)
	}
}

// Actions implements wire.
func (c *cvm) Actions() []string { return slices.Sorted(maps.Keys(c.actions)) }

func (c *cvm) Creates(action string) bool { return c.actions[action].creates }

func (c *cvm) Describes(action string) bool { return c.actions[action].lists }

// Token implements wire.
func (c *cvm) Token(k *core.Call) string {
	if strings.EqualFold(tencentPlain(tencentMember(k.Tree, "DryRun")), "true") {
		return ""
	}
	return tencentPlain(tencentMember(k.Tree, "ClientToken"))
}

// Tagged implements wire.
func (c *cvm) Tagged(k *core.Call) bool {
	for _, f := range tencentElements(tencentMember(k.Tree, "Filters")) {
		if name := tencentPlain(tencentMember(f, "Name")); strings.HasPrefix(name, "tag:") || strings.HasPrefix(name, "tag-") {
			return true
		}
	}
	return false
}

// Has implements wire. That a token can die is not documented, and a create that
// answers with an order neither.
func (c *cvm) Has(_ *core.Call, kind core.FaultKind) bool { return kind == core.ForgetToken }

func (c *cvm) Serve(k *core.Call) *core.Answer {
	fields, refused := c.actions[k.Action].run(c, k)
	if refused != nil {
		return refused.answer(k.RequestID)
	}
	return fields.answer(k.RequestID)
}

// machine returns a machine that a call can see. The API is regional: a machine
// of another region is as good as absent.
func (c *cvm) machine(k *core.Call, id string) *core.Instance {
	if m := c.cloud.Find(id, k.Now); m != nil && m.Region == k.Region {
		return m
	}
	return nil
}

// cvmTime writes a moment as the API does: UTC, whole seconds.
func cvmTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
