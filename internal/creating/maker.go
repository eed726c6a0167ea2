package creating

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// Cloud is what making creates needs of a cloud.
type Cloud interface {
	// Call returns the call for a part. It may be made several times, and is the same create
	// each time. It calls [Maker.Announce] before it sends anything, and records the answer in
	// the ledger.
	Call(part int, p ledger.Part) func(ctx context.Context) error

	// Judge returns the meaning of an error of a call, or of this package; nil is success.
	Judge(err error) Verdict

	// FindMarked looks once for the instances with the marker of a part's current create, and
	// adopts them. It returns how many are new. Everything means that it reads every instance
	// of the region.
	FindMarked(ctx context.Context, part int, everything bool) (fresh int, err error)

	// FindTagged looks once for the instances with the tags of the operation. It gives those
	// that belong to no part to the given ones.
	FindTagged(ctx context.Context, parts []int) error

	// FindLate looks once for instances of creates that were given up, and adopts them. It
	// returns how many are new.
	FindLate(ctx context.Context, list []GivenUp) (fresh int, err error)

	// Searching reports that a search begins, and how long it may take.
	Searching(ctx context.Context, part int, takes time.Duration)

	// Explain returns the error of a part. Cause is the error that led to it, if there is one.
	Explain(why Reason, part int, cause error) error

	// Lacking returns why a candidate is known to be out of stock, or nil. Remember records a
	// new proof of that. Tried adds it to the report of the operation, once for each candidate;
	// skipped means that it was not asked for.
	Lacking(candidate int) error
	Remember(candidate int, why error)
	Tried(candidate int, why error, skipped bool)

	// Least returns the smallest number that one create of so many instances may accept, where
	// another candidate may create the rest.
	Least(count int) int

	// Unsaved keeps the error of a journal that did not save an answer, which may be nil.
	Unsaved(err error)
}

// Reason is why nothing more is done for a part. [Cloud.Explain] has the words.
type Reason int

// Reasons.
const (
	NotKnown     Reason = iota // a create was sent, its answer is not known, and nothing identifies it
	Unpaid                     // its order seems to wait for the payment
	SearchFailed               // the look for what a lost create made failed: the cause
	NotFound                   // an answer named instances that a search does not find
	TooOld                     // the cloud may have forgotten the client token: a person has to look
	TokenSpent                 // the token is dead, and it is the caller's own
	NumbersAgain               // a further create would repeat host names; the cause led to it
	NoStock                    // it is out of stock: the cause

	// Tokens do not hold errors. These stand for what happened before an operation was resumed.
	NoStockBefore
	RefusedBefore
	ReleasedBefore // also of the whole operation
)

// Rules are what is known about the cloud and the operation.
type Rules struct {
	Driver string // the name of the cloud

	Tokens  bool // creates carry a client token
	Markers bool // creates are found by a marker in the names of their instances
	Tags    bool // instances have tags of the operation

	OwnToken     bool // the client token is the caller's own: there is no second one
	DryRun       bool
	NumbersAgain bool // each create begins to number the host names anew
	Resumed      bool // another process began the operation

	Candidates  int  // how many alternatives there are for parts that are out of stock
	AcceptsLess bool // parts may be content with less than their share of the operation's minimum

	// NoneMade reports that a person has looked for instances of creates that cannot be
	// settled otherwise, and found none.
	NoneMade bool

	RetryFor  time.Duration // how long a call is repeated; negative means never
	SearchFor time.Duration // how long the instances of a lost create are looked for
	TrustFor  time.Duration // how long the cloud is trusted to remember a client token
}

// maxGenerations is how many creates a part makes at most. The outcome of each must be proven
// before the next.
const maxGenerations = 4

// mostAnswers is how many answers of a create are read, at most, until they agree.
const mostAnswers = 5

// Maker makes the creates of one operation. It is safe for concurrent use once its fields are
// set.
type Maker struct {
	Ledger  *ledger.Ledger
	Journal *journal.Journal
	Cloud   Cloud
	Rules   Rules

	Observer Observer // may be nil

	settling account.Mutex // of old creates

	mu       sync.Mutex
	failures []Failure // by part; the last ones may be missing
	scarce   error     // why parts accept less than their share
}

// Make makes the creates of all parts that have something left to do. The errors are those of
// [Maker.Failure].
func (m *Maker) Make(ctx context.Context) {
	open := m.Ledger.Open() // making one adds none
	if len(open) == 1 {     // most operations: a goroutine would only add cost
		m.makeOne(ctx, open[0])
		return
	}
	g := new(errgroup.Group)
	g.SetLimit(account.CallsAtOnce)
	for _, i := range open {
		g.Go(func() error {
			m.makeOne(ctx, i)
			return nil
		})
	}
	_ = g.Wait()
}

func (m *Maker) makeOne(ctx context.Context, i int) {
	if m.Observer != nil && !m.Rules.DryRun {
		p := m.Ledger.Part(i)
		defer m.observeEnd(ctx, i, p.Certain)
	}
	if err := ctx.Err(); err != nil {
		m.close(i, fmt.Errorf("%s: %w", m.Rules.Driver, err))
		return
	}
	m.close(i, m.create(ctx, i))
	m.Cloud.Unsaved(m.Journal.SaveAnyway(ctx))
}

