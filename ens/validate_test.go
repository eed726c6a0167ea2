package ens

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// problems returns the paths that ValidateRun names, in order, and its text.
func problems(t *testing.T, spec *provider.RunInstancesSpec) (paths []string, text string) {
	t.Helper()
	d, _ := answering(t, 200, created)
	err := d.ValidateRun(spec)
	if err == nil {
		return nil, ""
	}
	wantSafe(t, err)
	var errs provider.FieldErrors
	if !errors.As(err, &errs) {
		t.Fatalf("got error %v, want a %T", err, errs)
	}
	if !errors.Is(err, provider.ErrInvalid) {
		t.Fatalf("got error %v, want %v", err, provider.ErrInvalid)
	}
	for _, e := range errs {
		if e.Driver != "ens" {
			t.Errorf(`Driver is %q, want "ens"`, e.Driver)
		}
		if e.Reason == "" {
			t.Error("Reason is empty, want a value")
		}
		paths = append(paths, e.Path)
	}
	return paths, err.Error()
}

// Each case breaks one rule in an otherwise good spec on demand.
func TestBrokenRulesNameTheField(t *testing.T) {
	for _, tt := range []struct {
		path   string
		change func(*provider.RunInstancesSpec)
	}{
		{"Region", func(s *provider.RunInstancesSpec) { s.Region = "node 1/.." }},
		{"InstanceType", func(s *provider.RunInstancesSpec) { s.InstanceType = "" }},
		{"Login", func(s *provider.RunInstancesSpec) { s.Login = provider.Login{} }},
		{"Login.KeyPairs", func(s *provider.RunInstancesSpec) { s.Login = provider.Login{KeyPairs: []string{"k-1", "k-2"}} }},
		{"Network.SecurityGroupIDs", func(s *provider.RunInstancesSpec) { s.Network.SecurityGroupIDs = []string{"sg-1", "sg-2"} }},
		{"Network.PrivateIPs", func(s *provider.RunInstancesSpec) {
			s.Network.PrivateIPs = make([]netip.Addr, 2)
			s.Network.SubnetID = "v"
		}},
		{"Network.PrivateIPs", func(s *provider.RunInstancesSpec) { s.Network.PrivateIPs = make([]netip.Addr, 1) }},
		{"Network.PublicIP.ChargeType", func(s *provider.RunInstancesSpec) {
			s.Network.PublicIP = &provider.PublicIP{ChargeType: provider.PayByTraffic}
		}},
		{"DataDisks[1].SizeGiB", func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 20}, {Type: "c"}} }},
		{"Billing.Mode", func(s *provider.RunInstancesSpec) { s.Billing.Mode = provider.DedicatedHost }},
		{"Billing.Spot.Strategy", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotPriceLimit}}
		}},
		{"SystemDisk.SizeGiB", func(s *provider.RunInstancesSpec) { s.SystemDisk.SizeGiB = 10 }},
		{"SystemDisk.SizeGiB", func(s *provider.RunInstancesSpec) { s.SystemDisk = provider.Disk{Type: "cloud_ssd", SizeGiB: 45} }},
		{"DataDisks[0].SizeGiB", func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 19}} }},
		{"DataDisks[1].SizeGiB", func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 20}, {SizeGiB: 25}} }},
		{"Billing.Spot.DurationHours", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{DurationHours: new(2)}}
		}},
		{"Tags", func(s *provider.RunInstancesSpec) {
			s.Tags = map[string]string{}
			for i := range 21 {
				s.Tags[strings.Repeat("k", i+1)] = "v"
			}
		}},
		{"Vendor.BillingCycle", func(s *provider.RunInstancesSpec) {
			s.Vendor = []provider.VendorOption{RunOptions{BillingCycle: "Day"}}
		}},
		{"Vendor.BillingCycle", func(s *provider.RunInstancesSpec) {
			s.Vendor = []provider.VendorOption{RunOptions{BillingCycle: "Day", InstanceChargeStrategy: "user"}}
		}},
		{"Name", func(s *provider.RunInstancesSpec) { s.Name, s.UniqueSuffix = strings.Repeat("n", 126), true }},
		{"Name", func(s *provider.RunInstancesSpec) {
			s.Name, s.UniqueSuffix, s.Count = strings.Repeat("n", 125), true, 1000
		}},
		{"HostName", func(s *provider.RunInstancesSpec) { s.HostName, s.UniqueSuffix = strings.Repeat("n", 62), true }},
		{"Login.Password", func(s *provider.RunInstancesSpec) { s.Login = provider.Login{Password: "Plant 1-x"} }},
		{"Login.Password", func(s *provider.RunInstancesSpec) { s.Login = provider.Login{Password: `Plant"1-x`} }},
		{"Login.Password", func(s *provider.RunInstancesSpec) { s.Login = provider.Login{Password: "Plant密1-x"} }},
		{"Billing.Period", prepaidFor(2, provider.Day)},
		{"Billing.Period", prepaidFor(10, "")},
		{"Billing.Period", prepaidFor(13, provider.Month)},
		{"Billing.PeriodUnit", prepaidFor(1, provider.Year)},
		{"Billing.PeriodUnit", prepaidFor(1, provider.Week)},
		{"Billing.AutoRenewPeriod", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true), AutoRenewPeriod: 13}
		}},
		{"Billing.AutoRenewPeriod", func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true)}
		}},
		{"HostName", func(s *provider.RunInstancesSpec) { windowsHost(s, strings.Repeat("h", 16)) }},
		{"HostName", func(s *provider.RunInstancesSpec) { windowsHost(s, "a.b") }},
		{"HostName", func(s *provider.RunInstancesSpec) { windowsHost(s, "12345") }},
		{"HostName", func(s *provider.RunInstancesSpec) {
			windowsHost(s, strings.Repeat("h", 13))
			s.UniqueSuffix = true
		}},
		{"Login.KeyPairs", func(s *provider.RunInstancesSpec) { s.ImageID = "win2019_1809_x64" }},
		{"Vendor.ScheduleAreaLevel", inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) { o.ScheduleAreaLevel = "Planet" })},
		{"Vendor.NetDistrictCode", inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) { o.NetDistrictCode = "" })},
		{"Vendor.Carrier", inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) { o.Carrier = "" })},
		{"Vendor.SchedulingStrategy", inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) { o.SchedulingStrategy = "Anyhow" })},
		{"Vendor.SchedulingPriceStrategy", inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) { o.SchedulingPriceStrategy = "Any" })},
		{"Region", inArea(func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Region = "node-other" })},
		{"Network.VPCID", inArea(func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Network.VPCID = "net-1" })},
		{"Network.SubnetID", inArea(func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Network.SubnetID = "vsw-1" })},
		{"Vendor.NetDistrictCode", func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{NetDistrictCode: "350000"}) }},
		{"Vendor.Carrier", func(s *provider.RunInstancesSpec) {
			s.Vendor = vendor(RunOptions{ScheduleAreaLevel: "Region", Carrier: "telecom"})
		}},
		{"Vendor.SchedulingStrategy", func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{SchedulingStrategy: "Disperse"}) }},
		{"UserData", func(s *provider.RunInstancesSpec) { s.UserData = provider.UserData("#cloud-config planted") }},
		{"UserData", func(s *provider.RunInstancesSpec) {
			s.UserData = provider.UserData("#!" + strings.Repeat("x", 16<<10-1))
		}},
	} {
		spec := fullSpecs()["minimal"]
		tt.change(spec)
		if got, text := problems(t, spec); !slices.Equal(got, []string{tt.path}) {
			t.Errorf("got %q, want one problem at %s", text, tt.path)
		}
	}
}

