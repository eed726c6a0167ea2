package aliyun

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// simClient is a client of a simulated ECS.
func simClient(t *testing.T, sim *cloudsim.Sim) *provider.Client {
	t.Helper()
	c, err := New(Config{Region: "cn-hangzhou", Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""), Transport: sim.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func templates(t *testing.T, c *provider.Client) *launchtemplate.Templates {
	t.Helper()
	l, err := launchtemplate.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// fullTemplate sets everything that a template of on-demand instances can hold.
func fullTemplate() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Region: "cn-hangzhou", Zone: "zone-1", ImageID: "image-1", InstanceType: "ecs.g6.large",
		Name: "name-1", HostName: "host-1", Description: "description-1",
		Login: provider.Login{KeyPairs: []string{"key-pair-1"}},
		Network: provider.Network{
			VPCID: "vpc-1", SubnetID: "subnet-1", SecurityGroupIDs: []string{"group-1", "group-2"},
			PrivateIPs: []netip.Addr{addr("10.0.0.21")}, IPv6Count: 2,
			PublicIP: &provider.PublicIP{BandwidthMbps: 31, InboundMbps: 32, ChargeType: provider.PayByTraffic},
			Interfaces: []provider.NetworkInterface{
				{SubnetID: "subnet-11", SecurityGroupIDs: []string{"group-11", "group-12"}, PrivateIP: addr("10.0.0.31"), Name: "nic-11", Description: "nic-description-11"},
				{SubnetID: "subnet-12", SecurityGroupIDs: []string{"group-13"}, PrivateIP: addr("10.0.0.32"), Name: "nic-12", Description: "nic-description-12"},
			},
		},
		SystemDisk: provider.Disk{
			Type: "cloud_essd", SizeGiB: 41, Name: "disk-1", Description: "disk-description-1", PerformanceLevel: "PL1",
			IOPS: 4301, Encrypted: true, DeleteWithInstance: new(true), AutoSnapshotPolicyID: "policy-1",
		},
		DataDisks: []provider.Disk{
			{
				Type: "cloud_essd", SizeGiB: 462, Name: "disk-2", Description: "disk-description-2", PerformanceLevel: "PL2",
				IOPS: 4302, Encrypted: true, DeleteWithInstance: new(false), AutoSnapshotPolicyID: "policy-2", Device: "/dev/xvdb",
			},
			{
				Type: "cloud_essd", Name: "disk-3", Description: "disk-description-3", PerformanceLevel: "PL3",
				IOPS: 4303, SnapshotID: "snapshot-3", Encrypted: true, DeleteWithInstance: new(true), AutoSnapshotPolicyID: "policy-3", Device: "/dev/xvdc",
			},
		},
		Billing:   provider.Billing{Mode: provider.OnDemand},
		Placement: provider.Placement{GroupID: "set-1"},
		Tags:      map[string]string{"tag-b": "value-b", "tag-a": "value-a", "tag-c": ""},
		UserData:  provider.UserData("planted user data"), RoleName: "role-1", ProjectID: "project-1",
		SecurityAgent: new(true), DeletionProtection: true, AutoReleaseTime: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC),
		Vendor: []provider.VendorOption{RunOptions{
			IoOptimized: "optimized", CreditSpecification: "Standard",
			Params: map[string]string{"HttpTokens": "required", "SystemDisk.BurstingEnabled": "true", "DataDisk.2.BurstingEnabled": "true"},
		}},
	}
}

// templateSpecs are specs that together set every leaf that a template holds,
// in the words in which it is read.
func templateSpecs() map[string]provider.RunInstancesSpec {
	base := provider.RunInstancesSpec{Region: "cn-hangzhou", ImageID: "image-1"}
	prepaid, weeks, spot, market, empty := base, base, base, base, provider.RunInstancesSpec{Region: "cn-hangzhou"}
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 6, PeriodUnit: provider.Month, AutoRenew: new(true), AutoRenewPeriod: 3}
	prepaid.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayByBandwidth}
	prepaid.SecurityAgent = new(false)
	weeks.Billing = provider.Billing{Mode: provider.Prepaid, Period: 2, PeriodUnit: provider.Week, AutoRenew: new(false)}
	weeks.Login.KeepImageLogin = true
	spot.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotPriceLimit, MaxPrice: "0.97", DurationHours: new(0)}}
	market.Billing = provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotMarketPrice, DurationHours: new(1)}}
	return map[string]provider.RunInstancesSpec{
		"full": fullTemplate(), "prepaid": prepaid, "weeks": weeks, "spot": spot, "market": market, "empty": empty,
	}
}

