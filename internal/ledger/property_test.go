package ledger_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
)

// driver applies random events to a ledger of some parts, and remembers what the events
// prove.
type driver struct {
	t       *testing.T
	r       *rand.Rand
	l       *ledger.Ledger
	slots   int
	drawn   int             // IDs so far
	named   map[string]bool // IDs that were named and did not leave by proof
	unknown map[int]bool    // parts whose generation may have created unknown instances
	lastGen map[int]int
	log     []string
}

func newDriver(t *testing.T, seed uint64) *driver {
	d := &driver{
		t: t, r: rand.New(rand.NewPCG(seed, 1)), named: map[string]bool{}, unknown: map[int]bool{},
		lastGen: map[int]int{},
	}
	var plans []ledger.Plan
	for range 1 + d.r.IntN(3) {
		n := 1 + d.r.IntN(4)
		plans = append(plans, ledger.Plan{First: d.slots, Count: n, MinCount: 1 + d.r.IntN(n)})
		d.slots += n
	}
	d.l = ledger.New(1+d.r.IntN(d.slots), plans)
	return d
}

// ids draws IDs: new ones, and sometimes those of other parts.
func (d *driver) ids(i, n int) (ids []string) {
	p := d.l.Part(i)
	own := append(slices.Clone(p.IDs), p.Extra...)
	for len(ids) < n {
		switch {
		case len(own) > 0 && d.r.IntN(3) > 0:
			ids, own = append(ids, own[0]), own[1:]
		case d.r.IntN(40) == 0 && len(d.l.IDs()) > 0:
			all := d.l.IDs()
			ids = append(ids, all[d.r.IntN(len(all))])
		default:
			d.drawn++
			ids = append(ids, fmt.Sprintf("i-%d", d.drawn))
		}
	}
	for _, id := range ids {
		d.named[id] = true
	}
	return ids
}

func (d *driver) now() time.Time { return start.Add(time.Duration(len(d.log)) * time.Second) }

// step applies one random event.
func (d *driver) step() {
	i := d.r.IntN(d.l.Parts())
	p := d.l.Part(i)
	steps := []func(int, *ledger.Part) string{
		d.send, d.answer, d.answer, d.answer, d.agree, d.look, d.looked, d.close, d.settle, d.replace, d.forLess,
		d.see, d.release, d.leave, d.die,
	}
	d.log = append(d.log, fmt.Sprintf("%s part %d", steps[d.r.IntN(len(steps))](i, &p), i))
}

func (d *driver) send(i int, p *ledger.Part) string {
	_, ok := d.l.Send(i, d.now())
	if forbidden := p.Status == ledger.Planned && d.l.Over(); ok && forbidden {
		d.t.Errorf("a planned part was sent although everything is being released")
	}
	if d.r.IntN(8) == 0 && p.Status == ledger.Planned {
		d.l.TakeBack(i)
	}
	return "send"
}

func (d *driver) answer(i int, p *ledger.Part) string {
	if p.Status != ledger.Sent {
		return "no answer"
	}
	asked := p.Count - p.Before
	a := ledger.Answer{Asked: asked, Least: 1, Verdict: []ledger.Verdict{
		fine, fine, lost, throttled, refused, scarce,
		dead,
	}[d.r.IntN(7)]}
	switch a.Verdict.Executed {
	case ledger.Yes:
		a.IDs = d.ids(i, d.r.IntN(asked+2))
	case ledger.Maybe:
		a.IDs = d.ids(i, d.r.IntN(2))
		d.unknown[i] = true
	}
	d.l.Answer(i, a, d.now())
	now := d.l.Part(i)
	if now.Status == ledger.Accepted || now.Generation > p.Generation {
		d.unknown[i] = false
	}
	if a.Verdict.Executed == ledger.Yes && now.Status == ledger.Sent {
		d.unknown[i] = true // fewer than were asked for, or more
	}
	return fmt.Sprintf("answer %v %v", a.Verdict, a.IDs)
}

func (d *driver) agree(i int, p *ledger.Part) string {
	if d.l.Agree(i) {
		d.unknown[i] = false
		if p.Certain < p.MinCount {
			d.t.Errorf("Agree accepted %d instances, fewer than the minimum %d", p.Certain, p.MinCount)
		}
	}
	return "agree"
}

func (d *driver) look(i int, _ *ledger.Part) string {
	ids := d.ids(i, d.r.IntN(3))
	d.l.Find(i, ids, ledger.Claim(d.r.IntN(2)), d.now())
	return fmt.Sprintf("find %v", ids)
}

func (d *driver) looked(i int, _ *ledger.Part) string {
	if d.r.IntN(2) == 0 && d.l.Looked(i, d.now()) {
		d.unknown[i] = false
	}
	return "looked"
}

