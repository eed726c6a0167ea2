package providertest

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func resumeRules() []rule {
	return []rule{
		{"in a new client", "The process that created may not be the one that waits.", resumes},
		{
			"a create that was cut off",
			"A crash before the answer must not lose an instance or create it twice.", resumesCutOff,
		},
		{"a token of another kind", "A wrong token must not affect other instances.", refusesForeignTokens},
		{"a token holds no secret", "Tokens may be stored in places that are not safe for secrets.", tokenIsClean},
	}
}

func resumes(t *testing.T, w *world) {
	op := w.run(5)
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.newClient(w.sim.Transport(), nil).Resume(w.ctx, token, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := again.Wait(w.ctx, nil)
	if err != nil || !slices.Equal(again.InstanceIDs(), op.InstanceIDs()) || len(list) != 5 {
		t.Errorf("resumed %v (%d run, %v), want %v", again.InstanceIDs(), len(list), err, op.InstanceIDs())
	}
	if n := w.creates(); n != 1 {
		t.Errorf("%d create calls, want 1", n)
	}
}

// resumesCutOff loses the answer of a create and then ends the process before it can
// find out the outcome.
func resumesCutOff(t *testing.T, w *world) {
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ResetAfter})
	spec := w.spec(3)
	ctx, crash := context.WithTimeout(w.ctx, time.Second)
	defer crash()
	op, err := w.newClient(w.sim.Transport(), &provider.Options{RetryFor: -1}).RunInstances(ctx, spec, nil)
	if op == nil || !errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Fatalf("want the operation and ErrOutcomeUnknown, got %v", err)
	}
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	client := w.newClient(w.sim.Transport(), nil)
	if _, err := client.Resume(w.ctx, token, nil); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("creates are left: want an error that asks for the spec, got %v", err)
	}
	other := spec
	other.Count, other.ImageID = 4, "img-other"
	if _, err := client.Resume(w.ctx, token, &provider.ResumeOptions{Spec: &other}); !errors.Is(err,
		provider.ErrInvalid) {
		t.Errorf("another spec must be refused, got %v", err)
	}
	again, err := client.Resume(w.ctx, token, &provider.ResumeOptions{Spec: &spec})
	if !w.canFindOut() {
		w.wantUnknown(again, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	w.wantExactly(again.InstanceIDs(), 3)
	w.wantNames(&spec)
	if n := w.creates(); w.marks() && n != 1 {
		t.Errorf("%d create calls, want 1: the instances existed", n)
	}
}

func refusesForeignTokens(t *testing.T, w *world) {
	token, err := w.run(1).MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	name, version := w.client.Name(), regexp.MustCompile(`"yunfan":\d+`)
	for what, bad := range map[string]string{
		"of another cloud":   strings.Replace(string(token), `"`+name+`"`, `"elsewhere"`, 1),
		"of a newer library": version.ReplaceAllString(string(token), `"yunfan":99`),
		"cut short":          string(token[:len(token)/2]),
		"empty":              "",
		"of something else":  `{"yunfan":1}`,
	} {
		if _, err := w.client.Resume(w.ctx, []byte(bad), nil); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("a token %s: want ErrInvalid, got %v", what, err)
		}
	}
}

func tokenIsClean(t *testing.T, w *world) {
	spec := w.spec(1)
	spec.Login = provider.Login{Password: plantedPassword}
	if w.client.Support().Field("UserData").Param != "" {
		spec.UserData = []byte("#!/bin/sh\n" + plantedUserData)
	}
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	if ways := Leaks(string(token), plantedPassword, plantedSecret, plantedUserData); len(ways) > 0 {
		t.Errorf("the token holds a secret: %v", ways)
	}
}
