package provider_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// option is a vendor option for the cloud of that name.
type option struct{ cloud string }

func (o option) VendorName() string { return o.cloud }

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// rule is a change of a valid spec that breaks one rule.
type rule struct {
	path   string // the error names it ...
	value  string // ... and the value, "" when it is absent
	change func(*provider.RunInstancesSpec)
}

func countRules() []rule {
	type s = provider.RunInstancesSpec
	return []rule{
		{"Count", "-1", func(s *s) { s.Count = -1 }},
		{"Count", "100001", func(s *s) { s.Count = 100_001 }},
		{"MinCount", "-2", func(s *s) { s.MinCount = -2 }},
		{"MinCount", "4", func(s *s) { s.Count, s.MinCount = 3, 4 }},
		{"MinCount", "2", func(s *s) { s.Count, s.MinCount = 0, 2 }},
		{"UniqueSuffix", "", func(s *s) { s.UniqueSuffix = true }},
		{"Hardware.CPUs", "-1", func(s *s) { s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: -1, MemoryMiB: 1} }},
		{"Hardware.MemoryMiB", "-1", func(s *s) { s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: 1, MemoryMiB: -1} }},
		{"Hardware.GPUs", "-1", func(s *s) { s.Hardware.GPUs = -1 }},
		{"Hardware", "", func(s *s) { s.Hardware.MemoryMiB = 1024 }},
		{"Hardware.CPUs", "2", func(s *s) { s.Hardware = provider.Hardware{CPUs: 2, MemoryMiB: 1024} }},
		{"CPUOptions.Cores", "-1", func(s *s) { s.CPUOptions.Cores = -1 }},
		{"CPUOptions.ThreadsPerCore", "-1", func(s *s) { s.CPUOptions.ThreadsPerCore = -1 }},
		{"CPUOptions.Sockets", "-1", func(s *s) { s.CPUOptions.Sockets = -1 }},
		{"CPUOptions.NUMANodes", "-1", func(s *s) { s.CPUOptions.NUMANodes = -1 }},
		{"LaunchTemplate", "", func(s *s) { s.LaunchTemplate = &provider.LaunchTemplateRef{Version: 1} }},
		{"LaunchTemplate", "", func(s *s) { s.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-1", Name: "n"} }},
		{"LaunchTemplate.Version", "-1", func(s *s) { s.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-1", Version: -1} }},
		{"Tags", "", func(s *s) { s.Tags = map[string]string{"": "v"} }},
		{"Tags", "yunfan:op", func(s *s) { s.Tags = map[string]string{"yunfan:op": "v"} }},
		{"Tags", "a\xff", func(s *s) { s.Tags = map[string]string{"a\xff": "v"} }},
		{"Tags", "v\xff", func(s *s) { s.Tags = map[string]string{"a": "v\xff"} }},
		{"Name", "web\xff", func(s *s) { s.Name = "web\xff" }},
		{"HostName", "web\xff", func(s *s) { s.HostName = "web\xff" }},
		{"Description", "web\xff", func(s *s) { s.Description = "web\xff" }},
		{"ClientToken", "a b", func(s *s) { s.ClientToken = "a b" }},
		{"ClientToken", "é", func(s *s) { s.ClientToken = "é" }},
		{"ClientToken", strings.Repeat("x", 65), func(s *s) { s.ClientToken = strings.Repeat("x", 65) }},
		{"Vendor[0]", "", func(s *s) { s.Vendor = []provider.VendorOption{nil} }},
		{"Vendor[0]", "", func(s *s) { s.Vendor = []provider.VendorOption{(*option)(nil)} }},
		{"Vendor[2]", "a", func(s *s) { s.Vendor = []provider.VendorOption{option{"a"}, option{"b"}, option{"a"}} }},
	}
}

func loginAndNetworkRules() []rule {
	type s = provider.RunInstancesSpec
	return []rule{
		{"Login", "", func(s *s) { s.Login = provider.Login{Password: planted, KeyPairs: []string{"k"}} }},
		{"Login", "", func(s *s) { s.Login = provider.Login{Password: planted, KeepImageLogin: true} }},
		{"Login.Password", "", func(s *s) { s.Login.Password = planted + "\xff" }},
		{"Login.KeyPairs[1]", "", func(s *s) { s.Login.KeyPairs = []string{"k", ""} }},
		{"Network.SecurityGroupIDs[0]", "", func(s *s) { s.Network.SecurityGroupIDs = []string{""} }},
		{"Network.PrivateIPs[0]", "fd00::1", func(s *s) { s.Network.PrivateIPs = addrs("fd00::1") }},
		{"Network.PrivateIPs[0]", "", func(s *s) { s.Network.PrivateIPs = []netip.Addr{{}} }},
		{"Network.PrivateIPs[1]", "10.0.0.1", func(s *s) { s.Count, s.Network.PrivateIPs = 2, addrs("10.0.0.1", "10.0.0.1") }},
		{"Network.PrivateIPs", "1", func(s *s) { s.Count, s.Network.PrivateIPs = 2, addrs("10.0.0.1") }},
		{"Network.IPv6Count", "-1", func(s *s) { s.Network.IPv6Count = -1 }},
		{"Network.IPv6Count", "1", func(s *s) { s.Network.IPv6Count, s.Network.IPv6Addresses = 1, addrs("fd00::1") }},
		{"Network.IPv6Addresses[0]", "10.0.0.1", func(s *s) { s.Network.IPv6Addresses = addrs("10.0.0.1") }},
		{"Network.IPv6Addresses[0]", "::ffff:10.0.0.1", func(s *s) { s.Network.IPv6Addresses = addrs("::ffff:10.0.0.1") }},
		{"Network.IPv6Addresses", "", func(s *s) { s.Count, s.Network.IPv6Addresses = 2, addrs("fd00::1") }},
		{"Network.IPFamily", "ipv5", func(s *s) { s.Network.IPFamily = "ipv5" }},
		{"Network.PublicIP.BandwidthMbps", "-1", func(s *s) { s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: -1} }},
		{"Network.PublicIP.InboundMbps", "-1", func(s *s) { s.Network.PublicIP = &provider.PublicIP{InboundMbps: -1} }},
		{"Network.PublicIP.ChargeType", "free", func(s *s) { s.Network.PublicIP = &provider.PublicIP{ChargeType: "free"} }},
		{"Network.Interfaces[1].SecurityGroupIDs[0]", "", func(s *s) {
			s.Network.Interfaces = []provider.NetworkInterface{{}, {SecurityGroupIDs: []string{""}}}
		}},
		{"Network.Interfaces[0].Name", "\xff", func(s *s) { s.Network.Interfaces = []provider.NetworkInterface{{Name: "\xff"}} }},
		{"Network.Interfaces[0].Description", "\xff", func(s *s) { s.Network.Interfaces = []provider.NetworkInterface{{Description: "\xff"}} }},
		{"Network.Interfaces[0].PrivateIP", "10.0.0.1", func(s *s) {
			s.Count, s.Network.Interfaces = 2, []provider.NetworkInterface{{PrivateIP: netip.MustParseAddr("10.0.0.1")}}
		}},
	}
}

func diskAndPlacementRules() []rule {
	type s = provider.RunInstancesSpec
	return []rule{
		{"SystemDisk.SizeGiB", "-1", func(s *s) { s.SystemDisk.SizeGiB = -1 }},
		{"SystemDisk.VolumeID", "v-1", func(s *s) { s.SystemDisk.VolumeID = "v-1" }},
		{"SystemDisk.Name", "\xff", func(s *s) { s.SystemDisk.Name = "\xff" }},
		{"DataDisks[0].Description", "\xff", func(s *s) { s.DataDisks = []provider.Disk{{Description: "\xff"}} }},
		{"DataDisks[1].IOPS", "-1", func(s *s) { s.DataDisks = []provider.Disk{{}, {IOPS: -1}} }},
		{"DataDisks[0].KMSKeyID", "k-1", func(s *s) { s.DataDisks = []provider.Disk{{KMSKeyID: "k-1"}} }},
		{"DataDisks[0].VolumeID", "v-1", func(s *s) { s.DataDisks = []provider.Disk{{VolumeID: "v-1", SnapshotID: "s-1"}} }},
		{"Placement.DedicatedHostIDs[0]", "", func(s *s) { s.Placement.DedicatedHostIDs = []string{""} }},
		{"Placement.Tenancy", "mine", func(s *s) { s.Placement.Tenancy = "mine" }},
		{"Placement.Affinity", "some", func(s *s) { s.Placement.Affinity = "some" }},
	}
}

func billingRules() []rule {
	type s = provider.RunInstancesSpec
	yes, negative := true, -1
	prepaid := provider.Billing{Mode: provider.Prepaid, Period: 1}
	return []rule{
		{"Billing.Mode", "gratis", func(s *s) { s.Billing.Mode = "gratis" }},
		{"Billing.Period", "", func(s *s) { s.Billing.Mode = provider.Prepaid }},
		{"Billing.Period", "-1", func(s *s) { s.Billing = prepaid; s.Billing.Period = -1 }},
		{"Billing.PeriodUnit", "hour", func(s *s) { s.Billing = prepaid; s.Billing.PeriodUnit = "hour" }},
		{"Billing.AutoRenewPeriod", "-1", func(s *s) {
			s.Billing = prepaid
			s.Billing.AutoRenew, s.Billing.AutoRenewPeriod = &yes, -1
		}},
		{"Billing.AutoRenewPeriod", "2", func(s *s) { s.Billing = prepaid; s.Billing.AutoRenewPeriod = 2 }},
		{"Billing.Period", "3", func(s *s) { s.Billing.Period = 3 }},
		{"Billing.PeriodUnit", "day", func(s *s) { s.Billing.PeriodUnit = provider.Day }},
		{"Billing.AutoRenew", "", func(s *s) { s.Billing.AutoRenew = &yes }},
		{"Billing.AutoRenewPeriod", "1", func(s *s) { s.Billing.AutoRenewPeriod = 1 }},
		{"Billing.Spot", "", func(s *s) { s.Billing.Spot.MaxPrice = "1" }},
		{"Billing.Spot.Strategy", "best", func(s *s) { spot(s).Strategy = "best" }},
		{"Billing.Spot.Interruption", "sleep", func(s *s) { spot(s).Interruption = "sleep" }},
		{"Billing.Spot.MaxPrice", "", func(s *s) { spot(s).Strategy = provider.SpotPriceLimit }},
		{"Billing.Spot.MaxPrice", "1", func(s *s) { *spot(s) = provider.SpotOptions{Strategy: provider.SpotMarketPrice, MaxPrice: "1"} }},
		{"Billing.Spot.MaxPrice", "-1", func(s *s) { spot(s).MaxPrice = "-1" }},
		{"Billing.Spot.MaxPrice", "0.00", func(s *s) { spot(s).MaxPrice = "0.00" }},
		{"Billing.Spot.MaxPrice", "1e3", func(s *s) { spot(s).MaxPrice = "1e3" }},
		{"Billing.Spot.MaxPrice", ".", func(s *s) { spot(s).MaxPrice = "." }},
		{"Billing.Spot.DurationHours", "-1", func(s *s) { spot(s).DurationHours = &negative }},
	}
}

// spot makes a spec one for spot instances.
func spot(s *provider.RunInstancesSpec) *provider.SpotOptions {
	s.Billing.Mode = provider.Spot
	return &s.Billing.Spot
}

func allRules() []rule {
	return append(append(append(countRules(), loginAndNetworkRules()...), diskAndPlacementRules()...), billingRules()...)
}

func TestEveryBrokenRuleNamesFieldAndValue(t *testing.T) {
	for _, r := range allRules() {
		s := spec(1)
		r.change(&s)
		err := s.Validate()
		var all provider.FieldErrors
		if !errors.As(err, &all) || !errors.Is(err, provider.ErrInvalid) || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s = %q: want FieldErrors, got %v", r.path, r.value, err)
			continue
		}
		switch {
		case len(all) != 1:
			t.Errorf("%s = %q broken: number of problems: got %v, want 1", r.path, r.value, len(all))
		case all[0].Path != r.path:
			t.Errorf("%s = %q broken: all[0].Path: got %v, want %v", r.path, r.value, all[0].Path, r.path)
		case all[0].Value != r.value:
			t.Errorf("%s = %q broken: all[0].Value: got %v, want %v", r.path, r.value, all[0].Value, r.value)
		case all[0].Reason == "":
			t.Errorf("%s = %q broken: all[0].Reason: got %q, want anything but %q", r.path, r.value, all[0].Reason, "")
		case all[0].Driver != "":
			t.Errorf("%s = %q broken: all[0].Driver: got %q, want %q", r.path, r.value, all[0].Driver, "")
		}
	}
}