func windowsHost(s *provider.RunInstancesSpec, name string) {
	s.ImageID, s.HostName, s.Login = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20190816.vhd", name, provider.Login{KeepImageLogin: true}
}

// inArea changes a spec that leaves the node to ENS.
func inArea(change func(*provider.RunInstancesSpec, *RunOptions)) func(*provider.RunInstancesSpec) {
	return func(s *provider.RunInstancesSpec) {
		*s = *areaSpec()
		o := optionsOf(s)
		change(s, &o)
		s.Vendor = vendor(o)
	}
}

func prepaidFor(n int, unit provider.PeriodUnit) func(*provider.RunInstancesSpec) {
	return func(s *provider.RunInstancesSpec) {
		s.Billing = provider.Billing{Mode: provider.Prepaid, Period: n, PeriodUnit: unit}
	}
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	got, _ := problems(t, &provider.RunInstancesSpec{Name: "1", DataDisks: make([]provider.Disk, 1)})
	if want := []string{"InstanceType", "Name", "Login", "DataDisks[0].SizeGiB"}; !slices.Equal(got, want) {
		t.Errorf("named %v, want %v", got, want)
	}
}

func TestLimitsThemselvesAreAllowed(t *testing.T) {
	for name, change := range map[string]func(*provider.RunInstancesSpec){
		"nine months":   prepaidFor(9, provider.Month),
		"twelve months": prepaidFor(12, ""),
		"three days":    prepaidFor(3, provider.Day),
		"longest name":  func(s *provider.RunInstancesSpec) { s.Name, s.UniqueSuffix = strings.Repeat("n", 125), true },
		"longest host":  func(s *provider.RunInstancesSpec) { s.HostName, s.UniqueSuffix = strings.Repeat("n", 61), true },
		"all specials": func(s *provider.RunInstancesSpec) {
			s.Login.KeyPairs, s.Login.Password = nil, "Aa()`~!@#$%^&*-_+=|{}[]:;'<>"
		},
		"other specials": func(s *provider.RunInstancesSpec) { s.Login.KeyPairs, s.Login.Password = nil, "Aaaaa,.?/" },
		"small disks": func(s *provider.RunInstancesSpec) {
			s.SystemDisk.SizeGiB, s.DataDisks = 20, []provider.Disk{{SizeGiB: 20}, {Type: "local_ssd", SizeGiB: 894}}
		},
		"an hour of spot": func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{DurationHours: new(1)}}
		},
		"largest script": func(s *provider.RunInstancesSpec) {
			s.UserData = provider.UserData("#!" + strings.Repeat("x", 16<<10-2))
		},
		"raw type":        func(s *provider.RunInstancesSpec) { s.InstanceType = ""; s.Vendor = rawParam("InstanceType") },
		"raw password":    func(s *provider.RunInstancesSpec) { s.Login = provider.Login{}; s.Vendor = rawParam("Password") },
		"raw key pair":    func(s *provider.RunInstancesSpec) { s.Login = provider.Login{}; s.Vendor = rawParam("KeyPairName") },
		"raw image login": func(s *provider.RunInstancesSpec) { s.Login = provider.Login{}; s.Vendor = rawParam("PasswordInherit") },
		"daily peak": func(s *provider.RunInstancesSpec) {
			s.Network.PublicIP = &provider.PublicIP{ChargeType: provider.PayByDailyPeak}
		},
		"an area":     inArea(func(*provider.RunInstancesSpec, *RunOptions) {}),
		"a large one": inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) { o.ScheduleAreaLevel = "Big" }),
		"raw details of an area": inArea(func(_ *provider.RunInstancesSpec, o *RunOptions) {
			o.NetDistrictCode, o.Carrier, o.Params = "", "", map[string]string{"NetDistrictCode": "1", "Carrier": "c"}
		}),
		"a node in so many words": func(s *provider.RunInstancesSpec) {
			s.Vendor = vendor(RunOptions{ScheduleAreaLevel: "Region", SchedulingStrategy: "Concentrate"})
		},
		"a renewal that only RunInstances can express": func(s *provider.RunInstancesSpec) {
			s.Billing, s.Tags = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true)}, map[string]string{"k": "v"}
		},
		"no renewal": func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(false)}
		},
		"a raw length of renewals": func(s *provider.RunInstancesSpec) {
			s.Billing, s.Vendor = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true)}, rawParam("AutoRenewPeriod")
		},
		"longest host of Windows": func(s *provider.RunInstancesSpec) { windowsHost(s, strings.Repeat("h", 15)) },
		"longest renewal": func(s *provider.RunInstancesSpec) {
			s.Billing = provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(true), AutoRenewPeriod: 12}
		},
	} {
		spec := fullSpecs()["minimal"]
		change(spec)
		if got, text := problems(t, spec); got != nil {
			t.Errorf("%s is refused: %s", name, text)
		}
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"ab": true, "web:1_a.b-c": true, "云帆1": true, "http": true, "a" + strings.Repeat("b", 127): true,
		"a": false, "1ab": false, "_ab": false, "a b": false, "a/b": false, "http:/a": false,
		"a" + strings.Repeat("b", 128): false, "\xff\xff": false,
	} {
		spec := fullSpecs()["minimal"]
		spec.Name = name
		if got, _ := problems(t, spec); (got == nil) != ok {
			t.Errorf("Name %q gives %v, want it allowed: %v", name, got, ok)
		}
	}
}

func TestHostNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"ab": true, "a-1.b": true, "1a": true, strings.Repeat("a", 64): true,
		"a": false, "-ab": false, "ab.": false, "a..b": false, "a.-b": false, "a_b": false, "a b": false, "主机": false,
		strings.Repeat("a", 65): false,
	} {
		spec := fullSpecs()["minimal"]
		spec.HostName = name
		if got, _ := problems(t, spec); (got == nil) != ok {
			t.Errorf("HostName %q gives %v, want it allowed: %v", name, got, ok)
		}
	}
}

func TestPasswords(t *testing.T) {
	for password, ok := range map[provider.Secret]bool{
		"Planted1": true, "planted-1": true, "PLANTED-1": true, "Planted-x": true, "Planted1" + provider.Secret(strings.Repeat("x", 22)): true,
		"Plant-1": false, "planted1": false, "PLANTED1": false, "Plantedx": false, "1234567-": false,
		"Planted1" + provider.Secret(strings.Repeat("x", 23)): false,
	} {
		spec := fullSpecs()["minimal"]
		spec.Login = provider.Login{Password: password}
		if got, _ := problems(t, spec); (got == nil) != ok {
			t.Errorf("a password of %d characters, %s..., gives %v, want it allowed: %v", len(password), password.Reveal()[:3], got, ok)
		}
	}
}

