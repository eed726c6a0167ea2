package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// two are two parts of two slots each.
func two() *ledger.Ledger {
	return ledger.New(3, []ledger.Plan{{First: 0, Count: 2, MinCount: 1}, {First: 2, Count: 2, MinCount: 1, Candidate: 1}})
}

// take sends a part and lets it be answered.
func take(l *ledger.Ledger, i, asked int, v ledger.Verdict, ids ...string) []string {
	l.Send(i, start)
	return l.Answer(i, ledger.Answer{IDs: ids, Asked: asked, Least: 1, Verdict: v}, start.Add(time.Duration(i)*time.Minute))
}

func TestQuestions(t *testing.T) {
	l := two()
	take(l, 1, 2, fine, "i-3", "i-4")
	fresh := take(l, 0, 2, fine, "i-1", "i-2", "i-1")
	if !slices.Equal(fresh, []string{"i-1", "i-2"}) {
		t.Errorf("new are %v, want each once", fresh)
	}
	if got := l.IDs(); !slices.Equal(got, []string{"i-1", "i-2", "i-3", "i-4"}) {
		t.Errorf("IDs %v, want them in the order of the slots", got)
	}
	if i, ok := l.PartOf("i-3"); i != 1 || !ok {
		t.Errorf("i-3 is of part %d, %v; want 1", i, ok)
	}
	if i, ok := l.PartOf("i-9"); i != 0 || ok {
		t.Errorf("an unknown instance belongs to part %d, %v", i, ok)
	}
	if got := l.Count(); got != 4 {
		t.Errorf("%d asked for, want 4", got)
	}
	if got := l.Enough(); got != 3 {
		t.Errorf("%d are enough, want 3", got)
	}
	if got := l.NamedAt(); !got.Equal(start) {
		t.Errorf("named at %v, want the moment of the latest answer", got)
	}
	l.Answer(0, ledger.Answer{IDs: []string{"i-1"}, Asked: 2, Verdict: fine}, start.Add(time.Hour))
	if got := l.NamedAt(); !got.Equal(start) {
		t.Errorf("named at %v after an answer that names nobody new, want %v", got, start)
	}
}

// An instance that two parts name belongs to the first, and the other's answer proves
// nothing.
func TestAnInstanceOfTwoParts(t *testing.T) {
	l := two()
	take(l, 0, 2, fine, "i-1", "i-2")
	take(l, 1, 2, fine, "i-2", "i-3")
	if got := l.IDs(); !slices.Equal(got, []string{"i-1", "i-2", "i-3"}) {
		t.Errorf("IDs %v, want each once", got)
	}
	if got := l.Doubtful(); !slices.Equal(got, []string{"i-3"}) {
		t.Errorf("doubtful %v, want what the contradicting answer names", got)
	}
	if got := l.Part(1).Status; got != ledger.Sent {
		t.Errorf("status %s, want sent", got)
	}
	if p := l.Part(1); !p.Open() {
		t.Error("the part of an answer that cannot be true is not open")
	}
}

// Found instances go to the parts that miss some, and those left over to nobody.
func TestDeal(t *testing.T) {
	l := two()
	take(l, 0, 2, lost, "i-1")
	take(l, 1, 2, lost)
	left := l.Deal([]int{0, 1}, []string{"i-1", "i-2", "i-3", "i-4", "i-5"}, ledger.Ours, start)
	if !slices.Equal(left, []string{"i-5"}) {
		t.Errorf("left over are %v, want i-5", left)
	}
	if got := l.Part(0).IDs; !slices.Equal(got, []string{"i-1", "i-2"}) {
		t.Errorf("the first part has %v", got)
	}
	if got := l.Part(1).IDs; !slices.Equal(got, []string{"i-3", "i-4"}) {
		t.Errorf("the second part has %v", got)
	}
	if got := l.Unseen(); !slices.Equal(got, []string{"i-1"}) {
		t.Errorf("unseen are %v, want the one that only an answer named", got)
	}
}

