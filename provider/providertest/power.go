package providertest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func powerRules() []rule {
	rules := []rule{
		{"stop, start and reboot", "A stopped instance must be off, and a running instance must run.", switchesPower},
		{
			"more instances than one call may name",
			"IDs past the limit of one call must not be forgotten.", switchesMany,
		},
		{
			"instances that are already in the state",
			"A program that repeats a call must not fail and must not restart an instance.", forgivesWhatIsDone,
		},
		{"an unknown instance is ErrNotFound", "A stale ID must not look like success.", unknownIsNotFound},
		{
			"in the wrong region it is an error",
			"Instances that run on somewhere else must not look stopped.", switchesElsewhere,
		},
		{"each unknown instance is reported", "The caller has to know which ones to look for.", unknownAreListed},
		{
			"an instance that was released is an error",
			"An instance that is gone must not be reported as running.", releasedIsAnError,
		},
		{"a reboot of a stopped instance is ErrState", "The caller has to start it instead.", rebootNeedsRunning},
		{
			"one bad instance does not stop the others from being stopped",
			"One stale ID must not leave a whole fleet running.", stopsAroundBad,
		},
		{"an instance that is still being built", "The call must wait until the state allows it.", stopsFresh},
		{
			"a throttled stop is repeated, not reported",
			"The call was not executed; the client repeats it.", stopsThrottled,
		},
		{
			"a lost answer to a stop or start is asked for again",
			"Repeating a stop or start that was made has no effect.", lostSwitch,
		},
		{"a reboot whose answer was lost is not sent again", "An instance must not go down twice.", lostReboot},
		{"a stop that hangs ends with its ctx", "A caller that gives up must not hang.", cancelsStop},
		{
			"with an ended ctx no instance is switched",
			"The caller does not want the result any more.", endedSwitchesNothing,
		},
	}
	for i := range rules {
		rules[i].check = orUnsupported(rules[i].check)
	}
	return rules
}

// orUnsupported checks a rule if the driver can switch instances. Otherwise the driver
// must return ErrUnsupported before any call.
func orUnsupported(check func(*testing.T, *world)) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		if !errors.Is(w.change(w.ctx, provider.PowerStart, false), errors.ErrUnsupported) {
			check(t, w)
			return
		}
		for _, action := range actions() {
			if err := w.change(w.ctx, action, true, "i-1"); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: want errors.ErrUnsupported, got %v", action, err)
			}
		}
		if n := w.calls(); n != 0 {
			t.Errorf("%d requests reached the cloud", n)
		}
	}
}

func actions() []provider.PowerAction {
	return []provider.PowerAction{provider.PowerStart, provider.PowerStop, provider.PowerReboot}
}

// change makes one power change.
func (w *world) change(ctx context.Context, a provider.PowerAction, wait bool, ids ...string) error {
	switch a {
	case provider.PowerStart:
		return w.client.StartInstances(ctx, "", ids, &provider.StartOptions{Wait: wait})
	case provider.PowerStop:
		return w.client.StopInstances(ctx, "", ids, &provider.StopOptions{Wait: wait})
	default:
		return w.client.RebootInstances(ctx, "", ids, &provider.RebootOptions{Wait: wait})
	}
}

// changed makes one power change, waits for its end, and checks the state at
// the cloud.
func (w *world) changed(a provider.PowerAction, want cloudsim.Phase, ids ...string) {
	w.t.Helper()
	if err := w.change(w.ctx, a, true, ids...); err != nil {
		w.t.Errorf("%s: %v", a, err)
	}
	w.wantPhase("after "+string(a)+" with Wait", want, ids...)
}

// phases returns the state of every instance at the cloud.
func (w *world) phases() map[string]cloudsim.Phase {
	out := map[string]cloudsim.Phase{}
	for _, i := range w.sim.Instances() {
		out[i.ID] = i.Phase
	}
	return out
}

func (w *world) wantPhase(when string, want cloudsim.Phase, ids ...string) {
	w.t.Helper()
	have := w.phases()
	for _, id := range ids {
		if have[id] != want {
			w.t.Errorf("%s, %s is %q at the cloud, want %s", when, id, have[id], want)
		}
	}
}

// running creates n instances and waits until they run.
func (w *world) running(n int) []string {
	w.t.Helper()
	op := w.run(n)
	if _, err := op.Wait(w.ctx, nil); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(2 * time.Minute) // fake time: until every cloud accepts calls for new instances
	return op.InstanceIDs()
}

// unknownLike returns an unused ID of the same form as an existing ID.
func (w *world) unknownLike(id string) string {
	all := slices.Collect(maps.Keys(w.phases()))
	for _, c := range "0123456789" {
		if other := id[:len(id)-1] + string(c); other != id && !slices.Contains(all, other) {
			return other
		}
	}
	w.t.Fatalf("every ID like %s exists", id)
	return ""
}

