package cloudsim

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// FaultKind is what a [Fault] does.
type FaultKind = core.FaultKind

// Kinds of fault. If a kind has a vendor code, the simulator answers with the code that
// the vendor documents, unless [Fault.Code] names another.
const (
	Throttle FaultKind = core.Throttle // refused: too many calls
	NoStock  FaultKind = core.NoStock  // create refused: sold out
	Quota    FaultKind = core.Quota    // create refused: account limit
	Balance  FaultKind = core.Balance  // create refused: no money
	Refuse   FaultKind = core.Refuse   // refused with Fault.Code and Fault.Status
	// LaunchFailure accepts a create; Fault.Count instances (0 = all) die while booting. On
	// QingCloud the job of the create fails with Code (0 = 5000) then, and its dead
	// instances stay pending for Delay more.
	LaunchFailure     FaultKind = core.LaunchFailure
	Partial           FaultKind = core.Partial           // create makes only Fault.Count instances
	ServerErrorBefore FaultKind = core.ServerErrorBefore // 5xx, nothing done
	ServerErrorAfter  FaultKind = core.ServerErrorAfter  // done, then 5xx
	ResetBefore       FaultKind = core.ResetBefore       // connection cut, nothing done
	ResetAfter        FaultKind = core.ResetAfter        // done, then connection cut
	Slow              FaultKind = core.Slow              // Fault.Delay passes before the call is handled
	// Malformed executes the call, then answers with Fault.Body and Fault.Status.
	Malformed FaultKind = core.Malformed
)

// Kinds of fault about the instances that a create makes and names.
const (
	// LateVisibility accepts a create and hides its instances, or the first Count of
	// them. Each is hidden for Delay plus a random time below Spread. Describes leave a
	// hidden instance out, and calls about it are refused as if it did not exist. All
	// clouds.
	LateVisibility FaultKind = core.LateVisibility

	// ShortList executes a create and names only the first Count of the instances in
	// the answer; 0 names none. The client token remembers all of them: a later call
	// with the token gets the whole list when the fault has ended. All clouds.
	ShortList FaultKind = core.ShortList

	// LongList executes a create and adds Count IDs (0 = 1) to the answer. They are IDs
	// of other instances of the account in the region. They are made up if Invented is
	// set or if there are too few instances. All clouds.
	LongList FaultKind = core.LongList

	// ForeignList executes a create and replaces the last Count IDs (0 = 1) of the
	// answer by other IDs. They come from the same sources as those of LongList. All
	// clouds.
	ForeignList FaultKind = core.ForeignList

	// StockRanOut makes Count instances (0 = 1) of a create and then refuses it as
	// NoStock does. It applies to ENS and QingCloud: their documents do not rule out
	// that a refused create made instances.
	StockRanOut FaultKind = core.StockRanOut

	// DeadToken fails a create that has a client token half-way: Count instances (0 =
	// none) are made, and the answer is a 5xx, with Status and Code if they are set.
	// The cloud refuses every later create with that token, because its first request
	// has failed. It applies to ECS only: CVM documents no such code. It does not hit
	// calls without a token, dry runs, and tokens that have an answer already.
	DeadToken FaultKind = core.DeadToken

	// ForgetToken makes the cloud forget the client token of a create before it
	// executes the call. So the call creates again. ECS and CVM. It does not hit calls
	// with a token that the cloud does not remember. See also [Options].TokenLife.
	ForgetToken FaultKind = core.ForgetToken

	// UnpaidOrder accepts a prepaid create as an unpaid order, as AutoPay=false does on
	// ECS: the answer has the ID of the order and no instances. [Sim.Pay] pays it. It
	// applies to ECS and to RunInstances of ENS, whose answers have an order. It hits
	// calls with InstanceChargeType=PrePaid.
	UnpaidOrder FaultKind = core.UnpaidOrder
)

// Kinds of fault about the instances that describes show.
const (
	// Blind answers as for a key without the right to describe, at status 200: with an
	// empty list, or a list without the first Count instances of each create, or a list
	// without a Share of the instances, which is the same share in every answer. A dry
	// run of DescribeInstances of ECS is refused if all instances are hidden, or one
	// that it names. Documented for ECS; all clouds.
	Blind FaultKind = core.Blind

	// Flap leaves healthy instances out of one answer: all of them, or the first Count
	// of each create, or a random Share that changes with every answer. All clouds.
	Flap FaultKind = core.Flap

	// ListCap limits a describe with a filter by tags to the Count oldest instances (0
	// = 1000, as ECS documents), over all its pages. The total counts only those. ECS,
	// ENS and CVM. It does not hit describes without such a filter.
	ListCap FaultKind = core.ListCap

	// WrongTotal makes an answer contradict itself. The answer has at most Count rows
	// of its page (0 = all), and Total as its total (0 = the true one, or one more if
	// Count is 0 too). NextPage announces a page after the last one, if the answer has
	// a token for it (MaxResults of ECS). All clouds.
	WrongTotal FaultKind = core.WrongTotal

	// Unaddressed shows running instances with an empty list of networks and without any
	// address, until Delay after they began to run (0 = for ever). QingCloud.
	Unaddressed FaultKind = core.Unaddressed

	// Held shows running and stopped instances as held back by the cloud: suspended for
	// arrears on QingCloud, expired on ENS. Only describes show it. QingCloud and ENS.
	Held FaultKind = core.Held
)

// Kinds of fault on the way between the client and the service.
const (
	// Proxy answers in place of the service, which never receives the call: Status (0 =
	// 503) with a page of HTML, or with Body if that is set. The header Retry-After
	// announces Delay in whole seconds. Nothing is executed, and no rate counts the
	// call. All clouds.
	Proxy FaultKind = core.Proxy

	// CutBody executes the call and ends the body of its answer after Count bytes,
	// although Content-Length announces the whole body. 0 ends it in the middle of the
	// list of IDs, or in the middle of a body without IDs. At least one byte is
	// missing. The reader gets [io.ErrUnexpectedEOF]. All clouds.
	CutBody FaultKind = core.CutBody
)

// FaultKinds returns all kinds of fault.
func FaultKinds() []FaultKind { return core.FaultKinds() }
