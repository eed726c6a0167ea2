package provider_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A token of another clock never looks fresh: nothing is created by one that the cloud
// may have forgotten.
func TestClockSkewMakesNoTokenFresh(t *testing.T) {
	for _, skew := range []time.Duration{-72 * time.Hour, -61 * time.Minute, 6 * time.Minute, 3 * time.Hour, 72 * time.Hour} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s := spec(1)
			f.answers(but(lost()))
			op, _ := f.client().RunInstances(t.Context(), s, nil)
			sent := time.Now().Add(skew).UTC().Format(time.RFC3339)
			token := edit(t, tokenOf(t, op), func(_ map[string]any, part func(int) map[string]any) { part(0)["sent"] = sent })
			f.tokens, f.calls = map[string][]string{}, nil // the cloud has forgotten it
			_, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s})
			if !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("a clock off by %v: %v, want ErrOutcomeUnknown", skew, err)
			}
			if n := len(f.calls); n != 0 {
				t.Errorf("a clock off by %v: %d calls, want none", skew, n)
			}
		})
	}
}

// deadToken is the answer about a token whose first create failed for good.
func deadToken() error {
	e := refusal(provider.ErrState, "IdempotentFailed")
	e.TokenDead = true
	return e
}

// A dead token ends its generation, and the next one is used.
func TestADeadTokenIsFollowedByAnother(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(lost()), fails(deadToken()), works)
		op, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.InstanceIDs(); !slices.Equal(got, f.alive()) || len(got) != 2 {
			t.Errorf("in hand are %v of %v", got, f.alive())
		}
		tokens := f.tokensSent()
		if len(tokens) != 3 || tokens[0] != tokens[1] || tokens[1] == tokens[2] {
			t.Errorf("the tokens are %v, want the third to be another", tokens)
		}
	})
}

// Tokens that always die are not followed for ever, and the caller's own is followed by
// none.
func TestDeadTokensEnd(t *testing.T) {
	for own, want := range map[string]int{"": 4, "mine": 1} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.answers(fails(deadToken()))
			s := spec(2)
			s.ClientToken = own
			op, err := f.client().RunInstances(t.Context(), s, nil)
			switch {
			case !errors.Is(err, provider.ErrState):
				t.Errorf("%q: got error %v, want %v", own, err, provider.ErrState)
			case len(op.InstanceIDs()) != 0:
				t.Errorf("%q: number of IDs: got %v, want 0", own, len(op.InstanceIDs()))
			}
			if n := len(f.tokensSent()); n != want {
				t.Errorf("%q: %d creates, want %d", own, n, want)
			}
		})
	}
}

// A create that was open for two days has a way forward: by its owner's tags, or by a
// person who is told what to look for.
func TestOldCreatesHaveAWayForward(t *testing.T) {
	for _, made := range []bool{true, false} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
			f.answers(map[bool]answer{true: but(lost()), false: fails(lost())}[made])
			op, _ := f.client().RunInstances(t.Context(), s, run)
			time.Sleep(48 * time.Hour)
			f.tokens = map[string][]string{}
			f.answers(works)
			again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
			if err != nil {
				t.Fatalf("made %v: %v", made, err)
			}
			if got := again.InstanceIDs(); len(got) != 2 || !slices.Equal(got, f.alive()) {
				t.Errorf("made %v: in hand are %v of %v", made, got, f.alive())
			}
		})
	}
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(2)
		f.answers(fails(lost()))
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		time.Sleep(48 * time.Hour)
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err == nil || !strings.Contains(err.Error(), "(without a name)") {
			t.Errorf("the error does not say that there is no name: %v", err)
		}
	})
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := named(2, "web")
		f.answers(fails(lost()))
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		time.Sleep(48 * time.Hour)
		f.answers(works)
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		for _, want := range []string{"region-1", `"web"`, "t1.small", "2000-01-01T", "ResumeOptions.NoneMade"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not name %s: %v", want, err)
			}
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, NoneMade: true})
		if err != nil || len(again.InstanceIDs()) != 2 {
			t.Errorf("after a person has looked: %v, %v", again.InstanceIDs(), err)
		}
	})
}

// What is created after a search has found some of it is only what is missing.
func TestAnOldCreateThatIsFoundInPart(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, run := spec(4), &provider.RunOptions{Owner: "team-a"}
		f.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if len(f.alive()) == 0 {
				few := *s
				few.Count = 1
				f.create(&few)
			}
			return nil, lost()
		})
		op, _ := f.client().RunInstances(t.Context(), s, run)
		time.Sleep(48 * time.Hour)
		f.answers(works)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		if got := again.InstanceIDs(); len(got) != 4 || len(f.alive()) != 4 {
			t.Errorf("in hand are %v of %v, want four in all", got, f.alive())
		}
	})
}

