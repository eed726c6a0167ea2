package listing_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/listing"
)

var (
	errPasses  = errors.New("busy")
	errUnknown = errors.New("an ID is unknown")
	errWrong   = errors.New("the page cannot be true")
)

type row struct{ id, state string }

type page = listing.Page[row]

func rows(ids ...string) (list []row) {
	for _, id := range ids {
		list = append(list, row{id: id})
	}
	return list
}

// service answers calls one after the other; the last answer stands for all that follow.
type service struct {
	answers []func(ids []string, token string) (page, error)
	calls   [][]string // the IDs of each call, or its token
}

func (s *service) add(p page, err error) *service {
	s.answers = append(s.answers, func([]string, string) (page, error) { return p, err })
	return s
}

func (s *service) reader() listing.Reader[row] {
	return listing.Reader[row]{
		Page: func(_ context.Context, ids []string, token string) (page, error) {
			n := min(len(s.calls), len(s.answers)-1)
			if ids == nil {
				s.calls = append(s.calls, []string{token})
			} else {
				s.calls = append(s.calls, ids)
			}
			return s.answers[n](ids, token)
		},
		ID:      func(r *row) string { return r.id },
		Passes:  func(err error) bool { return errors.Is(err, errPasses) || errors.Is(err, errWrong) },
		Unknown: func(err error) bool { return errors.Is(err, errUnknown) },
		Repeat:  repeat,
		Wrong:   func(_ *page, why string) error { return errors.Join(errWrong, errors.New(why)) },
		PerCall: 4,
	}
}

// repeat makes a call at most ten times.
func repeat(ctx context.Context, again func(error) bool, call func(context.Context) error) (err error) {
	for range 10 {
		if err = call(ctx); err == nil || !again(err) {
			return err
		}
	}
	return err
}

// loop returns a loop's body, which records the rows and the last error.
func loop(ids *[]string, last *error) func(row, error) bool {
	return func(r row, err error) bool {
		if *last = err; err == nil {
			*ids = append(*ids, r.id)
		}
		return true
	}
}

// A list is read page by page, and what passes is asked for again.
func TestAllYieldsEachRowOnce(t *testing.T) {
	var s service
	s.add(page{Rows: rows("a", "b"), Next: "2"}, nil).add(page{}, errPasses).add(page{Rows: rows("b", "c")}, nil)
	var got []string
	var err error
	r := s.reader()
	goesOn := r.All(t.Context(), loop(&got, &err))
	if want := []string{"a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("the loop yielded %q, want %q", got, want)
	}
	if err != nil {
		t.Errorf("the loop ended with %v, want no error", err)
	}
	if !goesOn {
		t.Error("the loop is over, want that it goes on")
	}
	if want := [][]string{{""}, {"2"}, {"2"}}; !slices.EqualFunc(s.calls, want, slices.Equal) {
		t.Errorf("pages asked for: %q, want %q", s.calls, want)
	}
}

// A loop that breaks reads no further page.
func TestALoopThatBreaksAsksNoMore(t *testing.T) {
	var s service
	s.add(page{Rows: rows("a", "b"), Next: "2"}, nil)
	r := s.reader()
	if r.All(t.Context(), func(row, error) bool { return false }) {
		t.Error("the loop goes on, want that it is over")
	}
	if len(s.calls) != 1 {
		t.Errorf("%d calls, want 1", len(s.calls))
	}
}

// A list that contradicts itself is read again from its beginning, and then refused.
func TestAListThatContradictsItselfIsReadAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		strict bool
		first  []page
	}{
		"a short first page":               {false, []page{{Rows: rows("a"), Short: true}}},
		"a short page behind others":       {false, []page{{Rows: rows("a"), Next: "2"}, {Rows: rows("b"), Short: true}}},
		"pages in a circle":                {false, []page{{Rows: rows("a"), Next: "2"}, {Rows: rows("b"), Next: "2"}}},
		"repeated rows, and it is a proof": {true, []page{{Rows: rows("a"), Next: "2"}, {Rows: rows("a"), Next: ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			var s service
			for _, p := range tc.first {
				s.add(p, nil)
			}
			s.add(page{Rows: rows("a", "b", "c")}, nil)
			r := s.reader()
			r.Strict = tc.strict
			var got []string
			var err error
			r.All(t.Context(), loop(&got, &err))
			if err != nil {
				t.Errorf("the loop ended with %v, want no error", err)
			}
			if want := []string{"a", "b", "c"}; !slices.Equal(slices.Sorted(slices.Values(got)), want) {
				t.Errorf("the loop yielded %q, want %q", got, want)
			}
			if last := s.calls[len(s.calls)-1]; last[0] != "" {
				t.Errorf("the last page asked for is %q, want the first", last)
			}

			once := service{answers: s.answers[:len(tc.first)]}
			r = once.reader()
			r.Strict, r.Once = tc.strict, true
			r.All(t.Context(), loop(&got, &err))
			if !errors.Is(err, errWrong) {
				t.Errorf("without repetitions the loop ended with %v, want %v", err, errWrong)
			}
		})
	}
}

