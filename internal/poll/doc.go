// Package poll asks a cloud about many IDs in few calls. Callers wait for IDs
// independently of each other. The poller puts the IDs that they wait for into full
// describe calls, decides when a call goes out, and hands each answer to the callers that
// wait for it. It knows no cloud and no instance: how to ask, what an error means and
// when an ID is done are functions that it is given.
//
// When an ID is looked at is the subject of package boot, which learns boot times. This
// package decides which IDs share a call.
//
// # Who shares a call
//
// IDs of one group share calls, whichever Target they belong to. An ID that several
// Targets wait for takes one slot.
//
// A round asks about all IDs that are due, or nearly due, in calls of Config.Batch IDs.
// The ID that has been due longest goes first. Every round packs its calls anew, so that
// no half-empty call is repeated. Free slots of the last call go to the IDs that are due
// next.
//
// A call that is not full goes out when its IDs are due on average: those that are asked
// about early make up for those that are asked about late. It keeps no ID waiting for
// more than 2 s.
//
// All intervals of a round are multiplied by one factor between 0.9 and 1.1, so that
// several processes do not ask at the same moments. The factor and the moment from which
// intervals count belong to the round and not to the ID: IDs that were asked about
// together stay together.
//
// Where the cloud can list the IDs of an operation that are ready (Config.List), a
// listing replaces looks at the pending IDs of a large operation while few are ready. At
// least every third look at an ID is about the ID itself: clouds attach tags late, and
// instances that failed are in no listing.
//
// # When calls fail
//
// The poller repeats a call that failed; its callers need not. Throttling, server errors
// and timeouts make the group pause: 1 s, then twice as long each time up to 30 s, or as
// long as the server asks for. Then a single call tests the cloud, and after the first
// success all goes on as before. The IDs keep their age and their place in the queue.
//
// When the cloud refuses a call because of an ID in it, the call is split in halves until
// that ID stands alone. Only the Targets that wait for this ID are told.
//
// When the cloud answers three times in a row that asking again will not help
// (credentials, permission), all Targets of the group end with that error.
//
// # When an ID is missing from an answer
//
// An answer that lacks an ID is a miss. A cloud may show a new ID late, leave out an old
// one by mistake, or show nothing to credentials without the right to see it. So a miss
// proves nothing yet. There are three rules:
//
//   - An ID that was seen before, by this poller or as the Target says, is Gone after
//     three misses in a row over at least 20 s. After the first miss it is asked about
//     again 5 s later, then every 2.5 s, so that a mistake is noticed. The last question
//     is about this ID alone; there is one such call at a time, and five a second at
//     most. When more than 20 IDs wait for their last question, the others share calls:
//     thousands of IDs that disappear together take about eight calls a hundred.
//   - An ID that was never seen is never Gone. When Config.Visible has passed since its
//     acceptance, and there were three misses over at least 20 s, the Target is told that
//     the ID is Hidden: it may become visible late, it may be elsewhere, or these
//     credentials may not see it. For an ID that was accepted long ago the three misses
//     are enough.
//   - An ID whose release was accepted (Target.Leaving) is Gone after two misses that are
//     5 s apart, even if it was never seen.
//
// The time between two misses counts from the first answer to the moment when the second
// call was sent. So the time that a call spends in a queue proves nothing. When an answer
// shows the ID, all counting starts again. An answer that is not whole, and a call that
// fails, is no miss: the ID is asked about again at the usual pace. A miss of an ID that
// was seen teaches nothing about boot times. When the cloud refuses a single ID as
// unknown, that counts as a miss.
//
// A Look asks about each ID once and reports Absent for a miss. The Targets that wait for
// the ID are told what the Look has seen. The Look changes neither when they look next nor
// what is learned.
//
// # What runs
//
// A group has no goroutine, only a timer and its calls in flight. When nobody waits it
// has neither, so there is nothing to close. Observers run in the goroutine that called
// Wait, without locks. An ID costs one entry of 64 bytes, a subscription of 32 bytes, a
// map slot and a heap slot: no goroutine, timer or channel.
package poll
