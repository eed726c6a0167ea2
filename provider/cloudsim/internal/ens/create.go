package ens

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"regexp"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// runPlan is a create of either kind that has passed all checks.
type runPlan struct {
	p      *alibaba.Params
	amount int
	charge core.Charge
	region string
	tags   map[string]string

	release time.Time // zero: only when it is released
}

// createInstance serves CreateInstance, the older create: prepaid only.
func (e *api) createInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	p.Required("InstanceType")
	p.Required("EnsRegionId")
	p.Required("Period")
	p.Required("Quantity")
	p.Choice("PaymentType", "Subscription")
	p.OneOf("Period", 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
	p.OneOf("SystemDisk.Size", 20, 40)
	if p.Flag("AutoRenew") {
		p.Required("AutoRenewPeriod")
	}
	p.Number("AutoRenewPeriod", 0, 1, 12)
	plan := &runPlan{p: p, amount: p.Number("Quantity", 1, 1, 100), charge: core.Prepaid, region: e.node(p)}
	e.checkCreate(k, plan, 1)
	ids, err := e.launch(k, plan)
	if err != nil {
		return nil, err
	}
	return alibaba.Object{
		{"InstanceIds", alibaba.List("InstanceId", e.Service.Answered(k, ids, instanceID))},
		{"Code", 0},
	}, nil
}

// checkCreate checks the common rules of both creates. InternetChargeType is mandatory
// only for the first create of an account; this account has had its first.
func (e *api) checkCreate(k *core.Call, plan *runPlan, disks int) {
	p := plan.p
	p.ID("InstanceType")
	p.ID("ImageId")
	p.Choice("InternetChargeType", "BandwidthByDay", "95BandwidthByMonth")
	p.Choice("IpType", "ipv4", "ipv6", "ipv4Andipv6", "ipv4Withipv6")
	p.Flag("PublicIpIdentification")
	p.Flag("UniqueSuffix")
	p.Matching("InstanceName", nameForm, nameRule)
	p.HostName()
	for _, n := range p.Indexes("DataDisk", disks) {
		name := "DataDisk." + strconv.Itoa(n) + ".Size"
		p.Required(name)
		checkDisk(p, name)
	}
	checkLogin(p)
	checkUserData(p)
	e.checkAddress(k, p, plan.amount)
	e.checkOffer(k, plan)
}

// nameForm accepts letters of any alphabet: the Chinese reference says English or
// Chinese ones.
var nameForm = regexp.MustCompile(`^\p{L}[\p{L}\p{Nd}:_.-]{1,127}$`)

const nameRule = "2 to 128 letters, digits and : _ . -, a letter first"

func checkDisk(p *alibaba.Params, name string) {
	if p.Number(name, 20, 20, 1<<20)%10 != 0 {
		p.Bad(name, "a multiple of 10 GiB, 20 at least")
	}
}

// checkLogin requires one of three ways to log in.
func checkLogin(p *alibaba.Params) {
	p.Password()
	p.ID("KeyPairName")
	inherit := p.Flag("PasswordInherit")
	switch {
	case inherit && p.Has("Password"):
		p.Refuse(alibaba.Refuse(400, "InvalidPasswordParam.Mismatch",
			"The input password should be null when passwordInherit is true."))
	case !inherit && !p.Has("Password") && !p.Has("KeyPairName"):
		p.Refuse(alibaba.Refuse(400, "ENS_PASSWORDORKEYPAIRNAME_MODULE_NOT_CHOOSEN",
			"The required module pwd or keyPairName is not inputed"))
	case p.Has("KeyPairName") && alibaba.Windows(p.Text("ImageId")):
		p.Refuse(alibaba.Refuse(400, "ENS_DependencyViolation_WindowsInstance",
			"The instance creating is window, only user password to login."))
	}
}

// checkUserData requires a script of at most 16 KB. The reference also says 256
// characters, but its own example has almost as many; the larger limit counts.
func checkUserData(p *alibaba.Params) {
	raw, ok := p.UserData()
	isScript := len(raw) <= 16<<10 && bytes.HasPrefix(raw, []byte("#!"))
	if ok && !isScript {
		p.Bad("UserData", "a script of at most 16 KB that begins with #!")
	}
}

func (e *api) checkAddress(k *core.Call, p *alibaba.Params, amount int) {
	vswitch, address := p.ID("VSwitchId"), p.Text("PrivateIpAddress")
	switch {
	case address == "":
	case vswitch == "":
		p.Refuse(p.Missing("VSwitchId"))
	case !alibaba.IsIPv4(address) || amount > 1:
		p.Bad("PrivateIpAddress", "an IPv4 address, for one instance only")
	case e.InUse(k, vswitch, address):
		p.Refuse(alibaba.Refuse(400, "InvalidPrivateIpAddress.Duplicated",
			"Specified private IP address is duplicated."))
	}
}

// firstOrder is the number from which orders are counted.
const firstOrder = 300_000_000_000

// instanceID draws the ID of an instance.
func instanceID(r *rand.Rand) string { return "i-5" + core.Letters(r, 20) }

// launch makes the instances of a plan, or an unpaid order. There is no minimum: if the
// stock is too small for all instances, there is no stock.
func (e *api) launch(k *core.Call, plan *runPlan) ([]string, *alibaba.Refusal) {
	if plan.p.Refusal != nil {
		return nil, plan.p.Refusal
	}
	amount, err := e.Stock(k, plan.amount, plan.amount)
	if err != nil {
		return nil, err
	}
	deliver := func(k *core.Call, ordinal int) []string { return e.deliver(k, plan, amount, ordinal) }
	if k.Faults.Has(core.UnpaidOrder) {
		e.Service.LeaveUnpaid(k, firstOrder, deliver)
		return nil, nil
	}
	return deliver(k, 0), nil
}

// deliver makes the instances of a plan. Ordinal is the number of their create; 0 means
// this call.
func (e *api) deliver(k *core.Call, plan *runPlan, amount, ordinal int) []string {
	made := e.Service.Create(k, core.CreateSpec{
		Count:   amount,
		Ordinal: ordinal,
		ID:      instanceID,
		Fill:    func(i int, m *core.Instance) { e.fill(plan, i, m) },
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

func (e *api) fill(plan *runPlan, i int, m *core.Instance) {
	p := plan.p
	unique := p.Flag("UniqueSuffix")
	m.Name = cmp.Or(alibaba.Numbered(p.Text("InstanceName"), i, unique), m.ID)
	m.HostName = cmp.Or(alibaba.Numbered(p.Text("HostName"), i, unique), m.ID)
	m.Region, m.Charge, m.Tags = plan.region, plan.charge, plan.tags
	m.InstanceType, m.ImageID = p.Text("InstanceType"), p.Text("ImageId")
	m.Zone = plan.region // a node is one zone: the stock counts by it
	e.size(m)
	m.VPCID, m.SubnetID = p.Text("NetWorkId"), p.Text("VSwitchId")
	m.PrivateIPs = []string{cmp.Or(p.Text("PrivateIpAddress"), e.Service.PrivateIP())}
	if p.Flag("PublicIpIdentification") || p.Number("InternetMaxBandwidthOut", 0, 0, 1<<20) > 0 {
		m.PublicIPs = []string{e.Service.PublicIP()}
	}
	if group := p.Text("SecurityId"); group != "" {
		m.Groups = []string{group}
	}
	if key := p.Text("KeyPairName"); key != "" {
		m.KeyPairs = []string{key}
	}
	m.Params = p.Values
}
