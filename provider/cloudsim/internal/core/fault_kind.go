package core

// FaultKind is a kind of fault.
type FaultKind string

// Kinds of fault. Package cloudsim has them under the same names. It documents each
// kind: its effect, the clouds that have it, and the fields of [Fault] that it reads.
const (
	Throttle          FaultKind = "throttle"
	NoStock           FaultKind = "no-stock"
	Quota             FaultKind = "quota"
	Balance           FaultKind = "balance"
	Refuse            FaultKind = "refuse"
	LaunchFailure     FaultKind = "launch-failure"
	Partial           FaultKind = "partial"
	ServerErrorBefore FaultKind = "server-error-before"
	ServerErrorAfter  FaultKind = "server-error-after"
	ResetBefore       FaultKind = "reset-before"
	ResetAfter        FaultKind = "reset-after"
	Slow              FaultKind = "slow"
	Malformed         FaultKind = "malformed"
	LateVisibility    FaultKind = "late-visibility"
	ShortList         FaultKind = "short-list"
	LongList          FaultKind = "long-list"
	ForeignList       FaultKind = "foreign-list"
	StockRanOut       FaultKind = "stock-ran-out"
	DeadToken         FaultKind = "dead-token"
	ForgetToken       FaultKind = "forget-token"
	UnpaidOrder       FaultKind = "unpaid-order"
	Blind             FaultKind = "blind"
	Flap              FaultKind = "flap"
	ListCap           FaultKind = "list-cap"
	WrongTotal        FaultKind = "wrong-total"
	Unaddressed       FaultKind = "unaddressed"
	Held              FaultKind = "held"
	Proxy             FaultKind = "proxy"
	CutBody           FaultKind = "cut-body"
)

// FaultKinds returns all kinds, in the order of the constants.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Throttle, NoStock, Quota, Balance, Refuse, LaunchFailure,
		Partial, ServerErrorBefore, ServerErrorAfter, ResetBefore, ResetAfter, Slow,
		Malformed, LateVisibility, ShortList, LongList, ForeignList, StockRanOut,
		DeadToken, ForgetToken, UnpaidOrder, Blind, Flap, ListCap,
		WrongTotal, Unaddressed, Held, Proxy, CutBody,
	}
}

// createOnly reports whether a kind applies only to calls that make instances.
func (k FaultKind) createOnly() bool {
	switch k {
	case NoStock, Quota, Balance, LaunchFailure, LateVisibility, Partial:
		return true
	default:
		return k.listsIDs() || k.ofOneCloud()
	}
}

// listsIDs reports whether a kind changes the IDs in the answer of a create.
func (k FaultKind) listsIDs() bool { return k == ShortList || k == LongList || k == ForeignList }

// ofOneCloud reports whether a kind applies only to creates of some clouds, or only to
// some of their creates.
func (k FaultKind) ofOneCloud() bool {
	switch k {
	case StockRanOut, DeadToken, ForgetToken, UnpaidOrder:
		return true
	default:
		return false
	}
}

// describeOnly reports whether a kind applies only to describes of instances.
func (k FaultKind) describeOnly() bool {
	switch k {
	case Blind, Flap, ListCap, WrongTotal, Unaddressed, Held:
		return true
	default:
		return false
	}
}

// shownBySome reports whether a kind changes how only some clouds show an instance.
func (k FaultKind) shownBySome() bool { return k == Unaddressed || k == Held }

// refusal reports whether a kind refuses the call instead of executing it.
func (k FaultKind) refusal() bool {
	switch k {
	case Throttle, NoStock, Quota, Balance, Refuse, ServerErrorBefore:
		return true
	default:
		return false
	}
}
