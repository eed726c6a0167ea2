// Package poll asks a cloud about many IDs in few calls. Callers wait for IDs
// independently of each other; the poller gathers what they wait for into full
// describe calls, decides when to ask, and takes each answer to whoever waits for
// it. It knows no cloud and no machine: how to ask, what an error means and when
// an ID is done are functions it is given.
//
// # When an ID is asked
//
// For each class of machines the poller keeps, by age, how many were pending and how
// many of those became ready: a life table, which learns from a launch while it is
// under way. From it a plan is drawn by dynamic programming: for each age of the last
// look the age of the next, so that the price of looks plus the delay between ready
// and seen is least. All is in proportion to the median boot time, so that a delay
// stays in proportion to the wait. Looks are dense where most machines become ready
// and sparse before and after; they are never closer than 2 s nor, for a stuck
// machine, further apart than 30 s. What few machines have shown is taken with
// caution: looks come a little earlier.
//
// Until 20 machines of a class have been seen, the first look comes when a prior says
// that one machine in ten is ready, between 3 s and 60 s after the cloud accepted
// it, and from then on every tenth of the ID's age. Of a Target that fills more than
// one call a first call goes at three fifths of that time and another at it, as
// scouts: what they tell of the class moves the looks at the others, either way. And
// of many that are due together while little is known, calls go one at a time.
//
// A plan that looks late cannot see that machines have become faster. Once in ten
// minutes of a class whose plan begins 15 s or more after the prior, one ID is asked
// when the prior says, with those that ride along; if a tenth of them is ready, the
// plan and most of what it rests on are forgotten.
//
// # Who shares a call
//
// IDs of one group share calls, whichever Target they belong to; an ID that
// several Targets wait for takes one slot. A round takes all IDs that are due,
// or nearly so, longest due first, in chunks of Config.Batch, and packs anew every
// time, so that no half-empty chunk lives on. Free slots of the last chunk go to
// the IDs due next. A chunk that is not full goes when its IDs are due on
// average, those asked early making up for those asked late, but keeps none for
// more than 2 s. Rounds are stretched by up to 10 % so that processes do not march in
// step, but the stretch and the starting point belong to the round, not to the ID:
// a cohort that was asked together stays together.
//
// Where the cloud can list who of an operation is ready (Config.List), a listing
// stands in for asking a large operation's pending IDs while few are ready. At least
// every third time an ID is asked about itself: tags come late, and machines that
// failed are in no listing.
//
// # When calls fail
//
// A failed call is the poller's affair, not its callers'. Throttling, server
// errors and timeouts make the group pause (1 s, doubling to 30 s, or as long as
// the server says), then one probe goes out; after the first success all is as
// before. The IDs keep their age and their place in the queue. When the cloud
// refuses a call because of an ID in it, the chunk is halved until that ID stands
// alone, and only its own waiters hear of it. Only when the cloud answers three
// times in a row that asking is pointless (credentials, permission) do the Targets
// of the group end, with that error.
//
// # When an ID is missing from an answer
//
// An answer that lacks an ID is a miss. A cloud may show a new ID late, drop an old
// one from an answer for a moment, or show nothing to credentials without the right
// to see it, so a miss is a guess. Three rules turn guesses into what is reported:
//
//   - An ID that was seen before, by this poller or by somebody the Target knows of, is
//     Gone after three misses in a row over at least 20 s. After the first miss it is
//     asked again 5 s later, then every 2.5 s: answers that leave IDs out now and then
//     show it again. The last question goes alone, one at a time and five a second at
//     most; of more than 20 it goes in company, so that thousands that vanish together
//     take about eight calls a hundred.
//   - An ID that was never seen is never Gone. When Config.Visible has passed since its
//     acceptance, and three misses over at least 20 s lie behind it, the Target hears
//     that it is Hidden: it may be late, elsewhere, or not for these credentials. For an
//     ID accepted long ago the three misses are enough.
//   - An ID whose release was accepted (Target.Leaving) is Gone after two misses 5 s
//     apart, whether it was seen or not.
//
// A miss counts from the moment the call was sent, so time that a call spends in a
// queue proves nothing. Any sighting starts all over. An answer that is not whole, and
// a call that fails, is no miss: the ID is asked again at the usual pace. Misses of an
// ID that was seen teach nothing about boot times. A refusal of a single ID as unknown
// counts like a miss.
//
// A Look asks each ID once and reports Absent for a miss. What it sees is told to those
// who wait, and it changes neither their pace nor what is learned.
//
// # What runs
//
// A group has no goroutine, only a timer and its calls in flight, and neither when
// nobody waits; there is nothing to close. Observers run in the goroutine that
// called Wait, without locks. An ID costs one 64-byte entry, a 32-byte
// subscription, a map slot and a heap slot: no goroutine, timer or channel.
package poll
