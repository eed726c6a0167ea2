package launchtemplate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// templateAdds are the calls that make something.
var templateAdds = map[provider.API]func(context.Context, *launchtemplate.Templates) (string, error){
	"CreateLaunchTemplate": func(ctx context.Context, l *launchtemplate.Templates) (string, error) {
		return l.Create(ctx, template("new"))
	},
	"CreateLaunchTemplateVersion": func(ctx context.Context, l *launchtemplate.Templates) (string, error) {
		n, err := l.CreateVersion(ctx, provider.LaunchTemplateRef{Name: "old"}, template(""))
		return fmt.Sprint(n), err
	},
}

// templateChanges are the calls that may be made twice.
var templateChanges = map[provider.API]func(context.Context, *launchtemplate.Templates) error{
	"SetDefaultLaunchTemplateVersion": func(ctx context.Context, l *launchtemplate.Templates) error {
		return l.SetDefault(ctx, "", provider.LaunchTemplateRef{Name: "old", Version: 2})
	},
	"DeleteLaunchTemplateVersions": func(ctx context.Context, l *launchtemplate.Templates) error {
		return l.DeleteVersions(ctx, "", provider.LaunchTemplateRef{Name: "old"}, 2)
	},
	"DeleteLaunchTemplate": func(ctx context.Context, l *launchtemplate.Templates) error {
		return l.Delete(ctx, "", provider.LaunchTemplateRef{Name: "old"})
	},
	"DescribeLaunchTemplates": func(ctx context.Context, l *launchtemplate.Templates) error {
		return fakedriver.ErrOf(l.List(ctx, launchtemplate.Query{}))
	},
	"DescribeLaunchTemplateVersions": func(ctx context.Context, l *launchtemplate.Templates) error {
		return fakedriver.ErrOf(l.Versions(ctx, "", provider.LaunchTemplateRef{Name: "old"}))
	},
}

// withOld runs a test with a cloud that has the template "old" in two versions.
func withOld(t *testing.T, prepare func(f *templateCloud), test func(t *testing.T, f *templateCloud, l *launchtemplate.Templates)) {
	t.Helper()
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		newVersion(t, l, newTemplate(t, l, "old"))
		f.Calls, f.requests = nil, nil
		prepare(f)
		test(t, f, f.open(t))
	})
}

// kept counts what a cloud keeps: templates and versions.
func (f *templateCloud) kept() (n int) {
	for _, t := range f.templates {
		n += 1 + len(t.versions)
	}
	return n
}

func TestALostAnswerToANewTemplateIsAskedForAgain(t *testing.T) {
	for api, add := range templateAdds {
		lose := func(f *templateCloud) {
			f.After = func(_ provider.API, n int) error {
				if n <= 2 {
					return fakedriver.Lost()
				}
				return nil
			}
		}
		withOld(t, lose, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
			before := f.kept()
			named, err := add(t.Context(), l)
			if err != nil || named != map[bool]string{true: "lt-2", false: "3"}[api == "CreateLaunchTemplate"] {
				t.Errorf("%s: got %q, %v", api, named, err)
			}
			made := f.Made(api)
			if len(made) != 3 || made[0].Token == "" || made[0].Token != made[1].Token || made[0].Token != made[2].Token || len(made[0].Token) > 64 {
				t.Errorf("%s: want 3 calls with one token, got %+v", api, made)
			}
			switch n := f.kept() - before; {
			case n > 2:
				t.Errorf("n: got %v, want at most 2", n)
			case n == 2 && api != "CreateLaunchTemplate":
				t.Errorf("api: got %q, want %q", api, "CreateLaunchTemplate")
			}
			if _, err := add(t.Context(), l); err == nil && f.Made(api)[3].Token == made[0].Token {
				t.Errorf("%s: a second call of the caller has the token of the first", api)
			}
		})
	}
}

// A cloud that knows no token would make a second one.
func TestALostAnswerWithoutATokenIsNotAskedForAgain(t *testing.T) {
	for api, add := range templateAdds {
		lose := func(f *templateCloud) {
			f.Max.Idempotent = []provider.API{provider.APIRunInstances}
			f.After = func(provider.API, int) error { return fakedriver.Lost() }
		}
		withOld(t, lose, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
			_, err := add(t.Context(), l)
			if !errors.Is(err, provider.ErrOutcomeUnknown) || !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: want ErrOutcomeUnknown and the cause, got %v", api, err)
			}
			if made := f.Made(api); len(made) != 1 || made[0].Token != "" {
				t.Errorf("%s: want one call without a token, got %+v", api, made)
			}
		})
	}
}

