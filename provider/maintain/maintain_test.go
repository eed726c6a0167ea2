package maintain_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

func TestTagsGoOutInCallsOfTheCloudsSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(provider.Instance{ID: "a", Tags: map[string]string{"old": "1"}}, provider.Instance{ID: "b"}, provider.Instance{ID: "c"})
		m := maintain.Of(f.client())
		if err := m.Tag(t.Context(), "", []string{"a", "b", "c", "a"}, map[string]string{"team": "web", "env": "prod"}); err != nil {
			t.Fatal(err)
		}
		if n := f.count("tag"); n != 4 {
			t.Errorf("%d calls were made, want 4: two tags for three instances, two at a time", n)
		}
		if got := fmt.Sprint(f.instances["a"].Tags); got != "map[env:prod old:1 team:web]" {
			t.Errorf("the tags are %s, want the new ones beside the old one", got)
		}
		if err := m.Untag(t.Context(), "", []string{"a"}, "old", "absent"); err != nil {
			t.Fatal(err)
		}
		if _, has := f.instances["a"].Tags["old"]; has {
			t.Error("the tag is still there")
		}
	})
}

func TestTheTagsOfOperationsAreNotTouched(t *testing.T) {
	f := newFake(provider.Instance{ID: "a"})
	m := maintain.Of(f.client())
	for _, err := range []error{
		m.Tag(t.Context(), "", []string{"a"}, map[string]string{provider.OwnerTag: "me"}),
		m.Untag(t.Context(), "", []string{"a"}, provider.OperationTag),
	} {
		if err == nil || !strings.Contains(err.Error(), "reserved") {
			t.Errorf("the error is %v, want one that says that the key is reserved", err)
		}
	}
	if len(f.calls) > 0 {
		t.Errorf("the calls are %q, want none", f.calls)
	}
}

func TestEachAttributeIsACallOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(provider.Instance{ID: "a"}, provider.Instance{ID: "b"})
		m := maintain.Of(f.client())
		c := maintain.Change{Name: "web", DeletionProtection: new(true)}
		if err := m.Modify(t.Context(), "", []string{"a", "b"}, c); err != nil {
			t.Fatal(err)
		}
		if n := f.count("modify"); n != 4 {
			t.Errorf("%d calls were made, want 4", n)
		}
		if i := f.instances["b"]; i.Name != "web" || !*i.DeletionProtection {
			t.Errorf("the instance is %q with protection %v, want both changed", i.Name, *i.DeletionProtection)
		}
	})
}

func TestAFieldThatTheCloudCannotChangeIsRefusedBeforeAnythingIsSent(t *testing.T) {
	f := newFake(provider.Instance{ID: "a"})
	at := time.Now().Add(time.Hour)
	err := maintain.Of(f.client()).Modify(t.Context(), "", []string{"a"}, maintain.Change{Name: "web", ReleaseAt: &at})
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("the error is %v, want one that matches ErrUnsupported", err)
	}
	if len(f.calls) > 0 {
		t.Errorf("the calls are %q, want none", f.calls)
	}
}

func TestOneUnknownInstanceKeepsNoOtherFromBeingChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(provider.Instance{ID: "a"}, provider.Instance{ID: "b"})
		err := maintain.Of(f.client()).Tag(t.Context(), "", []string{"a", "absent", "b"}, map[string]string{"team": "web"})
		var b *provider.BatchError
		if !errors.As(err, &b) {
			t.Fatalf("the error is %v, want a *BatchError", err)
		}
		for _, id := range []string{"a", "b"} {
			if f.instances[id].Tags["team"] != "web" {
				t.Errorf("%s has no tag, because another instance is unknown", id)
			}
		}
	})
}

func TestAResizeStopsAndStartsOnlyWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(provider.Instance{ID: "a", InstanceType: "small", State: provider.StateRunning})
		m := maintain.Of(f.client())
		if err := m.Resize(t.Context(), "", "a", "large", nil); !errors.Is(err, provider.ErrState) {
			t.Errorf("a running instance is resized with %v, want an error that matches ErrState", err)
		}
		if err := m.Resize(t.Context(), "", "a", "large", &maintain.ResizeOptions{Restart: true}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.calls, ", "); got != "stop, resize a, start" {
			t.Errorf("the calls are %q, want stop, resize, start", got)
		}
		if err := m.Resize(t.Context(), "", "a", "large", nil); err != nil {
			t.Errorf("an instance that has the type already: %v", err)
		}
	})
}

