package creating_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

const (
	planned  = ledger.Planned
	sent     = ledger.Sent
	accepted = ledger.Accepted
	rejected = ledger.Rejected
)

// The two tables of the package's documentation, and what else may be answered.
func TestWhatFollowsAnAnswer(t *testing.T) {
	tokenOnce, neither := tokens, creating.Rules{}
	tokenOnce.OwnToken = true
	dry := tokens
	dry.DryRun = true
	numbers := markers
	numbers.NumbersAgain = true
	for what, tc := range map[string]struct {
		rules   creating.Rules
		answers []answer
		want    wants
	}{
		"token: all":             {tokens, nil, wants{[]string{"0/0"}, accepted, 3, nil, none}},
		"token: lost":            {tokens, []answer{lost(3), lost(3)}, wants{[]string{"0/0", "0/0", "0/0"}, accepted, 3, nil, none}},
		"token: throttled":       {tokens, []answer{{err: errThrottled}}, wants{[]string{"0/0", "0/0"}, accepted, 3, nil, none}},
		"token: refused":         {tokens, []answer{{err: errRefused}}, wants{[]string{"0/0"}, rejected, 0, errRefused, none}},
		"token: not the cloud's": {tokens, []answer{{err: errOdd}}, wants{[]string{"0/0"}, sent, 0, errOdd, none}},
		"token: fewer, then all": {tokens, []answer{{makes: 3, names: 2}}, wants{[]string{"0/0", "0/0"}, accepted, 3, nil, none}},
		"token: dead":            {tokens, []answer{{err: errDead}}, wants{[]string{"0/0", "0/1"}, accepted, 3, nil, none}},
		"token: dead four times": {
			tokens,
			[]answer{{err: errDead}, {err: errDead}, {err: errDead}, {err: errDead}},
			wants{[]string{"0/0", "0/1", "0/2", "0/3"}, planned, 0, errDead, none},
		},
		"token: the caller's is dead": {
			tokenOnce, []answer{{err: errDead}}, wants{[]string{"0/0"}, planned, 0, errDead, none},
		},
		"token: dry run":              {dry, []answer{{}}, wants{[]string{"0/0"}, accepted, 0, nil, none}},
		"token: an order":             {tokens, []answer{{err: errOrder}}, wants{[]string{"0/0"}, sent, 0, errOrder, none}},
		"marker: all":                 {markers, nil, wants{[]string{"0/0"}, accepted, 3, nil, none}},
		"marker: lost, and all found": {markers, []answer{lost(3)}, wants{[]string{"0/0"}, accepted, 3, nil, none}},
		"marker: lost, and some found": {
			markers, []answer{lost(1)}, wants{[]string{"0/0", "0/1"}, accepted, 3, nil, none},
		},
		"marker: lost, and nothing found": {
			markers, []answer{lost(0)}, wants{[]string{"0/0", "0/1"}, accepted, 3, nil, none},
		},
		"marker: throttled":     {markers, []answer{{err: errThrottled}}, wants{[]string{"0/0", "0/0"}, accepted, 3, nil, none}},
		"marker: refused":       {markers, []answer{{err: errRefused}}, wants{[]string{"0/0"}, rejected, 0, errRefused, none}},
		"marker: fewer":         {markers, []answer{{makes: 3, names: 2}}, wants{[]string{"0/0"}, accepted, 3, nil, none}},
		"marker: an order":      {markers, []answer{{err: errOrder}}, wants{[]string{"0/0"}, sent, 0, errOrder, none}},
		"marker: numbers again": {numbers, []answer{lost(1)}, wants{[]string{"0/0"}, accepted, 1, errLost, creating.NumbersAgain}},
		"neither: all":          {neither, nil, wants{[]string{"0/0"}, accepted, 3, nil, none}},
		"neither: lost":         {neither, []answer{lost(3)}, wants{[]string{"0/0"}, sent, 0, errLost, none}},
	} {
		t.Run(what, func(t *testing.T) {
			run(t, func() *cloud {
				c := newCloud(tc.rules, 3)
				c.answers = tc.answers
				return c
			}, func(t *testing.T, c *cloud) { tc.want.check(t, c) })
		})
	}
}