func TestThrottledTemplateCallsAreRepeated(t *testing.T) {
	for _, tokens := range []bool{false, true} {
		throttle := func(f *templateCloud) {
			if !tokens {
				f.Max.Idempotent = nil
			}
			f.Before = func(_ provider.API, n int) error {
				if n <= 3 {
					return fakedriver.Throttled()
				}
				return nil
			}
		}
		for api, add := range templateAdds {
			withOld(t, throttle, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				if named, err := add(t.Context(), l); err != nil || len(f.Made(api)) != 4 {
					t.Errorf("%s: %q, %v after %d calls, want 4", api, named, err, len(f.Made(api)))
				}
			})
		}
		for api, change := range templateChanges {
			withOld(t, throttle, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				if err := change(t.Context(), l); err != nil || len(f.Made(api)) != 4 {
					t.Errorf("%s: %v after %d calls, want 4", api, err, len(f.Made(api)))
				}
			})
		}
	}
}

func TestLastingThrottlingOfTemplates(t *testing.T) {
	throttle := func(f *templateCloud) { f.Before = func(provider.API, int) error { return fakedriver.Throttled() } }
	for api, add := range templateAdds {
		withOld(t, throttle, func(t *testing.T, _ *templateCloud, l *launchtemplate.Templates) {
			start := time.Now()
			_, err := add(t.Context(), l)
			if took := time.Since(start); !errors.Is(err, provider.ErrThrottled) || errors.Is(err, provider.ErrOutcomeUnknown) || took < time.Minute || took > 2*time.Minute {
				t.Errorf("%s: after %v: %v; nothing was done, and RetryFor is two minutes", api, took, err)
			}
		})
	}
}

// A refusal for good is not repeated, and leaves nothing open.
func TestRefusedTemplateCalls(t *testing.T) {
	for _, kind := range []error{provider.ErrExists, provider.ErrQuota, provider.ErrPermission, provider.ErrNotFound, provider.ErrState} {
		refuse := func(f *templateCloud) {
			f.Before = func(provider.API, int) error { return fakedriver.Refusal(kind, "Code") }
		}
		for api, add := range templateAdds {
			withOld(t, refuse, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				_, err := add(t.Context(), l)
				if !errors.Is(err, kind) || errors.Is(err, provider.ErrOutcomeUnknown) || len(f.Made(api)) != 1 {
					t.Errorf("%s: want %v after one call, got %v after %d", api, kind, err, len(f.Made(api)))
				}
			})
		}
		for api, change := range templateChanges {
			withOld(t, refuse, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				if err := change(t.Context(), l); !errors.Is(err, kind) || len(f.Made(api)) != 1 {
					t.Errorf("%s: want %v after one call, got %v after %d", api, kind, err, len(f.Made(api)))
				}
			})
		}
	}
}

// A refusal after a lost answer says nothing about the first attempt.
func TestARefusalAfterALostAnswerLeavesItOpen(t *testing.T) {
	for api, add := range templateAdds {
		lose := func(f *templateCloud) {
			f.Before = func(_ provider.API, n int) error {
				return map[bool]error{true: fakedriver.Lost(), false: fakedriver.Refusal(provider.ErrQuota, "Full")}[n == 1]
			}
		}
		withOld(t, lose, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
			_, err := add(t.Context(), l)
			if !errors.Is(err, provider.ErrOutcomeUnknown) || !errors.Is(err, provider.ErrQuota) || len(f.Made(api)) != 2 {
				t.Errorf("%s: want ErrOutcomeUnknown and ErrQuota after 2 calls, got %v after %d", api, err, len(f.Made(api)))
			}
		})
	}
}

// A token that is still being worked on may be about the first attempt.
func TestATemporaryRefusalOfATokenIsRepeated(t *testing.T) {
	busy := fakedriver.Refusal(provider.ErrTokenMismatch, "IdempotentProcessing")
	busy.Temporary = true
	for api, add := range templateAdds {
		withOld(t, func(f *templateCloud) {
			f.Before = func(_ provider.API, n int) error { return map[bool]error{true: busy}[n < 3] }
		},
			func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				if _, err := add(t.Context(), l); err != nil || len(f.Made(api)) != 3 {
					t.Errorf("%s: %v after %d calls, want 3", api, err, len(f.Made(api)))
				}
			})
		withOld(t, func(f *templateCloud) { f.Before = func(provider.API, int) error { return busy } },
			func(t *testing.T, _ *templateCloud, l *launchtemplate.Templates) {
				if _, err := add(t.Context(), l); !errors.Is(err, provider.ErrOutcomeUnknown) {
					t.Errorf("%s: busy for ever: want ErrOutcomeUnknown, got %v", api, err)
				}
			})
	}
}

