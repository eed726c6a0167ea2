package soak_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// Faults of the network and of the process, beside those of the simulator.
const (
	duplicated cloudsim.FaultKind = "delivered-twice" // the request arrives again, a while later
	late       cloudsim.FaultKind = "delivered-late"  // the connection breaks, and the request arrives all the same
	crashed    cloudsim.FaultKind = "crash"           // the process dies, and another goes on from its journal
	outage     cloudsim.FaultKind = "outage"          // every call fails for minutes
	burst      cloudsim.FaultKind = "throttle-burst"  // dozens of calls in a row are throttled
)

// ofCalls are the faults that strike any call, ofCreates those that strike creates,
// and ofDelivery what the network does to creates on their way.
func ofCalls() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter,
		cloudsim.Slow, cloudsim.Malformed, burst,
	}
}

func ofCreates() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter,
		cloudsim.Slow, cloudsim.Malformed, cloudsim.LateVisibility, cloudsim.Partial, cloudsim.LaunchFailure, cloudsim.NoStock,
		cloudsim.Quota, cloudsim.Balance, cloudsim.Refuse,
	}
}

func ofDelivery() []cloudsim.FaultKind { return []cloudsim.FaultKind{late, duplicated} }

// mix is how often each kind of fault comes, against the others of its deck.
type mix map[cloudsim.FaultKind]int

// mixFromEnvironment reads YUNFAN_SOAK_MIX, for example "reset-after=50,quota=0":
// weights of kinds of fault, of which every one has 10 otherwise, and bursts 1.
// Calls that nothing strikes are a kind as well: calm-call has 500, calm-create 140
// and calm-delivery 200.
func mixFromEnvironment() (mix, error) {
	m := mix{calmCall: 500, calmCreate: 140, calmDelivery: 200}
	for _, k := range slices.Concat(ofCalls(), ofCreates(), ofDelivery(), []cloudsim.FaultKind{outage, crashed}) {
		m[k] = 10
	}
	m[burst] = 1
	v := os.Getenv("YUNFAN_SOAK_MIX")
	if v == "" {
		return m, nil
	}
	for _, item := range strings.Split(v, ",") {
		name, weight, _ := strings.Cut(item, "=")
		n, err := strconv.Atoi(weight)
		if _, known := m[cloudsim.FaultKind(name)]; !known || err != nil || n < 0 {
			return nil, fmt.Errorf("YUNFAN_SOAK_MIX: %q is not a kind of fault with a weight", item)
		}
		m[cloudsim.FaultKind(name)] = n
	}
	return m, nil
}

// Calls that no fault strikes.
const (
	calmCall     cloudsim.FaultKind = "calm-call"
	calmCreate   cloudsim.FaultKind = "calm-create"
	calmDelivery cloudsim.FaultKind = "calm-delivery"
)

// expected are the kinds that must strike a service in a run of any size.
func (m mix) expected(s *service) (kinds []cloudsim.FaultKind) {
	all := slices.Concat(ofCalls(), ofCreates(), ofDelivery(), []cloudsim.FaultKind{outage, crashed})
	slices.Sort(all)
	for _, k := range slices.Compact(all) {
		if m[k] > 0 && s.suffers(k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// deck deals kinds of fault by their weights: each comes up before any comes up
// more often than it should.
type deck struct{ cards, left []cloudsim.FaultKind }

func (m mix) deck(kinds ...cloudsim.FaultKind) *deck {
	common := 0
	for _, k := range kinds {
		for a := m[k]; a > 0; common, a = a, common%a { // Euclid's: no more cards than it takes
		}
	}
	d := &deck{}
	for _, k := range kinds {
		for range m[k] / max(common, 1) {
			d.cards = append(d.cards, k)
		}
	}
	return d
}

// deal returns the next card, or "" of an empty deck.
func (d *deck) deal(r *rand.Rand) cloudsim.FaultKind {
	if len(d.cards) == 0 {
		return ""
	}
	if len(d.left) == 0 {
		d.left = slices.Clone(d.cards)
		r.Shuffle(len(d.left), func(i, j int) { d.left[i], d.left[j] = d.left[j], d.left[i] })
	}
	k := d.left[0]
	d.left = d.left[1:]
	return k
}
