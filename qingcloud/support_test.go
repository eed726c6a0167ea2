package qingcloud

import (
	"reflect"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestEveryLeafOfTheSpecIsMappedOrRefusedInOrder(t *testing.T) {
	var paths []string
	for _, f := range supportTable().Fields() {
		paths = append(paths, f.Path)
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s needs a parameter or a reason, not both", f.Path)
		}
	}
	if want := provider.Leaves(); !slices.Equal(paths, want) {
		t.Errorf("the table lists\n%q\nthe spec has\n%q", paths, want)
	}
}

// A parameter that the table promises must exist in the request.
func TestTheTableNamesRealParameters(t *testing.T) {
	known := []string{"zone", "login_passwd", "userdata_value"}
	for f := range fieldsOf[runInput]() {
		name := f.Tag.Get("name")
		if f.Type.Kind() == reflect.Slice {
			name += ".n"
		}
		known = append(known, name)
	}
	for _, f := range supportTable().Fields() {
		if f.Param != "" && !slices.Contains(known, f.Param) {
			t.Errorf("%s is said to become %q, which no request has", f.Path, f.Param)
		}
	}
}

// The SDK's builder silently drops a field it does not understand, and sends a
// default whether or not a field is set.
func TestInputsUseOnlyWhatTheSDKSends(t *testing.T) {
	check := func(f reflect.StructField) {
		kinds := []reflect.Type{reflect.TypeFor[*string](), reflect.TypeFor[*int](), reflect.TypeFor[[]*string]()}
		if !slices.Contains(kinds, f.Type) {
			t.Errorf("kinds is %v, want it to contain %v", kinds, f.Type)
		}
		if !f.IsExported() {
			t.Error("f.IsExported() is false, want true")
		}
		if f.Tag.Get("name") == "" {
			t.Errorf("field %s is not tagged for the wire: name is empty, want a value", f.Name)
		}
		if got := f.Tag.Get("location"); got != "params" {
			t.Errorf(`field %s is not tagged for the wire: location is %q, want "params"`, f.Name, got)
		}
		if _, has := f.Tag.Lookup("default"); has {
			t.Errorf("field %s has a default, which is sent even when it is unset", f.Name)
		}
	}
	for f := range fieldsOf[runInput]() {
		check(f)
	}
	for _, in := range []any{renameInput{}, createGroupInput{}, describeGroupsInput{}, modifyGroupInput{}, joinGroupInput{}, deleteGroupsInput{}} {
		for i := range reflect.TypeOf(in).NumField() {
			check(reflect.TypeOf(in).Field(i))
		}
	}
	for f := range fieldsOf[describeInput]() {
		check(f)
	}
	for f := range fieldsOf[terminateInput]() {
		check(f)
	}
	for f := range fieldsOf[ceaseInput]() {
		check(f)
	}
	for f := range fieldsOf[powerInput]() {
		check(f)
	}
}

func fieldsOf[T any]() func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range reflect.TypeFor[T]().NumField() {
			if !yield(reflect.TypeFor[T]().Field(i)) {
				return
			}
		}
	}
}

// Every refused leaf is set by hand: a generic setter would share the mistakes
// of the code it checks.
func TestRefusedFieldsAreNamed(t *testing.T) {
	yes, hours := true, 1
	spec := func(f func(*provider.RunInstancesSpec)) *provider.RunInstancesSpec {
		s := minimalSpec()
		f(s)
		return s
	}
	disk := provider.Disk{
		Type: "a", SizeGiB: 1, Name: "a", Description: "a", PerformanceLevel: "a", IOPS: 1, SnapshotID: "a", VolumeID: "a",
		Encrypted: true, KMSKeyID: "a", DeleteWithInstance: &yes, AutoSnapshotPolicyID: "a", Device: "a",
	}
	full := spec(func(s *provider.RunInstancesSpec) {
		s.Zone, s.MinCount, s.Description, s.CPUOptions.NUMANodes = "a", 1, "a", 1
		s.Login.KeepImageLogin = true
		s.Network = provider.Network{
			VPCID: "a", IPv6Count: 1, IPv6Addresses: addrs("::1"), IPFamily: provider.IPv6,
			PublicIP:   &provider.PublicIP{BandwidthMbps: 1, InboundMbps: 1, ChargeType: provider.PayByTraffic},
			Interfaces: []provider.NetworkInterface{{SecurityGroupIDs: []string{"a"}, Name: "a", Description: "a"}},
		}
		s.SystemDisk, s.DataDisks = disk, []provider.Disk{disk}
		s.Billing.Spot = provider.SpotOptions{Strategy: "a", MaxPrice: "1", DurationHours: &hours, Interruption: "a"}
		s.Placement = provider.Placement{Tenancy: "a", Affinity: "a", HPCClusterID: "a"}
		s.Tags, s.RoleName, s.ProjectID = map[string]string{"a": "b"}, "a", "a"
		s.LaunchTemplate = &provider.LaunchTemplateRef{ID: "a", Name: "a", Version: 1}
		s.SecurityAgent, s.MonitorAgent, s.DeletionProtection = &yes, &yes, true
		s.AutoReleaseTime, s.DryRun, s.ClientToken = timeOf("2030-01-02T03:04:05Z"), true, "a"
	})
	got := refusedPaths(t, supportTable().Check(full))
	for _, f := range supportTable().Fields() {
		at := indexed(f.Path)
		if f.Reason != "" && !slices.Contains(got, at) {
			t.Errorf("%s is set and refused by the table, but no error names it", at)
		}
		if f.Param != "" && slices.Contains(got, at) {
			t.Errorf("%s is mapped, but an error names it", at)
		}
	}
}