func TestLostAnswersToTemplateChanges(t *testing.T) {
	for api, change := range templateChanges {
		for what, prepare := range map[string]func(f *templateCloud){
			"done": func(f *templateCloud) {
				f.After = func(_ provider.API, n int) error { return map[bool]error{true: fakedriver.Lost()}[n == 1] }
			},
			"not done": func(f *templateCloud) {
				f.Before = func(_ provider.API, n int) error { return map[bool]error{true: fakedriver.Lost()}[n == 1] }
			},
		} {
			withOld(t, prepare, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				if err := change(t.Context(), l); err != nil || len(f.Made(api)) != 2 {
					t.Errorf("%s, lost and %s: %v after %d calls, want 2", api, what, err, len(f.Made(api)))
				}
			})
		}
	}
}

// Only a delete that may have been carried out finds what it wanted.
func TestNotFoundAfterALostAnswer(t *testing.T) {
	notFound := fakedriver.Refusal(provider.ErrNotFound, "NotFound")
	for _, first := range []error{fakedriver.Lost(), fakedriver.Throttled()} {
		for api, change := range templateChanges {
			prepare := func(f *templateCloud) {
				f.Before = func(_ provider.API, n int) error { return map[bool]error{true: first, false: notFound}[n == 1] }
			}
			withOld(t, prepare, func(t *testing.T, _ *templateCloud, l *launchtemplate.Templates) {
				err := change(t.Context(), l)
				done := strings.HasPrefix(string(api), "Delete") && !errors.Is(first, provider.ErrThrottled)
				switch {
				case done && err != nil:
					t.Errorf("%s: got error %v, want none", api, err)
				case !done && !errors.Is(err, provider.ErrNotFound):
					t.Errorf("%s: got error %v, want %v", api, err, provider.ErrNotFound)
				}
			})
		}
	}
}

// A cloud that says yes and not to what may have made something all the same.
func TestAnswersThatNameNothing(t *testing.T) {
	for api, add := range templateAdds {
		withOld(t, func(*templateCloud) {}, func(t *testing.T, f *templateCloud, _ *launchtemplate.Templates) {
			for _, request := range []string{"", "req-9"} {
				l, err := launchtemplate.Of(provider.NewClient(&vagueTemplates{f, request}, &provider.Options{Region: "region-1"}))
				if err != nil {
					t.Fatal(err)
				}
				f.Calls = nil
				_, err = add(t.Context(), l)
				var e *provider.APIError
				if !errors.Is(err, provider.ErrOutcomeUnknown) || !errors.As(err, &e) || e.Op != string(api) || e.Driver != "fake" {
					t.Errorf("%s: want ErrOutcomeUnknown of the call, got %v", api, err)
				}
				if e.RequestID != request {
					t.Errorf("%s: the request's ID is lost: %v", api, err)
				}
				if n := len(f.Made(api)); n != 1 {
					t.Errorf("%s: %d calls, want 1", api, n)
				}
			}
		})
	}
}

// vagueTemplates answers creates without saying what was created.
type vagueTemplates struct {
	*templateCloud
	request string
}

func (v *vagueTemplates) CreateLaunchTemplate(
	ctx context.Context, _ *launchtemplate.Spec, _ string,
) (id, requestID string, err error) {
	_, err = v.Enter(ctx, fakedriver.Call{API: "CreateLaunchTemplate"})
	return "", v.request, err
}

func (v *vagueTemplates) CreateLaunchTemplateVersion(
	ctx context.Context, _ provider.LaunchTemplateRef, _ *launchtemplate.Spec, _ string,
) (version int, requestID string, err error) {
	_, err = v.Enter(ctx, fakedriver.Call{API: "CreateLaunchTemplateVersion"})
	return 0, v.request, err
}