// An answer that names fewer is asked for again, until two agree.
func TestAnswersThatAgreeOnTooFew(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(tokens, 3)
		few := answer{makes: 2, names: 2}
		c.answers = []answer{few, few, few, few, few, few, few, few}
		return c
	}, func(t *testing.T, c *cloud) {
		if want := []string{"0/0", "0/0"}; !slices.Equal(c.sent, want) {
			t.Errorf("sent %v, want %v: two answers agree", c.sent, want)
		}
		var e *creating.CountError
		if err := c.Failure(0).Err; !errors.As(err, &e) || e.Asked != 3 || e.Got != 2 {
			t.Errorf("got %v, want 2 instances of 3", err)
		}
	})
}

// During an outage nothing is repeated for longer than the time for repetitions.
func TestAnOutageEnds(t *testing.T) {
	for what, rules := range map[string]creating.Rules{"token": tokens, "marker": markers} {
		run(t, func() *cloud {
			c := newCloud(rules, 1)
			for range 100 {
				c.answers = append(c.answers, lost(0))
			}
			return c
		}, func(t *testing.T, c *cloud) {
			if err := c.Failure(0).Err; !errors.Is(err, errLost) {
				t.Errorf("%s: %v, want %v", what, err, errLost)
			}
			if len(c.sent) < 2 || len(c.sent) > 30 {
				t.Errorf("%s: %d calls, want some", what, len(c.sent))
			}
		})
	}
}

// The last look of a search reads everything, and a search that still grows goes on.
func TestASearch(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(markers, 2)
		a := lost(2)
		a.hide = 90 * time.Second
		c.answers = []answer{a}
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0"}, accepted, 2, nil, none}.check(t, c)
		if want := []bool{false, false, false, false, false, true}; !slices.Equal(c.whole, want) {
			t.Errorf("looks that read everything: %v, want %v", c.whole, want)
		}
		if want := []time.Duration{2 * time.Minute}; !slices.Equal(c.searches, want) {
			t.Errorf("searches of %v, want %v", c.searches, want)
		}
	})
}

func TestASearchForWhatRanOutOfStockIsShort(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(markers, 2)
		c.answers = []answer{lost(0), {err: errNoStock}}
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0", "0/1"}, rejected, 0, errNoStock, none}.check(t, c)
		if want := []time.Duration{2 * time.Minute}; !slices.Equal(c.searches, want) {
			t.Errorf("searches of %v, want %v: a refusal is none", c.searches, want)
		}
	})
}

// A create that was answered is unlikely to have made any, and ends the part.
func TestStockThatMayHaveBeenEnoughForSome(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(markers, 2)
		c.answers = []answer{{makes: 1, err: errScarce}}
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0"}, accepted, 1, errScarce, none}.check(t, c)
		if want := []time.Duration{14 * time.Second}; !slices.Equal(c.searches, want) {
			t.Errorf("searches of %v, want %v", c.searches, want)
		}
	})
}

// An answer that cannot be true names instances that the search does not find.
func TestAnImpossibleAnswer(t *testing.T) {
	trusting := markers
	trusting.NoneMade = true
	for what, tc := range map[string]struct {
		rules creating.Rules
		want  wants
	}{
		"nobody has looked":   {markers, wants{[]string{"0/0"}, sent, 2, nil, creating.NotFound}},
		"a person has looked": {trusting, wants{[]string{"0/0", "0/1"}, accepted, 2, nil, none}},
	} {
		t.Run(what, func(t *testing.T) {
			run(t, func() *cloud {
				c := newCloud(tc.rules, 2)
				c.answers = []answer{{makes: 3, names: 3, hide: time.Hour}}
				return c
			}, func(t *testing.T, c *cloud) { tc.want.check(t, c) })
		})
	}
}

// The outcome of each create is proven before the next, and there are four at most.
func TestFourCreates(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(markers, 10)
		c.answers = []answer{lost(1), lost(1), lost(1), lost(1), lost(1)}
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0", "0/1", "0/2", "0/3"}, planned, 4, errLost, none}.check(t, c)
		if err := c.Failure(0).Err; !strings.Contains(err.Error(), "4 creates brought fewer") {
			t.Errorf("got %v", err)
		}
	})
}

// An operation that is released meanwhile creates nothing after its search.
func TestAReleaseDuringASearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(markers, 2)
		c.answers = []answer{lost(1)}
		go c.Make(t.Context())
		time.Sleep(time.Minute)
		c.Ledger.BeginRelease()
		time.Sleep(time.Hour)
		wants{[]string{"0/0"}, planned, 1, errLost, none}.check(t, c)
	})
}