func TestATemplateReadsAsItWasWritten(t *testing.T) {
	l := templates(t, simClient(t, cloudsim.New(nil)))
	for name, want := range templateSpecs() {
		id, err := l.Create(t.Context(), launchtemplate.Spec{Name: name + "-template", VersionDescription: "description-9", Spec: want})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: id})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(v.Spec, want) {
			t.Errorf("%s: read\n%s\nwant\n%s", name, shown(v.Spec), shown(want))
		}
		if v.TemplateID != id {
			t.Errorf("%s: TemplateID is %v, want %v", name, v.TemplateID, id)
		}
		if v.TemplateName != name+"-template" {
			t.Errorf("%s: TemplateName is %v, want %v", name, v.TemplateName, name+"-template")
		}
		if v.Version != 1 {
			t.Errorf("%s: Version is %d, want 1", name, v.Version)
		}
		if !v.Default {
			t.Errorf("%s: Default is false, want true", name)
		}
		if v.Description != "description-9" {
			t.Errorf(`%s: Description is %q, want "description-9"`, name, v.Description)
		}
		if v.CreatedAt.IsZero() {
			t.Errorf("%s: CreatedAt is zero, want a value", name)
		}
		if v.CreatedBy == "" {
			t.Errorf("%s: CreatedBy is empty, want a value", name)
		}
	}
}

func shown(s provider.RunInstancesSpec) string {
	text, err := json.MarshalIndent(s, "", " ")
	return fmt.Sprint(string(text), err)
}

// TestTemplatesHoldEveryMappedLeaf guards the round trip above: a leaf that no
// spec sets would not be missed.
func TestTemplatesHoldEveryMappedLeaf(t *testing.T) {
	d := testDriver(t, answering(200, ""))
	set := map[string]bool{"Region": true}
	none := provider.NewSupport("none", nil) // names every leaf that is set
	for _, s := range templateSpecs() {
		var list provider.FieldErrors
		errors.As(none.Check(&s), &list)
		for _, e := range list {
			set[strings.NewReplacer("[0]", "[]", "[1]", "[]").Replace(e.Path)] = true
		}
	}
	var paths []string
	for _, f := range d.TemplateSupport().Fields() {
		paths = append(paths, f.Path)
		if mapped := f.Param != ""; mapped != set[f.Path] && f.Path != "DataDisks[]" && f.Path != "Network.Interfaces[]" {
			t.Errorf("%s is mapped: %v, set by a spec: %v", f.Path, mapped, set[f.Path])
		}
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s: want a parameter or a reason, got %+v", f.Path, f)
		}
	}
	if !slices.Equal(paths, provider.Leaves()) {
		t.Errorf("the table is not the leaves of the spec, once and in order: %q", paths)
	}
}

func TestTemplateParametersAreTheVendors(t *testing.T) {
	for name, s := range templateSpecs() {
		for _, version := range []bool{false, true} {
			var got wire
			d := testDriver(t, capture(&got, `{"RequestId":"req-1","LaunchTemplateId":"lt-1","LaunchTemplateVersionNumber":2}`))
			spec := launchtemplate.Spec{Spec: s, VersionDescription: "description-9", Vendor: []provider.VendorOption{TemplateOptions{
				NetworkType: "vpc", ImageOwnerAlias: "self", EnableVMOSConfig: new(true), Params: map[string]string{"SystemDisk.Iops": "1"},
			}}}
			if version {
				number, request, err := d.CreateLaunchTemplateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, &spec, "")
				if err != nil || number != 2 || request != "req-1" || got.Action != "CreateLaunchTemplateVersion" || got.Params["LaunchTemplateId"] != "lt-1" {
					t.Errorf("%s: %s %d %s, %v", name, got.Action, number, request, err)
				}
				checkTyped(t, ecs.CreateLaunchTemplateVersionRequest{}, got.Params)
			} else {
				spec.Name, spec.Tags = "template-1", map[string]string{"a": "b"}
				id, _, err := d.CreateLaunchTemplate(t.Context(), &spec, "")
				if err != nil || id != "lt-1" || got.Action != "CreateLaunchTemplate" || got.Params["LaunchTemplateName"] != "template-1" || got.Params["TemplateTag.1.Key"] != "a" {
					t.Errorf("%s: %s %s, %v", name, got.Action, id, err)
				}
				checkTyped(t, ecs.CreateLaunchTemplateRequest{}, got.Params)
			}
			if got.Params["NetworkType"] != "vpc" {
				t.Errorf(`%s: NetworkType is %q, want "vpc"`, name, got.Params["NetworkType"])
			}
			if got.Params["EnableVmOsConfig"] != "true" {
				t.Errorf(`%s: EnableVmOsConfig is %q, want "true"`, name, got.Params["EnableVmOsConfig"])
			}
			if got.Params["Amount"] != "" {
				t.Errorf(`%s: Amount is %q, want ""`, name, got.Params["Amount"])
			}
			if got.Params["SystemDisk.Iops"] != "1" {
				t.Errorf(`%s: SystemDisk.Iops is %q, want "1"`, name, got.Params["SystemDisk.Iops"])
			}
		}
	}
}

