// Package creating makes the creates of an operation, and decides what happens when one fails.
// Each part of a [ledger.Ledger] is one create. It ends when the ledger has all its instances,
// or proof that there are no more, or when nothing more can be done safely.
//
// Where creates carry a client token, the cloud recognizes a repeated call:
//
//	answer                     what happens next
//	all instances              the part is done
//	fewer instances            the same call again, until two answers agree
//	lost                       the same call again
//	lost long ago              the cloud may have forgotten the token: a look by the owner's tags,
//	                           or a person has to look; then the next token for the rest
//	the token is dead          the next token; a look by the owner's tags comes first
//	refused                    the part ends
//
// Where creates are found by a marker in the names of their instances, nothing is repeated
// that may have been executed:
//
//	answer                     what happens next
//	all instances              the part is done
//	lost, or fewer instances   a search for the marker; then another create for the rest
//	refused                    the part ends
//
// The package knows no spec, no cloud and no instance. Errors reach it as a [Verdict], and the
// texts of the errors that it returns are made by the [Cloud].
package creating
