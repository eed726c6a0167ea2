package poll

import (
	"context"
	"math/rand/v2"
	"time"
)

// Config says how to ask and how to read what comes back. T is what one answer
// says about one ID. Only Fetch is required. The functions are called from
// several goroutines at once, never under a lock of the poller.
type Config[T any] struct {
	// Batch is the most IDs per Fetch, the cloud's limit. 0 = 100.
	Batch int

	// Parallel is the most Fetches in flight at once per group. 0 = 4.
	Parallel int

	// Fetch is one describe call. It waits for the account's rate budget
	// itself. An ID that a whole answer does not mention is absent. An answer that
	// is not whole contradicts itself: what it mentions counts, what it lacks is
	// asked again. With an error the answer is ignored. Its context belongs to the
	// poller, not to a caller of Wait: it ends after FetchTimeout, or when nobody
	// waits for the group any more.
	Fetch func(ctx context.Context, group string, ids []string) (answer map[string]T, whole bool, err error)

	// List is one call for a page of the IDs of a Target's Series that are ready,
	// and no others; next is "" after the last page. While few of many are ready
	// that takes fewer calls than asking about the pending. What a listing
	// misses is asked about by ID later, and one that fails is done without.
	// From a page that is not whole nothing is learned of the IDs it lacks.
	// nil = there is no such call.
	List func(ctx context.Context, group, series, page string) (answer map[string]T, next string, whole bool, err error)

	// Visible is how long after its acceptance an ID may stay unknown before a
	// Target hears that it is Hidden. 0 = 2 min.
	Visible time.Duration

	// Classify says what an error of Fetch means. nil = always Transient. It is
	// not asked about a Fetch that ran into FetchTimeout: that is Transient.
	Classify func(error) Failure

	// RetryAfter is the server's own wish in an error that is Transient or
	// Fatal; it replaces the computed back-off. 0 = none. nil = never any.
	RetryAfter func(error) time.Duration

	// FetchTimeout is the deadline of one Fetch, its wait for the rate budget
	// included. 0 = 30 s. A Fetch that ignores it is abandoned: its IDs are
	// asked again, its answer is dropped.
	FetchTimeout time.Duration

	// First is the time from acceptance to readiness that one machine in ten
	// of a class undercuts, used until own observations exist. nil or a result
	// of 0 = 10 s. When in doubt say less: asking early costs calls, asking
	// late costs everybody's time.
	First func(class string) time.Duration

	// Rand draws the jitter; the poller serializes its use. nil = a random seed.
	Rand *rand.Rand
}

// Failure is what an error of Fetch means for the IDs that were asked.
type Failure int

// Failures.
const (
	// Transient says nothing about any ID: throttled, 5xx, network. The round
	// is late, nobody is told.
	Transient Failure = iota
	// BadID means that the cloud refuses the call because of an ID in it.
	BadID
	// Missing means that the cloud answers an unknown ID with an error instead
	// of leaving it out. Asked alone the ID counts as missed once; in company it is
	// first found by splitting, like a BadID.
	Missing
	// Fatal means that asking again will not help: credentials, permission.
	Fatal
)

// withDefaults returns c with every optional setting filled in.
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