// wantNamed checks that an error is of a kind, names the bad instance, and names no
// good one.
func (w *world) wantNamed(what string, err, kind error, bad string, good ...string) {
	w.t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), bad) {
		w.t.Errorf("%s: want %v that names %s, got %v", what, kind, bad, err)
		return
	}
	for _, id := range good {
		if strings.Contains(err.Error(), id) {
			w.t.Errorf("%s: the error names %s, which was not at fault: %v", what, id, err)
		}
	}
}

func switchesPower(_ *testing.T, w *world) {
	ids := w.running(3)
	two, other := ids[:2], ids[2]
	w.changed(provider.PowerStop, cloudsim.Stopped, two...)
	w.wantPhase("stopping others", cloudsim.Running, other)
	w.changed(provider.PowerStart, cloudsim.Running, two...)
	before := w.calls()
	if err := w.change(w.ctx, provider.PowerReboot, false, two...); err != nil {
		w.t.Errorf("reboot: %v", err)
	}
	if w.calls() == before {
		w.t.Error("the reboot sent nothing")
	}
	for _, id := range two {
		if p := w.phases()[id]; p == cloudsim.Running || p == cloudsim.Stopped {
			w.t.Errorf("just after the reboot was accepted, %s is %s: it was not rebooted", id, p)
		}
	}
	w.wantPhase("rebooting others", cloudsim.Running, other)
	time.Sleep(time.Minute)
	w.changed(provider.PowerReboot, cloudsim.Running, two...)
}

func switchesMany(_ *testing.T, w *world) {
	ids := w.running(w.client.Limits().IDsPerPower + 3)
	w.changed(provider.PowerStop, cloudsim.Stopped, ids...)
	w.changed(provider.PowerStart, cloudsim.Running, ids...)
}

func forgivesWhatIsDone(t *testing.T, w *world) {
	ids := w.running(3)
	if err := w.change(w.ctx, provider.PowerStart, false, ids...); err != nil {
		t.Errorf("start of instances that run: %v", err)
	}
	w.wantPhase("started while running", cloudsim.Running, ids...)
	w.changed(provider.PowerStop, cloudsim.Stopped, ids[0])
	w.changed(provider.PowerStop, cloudsim.Stopped, ids...)
	w.changed(provider.PowerStop, cloudsim.Stopped, ids...)
	w.changed(provider.PowerStart, cloudsim.Running, ids...)
}

func unknownIsNotFound(t *testing.T, w *world) {
	ids := w.running(1)
	unknown := w.unknownLike(ids[0])
	for _, action := range actions() {
		err := w.change(w.ctx, action, true, unknown)
		w.wantNamed(string(action), err, provider.ErrNotFound, unknown)
		wantAPIError(t, string(action), err, provider.ErrNotFound)
	}
}

// On ENS the region is no part of the call, so no region is wrong.
func switchesElsewhere(t *testing.T, w *world) {
	for _, action := range []provider.PowerAction{provider.PowerReboot, provider.PowerStop, provider.PowerStart} {
		ids := w.running(1)
		reached := cloudsim.Stopped // by a stop; other actions leave it running
		if action == provider.PowerStart {
			w.changed(provider.PowerStop, cloudsim.Stopped, ids...)
			reached = cloudsim.Running
		}
		before := w.phases()[ids[0]]
		err := w.changeIn(w.elsewhere(), action, ids...)
		if err != nil {
			w.wantNamed(string(action), err, provider.ErrNotFound, ids[0])
			time.Sleep(time.Minute)
			w.wantPhase("refused elsewhere, "+string(action), before, ids...)
			continue
		}
		time.Sleep(time.Minute)
		if phase := w.phases()[ids[0]]; action != provider.PowerReboot && phase != reached {
			t.Errorf("%s in the wrong region is no error, but %s is %s", action, ids[0], phase)
		}
	}
}

// changeIn makes one power change in a region without waiting.
func (w *world) changeIn(region string, a provider.PowerAction, ids ...string) error {
	switch a {
	case provider.PowerStart:
		return w.client.StartInstances(w.ctx, region, ids, nil)
	case provider.PowerStop:
		return w.client.StopInstances(w.ctx, region, ids, nil)
	default:
		return w.client.RebootInstances(w.ctx, region, ids, nil)
	}
}