func TestTemplateRefusals(t *testing.T) {
	type spec = launchtemplate.Spec
	sim := cloudsim.New(nil)
	l := templates(t, simClient(t, sim))
	own := func(o TemplateOptions) []provider.VendorOption { return []provider.VendorOption{o} }
	run := func(o RunOptions) []provider.VendorOption { return []provider.VendorOption{&o} }
	for _, tc := range []struct {
		path, text string
		change     func(*spec)
	}{
		{"Name", "required", func(s *spec) { s.Name = "" }},
		{"Name", "2 to 128", func(s *spec) { s.Name = "x" }},
		{"Name", "begin with a letter", func(s *spec) { s.Name = "1st" }},
		{"Name", "letters, digits and : _ . -", func(s *spec) { s.Name = "web/1" }},
		{"Name", "letters, digits and : _ . -", func(s *spec) { s.Name = "web 1" }},
		{"Name", "http://", func(s *spec) { s.Name = "http://web" }},
		{"Vendor.NetworkType", `must be one of ["classic" "vpc"]`, func(s *spec) { s.Vendor = own(TemplateOptions{NetworkType: "NetworkType1"}) }},
		{"Spec.Vendor.IoOptimized", `must be one of ["none" "optimized"]`, func(s *spec) { s.Spec.Vendor = run(RunOptions{IoOptimized: "true"}) }},
		{`Spec.Tags["kkk`, "at most 64", func(s *spec) { s.Spec.Tags = map[string]string{strings.Repeat("k", 65): ""} }},
		{`Spec.Tags["k"]`, "begin with aliyun", func(s *spec) { s.Spec.Tags = map[string]string{"k": "aliyun-v"} }},
		{"VersionDescription", "2 to 256", func(s *spec) { s.VersionDescription = "x" }},
		{"VersionDescription", "https://", func(s *spec) { s.VersionDescription = "https://x" }},
		{"BaseVersion", "", func(s *spec) { s.BaseVersion = 1 }},
		{`Tags["kkk`, "at most 64", func(s *spec) { s.Tags = map[string]string{strings.Repeat("k", 65): ""} }},
		{`Tags["k"]`, "begin with acs:", func(s *spec) { s.Tags = map[string]string{"k": "acs:v"} }},
		{`Tags["aliyun-k"]`, "aliyun", func(s *spec) { s.Tags = map[string]string{"aliyun-k": "v"} }},
		{"Vendor[0]", "TemplateOptions", func(s *spec) { s.Vendor = run(RunOptions{}) }},
		{`Vendor.Params["ImageId"]`, "already", func(s *spec) { s.Vendor = own(TemplateOptions{Params: map[string]string{"ImageId": "planted"}}) }},
		{`Vendor.Params["Password"]`, "not what a template holds", func(s *spec) { s.Vendor = own(TemplateOptions{Params: map[string]string{"Password": "planted"}}) }},
		{`Vendor.Params["Amount"]`, "client itself", func(s *spec) { s.Vendor = own(TemplateOptions{Params: map[string]string{"Amount": "1"}}) }},
		{`Spec.Vendor.Params["LaunchTemplateId"]`, "not what", func(s *spec) {
			s.Spec.Vendor = run(RunOptions{Params: map[string]string{"LaunchTemplateId": "planted"}})
		}},
		{"Spec.Vendor[0]", "RunOptions", func(s *spec) { s.Spec.Vendor = own(TemplateOptions{}) }},
		{"Spec.Vendor.StorageSetID", "", func(s *spec) { s.Spec.Vendor = run(RunOptions{StorageSetID: "ss-1"}) }},
		{"Spec.Vendor.StorageSetPartitionNumber", "", func(s *spec) { s.Spec.Vendor = run(RunOptions{StorageSetPartitionNumber: 1}) }},
		{"Spec.Vendor.DeploymentSetGroupNo", "", func(s *spec) { s.Spec.Vendor = run(RunOptions{DeploymentSetGroupNo: 1}) }},
		{"Spec.Vendor.ImageFamily", "", func(s *spec) { s.Spec.Vendor = run(RunOptions{ImageFamily: "family-1"}) }},
		{"Spec.Vendor.AutoPay", "", func(s *spec) { s.Spec.Vendor = run(RunOptions{AutoPay: new(false)}) }},
		{"Spec.Login.Password", "no password", func(s *spec) { s.Spec.Login.Password = "Planted-Pass!1" }},
		{"Spec.Count", "no count", func(s *spec) { s.Spec.Count = 2 }},
		{"Spec.ClientToken", "", func(s *spec) { s.Spec.ClientToken = "t" }},
		{"Spec.LaunchTemplate", "", func(s *spec) { s.Spec.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-1"} }},
		{"Spec.Billing.Mode", "dedicated", func(s *spec) { s.Spec.Billing.Mode = provider.DedicatedHost }},
		{"Spec.Placement.Tenancy", "", func(s *spec) { s.Spec.Placement.Tenancy = provider.HostTenancy }},
		{"Spec.Name", "2 to 128", func(s *spec) { s.Spec.Name = "x" }},
		{"Spec.DataDisks", "at most 16", func(s *spec) { s.Spec.DataDisks = disks(17) }},
	} {
		s := launchtemplate.Spec{Name: "template-1", Spec: provider.RunInstancesSpec{ImageID: "image-1"}}
		tc.change(&s)
		_, err := l.Create(t.Context(), s)
		wantRefusal(t, err, tc.path, tc.text)
	}
	_, err := l.CreateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, launchtemplate.Spec{BaseVersion: 1, Vendor: own(TemplateOptions{ResourceGroupID: "rg-1"})})
	if err == nil {
		t.Error("got no error, want one")
	} else if !strings.Contains(err.Error(), "BaseVersion") {
		t.Errorf(`the error is %q, want it to contain "BaseVersion"`, err.Error())
	}
	_, err = l.CreateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, launchtemplate.Spec{Vendor: own(TemplateOptions{ResourceGroupID: "rg-1"})})
	if err == nil {
		t.Error("got no error, want one")
	} else if !strings.Contains(err.Error(), "Vendor.ResourceGroupID") {
		t.Errorf(`the error is %q, want it to contain "Vendor.ResourceGroupID"`, err.Error())
	}
	for _, api := range []string{"CreateLaunchTemplate", "CreateLaunchTemplateVersion"} {
		if n := sim.Calls(cloudsim.ECS, api); n != 0 {
			t.Errorf("%d requests of %s left, want none", n, api)
		}
	}
}

