package providertest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Cloud is one simulated account on one cloud: what the suite needs to make a cloud
// misbehave, and to look at what really exists there. [Simulated] returns those of
// package cloudsim. A driver of another cloud brings its own; examples/fifthcloud has one,
// and [Faults] does most of the work.
//
// Faults, kinds of faults and instances have the types of package cloudsim, which says what
// each kind does. All methods are safe for concurrent use. The suite runs in a bubble of
// testing/synctest: a cloud must open no socket, and must take the time from package time.
type Cloud interface {
	// Facts returns what the cloud's documents say about it. It is always the same.
	Facts() Facts

	// Transport returns a round tripper to the cloud, such as [cloudsim.InMemory] of its
	// handler. It ends a call when the ctx of its request ends.
	Transport() http.RoundTripper

	// Inject adds a fault, and returns a function that removes it. Fault.Cloud is empty.
	// Fault.API is empty or a name of Facts. The kind is one of Facts.Kinds.
	Inject(f cloudsim.Fault) (remove func())

	// ClearFaults removes every fault.
	ClearFaults()

	// Struck returns how many calls were hit by faults of a kind, removed ones included.
	Struck(k cloudsim.FaultKind) int

	// Calls returns how many authenticated requests for a call arrived, refused ones and
	// those with faults included. The name is one of Facts; "" counts all calls.
	Calls(name string) int

	// Instances returns the instances that exist, in order of creation, including those
	// that the cloud does not show yet. The suite reads ID, Name, Phase, InstanceType and
	// ImageID.
	Instances() []cloudsim.Instance

	// Everything is like Instances but includes instances that are gone.
	Everything() []cloudsim.Instance
}

// OrderCloud is implemented by a [Cloud] that can leave orders unpaid. It is needed only for a
// [Harness] with Unpaid.
type OrderCloud interface {
	// Pay pays an unpaid order: its instances exist from now on.
	Pay(orderID string) error

	// UnpaidOrders returns the IDs of the unpaid orders, the oldest first.
	UnpaidOrders() []string
}

// Facts are what the documents of a cloud say about it, as far as the suite's rules depend on
// it.
type Facts struct {
	Creates  []string // the cloud's names of the calls that create instances
	Describe string   // its name of the call that reads instances
	Releases []string // its names of the calls that release instances

	// Elsewhere is a region of the cloud in which the suite creates nothing.
	Elsewhere string

	// Kinds are the faults that the cloud can inject. A kind that a rule needs must be among
	// them, or in Harness.LeftOut.
	Kinds []cloudsim.FaultKind

	ProbesDescribe bool // the driver is a provider.AccessProber: it asks by a describe with DryRun=true
	DropsFailed    bool // an instance that dies while it boots is not shown any more
	ShowsReason    bool // the cloud says why an instance died; an error must repeat it
}

// CloudOptions configure a [Cloud].
type CloudOptions struct {
	AccessKeyID, AccessKeySecret string // the one key pair that it accepts

	Seed uint64 // of everything that is drawn by chance

	// Boot is the time from an accepted create to running. 0 means 2 s.
	Boot time.Duration

	// TokenLife is how long it remembers a client token. 0 means for ever.
	TokenLife time.Duration
}

// Simulated returns a cloud of package cloudsim, for [Harness].Cloud.
func Simulated(c cloudsim.Cloud) func(CloudOptions) Cloud {
	if !slices.Contains(cloudsim.Clouds(), c) {
		panic("providertest: package cloudsim does not simulate " + string(c))
	}
	return func(o CloudOptions) Cloud {
		opts := &cloudsim.Options{
			AccessKeyID: o.AccessKeyID, AccessKeySecret: o.AccessKeySecret, Seed: o.Seed, TokenLife: o.TokenLife,
		}
		if o.Boot > 0 {
			opts.Boot = func(cloudsim.Cloud, *rand.Rand) time.Duration { return o.Boot }
		}
		return &simulated{Sim: cloudsim.New(opts), name: c}
	}
}