// The minimum is of the whole: parts that were refused for lack of stock are asked for
// less, as long as that may still be enough.
func TestPlanForLess(t *testing.T) {
	for _, tc := range []struct {
		what    string
		least   int // of the refused part
		enough  int
		verdict ledger.Verdict
		planned []int
	}{
		{"may be enough", 3, 5, scarce, []int{1}},
		{"enough already", 3, 4, scarce, nil},
		{"cannot be enough", 3, 7, scarce, nil},
		{"just enough", 3, 6, scarce, []int{1}},
		{"asked for two", 2, 5, scarce, []int{1}},
		{"asked for one", 1, 5, scarce, nil},
		{"quota", 3, 5, refused, nil},
	} {
		l := ledger.New(tc.enough, []ledger.Plan{{Count: 4, MinCount: 4}, {First: 4, Count: 4, MinCount: tc.least}})
		take(l, 0, 4, fine, "i-1", "i-2", "i-3", "i-4")
		l.Close(0, fine)
		take(l, 1, 4, tc.verdict)
		l.Close(1, tc.verdict)
		planned := l.PlanForLess()
		if !slices.Equal(planned, tc.planned) {
			t.Errorf("%s: planned %v, want %v", tc.what, planned, tc.planned)
		}
		p := l.Part(1)
		if tc.planned != nil && (p.MinCount != 1 || p.Generation != 1 || p.OutOfStock) {
			t.Errorf("%s: %s, want the next generation, content with one", tc.what, describePart(&p))
		}
	}
}

// Of several that were refused only those are asked for less that can be.
func TestPlanForLessOfSome(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 4, MinCount: 1}, {First: 4, Count: 4, MinCount: 3}})
	for i := range 2 {
		take(l, i, 4, scarce)
		l.Close(i, scarce)
	}
	if got := l.PlanForLess(); !slices.Equal(got, []int{1}) {
		t.Errorf("planned %v, want the one that asked for more than one", got)
	}
	if p := l.Part(0); p.Status != ledger.Rejected || p.Generation != 0 {
		t.Errorf("the other is %s, want it left alone", describePart(&p))
	}
}

// Complete is what has everything, and nothing else.
func TestComplete(t *testing.T) {
	l := two()
	if l.Complete() {
		t.Error("nothing was created, and it is complete")
	}
	take(l, 0, 2, fine, "i-1", "i-2")
	take(l, 1, 2, fine, "i-3", "i-4")
	if !l.Complete() {
		t.Error("everything is there, and it is not complete")
	}
	l.Find(1, []string{"i-5"}, ledger.Doubtful, start)
	if l.Complete() {
		t.Error("there is one too many, and it is complete")
	}
}

// While a part is open, or everything is being released, nothing is planned for less.
func TestPlanForLessWaits(t *testing.T) {
	l := ledger.New(3, []ledger.Plan{{Count: 4, MinCount: 3}, {First: 4, Count: 4, MinCount: 3}})
	take(l, 0, 4, scarce)
	l.Close(0, scarce)
	if got := l.PlanForLess(); got != nil {
		t.Errorf("planned %v beside a part that is still planned", got)
	}
	take(l, 1, 4, scarce)
	l.Close(1, scarce)
	l.BeginRelease()
	if got := l.PlanForLess(); got != nil {
		t.Errorf("planned %v of what is being released", got)
	}
	l.CancelRelease()
	again, err := ledger.Restore(l.Save())
	if err != nil {
		t.Fatal(err)
	}
	if got := again.PlanForLess(); got != nil {
		t.Errorf("planned %v of what another process was refused", got)
	}
	if got := l.PlanForLess(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("planned %v, want both", got)
	}
}