// observeEnd tells the observer how the create of a part has ended, which had so many
// certain instances before.
func (m *Maker) observeEnd(ctx context.Context, i, before int) {
	p, err := m.Ledger.Part(i), m.Failure(i).Err
	missing := 0
	if err != nil || p.Open() {
		missing = p.Missing()
	}
	m.Observer.Created(ctx, p.Certain-before, missing, p.Status == ledger.Sent, err)
}

// create makes one create, and repeats it only while that is safe.
func (m *Maker) create(ctx context.Context, i int) error {
	switch {
	case m.Rules.Tokens:
		return m.byToken(ctx, i)
	case m.Rules.Markers:
		return m.byMarker(ctx, i)
	case m.Ledger.Status(i) == ledger.Sent:
		return m.Cloud.Explain(NotKnown, i, nil)
	}
	return m.repeat(ctx, i)
}

// ErrReleasing is the error of a call that is not sent because of a release.
var ErrReleasing = errors.New("the operation is being released")

// Announce records that a call of a part is about to be sent. When this cannot be saved,
// nothing is sent.
func (m *Maker) Announce(ctx context.Context, i int) error {
	first, ok := m.Ledger.Send(i, time.Now())
	if !ok {
		return ErrReleasing
	}
	err := m.Journal.Save(ctx)
	if err != nil && first {
		m.Ledger.TakeBack(i)
	}
	return err
}

// repeat makes the same call while that is safe. With client tokens, it does so until the
// answers agree.
func (m *Maker) repeat(ctx context.Context, i int) error {
	p := m.Ledger.Part(i)
	call := m.Cloud.Call(i, p)
	again := func(err error) account.Again {
		a := m.again(i, &p, err)
		if m.Observer != nil {
			a.Observer = m.Observer
		}
		return a
	}
	err := account.Repeat(ctx, m.stop(), again, call)
	switch {
	case err != nil:
		return err
	case m.Rules.DryRun:
		m.Ledger.ApproveDryRun(i)
		return nil
	case m.Rules.Tokens:
		return m.untilAgreed(ctx, i, again, call)
	case !m.Rules.Markers:
		m.Ledger.Agree(i) // there is no way to ask again
	}
	return m.tooFew(i)
}

// stop returns when a call that begins now is not repeated any more.
func (m *Maker) stop() time.Time { return time.Now().Add(m.Rules.RetryFor) }

// again decides whether a call for a part may be sent again unchanged. A refusal with IDs,
// which proves that nothing more was made, finishes the part. Without a token, a call that
// returned IDs had an effect, whatever its error says.
func (m *Maker) again(i int, before *ledger.Part, err error) account.Again {
	v, now := m.Cloud.Judge(err), m.Ledger.Part(i)
	switch {
	case !v.Answered, now.Generation != before.Generation, !now.Open():
		return account.Again{}
	case !m.Rules.Tokens && len(now.IDs) > len(before.IDs):
		return account.Again{}
	case now.Stale(time.Now(), m.trust()):
		return account.Again{}
	}
	return account.Again{Worth: v.MayRepeat(m.Rules.Tokens), After: v.After, Within: v.Within}
}

// trust returns how old the first call of a token may be for another one to go out: the call
// may come after a pause.
func (m *Maker) trust() time.Duration { return m.Rules.TrustFor - 2*account.MaxPause }

// untilAgreed asks again, by the same token, while an answer without an error names another
// number of instances than was asked for. One answer does not prove that there are no more.
func (m *Maker) untilAgreed(
	ctx context.Context, i int, again func(error) account.Again, call func(context.Context) error,
) error {
	for n := range mostAnswers {
		p := m.Ledger.Part(i)
		if !p.Open() || m.Ledger.Agreed(i) {
			break
		}
		if !account.Sleep(ctx, account.Pause(n)) {
			return account.Ended(ctx, &CountError{Asked: p.Count, Got: len(p.IDs)})
		}
		err := account.Repeat(ctx, m.stop(), again, call)
		contradicts := m.Cloud.Judge(err).Scarce // the token has made something, and is not refused for lack of stock
		if err != nil && !contradicts {
			return err
		}
	}
	if m.Ledger.Agreed(i) {
		m.Ledger.Agree(i)
	}
	return m.tooFew(i)
}

// tooFew returns an error when the answers to an open part have named a wrong number of
// instances, or nil.
func (m *Maker) tooFew(i int) error {
	p := m.Ledger.Part(i)
	if !p.Open() {
		return nil
	}
	return &CountError{Asked: p.Count, Got: len(p.IDs) + len(p.Extra)}
}

// shares are the shares, of 120, that the pauses of a search have in its time.
var shares = [...]time.Duration{2, 4, 8, 15, 30, 61}

// pauses returns the pauses before each look for instances of a lost create. They get longer.
func (m *Maker) pauses() []time.Duration {
	out := make([]time.Duration, 0, len(shares))
	for _, share := range shares {
		out = append(out, share*m.Rules.SearchFor/120)
	}
	return out
}

// short is the number of pauses of a short search: 14 s instead of 2 minutes.
const short = 3

// begin reports that a search begins: nothing else is created for the part meanwhile. It
// returns the context of the search, and what is told its end.
func (m *Maker) begin(
	ctx context.Context, i int, pauses []time.Duration,
) (search context.Context, end func(found int, err error)) {
	var all time.Duration
	for _, d := range pauses {
		all += d
	}
	m.Cloud.Searching(ctx, i, all)
	if m.Observer == nil {
		return ctx, func(int, error) {}
	}
	return m.Observer.Search(ctx, !m.Rules.Tokens)
}