// simulated is one cloud of a simulator.
type simulated struct {
	*cloudsim.Sim
	name cloudsim.Cloud
}

var (
	_ Cloud      = (*simulated)(nil)
	_ OrderCloud = (*simulated)(nil)
)

// everyKind are all faults of package cloudsim that apply to some cloud.
func everyKind() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.NoStock, cloudsim.Quota, cloudsim.Balance, cloudsim.Refuse,
		cloudsim.LaunchFailure, cloudsim.Partial, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter,
		cloudsim.ResetBefore, cloudsim.ResetAfter, cloudsim.Slow, cloudsim.Malformed, cloudsim.LateVisibility,
		cloudsim.ShortList, cloudsim.LongList, cloudsim.ForeignList, cloudsim.StockRanOut, cloudsim.ForgetToken,
		cloudsim.UnpaidOrder, cloudsim.Blind, cloudsim.Flap, cloudsim.ListCap, cloudsim.WrongTotal,
		cloudsim.Proxy, cloudsim.CutBody,
	}
}

// Facts implements [Cloud].
func (s *simulated) Facts() Facts {
	f := Facts{Creates: []string{"RunInstances"}, Describe: "DescribeInstances", Kinds: everyKind()}
	switch s.name {
	case cloudsim.ECS:
		f.Kinds = append(f.Kinds, cloudsim.DeadToken)
		f.Releases = []string{"DeleteInstances", "DeleteInstance"}
		f.Elsewhere, f.ProbesDescribe, f.DropsFailed = "cn-beijing", true, true
	case cloudsim.ENS:
		f.Creates = append(f.Creates, "CreateInstance")
		f.Releases = []string{"ReleasePostPaidInstance", "ReleasePrePaidInstance"}
		f.Elsewhere, f.DropsFailed = "cn-beijing-11", true
	case cloudsim.CVM:
		f.Releases, f.Elsewhere, f.ShowsReason = []string{"TerminateInstances"}, "ap-beijing", true
	case cloudsim.QingCloud:
		f.Releases, f.Elsewhere = []string{"TerminateInstances"}, "gd2"
	}
	return f
}

// Inject implements [Cloud].
func (s *simulated) Inject(f cloudsim.Fault) (remove func()) {
	f.Cloud = s.name
	return s.Sim.Inject(f)
}

// Struck implements [Cloud].
func (s *simulated) Struck(k cloudsim.FaultKind) int { return s.Sim.Struck(s.name, k) }

// Calls implements [Cloud].
func (s *simulated) Calls(name string) int { return s.Sim.Calls(s.name, name) }

// Instances implements [Cloud].
func (s *simulated) Instances() []cloudsim.Instance { return s.Sim.Instances(s.name) }

// Everything implements [Cloud].
func (s *simulated) Everything() []cloudsim.Instance { return s.Sim.Everything(s.name) }

// Pay implements [OrderCloud].
func (s *simulated) Pay(orderID string) error { return s.Sim.Pay(s.name, orderID) }

// UnpaidOrders implements [OrderCloud].
func (s *simulated) UnpaidOrders() []string { return s.Sim.UnpaidOrders(s.name) }

// check returns what is missing in the facts of a cloud.
func (f Facts) check() (problems []string) {
	if len(f.Creates) == 0 || f.Describe == "" || len(f.Releases) == 0 {
		problems = append(problems, "Facts must name the calls that create, read and release instances")
	}
	if f.Elsewhere == "" {
		problems = append(problems, "Facts.Elsewhere must be a region in which the suite creates nothing")
	}
	for _, k := range requiredKinds {
		if !slices.Contains(f.Kinds, k) {
			problems = append(problems, fmt.Sprintf("the cloud cannot inject %q, and no driver may be without its rules", k))
		}
	}
	return problems
}
