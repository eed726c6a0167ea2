package await

import "time"

// Phase is how far an ID has come on its way to what a wait is for.
type Phase uint8

// Phases. A Sighting has one of Pending, Limited, Ready and Failed.
const (
	Unanswered Phase = iota // no answer has said anything about it
	Absent                  // never seen, and missing from the answer to a look; proves nothing
	Hidden                  // never seen, and its time to become visible is over; proves nothing
	Pending                 // seen, and not ready yet
	Limited                 // like Pending, for at most Sighting.Limit
	Ready                   // it is where the wait wants it
	Failed                  // it will never be ready
)

// ends reports whether the wait for an ID in this phase has ended.
func (p Phase) ends() bool { return p == Hidden || p == Ready || p == Failed }

// Sighting is what an answer that mentions an ID means for a wait.
type Sighting struct {
	State     string // in the words of the user of the wait; a change of it is reported
	Raw       string // in the words of the cloud
	NoAddress bool   // it was seen without any address
	Owner     uint8  // whose it is, in numbers of the user of the wait; 0 when that is not proved

	Phase Phase
	Limit time.Duration // how long an ID may stay in phase Limited without a change of State
	// Reason says why the ID has failed, or will have failed when Limit has passed. Err is the
	// class of the reason in the user's terms; it may be nil.
	Reason string
	Err    error
}