// wantRefusal checks that an error names a field, says a text, and shows no secret.
func wantRefusal(t *testing.T, err error, path, text string) {
	t.Helper()
	var e *provider.FieldError
	if !errors.As(err, &e) {
		t.Errorf("%v: got error %v, want a %T", path, err, e)
	} else if !strings.HasPrefix(e.Path, path) {
		t.Errorf("%v: Path is %q, want it to begin with %q", path, e.Path, path)
	} else if !strings.Contains(err.Error(), text) {
		t.Errorf("%v: the error is %q, want it to contain %q", path, err.Error(), text)
	} else if strings.Contains(strings.ToLower(err.Error()), "planted") {
		t.Errorf("%v: the error shows a secret", path)
	}
}

// TestLifeOfATemplate goes through all seven calls, by ID and by name.
func TestLifeOfATemplate(t *testing.T) {
	l := templates(t, simClient(t, cloudsim.New(nil)))
	ctx := t.Context()
	id, err := l.Create(ctx, launchtemplate.Spec{
		Name: "template-1", Tags: map[string]string{"team": "a"}, Spec: provider.RunInstancesSpec{ImageID: "image-1"},
		Vendor: []provider.VendorOption{TemplateOptions{ResourceGroupID: "rg-1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	byID, byName := provider.LaunchTemplateRef{ID: id}, provider.LaunchTemplateRef{Name: "template-1"}
	for i, ref := range []provider.LaunchTemplateRef{byID, byName} {
		n, err := l.CreateVersion(ctx, ref, launchtemplate.Spec{Spec: provider.RunInstancesSpec{ImageID: fmt.Sprint("image-", i+2)}})
		if err != nil {
			t.Fatalf("%v: got error %v, want none", i, err)
		}
		if n != i+2 {
			t.Fatalf("%v: got %v, want %v", i, n, i+2)
		}
	}
	if _, err := l.Create(ctx, launchtemplate.Spec{Name: "template-1"}); !errors.Is(err, provider.ErrExists) {
		t.Errorf("a second template of the name: got %v, want ErrExists", err)
	}
	byName.Version = 3
	if err := l.SetDefault(ctx, "", byName); err != nil {
		t.Fatal(err)
	}
	byName.Version = 0
	if v, err := l.Version(ctx, "", byName); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if v.Version != 3 {
		t.Errorf("Version is %d, want 3", v.Version)
	} else if v.Spec.ImageID != "image-3" {
		t.Errorf(`v.Spec.ImageID is %q, want "image-3"`, v.Spec.ImageID)
	}
	for found, err := range l.List(ctx, launchtemplate.Query{Name: "template-1", IDs: []string{id, "lt-unknown"}, Tags: map[string]string{"team": "a"}}) {
		if err != nil {
			t.Fatal(err)
		}
		wantListed(t, found, id)
	}
	for found, err := range l.List(ctx, launchtemplate.Query{Tags: map[string]string{"team": ""}}) {
		t.Errorf("found %+v, %v by another value of the tag", found, err)
	}
	if err := l.DeleteVersions(ctx, "", byID, 1, 3); !errors.Is(err, provider.ErrState) {
		t.Errorf("deleting the default version: got %v, want ErrState", err)
	}
	if err := l.DeleteVersions(ctx, "", byID, 1); err != nil {
		t.Error(err)
	}
	if got := versionNumbers(t, l, byName); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("versions %v, want 2 and 3", got)
	}
	byID.Version = 1
	if _, err := l.Version(ctx, "", byID); !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("a deleted version: got %v, want ErrNotFound", err)
	}
	byID.Version = 0
	if err := l.Delete(ctx, "", byID); err != nil {
		t.Error(err)
	}
	if err := l.Delete(ctx, "", byID); !errors.Is(err, provider.ErrNotFound) {
		t.Errorf("deleting twice: got %v, want ErrNotFound", err)
	}
}

// wantListed checks what the list says of the template of the test.
func wantListed(t *testing.T, found launchtemplate.Template, id string) {
	t.Helper()
	if found.ID != id {
		t.Errorf("ID is %v, want %v", found.ID, id)
	}
	if found.DefaultVersion != 3 {
		t.Errorf("DefaultVersion is %d, want 3", found.DefaultVersion)
	}
	if found.LatestVersion != 3 {
		t.Errorf("LatestVersion is %d, want 3", found.LatestVersion)
	}
	if found.Tags["team"] != "a" {
		t.Errorf(`found.Tags["team"] is %q, want "a"`, found.Tags["team"])
	}
	if found.CreatedAt.IsZero() {
		t.Error("CreatedAt is zero, want a value")
	}
}

func versionNumbers(t *testing.T, l *launchtemplate.Templates, ref provider.LaunchTemplateRef) (out []int) {
	t.Helper()
	for v, err := range l.Versions(t.Context(), "", ref) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v.Version)
	}
	return out
}

