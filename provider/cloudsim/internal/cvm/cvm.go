package cvm

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Version is the simulated API version.
const Version = "2017-03-12"

// Products of the vendor, by the names in their hosts and signatures.
const (
	cvmProduct    = "cvm"
	vpcProduct    = "vpc"
	regionProduct = "region"
	tagProduct    = "tag"
)

// products returns the versions of the products.
func products() map[string]string {
	return map[string]string{
		cvmProduct: Version, vpcProduct: "2017-03-12", regionProduct: "2022-06-27", tagProduct: "2018-08-13",
	}
}

// api is the protocol of Tencent Cloud CVM over a service.
type api struct {
	service *core.Service
	actions map[string]action
	details map[string]*details // by instance ID

	templates []*template // in order of creation
	groups    []*group    // in order of creation

	// requests draws request IDs. Creates draw from another source, so the number of
	// polls never changes the results of a seed.
	requests *rand.Rand
}

// action is one API action: its request schema and its effect.
type action struct {
	run        func(*api, *core.Call) (fields, *refusal)
	creates    bool
	lists      bool // shows instances
	regionless bool // the common parameter Region may be absent

	product string // "" means that of instances
}

// ofProduct returns the name that an action has here. CVM and the product of regions have actions with
// the same names.
func ofProduct(product, name string) string {
	if product == regionProduct {
		return product + "." + name
	}
	return name
}

// actions are all actions of the service. An action is one line here and one function.
// The last parameter of the function is a struct with the request's fields.
func actions() map[string]action {
	return map[string]action{
		"CreateLaunchTemplate":               {run: decoded((*api).createLaunchTemplate)},
		"CreateLaunchTemplateVersion":        {run: decoded((*api).createLaunchTemplateVersion)},
		"DescribeLaunchTemplates":            {run: decoded((*api).describeLaunchTemplates)},
		"DescribeLaunchTemplateVersions":     {run: decoded((*api).describeLaunchTemplateVersions)},
		"ModifyLaunchTemplateDefaultVersion": {run: decoded((*api).modifyLaunchTemplateDefaultVersion)},
		"DeleteLaunchTemplateVersions":       {run: decoded((*api).deleteLaunchTemplateVersions)},
		"DeleteLaunchTemplate":               {run: decoded((*api).deleteLaunchTemplate)},

		"CreateDisasterRecoverGroup":           {run: decoded((*api).createGroup)},
		"DescribeDisasterRecoverGroups":        {run: decoded((*api).describeGroups)},
		"DescribeDisasterRecoverGroupQuota":    {run: decoded((*api).describeGroupQuota)},
		"ModifyDisasterRecoverGroupAttribute":  {run: decoded((*api).modifyGroup)},
		"ModifyInstancesDisasterRecoverGroup":  {run: decoded((*api).joinGroup)},
		"DeleteInstancesDisasterRecoverGroups": {run: decoded((*api).leaveGroup)},
		"DeleteDisasterRecoverGroups":          {run: decoded((*api).deleteGroups)},

		"RunInstances":             {run: decoded((*api).runInstances), creates: true},
		"DescribeInstances":        {run: decoded((*api).describeInstances), lists: true},
		"DescribeInstancesStatus":  {run: decoded((*api).describeInstancesStatus), lists: true},
		"TerminateInstances":       {run: decoded((*api).terminateInstances)},
		"StartInstances":           {run: decoded((*api).startInstances)},
		"StopInstances":            {run: decoded((*api).stopInstances)},
		"RebootInstances":          {run: decoded((*api).rebootInstances)},
		"ModifyInstancesAttribute": {run: decoded((*api).modifyInstancesAttribute)},
		"DescribeRegions":          {run: decoded((*api).describeRegions), regionless: true},
		"DescribeZones":            {run: decoded((*api).describeZones)},

		"DescribeInstanceTypeConfigs":     {run: decoded((*api).describeTypes)},
		"DescribeInstanceFamilyConfigs":   {run: decoded((*api).describeFamilies)},
		"DescribeZoneInstanceConfigInfos": {run: decoded((*api).describeConfigs)},
		"InquiryPriceRunInstances":        {run: decoded((*api).inquirePrice)},
		"DescribeImages":                  {run: decoded((*api).describeImages)},
		"DescribeImageFromFamily":         {run: decoded((*api).describeImageFromFamily)},
		"DescribeImageQuota":              {run: decoded((*api).describeImageQuota)},
		"DescribeKeyPairs":                {run: decoded((*api).describeKeyPairs)},
		"DescribeAccountQuota":            {run: decoded((*api).describeAccountQuota)},

		"DescribeVpcs":           {run: decoded((*api).describeVpcs), product: vpcProduct},
		"DescribeSubnets":        {run: decoded((*api).describeSubnets), product: vpcProduct},
		"DescribeSecurityGroups": {run: decoded((*api).describeSecurityGroups), product: vpcProduct},

		"region.DescribeRegions": {run: decoded((*api).describeProductRegions), regionless: true, product: regionProduct},
		"region.DescribeZones":   {run: decoded((*api).describeProductZones), product: regionProduct},
	}
}

