package provider_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// tokenOf returns an operation's token.
func tokenOf(t *testing.T, op *provider.Operation) []byte {
	t.Helper()
	b, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edit changes a token as if it were any JSON.
func edit(t *testing.T, tok []byte, change func(top map[string]any, part func(int) map[string]any)) []byte {
	t.Helper()
	var top map[string]any
	if err := json.Unmarshal(tok, &top); err != nil {
		t.Fatal(err)
	}
	change(top, func(i int) map[string]any { return top["parts"].([]any)[i].(map[string]any) })
	b, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestResumeInAnotherProcess(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 250)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), nil)
		switch {
		case err != nil:
			t.Fatalf("got error %v, want none", err)
		case !slices.Equal(again.InstanceIDs(), op.InstanceIDs()):
			t.Fatalf("IDs of the resumed operation: got %v, want %v", again.InstanceIDs(), op.InstanceIDs())
		case again.ID() != op.ID():
			t.Fatalf("again.ID(): got %v, want %v", again.ID(), op.ID())
		case again.Region() != op.Region():
			t.Fatalf("again.Region(): got %v, want %v", again.Region(), op.Region())
		}
		if list, err := again.Wait(t.Context(), nil); err != nil || len(list) != 250 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
		if n := len(f.made(provider.APIRunInstances)); n != 3 {
			t.Errorf("%d creates, want the three of the first process", n)
		}
	})
}

// A token that is read and written again is the same token, whatever happened.
func TestTokensSurviveARoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	ways := []answer{works, fails(refusal(provider.ErrQuota, "Q")), fails(throttled()), but(lost()), gives(lost(), "i-x")}
	for range 200 {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.InstancesPerCreate, f.limits.ClientToken = 1+r.IntN(5), r.IntN(2) == 0
			f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
				f.mu.Lock()
				way := ways[r.IntN(len(ways))]
				f.mu.Unlock()
				return way(f, s)
			}
			s := spec(1 + r.IntN(12))
			c := f.client(func(o *provider.Options) { o.RetryFor = -1 })
			op, _ := c.RunInstances(t.Context(), s, nil)
			first := tokenOf(t, op)
			again, _ := c.Resume(t.Context(), first, nil)
			switch {
			case again == nil:
				t.Error("no operation, want one")
			case string(tokenOf(t, again)) != string(first):
				t.Errorf("string(tokenOf(t, again)): got %v, want %v", string(tokenOf(t, again)), string(first))
			}
		})
	}
}

// cut returns the token of an operation with one part of each status: accepted,
// planned, sent, rejected. Each is for one instance.
func cut(t *testing.T, f *fake, s provider.RunInstancesSpec) []byte {
	t.Helper()
	f.limits.InstancesPerCreate = 1
	s.Count = 4
	op, err := f.client().RunInstances(t.Context(), s, &provider.RunOptions{OperationID: "cut"})
	if err != nil {
		t.Fatal(err)
	}
	f.instances, f.tokens = f.instances[:1], map[string][]string{}
	tok := edit(t, tokenOf(t, op), func(_ map[string]any, part func(int) map[string]any) {
		part(0)["ids"] = []string{f.instances[0].ID}
		for i, status := range []string{"planned", "sent", "rejected"} {
			delete(part(i+1), "ids")
			part(i + 1)["status"] = status
		}
	})
	f.calls = nil
	return tok
}

func TestResumeDoesWhatIsLeft(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		tok := cut(t, f, s)
		op, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s})
		if len(f.calls) != 2 || len(op.InstanceIDs()) != 3 || status(t, op) != "accepted accepted accepted rejected" {
			t.Errorf("%d creates, %d IDs, %s; want the planned and the sent one made, the rejected one left alone", len(f.calls), len(op.InstanceIDs()), status(t, op))
		}
		var e *provider.RunError
		if !errors.As(err, &e) || e.Created != 3 || e.Asked != 4 || errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("an instance is missing for good, and the error must say so: %v", err)
		}
	})
}

func TestResumeRepeatsNothingWithoutAToken(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.ClientToken = false
		s := spec(4)
		op, err := f.client().Resume(t.Context(), cut(t, f, s), &provider.ResumeOptions{Spec: &s})
		if len(f.calls) != 1 || !errors.Is(err, provider.ErrOutcomeUnknown) || status(t, op) != "accepted accepted sent rejected" {
			t.Errorf("%d creates, %v, %s; want only the planned one made", len(f.calls), err, status(t, op))
		}
	})
}

func TestResumeIsContentWithTheMinimum(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		s.MinCount = 3
		switch op, err := f.client().Resume(t.Context(), cut(t, f, s), &provider.ResumeOptions{Spec: &s}); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case len(op.InstanceIDs()) != 3:
			t.Errorf("number of IDs: got %v, want 3", len(op.InstanceIDs()))
		}
	})
}