func TestTemplatesArePaged(t *testing.T) {
	pages := map[string]string{
		"1": templatePage(102, 1, 50), "2": templatePage(102, 51, 100), "3": templatePage(102, 101, 102),
	}
	var got wire
	var ids []string
	for token := ""; ; {
		page := token
		if page == "" {
			page = "1"
		}
		d := testDriver(t, capture(&got, pages[page]))
		p, err := d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		if got.Params["PageNumber"] != token {
			t.Errorf("PageNumber is %q, want %q", got.Params["PageNumber"], token)
		}
		if got.Params["PageSize"] != "50" {
			t.Errorf(`PageSize is %q, want "50"`, got.Params["PageSize"])
		}
		for _, tpl := range p.Items {
			ids = append(ids, tpl.ID)
		}
		if token = p.NextPage; token == "" {
			break
		}
	}
	if len(ids) != 102 {
		t.Errorf("len(ids) is %d, want 102", len(ids))
	} else if ids[101] != "lt-102" {
		t.Errorf(`ids[101] is %q, want "lt-102"`, ids[101])
	}
}

func templatePage(total, first, last int) string {
	var list []map[string]any
	for i := first; i <= last; i++ {
		list = append(list, map[string]any{"LaunchTemplateId": fmt.Sprint("lt-", i)})
	}
	text, _ := json.Marshal(map[string]any{"TotalCount": total, "LaunchTemplateSets": map[string]any{"LaunchTemplateSet": list}})
	return string(text)
}

