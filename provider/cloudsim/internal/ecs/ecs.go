package ecs

import (
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// api is Alibaba Cloud ECS, API version 2014-05-26. If the reference of 2018-2020 and
// today's differ (user data of 16 or 32 KB, a private address for more than one
// instance), the older and stricter one counts. A request that passes here passes on
// the service.
type api struct {
	*alibaba.Gateway
	economical map[string]bool   // instances by ID that StopCharging stopped last
	templates  []*launchTemplate // in order of creation
	sets       []*deploymentSet  // in order of creation
	placed     map[string]place
	orders     int64 // of calls about instances that exist
}

// New returns the protocol of ECS for a service.
func New(s *core.Service) core.Wire {
	e := &api{
		Gateway:    alibaba.NewGateway(s, "ecs.aliyuncs.com", "2014-05-26"),
		economical: map[string]bool{},
		placed:     map[string]place{},
	}
	s.AddRegions(regions())
	s.StandardInventory(Inventory)
	e.addRegions()
	e.Fault, e.Region = fault, e.checkRegion
	e.Table = map[string]alibaba.Action{
		"RunInstances":           {Run: e.runInstances, Creates: true},
		"CreateInstance":         {Run: e.createInstance, Creates: true},
		"DescribeInstances":      {Run: e.describeInstances, Lists: true},
		"DescribeInstanceStatus": {Run: e.describeInstanceStatus, Lists: true},

		"DescribeInstanceAttribute": {Run: e.describeInstanceAttribute},
		"DescribeDisks":             {Run: e.describeDisks},

		"DeleteInstance":  {Run: e.deleteInstance},
		"DeleteInstances": {Run: e.deleteInstances},
		"StartInstance":   {Run: e.startInstance},
		"StopInstance":    {Run: e.stopInstance},
		"RebootInstance":  {Run: e.rebootInstance},
		"StartInstances":  {Run: e.startInstances},
		"StopInstances":   {Run: e.stopInstances},
		"RebootInstances": {Run: e.rebootInstances},
	}
	maps.Copy(e.Table, e.templateActions())
	maps.Copy(e.Table, e.setActions())
	maps.Copy(e.Table, e.catalogActions())
	maps.Copy(e.Table, e.upkeepActions())
	return e
}

// templateActions are the actions about launch templates.
func (e *api) templateActions() map[string]alibaba.Action {
	return map[string]alibaba.Action{
		"CreateLaunchTemplate":               {Run: e.createLaunchTemplate},
		"CreateLaunchTemplateVersion":        {Run: e.createLaunchTemplateVersion},
		"DeleteLaunchTemplate":               {Run: e.deleteLaunchTemplate},
		"DeleteLaunchTemplateVersion":        {Run: e.deleteLaunchTemplateVersion},
		"DescribeLaunchTemplates":            {Run: e.describeLaunchTemplates},
		"DescribeLaunchTemplateVersions":     {Run: e.describeLaunchTemplateVersions},
		"ModifyLaunchTemplateDefaultVersion": {Run: e.modifyLaunchTemplateDefaultVersion},
	}
}

// vpcVersion is the version of the VPC product, which has newer forms of two actions of ECS.
const vpcVersion = "2016-04-28"

// catalogActions are the actions about what the cloud offers, and what the account has beside
// instances.
func (e *api) catalogActions() map[string]alibaba.Action {
	return map[string]alibaba.Action{
		"DescribeRegions":           {Run: e.describeRegions},
		"DescribeZones":             {Run: e.describeZones},
		"DescribeInstanceTypes":     {Run: e.describeInstanceTypes},
		"DescribeImages":            {Run: e.describeImages},
		"DescribeImageFromFamily":   {Run: e.describeImageFromFamily},
		"DescribeAvailableResource": {Run: e.describeAvailableResource},
		"DescribePrice":             {Run: e.describePrice},
		"DescribeVpcs":              {Run: e.describeVpcs, Version: vpcVersion},
		"DescribeVSwitches":         {Run: e.describeVSwitches, Version: vpcVersion},
		"DescribeSecurityGroups":    {Run: e.describeSecurityGroups},
		"DescribeKeyPairs":          {Run: e.describeKeyPairs},
		"DescribeAccountAttributes": {Run: e.describeAccountAttributes},
	}
}

// setActions are the actions about deployment sets. The older reference names one of
// them in the plural; the vendor's SDK does not have that name.
func (e *api) setActions() map[string]alibaba.Action {
	return map[string]alibaba.Action{
		"CreateDeploymentSet":           {Run: e.createDeploymentSet},
		"ModifyInstanceDeployment":      {Run: e.modifyInstanceDeployment},
		"ModifyDeploymentSetAttribute":  {Run: e.modifyDeploymentSet},
		"ModifyDeploymentSetAttributes": {Run: e.modifyDeploymentSet},
		"DescribeDeploymentSets":        {Run: e.describeDeploymentSets},
		"DeleteDeploymentSet":           {Run: e.deleteDeploymentSet},
	}
}

// upkeepActions are the actions that change instances that exist, and tell what happens to them.
func (e *api) upkeepActions() map[string]alibaba.Action {
	return map[string]alibaba.Action{
		"TagResources":                  {Run: e.tagResources},
		"UntagResources":                {Run: e.untagResources},
		"ModifyInstanceAttribute":       {Run: e.modifyInstanceAttribute},
		"ModifyInstanceAutoReleaseTime": {Run: e.modifyAutoReleaseTime},
		"JoinSecurityGroup":             {Run: e.joinSecurityGroup},
		"LeaveSecurityGroup":            {Run: e.leaveSecurityGroup},
		"ModifyInstanceSpec":            {Run: e.modifyInstanceSpec},
		"ModifyPrepayInstanceSpec":      {Run: e.modifyPrepayInstanceSpec},
		"RenewInstance":                 {Run: e.renewInstance},
		"DescribeInstanceHistoryEvents": {Run: e.describeEvents},
		"AcceptInquiredSystemEvent":     {Run: e.acceptEvent},
	}
}

// Token implements [core.Wire].
func (e *api) Token(k *core.Call) string {
	if strings.EqualFold(k.Params["DryRun"], "true") {
		return ""
	}
	return k.Params["ClientToken"]
}

// Tagged implements [core.Wire].
func (e *api) Tagged(k *core.Call) bool {
	for name := range k.Params {
		if strings.HasPrefix(name, "Tag.") {
			return true
		}
	}
	return false
}

// Has implements [core.Wire].
func (e *api) Has(k *core.Call, kind core.FaultKind) bool {
	switch kind {
	case core.DeadToken, core.ForgetToken:
		return true
	case core.UnpaidOrder:
		return k.Params["InstanceChargeType"] == "PrePaid"
	default:
		return false
	}
}

// params reads the parameters of a call with the codes of ECS.
func (e *api) params(k *core.Call) *alibaba.Params {
	return &alibaba.Params{Values: k.Params, Missing: missing, Invalid: invalid}
}

// regional is params for actions that need a region.
func (e *api) regional(k *core.Call) *alibaba.Params {
	p := e.params(k)
	requireRegion(p)
	return p
}

// requireRegion requires RegionId.
func requireRegion(p *alibaba.Params) {
	p.Required("RegionId")
	p.Matching("RegionId", regionForm, "the ID of a region")
}

// find returns an instance that the API still shows. ECS has no failed state: an
// instance that failed to launch is released and not listed.
func (e *api) find(k *core.Call, id, region string) *core.Instance {
	m := e.Service.Find(id, k.Now)
	if m == nil || m.PhaseAt(k.Now) == core.Failed {
		return nil
	}
	if region != "" && m.Region != region {
		return nil
	}
	return m
}

// list returns the visible instances of the call's region that keep accepts, in order
// of creation, from a position on. A cap on the list counts earlier pages too.
func (e *api) list(k *core.Call, from int, keep func(*core.Instance) bool) []*core.Instance {
	if from > 0 && k.Faults.Has(core.ListCap) {
		return slices.DeleteFunc(e.list(k, 0, keep), func(m *core.Instance) bool { return m.Place < from })
	}
	var out []*core.Instance
	for _, m := range e.Service.Asked(k, "InstanceIds", from) {
		if m.Region == k.Region && m.Visible(k.Now) && m.PhaseAt(k.Now) != core.Failed && keep(m) {
			out = append(out, m)
		}
	}
	return e.Service.Listed(k, out)
}
