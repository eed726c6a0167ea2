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

// Faults of the network, of processes and of clocks, beside those of the simulator.
const (
	duplicated cloudsim.FaultKind = "delivered-twice" // the request arrives again, a while later
	late       cloudsim.FaultKind = "delivered-late"  // the connection breaks, and the request arrives all the same
	crashed    cloudsim.FaultKind = "crash"           // the process dies, and another goes on from its journal
	outage     cloudsim.FaultKind = "outage"          // every call fails for minutes
	burst      cloudsim.FaultKind = "throttle-burst"  // dozens of calls in a row are throttled
	skew       cloudsim.FaultKind = "clock-skew"      // the process that wrote the token had another time
	forgotten  cloudsim.FaultKind = "token-forgotten" // a create is resumed whose client token the cloud has forgotten
)

// ofCalls are the faults that strike any call, ofReads those that strike describes,
// ofTagged those by tags, ofCreates creates, ofOrders prepaid ones, and ofDelivery what
// the network does to creates on their way. OfWeather last for minutes, and ofCallers
// happen to the processes of callers.
func ofCalls() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter,
		cloudsim.Slow, cloudsim.Malformed, cloudsim.Proxy, cloudsim.CutBody, burst,
	}
}

func ofReads() []cloudsim.FaultKind { return []cloudsim.FaultKind{cloudsim.Flap, cloudsim.WrongTotal} }

func ofTagged() []cloudsim.FaultKind { return []cloudsim.FaultKind{cloudsim.ListCap} }

func ofCreates() []cloudsim.FaultKind {
	return []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter,
		cloudsim.Slow, cloudsim.Malformed, cloudsim.Proxy, cloudsim.CutBody,
		cloudsim.LateVisibility, cloudsim.Partial, cloudsim.LaunchFailure, cloudsim.NoStock, cloudsim.StockRanOut,
		cloudsim.Quota, cloudsim.Balance, cloudsim.Refuse,
		cloudsim.ShortList, cloudsim.LongList, cloudsim.ForeignList, cloudsim.DeadToken,
	}
}

func ofOrders() []cloudsim.FaultKind { return []cloudsim.FaultKind{cloudsim.UnpaidOrder} }

func ofDelivery() []cloudsim.FaultKind { return []cloudsim.FaultKind{late, duplicated} }

func ofWeather() []cloudsim.FaultKind { return []cloudsim.FaultKind{outage, cloudsim.Blind} }

func ofCallers() []cloudsim.FaultKind { return []cloudsim.FaultKind{crashed, skew, forgotten} }

// kinds are all kinds of fault, each once.
func kinds() []cloudsim.FaultKind {
	all := slices.Concat(ofCalls(), ofReads(), ofTagged(), ofCreates(), ofOrders(), ofDelivery(), ofWeather(), ofCallers())
	slices.Sort(all)
	return slices.Compact(all)
}

// suffers reports whether a kind of fault may strike a service. A create that the
// network delivers twice makes instances twice where no token tells the copy from
// another create: nobody could prevent that, and DESIGN.md says so.
func (s *service) suffers(k cloudsim.FaultKind) bool {
	switch k {
	case duplicated, forgotten:
		return s.tokens
	case cloudsim.DeadToken:
		return s.cloud == cloudsim.ECS
	case cloudsim.UnpaidOrder:
		return s.cloud == cloudsim.ECS || s.cloud == cloudsim.ENS
	case cloudsim.StockRanOut:
		return !s.tokens
	case cloudsim.ListCap: // the others never list by tags
		return s.tokens
	default:
		return true
	}
}

// mix is how often each kind of fault comes, against the others of its deck.
type mix map[cloudsim.FaultKind]int

// mixFromEnvironment reads YUNFAN_SOAK_MIX, for example "reset-after=50,quota=0":
// weights of kinds of fault, of which every one has 10 otherwise, and bursts 1.
// Calls that nothing strikes are a kind as well: calm-call has 600, calm-read 200,
// calm-tagged and calm-order 10, calm-create 200 and calm-delivery 200.
func mixFromEnvironment() (mix, error) {
	m := mix{calmCall: 600, calmRead: 200, calmTagged: 10, calmOrder: 10, calmCreate: 200, calmDelivery: 200}
	for _, k := range kinds() {
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
	calmRead     cloudsim.FaultKind = "calm-read"
	calmTagged   cloudsim.FaultKind = "calm-tagged"
	calmOrder    cloudsim.FaultKind = "calm-order"
	calmCreate   cloudsim.FaultKind = "calm-create"
	calmDelivery cloudsim.FaultKind = "calm-delivery"
)

// isCalm reports whether a card of a deck stands for no fault.
func isCalm(k cloudsim.FaultKind) bool { return k == "" || strings.HasPrefix(string(k), "calm-") }

// expected are the kinds that must strike a service in a run of any size.
func (m mix) expected(s *service) []cloudsim.FaultKind {
	return slices.DeleteFunc(kinds(), func(k cloudsim.FaultKind) bool { return m[k] == 0 || !s.suffers(k) })
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
