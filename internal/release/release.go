package release

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// Phase is where an instance is in its life, as far as its release depends on it.
type Phase int

// Phases of an instance.
const (
	Alive    Phase = iota // none of the others, also when no look shows the instance
	Pending               // being created: it may refuse its release
	Recycled              // in a recycle bin
	Leaving               // its release was accepted
	Ended
)

// Row is what a look shows of an instance.
type Row struct {
	ID      string
	Phase   Phase
	Billing string
}

// Kind is what all instances of one call have in common.
type Kind struct {
	Billing  string // "" where the calls do not differ by it
	Recycled bool
}

// Config is what a release needs of its user. The functions are called by several goroutines.
type Config struct {
	// Calls makes the calls, and has the failures afterwards. Its Judge and RetryFor are set.
	// [New] sets the rest.
	Calls *account.Batches

	// PerCall is how many instances one call may name.
	PerCall int

	// DefaultBilling is the billing of instances that no look shows. "" means that the calls
	// do not differ by billing.
	DefaultBilling string

	// BinBilling is the billing of instances that a release only moves to a recycle bin. ""
	// means that there is no bin.
	BinBilling string

	// YoungFor is how long a new instance may refuse its release because it is still being
	// created. Until then, a refusal for its state needs no look.
	YoungFor time.Duration

	// VisibleWithin is how long a new instance may stay invisible.
	VisibleWithin time.Duration

	// Send asks once for the release of instances of one kind.
	Send func(ctx context.Context, kind Kind, ids []string) error

	// Look asks about instances. Whole reports that the answers do not contradict themselves.
	// An error comes with the rows that were read before it.
	Look func(ctx context.Context, ids []string) (rows map[string]Row, whole bool, err error)

	// Leave waits until released instances have ended or lie in the bin. An error comes with
	// those that have. It is needed where there is a bin.
	Leave func(ctx context.Context, ids []string) ([]Row, error)

	// HasSeen reports whether an instance has existed. HasEnded reports whether its release
	// was accepted, or it was shown as ended. False proves nothing.
	HasSeen, HasEnded func(id string) bool

	// Born returns when a new instance was created, and the zero time for others.
	Born func(id string) time.Time

	// Foreign returns the given instances that belong to other users. It is called before each
	// call. Nil means that all belong to the caller.
	Foreign func(ctx context.Context, ids []string) []string
}

// Release is one request to release instances. It is used once.
type Release struct {
	Config

	kinds      map[string]Kind // as looked up; nil where one call fits all
	lookFailed bool            // the look has failed: kinds lacks some
	lookShort  bool            // it showed less than the cloud has

	mu      sync.Mutex
	foreign map[string]bool     // of other users: left out
	taken   map[string]bool     // the cloud has accepted their release
	gone    map[string]bool     // it is proven that they have ended
	miss    map[string]*absence // of those that the cloud did not find
	shown   map[string]bool     // whether the last look has shown them
}

// New returns a release that has not begun.
func New(c Config) *Release {
	r := &Release{
		Config:  c,
		foreign: map[string]bool{}, taken: map[string]bool{}, gone: map[string]bool{},
		miss: map[string]*absence{}, shown: map[string]bool{},
	}
	r.Calls.DividesTransient = true
	r.Calls.Settle, r.Calls.Divide = r.settle, r.groups
	return r
}

// Run releases the instances, each named once, and reports what became of them. Config.Calls
// has the failures.
func (r *Release) Run(ctx context.Context, ids []string) Result {
	lookErr := r.lookUpKinds(ctx, ids)
	if lookErr != nil {
		lookErr = fmt.Errorf("looking up how the instances are to be released: %w", lookErr)
	}
	if lookErr != nil && ctx.Err() != nil {
		r.Calls.Fail(ids, account.Failure{Err: lookErr})
		return r.result(ids, nil)
	}
	r.all(ctx, ids)
	r.emptyBin(ctx, ids)
	return r.result(ids, lookErr)
}

// all releases the instances, packed into as few requests as the cloud allows.
func (r *Release) all(ctx context.Context, ids []string) {
	kinds := map[Kind][]string{}
	for _, id := range ids {
		kinds[r.kind(id)] = append(kinds[r.kind(id)], id)
	}
	var list []account.Group
	for _, kind := range slices.SortedFunc(maps.Keys(kinds), Kind.compare) {
		list = append(list, account.Groups(kinds[kind], r.PerCall, func(ctx context.Context, ids []string) error {
			return r.once(ctx, kind, ids)
		})...)
	}
	r.Calls.Run(ctx, list)
}

func (k Kind) compare(other Kind) int {
	return cmp.Or(cmp.Compare(k.Billing, other.Billing),
		cmp.Compare(fmt.Sprint(k.Recycled), fmt.Sprint(other.Recycled)))
}

func (r *Release) once(ctx context.Context, kind Kind, ids []string) error {
	if ids = r.withoutForeign(ctx, ids); len(ids) == 0 {
		return nil
	}
	err := r.Send(ctx, kind, ids)
	if err == nil {
		r.accepted(ids)
	}
	return err
}

// withoutForeign returns the instances that are not known to belong to other users.
func (r *Release) withoutForeign(ctx context.Context, ids []string) []string {
	if r.Foreign == nil {
		return ids
	}
	found := r.Foreign(ctx, ids)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range found {
		r.foreign[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.foreign[id] })
}

func (r *Release) accepted(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		r.taken[id] = true
	}
}