func unknownAreListed(t *testing.T, w *world) {
	ids := w.running(1)
	unknown := []string{w.unknownLike(ids[0]), ids[0][:len(ids[0])-1] + "x"}
	for _, action := range actions() {
		err := w.change(w.ctx, action, false, unknown[0], ids[0], unknown[1])
		var b *provider.BatchError
		if !errors.As(err, &b) {
			t.Errorf("%s: want a BatchError, got %v", action, err)
			continue
		}
		for _, id := range unknown {
			if !slices.Contains(b.Unknown(), id) {
				t.Errorf("%s: %s is not reported as unknown: %v", action, id, err)
			}
		}
		if slices.Contains(b.Unknown(), ids[0]) {
			t.Errorf("%s: %s is reported as unknown", action, ids[0])
		}
		time.Sleep(time.Minute)
	}
}

// The kind of error depends on how long a cloud remembers its instances.
func releasedIsAnError(t *testing.T, w *world) {
	ids := w.running(1)
	w.terminate(ids)
	for _, action := range actions() {
		err := w.change(w.ctx, action, true, ids...)
		kind := provider.ErrNotFound
		if errors.Is(err, provider.ErrState) {
			kind = provider.ErrState
		}
		w.wantNamed(string(action), err, kind, ids[0])
	}
}

func rebootNeedsRunning(t *testing.T, w *world) {
	ids := w.running(3)
	w.changed(provider.PowerStop, cloudsim.Stopped, ids[1])
	err := w.change(w.ctx, provider.PowerReboot, false, ids...)
	w.wantNamed("reboot", err, provider.ErrState, ids[1], ids[0], ids[2])
	w.wantPhase("refused a reboot", cloudsim.Stopped, ids[1])
	for _, id := range []string{ids[0], ids[2]} {
		if p := w.phases()[id]; p == cloudsim.Running {
			t.Errorf("%s was not rebooted although only another instance is stopped", id)
		}
	}
}

func stopsAroundBad(t *testing.T, w *world) {
	ids := w.running(4)
	unknown := w.unknownLike(ids[3])
	err := w.change(w.ctx, provider.PowerStop, true, ids[0], unknown, ids[1], ids[2])
	w.wantNamed("stop", err, provider.ErrNotFound, unknown, ids...)
	time.Sleep(time.Minute) // not waited for, as documented
	w.wantPhase("stopped beside a bad ID", cloudsim.Stopped, ids[:3]...)
	w.wantPhase("not named", cloudsim.Running, ids[3])
}

func stopsFresh(_ *testing.T, w *world) {
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Second})
	w.changed(provider.PowerStop, cloudsim.Stopped, w.run(3).InstanceIDs()...)
}

func stopsThrottled(_ *testing.T, w *world) {
	ids := w.running(3)
	w.inject(cloudsim.Fault{Kind: cloudsim.Throttle, Times: 3})
	w.changed(provider.PowerStop, cloudsim.Stopped, ids...)
}

func lostSwitch(_ *testing.T, w *world) {
	for _, kind := range []cloudsim.FaultKind{
		cloudsim.ResetAfter, cloudsim.ResetBefore, cloudsim.ServerErrorAfter,
		cloudsim.ServerErrorBefore,
	} {
		ids := w.running(2)
		w.inject(cloudsim.Fault{Kind: kind, Times: 1})
		w.changed(provider.PowerStop, cloudsim.Stopped, ids...)
		w.inject(cloudsim.Fault{Kind: kind, Times: 1})
		w.changed(provider.PowerStart, cloudsim.Running, ids...)
	}
}

func lostReboot(t *testing.T, w *world) {
	for _, kind := range []cloudsim.FaultKind{cloudsim.ResetAfter, cloudsim.ServerErrorAfter} {
		ids := w.running(1)
		remove := w.inject(cloudsim.Fault{Kind: kind})
		before := w.calls()
		err := w.change(w.ctx, provider.PowerReboot, true, ids...)
		w.wantNamed(string(kind), err, provider.ErrOutcomeUnknown, ids[0])
		if n := w.calls() - before; n != 1 {
			t.Errorf("%s: %d requests for one reboot, want 1", kind, n)
		}
		remove()
	}
}

func cancelsStop(_ *testing.T, w *world) {
	ids := w.running(2)
	w.inject(cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Hour})
	w.cancelled(3*time.Second, func(ctx context.Context) error {
		return w.change(ctx, provider.PowerStop, true, ids...)
	})
	w.wantPhase("never asked to stop", cloudsim.Running, ids...)
}

func endedSwitchesNothing(t *testing.T, w *world) {
	ids := w.running(1)
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	before := w.calls()
	for _, action := range actions() {
		if err := w.change(ctx, action, true, ids...); !errors.Is(err, context.Canceled) ||
			errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%s: want context.Canceled and nothing left open, got %v", action, err)
		}
	}
	if n := w.calls() - before; n != 0 {
		t.Errorf("%d requests reached the cloud", n)
	}
}