func TestAnInstanceIsStartedAgainWhenItsResizeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(provider.Instance{ID: "a", InstanceType: "small", State: provider.StateRunning})
		f.before = true
		f.answer = func(what string, _ int) error {
			if what == "resize a" {
				return &provider.APIError{Driver: "fake", Kind: provider.ErrNoStock, Outcome: provider.OutcomeRejected}
			}
			return nil
		}
		err := maintain.Of(f.client()).Resize(t.Context(), "", "a", "large", &maintain.ResizeOptions{Restart: true})
		if !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("the error is %v, want one that matches ErrNoStock", err)
		}
		if s := f.instances["a"].State; s != provider.StateRunning {
			t.Errorf("the instance is %s, want running as before", s)
		}
	})
}

func TestALostAnswerOfAResizeIsSettledByALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(provider.Instance{ID: "a", InstanceType: "small", State: provider.StateStopped})
		f.answer = func(string, int) error { return lost }
		if err := maintain.Of(f.client()).Resize(t.Context(), "", "a", "large", nil); err != nil {
			t.Errorf("a resize that was made, and whose answer was lost: %v", err)
		}
		if n := f.count("resize"); n != 1 {
			t.Errorf("%d calls were made, want 1", n)
		}
	})
}

func TestARenewalIsNeverMadeTwice(t *testing.T) {
	for _, made := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			ends := time.Now().AddDate(0, 1, 0)
			f := newFake(provider.Instance{ID: "a", Billing: provider.Prepaid, ExpiresAt: ends})
			f.before = !made
			f.answer = func(string, int) error { return lost }
			at, err := maintain.Of(f.client()).Renew(t.Context(), "", "a", 2, provider.Month)
			if n := f.count("renew"); n != 1 {
				t.Errorf("%d calls were made, want 1: money is spent each time", n)
			}
			if made && err != nil {
				t.Errorf("the renewal was made, and its answer was lost: %v", err)
			}
			if want := ends.AddDate(0, 2, 0); made && !at.Equal(want) {
				t.Errorf("the instance ends at %v, want %v", at, want)
			}
			if !made && !errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("the renewal was not made, as far as anybody can see: %v, want ErrOutcomeUnknown", err)
			}
		})
	}
}

func TestARenewalWithATokenIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := time.Now().AddDate(0, 1, 0)
		f := newFake(provider.Instance{ID: "a", Billing: provider.Prepaid, ExpiresAt: ends})
		f.idempotent = []provider.API{"RenewInstance"}
		f.answer = func(_ string, n int) error {
			if n == 1 {
				return lost
			}
			return nil
		}
		at, err := maintain.Of(f.client()).Renew(t.Context(), "", "a", 1, provider.Month)
		if err != nil {
			t.Fatal(err)
		}
		if want := ends.AddDate(0, 1, 0); !at.Equal(want) {
			t.Errorf("the instance ends at %v, want %v", at, want)
		}
		if n := f.count("renew"); n != 2 {
			t.Errorf("%d calls were made, want 2", n)
		}
	})
}

func TestOnlyPrepaidInstancesAreRenewed(t *testing.T) {
	f := newFake(provider.Instance{ID: "a", Billing: provider.OnDemand})
	_, err := maintain.Of(f.client()).Renew(t.Context(), "", "a", 1, provider.Month)
	if !errors.Is(err, provider.ErrState) {
		t.Errorf("the error is %v, want one that matches ErrState", err)
	}
}

// bare is a cloud without any of the calls.
type bare struct{ provider.Driver }

func TestACloudWithoutTheCallSaysSo(t *testing.T) {
	m := maintain.Of(provider.NewClient(bare{newFake()}, &provider.Options{Region: "here"}))
	_, renew := m.Renew(t.Context(), "", "a", 1, provider.Month)
	for _, err := range []error{
		renew,
		m.Tag(t.Context(), "", []string{"a"}, map[string]string{"k": "v"}),
		m.Untag(t.Context(), "", []string{"a"}, "k"),
		m.Modify(t.Context(), "", []string{"a"}, maintain.Change{Name: "n"}),
		m.Resize(t.Context(), "", "a", "large", nil),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("the error is %v, want one that matches ErrUnsupported", err)
		}
	}
}

func TestAReadOnlyClientChangesNothing(t *testing.T) {
	f := newFake(provider.Instance{ID: "a", InstanceType: "small", State: provider.StateStopped})
	m := maintain.Of(provider.NewClient(f, &provider.Options{Region: "here", ReadOnly: true}))
	for _, err := range []error{
		m.Tag(t.Context(), "", []string{"a"}, map[string]string{"k": "v"}),
		m.Modify(t.Context(), "", []string{"a"}, maintain.Change{Name: "n"}),
		m.Resize(t.Context(), "", "a", "large", nil),
	} {
		if !errors.Is(err, provider.ErrPermission) {
			t.Errorf("the error is %v, want one that matches ErrPermission", err)
		}
	}
	if len(f.calls) > 0 {
		t.Errorf("the calls are %q, want none", f.calls)
	}
}
