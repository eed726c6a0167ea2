package creating_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// makeAll makes what is planned, and what replaces it.
func (c *cloud) makeAll(t *testing.T) {
	t.Helper()
	c.SkipLacking()
	for more := true; more; more = c.ReplaceMissing(t.Context()) || c.AskForLess() {
		c.Make(t.Context())
	}
}

func candidates(n int) creating.Rules {
	r := tokens
	r.Candidates = n
	return r
}

var full = answer{err: errNoStock}

func TestTheNextCandidate(t *testing.T) {
	known := errors.New("known")
	for what, tc := range map[string]struct {
		rules      creating.Rules
		answers    []answer
		lacking    map[int]error
		sent       []string
		tried      []string
		remembered []string
		have       int
	}{
		"in stock": {candidates(2), nil, nil, []string{"0/0"}, nil, nil, 2},
		"out of stock": {
			candidates(2),
			[]answer{full},
			nil,
			[]string{"0/0", "1/0"},
			[]string{"0: no stock (skipped false)"},
			[]string{"0: no stock"},
			2,
		},
		"all out of stock": {
			candidates(1),
			[]answer{full, full},
			nil,
			[]string{"0/0", "1/0"},
			[]string{"0: no stock (skipped false)", "1: no stock (skipped false)"},
			[]string{"0: no stock", "1: no stock"},
			0,
		},
		"the spec is known to be out of stock": {
			candidates(1), nil,
			map[int]error{0: known},
			[]string{"1/0"},
			[]string{"0: known (skipped true)", "0: known (skipped false)"},
			nil, 2,
		},
		"the first is known to be out of stock": {
			candidates(2),
			[]answer{full},
			map[int]error{1: known},
			[]string{"0/0", "1/0"},
			[]string{"0: no stock (skipped false)", "1: known (skipped true)"},
			[]string{"0: no stock"},
			2,
		},
		"no candidates": {
			tokens, []answer{full}, map[int]error{0: known}, []string{"0/0"}, nil, nil, 0,
		},
		"refused for another reason": {
			candidates(2), []answer{{err: errRefused}}, nil, []string{"0/0"}, nil, nil, 0,
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(tc.rules, 2)
				c.answers, c.lacking = tc.answers, tc.lacking
				c.makeAll(t)
				for _, x := range []struct {
					what      string
					got, want []string
				}{{"sent", c.sent, tc.sent}, {"tried", c.tried, tc.tried}, {"remembered", c.remembered, tc.remembered}} {
					if !slices.Equal(x.got, x.want) {
						t.Errorf("%s %q, want %q", x.what, x.got, x.want)
					}
				}
				if got := len(c.Ledger.IDs()); got != tc.have {
					t.Errorf("%d instances, want %d", got, tc.have)
				}
			})
		})
	}
}

// The rest of a part comes from the next candidate, and counts on in the numbers of names.
func TestDeadInstancesAreReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(candidates(1), 2)
		c.makeAll(t)
		dead := c.Ledger.IDs()[:1]
		c.Ledger.OweRelease(dead)
		c.DropDead([]creating.Death{{ID: dead[0], Err: errRefused}, {ID: "of nobody", Err: errOdd}})
		if got := c.Failure(0).Died; !errors.Is(got, errRefused) {
			t.Errorf("it died of %v, want %v", got, errRefused)
		}
		if !c.Failed() {
			t.Error("no part has failed, want one")
		}
		if !c.ReplaceMissing(t.Context()) {
			t.Fatal("nothing is planned")
		}
		c.Make(t.Context())
		p := c.Ledger.Part(1)
		if got := p.First + p.NumberOffset; got != 2 {
			t.Errorf("the replacement has number %d, want 2", got)
		}
		if got, want := c.remembered, []string{"0: refused"}; !slices.Equal(got, want) {
			t.Errorf("remembered %q, want %q", got, want)
		}
		if c.Failed() {
			t.Error("a part has failed after the replacement")
		}
	})
}

func TestTriedBeforeTheOperationWasResumed(t *testing.T) {
	for last, want := range []int{0, 1} {
		c := newCloud(candidates(last), 1)
		c.Ledger.Send(0, time.Now())
		v := verdictOf(errNoStock).Verdict
		c.Ledger.Answer(0, ledger.Answer{Asked: 1, Verdict: v}, time.Now())
		c.Ledger.Close(0, v)
		c.RecallTried()
		if got := len(c.tried); got != want {
			t.Errorf("%d candidates: tried %q, want %d", last, c.tried, want)
		}
	}
}

// Together the parts have enough, although each alone was refused for less than its share.
func TestPartsThatAskForLess(t *testing.T) {
	for _, accepts := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			rules := tokens
			rules.AcceptsLess = accepts
			c := newCloud(rules, 4, 4)
			plans := []ledger.Plan{{Count: 4, MinCount: 3}, {First: 4, Count: 4, MinCount: 3}}
			c.Ledger = ledger.New(4, plans)
			c.answers = []answer{full, full, whole(2), whole(2), whole(2), whole(2)}
			c.makeAll(t)
			want := 0
			if accepts {
				want = 4
			}
			if got := len(c.Ledger.IDs()); got != want {
				t.Errorf("accepts less %v: %d instances, want %d", accepts, got, want)
			}
			if got := fmt.Sprint(c.Scarce()); accepts != (got == errNoStock.Error()) {
				t.Errorf("accepts less %v: scarce %s", accepts, got)
			}
		})
	}
}