func TestTemplateCallsRefuseWhatIsNoRequest(t *testing.T) {
	d := testDriver(t, answering(200, `{"RequestId":"r"}`))
	ref := provider.LaunchTemplateRef{ID: "lt-1"}
	var e *provider.FieldError
	if err := d.DeleteLaunchTemplateVersions(t.Context(), "", ref, make([]int, 30)); !errors.As(err, &e) {
		t.Errorf("30 versions: got error %v, want a %T", err, e)
	} else if e.Path != "versions" {
		t.Errorf(`30 versions: Path is %q, want "versions"`, e.Path)
	}
	if err := d.DeleteLaunchTemplateVersions(t.Context(), "", ref, slices.Repeat([]int{2}, 29)); err != nil {
		t.Errorf("29 versions: got %v", err)
	}
	_, err := d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{IDs: make([]string, 101)}, "")
	if !errors.As(err, &e) || e.Path != "IDs" {
		t.Errorf("101 IDs: got %v", err)
	}
	_, err = d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{}, "x")
	if !errors.As(err, &e) || e.Path != "PageToken" {
		t.Errorf("a page token of nobody: got %v", err)
	}
}

func TestSenselessTemplateAnswers(t *testing.T) {
	for _, body := range []string{`{"RequestId":"r"}`, `{"LaunchTemplateVersionSets":{"LaunchTemplateVersionSet":[{"VersionNumber":1}]}}`, ``} {
		d := testDriver(t, answering(200, body))
		if _, err := d.DescribeLaunchTemplateVersions(t.Context(), &launchtemplate.VersionQuery{}, ""); !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("versions %s: got %v, want ErrUnavailable", body, err)
		}
		if p, err := d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{}, ""); !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("templates %s: got %+v, %v, want ErrUnavailable", body, p, err)
		}
	}
	l := templates(t, provider.NewClient(testDriver(t, answering(200, `{"RequestId":"r"}`)), &provider.Options{Region: "cn-test-1"}))
	if _, err := l.Create(t.Context(), launchtemplate.Spec{Name: "template-1"}); !errors.Is(err, provider.ErrOutcomeUnknown) {
		t.Errorf("a create that names nothing: got %v, want ErrOutcomeUnknown", err)
	}
}

// TestRunFromATemplate: the template fills in what the spec leaves out, and the
// spec wins.
func TestRunFromATemplate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		_, err := templates(t, c).Create(t.Context(), launchtemplate.Spec{Name: "template-1", Spec: provider.RunInstancesSpec{
			ImageID: "image-1", InstanceType: "ecs.g6.large", Name: "from-template", Tags: map[string]string{"a": "b"},
			Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1", "sg-2"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		op, err := c.RunInstances(t.Context(), provider.RunInstancesSpec{
			LaunchTemplate: &provider.LaunchTemplateRef{Name: "template-1", Version: 1}, Count: 2,
			InstanceType: "ecs.g7.large", Network: provider.Network{SecurityGroupIDs: []string{"sg-3"}},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatalf("got error %v, want none", err)
		}
		if len(list) != 2 {
			t.Fatalf("len(list) is %d, want 2", len(list))
		}
		i := list[0]
		if i.ImageID != "image-1" {
			t.Errorf(`ImageID is %q, want "image-1"`, i.ImageID)
		}
		if i.InstanceType != "ecs.g7.large" {
			t.Errorf(`InstanceType is %q, want "ecs.g7.large"`, i.InstanceType)
		}
		if i.Name != "from-template" {
			t.Errorf(`Name is %q, want "from-template"`, i.Name)
		}
		if i.SubnetID != "vsw-1" {
			t.Errorf(`SubnetID is %q, want "vsw-1"`, i.SubnetID)
		}
		if i.Tags["a"] != "b" {
			t.Errorf(`i.Tags["a"] is %q, want "b"`, i.Tags["a"])
		}
		if !slices.Equal(i.SecurityGroupIDs, []string{"sg-3"}) {
			t.Errorf("SecurityGroupIDs is %v, want %v", i.SecurityGroupIDs, []string{"sg-3"})
		}
		_, err = c.RunInstances(t.Context(), provider.RunInstancesSpec{LaunchTemplate: &provider.LaunchTemplateRef{Name: "template-1", Version: 9}}, nil)
		if !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("an unknown version: got %v, want ErrNotFound", err)
		}
	})
}
