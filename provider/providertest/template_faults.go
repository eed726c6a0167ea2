package providertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// lossKinds are the faults that lose an answer.
func lossKinds() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.ResetAfter, cloudsim.ServerErrorAfter, cloudsim.ResetBefore,
		cloudsim.ServerErrorBefore,
	}
}

// takenTemplate skips clouds that allow a name to be used twice.
func takenTemplate(t *testing.T, w *world) {
	w.newTemplate("taken")
	_, err := w.templates().Create(w.ctx, w.template("taken"))
	n := len(read(w, "the list", w.templates().List(w.ctx, launchtemplate.Query{Name: "taken"})))
	if err == nil && n == 2 {
		return
	}
	wantAPIError(t, "a name that is taken", err, provider.ErrExists)
	if n != 1 || errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("%d templates have the name, want 1; %v", n, err)
	}
}

func fullTemplates(t *testing.T, w *world) {
	l, ref := w.templates(), w.newTemplate("first")
	for action, add := range map[string]func() error{
		"CreateLaunchTemplate": func() error { _, err := l.Create(w.ctx, w.template("second")); return err },
		"CreateLaunchTemplateVersion": func() error {
			_, err := l.CreateVersion(w.ctx, ref, w.template(""))
			return err
		},
	} {
		remove := w.inject(cloudsim.Fault{
			Kind: cloudsim.Refuse, API: action, Code: w.Template.Full,
			Message: "refused by the rule",
		})
		before := w.sim.Calls(action)
		err := add()
		wantAPIError(t, action, err, provider.ErrQuota)
		if n := w.sim.Calls(action) - before; n != 1 || errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%s: %v after %d requests; want 1 request and no open outcome", action, err, n)
		}
		remove()
	}
	w.wantVersions("after a refusal", ref, 1, 1)
}

func throttledTemplates(t *testing.T, w *world) {
	l := w.templates()
	throttle := func() { w.inject(cloudsim.Fault{Kind: cloudsim.Throttle, Times: 2}) }
	throttle()
	ref := w.newTemplate("throttled")
	throttle()
	w.newVersion(ref, "second")
	throttle()
	w.wantVersions("throttled", ref, 1, 1, 2)
	throttle()
	err := l.SetDefault(w.ctx, "", provider.LaunchTemplateRef{ID: ref.ID, Version: 2})
	throttle()
	err = errors.Join(err, l.DeleteVersions(w.ctx, "", ref, 1))
	throttle()
	if err = errors.Join(err, l.Delete(w.ctx, "", ref)); err != nil {
		t.Error(err)
	}
	if list := read(w, "the list", l.List(w.ctx, launchtemplate.Query{})); len(list) != 0 {
		t.Errorf("listed: %+v, want none", list)
	}
}

// lostAdd checks a call that creates one object and whose answer is lost. It must be
// repeated if the cloud knows its token, and not otherwise.
func (w *world) lostAdd(api provider.API, action string, add func(n int) error, count func() int) {
	w.t.Helper()
	again := slices.Contains(w.client.Limits().Idempotent, api)
	for i, kind := range lossKinds() {
		before := count()
		remove := w.inject(cloudsim.Fault{Kind: kind, API: action, Times: 1})
		err := add(i)
		remove()
		made := count() - before
		executed := kind == cloudsim.ResetAfter || kind == cloudsim.ServerErrorAfter
		want := map[bool]int{true: 1}[executed]
		wellRepeated := err == nil && made == 1
		switch {
		case again && !wellRepeated:
			w.t.Errorf("%s, %s: %d were made, want 1; %v", api, kind, made, err)
		case !again && !errors.Is(err, provider.ErrOutcomeUnknown):
			w.t.Errorf("%s, %s: want ErrOutcomeUnknown, got %v", api, kind, err)
		case !again && made != want:
			w.t.Errorf("%s, %s: %d were made, want %d", api, kind, made, want)
		}
	}
}

