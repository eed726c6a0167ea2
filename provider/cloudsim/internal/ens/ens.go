package ens

import (
	"regexp"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// api is Alibaba Cloud ENS, the edge nodes, API version 2017-11-10. It has no
// client tokens and no dry run.
type api struct {
	*alibaba.Gateway
	own []core.Region // the nodes of the options
}

// New returns the protocol of ENS for a service.
func New(s *core.Service) core.Wire {
	e := &api{alibaba.NewGateway(s, "ens.aliyuncs.com", "2017-11-10"), s.Config.Regions}
	s.StandardInventory(Inventory)
	s.AddRegions(nodesOf(s))
	e.Fault = fault
	e.Table = map[string]alibaba.Action{
		"CreateInstance":          {Run: e.createInstance, Creates: true},
		"RunInstances":            {Run: e.runInstances, Creates: true},
		"DescribeInstances":       {Run: e.describeInstances, Lists: true},
		"ModifyInstanceAttribute": {Run: e.modifyInstance},
		"TagResources":            {Run: e.tagResources},
		"UntagResources":          {Run: e.untagResources},
		"JoinSecurityGroup":       {Run: e.joinSecurityGroup},
		"LeaveSecurityGroup":      {Run: e.leaveSecurityGroup},
		"RenewInstance":           {Run: e.renewInstance},
		"DescribeHistoryEvents":   {Run: e.describeEvents},
		"ReleasePrePaidInstance":  {Run: e.releasePrepaid},
		"ReleasePostPaidInstance": {Run: e.releasePostpaid},
		"StartInstance":           {Run: e.startInstance},
		"StopInstance":            {Run: e.stopInstance},
		"RebootInstance":          {Run: e.rebootInstance},
		"StartInstances":          {Run: e.startInstances},
		"StopInstances":           {Run: e.stopInstances},
		"RebootInstances":         {Run: e.rebootInstances},

		"DescribeEnsRegions":           {Run: e.describeEnsRegions},
		"DescribeInstanceTypes":        {Run: e.describeInstanceTypes},
		"DescribeAvailableResource":    {Run: e.describeAvailableResource},
		"DescribePrePaidInstanceStock": {Run: e.describePrepaidStock},
		"DescribePrice":                {Run: e.describePrice},
		"DescribeImages":               {Run: e.describeImages},
		"DescribeImageInfos":           {Run: e.describeImageInfos},
		"DescribeSelfImages":           {Run: e.describeSelfImages},
		"DescribeKeyPairs":             {Run: e.describeKeyPairs},
		"DescribeSecurityGroups":       {Run: e.describeSecurityGroups},
		"DescribeNetworks":             {Run: e.describeNetworks},
		"DescribeVSwitches":            {Run: e.describeVSwitches},
	}
	return e
}

// Token implements [core.Wire].
func (e *api) Token(*core.Call) string { return "" }

// Tagged implements [core.Wire].
func (e *api) Tagged(k *core.Call) bool { return len(tagFilter(e.params(k.Params))) > 0 }

// Has implements [core.Wire].
func (e *api) Has(k *core.Call, kind core.FaultKind) bool {
	switch kind {
	case core.StockRanOut, core.Held:
		return true
	case core.UnpaidOrder:
		return k.Action == "RunInstances" && k.Params["InstanceChargeType"] == "PrePaid"
	default:
		return false
	}
}

// params reads parameters with the codes of ENS.
func (e *api) params(values map[string]string) *alibaba.Params {
	return &alibaba.Params{Values: values, Missing: alibaba.Missing, Invalid: invalid}
}

// shown reports whether the API still shows an instance. The documents do not cover an
// instance that failed to launch; here it is not listed, as on ECS.
func (e *api) shown(k *core.Call, m *core.Instance) bool {
	return m.Visible(k.Now) && m.PhaseAt(k.Now) != core.Failed
}

// find returns an instance that the API still shows, or nil.
func (e *api) find(k *core.Call, id string) *core.Instance {
	if m := e.Service.Lookup(id); m != nil && e.shown(k, m) {
		return m
	}
	return nil
}

// status returns the vendor's word for the state of an instance. Running, Stopped,
// Expired, Starting (during a reboot) and Stopping are documented; the others are not.
func status(k *core.Call, m *core.Instance) string {
	phase := m.PhaseAt(k.Now)
	isOver := m.Charge == core.Prepaid && !k.Now.Before(alibaba.Expiry(m))
	isSteady := phase == core.Running || phase == core.Stopped
	isHeld := isSteady && k.Faults.Has(core.Held)
	if isOver || isHeld {
		return "Expired"
	}
	return alibaba.Status(phase)
}

// fault is the documented answer to a fault. ENS documents none for quota; the answer
// here is that of ECS.
func fault(k core.FaultKind) *alibaba.Refusal {
	switch k {
	case core.NoStock:
		return alibaba.Refuse(400, "StockNotEnough", "The specified instance type has insufficient resource.")
	case core.Quota:
		return alibaba.Refuse(400, "QuotaExceed.ElasticQuota",
			"The number of instances exceeds the quota of the account.")
	case core.Balance:
		return alibaba.Refuse(400, "InvalidAccountStatus.NotEnoughBalance",
			"Your account does not have enough balance.")
	default:
		return alibaba.CommonFault(k)
	}
}

var diskSizeForm = regexp.MustCompile(`^(SystemDisk|DataDisk\.\d+)\.Size$`)

// invalid refuses a value with the code documented for its parameter. Most codes are
// InvalidParameter. and the parameter's name. The status is always 400.
func invalid(name string) *alibaba.Refusal {
	code := "InvalidParameter." + strings.ReplaceAll(name, ".", "")
	switch name {
	case "InternetChargeType":
		code = "InvalidParameter.Bandwidth"
	case "ImageId":
		code = "InvalidParameter.Image"
	case "PrivateIpAddress":
		code = "InvalidPrivateIpAddress"
	case "VSwitchId":
		code = "InvalidVSwitchId.NotFound"
	case "KeyPairName":
		code = "ENS_OperationUnsupported_KeyPairName"
	}
	if diskSizeForm.MatchString(name) {
		code = "InvalidDiskSize.ValueNotSupported"
	}
	return alibaba.Refuse(400, code, "The specified field "+name+" invalid. Please check it again.")
}

// noInstance has the vendor's own spelling mistake.
func noInstance() *alibaba.Refusal {
	return alibaba.Refuse(400, "InstanceIdNotFound", "The input parameter instancdId that is not found.")
}

func wrongStatus() *alibaba.Refusal {
	return alibaba.Refuse(400, "IncorrectInstanceStatus",
		"The current status of the instance does not support this operation.")
}
