package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// two are two parts of two slots each.
func two() *ledger.Ledger {
	return ledger.New(3, []ledger.Plan{
		{First: 0, Count: 2, MinCount: 1},
		{First: 2, Count: 2, MinCount: 1, Candidate: 1},
	})
}

// take sends a call of a part and records its answer.
func take(l *ledger.Ledger, i, asked int, v ledger.Verdict, ids ...string) []string {
	l.Send(i, start)
	return l.Answer(i, ledger.Answer{IDs: ids, Asked: asked, Least: 1, Verdict: v},
		start.Add(time.Duration(i)*time.Minute))
}

func TestQuestions(t *testing.T) {
	l := two()
	take(l, 1, 2, fine, "i-3", "i-4")
	fresh := take(l, 0, 2, fine, "i-1", "i-2", "i-1")
	if !slices.Equal(fresh, []string{"i-1", "i-2"}) {
		t.Errorf("got new instances %v, want each once", fresh)
	}
	if got := l.IDs(); !slices.Equal(got, []string{"i-1", "i-2", "i-3", "i-4"}) {
		t.Errorf("got IDs %v, want the order of the slots", got)
	}
	switch i, ok := l.PartOf("i-3"); {
	case i != 1:
		t.Errorf("i-3 is of part %d, want 1", i)
	case !ok:
		t.Error("i-3 is of no part, want part 1")
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
		t.Errorf("named at %v after an answer without a new instance, want %v", got, start)
	}
}

// An instance that two parts name belongs to the first part. The other part's answer
// proves nothing.
func TestAnInstanceOfTwoParts(t *testing.T) {
	l := two()
	take(l, 0, 2, fine, "i-1", "i-2")
	take(l, 1, 2, fine, "i-2", "i-3")
	if got := l.IDs(); !slices.Equal(got, []string{"i-1", "i-2", "i-3"}) {
		t.Errorf("IDs %v, want each once", got)
	}
	if got := l.Doubtful(); !slices.Equal(got, []string{"i-3"}) {
		t.Errorf("doubtful %v, want the instances of the contradictory answer", got)
	}
	if got := l.Part(1).Status; got != ledger.Sent {
		t.Errorf("status %s, want sent", got)
	}
	if p := l.Part(1); !p.Open() {
		t.Error("a part with a contradictory answer is finished, want it open")
	}
}

// Found instances go to the parts with empty slots. The rest go to no part.
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

// The operation's minimum counts for all parts together. Parts that were refused for
// lack of stock are asked for fewer instances if that may be enough.
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
		forLess := p.MinCount == 1 && p.Generation == 1 && !p.OutOfStock
		if tc.planned != nil && !forLess {
			t.Errorf("%s: %s, want the next generation, content with one", tc.what, describePart(&p))
		}
	}
}

// Only refused parts with a minimum above one can be asked for less.
func TestPlanForLessOfSome(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 4, MinCount: 1}, {First: 4, Count: 4, MinCount: 3}})
	for i := range 2 {
		take(l, i, 4, scarce)
		l.Close(i, scarce)
	}
	if got := l.PlanForLess(); !slices.Equal(got, []int{1}) {
		t.Errorf("planned %v, want the one that asked for more than one", got)
	}
	switch p := l.Part(0); {
	case p.Status != ledger.Rejected:
		t.Errorf("p.Status: got %v, want %v", p.Status, ledger.Rejected)
	case p.Generation != 0:
		t.Errorf("p.Generation: got %v, want 0", p.Generation)
	}
}

// A ledger is complete when all slots are filled and there is no surplus.
func TestComplete(t *testing.T) {
	l := two()
	if l.Complete() {
		t.Error("an operation without instances is complete")
	}
	take(l, 0, 2, fine, "i-1", "i-2")
	take(l, 1, 2, fine, "i-3", "i-4")
	if !l.Complete() {
		t.Error("an operation with all instances is not complete")
	}
	l.Find(1, []string{"i-5"}, ledger.Doubtful, start)
	if l.Complete() {
		t.Error("an operation with a surplus instance is complete")
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
		t.Errorf("planned %v while everything is being released", got)
	}
	l.CancelRelease()
	again, err := ledger.Restore(l.Save())
	if err != nil {
		t.Fatal(err)
	}
	if got := again.PlanForLess(); got != nil {
		t.Errorf("planned %v although another process saw the refusal", got)
	}
	if got := l.PlanForLess(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("planned %v, want both", got)
	}
}

