package creating_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// observer keeps what it is told, in words.
type observer struct {
	mu  sync.Mutex
	all []string
}

func (o *observer) add(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, fmt.Sprintf(format, args...))
}

func (o *observer) Repeats(_ context.Context, attempt int, _ time.Duration, err error) {
	o.add("attempt %d repeats: %v", attempt, err)
}

func (o *observer) Created(_ context.Context, made, missing int, unknown bool, err error) {
	o.add("made %d, missing %d, unknown %v: %v", made, missing, unknown, err)
}

func (o *observer) Alternative(_ context.Context, candidate, instances int) {
	o.add("alternative %d for %d", candidate, instances)
}

func (o *observer) Search(ctx context.Context, byMarker bool) (context.Context, func(found int, err error)) {
	o.add("search by marker %v", byMarker)
	return ctx, func(found int, err error) { o.add("found %d: %v", found, err) }
}

// What becomes of creates is told, in its order.
func TestCreatesAreObserved(t *testing.T) {
	for what, tc := range map[string]struct {
		cloud func() *cloud
		want  []string
	}{
		"a throttled create": {
			func() *cloud { return answering(newCloud(tokens, 2), answer{err: errThrottled}) },
			[]string{"attempt 1 repeats: throttled", "made 2, missing 0, unknown false: <nil>"},
		},
		"a refused create": {
			func() *cloud { return answering(newCloud(tokens, 2), answer{err: errRefused}) },
			[]string{"made 0, missing 2, unknown false: refused"},
		},
		"a create that may have been carried out": {
			func() *cloud { return answering(newCloud(tokens, 2), answer{err: errOdd}) },
			[]string{"made 0, missing 2, unknown true: no error of the cloud"},
		},
		"an alternative": {
			func() *cloud { return answering(newCloud(candidates(1), 2), full) },
			[]string{"made 0, missing 2, unknown false: no stock", "alternative 1 for 2", "made 2, missing 0, unknown false: <nil>"},
		},
		"a lost create that is found": {
			func() *cloud { return answering(newCloud(markers, 2), lost(2)) },
			[]string{"search by marker true", "found 2: <nil>", "made 2, missing 0, unknown false: <nil>"},
		},
		"a dead token": {
			func() *cloud { return answering(newCloud(tagged, 1), answer{err: errDead}) },
			[]string{
				"made 0, missing 1, unknown false: the token is dead", "search by marker false", "found 0: <nil>",
				"made 1, missing 0, unknown false: <nil>",
			},
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, o := tc.cloud(), &observer{}
				c.Observer = o
				c.SkipLacking()
				for more := true; more; {
					c.Make(t.Context())
					again, err := c.RetryDead(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					more = again || c.ReplaceMissing(t.Context())
				}
				if !slices.Equal(o.all, tc.want) {
					t.Errorf("told %q, want %q", o.all, tc.want)
				}
			})
		})
	}
}

// answering gives a cloud its next answers.
func answering(c *cloud, list ...answer) *cloud {
	c.answers = list
	return c
}

// A create whose ctx has ended is told of too, and a dry run creates nothing.
func TestWhatIsNotSentIsObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, o := newCloud(tokens, 2), &observer{}
		c.Observer = o
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.Make(ctx)
		if got := c.Failure(0).Err; !errors.Is(got, context.Canceled) {
			t.Errorf("the part ended with %v, want %v", got, context.Canceled)
		}
		if want := []string{"made 0, missing 2, unknown false: cloud: context canceled"}; !slices.Equal(o.all, want) {
			t.Errorf("told %q, want %q", o.all, want)
		}
		dry, silent := newCloud(tokens, 2), &observer{}
		dry.Rules.DryRun, dry.Observer = true, silent
		dry.Make(t.Context())
		if len(silent.all) != 0 {
			t.Errorf("told of a dry run: %q", silent.all)
		}
	})
}
