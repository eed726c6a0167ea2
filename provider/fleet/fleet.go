package fleet

import (
	"cmp"
	"context"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// Member is one place where instances of a fleet may be created.
type Member struct {
	// Name names the member in tokens, errors and events. It must not change while a run goes on.
	// Empty means the name of the client's cloud: two members of one cloud need names.
	Name string

	Client *provider.Client

	// Spec is what the member creates. Count and ClientToken must be empty: the fleet gives
	// them. Where every account may create fewer instances than asked for
	// ([provider.Limits].PartialCreates) and MinCount is 0, the member creates what is in stock.
	// Elsewhere a refused create is moved as a whole.
	Spec provider.RunInstancesSpec

	// Run are the options of the member's operations, such as Owner and Alternatives, which are
	// tried before instances are moved. Journal and OperationID must be empty.
	Run *provider.RunOptions

	// Weight is the member's share of the fleet: a member with weight 2 gets twice as many
	// instances as one with weight 1. When no member has a weight, the first member gets all
	// that it may have, then the second: the members are ranked.
	Weight int

	// Max is how many instances the member may have. 0 means any number.
	Max int

	// Price is the price of one instance, for [Options].MaxPrice; see [catalog.Catalog.Price].
	Price *catalog.Price
}

// Options are for [Fleet.Run] and [Fleet.Resume]. Nil is the default.
type Options struct {
	// Journal keeps the token of the run. It is called as [provider.Journal] documents: before
	// every create, and after every answer, one call at a time. Nil keeps no token.
	Journal provider.Journal

	// MaxShare is how many per cent of all instances one member may have, so that the loss of
	// one cloud is not the loss of all: 1 to 100. 0 means 100. It is rounded down, to at least
	// one instance.
	MaxShare int

	// MaxPrice is the highest price of one instance, in Currency, as a decimal number: by the
	// hour, or for the whole order of prepaid instances. A member that costs more, or whose
	// price is unknown or in another currency, gets no instance. Empty means no bound.
	MaxPrice string
	Currency string // ISO 4217, such as "CNY"; needed with MaxPrice

	// Progress is called for each part that begins, ends or is moved. Several goroutines may
	// call it at a time. It should return soon. Nil is not called.
	Progress func(Step)
}

// Step is something that happened to a part of a run.
type Step struct {
	Member    string
	Kind      StepKind
	Instances int   // how many it is about
	Err       error // why, of Moved and Failed
}

// StepKind is what a [Step] is about.
type StepKind string

// Kinds of steps.
const (
	Creating StepKind = "creating" // a part begins
	Created  StepKind = "created"  // a part has its instances
	Moved    StepKind = "moved"    // instances are created by other members
	Failed   StepKind = "failed"   // a part ended with an error, and its instances are not moved
)

// Fleet is a set of members. It keeps no state of runs. All methods are safe for concurrent use.
type Fleet struct {
	members []Member
	byName  map[string]int
}

// New returns a fleet of members, the best one first. It makes no call. A member without a
// client, two members of one name and a spec that the fleet cannot count are
// [provider.FieldErrors]. The specs themselves are checked by [Fleet.Run].
func New(members ...Member) (*Fleet, error) {
	f := &Fleet{byName: map[string]int{}}
	var k provider.Checker
	k.Require(len(members) > 0, "Members", nil, "required: at least one")
	for i, m := range members {
		at := k.Item("Members", i)
		at.Require(m.Client != nil, "Client", nil, "required")
		if m.Client == nil {
			continue
		}
		m.Name = cmp.Or(m.Name, m.Client.Name())
		_, twice := f.byName[m.Name]
		at.Require(!twice, "Name", m.Name, "is the name of an earlier member: give each member of one cloud a Name")
		m.check(at)
		f.byName[m.Name] = len(f.members)
		f.members = append(f.members, m)
	}
	return f, k.Err()
}

// check refuses what the fleet gives, or cannot count.
func (m *Member) check(k *provider.Checker) {
	k.NotNegative("Weight", m.Weight)
	k.NotNegative("Max", m.Max)
	k.Require(m.Spec.Count == 0, "Spec.Count", m.Spec.Count, "must be empty: the fleet gives it")
	k.Require(m.Spec.ClientToken == "", "Spec.ClientToken", nil, "must be empty: each part draws its own")
	k.Require(!m.Spec.DryRun, "Spec.DryRun", nil, "makes no instances: use Client.Validate, or a dry run of the client")
	k.Require(len(m.Spec.Network.PrivateIPs) == 0, "Spec.Network.PrivateIPs", nil, "cannot be given: parts have no fixed size")
	if m.Run != nil {
		k.Require(m.Run.Journal == nil, "Run.Journal", nil, "must be empty: the fleet has one for all")
		k.Require(m.Run.OperationID == "", "Run.OperationID", m.Run.OperationID, "must be empty: a member may have several operations")
	}
}

// spec returns what a part of a member creates.
func (m *Member) spec(count int) provider.RunInstancesSpec {
	spec := m.Spec
	spec.Count = count
	if spec.MinCount == 0 && m.Client.Limits().PartialCreates {
		spec.MinCount = 1
	}
	spec.MinCount = min(spec.MinCount, count)
	return spec
}

// run returns the options of an operation of a member.
func (m *Member) run(j provider.Journal) *provider.RunOptions {
	o := provider.RunOptions{}
	if m.Run != nil {
		o = *m.Run
	}
	o.Journal = j
	return &o
}

// Run creates instances, total in all, and returns once the clouds have accepted or refused them.
// When there are fewer, the error is a *[Error], and the run beside it has those that exist.
// Wrong members or options are [provider.FieldErrors], and nothing is sent: the run is then nil.
func (f *Fleet) Run(ctx context.Context, total int, o *Options) (*Run, error) {
	r := f.newRun(total, o)
	shares, err := f.plan(total, &r.o)
	if err != nil {
		return nil, err
	}
	r.add(shares)
	return r, r.create(ctx)
}

func (f *Fleet) newRun(total int, o *Options) *Run {
	r := &Run{f: f, total: total}
	if o != nil {
		r.o = *o
	}
	return r
}

// plan checks everything that can be checked before anything is sent, and shares out the
// instances.
func (f *Fleet) plan(total int, o *Options) ([]share, error) {
	var k provider.Checker
	o.check(&k, total)
	for i := range f.members {
		m := &f.members[i]
		k.Item("Members", i).In("Spec").Add(m.Client.Validate(m.spec(1), m.run(nil)))
	}
	if err := k.Err(); err != nil {
		return nil, err
	}
	shares, left := f.share(total, total, o, nil)
	if left > 0 {
		k.Fail("total", total, fmt.Sprintf("is %d more than the members may have: see Member.Max, "+
			"Options.MaxShare and Options.MaxPrice%s", left, f.tooDear(o)))
	}
	return shares, k.Err()
}

func (o *Options) check(k *provider.Checker, total int) {
	k.Require(total > 0, "total", total, "must be positive")
	inRange := o.MaxShare >= 0 && o.MaxShare <= 100
	k.Require(inRange, "Options.MaxShare", o.MaxShare, "must be 1 to 100 per cent, or 0 for all")
	if o.MaxPrice == "" {
		return
	}
	k.Require(ratOf(o.MaxPrice) != nil, "Options.MaxPrice", o.MaxPrice, `must be a decimal number, such as "0.86"`)
	k.Require(o.Currency != "", "Options.Currency", nil, "required with MaxPrice: clouds bill in different currencies")
}
