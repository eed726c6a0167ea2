package providertest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// nameRules are about clouds whose creates put a marker into the names of instances.
// The instances get their own names afterwards.
func nameRules() []rule {
	return []rule{
		{
			"an answer that names a foreign instance does not change that instance",
			"An answer is no proof. Only an instance with the marker belongs to the operation.", keepsForeignNames,
		},
		{
			"an answer that names an instance of another operation leaves it with that operation",
			"Two operations of one client would release each other's instances.", keepsOperationsApart,
		},
		{
			"an answer that names an instance which does not exist hides no running instance",
			"No caller would look for the running one.", findsWhatAnInventedIDHides,
		},
		{
			"an instance that is not visible yet gets its name when it is seen",
			"A name that is still to be given must not be forgotten, in this process or another.", namesWhenSeen,
		},
	}
}

// nameOf returns the name of an instance at the cloud.
func (w *world) nameOf(id string) string {
	for _, i := range w.sim.Everything() {
		if i.ID == id {
			return i.Name
		}
	}
	return ""
}

func keepsForeignNames(t *testing.T, w *world) {
	if !w.marks() {
		return
	}
	spec := w.spec(1)
	spec.Name = "somebody-else"
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Hour)
	w.wantForeign(op.InstanceIDs(), "somebody-else")
}

func keepsOperationsApart(_ *testing.T, w *world) {
	if !w.marks() {
		return
	}
	op := w.run(1)
	w.wantForeign(op.InstanceIDs(), w.nameOf(op.InstanceIDs()[0]))
}

// wantForeign creates instances; the answer names a foreign instance in place of the
// last one. It checks that the foreign instance keeps its name and stays alive. All
// created instances must be in InstanceIDs and have their names.
func (w *world) wantForeign(others []string, name string) {
	w.t.Helper()
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ForeignList})
	spec := w.spec(2)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if !slices.Equal(doubtful(err), others) {
		w.t.Errorf("want an error that doubts %v, got %v", others, err)
	}
	if got := w.nameOf(others[0]); got != name {
		w.t.Errorf("the other instance is called %q, want %q", got, name)
	}
	for _, id := range minus(w.alive(), others) {
		if !slices.Contains(op.InstanceIDs(), id) {
			w.t.Errorf("%s was created, but InstanceIDs lacks it", id)
		}
		if got := w.nameOf(id); got != spec.Name {
			w.t.Errorf("%s is called %q, want %q", id, got, spec.Name)
		}
	}
	time.Sleep(2 * time.Minute)
	_, err = op.Terminate(w.ctx, &provider.TerminateOptions{Wait: true})
	w.wantOthersAlive(op, others, nil, err)
	if left := minus(w.alive(), others); len(left) > 0 {
		w.t.Errorf("after Terminate %v are left, want none", left)
	}
}

func findsWhatAnInventedIDHides(t *testing.T, w *world) {
	if !w.marks() {
		return
	}
	w.injectCreate(cloudsim.Fault{Kind: cloudsim.ForeignList, Invented: true})
	op, err := w.client.RunInstances(w.ctx, w.spec(2), nil)
	if err == nil {
		t.Error("an ID that no describe shows: want an error, got nil")
	}
	if lost := minus(w.alive(), op.InstanceIDs()); len(lost) > 0 {
		t.Errorf("%v run, but InstanceIDs lacks them", lost)
	}
}

func namesWhenSeen(t *testing.T, w *world) {
	if !w.marks() {
		return
	}
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 3 * time.Minute})
	spec := w.spec(2)
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range op.InstanceIDs() {
		if name := w.nameOf(id); !strings.HasPrefix(name, spec.Name) || name == spec.Name {
			t.Errorf("%s is called %q although no describe has shown it", id, name)
		}
	}
	time.Sleep(2 * time.Minute)
	again, err := w.resume(w.token(op), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Wait(w.ctx, nil); err != nil { // without its spec it cannot give names
		t.Error(err)
	}
	again, err = w.resume(w.token(again), &provider.ResumeOptions{Spec: &spec})
	if err != nil {
		t.Error(err)
	}
	w.wantNames(&spec)
	if n := w.creates(); n != 1 {
		t.Errorf("%d creates, want 1", n)
	}
	if len(again.InstanceIDs()) != 2 {
		t.Errorf("InstanceIDs %v, want two", again.InstanceIDs())
	}
}
