package stock_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/stock"
)

var errFull = errors.New("full")

// A refusal covers every need that shares what it proves to be out of stock, and no other.
func TestARefusalCoversWhatItProves(t *testing.T) {
	first := stock.Need{Region: "r", Zone: "a", Subnet: "net", Disk: "ssd", Kind: "small", Rest: "template 1"}
	with := func(change func(*stock.Need)) stock.Need {
		n := first
		change(&n)
		return n
	}
	type need = *stock.Need
	for name, tc := range map[string]struct {
		proven stock.Scope
		second stock.Need
		covers bool
	}{
		"all, the same":               {stock.OfAll, first, true},
		"all, another disk":           {stock.OfAll, with(func(n need) { n.Disk = "hdd" }), false},
		"all, another template":       {stock.OfAll, with(func(n need) { n.Rest = "template 2" }), false},
		"type, another disk":          {stock.OfType, with(func(n need) { n.Disk = "hdd" }), true},
		"type, another zone":          {stock.OfType, with(func(n need) { n.Zone = "b" }), false},
		"type, another type":          {stock.OfType, with(func(n need) { n.Kind = "large" }), false},
		"type, another template":      {stock.OfType, with(func(n need) { n.Rest = "template 2" }), false},
		"zone, another type":          {stock.OfZone, with(func(n need) { n.Kind, n.Rest = "large", "template 2" }), true},
		"zone, another region":        {stock.OfZone, with(func(n need) { n.Region = "s" }), false},
		"disk, another type":          {stock.OfDisk, with(func(n need) { n.Kind, n.Rest = "large", "template 2" }), true},
		"disk, another disk":          {stock.OfDisk, with(func(n need) { n.Disk = "hdd" }), false},
		"subnet, another template":    {stock.OfSubnet, with(func(n need) { n.Kind, n.Rest = "large", "template 2" }), true},
		"subnet, another subnet":      {stock.OfSubnet, with(func(n need) { n.Subnet = "net-2" }), false},
		"a scope that nobody defined": {"planet", first, false},
	} {
		m := stock.Memory{}
		m.Within = time.Minute
		m.Remember(&first, tc.proven, errFull)
		if got := m.Lacking(&tc.second) != nil; got != tc.covers {
			t.Errorf("%s: the refusal covers it: %v, want %v", name, got, tc.covers)
		}
	}
}

// A zone that the need leaves open is one that the rest decides.
func TestAnOpenFieldDependsOnTheRest(t *testing.T) {
	m := stock.Memory{}
	m.Within = time.Minute
	m.Remember(&stock.Need{Region: "r", Rest: "template 1"}, stock.OfZone, errFull)
	if why := m.Lacking(&stock.Need{Region: "r", Rest: "template 2"}); why != nil {
		t.Errorf("the zone of another template is lacking: %v", why)
	}
	if why := m.Lacking(&stock.Need{Region: "r", Rest: "template 1"}); !errors.Is(why, errFull) {
		t.Errorf("the zone of the same template: %v, want %v", why, errFull)
	}
}

func TestARefusalIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, n := stock.Memory{}, stock.Need{Region: "r"}
		m.Within = time.Minute
		m.Remember(&n, stock.OfAll, errFull)
		time.Sleep(time.Minute + 1)
		if why := m.Lacking(&n); why != nil {
			t.Errorf("after a minute it is lacking still: %v", why)
		}
	})
}
