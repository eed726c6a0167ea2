package creating_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// outcome is what must be true of an outcome: its numbers, and its reason if there is one.
type outcome struct {
	created               int
	unknown, open, failed bool
	err                   error
	reason                creating.Reason
}

func (w outcome) check(t *testing.T, o creating.Outcome) {
	t.Helper()
	if o.Created != w.created {
		t.Errorf("%d instances, want %d", o.Created, w.created)
	}
	for _, x := range []struct {
		what      string
		got, want bool
	}{{"unknown", o.Unknown, w.unknown}, {"open", o.Open, w.open}, {"failed", o.Failed, w.failed}} {
		if x.got != x.want {
			t.Errorf("%s %v, want %v", x.what, x.got, x.want)
		}
	}
	err := errors.Join(o.Errs...)
	if w.err == nil && w.reason == none && err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if !errors.Is(err, w.err) && w.err != nil {
		t.Errorf("got %v, want %v", err, w.err)
	}
	var e *explained
	switch {
	case w.reason == none:
	case !errors.As(err, &e):
		t.Errorf("got error %v, want a %T", err, e)
	case e.why != w.reason:
		t.Errorf("got reason %d, want %d", e.why, w.reason)
	}
}

func TestOutcomes(t *testing.T) {
	for what, tc := range map[string]struct {
		rules   creating.Rules
		enough  int // of two parts with two instances each
		answers []answer
		want    outcome
	}{
		"all":                    {tokens, 4, nil, outcome{4, false, false, false, nil, none}},
		"refused":                {tokens, 4, []answer{{err: errRefused}, {err: errRefused}}, outcome{0, false, false, true, errRefused, none}},
		"no stock, and enough":   {tokens, 2, []answer{full}, outcome{2, false, false, false, errNoStock, none}},
		"no stock, not enough":   {tokens, 3, []answer{full}, outcome{2, false, false, true, errNoStock, none}},
		"refused, though enough": {tokens, 2, []answer{{err: errRefused}}, outcome{2, false, false, true, errRefused, none}},
		"an order":               {tokens, 4, []answer{{err: errOrder}}, outcome{2, false, true, true, errOrder, none}},
		"no answer":              {tokens, 4, []answer{{makes: 2, err: errOdd}}, outcome{2, true, true, true, errOdd, none}},
		"a name that is not its own": {
			markers, 4, []answer{{makes: 3, names: 3, hide: time.Hour}}, outcome{2, true, true, true, nil, creating.NotFound},
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(tc.rules, 2, 2)
				c.Ledger = ledger.New(tc.enough, ledger.Split(4, 4, 2))
				c.answers = tc.answers
				c.Make(t.Context())
				o := c.Outcome(false)
				tc.want.check(t, o)
				if o.Asked != 4 {
					t.Errorf("asked for %d, want 4", o.Asked)
				}
			})
		})
	}
}

// Each part has what its own call accepts, and together they have too few.
func TestPartsThatAreTooFewTogether(t *testing.T) {
	c := newCloud(tokens, 2, 2)
	c.Ledger = ledger.New(4, []ledger.Plan{{Count: 2, MinCount: 1}, {First: 2, Count: 2, MinCount: 1}})
	for i, ids := range [][]string{{"a"}, {"b", "c"}} {
		c.Ledger.Send(i, time.Now())
		for range 2 {
			v := verdictOf(nil).Verdict
			c.Ledger.Answer(i, ledger.Answer{IDs: ids, Asked: 2, Verdict: v}, time.Now())
		}
		c.Ledger.Agree(i)
	}
	o := c.Outcome(false)
	outcome{3, false, false, true, nil, none}.checkNumbers(t, o)
	var e *creating.CountError
	if err := errors.Join(o.Errs...); !errors.As(err, &e) || e.Asked != 4 || e.Got != 3 {
		t.Errorf("got %v, want 3 of 4", err)
	}
}

func (w outcome) checkNumbers(t *testing.T, o creating.Outcome) {
	t.Helper()
	o.Errs = nil
	w.check(t, o)
}

// Tokens do not hold errors: what they show stands for them.
func TestOutcomesBeforeAResume(t *testing.T) {
	for what, tc := range map[string]struct {
		part ledger.SavedPart
		over bool
		want outcome
	}{
		"no stock":       {ledger.SavedPart{Status: rejected, OutOfStock: true}, false, outcome{0, false, false, true, nil, creating.NoStockBefore}},
		"refused":        {ledger.SavedPart{Status: rejected}, false, outcome{0, false, false, true, nil, creating.RefusedBefore}},
		"released":       {ledger.SavedPart{Status: ledger.Released}, true, outcome{0, false, false, true, nil, creating.ReleasedBefore}},
		"being released": {ledger.SavedPart{Status: accepted, IDs: []string{"a"}}, true, outcome{1, false, false, true, nil, creating.ReleasedBefore}},
		"planned":        {ledger.SavedPart{Status: planned}, false, outcome{0, false, true, true, nil, none}},
	} {
		t.Run(what, func(t *testing.T) {
			tc.part.Count, tc.part.MinCount = 1, 1
			l, err := ledger.Restore(ledger.Saved{Enough: 1, Over: tc.over, Parts: []ledger.SavedPart{tc.part}})
			if err != nil {
				t.Fatal(err)
			}
			c := newCloud(tokens, 1)
			c.Ledger = l
			if o := c.Outcome(false); tc.want.reason == none {
				tc.want.checkNumbers(t, o)
			} else {
				tc.want.check(t, o)
			}
		})
	}
}

// A part that was accepted with fewer instances than it must have is told after a resume, too,
// also where there are enough in all.
func TestTooFewInstancesAreToldAfterAResume(t *testing.T) {
	part := ledger.SavedPart{Status: accepted, IDs: []string{"a"}, Count: 2, MinCount: 2}
	for enough, failed := range map[int]bool{1: false, 2: true} {
		l, err := ledger.Restore(ledger.Saved{Enough: enough, Parts: []ledger.SavedPart{part}})
		if err != nil {
			t.Fatal(err)
		}
		c := newCloud(tokens, 2)
		c.Ledger = l
		o := c.Outcome(false)
		if o.Failed != failed {
			t.Errorf("%d are enough: failed %v, want %v", enough, o.Failed, failed)
		}
		const want = "2 instances asked for, and the answer names 1"
		if err := errors.Join(o.Errs...); err == nil || err.Error() != want {
			t.Errorf("%d are enough: got %v, want %s", enough, err, want)
		}
	}
}
