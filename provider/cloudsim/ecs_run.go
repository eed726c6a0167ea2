package cloudsim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// ecsPlan is a RunInstances request that passed every check.
type ecsPlan struct {
	p             *aliParams
	amount, least int
	charge        core.Charge
	groups        []string
	tags          map[string]string
	release       time.Time // zero: when somebody deletes it
	unpaid        bool      // AutoPay=false
}

// ecsOrder is the number from which orders are counted.
const ecsOrder = 200_000_000_000

// runInstances serves RunInstances.
func (e *ecs) runInstances(k *core.Call) (aliObject, *aliError) {
	ids, err := e.once(k, func() ([]string, *aliError) {
		plan := e.checkRun(k)
		if plan.p.Refusal != nil {
			return nil, plan.p.Refusal
		}
		return e.launch(k, plan)
	})
	if err != nil {
		return nil, err
	}
	named := e.Service.Answered(k, ids, ecsInstanceID)
	answer := aliObject{{"InstanceIdSets", aliList("InstanceIdSet", named)}, {"TradePrice", 0.165 * float64(len(ids))}}
	switch {
	case k.Order != nil:
		answer = append(answer, aliField{"OrderId", k.Order.ID})
	case len(ids) > 0:
		// Of the machine, not of the call: a template may be what makes it prepaid.
		if m := e.Service.Lookup(ids[0]); m.Charge == core.Prepaid {
			answer = append(answer, aliField{"OrderId", fmt.Sprint(ecsOrder + int64(m.Create))})
		}
	}
	return answer, nil
}

// ecsInstanceID draws the ID of a machine.
func ecsInstanceID(r *rand.Rand) string { return "i-bp" + core.Letters(r, 17) }

// launch makes the machines of a plan, as many as the stock allows, or the order
// for them if nobody pays it yet.
func (e *ecs) launch(k *core.Call, plan *ecsPlan) ([]string, *aliError) {
	amount, err := e.stock(k, plan.amount, plan.least)
	if err != nil {
		return nil, err
	}
	if plan.p.flag("DryRun") {
		return nil, ecsDryRun()
	}
	deliver := func(k *core.Call, ordinal int) []string { return e.deliver(k, plan, amount, ordinal) }
	if plan.unpaid || k.Faults.Has(core.UnpaidOrder) {
		e.Service.LeaveUnpaid(k, ecsOrder, deliver)
		return nil, nil
	}
	return deliver(k, 0), nil
}

// deliver makes machines of a plan, those of the create with an ordinal if that
// is not this call.
func (e *ecs) deliver(k *core.Call, plan *ecsPlan, amount, ordinal int) []string {
	made := e.Service.Create(k, core.CreateSpec{
		Count:   amount,
		Ordinal: ordinal,
		ID:      ecsInstanceID,
		Fill:    func(i int, m *core.Instance) { e.fill(k, plan, i, m) },
	})
	ids := make([]string, len(made))
	for i, m := range made {
		ids[i] = m.ID
		if !plan.release.IsZero() {
			m.Steps = append(m.Steps, core.At(plan.release, core.Gone))
		}
	}
	return ids
}

// fill describes the i-th machine of a plan.
func (e *ecs) fill(k *core.Call, plan *ecsPlan, i int, m *core.Instance) {
	p := plan.p
	unique := p.flag("UniqueSuffix")
	m.Name = cmp.Or(aliNumbered(p.text("InstanceName"), i, unique), m.ID)
	m.HostName = cmp.Or(aliNumbered(p.text("HostName"), i, unique), "iZ"+m.ID[2:]+"Z")
	m.Region, m.Zone = k.Region, cmp.Or(p.text("ZoneId"), ecsZone(k.Region))
	m.InstanceType, m.ImageID = p.text("InstanceType"), cmp.Or(p.text("ImageId"), p.text("ImageFamily"))
	m.CPUs, m.MemoryMiB = ecsShape(m.InstanceType)
	m.Charge, m.Groups, m.Tags = plan.charge, plan.groups, plan.tags
	m.SubnetID = cmp.Or(p.text("VSwitchId"), "vsw-default")
	m.VPCID = ecsVPC(m.SubnetID)
	m.PrivateIPs = []string{e.Service.PrivateIP()}
	if first := p.text("PrivateIpAddress"); first != "" {
		m.PrivateIPs[0] = ecsAddress(first, i)
	}
	if p.number("InternetMaxBandwidthOut", 0, 0, 100) > 0 {
		m.PublicIPs = []string{e.Service.PublicIP()}
	}
	if key := p.text("KeyPairName"); key != "" {
		m.KeyPairs = []string{key}
	}
	m.Token, m.Params = p.text("ClientToken"), p.values
	if set := p.text("DeploymentSetId"); set != "" {
		e.placed[m.ID] = ecsPlace{set: set}
	}
}
