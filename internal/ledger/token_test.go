package ledger_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// restored reads a ledger from its written form.
func restored(t *testing.T, text string) (*ledger.Ledger, error) {
	t.Helper()
	var s ledger.Saved
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return ledger.Restore(s)
}

// A ledger in any reachable state is restored to the same state.
func TestEveryStateIsReadBack(t *testing.T) {
	for name, state := range states {
		l := state()
		again, err := ledger.Restore(l.Save())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, want := describe(again), describe(l)
		// These follow from answers of this process and are not saved.
		for _, lost := range []string{" hopeless", " agreed", ", launch failed", ", of a token"} {
			text, want = strings.ReplaceAll(text, lost, ""), strings.ReplaceAll(want, lost, "")
		}
		if text != want {
			t.Errorf("%s: read back as\n%s\nwant\n%s", name, text, want)
		}
	}
}

// A version-1 token can be read. It does not record which instances were seen.
func TestVersionOne(t *testing.T) {
	l, err := restored(t, `{"min":3,"accepted":"2026-03-01T12:00:00Z","parts":[
		{"first":0,"count":2,"min":2,"status":"accepted","ids":["i-1","i-2"],"named":true},
		{"first":2,"count":1,"min":1,"gen":2,"status":"sent","sent":"2026-03-01T11:00:00Z"},
		{"first":3,"count":1,"min":1,"shift":4,"alternative":1,"status":"rejected","short":true}]}`)
	if err != nil {
		t.Fatal(err)
	}
	const want = "accepted 2 of 2 (least 2) [i-1 i-2], of a token, renamed" +
		" + sent 0 of 1 (least 1) [] generation 2 after 0 sent 11:00, of a token" +
		" + rejected 0 of 1 (least 1) [] numbered from 7, of a token, out of stock"
	if got := describe(l); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := l.Part(2).Candidate; got != 1 {
		t.Errorf("candidate %d, want 1", got)
	}
	if got := l.NamedAt(); !got.Equal(start) {
		t.Errorf("named at %v, want %v", got, start)
	}
	if !l.Part(0).FromToken {
		t.Error("FromToken of a restored part: got false, want true")
	}
}

// The instances that were seen are written by place: a 1 for each seen one, and no
// zeros at the end.
func TestWhatWasSeenIsWritten(t *testing.T) {
	for _, tc := range []struct {
		seen []string
		want string
	}{
		{nil, ""},
		{[]string{"i-1"}, "1"},
		{[]string{"i-2"}, "01"},
		{[]string{"i-1", "i-3"}, "101"},
	} {
		l := states["accepted"]()
		l.See(tc.seen)
		if got := l.Save().Parts[0].Seen; got != tc.want {
			t.Errorf("seen %v: got %q, want %q", tc.seen, got, tc.want)
		}
	}
}

// A replaced part whose instances all died can be restored, also when some of them
// belonged to an earlier generation.
func TestAPartOfTwoGenerationsThatDiedIsReadBack(t *testing.T) {
	l := states["second generation sent"]()
	l.Answer(0, ledger.Answer{IDs: []string{"i-2", "i-3"}, Asked: 2, Verdict: fine}, start)
	all := l.IDs()
	l.OweRelease(all)
	if left := l.LaunchFailed(all); len(left) != 3 {
		t.Fatalf("%v left, want all three", left)
	}
	if _, ok := l.Replace(0, 1, 0, 1); !ok {
		t.Fatal("a part without instances was not replaced")
	}
	if _, err := ledger.Restore(l.Save()); err != nil {
		t.Errorf("reading it back: %v", err)
	}
}