func lostTemplates(_ *testing.T, w *world) {
	l, ref := w.templates(), w.newTemplate("versions")
	w.lostAdd("CreateLaunchTemplate", "CreateLaunchTemplate", func(i int) error {
		_, err := l.Create(w.ctx, w.template(fmt.Sprintf("lost-%d", i)))
		return err
	}, func() int { return len(read(w, "the list", l.List(w.ctx, launchtemplate.Query{}))) })
	w.lostAdd("CreateLaunchTemplateVersion", "CreateLaunchTemplateVersion", func(int) error {
		_, err := l.CreateVersion(w.ctx, ref, w.template(""))
		return err
	}, func() int { numbers, _ := w.versionNumbers(ref); return len(numbers) })
}

func lostTemplateChanges(t *testing.T, w *world) {
	l := w.templates()
	for i, kind := range lossKinds() {
		ref := w.newTemplate(fmt.Sprintf("changed-%d", i))
		w.newVersion(ref, "second")
		for _, change := range []func() error{
			func() error { return l.SetDefault(w.ctx, "", provider.LaunchTemplateRef{ID: ref.ID, Version: 2}) },
			func() error { return l.DeleteVersions(w.ctx, "", ref, 1) },
			func() error { return l.Delete(w.ctx, "", ref) },
		} {
			w.inject(cloudsim.Fault{Kind: kind, Times: 1})
			if err := change(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
	if list := read(w, "the list", l.List(w.ctx, launchtemplate.Query{})); len(list) != 0 {
		t.Errorf("listed: %+v, want none", list)
	}
}

func cancelsTemplates(_ *testing.T, w *world) {
	l, ref := w.templates(), w.newTemplate("hangs")
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Hour})
	adds := []func(context.Context) error{
		func(ctx context.Context) error { _, err := l.Create(ctx, w.template("more")); return err },
		func(ctx context.Context) error { _, err := l.CreateVersion(ctx, ref, w.template("")); return err },
	}
	all := append(slices.Clone(adds),
		func(ctx context.Context) error { return listError(l.List(ctx, launchtemplate.Query{})) },
		func(ctx context.Context) error { return listError(l.Versions(ctx, "", ref)) },
		func(ctx context.Context) error { return l.DeleteVersions(ctx, "", ref, 2) },
		func(ctx context.Context) error { return l.Delete(ctx, "", ref) },
	)
	w.allCancelled(all...)
	w.endedSends(all...)
}

func templateErrorsAreClean(t *testing.T, w *world) {
	const password = plantedPassword
	s := w.template("secrets")
	if w.templateTable().Field("UserData").Param != "" {
		s.Spec.UserData = []byte("#!/bin/sh\n" + plantedUserData)
	}
	with := s
	with.Spec.Login = provider.Login{Password: provider.Secret(password)} // refused, on most clouds
	for _, f := range []cloudsim.Fault{
		{Kind: cloudsim.Throttle},
		{Kind: cloudsim.Refuse, Code: w.Template.Full},
		{Kind: cloudsim.Refuse, Code: w.Invalid},
		{Kind: cloudsim.ResetAfter},
		{Kind: cloudsim.ServerErrorBefore},
		{Kind: cloudsim.Malformed, Body: "<html>"},
		{Kind: cloudsim.Malformed, Body: "null"},
	} {
		remove := w.inject(f)
		l, err := launchtemplate.Of(w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1}))
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range []launchtemplate.Spec{s, with} {
			_, err = l.Create(w.ctx, spec)
			if err == nil {
				t.Errorf("fault %s: no error", f.Kind)
			}
			wantClean(t, err, password, plantedSecret, plantedUserData)
			spec.Name = ""
			_, err = l.CreateVersion(w.ctx, provider.LaunchTemplateRef{ID: "unknown"}, spec)
			wantClean(t, err, password, plantedSecret, plantedUserData)
		}
		remove()
	}
}