func TestResumeSendsTheSameToken(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(but(lost()))
		s := spec(2)
		s.Region = "region-1"
		op, err := f.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatal(err)
		}
		f.run = nil
		elsewhere := f.client(func(o *provider.Options) { o.Region = "region-2" })
		again, err := elsewhere.Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		switch sent := f.tokensSent(); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case len(sent) != 2:
			t.Errorf("length of sent: got %v, want 2", len(sent))
		case sent[0] != sent[1]:
			t.Errorf("sent[0]: got %v, want %v", sent[0], sent[1])
		case !slices.Equal(again.InstanceIDs(), f.alive()):
			t.Errorf("IDs of the resumed operation: got %v, want %v", again.InstanceIDs(), f.alive())
		}
	})
}

func TestResumeNeedsTheSameSpec(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		s.Login.Password, s.Tags = planted, map[string]string{"a": "1", "b": "2"}
		tok := cut(t, f, s)
		type change = func(*provider.RunInstancesSpec)
		for what, c := range map[string]change{
			"another image":   func(s *provider.RunInstancesSpec) { s.ImageID = "img-2" },
			"another count":   func(s *provider.RunInstancesSpec) { s.Count = 5 },
			"another region":  func(s *provider.RunInstancesSpec) { s.Region = "region-2" },
			"another tag":     func(s *provider.RunInstancesSpec) { s.Tags = map[string]string{"a": "1"} },
			"no password":     func(s *provider.RunInstancesSpec) { s.Login.Password = "" },
			"a vendor option": func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{option{"fake"}} },
		} {
			other := s
			c(&other)
			op, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &other})
			switch {
			case op == nil:
				t.Errorf("%s: no operation: error %v", what, err)
			case !errors.Is(err, provider.ErrInvalid):
				t.Errorf("%s: got error %v, want %v", what, err, provider.ErrInvalid)
			case len(f.calls) != 0:
				t.Errorf("%s: calls: got %v, want 0", what, len(f.calls))
			}
		}
		switch op, err := f.client().Resume(t.Context(), tok, nil); {
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case !errors.Is(err, provider.ErrInvalid):
			t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
		case !strings.Contains(err.Error(), "2 instances left"):
			t.Errorf("got %q, want %q in it", err.Error(), "2 instances left")
		}
		s.Login.Password = "another, since passwords are not in the hash"
		if _, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s}); errors.Is(err, provider.ErrInvalid) {
			t.Errorf("another password: %v", err)
		}
	})
}

// A token of version 1 does not know the fields of its spec. One that is written after a
// resume with the spec does: a difference is told by name.
func TestAResumedTokenKnowsItsFields(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		old := edit(t, cut(t, f, s), func(top map[string]any, _ func(int) map[string]any) { delete(top, "fields") })
		f.limits.ClientToken = false // the create that was sent stays open
		op, err := f.client().Resume(t.Context(), old, &provider.ResumeOptions{Spec: &s})
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want the outcome of one create open", err)
		}
		other := s
		other.ImageID = "img-2"
		_, err = f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &other})
		if !errors.Is(err, provider.ErrInvalid) || !strings.Contains(err.Error(), "ImageID") {
			t.Errorf("got %v, want the field that differs", err)
		}
	})
}

// A spec that differs in many fields is told by ten of them, and how many more there are.
func TestASpecThatDiffersInManyFields(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		tok := cut(t, f, s)
		other := s
		other.ImageID, other.InstanceType, other.Zone = "x", "x", "x"
		other.Name, other.HostName, other.Description = "x", "x", "x"
		other.RoleName, other.ProjectID, other.Network.VPCID, other.Network.SubnetID = "x", "x", "x", "x"
		_, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &other})
		switch {
		case err == nil:
			t.Error("got no error, want one")
		case strings.Contains(err.Error(), "more"):
			t.Errorf("got %q, want no %q in it", err.Error(), "more")
		case strings.Count(err.Error(), ",") < 9:
			t.Errorf("strings.Count(err.Error(), ','): got %v, want at least 9", strings.Count(err.Error(), ","))
		}
		other.Placement.GroupID = "x"
		_, err = f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &other})
		switch {
		case err == nil:
			t.Error("got no error, want one")
		case !strings.HasSuffix(err.Error(), " and 1 more"):
			t.Errorf("got %q, want \" and 1 more\" at its end", err)
		}
	})
}

// With nothing left to create, a spec that is refused today does no harm.
func TestNothingLeftNeedsNoRules(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(2)
		op := run(t, f.client(), 2)
		f.valid = func(*provider.RunInstancesSpec) error {
			return &provider.FieldError{Path: "Name", Reason: "a new rule"}
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); !slices.Equal(got, op.InstanceIDs()) {
			t.Errorf("in hand are %v, want %v", got, op.InstanceIDs())
		}
	})
}