// Beside a part that may bring more yet, or that was refused for another reason, nothing
// is planned for less, although less would be enough.
func TestPlanForLessBesideAnother(t *testing.T) {
	for _, tc := range []struct {
		what    string
		another func(*ledger.Ledger)
		planned []int
	}{
		{"planned", func(*ledger.Ledger) {}, nil},
		{"sent", func(l *ledger.Ledger) { take(l, 1, 4, lost) }, nil},
		{"refused", func(l *ledger.Ledger) { take(l, 1, 4, refused); l.Close(1, refused) }, nil},
		{"accepted", func(l *ledger.Ledger) { take(l, 1, 1, fine, "i-1"); l.Close(1, fine) }, []int{0}},
	} {
		l := ledger.New(2, []ledger.Plan{{Count: 4, MinCount: 3}, {First: 4, Count: 1, MinCount: 1}})
		take(l, 0, 4, scarce)
		l.Close(0, scarce)
		tc.another(l)
		if got := l.PlanForLess(); !slices.Equal(got, tc.planned) {
			t.Errorf("beside a part that is %s: planned %v, want %v", tc.what, got, tc.planned)
		}
	}
}

// A part that another took the place of has said its last word: that it was refused
// before keeps nothing from being asked for less.
func TestPlanForLessAfterAReplacement(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 4, MinCount: 1}})
	take(l, 0, 4, lost)
	l.Close(0, lost)
	take(l, 0, 4, fine, "i-1")
	l.Agree(0)
	next, ok := l.Replace(0, 1, 0, 2)
	if !ok {
		t.Fatal("a part that is out of stock was not replaced")
	}
	take(l, next, 3, scarce)
	l.Close(next, scarce)
	if got := l.PlanForLess(); !slices.Equal(got, []int{next}) {
		t.Errorf("planned %v, want the part that took the place", got)
	}
}

// Every new instance moves the moment of the latest, also one alone.
func TestNamedAt(t *testing.T) {
	l := two()
	take(l, 0, 2, lost)
	if got := l.NamedAt(); !got.IsZero() {
		t.Errorf("named at %v, and no instance was", got)
	}
	for n, id := range []string{"i-1", "i-2"} {
		at := start.Add(time.Duration(n+1) * time.Hour)
		l.Find(0, []string{id}, ledger.Ours, at)
		if got := l.NamedAt(); !got.Equal(at) {
			t.Errorf("named at %v after %s, want %v", got, id, at)
		}
	}
}

// A part that a look has filled misses nothing when its answers agree: it is not out of
// stock, and nothing takes its place.
func TestAPartThatALookHasFilledIsNotOutOfStock(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 1}})
	take(l, 0, 2, fine, "i-1")
	l.Find(0, []string{"i-2"}, ledger.Ours, start)
	if !l.Agree(0) {
		t.Fatal("a part that has everything is still open")
	}
	if p := l.Part(0); p.OutOfStock {
		t.Error("a part that has everything is out of stock")
	}
	if !l.Complete() {
		t.Error("everything is there, and it is not complete")
	}
}

// An instance that dies is missing, however few there were, and another candidate may
// bring it: what was said of its part before counts no more.
func TestLaunchFailedMakesAPartReplaceable(t *testing.T) {
	for _, tc := range []struct {
		what string
		made func() *ledger.Ledger
	}{
		{"one of one", func() *ledger.Ledger {
			l := ledger.New(1, []ledger.Plan{{Count: 1, MinCount: 1}})
			take(l, 0, 1, fine, "i-1")
			return l
		}},
		{"one of a part that was refused the rest", func() *ledger.Ledger {
			l := ledger.New(1, []ledger.Plan{{Count: 2, MinCount: 1}})
			take(l, 0, 2, refused, "i-1")
			l.Close(0, refused)
			return l
		}},
		{"one of another process", func() *ledger.Ledger {
			l := ledger.New(1, []ledger.Plan{{Count: 1, MinCount: 1}})
			take(l, 0, 1, fine, "i-1")
			return read(l)
		}},
	} {
		l := tc.made()
		l.OweRelease([]string{"i-1"})
		l.LaunchFailed([]string{"i-1"})
		if !l.Replaceable(0) {
			t.Errorf("%s: nothing may take its place", tc.what)
		}
		if l.Hopeless() {
			t.Errorf("%s: no other candidate would help", tc.what)
		}
		if l.Part(0).FromToken {
			t.Errorf("%s: it died in this process, and counts as an end before it", tc.what)
		}
	}
}

