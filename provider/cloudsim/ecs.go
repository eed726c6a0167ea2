package cloudsim

import (
	"maps"
	"slices"
	"strings"
)

// ecs is Alibaba Cloud ECS, API version 2014-05-26. Where the reference of
// 2018-2020 and today's disagree (user data 16 or 32 KB, a private address for
// more than one machine), the older and narrower one counts: what passes here
// passes there.
type ecs struct {
	*alibaba
	economical map[string]bool // machines by ID that StopCharging stopped last
	templates  []*ecsTemplate  // in order of creation
	sets       []*ecsSet       // in order of creation
	placed     map[string]ecsPlace
}

func newECS(c *cloud) wire {
	e := &ecs{
		alibaba:    newAlibaba(c, "ecs.aliyuncs.com", "2014-05-26"),
		economical: map[string]bool{},
		placed:     map[string]ecsPlace{},
	}
	e.fault = ecsFault
	e.actions = map[string]aliAction{
		"RunInstances":           {run: e.runInstances, creates: true},
		"DescribeInstances":      {run: e.describeInstances, lists: true},
		"DescribeInstanceStatus": {run: e.describeInstanceStatus, lists: true},
		"DeleteInstance":         {run: e.deleteInstance},
		"DeleteInstances":        {run: e.deleteInstances},
		"StartInstance":          {run: e.startInstance},
		"StopInstance":           {run: e.stopInstance},
		"RebootInstance":         {run: e.rebootInstance},
		"StartInstances":         {run: e.startInstances},
		"StopInstances":          {run: e.stopInstances},
		"RebootInstances":        {run: e.rebootInstances},
		"DescribeRegions":        {run: e.describeRegions},
	}
	maps.Copy(e.actions, e.templateActions())
	maps.Copy(e.actions, e.setActions())
	return e
}

// templateActions are the actions about launch templates.
func (e *ecs) templateActions() map[string]aliAction {
	return map[string]aliAction{
		"CreateLaunchTemplate":               {run: e.createLaunchTemplate},
		"CreateLaunchTemplateVersion":        {run: e.createLaunchTemplateVersion},
		"DeleteLaunchTemplate":               {run: e.deleteLaunchTemplate},
		"DeleteLaunchTemplateVersion":        {run: e.deleteLaunchTemplateVersion},
		"DescribeLaunchTemplates":            {run: e.describeLaunchTemplates},
		"DescribeLaunchTemplateVersions":     {run: e.describeLaunchTemplateVersions},
		"ModifyLaunchTemplateDefaultVersion": {run: e.modifyLaunchTemplateDefaultVersion},
	}
}

// setActions are the actions about deployment sets. The older reference names
// one of them in the plural, which the vendor's SDK does not know.
func (e *ecs) setActions() map[string]aliAction {
	return map[string]aliAction{
		"CreateDeploymentSet":           {run: e.createDeploymentSet},
		"ModifyInstanceDeployment":      {run: e.modifyInstanceDeployment},
		"ModifyDeploymentSetAttribute":  {run: e.modifyDeploymentSet},
		"ModifyDeploymentSetAttributes": {run: e.modifyDeploymentSet},
		"DescribeDeploymentSets":        {run: e.describeDeploymentSets},
		"DeleteDeploymentSet":           {run: e.deleteDeploymentSet},
	}
}

// token implements wire.
func (e *ecs) token(k *call) string {
	if strings.EqualFold(k.params["DryRun"], "true") {
		return ""
	}
	return k.params["ClientToken"]
}

// tagged implements wire.
func (e *ecs) tagged(k *call) bool {
	for name := range k.params {
		if strings.HasPrefix(name, "Tag.") {
			return true
		}
	}
	return false
}

// has implements wire.
func (e *ecs) has(k *call, kind FaultKind) bool {
	switch kind {
	case DeadToken, ForgetToken:
		return true
	case UnpaidOrder:
		return k.params["InstanceChargeType"] == "PrePaid"
	default:
		return false
	}
}

// params reads the parameters of a call with the codes of ECS.
func (e *ecs) params(k *call) *aliParams {
	return &aliParams{values: k.params, missing: ecsMissing, invalid: ecsInvalid}
}

// regional is params for the many actions that need a region.
func (e *ecs) regional(k *call) *aliParams {
	p := e.params(k)
	requireECSRegion(p)
	return p
}

// requireECSRegion demands RegionId.
func requireECSRegion(p *aliParams) {
	p.required("RegionId")
	p.matching("RegionId", ecsRegion, "the ID of a region")
}

// find returns a machine that the API still shows. ECS has no failed state: a
// machine that did not come up is released and no longer listed.
func (e *ecs) find(k *call, id, region string) *machine {
	m := e.cloud.find(id, k.now)
	if m == nil || m.phase(k.now) == Failed || region != "" && m.Region != region {
		return nil
	}
	return m
}

// list returns the machines of the call's region that the API shows and keep
// accepts, in order of creation, starting at a position in that order. A cap on
// the list counts what earlier pages had.
func (e *ecs) list(k *call, from int, keep func(*machine) bool) []*machine {
	if from > 0 && k.faults.has(ListCap) {
		return slices.DeleteFunc(e.list(k, 0, keep), func(m *machine) bool { return m.place < from })
	}
	var out []*machine
	for _, m := range e.cloud.asked(k, "InstanceIds", from) {
		if m.Region == k.region && m.visible(k.now) && m.phase(k.now) != Failed && keep(m) {
			out = append(out, m)
		}
	}
	return e.cloud.listed(k, out)
}
