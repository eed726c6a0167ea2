package ecs

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// modifyInstanceAttribute serves ModifyInstanceAttribute. A host name and a password take effect at
// the next start, which nobody can see from outside; here the host name changes at once. Attributes
// that are not simulated are refused, because a call that ignores them would look like a success.
func (e *api) modifyInstanceAttribute(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	p.Unsupported("UserData CreditSpecification Recyclable NetworkInterfaceQueueNumber EnableJumboFrame " +
		"CpuOptions.Core CpuOptions.ThreadsPerCore CpuOptions.TopologyType")
	p.Name("InstanceName")
	p.Description("Description")
	p.HostName(idPlaceholder)
	p.Password()
	p.Flag("DeletionProtection")
	groups := checkGroups(p, "")
	m := e.changeable(k, p)
	e.checkGroupsOf(k, p, m, groups)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	if err := modifiable(p, m, m.PhaseAt(k.Now)); err != nil {
		return nil, err
	}
	if name := p.Text("InstanceName"); name != "" {
		m.Name = name
	}
	if host := p.Text("HostName"); host != "" {
		m.HostName = strings.ReplaceAll(host, idPlaceholder, m.ID)
	}
	if text := p.Text("Description"); text != "" {
		m.SetAttr("Description", text)
	}
	if p.Has("DeletionProtection") {
		m.SetAttr("DeletionProtection", strings.ToLower(p.Text("DeletionProtection")))
	}
	if len(groups) > 0 {
		m.Groups = groups
	}
	return nil, nil
}

// checkGroupsOf refuses groups that an instance cannot be in, if an inventory binds the account.
func (e *api) checkGroupsOf(k *core.Call, p *alibaba.Params, m *core.Instance, groups []string) {
	if p.Refusal != nil || !e.Service.Strict() {
		return
	}
	at := *k
	at.Region = m.Region // the call may name none
	e.checkListedGroups(&at, p, groups, m.VPCID)
}

// changeable returns the instance that a call changes. A security lock refuses it; a financial one
// does not.
func (e *api) changeable(k *core.Call, p *alibaba.Params) *core.Instance {
	m := e.find(k, p.Required("InstanceId"), k.Region)
	switch {
	case p.Refusal != nil:
	case m == nil:
		p.Refuse(noInstance())
	case slices.Contains(m.LocksAt(k.Now), "security"):
		p.Refuse(locked("security", alibaba.Stop()))
	}
	return m
}

// modifiable refuses changes because of the state or the billing of an instance.
func modifiable(p *alibaba.Params, m *core.Instance, phase core.Phase) *alibaba.Refusal {
	early := phase == core.Pending
	starts := phase == core.Starting
	switch {
	case p.Has("HostName") && (early || starts), p.Has("Password") && starts:
		return wrongStatus()
	case p.Has("DeletionProtection") && m.Charge != core.Postpaid:
		return protection()
	default:
		return nil
	}
}

// modifyAutoReleaseTime serves ModifyInstanceAutoReleaseTime. Without a time it cancels the release.
func (e *api) modifyAutoReleaseTime(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	at := checkRelease(p, k.Now)
	m := e.changeable(k, p)
	if p.Refusal == nil && m.Charge == core.Prepaid {
		p.Refuse(chargeViolation())
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m.SetAttr("AutoReleaseTime", "")
	m.Steps = slices.DeleteFunc(m.Steps, func(s core.Step) bool { return s.Phase == core.Gone && s.At.After(k.Now) })
	if !at.IsZero() {
		m.SetAttr("AutoReleaseTime", at.UTC().Format(minuteFormat))
		m.Steps = append(m.Steps, core.At(at, core.Gone))
	}
	return nil, nil
}

func chargeViolation() *alibaba.Refusal {
	return alibaba.Refuse(403, "ChargeTypeViolation", "The operation is not permitted due to charge type of the instance.")
}

// joinSecurityGroup serves JoinSecurityGroup, which the vendor calls outdated. It is not verified
// which code a second join has.
func (e *api) joinSecurityGroup(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	m, group, err := e.grouped(k)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(m.Groups, group):
		return nil, alibaba.Refuse(403, "InvalidInstanceId.AlreadyExists",
			"The specified instance already exists in the specified security group.")
	}
	m.Groups = append(slices.Clone(m.Groups), group)
	return nil, nil
}

// leaveSecurityGroup serves LeaveSecurityGroup. An instance keeps one group.
func (e *api) leaveSecurityGroup(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	m, group, err := e.grouped(k)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(m.Groups, group):
		return nil, alibaba.Refuse(403, "InstanceNotInSecurityGroup", "The instance is not in the security group.")
	case len(m.Groups) == 1:
		return nil, alibaba.Refuse(403, "InstanceLastSecurityGroup", "The instance is in one security group only.")
	}
	m.Groups = slices.DeleteFunc(slices.Clone(m.Groups), func(g string) bool { return g == group })
	return nil, nil
}

func (e *api) grouped(k *core.Call) (m *core.Instance, group string, refused *alibaba.Refusal) {
	p := e.params(k)
	p.Required("SecurityGroupId")
	group = p.ID("SecurityGroupId")
	m = e.changeable(k, p)
	e.checkGroupsOf(k, p, m, []string{group})
	return m, group, p.Refusal
}