// The numbers of the dead are not given again.
func TestNumbered(t *testing.T) {
	l := two()
	if got := l.Numbered(); got != 4 {
		t.Errorf("%d are numbered, want 4", got)
	}
	take(l, 1, 2, fine, "i-3")
	l.Agree(1)
	next, ok := l.Replace(1, 2, 5, 1)
	if !ok || next != 2 {
		t.Fatalf("replaced by part %d, %v; want 2", next, ok)
	}
	if got := l.Numbered(); got != 9 {
		t.Errorf("%d are numbered, want 9", got)
	}
	p := l.Part(next)
	if p.First != 3 || p.Count != 1 || p.Candidate != 2 {
		t.Errorf("the new part is %+v, want slot 3 of candidate 2", p.Plan)
	}
}

// An operation of a token whose parts ended short for another reason than stock is
// helped by no other candidate.
func TestHopelessAfterResume(t *testing.T) {
	for _, tc := range []struct {
		text string
		want bool
	}{
		{`{"min":1,"parts":[{"first":0,"count":2,"min":1,"status":"accepted","ids":["i-1"]}]}`, true},
		{`{"min":1,"parts":[{"first":0,"count":2,"min":1,"status":"accepted","ids":["i-1"],"short":true}]}`, false},
		{`{"min":1,"parts":[{"first":0,"count":2,"min":1,"status":"accepted","ids":["i-1","i-2"]}]}`, false},
		{`{"min":1,"parts":[{"first":0,"count":2,"min":1,"status":"planned"}]}`, false},
	} {
		l, err := restored(t, tc.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Hopeless(); got != tc.want {
			t.Errorf("%s: hopeless %v, want %v", tc.text, got, tc.want)
		}
	}
}

// BeginRelease says who began it, and what is owed is told once.
func TestReleasesAreBegunOnce(t *testing.T) {
	l := two()
	take(l, 0, 2, fine, "i-1", "i-2")
	if !l.BeginRelease() {
		t.Error("the first release did not begin")
	}
	if l.BeginRelease() {
		t.Error("the second release began as well")
	}
	if got := l.OweRelease([]string{"i-1", "i-9"}); !slices.Equal(got, []string{"i-1"}) {
		t.Errorf("owed are %v, want i-1", got)
	}
	if got := l.OweRelease([]string{"i-1"}); got != nil {
		t.Errorf("owed again are %v", got)
	}
}

// Two answers of one token are about the same instances: together they cannot name more
// than were asked for.
func TestAnswersThatTogetherNameTooMany(t *testing.T) {
	l := ledger.New(4, []ledger.Plan{{Count: 4, MinCount: 4}})
	take(l, 0, 4, fine, "m0", "m1", "m2")
	take(l, 0, 4, fine, "m0", "m1", "f0", "f1")
	if got := l.Ours(); !slices.Equal(got, []string{"m0", "m1", "m2"}) {
		t.Errorf("ours are %v, want what the first answer named", got)
	}
	if got := l.Doubtful(); !slices.Equal(got, []string{"f0", "f1"}) {
		t.Errorf("doubtful are %v, want what the second added", got)
	}
	if p := l.Part(0); !p.Open() {
		t.Errorf("the part is %s, want it open", p.Status)
	}
}

// Answers that shrink do not agree: they lack what earlier ones have named.
func TestShrinkingAnswersDoNotAgree(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 4, MinCount: 2}})
	take(l, 0, 4, fine, "a", "b", "c")
	take(l, 0, 4, fine, "a")
	take(l, 0, 4, fine, "a")
	if l.Agreed(0) {
		t.Error("two answers agree that lack what an earlier one named")
	}
	take(l, 0, 4, fine, "a", "b", "c")
	take(l, 0, 4, fine, "c", "b", "a")
	if !l.Agreed(0) {
		t.Error("two answers that name all do not agree")
	}
}

// When everything is being released, what was doubtful stays so: what contradicted it may be
// gone.
func TestDoubtOutlivesARelease(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 2}})
	take(l, 0, 2, fine, "a", "b", "c")
	l.BeginRelease()
	take(l, 0, 2, fine, "a", "b")
	if got := l.Ours(); got != nil {
		t.Errorf("ours are %v, want none", got)
	}
}
