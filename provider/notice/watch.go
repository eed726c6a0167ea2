package notice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Options are for [Watch]. Nil is the default.
type Options struct {
	Region string // "" means the region of the client

	// Kinds are the only kinds that are asked for and yielded. Empty means all.
	Kinds []Kind

	// Every replaces how often each question is asked, at least 10 s. 0 means what each question
	// deserves: 30 s for reclaims, 5 minutes for the others.
	Every time.Duration

	// Once asks each question once, and ends.
	Once bool

	// Lenient keeps the watch going when a question is refused: it yields the error, and asks
	// again. Otherwise a question that the cloud refuses for good ends the watch. Failures that
	// pass, such as throttling, never end it.
	Lenient bool
}

// leastEvery is how often a question is asked at most: several watches share one budget.
const leastEvery = 10 * time.Second

// Questions returns what the client's cloud can be asked. The error matches
// [errors.ErrUnsupported] where there is nothing.
func Questions(c *provider.Client) ([]Question, error) {
	d, ok := c.Driver().(Driver)
	if !ok {
		return nil, fmt.Errorf("%s: notices: the cloud has no call for this: %w", c.Name(), errors.ErrUnsupported)
	}
	return d.Questions(), nil
}

// Watch yields every notice about the instances of a region once, again when it has changed, and a
// last time when it is over, until ctx ends: the loop then ends without an error. Notices that were
// there before the watch come first. One watch for an account and region is enough; share what it
// yields. Nothing runs while the body of the loop does.
func Watch(ctx context.Context, c *provider.Client, o *Options) iter.Seq2[Notice, error] {
	return func(yield func(Notice, error) bool) {
		w := &watch{c: c, yield: yield}
		if o != nil {
			w.o = *o
		}
		if err := w.prepare(); err != nil {
			yield(Notice{}, err)
			return
		}
		for w.ask(ctx) {
			if !w.pause(ctx) {
				return
			}
		}
	}
}

// watch is one loop of Watch.
type watch struct {
	c     *provider.Client
	d     Driver
	o     Options
	yield func(Notice, error) bool
	asked []*asked
}

// asked is a question, and what its latest complete answer had.
type asked struct {
	Question
	next  time.Time
	known map[key]*Notice
}

func (w *watch) prepare() error {
	questions, err := Questions(w.c)
	if err != nil {
		return err
	}
	w.d = w.c.Driver().(Driver) //nolint:forcetypeassert // Questions has looked
	w.o.Region = cmp.Or(w.o.Region, w.c.Region())
	var k provider.Checker
	k.Require(w.o.Region != "", "Options.Region", nil, "required: neither the options nor the client names one")
	k.Require(w.o.Every == 0 || w.o.Every >= leastEvery, "Options.Every", w.o.Every, "must be at least 10 s")
	for _, q := range questions {
		wanted := len(w.o.Kinds) == 0 || slices.ContainsFunc(q.Kinds, func(kind Kind) bool { return slices.Contains(w.o.Kinds, kind) })
		if wanted {
			q.Every = cmp.Or(w.o.Every, q.Every)
			w.asked = append(w.asked, &asked{Question: q, known: map[key]*Notice{}})
		}
	}
	if len(w.asked) == 0 && len(w.o.Kinds) > 0 {
		return fmt.Errorf("%s: notices of %q: the cloud has no call for this: %w", w.c.Name(), w.o.Kinds, errors.ErrUnsupported)
	}
	return k.Err()
}

// ask asks every question whose time has come. It returns false when the loop is over.
func (w *watch) ask(ctx context.Context) (goesOn bool) {
	for _, q := range w.asked {
		if time.Now().Before(q.next) {
			continue
		}
		now, err := w.read(ctx, q)
		q.next = time.Now().Add(jitter(q.Every))
		switch {
		case ctx.Err() != nil:
			return false
		case err != nil:
			if !w.fail(err) {
				return false
			}
		default:
			if !w.tell(q, now) {
				return false
			}
		}
	}
	return !w.o.Once
}

// jitter keeps the watches of many processes from asking at the same time: it takes up to a tenth
// off.
func jitter(every time.Duration) time.Duration {
	return every - time.Duration(rand.Int64N(int64(every)/10+1)) //nolint:gosec // no secret depends on it
}

// read reads a complete answer.
func (w *watch) read(ctx context.Context, q *asked) ([]Notice, error) {
	call := provider.Call{Client: w.c, Region: w.o.Region, API: apiNotices}
	var list []Notice
	page := func(ctx context.Context, token string) (*provider.Page[Notice], error) {
		return w.d.DescribeNotices(ctx, w.o.Region, q.Name, token)
	}
	for n, err := range provider.ReadPages(ctx, call, page) {
		if err != nil {
			return nil, fmt.Errorf("%s: asking for %s: %w", w.c.Name(), q.Name, err)
		}
		list = append(list, n)
	}
	return list, nil
}

// fail yields an error that does not pass, and reports whether the watch goes on.
func (w *watch) fail(err error) bool {
	passes := errors.Is(err, provider.ErrThrottled) || errors.Is(err, provider.ErrUnavailable)
	switch {
	case w.o.Once:
		w.yield(Notice{}, err)
		return false
	case passes:
		return true
	default:
		return w.yield(Notice{}, err) && w.o.Lenient
	}
}

// tell yields what a complete answer has that the one before did not have, and what it lacks.
func (w *watch) tell(q *asked, list []Notice) bool {
	now := make(map[key]*Notice, len(list))
	for i := range list {
		n := &list[i]
		before := cmp.Or(now[n.key()], q.known[n.key()]) // pages may have it twice
		now[n.key()] = n
		fresh := before == nil || n.news(before)
		if fresh && !w.give(*n) {
			return false
		}
	}
	var over []*Notice
	for k, n := range q.known {
		if now[k] == nil {
			over = append(over, n)
		}
	}
	slices.SortFunc(over, func(a, b *Notice) int {
		return cmp.Or(cmp.Compare(a.InstanceID, b.InstanceID), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.EventID, b.EventID))
	})
	q.known = now
	for _, n := range over {
		last := *n
		last.Over = true
		if !w.give(last) {
			return false
		}
	}
	return true
}

// give yields a notice of a wanted kind.
func (w *watch) give(n Notice) bool {
	if len(w.o.Kinds) > 0 && !slices.Contains(w.o.Kinds, n.Kind) {
		return true
	}
	return w.yield(n, nil)
}

// pause waits until the next question. It returns false when ctx has ended.
func (w *watch) pause(ctx context.Context) bool {
	next := slices.MinFunc(w.asked, func(a, b *asked) int { return a.next.Compare(b.next) }).next
	t := time.NewTimer(time.Until(next))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