// Nothing is planned for less beside a part that is still open or was refused for
// another reason, even if less would be enough.
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

// A replaced part is finished: its earlier refusal does not stop other parts from being
// asked for less.
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
		t.Errorf("planned %v, want the part that replaced it", got)
	}
}

// Every new instance changes NamedAt, also a single one.
func TestNamedAt(t *testing.T) {
	l := two()
	take(l, 0, 2, lost)
	if got := l.NamedAt(); !got.IsZero() {
		t.Errorf("named at %v without an instance, want zero", got)
	}
	for n, id := range []string{"i-1", "i-2"} {
		at := start.Add(time.Duration(n+1) * time.Hour)
		l.Find(0, []string{id}, ledger.Ours, at)
		if got := l.NamedAt(); !got.Equal(at) {
			t.Errorf("named at %v after %s, want %v", got, id, at)
		}
	}
}

// A part whose slots a look has filled misses nothing when its answers agree. It is not
// out of stock and is not replaced.
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
		t.Error("an operation with all instances is not complete")
	}
}

// A dead instance is missing, even if it was the only one. Another candidate may create
// it. Earlier refusals of its part no longer count.
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
		{"one of a part whose rest was refused", func() *ledger.Ledger {
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
			t.Errorf("%s: the part is not replaceable", tc.what)
		}
		if l.Hopeless() {
			t.Errorf("%s: hopeless, want not hopeless", tc.what)
		}
		if l.Part(0).FromToken {
			t.Errorf("%s: FromToken is true, want false: it died in this process", tc.what)
		}
	}
}

// The number of a dead instance is not used again.
func TestNumbered(t *testing.T) {
	l := two()
	if got := l.Numbered(); got != 4 {
		t.Errorf("%d are numbered, want 4", got)
	}
	take(l, 1, 2, fine, "i-3")
	l.Agree(1)
	next, ok := l.Replace(1, 2, 5, 1)
	switch {
	case !ok:
		t.Fatal("the part is not replaced")
	case next != 2:
		t.Fatalf("replaced by part %d, want 2", next)
	}
	if got := l.Numbered(); got != 9 {
		t.Errorf("%d are numbered, want 9", got)
	}
	p := l.Part(next)
	switch {
	case p.First != 3:
		t.Errorf("p.First: got %v, want 3", p.First)
	case p.Count != 1:
		t.Errorf("p.Count: got %v, want 1", p.Count)
	case p.Candidate != 2:
		t.Errorf("p.Candidate: got %v, want 2", p.Candidate)
	}
}

// An operation from a token is hopeless if its parts ended short for another reason
// than stock.
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

// BeginRelease and OweRelease report only the first time.
func TestReleasesAreBegunOnce(t *testing.T) {
	l := two()
	take(l, 0, 2, fine, "i-1", "i-2")
	if !l.BeginRelease() {
		t.Error("the first BeginRelease: got false, want true")
	}
	if l.BeginRelease() {
		t.Error("the second BeginRelease: got true, want false")
	}
	if got := l.OweRelease([]string{"i-1", "i-9"}); !slices.Equal(got, []string{"i-1"}) {
		t.Errorf("owed are %v, want i-1", got)
	}
	if got := l.OweRelease([]string{"i-1"}); got != nil {
		t.Errorf("owed again are %v", got)
	}
}

// Two answers under one token name the same instances. Together they cannot name more
// than were asked for.
func TestAnswersThatTogetherNameTooMany(t *testing.T) {
	l := ledger.New(4, []ledger.Plan{{Count: 4, MinCount: 4}})
	take(l, 0, 4, fine, "m0", "m1", "m2")
	take(l, 0, 4, fine, "m0", "m1", "f0", "f1")
	if got := l.Ours(); !slices.Equal(got, []string{"m0", "m1", "m2"}) {
		t.Errorf("ours are %v, want the instances of the first answer", got)
	}
	if got := l.Doubtful(); !slices.Equal(got, []string{"f0", "f1"}) {
		t.Errorf("doubtful are %v, want the instances that only the second answer names", got)
	}
	if p := l.Part(0); !p.Open() {
		t.Errorf("the part is %s, want it open", p.Status)
	}
}