// What a create made before its token died is found by the owner's tags, and only the rest
// is created under another token.
func TestADeadTokenMayHaveMadeSome(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 3
		dead := map[string]bool{}
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			switch {
			case dead[s.ClientToken]:
				return nil, deadToken()
			case len(dead) == 0:
				dead[s.ClientToken] = true
				few := *s
				few.Count, few.ClientToken = 1, ""
				f.create(&few)
				return nil, lost()
			}
			return f.create(s), nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(6), &provider.RunOptions{Owner: "team-a"})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(slices.Values(op.InstanceIDs())); len(got) != 6 || !slices.Equal(got, f.alive()) {
			t.Errorf("in hand are %v of %v, want six", got, f.alive())
		}
	})
}

// When the tags of a dead create cannot be read, that is told, and nothing more is created.
func TestADeadTokenThatCannotBeLookedFor(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(deadToken()))
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrPermission, "Forbidden")
		}
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{Owner: "team-a"})
		switch {
		case !errors.Is(err, provider.ErrPermission):
			t.Errorf("got error %v, want %v", err, provider.ErrPermission)
		case len(op.InstanceIDs()) != 0:
			t.Errorf("number of IDs: got %v, want 0", len(op.InstanceIDs()))
		}
		if n := len(f.tokensSent()); n != 1 {
			t.Errorf("%d creates were sent, want 1", n)
		}
	})
}

// A token of the caller's own that is dead is not sent again by a resume.
func TestADeadTokenOfTheCallersOwnIsNotSentAgain(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(deadToken()))
		s := spec(2)
		s.ClientToken = "mine"
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if !errors.Is(err, provider.ErrTokenMismatch) {
			t.Errorf("got %v, want a token that cannot be used again", err)
		}
		if n := len(f.tokensSent()); n != 1 {
			t.Errorf("%d creates were sent, want 1", n)
		}
	})
}

// A search by the owner's tags ends with the look that shows all of them, and not before.
func TestASearchByTagsEndsOnceAllAreFound(t *testing.T) {
	for last, looks := range map[time.Duration]int{0: 1, 10 * time.Second: 3} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
			f.answers(but(lost()))
			op, _ := f.client().RunInstances(t.Context(), s, run)
			time.Sleep(48 * time.Hour)
			shown := time.Now().Add(last)
			f.state = func(id string, _ time.Duration) (provider.State, string) {
				if id == "i-002" && time.Now().Before(shown) {
					return "", ""
				}
				return provider.StateRunning, "Running"
			}
			f.calls = nil
			again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
			if err != nil {
				t.Fatalf("the last one shown after %v: %v", last, err)
			}
			if got := again.InstanceIDs(); len(got) != 2 || !slices.Equal(got, f.alive()) {
				t.Errorf("the last one shown after %v: in hand are %v of %v", last, got, f.alive())
			}
			if n := len(f.made(provider.APIDescribeInstances)); n != looks {
				t.Errorf("the last one shown after %v: %d looks, want %d", last, n, looks)
			}
		})
	}
}

// Of an old create of which nobody knows when it was sent, the person who looks for it is told
// just that.
func TestAnOldCreateOfUnknownTime(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(1)
		f.answers(but(lost()))
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		token := edit(t, tokenOf(t, op), func(_ map[string]any, part func(int) map[string]any) { delete(part(0), "sent") })
		_, err := f.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s})
		if !errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), "nobody knows when") {
			t.Errorf("got %v, want that nobody knows when it was sent", err)
		}
	})
}

// What bears the owner's tags beyond what old creates miss is told as surplus.
func TestASearchByTagsTellsOfMoreThanIsMissing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
		f.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if len(f.alive()) == 0 {
				many := *s
				many.Count = 3
				f.create(&many)
			}
			return nil, lost()
		})
		op, _ := f.client().RunInstances(t.Context(), s, run)
		time.Sleep(48 * time.Hour)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		var e *provider.RunError
		if !errors.As(err, &e) || len(e.Surplus) != 1 {
			t.Fatalf("got %v, want one beyond what was asked for", err)
		}
		if got := again.InstanceIDs(); len(got) != 3 {
			t.Errorf("in hand are %v, want all three", got)
		}
	})
}

// Where the tags of a dead create could not be read, a resume reads them before it creates.
func TestAResumeLooksForWhatADeadTokenMade(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				few := *s
				few.Count, few.ClientToken = 1, ""
				f.create(&few)
				return nil, deadToken()
			}
			return f.create(s), nil
		}
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrPermission, "Forbidden")
		}
		s, run := spec(2), &provider.RunOptions{Owner: "team-a"}
		op, err := f.client().RunInstances(t.Context(), s, run)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want an unknown outcome", err)
		}
		f.describe = nil
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s, Run: run})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.alive(); len(got) != 2 {
			t.Errorf("alive are %v, in hand %v; want two in all", got, again.InstanceIDs())
		}
	})
}