// A list by tags that reaches the cap is completed from the whole region.
func TestACappedListIsCompleted(t *testing.T) {
	whole := page{Rows: []row{{"a", "mine"}, {"b", "mine"}, {"c", "mine"}, {"d", "other"}}}
	for name, tc := range map[string]struct {
		cut       page
		countable bool
		want      []string
		reads     int // of the whole list
	}{
		"below the cap":           {page{Rows: rows("a")}, true, []string{"a"}, 0},
		"at the cap":              {page{Rows: rows("a", "b")}, true, []string{"a", "b", "c"}, 1},
		"short":                   {page{Rows: rows("a"), Short: true}, true, []string{"a", "b", "c"}, 1},
		"filtered behind the cut": {page{Rows: rows("a")}, false, []string{"a", "b", "c"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			cut, region := (&service{}).add(tc.cut, nil), (&service{}).add(whole, nil)
			r, w := cut.reader(), region.reader()
			var got []string
			var err error
			r.Capped(t.Context(), listing.Cap[row]{
				Rows: 2, Countable: tc.countable, Whole: &w,
				Matches: func(r *row) bool { return r.state == "mine" },
			}, loop(&got, &err))
			if err != nil {
				t.Errorf("the loop ended with %v, want no error", err)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("the loop yielded %q, want %q", got, tc.want)
			}
			if len(region.calls) != tc.reads {
				t.Errorf("the whole list was read %d times, want %d", len(region.calls), tc.reads)
			}
		})
	}
}

// known is a service that refuses a call because of one ID that it does not know.
func known(unknown string) *service {
	return &service{answers: []func([]string, string) (page, error){func(ids []string, _ string) (page, error) {
		if slices.Contains(ids, unknown) {
			return page{}, errUnknown
		}
		return page{Rows: rows(ids...)}, nil
	}}}
}

// One ID that the service does not know hides no other row.
func TestOneUnknownIDHidesNoOther(t *testing.T) {
	s := known("c")
	r := s.reader()
	seen, whole, err := r.Find(t.Context(), []string{"a", "b", "d", "e", "f"})
	if err != nil || !whole {
		t.Errorf("a look at known rows: whole %t, error %v; want true and none", whole, err)
	}
	if want := 5; len(seen) != want {
		t.Errorf("the look found %v, want %d rows", seen, want)
	}
	s.calls = nil
	seen, whole, err = r.Find(t.Context(), []string{"a", "b", "c", "d"})
	if !errors.Is(err, errUnknown) {
		t.Errorf("the error is %v, want %v", err, errUnknown)
	}
	if whole {
		t.Error("a look that failed is whole, want that it is not")
	}
	if want := []string{"a", "b"}; !slices.Equal(slices.Sorted(maps.Keys(seen)), want) {
		t.Errorf("the look found %v, want %v", seen, want)
	}
	if want := [][]string{{"a", "b", "c", "d"}, {"a", "b"}, {"c", "d"}, {"c"}}; !slices.EqualFunc(s.calls, want, slices.Equal) {
		t.Errorf("the calls are %q, want %q", s.calls, want)
	}
}

// A look of which one part is short is not whole.
func TestALookIsWholeOnlyInAllItsParts(t *testing.T) {
	s := &service{answers: []func([]string, string) (page, error){func(ids []string, _ string) (page, error) {
		if len(ids) > 2 {
			return page{}, errUnknown
		}
		return page{Rows: rows(ids[0]), Short: ids[0] == "a"}, nil
	}}}
	r := s.reader()
	seen, whole, err := r.Find(t.Context(), []string{"a", "b", "c", "d"})
	if err != nil {
		t.Errorf("the error is %v, want none", err)
	}
	if whole {
		t.Error("the look is whole, want that it is not: its first part was short")
	}
	if want := []string{"a", "c"}; !slices.Equal(slices.Sorted(maps.Keys(seen)), want) {
		t.Errorf("the look found %v, want %v", seen, want)
	}
}

// A look takes a short answer, which proves nothing; a loop by IDs refuses it.
func TestAShortAnswerByIDs(t *testing.T) {
	s := (&service{}).add(page{Rows: rows("a"), Short: true}, nil)
	r := s.reader()
	r.Once = true
	for name, tc := range map[string]struct {
		ids   []string
		whole bool
	}{
		"lacks one":     {[]string{"a", "b"}, false},
		"shows all":     {[]string{"a"}, true},
		"asks for none": {nil, true},
	} {
		_, whole, err := r.Find(t.Context(), tc.ids)
		if err != nil {
			t.Errorf("%s: the error is %v, want none", name, err)
		}
		if whole != tc.whole {
			t.Errorf("%s: the look is whole: %t, want %t", name, whole, tc.whole)
		}
	}
	var got []string
	var err error
	if r.ByIDs(t.Context(), []string{"a", "b"}, loop(&got, &err)) {
		t.Error("the loop by IDs goes on, want that it is over")
	}
	if !errors.Is(err, errWrong) {
		t.Errorf("the loop by IDs ended with %v, want %v", err, errWrong)
	}
}

// A page that cannot be true is found before it is used.
func TestPagesThatCannotBeTrue(t *testing.T) {
	for name, tc := range map[string]struct {
		page  page
		wrong bool
	}{
		"a row without an ID":         {page{Rows: rows("a", "")}, true},
		"its own next page":           {page{Next: "2"}, true},
		"a row in two states":         {page{Rows: []row{{"a", "runs"}, {"a", "off"}}, Short: true}, true},
		"a row twice in one state":    {page{Rows: []row{{"a", "runs"}, {"a", "runs"}}, Short: true}, false},
		"nothing":                     {page{}, false},
		"a next page and a short one": {page{Rows: rows("a"), Next: "3", Short: true}, false},
	} {
		got := tc.page.Wrong("2", func(r *row) string { return r.id }, func(r *row) string { return r.state })
		if wrong := got != ""; wrong != tc.wrong {
			t.Errorf("%s: wrong is %q, want a reason: %t", name, got, tc.wrong)
		}
	}
}