func TestTemplateCallsEndWithTheirContext(t *testing.T) {
	calls := map[provider.API]func(context.Context, *launchtemplate.Templates) error{}
	for api, change := range templateChanges {
		calls[api] = change
	}
	for api, add := range templateAdds {
		calls[api] = func(ctx context.Context, l *launchtemplate.Templates) error { _, err := add(ctx, l); return err }
	}
	for what, prepare := range map[string]func(f *templateCloud){
		"a call hangs":       func(f *templateCloud) { f.Delay = time.Hour },
		"throttled for ever": func(f *templateCloud) { f.Before = func(provider.API, int) error { return fakedriver.Throttled() } },
		"lost for ever":      func(f *templateCloud) { f.Before = func(provider.API, int) error { return fakedriver.Lost() } },
	} {
		for api, call := range calls {
			withOld(t, prepare, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				start := time.Now()
				err := call(ctx, l)
				if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 3100*time.Millisecond {
					t.Errorf("%s, %s: after %v: %v", api, what, took, err)
				}
				if unknown := templateAdds[api] != nil && what != "throttled for ever"; errors.Is(err, provider.ErrOutcomeUnknown) != unknown {
					t.Errorf("%s, %s: outcome unknown should be %v: %v", api, what, unknown, err)
				}
				n := len(f.Calls)
				switch err := call(ctx, l); {
				case !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("%s with an ended context: got error %v, want %v", api, err, context.DeadlineExceeded)
				case errors.Is(err, provider.ErrOutcomeUnknown):
					t.Errorf("%s with an ended context: got error %v, which must not match %v", api, err, provider.ErrOutcomeUnknown)
				case len(f.Calls) != n:
					t.Errorf("%s with an ended context: calls: got %v, want %v", api, len(f.Calls), n)
				}
			})
		}
	}
}

func TestListsOfTemplatesStopEarly(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		for i := range 5 {
			newTemplate(t, l, fmt.Sprint("web-", i))
		}
		f.Calls, f.requests = nil, nil
		list := l.List(t.Context(), launchtemplate.Query{})
		if len(f.Calls) != 0 {
			t.Error("a list that nobody reads makes calls")
		}
		for range 2 { // a list can be read again
			n := 0
			for range list {
				if n++; n == 2 {
					break
				}
			}
		}
		if got := f.pages(); !slices.Equal(got, []string{"", ""}) {
			t.Errorf("pages %q, want the first one twice", got)
		}
	})
}

// pages returns the page tokens that were asked for.
func (f *templateCloud) pages() []string {
	var out []string
	for _, r := range f.requests {
		out = append(out, r.page)
	}
	return out
}

func TestListsOfTemplatesEndAfterTheFirstError(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		for i := range 5 {
			newTemplate(t, l, fmt.Sprint("web-", i))
		}
		f.Before = func(_ provider.API, n int) error {
			return map[bool]error{true: fakedriver.Refusal(provider.ErrPermission, "Forbidden")}[n >= 2]
		}
		good, bad := 0, 0
		for v, err := range l.List(t.Context(), launchtemplate.Query{}) {
			switch {
			case err == nil:
				good++
			case v.ID != "" || !errors.Is(err, provider.ErrPermission):
				t.Errorf("%+v beside %v", v, err)
				fallthrough
			default:
				bad++
			}
		}
		if good != 2 || bad != 1 {
			t.Errorf("%d templates and %d errors, want one page and one error", good, bad)
		}
	})
}

// A driver that compares by itself may find nothing on a page, and more on the
// next.
func TestAnEmptyPageIsNotTheLast(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, _ *launchtemplate.Templates) {
		l, err := launchtemplate.Of(provider.NewClient(&sparseTemplates{templateCloud: f}, &provider.Options{Region: "region-1"}))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			newTemplate(t, l, fmt.Sprint("web-", i))
		}
		got := fakedriver.All(t, l.List(t.Context(), launchtemplate.Query{}))
		if len(got) != 1 || got[0].Name != "web-4" {
			t.Errorf("listed %+v, want the one of the last page", got)
		}
	})
}

// sparseTemplates has nothing on any page but the last.
type sparseTemplates struct{ *templateCloud }

func (s *sparseTemplates) DescribeLaunchTemplates(
	ctx context.Context, q *launchtemplate.Query, token string,
) (*provider.Page[launchtemplate.Template], error) {
	page, err := s.templateCloud.DescribeLaunchTemplates(ctx, q, token)
	if err == nil && page.NextPage != "" {
		page.Items = nil
	}
	return page, err
}

// A page that fails in passing is read again, and no other one.
func TestPagesAreReadAgainOneByOne(t *testing.T) {
	withTemplates(t, func(t *testing.T, f *templateCloud, l *launchtemplate.Templates) {
		ref := newTemplate(t, l, "web")
		for range 4 {
			newVersion(t, l, ref)
		}
		f.requests = nil
		f.Before = func(_ provider.API, n int) error { return map[bool]error{true: fakedriver.Lost()}[n%2 == 0] }
		if got := numbers(t, l, ref); !slices.Equal(got, []int{1, 2, 3, 4, 5}) {
			t.Errorf("versions %v", got)
		}
		if got := f.pages(); !slices.Equal(got, []string{"", "2", "2", "4", "4"}) {
			t.Errorf("pages %q", got)
		}
	})
}