// New returns the protocol of CVM for a service.
func New(s *core.Service) core.Wire {
	s.AddRegions(regions())
	s.StandardInventory(Inventory)
	addInventoryRegions(s)
	c := &api{
		service:  s,
		actions:  actions(),
		details:  map[string]*details{},
		requests: rand.New(rand.NewPCG(s.Config.Seed, 0x7463)),
	}
	maps.Copy(c.actions, upkeepActions())
	return c
}

// upkeepActions are the actions that change instances that exist, and tell what happens to them.
func upkeepActions() map[string]action {
	return map[string]action{
		"ResetInstancesPassword":   {run: decoded((*api).resetInstancesPassword)},
		"ResetInstancesType":       {run: decoded((*api).resetInstancesType)},
		"RenewInstances":           {run: decoded((*api).renewInstances)},
		"ModifyInstancesRenewFlag": {run: decoded((*api).modifyRenewFlag)},

		"AssociateSecurityGroups":    {run: decoded((*api).associateSecurityGroups)},
		"DisassociateSecurityGroups": {run: decoded((*api).disassociateSecurityGroups)},

		"ImportInstancesActionTimer":   {run: decoded((*api).importTimer)},
		"DescribeInstancesActionTimer": {run: decoded((*api).describeTimers)},
		"DeleteInstancesActionTimer":   {run: decoded((*api).deleteTimers)},

		"DescribeTaskInfo":  {run: decoded((*api).describeTasks)},
		"RepairTaskControl": {run: decoded((*api).controlTask)},

		"AttachResourcesTag": {run: decoded((*api).attachTag), regionless: true, product: tagProduct},
		"DetachResourcesTag": {run: decoded((*api).detachTag), regionless: true, product: tagProduct},
	}
}

// decoded decodes the request before it calls an action.
func decoded[R any](do func(*api, *core.Call, *R) (fields, *refusal)) func(*api, *core.Call) (fields, *refusal) {
	return func(c *api, k *core.Call) (fields, *refusal) {
		req := new(R)
		if refused := decode(k.Tree, req); refused != nil {
			return nil, refused
		}
		return do(c, k, req)
	}
}

// Actions implements [core.Wire].
func (c *api) Actions() []string { return slices.Sorted(maps.Keys(c.actions)) }

// Creates implements [core.Wire].
func (c *api) Creates(action string) bool { return c.actions[action].creates }

// Describes implements [core.Wire].
func (c *api) Describes(action string) bool { return c.actions[action].lists }

// Token implements [core.Wire].
func (c *api) Token(k *core.Call) string {
	if strings.EqualFold(plain(member(k.Tree, "DryRun")), "true") {
		return ""
	}
	return plain(member(k.Tree, "ClientToken"))
}

// Tagged implements [core.Wire].
func (c *api) Tagged(k *core.Call) bool {
	for _, f := range elements(member(k.Tree, "Filters")) {
		if name := plain(member(f, "Name")); strings.HasPrefix(name, "tag:") || strings.HasPrefix(name, "tag-") {
			return true
		}
	}
	return false
}

// Has implements [core.Wire]. The documents know no dead tokens and no creates that
// answer with an order.
func (c *api) Has(_ *core.Call, kind core.FaultKind) bool { return kind == core.ForgetToken }

// Serve implements [core.Wire].
func (c *api) Serve(k *core.Call) *core.Answer {
	fields, refused := c.actions[k.Action].run(c, k)
	if refused != nil {
		return refused.answer(k.RequestID)
	}
	return fields.answer(k.RequestID)
}

// find returns an instance that a call can see. The API is regional: an instance of
// another region counts as absent.
func (c *api) find(k *core.Call, id string) *core.Instance {
	if m := c.service.Find(id, k.Now); m != nil && m.Region == k.Region {
		return m
	}
	return nil
}

// formatTime returns a time in the API's format: UTC, whole seconds.
func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