// An operation that has one instance was no dry run: a resume without the spec says what
// is missing.
func TestOneInstanceIsNoDryRun(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(gives(refusal(provider.ErrQuota, "Quota"), "i-001"))
		op, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if !errors.Is(err, provider.ErrQuota) {
			t.Fatalf("got %v, want the quota", err)
		}
		_, err = f.client().Resume(t.Context(), tokenOf(t, op), nil)
		var e *provider.RunError
		if !errors.As(err, &e) || e.Created != 1 || e.Asked != 2 {
			t.Errorf("got %v, want 1 of 2", err)
		}
	})
}

func TestResumeKeepsToTheRules(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		tok := cut(t, f, s)
		fewer := edit(t, tok, func(top map[string]any, _ func(int) map[string]any) {
			top["parts"], top["min"] = top["parts"].([]any)[:3], 3
		})
		switch op, err := f.client().Resume(t.Context(), fewer, &provider.ResumeOptions{Spec: &s}); {
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case !errors.Is(err, provider.ErrInvalid):
			t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
		}
		f.valid = func(*provider.RunInstancesSpec) error {
			return &provider.FieldError{Path: "Name", Reason: "a new rule"}
		}
		switch op, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s}); {
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case !errors.Is(err, provider.ErrInvalid):
			t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
		}
		if len(f.calls) != 0 {
			t.Errorf("%d calls were made", len(f.calls))
		}
	})
}

// strange is an option that JSON cannot write.
type strange struct{ Call func() }

func (strange) VendorName() string { return "fake" }

func TestASpecWithoutJSONIsStillCompared(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		s.Vendor = []provider.VendorOption{strange{}}
		tok := cut(t, f, s)
		other := s
		other.ImageID = "img-2"
		if _, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &other}); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("another image: %v", err)
		}
		if _, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s}); errors.Is(err, provider.ErrInvalid) {
			t.Errorf("the same spec: %v", err)
		}
	})
}

func TestDamagedTokens(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		good := cut(t, f, s)
		type top = map[string]any
		type parts = func(int) map[string]any
		for what, change := range map[string]func(top, parts){
			"of another cloud":         func(m top, _ parts) { m["driver"] = "elsewhere" },
			"of a newer library":       func(m top, _ parts) { m["yunfan"] = 3 },
			"of no version":            func(m top, _ parts) { delete(m, "yunfan") },
			"of a negative version":    func(m top, _ parts) { m["yunfan"] = -1 },
			"without an operation":     func(m top, _ parts) { delete(m, "operation") },
			"with a strange operation": func(m top, _ parts) { m["operation"] = "a/b" },
			"without parts":            func(m top, _ parts) { m["parts"] = []any{} },
			"with a number for a name": func(m top, _ parts) { m["region"] = 5 },
			"with no minimum":          func(m top, _ parts) { m["min"] = 0 },
			"with too large a minimum": func(m top, _ parts) { m["min"] = 5 },
			"with an unknown status":   func(_ top, p parts) { p(1)["status"] = "dreaming" },
			"with a count of zero":     func(_ top, p parts) { p(1)["count"] = 0 },
			"with a count of many":     func(_ top, p parts) { p(3)["count"] = 7 },
			"with an absurd count":     func(_ top, p parts) { p(3)["count"] = math.MaxInt },
			"with a part's minimum":    func(_ top, p parts) { p(1)["min"] = 2 },
			"with a negative minimum":  func(_ top, p parts) { p(1)["min"] = -1 },
			"with a gap":               func(_ top, p parts) { p(1)["first"] = 2 },
			"with a negative start":    func(_ top, p parts) { p(0)["first"] = -1 },
			"with a generation below":  func(_ top, p parts) { p(1)["gen"] = -1 },
			"from another age":         func(m top, _ parts) { m["accepted"] = "9999-12-31T23:59:59-10:00" },
			"with an empty ID":         func(_ top, p parts) { p(0)["ids"] = []string{""} },
			"with an ID twice":         func(_ top, p parts) { p(1)["ids"] = p(0)["ids"] },
		} {
			switch op, err := f.client().Resume(t.Context(), edit(t, good, change), &provider.ResumeOptions{Spec: &s}); {
			case op != nil:
				t.Errorf("a token %s: op: got %v, want nil", what, op)
			case !errors.Is(err, provider.ErrInvalid):
				t.Errorf("a token %s: got error %v, want %v", what, err, provider.ErrInvalid)
			}
		}
		for _, text := range []string{"", "null", "{}", "[]", `"x"`, "i-123", string(good[:len(good)/2]), string(good) + "}"} {
			switch op, err := f.client().Resume(t.Context(), []byte(text), nil); {
			case op != nil:
				t.Errorf("op: got %v, want nil", op)
			case !errors.Is(err, provider.ErrInvalid):
				t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
			}
		}
		if len(f.calls) != 0 {
			t.Errorf("%d calls were made", len(f.calls))
		}
	})
}

