package poll

import (
	"context"
	"math/rand/v2"
	"time"
)

// Config says how to ask a cloud and how to read its answers. T is what one answer says
// about one ID. Only Fetch is required. The functions are called from several goroutines
// at once, and never under a lock of the poller.
type Config[T any] struct {
	// Batch is the largest number of IDs per Fetch: the cloud's limit. 0 = 100.
	Batch int

	// Parallel is the largest number of Fetches that a group has in flight. 0 = 4.
	Parallel int

	// Fetch makes one describe call. It waits for the account's rate budget itself.
	//
	// A whole answer says everything about the IDs: one that it does not mention is
	// absent. An answer that is not whole contradicts itself: the IDs that it mentions
	// count as seen, and the others are asked about again. With an error the answer is
	// ignored.
	//
	// The context belongs to the poller, not to a caller of Wait. It ends after
	// FetchTimeout, or when nobody waits for the group any more.
	Fetch func(ctx context.Context, group string, ids []string) (answer map[string]T, whole bool, err error)

	// List reads one page of the IDs of a Target's Series that are ready, and of no
	// others; next is "" after the last page. While few IDs of many are ready, listing
	// them takes fewer calls than asking about those that are pending.
	//
	// An ID that a listing does not mention is asked about later. When a listing fails,
	// all of them are. A page that is not whole proves nothing about the IDs that it
	// lacks. nil = the cloud has no such call.
	List func(ctx context.Context, group, series, page string) (answer map[string]T, next string, whole bool, err error)

	// Visible is how long after its acceptance an ID may stay invisible before a Target
	// is told that it is Hidden. 0 = 2 min.
	Visible time.Duration

	// Classify says what an error of Fetch means. nil = every error is Transient. It is
	// not asked about a Fetch that ran into FetchTimeout, which is Transient.
	Classify func(error) Failure

	// RetryAfter returns the pause that the server asks for in an error that is
	// Transient or Fatal. It replaces the computed pause. 0 = none. nil = never any.
	RetryAfter func(error) time.Duration

	// FetchTimeout bounds one Fetch, including its wait for the rate budget. 0 = 30 s.
	// A Fetch that does not end by then is abandoned: its IDs are asked about again, and
	// its answer is dropped.
	FetchTimeout time.Duration

	// First returns the time from acceptance after which one ID in ten of a class is
	// ready. It is used until the poller has seen enough IDs of the class. nil or a
	// result of 0 = 10 s. When in doubt return less: asking early costs calls, asking
	// late costs the time of every caller.
	First func(class string) time.Duration

	// Early is the age at which some IDs, one call's worth, of a class of which nothing is
	// known yet are looked at once before First: they may be quick. It is kept to
	// exactly, for the sake of IDs that are ready just then. 0 = no such look.
	Early time.Duration

	// Origin returns what the calls that serve a Wait or a Look are told of it, from its
	// context. Join adds what is known of all that a call serves, at most MaxOrigins of them,
	// to the context of the call. Both or neither are set. An origin that is nil is left out.
	Origin func(ctx context.Context) any
	Join   func(ctx context.Context, origins []any) context.Context

	// Paused is told of a call that gave no answer, and how long the group sends no other.
	// nil = nobody is told.
	Paused func(group string, err error, pause time.Duration)

	// Rand draws the jitter; the poller serializes its use. nil = a random seed.
	Rand *rand.Rand
}

// MaxOrigins bounds how many origins one call is told: ten thousand Waits may share it.
const MaxOrigins = 128

// Failure is what an error of Fetch means for the IDs that were asked about.
type Failure int

// Failures.
const (
	// Transient says nothing about any ID: throttled, 5xx, network. The call is repeated
	// later, and no Target is told.
	Transient Failure = iota
	// BadID means that the cloud refuses the call because of an ID in it.
	BadID
	// Missing means that the cloud answers an unknown ID with an error instead of leaving
	// it out. If the call was about that ID alone, this counts as one miss. If not, the
	// call is split to find the ID, as for BadID.
	Missing
	// Fatal means that asking again will not help: credentials, permission.
	Fatal
)

// withDefaults returns c with every optional setting filled in, except First.
func (c Config[T]) withDefaults() Config[T] {
	if c.Fetch == nil {
		panic("poll: Config.Fetch is nil")
	}
	if c.Batch <= 0 {
		c.Batch = 100
	}
	if c.Parallel <= 0 {
		c.Parallel = 4
	}
	if c.Visible <= 0 {
		c.Visible = visibleWithin
	}
	if c.FetchTimeout <= 0 {
		c.FetchTimeout = 30 * time.Second
	}
	if c.Classify == nil {
		c.Classify = func(error) Failure { return Transient }
	}
	if c.RetryAfter == nil {
		c.RetryAfter = func(error) time.Duration { return 0 }
	}
	if c.Rand == nil {
		c.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return c
}
