package provider_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
)

func TestLeavesNameEveryFieldOfTheSpec(t *testing.T) {
	leaves := provider.Leaves()
	for _, want := range []string{
		"Region", "Count", "Hardware.GPUType", "Login.Password", "Network.PrivateIPs", "Network.PublicIP", "Network.PublicIP.BandwidthMbps",
		"Network.Interfaces[]", "Network.Interfaces[].PrivateIP", "SystemDisk.SizeGiB", "DataDisks[]", "DataDisks[].DeleteWithInstance",
		"Billing.Spot.DurationHours", "Tags", "UserData", "LaunchTemplate", "LaunchTemplate.Version", "AutoReleaseTime", "DryRun",
	} {
		if !slices.Contains(leaves, want) {
			t.Errorf("%s is not among the leaves", want)
		}
	}
	for i, path := range leaves {
		if slices.Contains(leaves[:i], path) {
			t.Errorf("%s is there twice", path)
		}
		if strings.HasPrefix(path, "Vendor") {
			t.Errorf("%s: options are addressed to drivers by name and have no line", path)
		}
	}
	top := reflect.TypeFor[provider.RunInstancesSpec]()
	for i := range top.NumField() {
		name := top.Field(i).Name
		found := slices.ContainsFunc(leaves, func(p string) bool {
			return p == name || strings.HasPrefix(p, name+".") || strings.HasPrefix(p, name+"[]")
		})
		if !found && name != "Vendor" {
			t.Errorf("the field %s has no leaf", name)
		}
	}
}

// full is a spec in which every leaf is set.
func full() *provider.RunInstancesSpec { return fakedriver.Full() }

// paths returns the paths of the problems.
func paths(t *testing.T, err error) []string {
	t.Helper()
	return fakedriver.Paths(t, err)
}

func TestATableThatLacksALineRefusesIt(t *testing.T) {
	for _, path := range provider.Leaves() {
		fields := slices.DeleteFunc(everything(), func(f provider.Field) bool { return f.Path == path })
		err := provider.NewSupport("fake", fields).Check(full())
		want := strings.ReplaceAll(strings.TrimSuffix(path, "[]"), "[]", "[0]")
		if got := paths(t, err); !slices.Equal(got, []string{want}) {
			t.Errorf("%s has no line; the error names %v", path, got)
		}
		if !errors.Is(err, errors.ErrUnsupported) || !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: want an error that says unsupported, got %v", path, err)
		}
	}
}

func TestACompleteTablePassesEverything(t *testing.T) {
	if err := provider.NewSupport("fake", everything()).Check(full()); err != nil {
		t.Error(err)
	}
}

func TestATableRefusesNothingThatIsNotSet(t *testing.T) {
	s := provider.RunInstancesSpec{
		Tags: map[string]string{}, DataDisks: []provider.Disk{}, UserData: []byte{},
		Network: provider.Network{SecurityGroupIDs: []string{}},
	}
	if err := provider.NewSupport("fake", nil).Check(&s); err != nil {
		t.Errorf("empty lists and maps count as unset; got %v", err)
	}
}

func TestNoTableRefusesEverything(t *testing.T) {
	var none provider.Support
	err := none.Check(&provider.RunInstancesSpec{})
	var all provider.FieldErrors
	if !errors.As(err, &all) || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("want FieldErrors, got %v", err)
	}
}