// Without patience a call is made once.
func TestNoPatience(t *testing.T) {
	for what, tc := range map[string]struct {
		rules  creating.Rules
		answer answer
		want   wants
	}{
		"token":           {tokens, lost(1), wants{[]string{"0/0"}, sent, 0, errLost, none}},
		"marker":          {markers, lost(0), wants{[]string{"0/0"}, planned, 0, errLost, none}},
		"marker: refused": {markers, answer{err: errThrottled}, wants{[]string{"0/0"}, planned, 0, errThrottled, none}},
	} {
		t.Run(what, func(t *testing.T) {
			run(t, func() *cloud {
				c := newCloud(tc.rules, 1)
				c.Rules.RetryFor = -1
				c.answers = []answer{tc.answer}
				return c
			}, func(t *testing.T, c *cloud) { tc.want.check(t, c) })
		})
	}
}

// A search that fails leaves the part as it is.
func TestASearchThatFails(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(markers, 2)
		c.answers, c.lookErr = []answer{lost(2)}, errOdd
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0"}, sent, 0, errOdd, creating.SearchFailed}.check(t, c)
		if err := c.Failure(0).Err; !errors.Is(err, errLost) {
			t.Errorf("%v does not say that the answer was lost", err)
		}
	})
}

// A create whose search was given up may have made instances that are visible later.
func TestLateInstances(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(markers, 1)
		a := lost(1)
		a.hide = 2*time.Minute + 30*time.Second
		c.answers = []answer{a}
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0", "0/1"}, accepted, 1, nil, none}.check(t, c)
		if err := c.Maker.FindLate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := c.Ledger.Surplus(); len(got) != 0 {
			t.Fatalf("surplus %v too early", got)
		}
		began := time.Now()
		if err := c.LingerForLate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := c.Ledger.Surplus(), []string{"i-0-0-0"}; !slices.Equal(got, want) {
			t.Errorf("surplus %v, want %v", got, want)
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("lingered for %v, want half of a search", took)
		}
	})
}

func TestNothingIsGivenUpWhereNothingWasLost(t *testing.T) {
	run(t, func() *cloud { return newCloud(markers, 1) }, func(t *testing.T, c *cloud) {
		if err := errors.Join(c.Maker.FindLate(t.Context()), c.LingerForLate(t.Context())); err != nil {
			t.Error(err)
		}
		if c.finds != 0 {
			t.Errorf("%d looks, want none", c.finds)
		}
	})
}

// old returns a cloud whose part 0 was sent by another process two hours ago, and made n
// instances of 2. Its part 1 was sent just now.
func old(rules creating.Rules, n int) *cloud {
	rules.Resumed = true
	c := newCloud(rules, 2, 1)
	c.Ledger.Send(0, time.Now().Add(-2*time.Hour))
	c.answers = []answer{lost(n)}
	_, _ = c.execute(0, 0, 2)
	c.sent = nil
	return c
}

// The cloud may have forgotten a token that is two hours old.
func TestAnOldToken(t *testing.T) {
	trusting := tokens
	trusting.NoneMade = true
	for what, tc := range map[string]struct {
		rules creating.Rules
		made  int
		want  wants
	}{
		"no tags":                {tokens, 0, wants{[]string{"1/0"}, sent, 0, nil, creating.TooOld}},
		"a person has looked":    {trusting, 0, wants{[]string{"0/1", "1/0"}, accepted, 2, nil, none}},
		"tags show all":          {tagged, 2, wants{[]string{"1/0"}, accepted, 2, nil, none}},
		"tags show nothing":      {tagged, 0, wants{[]string{"0/1", "1/0"}, accepted, 2, nil, none}},
		"tags show a part of it": {tagged, 1, wants{[]string{"0/1", "1/0"}, accepted, 2, nil, none}},
	} {
		t.Run(what, func(t *testing.T) {
			run(t, func() *cloud { return old(tc.rules, tc.made) }, func(t *testing.T, c *cloud) {
				slices.Sort(c.sent)
				tc.want.check(t, c)
			})
		})
	}
}

// Where nothing identifies a create, one that another process sent stays unknown.
func TestACreateThatNothingIdentifies(t *testing.T) {
	run(t, func() *cloud { return old(creating.Rules{}, 2) }, func(t *testing.T, c *cloud) {
		wants{[]string{"1/0"}, sent, 0, nil, creating.NotKnown}.check(t, c)
	})
}

