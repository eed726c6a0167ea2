package ownership_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/marker"
	"github.com/yunfan-cloud/yunfan/internal/ownership"
)

const (
	unclear = ownership.Unclear
	own     = ownership.Own
	foreign = ownership.Foreign
)

func TestOwnerOf(t *testing.T) {
	oldest := time.Unix(1_000_000, 0)
	young, old := oldest.Add(time.Minute), oldest.Add(-time.Minute)
	mine := ownership.Mark{Owner: "team", Operation: "op", Name: "web"}
	byName := mine
	byName.InNames = true
	odd := mine
	odd.Name = "web {1}"
	marked := "web" + marker.Of("team", "op", "op", 0, 0)
	others := "web" + marker.Of("team", "op-2", "op-2", 0, 0)
	type seen = ownership.Sighting
	for what, tc := range map[string]struct {
		mark    ownership.Mark
		seen    seen
		oldest  time.Time
		want    ownership.Owner
		foreign bool
	}{
		"its tag":                       {mine, seen{Tag: "op", CreatedAt: old}, oldest, own, false},
		"another tag":                   {mine, seen{Tag: "op-2", CreatedAt: young}, oldest, foreign, true},
		"its marker":                    {byName, seen{Name: marked, CreatedAt: old}, oldest, own, false},
		"another marker":                {byName, seen{Name: others, CreatedAt: young}, oldest, foreign, true},
		"a marker where none stand":     {mine, seen{Name: others, CreatedAt: young}, oldest, own, false},
		"older than the operation":      {mine, seen{Name: "web", CreatedAt: old}, oldest, foreign, true},
		"as young as the operation":     {mine, seen{Name: "web-1", CreatedAt: young}, oldest, own, false},
		"young, and named otherwise":    {mine, seen{Name: "db", CreatedAt: young}, oldest, unclear, true},
		"young, without a name":         {mine, seen{CreatedAt: young}, oldest, own, false},
		"young, a name nobody compares": {odd, seen{Name: "db", CreatedAt: young}, oldest, own, false},
		"of unknown age":                {mine, seen{Name: "web"}, oldest, unclear, false},
		"of an operation without age":   {mine, seen{Name: "web", CreatedAt: old}, time.Time{}, unclear, false},
	} {
		if got := tc.mark.OwnerOf(&tc.seen, tc.oldest); got != tc.want {
			t.Errorf("%s: owner %v, want %v", what, got, tc.want)
		}
		if got := tc.mark.IsForeign(&tc.seen, tc.oldest); got != tc.foreign {
			t.Errorf("%s: foreign %v, want %v", what, got, tc.foreign)
		}
	}
}

func TestOldest(t *testing.T) {
	began := time.Unix(1_000_000, 0)
	for what, tc := range map[string]struct {
		times    ownership.Times
		youngest time.Time
		want     time.Time
	}{
		"nothing is known":            {},
		"the own clock":               {times: ownership.Times{Began: began}, want: began.Add(-time.Hour)},
		"a young instance":            {ownership.Times{Began: began}, began, began.Add(-10 * time.Minute)},
		"an old instance":             {ownership.Times{Began: began}, began.Add(-24 * time.Hour), began.Add(-time.Hour)},
		"of another process":          {youngest: began, want: began.Add(-10 * time.Minute)},
		"creates that took some time": {ownership.Times{First: began, Named: began.Add(time.Hour)}, began, began.Add(-70 * time.Minute)},
	} {
		if got := tc.times.Oldest(tc.youngest); !got.Equal(tc.want) {
			t.Errorf("%s: %v, want %v", what, got, tc.want)
		}
	}
}

// release is one release of "seen", "foreign" and "late", which is shown after a minute.
type release struct {
	began time.Time
	blind error
	sent  []string
	again bool
}

func (r *release) look(_ context.Context, ids []string) ownership.Sorted {
	s := ownership.Sort(ids, func(id string) (shown, foreign bool) {
		late := id == "late" && time.Since(r.began) < time.Minute
		return r.blind == nil && !late, id == "foreign"
	})
	s.Err = r.blind
	return s
}

func (r *release) send(_ context.Context, ids []string, lookAgain bool) (foreign []string) {
	r.sent, r.again = append(r.sent, ids...), lookAgain
	if lookAgain {
		return []string{"foreign"}
	}
	return nil
}

func TestRelease(t *testing.T) {
	for what, tc := range map[string]struct {
		patience      time.Duration
		seenOnly      bool
		blind         error
		sent, left    []string
		atMost, least time.Duration
	}{
		"a policy, in time":        {2 * time.Minute, true, nil, []string{"seen", "late"}, nil, 80 * time.Second, time.Minute},
		"a policy, too early":      {20 * time.Second, true, nil, []string{"seen"}, []string{"late"}, 20 * time.Second, 20 * time.Second},
		"the caller":               {20 * time.Second, false, nil, []string{"seen", "late"}, nil, 20 * time.Second, 20 * time.Second},
		"a policy that is blind":   {time.Minute, true, errors.New("down"), []string{"seen", "foreign", "late"}, nil, 0, 0},
		"the caller, who is blind": {time.Minute, false, errors.New("down"), []string{"seen", "foreign", "late"}, nil, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			fake := &release{began: time.Now(), blind: tc.blind}
			r := ownership.Release{Look: fake.look, Send: fake.send, Until: fake.began.Add(tc.patience), SeenOnly: tc.seenOnly}
			strangers, unseen := r.Run(t.Context(), []string{"seen", "foreign", "late"})
			took := time.Since(fake.began)
			if !slices.Equal(fake.sent, tc.sent) {
				t.Errorf("%s: released %v, want %v", what, fake.sent, tc.sent)
			}
			if !slices.Equal(unseen, tc.left) {
				t.Errorf("%s: unseen %v, want %v", what, unseen, tc.left)
			}
			if !slices.Equal(strangers, []string{"foreign"}) {
				t.Errorf("%s: foreign %v, want [foreign]", what, strangers)
			}
			if took > tc.atMost || took < tc.least {
				t.Errorf("%s: took %v, want %v to %v", what, took, tc.least, tc.atMost)
			}
			if fake.again != (tc.blind != nil) {
				t.Errorf("%s: looks again: %v, want %v", what, fake.again, tc.blind != nil)
			}
		})
	}
}
