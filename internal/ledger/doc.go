// Package ledger is the state machine of an operation's parts. It records what the
// operation asked for, what the cloud answered and what describes showed. It keeps
// facts apart from guesses.
//
// An operation asks for a number of instances. It is divided into parts. A part is a
// range of the operation's slots; one call at a time asks for its instances. The calls
// of a part are numbered by generation. All calls of one generation carry the same
// client token or marker, so they create the same instances. A part's candidate is 0
// for the spec itself, or the number of an alternative.
//
//	           Send                      Answer: all of them, or two that agree
//	planned ----------> sent ------------------------------------> accepted
//	  |  ^                |  Answer: not executed                     |
//	  |  |<---------------|  Looked, Settle: nothing more is there    |
//	  |  |                |      (next generation)                    |
//	  |  |<---------------|  Answer: token is dead (next generation)  |
//	  |                                                               |
//	  | Close: refused for good                      Replace: a new part creates the rest
//	  |                          |  PlanForLess: back to planned (next generation)
//	  +---------------------> rejected ------------------------> replaced
//	                                                                  |
//	            released <-------- Leave, after BeginRelease ---------+ (and from accepted)
//
// An instance is named (an answer named it), seen (a describe showed it) or gone. It
// leaves the ledger only by proof: the cloud accepted its release, or it was seen
// before and is gone now. An instance is doubtful if only contradictory answers name
// it.
//
// The package is pure: it makes no calls, has no clock and starts no goroutine. Errors
// reach it as a [Verdict]. A [Ledger] is safe for concurrent use. Every change of state
// is a method in event.go, named for its event.
package ledger