func TestANewerTokenSaysSo(t *testing.T) {
	_, err := newFake().client().Resume(t.Context(), []byte(`{"yunfan":7,"operation":{"changed":true}}`), nil)
	if err == nil || !strings.Contains(err.Error(), "version 7") {
		t.Errorf("want an error that names the version, got %v", err)
	}
}

func TestUnknownFieldsOfATokenAreNoHarm(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 2)
		tok := edit(t, tokenOf(t, op), func(top map[string]any, part func(int) map[string]any) {
			top["future"], part(0)["future"] = map[string]any{"a": 1}, "b"
		})
		switch again, err := f.client().Resume(t.Context(), tok, nil); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case !slices.Equal(again.InstanceIDs(), op.InstanceIDs()):
			t.Errorf("IDs of the resumed operation: got %v, want %v", again.InstanceIDs(), op.InstanceIDs())
		}
	})
}

func TestATokenHoldsNoSecret(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(but(lost()))
		s := spec(1)
		s.Login.Password, s.UserData, s.Name = planted, []byte(planted), "a name nobody needs to know"
		op, _ := f.client(func(o *provider.Options) { o.RetryFor = -1 }).RunInstances(t.Context(), s, nil)
		switch tok := string(tokenOf(t, op)); {
		case shows(tok):
			t.Error("the token shows a secret")
		case strings.Contains(tok, s.Name):
			t.Errorf("got %q, want no %q in it", tok, s.Name)
		case strings.Contains(tok, s.ImageID):
			t.Errorf("got %q, want no %q in it", tok, s.ImageID)
		}
	})
}

func TestATokenFromBeforeACrash(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.delay, f.limits.InstancesPerCreate = time.Minute, 1
		f.limits.Rates = map[provider.API]provider.Rate{provider.APIRunInstances: {Calls: 1, Per: time.Hour}}
		tok := edit(t, tokenOf(t, run(t, f.client(), 1)), func(top map[string]any, part func(int) map[string]any) {
			delete(part(0), "ids")
			part(0)["status"] = "sent"
		})
		s := spec(1)
		again, err := f.client().Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s})
		if err != nil || !slices.Equal(again.InstanceIDs(), f.alive()) || len(f.alive()) != 1 {
			t.Errorf("IDs %v, instances %v, %v; want the one that was made before", again.InstanceIDs(), f.alive(), err)
		}
	})
}

// Whatever a token says, Resume does not panic, and what it accepts it writes
// back as a token that it accepts.
func FuzzResume(f *testing.F) {
	paths, err := filepath.Glob("testdata/tokens/*.json")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no tokens to begin with: %v", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, tok []byte) {
		cloud := newFake()
		c := cloud.client(func(o *provider.Options) { o.RetryFor = -1 })
		op, err := c.Resume(t.Context(), tok, nil)
		if op == nil {
			if !errors.Is(err, provider.ErrInvalid) {
				t.Errorf("no operation, and not ErrInvalid: %v", err)
			}
			return
		}
		first := tokenOf(t, op)
		again, _ := c.Resume(t.Context(), first, nil)
		switch {
		case again == nil:
			t.Errorf("no operation: error %v", err)
		case string(tokenOf(t, again)) != string(first):
			t.Errorf("string(tokenOf(t, again)): got %v, want %v", string(tokenOf(t, again)), string(first))
		}
		s := spec(len(op.InstanceIDs()) + 1)
		_, _ = c.Resume(t.Context(), tok, &provider.ResumeOptions{Spec: &s})
	})
}

// A mismatch that no field explains names none: of a token of version 1, which knows no
// fields, and of another number of instances than the spec's.
func TestAMismatchThatNoFieldExplains(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(4)
		tok := cut(t, f, s)
		other := s
		other.ImageID = "img-2"
		old := edit(t, tok, func(top map[string]any, _ func(int) map[string]any) { delete(top, "fields") })
		fewer := edit(t, tok, func(top map[string]any, _ func(int) map[string]any) {
			top["parts"], top["min"] = top["parts"].([]any)[:3], 3
		})
		for what, tc := range map[string]struct {
			token []byte
			spec  provider.RunInstancesSpec
		}{"another image": {old, other}, "three of four instances": {fewer, s}} {
			_, err := f.client().Resume(t.Context(), tc.token, &provider.ResumeOptions{Spec: &tc.spec})
			switch {
			case !errors.Is(err, provider.ErrInvalid):
				t.Errorf("%s: got error %v, want %v", what, err, provider.ErrInvalid)
			case !strings.HasSuffix(err.Error(), "started with"):
				t.Errorf("%s: got %q, want \"started with\" at its end", what, err)
			}
		}
	})
}
