package cloudsim

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// FaultKind is what a [Fault] does.
type FaultKind = core.FaultKind

// Kinds of fault. Where a kind has a vendor code, the simulator answers with
// the one that vendor documents for it, unless [Fault.Code] names another.
const (
	Throttle          FaultKind = core.Throttle          // refused: too many calls
	NoStock           FaultKind = core.NoStock           // create refused: sold out
	Quota             FaultKind = core.Quota             // create refused: account limit
	Balance           FaultKind = core.Balance           // create refused: no money
	Refuse            FaultKind = core.Refuse            // refused with Fault.Code and Fault.Status
	LaunchFailure     FaultKind = core.LaunchFailure     // create accepted; Fault.Count instances (0 = all) die while booting
	Partial           FaultKind = core.Partial           // create makes Fault.Count instances, whatever was asked for
	ServerErrorBefore FaultKind = core.ServerErrorBefore // 5xx, nothing done
	ServerErrorAfter  FaultKind = core.ServerErrorAfter  // done, then 5xx
	ResetBefore       FaultKind = core.ResetBefore       // connection cut, nothing done
	ResetAfter        FaultKind = core.ResetAfter        // done, then connection cut
	Slow              FaultKind = core.Slow              // Fault.Delay passes before the call is looked at
	Malformed         FaultKind = core.Malformed         // done, then Fault.Body with Fault.Status instead of the answer
)

// Kinds of fault about what a create makes and names.
const (
	// LateVisibility accepts a create and hides its instances, or the first Count
	// of them, for Delay and for a time below Spread that is drawn for each. A
	// hidden instance is left out of describes, and calls about it are refused as
	// calls about an instance that does not exist. All clouds.
	LateVisibility FaultKind = core.LateVisibility

	// ShortList executes a create and names the first Count of the instances in the
	// answer; 0 names none. The client token remembers all of them, so that the
	// same token gets the whole list once the fault no longer strikes. All clouds.
	ShortList FaultKind = core.ShortList

	// LongList executes a create and adds Count IDs (0 = 1) to the answer: those of
	// other instances of the account in the region, or made-up ones if Invented is
	// set or there are too few. All clouds.
	LongList FaultKind = core.LongList

	// ForeignList executes a create and puts other IDs in the place of the last
	// Count (0 = 1) of the answer. They come from where LongList has them. All clouds.
	ForeignList FaultKind = core.ForeignList

	// StockRanOut makes Count instances (0 = 1) of a create and then refuses it as
	// NoStock does. ENS and QingCloud, whose documents do not say that a refused
	// create made nothing; it does not strike the others.
	StockRanOut FaultKind = core.StockRanOut

	// DeadToken fails a create that has a client token half-way: Count instances (0 =
	// none) are made and the answer is a 5xx, with Status and Code if they are set.
	// The cloud refuses every later create with that token: its first request has
	// failed. ECS only, where CVM documents no such code. It does not strike calls
	// without a token, dry runs, and tokens that have answered already.
	DeadToken FaultKind = core.DeadToken

	// ForgetToken makes the cloud forget the client token of a create before it
	// executes the call, which so creates again. ECS and CVM; it does not strike
	// calls whose token the cloud does not remember. See also [Options].TokenLife.
	ForgetToken FaultKind = core.ForgetToken

	// UnpaidOrder accepts a prepaid create as an order that waits to be paid, which
	// is what AutoPay=false asks of ECS: the answer has the ID of the order and no
	// instances. [Sim.Pay] pays it. ECS and RunInstances of ENS, the calls that
	// answer with an order; it strikes those with InstanceChargeType=PrePaid.
	UnpaidOrder FaultKind = core.UnpaidOrder
)

// Kinds of fault about what describes of instances show.
const (
	// Blind answers with the list that a key without the right gets, at status 200:
	// an empty one, or one without the first Count instances of each create, or
	// without a Share of the instances. That is the same share in every answer. A dry
	// run of DescribeInstances of ECS is refused if everything is hidden or an ID
	// that it names is. Documented for ECS; all clouds.
	Blind FaultKind = core.Blind

	// Flap leaves healthy instances out of one answer: all, the first Count of each
	// create, or a Share that is drawn anew for every instance in every answer. All
	// clouds.
	Flap FaultKind = core.Flap

	// ListCap lets a describe that filters by tags find Count instances (0 = 1000, as
	// ECS documents) over all its pages, the oldest ones. The total is of those. ECS,
	// ENS and CVM; it does not strike describes without such a filter.
	ListCap FaultKind = core.ListCap

	// WrongTotal makes an answer contradict itself: it has at most Count rows of its
	// page (0 = all of them) beside a total of Total (0 = the true one, or one more
	// if Count is 0 too). NextPage announces a page after the last one, where the
	// answer has a token for it (MaxResults of ECS). All clouds.
	WrongTotal FaultKind = core.WrongTotal
)

// Kinds of fault on the way between the client and the service.
const (
	// Proxy answers in place of the service, which never sees the call: Status (0 =
	// 503) with a page of HTML, or with Body if that is set. A Delay is announced in
	// the header Retry-After, in whole seconds. Nothing is executed, and the call
	// counts for no rate. All clouds.
	Proxy FaultKind = core.Proxy

	// CutBody executes the call and ends the body of its answer after Count bytes,
	// though Content-Length announces all of it; 0 ends it in the middle of the list
	// of IDs, or in the middle of a body that has none. At least one byte is missing.
	// The reader gets [io.ErrUnexpectedEOF]. All clouds.
	CutBody FaultKind = core.CutBody
)
