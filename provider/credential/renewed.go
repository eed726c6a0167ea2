package credential

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	// renewBefore is how long before their end keys are renewed, as in the vendors' SDKs. Keys of
	// a shorter life are renewed when a quarter of it is left.
	renewBefore = 5 * time.Minute

	// renewWithin bounds one renewal.
	renewWithin = 30 * time.Second

	// holdUp is how long a call waits for a renewal while the old keys are still good.
	holdUp = 5 * time.Second

	// renewPause is how long the old keys serve after a renewal failed, before the next attempt.
	renewPause = 30 * time.Second
)

// Renewed returns a source of temporary credentials. Fetch gets new ones and returns when they
// end; the zero time means that they never do. It is called when the first call needs credentials,
// and 5 minutes before the end of the last ones, or when a quarter of their life is left, if that is
// less.
//
// Calls that need credentials at the same time share one fetch. A call leaves when its own ctx ends;
// the fetch goes on while others wait, and its ctx ends when nobody waits or after 30 s. If it fails,
// the old credentials serve until their end, and the next attempt follows after 30 s. A call with
// good credentials waits at most 5 s for new ones. The ctx of fetch has no values of a caller's.
//
// The errors of fetch are passed on, so they must hold no secret. An error that is [ErrAbsent] says
// that the source is not configured. A panic of fetch becomes an error without its value. Half a key
// pair, and credentials that have already expired, are errors.
func Renewed(fetch func(ctx context.Context) (provider.Credentials, time.Time, error)) provider.CredentialsSource {
	r := &renewed{fetch: fetch}
	r.renewals = newFlights(renewWithin, r.renew)
	return prompt(r.credentials)
}

// renewed is what Renewed returns.
type renewed struct {
	fetch    func(ctx context.Context) (provider.Credentials, time.Time, error)
	current  atomic.Pointer[lease] // nil: none yet
	renewals *flights[*lease]
}

// lease is a set of keys with its times. It is immutable.
type lease struct {
	keys    provider.Credentials
	expires time.Time // zero: never
	renew   time.Time // when to get new ones
}

// goodAt reports whether the keys may still be used.
func (l *lease) goodAt(now time.Time) bool {
	if l == nil {
		return false
	}
	return l.expires.IsZero() || now.Before(l.expires)
}

// freshAt reports whether it is too early for a renewal.
func (l *lease) freshAt(now time.Time) bool {
	if l == nil {
		return false
	}
	return l.expires.IsZero() || now.Before(l.renew)
}

func (r *renewed) credentials(ctx context.Context) (provider.Credentials, error) {
	old := r.current.Load()
	now := time.Now()
	switch {
	case old.freshAt(now):
		return old.keys, nil
	case !old.goodAt(now):
		return r.wait(ctx, old)
	}
	patience, cancel := context.WithTimeout(ctx, min(holdUp, old.expires.Sub(now)))
	defer cancel()
	l, err := r.renewals.join(patience)
	switch {
	case err == nil:
		return l.keys, nil
	case ctx.Err() != nil:
		return provider.Credentials{}, ctx.Err()
	case !old.goodAt(time.Now()): // it ended meanwhile
		return r.wait(ctx, old)
	}
	r.pause(old)
	return old.keys, nil
}

// wait waits for new keys without old ones to fall back to.
func (r *renewed) wait(ctx context.Context, old *lease) (provider.Credentials, error) {
	l, err := r.renewals.join(ctx)
	switch {
	case err == nil:
		return l.keys, nil
	case ctx.Err() != nil:
		return provider.Credentials{}, ctx.Err()
	case old != nil:
		return provider.Credentials{}, fmt.Errorf("the credentials expired at %s, and renewing them failed: %w",
			at(old.expires), err)
	}
	return provider.Credentials{}, err
}

// pause lets the old keys serve for a while, after a renewal failed.
func (r *renewed) pause(old *lease) {
	later := *old
	later.renew = time.Now().Add(renewPause)
	r.current.CompareAndSwap(old, &later)
}

// renew gets new keys. It runs once at a time.
func (r *renewed) renew(ctx context.Context) (*lease, error) {
	if l := r.current.Load(); l.freshAt(time.Now()) { // of a renewal that ended a moment ago
		return l, nil
	}
	keys, expires, err := r.fetch(ctx)
	if err != nil {
		return nil, err
	}
	if err := Complete(keys); err != nil {
		return nil, fmt.Errorf("new credentials are of no use: %w", err)
	}
	now := time.Now()
	if err := Expired(expires, now); err != nil {
		return nil, err
	}
	l := &lease{keys: keys, expires: expires}
	if !expires.IsZero() {
		l.renew = expires.Add(-min(renewBefore, expires.Sub(now)/4))
	}
	r.current.Store(l)
	return l, nil
}

// Expired returns an error when credentials have ended by the local clock, which may be wrong. The
// zero time means that they have no end.
func Expired(expires, now time.Time) error {
	if expires.IsZero() || now.Before(expires) {
		return nil
	}
	const text = "the credentials expired at %s, and the local time is %s: get new ones, or set the clock if it is wrong"
	return fmt.Errorf(text, at(expires), at(now))
}

// at writes a time as the user's clock shows it.
func at(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 -0700") }
