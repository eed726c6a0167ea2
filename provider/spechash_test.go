package provider_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// specInToken is the hash of a spec in an operation's token.
func specInToken(t *testing.T, s provider.RunInstancesSpec, run *provider.RunOptions) string {
	t.Helper()
	op, err := newFake().client().RunInstances(t.Context(), s, run)
	if err != nil {
		t.Fatal(err)
	}
	var token struct{ Spec string }
	if err := json.Unmarshal(tokenOf(t, op), &token); err != nil {
		t.Fatal(err)
	}
	return token.Spec
}

// rich is a spec with values of every kind.
func rich() provider.RunInstancesSpec {
	no := false
	s := spec(2)
	s.Name, s.Login.Password = "web", planted
	s.Network.PrivateIPs = []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}
	s.DataDisks = []provider.Disk{{SizeGiB: 40, DeleteWithInstance: &no}}
	s.Tags = map[string]string{"a": "1", "b": "2"}
	s.AutoReleaseTime = time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)
	s.Vendor = []provider.VendorOption{option{"elsewhere"}}
	return s
}

// A token outlives the version of the library that wrote it: the hash of a spec
// must stay what it is, also when specs get new fields.
func TestTheHashOfASpecStays(t *testing.T) {
	run := &provider.RunOptions{Owner: "billing", Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
	if got, want := specInToken(t, rich(), run), "4cfba2b3a54cd7502e630171e809abd7"; got != want {
		t.Errorf("the hash became %s, it was %s: operations under way could not be resumed after an upgrade", got, want)
	}
}

func TestTheHashTellsSpecsApart(t *testing.T) {
	yes := true
	seen := map[string]string{specInToken(t, rich(), nil): "the spec itself"}
	for what, change := range map[string]func(*provider.RunInstancesSpec){
		"a text":                  func(s *provider.RunInstancesSpec) { s.Name = "db" },
		"a choice of no":          func(s *provider.RunInstancesSpec) { s.DataDisks[0].DeleteWithInstance = nil },
		"a choice of yes":         func(s *provider.RunInstancesSpec) { s.DataDisks[0].DeleteWithInstance = &yes },
		"an address":              func(s *provider.RunInstancesSpec) { s.Network.PrivateIPs[1] = netip.MustParseAddr("10.0.0.3") },
		"an order":                func(s *provider.RunInstancesSpec) { ips := s.Network.PrivateIPs; ips[0], ips[1] = ips[1], ips[0] },
		"a tag":                   func(s *provider.RunInstancesSpec) { s.Tags["a"] = "2" },
		"a time":                  func(s *provider.RunInstancesSpec) { s.AutoReleaseTime = s.AutoReleaseTime.Add(time.Minute) },
		"an option":               func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{option{"nowhere"}} },
		"an option's type":        func(s *provider.RunInstancesSpec) { s.Vendor = []provider.VendorOption{strange{}} },
		"a name in another field": func(s *provider.RunInstancesSpec) { s.Description, s.Name = s.Name, "" },
	} {
		s := rich()
		change(&s)
		h := specInToken(t, s, nil)
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s have the same hash", what, other)
		}
		seen[h] = what
	}
	s := rich()
	s.Login.Password = "another"
	if seen[specInToken(t, s, nil)] != "the spec itself" {
		t.Error("the password is in the hash, from which it could be guessed")
	}
}