func TestSpecThatNeitherCallCanExpressNamesBothSides(t *testing.T) {
	spec := prepaidSpec()
	spec.DataDisks = append(spec.DataDisks, provider.Disk{SizeGiB: 20})
	spec.Tags = map[string]string{"k": "v"}
	got, text := problems(t, spec)
	if want := []string{"Billing.AutoRenewPeriod", "Tags", "DataDisks[1]"}; !slices.Equal(got, want) {
		t.Errorf("named %v, want %v", got, want)
	}
	if !strings.Contains(text, "cannot express Tags, DataDisks[1]") {
		t.Errorf(`text is %q, want it to contain "cannot express Tags, DataDisks[1]"`, text)
	}
	if !strings.Contains(text, "has no Billing.AutoRenewPeriod") {
		t.Errorf(`text is %q, want it to contain "has no Billing.AutoRenewPeriod"`, text)
	}
}

func TestValidationLeavesTheRequestToTheTranslator(t *testing.T) {
	spec := prepaidSpec()
	spec.Vendor = rawParam("Extra")
	d, got := answering(t, 200, created)
	if _, err := d.RunInstances(t.Context(), spec); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if got := got.params.Get("Extra"); got != "planted-raw-value" {
		t.Errorf(`Extra is %q, want "planted-raw-value"`, got)
	}
}