func (d *driver) close(i int, _ *ledger.Part) string {
	d.l.Close(i, []ledger.Verdict{fine, lost, throttled, refused, scarce}[d.r.IntN(5)])
	return "close"
}

func (d *driver) settle(i int, _ *ledger.Part) string {
	if d.r.IntN(4) == 0 {
		d.l.Settle(i)
		d.unknown[i] = false
	}
	return "settle"
}

func (d *driver) replace(i int, p *ledger.Part) string {
	if d.l.Replaceable(i) {
		d.l.Replace(i, p.Candidate+1, p.NumberOffset, 1)
	}
	return "replace"
}

func (d *driver) forLess(int, *ledger.Part) string {
	d.l.PlanForLess()
	return "plan for less"
}

func (d *driver) see(_ int, p *ledger.Part) string {
	d.l.See(p.IDs)
	return "see"
}

func (d *driver) release(int, *ledger.Part) string {
	switch d.r.IntN(12) {
	case 0:
		d.l.BeginRelease()
	case 1:
		d.l.CancelRelease()
	}
	return "release"
}

func (d *driver) leave(_ int, p *ledger.Part) string {
	proof := ledger.Proof(d.r.IntN(2))
	unseen, over := d.l.Unseen(), d.l.Over()
	for _, id := range d.l.Leave(p.IDs, proof) {
		if !over {
			d.t.Errorf("%s left although nothing is being released", id)
		}
		if proof == ledger.GoneForGood && slices.Contains(unseen, id) {
			d.t.Errorf("%s left as gone although it was never seen", id)
		}
		delete(d.named, id)
	}
	return "leave"
}

func (d *driver) die(_ int, p *ledger.Part) string {
	if len(p.IDs) > 0 && d.r.IntN(2) == 0 {
		d.l.OweRelease(p.IDs[:1])
	}
	owed := d.l.Releasing()
	for _, id := range d.l.LaunchFailed(p.IDs) {
		if !slices.Contains(owed, id) {
			d.t.Errorf("%s left although no release was owed for it", id)
		}
		delete(d.named, id)
	}
	return "die"
}

// check checks the invariants.
func (d *driver) check() {
	d.checkIDs()
	d.checkSlots()
	d.checkGenerations()
	d.checkWritten()
}

// No ID leaves without proof, and no ID is there twice.
func (d *driver) checkIDs() {
	ids := d.l.IDs()
	if len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		d.t.Errorf("IDs %v are not distinct", ids)
	}
	for id := range d.named {
		if !slices.Contains(ids, id) {
			d.t.Errorf("%s was named and is lost", id)
		}
	}
	if n := len(d.l.Ours()) + len(d.l.NotOurs()); n != len(ids) {
		d.t.Errorf("Ours and NotOurs hold %d instances together, want %d", n, len(ids))
	}
}

// Each slot belongs to one part, and no part has more than it asked for.
func (d *driver) checkSlots() {
	owner := make([]int, d.slots)
	for _, p := range d.l.All() {
		for s := p.First; s < p.First+p.Count; s++ {
			owner[s]++
		}
		if len(p.IDs) > p.Count || p.Certain > len(p.IDs) {
			d.t.Errorf("%d instances, %d certain, in %d slots", len(p.IDs), p.Certain, p.Count)
		}
	}
	if slices.Min(owner) != 1 || slices.Max(owner) != 1 || d.l.Count() != d.slots {
		d.t.Errorf("the slots belong to %v parts", owner)
	}
}

// The next generation begins only if the generation before it created no unknown
// instances.
func (d *driver) checkGenerations() {
	for i, p := range d.l.All() {
		if p.Generation > d.lastGen[i] && d.unknown[i] {
			d.t.Errorf("part %d went on to generation %d although the one before is open", i, p.Generation)
		}
		d.lastGen[i] = p.Generation
	}
}

// The written form is restored to the same state.
func (d *driver) checkWritten() {
	before, err := json.Marshal(d.l.Save())
	if err != nil {
		d.t.Fatal(err)
	}
	var saved ledger.Saved
	if err := json.Unmarshal(before, &saved); err != nil {
		d.t.Fatal(err)
	}
	again, err := ledger.Restore(saved)
	if err != nil {
		d.t.Fatalf("%v: %s", err, before)
	}
	after, err := json.Marshal(again.Save())
	if err != nil {
		d.t.Fatal(err)
	}
	if string(after) != string(before) {
		d.t.Errorf("written\n%s\nread\n%s", before, after)
	}
}

// The invariants hold after any events in any order.
func TestInvariants(t *testing.T) {
	runs := uint64(1000)
	if testing.Short() {
		runs = 100
	}
	for seed := range runs {
		d := newDriver(t, seed)
		for range 40 {
			d.step()
			d.check()
			if t.Failed() {
				t.Fatalf("seed %d: %v", seed, d.log)
			}
		}
	}
}