// An answer that lacks instances of an earlier answer does not agree with it.
func TestShrinkingAnswersDoNotAgree(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 4, MinCount: 2}})
	take(l, 0, 4, fine, "a", "b", "c")
	take(l, 0, 4, fine, "a")
	take(l, 0, 4, fine, "a")
	if l.Agreed(0) {
		t.Error("two answers that lack an earlier instance agree, want no agreement")
	}
	take(l, 0, 4, fine, "a", "b", "c")
	take(l, 0, 4, fine, "c", "b", "a")
	if !l.Agreed(0) {
		t.Error("two answers that name all instances do not agree")
	}
}

// While everything is being released, a doubtful instance stays doubtful: the instances
// that it contradicts may be gone.
func TestDoubtOutlivesARelease(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 2}})
	take(l, 0, 2, fine, "a", "b", "c")
	l.BeginRelease()
	take(l, 0, 2, fine, "a", "b")
	if got := l.Ours(); got != nil {
		t.Errorf("ours are %v, want none", got)
	}
}

// What an earlier generation left in doubt does not contradict a later one, whatever the
// order in which instances were named.
func TestAnOldDoubtContradictsNoLaterGeneration(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 2}})
	take(l, 0, 2, fine, "d1", "d2", "d3")
	l.Find(0, []string{"a"}, ledger.Ours, start)
	l.Settle(0)
	take(l, 0, 1, fine, "b")
	if got := l.Part(0).Status; got != ledger.Accepted {
		t.Errorf("the part is %s, want accepted: %+v", got, l.Part(0))
	}
	if got := l.Ours(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("ours are %v, want a and b", got)
	}
}

// A search after a person has settled an earlier doubt ends like any other.
func TestAnOldDoubtKeepsNoLaterSearchOpen(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 2}})
	take(l, 0, 2, fine, "d1", "d2", "d3")
	if l.Looked(0, start) {
		t.Error("a search that found none of the named instances ended the generation")
	}
	l.Settle(0)
	take(l, 0, 2, lost)
	for name, l := range map[string]*ledger.Ledger{"in another process": read(l), "in this process": l} {
		if !l.Looked(0, start) {
			t.Errorf("%s, the doubt of the earlier generation keeps the later one open", name)
		}
	}
}

// Another process knows which instances were named before the generation that is open.
func TestGenerationsSurviveARestart(t *testing.T) {
	open := func() *ledger.Ledger {
		l := ledger.New(3, []ledger.Plan{{Count: 3, MinCount: 3}})
		take(l, 0, 3, lost, "a")
		l.Settle(0)
		take(l, 0, 2, lost)
		return l
	}
	l := read(open())
	take(l, 0, 2, fine, "b", "c")
	if got := l.Part(0).Status; got != ledger.Accepted {
		t.Errorf("the rest was named, and the part is %s, want accepted", got)
	}
	before := open()
	take(before, 0, 2, lost, "b")
	l = read(before)
	take(l, 0, 2, fine, "c", "d")
	if got := l.Doubtful(); !slices.Equal(got, []string{"c", "d"}) {
		t.Errorf("three instances were named of two that were asked for: %v are doubtful, want c and d", got)
	}
}

// An instance belongs to the generation whose answer has made it certain, and to the first
// one that did.
func TestAnInstanceBelongsToOneGeneration(t *testing.T) {
	l := ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 2}})
	take(l, 0, 2, fine, "d1", "d2", "d3")
	l.Settle(0)
	take(l, 0, 2, lost, "d1")
	take(l, 0, 2, fine, "x", "y")
	if got := l.Ours(); !slices.Equal(got, []string{"d1"}) {
		t.Errorf("ours are %v, want d1: the two answers name three of two", got)
	}
	l = ledger.New(2, []ledger.Plan{{Count: 2, MinCount: 2}})
	take(l, 0, 2, lost, "a")
	l.Settle(0)
	take(l, 0, 1, lost, "a")
	take(l, 0, 1, fine, "b")
	if got := l.Part(0).Status; got != ledger.Accepted {
		t.Errorf("the part is %s, want accepted: %+v", got, l.Part(0))
	}
}
