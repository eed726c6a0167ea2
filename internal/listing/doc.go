// Package listing reads lists that come in pages, from services whose lists lie: pages repeat
// rows, an answer shows fewer rows than it counts, a list is cut without a word.
//
//   - [Reader.All] yields every row of a list once. A page that cannot be true is read again,
//     and then becomes an error.
//   - [Reader.Capped] does so for a list that the service may cut: a longer list, which it does
//     not cut, completes it.
//   - [Reader.ByIDs] yields the rows of some IDs, and [Reader.Find] returns them. A service that
//     refuses a call because it does not know one ID hides no other row.
//   - [Page.Wrong] finds what cannot be true in one page.
//
// The package knows no cloud and no type of an instance: a row has an ID. Its user repeats the
// calls, says what their errors mean, and makes the errors about pages that cannot be true.
package listing