func TestDamagedForms(t *testing.T) {
	const part = `{"first":0,"count":2,"min":1,"status":"sent","ids":["i-1"]}`
	const first0 = `{"min":1,"parts":[{"first":0,` // the beginning of a single part
	const one = first0 + `"count":1,"min":1,`
	const gaveUp = one + `"gen":1,"status":"sent","givenUp":[{`
	for what, tc := range map[string]struct{ text, want string }{
		"whole":               {`{"min":1,"parts":[` + part + `]}`, ""},
		"no parts":            {`{"min":1}`, "no parts"},
		"no minimum":          {`{"parts":[` + part + `]}`, "at least 0 of 2"},
		"too large a minimum": {`{"min":3,"parts":[` + part + `]}`, "at least 3 of 2"},
		"another age": {
			`{"min":1,"accepted":"9999-12-31T23:59:59-10:00","parts":[` + part + `]}`,
			"accepted in the year 10000",
		},
		"the last age": {`{"min":1,"accepted":"9999-12-31T23:59:59Z","parts":[` + part + `]}`, ""},
		"sent in another age": {
			one + `"status":"sent","sent":"9999-12-31T23:59:59-10:00"}]}`,
			"sent in the year 10000",
		},
		"an unknown status":  {first0 + `"count":1,"min":1,"status":"odd"}]}`, `unknown status "odd"`},
		"a count of zero":    {first0 + `"count":0,"min":1,"status":"planned"}]}`, "impossible counts"},
		"a count below":      {first0 + `"count":-1,"min":1,"status":"released"}]}`, "impossible counts"},
		"an absurd count":    {first0 + `"count":100001,"min":1,"status":"planned"}]}`, "impossible counts"},
		"a minimum of zero":  {first0 + `"count":1,"min":0,"status":"rejected"}]}`, "impossible counts"},
		"a minimum above":    {first0 + `"count":1,"min":2,"status":"accepted"}]}`, "impossible counts"},
		"a generation below": {first0 + `"count":1,"min":1,"gen":-1,"status":"sent"}]}`, "impossible counts"},
		"a candidate below":  {one + `"alternative":-1,"status":"sent"}]}`, "impossible counts"},
		"an offset below":    {first0 + `"count":1,"min":1,"shift":-1,"status":"sent"}]}`, "impossible counts"},
		"before below":       {first0 + `"count":1,"min":1,"before":-1,"status":"sent"}]}`, "impossible counts"},
		"before above":       {first0 + `"count":1,"min":1,"before":2,"status":"sent"}]}`, "impossible counts"},
		"replaced by too many": {
			first0 + `"count":1,"min":1,"status":"replaced"}]}`,
			"a replaced part of 1 instances has 0",
		},
		"given up too late": {
			one + `"status":"sent","givenUp":[{"gen":1,"at":"2026-03-01T12:00:00Z"}]}]}`,
			"impossible generation 1",
		},
		"as many as there may be": {first0 + `"count":100000,"min":1,"status":"planned"}]}`, ""},
		"given up before":         {gaveUp + `"gen":0,"at":"2026-03-01T12:00:00Z"}]}]}`, ""},
		"given up now":            {gaveUp + `"gen":1,"at":"2026-03-01T12:00:00Z"}]}]}`, "impossible generation 1"},
		"given up below": {
			one + `"status":"sent","givenUp":[{"gen":-1,"at":"2026-03-01T12:00:00Z"}]}]}`,
			"impossible generation -1",
		},
		"given up of too many": {
			gaveUp + `"gen":0,"at":"2026-03-01T12:00:00Z","missing":100001}]}]}`,
			"impossible counts of generation 0",
		},
		"given up of less": {
			gaveUp + `"gen":0,"at":"2026-03-01T12:00:00Z","missing":-1}]}]}`,
			"impossible counts of generation 0",
		},
		"found of too many": {
			gaveUp + `"gen":0,"at":"2026-03-01T12:00:00Z","found":100001}]}]}`,
			"impossible counts of generation 0",
		},
		"found of less": {
			gaveUp + `"gen":0,"at":"2026-03-01T12:00:00Z","found":-1}]}]}`,
			"impossible counts of generation 0",
		},
		"given up in an age": {
			one + `"status":"sent","givenUp":[{"gen":0,"at":"9999-12-31T23:59:59-10:00"}]}]}`,
			"impossible generation 0",
		},
		"an empty ID": {first0 + `"count":1,"min":1,"status":"sent","ids":[""]}]}`, "empty or named twice"},
		"an ID twice": {`{"min":1,"parts":[` + part +
			`,{"first":2,"count":1,"min":1,"status":"sent","ids":["i-1"]}]}`, "empty or named twice"},
		"a gap": {
			`{"min":1,"parts":[{"first":1,"count":1,"min":1,"status":"sent"}]}`,
			"begins at instance 1",
		},
		"an overlap": {
			`{"min":1,"parts":[` + part + `,{"first":1,"count":2,"min":1,"status":"sent"}]}`,
			"begins at instance 1, but the part before it ends at 2",
		},
	} {
		_, err := restored(t, tc.text)
		if tc.want == "" && err != nil {
			t.Errorf("%s: %v", what, err)
		}
		saysWhy := err != nil && strings.Contains(err.Error(), tc.want)
		if tc.want != "" && !saysWhy {
			t.Errorf("%s: got %v, want %s", what, err, tc.want)
		}
	}
}

// A moment too far in the future counts as too old: a token that the cloud may have
// forgotten must not look fresh.
func TestStale(t *testing.T) {
	const trust = time.Hour
	for _, tc := range []struct {
		what  string
		sent  time.Time
		stale bool
	}{
		{"just now", start, false},
		{"a minute ago", start.Add(-time.Minute), false},
		{"an hour ago", start.Add(-trust), false},
		{"more than an hour ago", start.Add(-trust - time.Second), true},
		{"days ago", start.Add(-48 * time.Hour), true},
		{"five minutes ahead", start.Add(5 * time.Minute), false},
		{"more than five minutes ahead", start.Add(5*time.Minute + time.Second), true},
		{"days ahead", start.Add(48 * time.Hour), true},
		{"at an unknown time", time.Time{}, true},
	} {
		l := ledger.New(1, plan())
		l.Send(0, tc.sent)
		p := l.Part(0)
		if got := p.Stale(start, trust); got != tc.stale {
			t.Errorf("sent %s: stale %v, want %v", tc.what, got, tc.stale)
		}
	}
	planned := ledger.New(1, plan()).Part(0)
	if planned.Stale(start, trust) {
		t.Error("a part that was never sent: stale, want not stale")
	}
}