func TestAllProblemsAreToldTogether(t *testing.T) {
	s := spec(-1)
	s.Billing.Mode, s.SystemDisk.SizeGiB, s.ClientToken = "gratis", -5, "a b"
	s.DataDisks = []provider.Disk{{IOPS: -7}}
	err := s.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, path := range []string{"Count", "Billing.Mode", "SystemDisk.SizeGiB", "ClientToken", "DataDisks[0].IOPS"} {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("the error does not name %s: %v", path, err)
		}
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 5 {
		t.Errorf("5 problems on %d lines:\n%v", len(lines), err)
	}
}

func TestSecretsAreNotNamedByProblems(t *testing.T) {
	s := spec(-1)
	s.Login = provider.Login{Password: planted, KeyPairs: []string{"k"}, KeepImageLogin: true}
	s.UserData = []byte(planted)
	switch err := s.Validate(); {
	case err == nil:
		t.Error("got no error, want one")
	case shows(err.Error()):
		t.Error("the error shows a secret")
	}
}

func TestGoodSpecsPass(t *testing.T) {
	yes, zero := true, 0
	for what, change := range map[string]func(*provider.RunInstancesSpec){
		"the smallest":      func(s *provider.RunInstancesSpec) { *s = provider.RunInstancesSpec{} },
		"the largest count": func(s *provider.RunInstancesSpec) { s.Count = 100_000 },
		"a minimum":         func(s *provider.RunInstancesSpec) { s.Count, s.MinCount = 5, 5 },
		"a size instead of a type": func(s *provider.RunInstancesSpec) {
			s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: 1, MemoryMiB: 1}
		},
		"a GPU beside a type": func(s *provider.RunInstancesSpec) { s.Hardware = provider.Hardware{GPUs: 1, GPUType: "a"} },
		"a password":          func(s *provider.RunInstancesSpec) { s.Login.Password = "p" },
		"private addresses":   func(s *provider.RunInstancesSpec) { s.Count, s.Network.PrivateIPs = 2, addrs("10.0.0.1", "10.0.0.2") },
		"one private address": func(s *provider.RunInstancesSpec) { s.Count, s.Network.PrivateIPs = 0, addrs("10.0.0.1") },
		"an empty public IP":  func(s *provider.RunInstancesSpec) { s.Network.PublicIP = &provider.PublicIP{} },
		"prepaid with renewal": func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Year, AutoRenew: &yes, AutoRenewPeriod: 1}
		},
		"a spot price":         func(s *provider.RunInstancesSpec) { spot(s).MaxPrice = "0.97" },
		"spot, not to be kept": func(s *provider.RunInstancesSpec) { spot(s).DurationHours = &zero },
		"a template by name": func(s *provider.RunInstancesSpec) {
			s.LaunchTemplate = &provider.LaunchTemplateRef{Name: "n", Version: 2}
		},
		"options of two clouds": func(s *provider.RunInstancesSpec) {
			s.Vendor = []provider.VendorOption{option{"a"}, &option{"b"}}
		},
		"a token of 64": func(s *provider.RunInstancesSpec) { s.ClientToken = strings.Repeat("!", 64) },
	} {
		s := spec(1)
		change(&s)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
