package providertest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func errorRules() []rule {
	return []rule{
		{"a wrong key is ErrAuth", "The key must be replaced; trying again does not help.", wrongKey},
		{
			"no stock is ErrNoStock",
			"The caller can try another type or zone.",
			refusedWith(cloudsim.Fault{Kind: cloudsim.NoStock}, provider.ErrNoStock),
		},
		{
			"quota is ErrQuota",
			"The caller has to ask for more quota.",
			refusedWith(cloudsim.Fault{Kind: cloudsim.Quota}, provider.ErrQuota),
		},
		{
			"no money is ErrBalance",
			"The caller has to pay.", refusedWith(cloudsim.Fault{Kind: cloudsim.Balance}, provider.ErrBalance),
		},
		{"a refused parameter is ErrInvalid", "The caller has to change the request.", refusedAsInvalid},
		{
			"lasting throttling is ErrThrottled",
			"The caller has to slow down, and nothing was created.",
			refusedWith(cloudsim.Fault{Kind: cloudsim.Throttle}, provider.ErrThrottled),
		},
		{
			"short throttling is not reported",
			"A throttled create was not executed; the client repeats it.", passingThrottle,
		},
		{"no secret in any error", "Errors end up in logs.", errorsAreClean},
	}
}

func wrongKey(t *testing.T, w *world) {
	client := w.New(t, w.sim.Transport(), provider.StaticCredentials(cloudsim.DefaultAccessKeyID, "wrong", ""), nil)
	_, err := client.RunInstances(w.ctx, w.spec(1), nil)
	wantAPIError(t, "create", err, provider.ErrAuth)
	for _, err := range client.DescribeInstances(w.ctx, provider.Query{}) {
		wantAPIError(t, "describe", err, provider.ErrAuth)
	}
	client = w.New(t, w.sim.Transport(), provider.StaticCredentials("unknown", plantedSecret, ""), nil)
	_, err = client.RunInstances(w.ctx, w.spec(1), nil)
	wantAPIError(t, "create with an unknown key", err, provider.ErrAuth)
	if n := len(w.alive()); n != 0 {
		t.Errorf("%d instances exist", n)
	}
}

func wantAPIError(t *testing.T, what string, err, want error) {
	t.Helper()
	var e *provider.APIError
	if !errors.Is(err, want) || !errors.As(err, &e) {
		t.Fatalf("%s: want %v, got %v", what, want, err)
	}
	if e.Code == "" || e.Op == "" || e.Driver == "" || e.Message == "" {
		t.Errorf("%s: driver %q, call %q, code %q, message %q; want all of them", what, e.Driver, e.Op, e.Code,
			e.Message)
	}
}

// refusedWith returns a rule: a create that a fault refuses ends with an error and
// creates nothing.
func refusedWith(f cloudsim.Fault, want error) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.inject(f)
		op, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
		wantAPIError(t, "create", err, want)
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("nothing was created, but the error leaves the outcome open: %v", err)
		}
		if op == nil || len(op.InstanceIDs()) != 0 || len(w.alive()) != 0 {
			t.Errorf("operation %v, %d instances exist; want an operation without IDs and none", op, len(w.alive()))
		}
		if n := w.creates(); want != provider.ErrThrottled && n != 1 { //nolint:errorlint // a sentinel of the table
			t.Errorf("%d create calls, want 1: a definite refusal is not repeated", n)
		}
	}
}

func refusedAsInvalid(t *testing.T, w *world) {
	refusedWith(cloudsim.Fault{Kind: cloudsim.Refuse, Code: w.Invalid, Message: "refused by the rule"},
		provider.ErrInvalid)(t, w)
}

func passingThrottle(t *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.Throttle, Times: 3})
	op := w.run(4)
	w.wantExactly(op.InstanceIDs(), 4)
}

func errorsAreClean(t *testing.T, w *world) {
	const password = plantedPassword
	spec := w.spec(1)
	spec.Login = provider.Login{Password: provider.Secret(password)}
	if w.client.Support().Field("UserData").Param != "" {
		spec.UserData = []byte("#!/bin/sh\n" + plantedUserData)
	}
	for _, f := range []cloudsim.Fault{
		{Kind: cloudsim.Throttle},
		{Kind: cloudsim.NoStock},
		{Kind: cloudsim.ResetAfter},
		{Kind: cloudsim.ServerErrorBefore},
		{Kind: cloudsim.Malformed, Body: "<html>"},
		{Kind: cloudsim.Malformed},
		{Kind: cloudsim.Malformed, Body: "null"},
	} {
		remove := w.inject(f)
		client := w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1})
		_, err := client.RunInstances(w.ctx, spec, nil)
		if err == nil {
			t.Errorf("fault %s: no error", f.Kind)
		}
		wantClean(t, err, password, plantedSecret, plantedUserData)
		remove()
	}
	client := w.New(t, w.sim.Transport(), provider.StaticCredentials(cloudsim.DefaultAccessKeyID, plantedSecret+"!",
		""), nil)
	_, err := client.RunInstances(w.ctx, spec, nil)
	wantClean(t, err, password, plantedSecret, plantedUserData)
}

// wantClean searches for secrets in an error and in every error that it wraps, in all
// forms that a log may print.
func wantClean(t *testing.T, err error, secrets ...string) {
	t.Helper()
	for _, e := range chain(err) {
		if ways := Leaks(fmt.Sprintf("%v|%+v|%#v", e, e, e), secrets...); len(ways) > 0 {
			t.Errorf("a secret shows in a %T: %v", e, ways)
		}
	}
}

// chain returns an error and all errors that it wraps.
func chain(err error) []error {
	if err == nil {
		return nil
	}
	out := []error{err}
	switch u := err.(type) { //nolint:errorlint // walks the tree by hand
	case interface{ Unwrap() error }:
		out = append(out, chain(u.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			out = append(out, chain(e)...)
		}
	}
	return out
}