func TestAnOldOrderIsNotOrderedAgain(t *testing.T) {
	run(t, func() *cloud {
		c := old(tagged, 0)
		v := verdictOf(errOrder)
		c.Ledger.Answer(0, ledger.Answer{Asked: 2, Order: v.Order, Verdict: v.Verdict}, time.Now())
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"1/0"}, sent, 0, nil, creating.Unpaid}.check(t, c)
	})
}

// Where tags show instances, a dead token is looked for before the next one is used: no other
// create may be active, because its instances have the same tags.
func TestADeadTokenIsLookedForByTags(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(tagged, 2)
		c.answers = []answer{{makes: 1, err: errDead}}
		return c
	}, func(t *testing.T, c *cloud) {
		wants{[]string{"0/0"}, planned, 0, errDead, none}.check(t, c)
		more, err := c.RetryDead(t.Context())
		if !more || err != nil {
			t.Fatalf("more %v, error %v; want more", more, err)
		}
		c.Make(t.Context())
		wants{[]string{"0/0", "0/1"}, accepted, 2, nil, none}.check(t, c)
		if got := len(c.made); got != 2 {
			t.Errorf("%d instances were made, want 2", got)
		}
		if more, _ := c.RetryDead(t.Context()); more {
			t.Error("there is more to retry after all was made")
		}
	})
}

// The process that heard of the dead token may have ended before it looked.
func TestAResumedOperationLooksForWhatADeadTokenMade(t *testing.T) {
	for _, resumed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			rules := tagged
			rules.Resumed = resumed
			c := newCloud(rules, 2)
			c.answers = []answer{{makes: 1, err: errDead}}
			c.Make(t.Context())
			if err := c.FindDead(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := 0
			if resumed {
				want = 1
			}
			if got := len(c.Ledger.Part(0).IDs); got != want {
				t.Errorf("resumed %v: %d instances found, want %d", resumed, got, want)
			}
		})
	}
}

// What is sent is in the journal first.
func TestNothingIsSentThatIsNotSaved(t *testing.T) {
	run(t, func() *cloud {
		c := newCloud(tokens, 1)
		c.Journal.Write = func(context.Context) error { return errOdd }
		c.Journal.Ends = func(error) bool { return false }
		return c
	}, func(t *testing.T, c *cloud) {
		if len(c.sent) != 0 {
			t.Errorf("sent %v, want nothing", c.sent)
		}
		if got := c.Ledger.Status(0); got != planned {
			t.Errorf("the part is %s, want %s", got, planned)
		}
		if len(c.unsaved) == 0 {
			t.Error("the journal's failure is not kept")
		}
	})
}

// Once an operation is being released no create of it goes out.
func TestNothingIsSentDuringARelease(t *testing.T) {
	c := newCloud(tokens, 1)
	c.Ledger.BeginRelease()
	if err := c.Announce(t.Context(), 0); !errors.Is(err, creating.ErrReleasing) {
		t.Errorf("got %v, want %v", err, creating.ErrReleasing)
	}
	c.Make(t.Context())
	if len(c.sent) != 0 {
		t.Errorf("sent %v, want nothing", c.sent)
	}
}

func TestTheEndOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(markers, 1, 1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.Make(ctx)
		for i := range 2 {
			if err := c.Failure(i).Err; !errors.Is(err, context.Canceled) {
				t.Errorf("part %d: %v, want %v", i, err, context.Canceled)
			}
		}
	})
}

func TestIDs(t *testing.T) {
	for _, tc := range []struct {
		answer, want []string
		odd          bool
	}{
		{nil, nil, false},
		{[]string{"i-1", "eci-2_x"}, []string{"i-1", "eci-2_x"}, false},
		{[]string{" i-1\n", "i-2"}, []string{"i-1", "i-2"}, false},
		{[]string{"i-1", "<html>"}, []string{"i-1"}, true},
		{[]string{"a, b"}, nil, true},
		{[]string{"実例"}, nil, true},
	} {
		got, odd := creating.IDs(tc.answer)
		if !slices.Equal(got, tc.want) {
			t.Errorf("%q: %q, want %q", tc.answer, got, tc.want)
		}
		if odd != tc.odd {
			t.Errorf("%q: odd %v, want %v", tc.answer, odd, tc.odd)
		}
	}
}
