package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Steps of the additive increase and multiplicative decrease of a call rate.
const (
	calmTime  = 10 * time.Second // without a throttle, before the rate grows
	slowest   = rate.Limit(0.1)  // calls a second, however often it is throttled
	growSteps = 10               // calm times from nothing back to the documented rate
)

// Budget keeps the calls of accounts below the clouds' documented rates, and
// lower where a cloud says so: a throttled call halves the rate, every calm while
// adds a step up to the documented rate. Clouds count per account, so the clients
// of one account should share one ([Options].Budget); clients of different
// accounts must not. The zero value is an unused budget. It is safe for concurrent
// use and must not be copied.
type Budget struct {
	mu      sync.Mutex
	reading chan struct{} // holds a token for each describe call under way; nil until it is used
	buckets map[bucketKey]*bucket
}

// describesAtOnce bounds the describe calls of an account that are under way,
// whatever their region, and so its connections.
const describesAtOnce = 8

type bucketKey struct {
	driver string
	region string
	api    API
}

// NewBudget returns an unused budget.
func NewBudget() *Budget { return &Budget{reading: make(chan struct{}, describesAtOnce)} }

// start waits until few enough describe calls are under way, where api is one.
func (b *Budget) start(ctx context.Context, api API) error {
	if err := ctx.Err(); err != nil || api != APIDescribeInstances {
		return err
	}
	select {
	case b.readers() <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// done must follow when a call ends that wait has allowed.
func (b *Budget) done(api API) {
	if api == APIDescribeInstances {
		<-b.readers()
	}
}

// readers holds a token for each describe call under way.
func (b *Budget) readers() chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading == nil {
		b.reading = make(chan struct{}, describesAtOnce)
	}
	return b.reading
}

// lineKey is where a context holds the line of a request.
type lineKey struct{}

// inLine makes the calls of one request wait for the budget one by one. Whoever
// makes thousands of calls then stands in line once, like everybody else, and a
// request of one call is not behind all of them.
func inLine(ctx context.Context) context.Context {
	if ctx.Value(lineKey{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, lineKey{}, make(chan struct{}, 1))
}

// standInLine waits until no other call of the same request waits.
func standInLine(ctx context.Context) (leave func(), err error) {
	line, ok := ctx.Value(lineKey{}).(chan struct{})
	if !ok {
		return func() {}, nil
	}
	select {
	case line <- struct{}{}:
		return func() { <-line }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wait blocks until a call may be made, or ctx ends. It returns when the call
// is made, for report; done must follow.
func (b *Budget) wait(ctx context.Context, c *Client, region string, api API) (time.Time, error) {
	leave, err := standInLine(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer leave()
	// The turns are kept until the whole wait is over, so that what a bucket allows
	// cannot pile up behind what comes next: the calls would go all at once then.
	// Every wait takes them in the same order: no two can wait for each other.
	own, all := b.bucketsOf(c, region, api)
	if err := own.enter(ctx, api); err != nil {
		return time.Time{}, err
	}
	defer own.passTurn()
	// A describe takes its place after the rate of its region, which then holds up
	// no other region, and before that of all calls: a create must not wait until
	// describes that hang have ended.
	if err := b.start(ctx, api); err != nil {
		return time.Time{}, err
	}
	if err := all.enter(ctx, api); err != nil {
		b.done(api)
		return time.Time{}, err
	}
	defer all.passTurn()
	now := time.Now()
	own.note(now)
	all.note(now)
	return now, nil
}

// report records how the cloud took a call that was made at the given time. A
// throttle that says for how long (Retry-After) also holds back the calls that come
// next, of the same kind where those have a rate of their own.
func (b *Budget) report(c *Client, region string, api API, made time.Time, err error) {
	own, all := b.bucketsOf(c, region, api)
	throttled := errors.Is(err, ErrThrottled)
	own.report(made, throttled)
	all.report(made, throttled)
	after := retryAfter(err)
	switch {
	case !throttled || after == 0:
	case own != nil:
		own.close(after)
	default:
		all.close(after)
	}
}

// BudgetError is a call that was not sent: the account's call budget would have let
// it go only after the deadline of its ctx. Nothing was done, and the cloud was not
// asked. It matches [ErrThrottled].
type BudgetError struct {
	API     API
	FreesIn time.Duration // until the budget has room for the call
	EndsIn  time.Duration // until ctx's deadline
}

// Error says when the budget has room and when ctx ends.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("%v: the call budget of %s frees up in %v, after ctx's deadline in %v; nothing was sent: "+
		"give the call more time, or raise Options.Rates if the account has a higher quota",
		ErrThrottled, e.API, rounded(e.FreesIn), rounded(e.EndsIn))
}

// Unwrap returns [ErrThrottled].
func (e *BudgetError) Unwrap() error { return ErrThrottled }

// rounded returns a duration as somebody would say it.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}

// bucketsOf returns the buckets a call draws on: its own and the one shared by
// all calls of the account, each nil where the cloud documents none.
func (b *Budget) bucketsOf(c *Client, region string, api API) (own, all *bucket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.limits.RatesSpanRegions {
		region = ""
	}
	return b.bucket(c, region, api), b.bucket(c, "", AnyAPI)
}

// bucket returns that of a documented rate, or nil. Callers have b.mu.
func (b *Budget) bucket(c *Client, region string, api API) *bucket {
	r, ok := c.limits.Rates[api]
	if !ok || r.Calls <= 0 || r.Per <= 0 {
		return nil
	}
	if b.buckets == nil {
		b.buckets = map[bucketKey]*bucket{}
	}
	k := bucketKey{c.name, region, api}
	if b.buckets[k] == nil {
		b.buckets[k] = r.bucket()
	}
	return b.buckets[k]
}