func TestCheckNamesThePlace(t *testing.T) {
	no := false
	for want, s := range map[string]provider.RunInstancesSpec{
		"DataDisks[1].IOPS":                      {DataDisks: []provider.Disk{{}, {IOPS: 5}}},
		"DataDisks[0].DeleteWithInstance":        {DataDisks: []provider.Disk{{DeleteWithInstance: &no}}},
		"Network.PublicIP":                       {Network: provider.Network{PublicIP: &provider.PublicIP{}}},
		"Network.PublicIP.ChargeType":            {Network: provider.Network{PublicIP: &provider.PublicIP{ChargeType: "x"}}},
		"Network.Interfaces[2].SecurityGroupIDs": {Network: provider.Network{Interfaces: []provider.NetworkInterface{{}, {}, {SecurityGroupIDs: []string{"x"}}}}},
		"LaunchTemplate.Version":                 {LaunchTemplate: &provider.LaunchTemplateRef{Version: 1}},
		"SecurityAgent":                          {SecurityAgent: &no},
		"Tags":                                   {Tags: map[string]string{"a": "b"}},
		"Billing.Spot.MaxPrice":                  {Billing: provider.Billing{Spot: provider.SpotOptions{MaxPrice: "1"}}},
		"AutoReleaseTime":                        {AutoReleaseTime: time.Unix(1, 0)},
		"Login.Password":                         {Login: provider.Login{Password: planted}},
	} {
		err := provider.NewSupport("fake", nil).Check(&s)
		if got := paths(t, err); !slices.Contains(got, want) {
			t.Errorf("want %s to be named, got %v", want, got)
		}
		if shows(err.Error()) {
			t.Errorf("%s: the error shows the value", want)
		}
	}
}

func TestCheckGivesTheTablesReason(t *testing.T) {
	table := provider.NewSupport("fake", []provider.Field{provider.Refused("Zone", "this cloud has no zones")})
	err := table.Check(&provider.RunInstancesSpec{Zone: "z"})
	if err == nil || !strings.Contains(err.Error(), "fake: Zone: not supported: this cloud has no zones") {
		t.Errorf("got %v", err)
	}
	if f := table.Field("Zone"); f.Reason != "this cloud has no zones" || f.Param != "" {
		t.Errorf("the line of Zone: %+v", f)
	}
	if f := table.Field("Tags"); f.Param != "" || !strings.Contains(f.Reason, "fake") {
		t.Errorf("a leaf without a line is refused in the driver's name; got %+v", f)
	}
	if table.Driver() != "fake" {
		t.Errorf("driver %q", table.Driver())
	}
}

func TestATableDoesNotChangeWithItsSource(t *testing.T) {
	fields := everything()
	table := provider.NewSupport("fake", fields)
	fields[0] = provider.Field{}
	table.Fields()[1] = provider.Field{}
	if !slices.Equal(table.Fields(), everything()) {
		t.Error("a caller's change reached the table")
	}
}

func BenchmarkCheck(b *testing.B) {
	for name, fields := range map[string][]provider.Field{"all mapped": everything(), "half refused": half()} {
		b.Run(name, func(b *testing.B) {
			table, s := provider.NewSupport("fake", fields), full()
			if name == "half refused" {
				s = mappedOnly(table)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := table.Check(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// half maps every other leaf that is no container.
func half() []provider.Field {
	fields := everything()
	for i := range fields {
		container := slices.ContainsFunc(fields, func(f provider.Field) bool {
			return f.Path != fields[i].Path && strings.HasPrefix(f.Path, fields[i].Path+".")
		})
		if i%2 == 1 && !container {
			fields[i] = provider.Refused(fields[i].Path, "not here")
		}
	}
	return fields
}

// mappedOnly is a full spec without what the table refuses.
func mappedOnly(table provider.Support) *provider.RunInstancesSpec {
	s := full()
	var clear func(v reflect.Value, prefix string)
	clear = func(v reflect.Value, prefix string) {
		for i := range v.NumField() {
			f, path := v.Field(i), prefix+v.Type().Field(i).Name
			switch {
			case path == "Vendor", table.Field(path).Param == "" && slices.Contains(provider.Leaves(), path):
				f.SetZero()
			case slices.Contains(provider.Leaves(), path+"[]"):
				for j := range f.Len() {
					clear(f.Index(j), path+"[].")
				}
			case f.Kind() == reflect.Struct && !slices.Contains(provider.Leaves(), path):
				clear(f, path+".")
			case f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == reflect.Struct:
				clear(f.Elem(), path+".")
			}
		}
	}
	clear(reflect.ValueOf(s).Elem(), "")
	return s
}
