package notice

import "time"

// Kind is what a notice is about.
type Kind string

// Kinds. Another kind is the cloud's own word.
const (
	Reclaim     Kind = "reclaim"      // a spot instance will be taken back soon, in about 5 minutes on ECS
	Maintenance Kind = "maintenance"  // the cloud will restart it or move it to another host
	Failure     Kind = "failure"      // its host has failed, or it was restarted by a failure
	Expired     Kind = "expired"      // its prepaid time is over: it is stopped, and later released
	Overdue     Kind = "overdue"      // a bill is not paid: it is stopped, and later released
	Locked      Kind = "locked"       // locked for security: a person has to look
	Recycled    Kind = "recycled"     // it is in the recycle bin
	LateFailure Kind = "late-failure" // its create was accepted, and failed later
)

// Stage is how far something is.
type Stage string

// Stages. The zero value means that the cloud does not say.
const (
	Scheduled Stage = "scheduled" // it will happen
	Asked     Stage = "asked"     // the cloud waits for an answer of the account
	Running   Stage = "running"   // it happens now
	Done      Stage = "done"
	Avoided   Stage = "avoided" // it will not happen
)

// Notice is one thing that happens to one instance.
type Notice struct {
	Kind       Kind
	Stage      Stage
	InstanceID string
	Region     string

	EventID   string    // the cloud's own ID; "" for notices that are a state of the instance
	NotBefore time.Time // it happens no sooner; zero where the cloud does not say
	Published time.Time // zero where the cloud does not say
	Reason    string    // in the cloud's own words
	RawKind   string    // the cloud's own words for Kind and Stage
	RawStage  string

	// Over reports that a complete answer does not have the notice any more. Everything else is
	// as it was last. An instance that was to be taken back is probably gone then.
	Over bool
}

// key is what makes two notices the same one.
type key struct {
	kind     Kind
	instance string
	event    string
}

func (n *Notice) key() key { return key{n.Kind, n.InstanceID, n.EventID} }

// news reports whether a notice says more than the one before it.
func (n *Notice) news(before *Notice) bool {
	moved := n.Stage != before.Stage || n.RawStage != before.RawStage
	return moved || !n.NotBefore.Equal(before.NotBefore)
}
