// Package ledger records what an operation asked for, what it was told and what
// it has seen. It is the state machine of a create, and it keeps facts apart from
// guesses.
//
// An operation is a number of instances, divided into parts. A part is one create:
// a range of the operation's slots, asked for by one call at a time. The calls of a
// part are numbered by generation: all calls of one generation bear the same client
// token or marker, and stand for the same instances. A part may have been changed
// by a candidate: an alternative to what the operation asked for first.
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
// leaves the ledger only by proof: its release was accepted, or it was seen before and
// is gone now. An instance is doubtful while the only answers that name it contradict
// themselves.
//
// The package is pure: it makes no calls, has no clock and starts nothing. Errors
// reach it as a [Verdict]. A [Ledger] is safe for concurrent use. Every change of
// state is a method in event.go, named for its event.
package ledger
