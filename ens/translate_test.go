package ens

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// fullSpecs are specs that together set every mapped leaf, each with a value of
// its own. Their requests are in testdata/run.
func fullSpecs() map[string]*provider.RunInstancesSpec {
	return map[string]*provider.RunInstancesSpec{
		"minimal":          {Region: "node-1", InstanceType: "ens.type-1", Login: provider.Login{KeyPairs: []string{"key-1"}}},
		"on-demand":        onDemandSpec(),
		"prepaid":          prepaidSpec(),
		"prepaid-new-call": prepaidNewSpec(),
		"prepaid-minimal": {
			Region: "node-1", InstanceType: "ens.type-1", Login: provider.Login{KeepImageLogin: true},
			Billing: provider.Billing{Mode: provider.Prepaid, Period: 1, AutoRenew: new(false)},
		},
		"spot": spotSpec(), "area": areaSpec(),
	}
}

// areaSpec leaves the node to ENS.
func areaSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		InstanceType: "ens.type-5", Login: provider.Login{KeyPairs: []string{"key-5"}},
		Vendor: []provider.VendorOption{RunOptions{
			ScheduleAreaLevel: "Middle", NetDistrictCode: "350000", Carrier: "telecom", SchedulingStrategy: "Disperse",
			SchedulingPriceStrategy: "PriceHighPriority", SendFalse: true,
		}},
	}
}

// onDemandSpec is everything that RunInstances has for instances on demand.
func onDemandSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region: "node-1", Count: 41, ImageID: "image-1", InstanceType: "ens.type-1",
		Name: "name-1", HostName: "host-1", UniqueSuffix: true,
		Login: provider.Login{Password: "Password-1"},
		Network: provider.Network{
			VPCID: "net-1", SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}, IPFamily: provider.DualStack, IPv6Count: 2,
			PublicIP: &provider.PublicIP{BandwidthMbps: 51, ChargeType: provider.PayBy95th},
		},
		SystemDisk: provider.Disk{Type: "category-1", SizeGiB: 60},
		DataDisks: []provider.Disk{
			{Type: "category-2", SizeGiB: 70, Encrypted: true, KMSKeyID: "kms-1"},
			{Type: "category-3", SizeGiB: 80},
		},
		Billing:            provider.Billing{Mode: provider.OnDemand},
		Tags:               map[string]string{"tag-b": "value-2", "tag-a": "value-1", "tag-c": ""},
		UserData:           provider.UserData("#!/bin/sh\necho 1"),
		DeletionProtection: true,
		AutoReleaseTime:    time.Date(2026, 12, 1, 10, 20, 30, 999, time.FixedZone("", 8*3600)),
		Vendor: []provider.VendorOption{RunOptions{
			InstanceChargeStrategy: "instance", BillingCycle: "Day", AutoUseCoupon: new(false),
			SchedulingStrategy: "Concentrate", SchedulingPriceStrategy: "PriceLowPriority",
			Params: map[string]string{"Carrier": "carrier-1"},
		}},
	}
}

// prepaidSpec is everything that CreateInstance has.
func prepaidSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region: "node-2", Count: 1, ImageID: "image-2", InstanceType: "ens.type-2", Name: "name-2", HostName: "host-2", UniqueSuffix: true,
		Login: provider.Login{Password: "Password-2"},
		Network: provider.Network{
			SubnetID: "vsw-2", PrivateIPs: []netip.Addr{netip.MustParseAddr("10.0.0.2")}, IPFamily: provider.IPv6,
			PublicIP: &provider.PublicIP{ChargeType: provider.PayByDailyPeak},
		},
		SystemDisk: provider.Disk{SizeGiB: 40},
		DataDisks:  []provider.Disk{{SizeGiB: 50}},
		Billing:    provider.Billing{Mode: provider.Prepaid, Period: 7, PeriodUnit: provider.Month, AutoRenew: new(true), AutoRenewPeriod: 11},
		UserData:   provider.UserData("#!/bin/sh\necho 2"),
	}
}

// prepaidNewSpec is prepaid, and needs RunInstances.
func prepaidNewSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region: "node-3", Count: 43, ImageID: "image-3", InstanceType: "ens.type-3", Name: "name-3",
		Login:      provider.Login{KeepImageLogin: true},
		Network:    provider.Network{SubnetID: "vsw-3", IPFamily: provider.IPv4, PublicIP: &provider.PublicIP{}},
		SystemDisk: provider.Disk{SizeGiB: 100},
		DataDisks:  []provider.Disk{{SizeGiB: 90}},
		Billing:    provider.Billing{Mode: provider.Prepaid, Period: 3, PeriodUnit: provider.Day, AutoRenew: new(true)},
		Vendor:     []provider.VendorOption{&RunOptions{AutoUseCoupon: new(true)}},
	}
}

func spotSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region: "node-4", Count: 1, ImageID: "image-4", InstanceType: "ens.type-4", Name: "name-4",
		Login:   provider.Login{KeyPairs: []string{"key-4"}},
		Network: provider.Network{SubnetID: "vsw-4", PrivateIPs: []netip.Addr{netip.MustParseAddr("10.0.0.4")}},
		Billing: provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{Strategy: provider.SpotMarketPrice, DurationHours: new(0)}},
	}
}

// wireForm is what a golden file holds.
type wireForm struct {
	Host   string            `json:"host"`
	Action string            `json:"action"`
	Params map[string]string `json:"params"`
}

// wireOf sends a create and returns what arrived, without what changes or is
// secret by nature.
func wireOf(t *testing.T, spec *provider.RunInstancesSpec) wireForm {
	t.Helper()
	d, got := answering(t, 200, created)
	_, _ = d.RunInstances(t.Context(), spec) // the answer is not the subject
	w := wireForm{Host: got.host, Action: got.params.Get("Action"), Params: map[string]string{}}
	for name, values := range got.params {
		own := name != "Action" && !alicloud.IsSystemParam(name)
		if own || name == "RegionId" {
			w.Params[name] = strings.Join(values, " AND ")
		}
	}
	return w
}

func TestCreateRequestsAreAsWritten(t *testing.T) {
	for name, spec := range fullSpecs() {
		d, _ := answering(t, 200, created)
		if err := errorOf(d, spec); err != nil {
			t.Errorf("%s: the spec itself is refused: %v", name, err)
		}
		var got bytes.Buffer
		enc := json.NewEncoder(&got)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(wireOf(t, spec)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "run", name+".json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s: sent\n%s\nbut %s says\n%s", name, &got, file, want)
		}
	}
}

// errorOf runs all checks that come before a call.
func errorOf(d *driver, spec *provider.RunInstancesSpec) error {
	if err := spec.Validate(); err != nil {
		return err
	}
	if err := d.Support().Check(spec); err != nil {
		return err
	}
	return d.ValidateRun(spec)
}

// typedParams lists the parameters of one of the SDK's typed requests, with
// their Go types, by walking its tags.
func typedParams(request any) map[string]reflect.Type {
	out := map[string]reflect.Type{"RegionId": reflect.TypeFor[string]()}
	typ := reflect.TypeOf(request).Elem()
	for i := range typ.NumField() {
		if name := typ.Field(i).Tag.Get("name"); name != "" {
			out[name] = typ.Field(i).Type
		}
	}
	return out
}

var listIndex = regexp.MustCompile(`^([A-Za-z]+)\.\d+\.([A-Za-z]+)$`)

// wantTyped checks a request against the SDK's typed request: every name must
// exist there and every value must fit the type it has there.
func wantTyped(t *testing.T, what string, request any, params map[string]string) {
	t.Helper()
	typed := typedParams(request)
	newer := map[string]reflect.Type{ // of the vendor's newer SDKs
		"DeletionProtection": reflect.TypeFor[requests.Boolean](), "Ipv6AddressCount": reflect.TypeFor[requests.Integer](),
	}
	if _, ok := request.(*ens.RunInstancesRequest); ok {
		maps.Copy(typed, newer)
	}
	for name, value := range params {
		typ, ok := typed[name]
		if m := listIndex.FindStringSubmatch(name); m != nil && !ok {
			typ, ok = typed[m[1]]
			ok = ok && hasTag(typ, m[2])
			typ = reflect.TypeFor[string]()
		}
		switch {
		case !ok:
			t.Errorf("%s: the SDK knows no parameter %s", what, name)
		case !fits(typ, value):
			t.Errorf("%s: %s = %q does not fit the SDK's %v", what, name, value, typ)
		}
	}
}

// hasTag tells whether a struct, or the elements of a list of structs, have a
// field with that wire name.
func hasTag(typ reflect.Type, name string) bool {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return false
	}
	for i := range typ.NumField() {
		if typ.Field(i).Tag.Get("name") == name {
			return true
		}
	}
	return false
}

func fits(typ reflect.Type, value string) bool {
	switch typ.Name() {
	case "Integer":
		_, err := strconv.Atoi(value)
		return err == nil
	case "Boolean":
		return value == "true" || value == "false"
	case "string":
		return true
	}
	// A struct, or a list of structs, as JSON text.
	var list []map[string]any
	if err := json.Unmarshal([]byte("["+strings.Trim(value, "[]")+"]"), &list); err != nil {
		return false
	}
	for _, element := range list {
		for key := range element {
			if !hasTag(typ, key) {
				return false
			}
		}
	}
	return true
}

func TestEveryCreateParameterExistsInTheSDK(t *testing.T) {
	requests := map[string]any{"RunInstances": &ens.RunInstancesRequest{}, "CreateInstance": &ens.CreateInstanceRequest{}}
	sent := map[string]int{}
	for name, spec := range fullSpecs() {
		w := wireOf(t, spec)
		sent[w.Action] += len(w.Params)
		wantTyped(t, name, requests[w.Action], w.Params)
	}
	if sent["RunInstances"] == 0 {
		t.Errorf(`parameters checked: sent["RunInstances"] is %v, want anything but 0`,
			sent["RunInstances"])
	}
	if sent["CreateInstance"] == 0 {
		t.Errorf(`parameters checked: sent["CreateInstance"] is %v, want anything but 0`,
			sent["CreateInstance"])
	}
}

func TestEveryOtherParameterExistsInTheSDK(t *testing.T) {
	d, got := answering(t, 200, `{"RequestId":"req-1","TotalCount":0,"Instances":{}}`)
	check := func(what string, request any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		params := map[string]string{}
		for name := range got.params {
			if !alicloud.IsSystemParam(name) {
				params[name] = got.params.Get(name)
			}
		}
		if got.params.Get("Action") != what {
			t.Errorf("called %s, want %s", got.params.Get("Action"), what)
		}
		wantTyped(t, what, request, params)
	}
	_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1", "i-2"}})
	check("DescribeInstances", &ens.DescribeInstancesRequest{}, err)
	_, err = d.DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "n", For: areaSpec()})
	check("DescribeInstances", &ens.DescribeInstancesRequest{}, err)
	if got.params.Has("EnsRegionId") {
		t.Errorf("instances of every node are looked for on %q", got.params.Get("EnsRegionId"))
	}
	_, err = d.DescribeInstances(t.Context(), &provider.DescribeRequest{Name: "n", Tags: map[string]string{"k": "v"}, PageToken: "2"})
	check("DescribeInstances", &ens.DescribeInstancesRequest{}, err)
	err = d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}, Billing: provider.Prepaid})
	check("ReleasePrePaidInstance", &ens.ReleasePrePaidInstanceRequest{}, err)
	err = d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}, Billing: provider.OnDemand})
	check("ReleasePostPaidInstance", &ens.ReleasePostPaidInstanceRequest{}, err)
}

func TestTranslatorLeavesTheSpecAlone(t *testing.T) {
	for name, spec := range fullSpecs() {
		before := fullSpecs()[name]
		translateRun(spec)
		if !reflect.DeepEqual(spec, before) {
			t.Errorf("%s was changed", name)
		}
	}
}

func TestUnsetBillingModeNeverBuysAContract(t *testing.T) {
	for _, mode := range []provider.BillingMode{"", provider.OnDemand, provider.Spot} {
		action, p := translateRun(&provider.RunInstancesSpec{InstanceType: "ens.type-1", Billing: provider.Billing{Mode: mode}})
		if action != "RunInstances" {
			t.Errorf(`%v: action is %q, want "RunInstances"`, mode, action)
		}
		if p["InstanceChargeType"] != "PostPaid" {
			t.Errorf(`%v: InstanceChargeType is %q, want "PostPaid"`, mode, p["InstanceChargeType"])
		}
		if p["Period"] != "" {
			t.Errorf(`%v: Period is %q, want ""`, mode, p["Period"])
		}
	}
}

// Each case adds to a prepaid spec that CreateInstance can express.
func TestChoiceOfTheCreateCall(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*provider.RunInstancesSpec)
		want   string
	}{
		"nothing more":            {func(*provider.RunInstancesSpec) {}, "CreateInstance"},
		"no mode":                 {func(s *provider.RunInstancesSpec) { s.Billing.Mode = "" }, "RunInstances"},
		"one data disk":           {func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 20}} }, "CreateInstance"},
		"two data disks":          {func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 20}, {SizeGiB: 30}} }, "RunInstances"},
		"odd data disk":           {func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 25}} }, "RunInstances"},
		"small data disk":         {func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 10}} }, "RunInstances"},
		"data disk of a category": {func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 20, Type: "c"}} }, "RunInstances"},
		"encrypted data disk":     {func(s *provider.RunInstancesSpec) { s.DataDisks = []provider.Disk{{SizeGiB: 20, Encrypted: true}} }, "RunInstances"},
		"system disk of 20":       {func(s *provider.RunInstancesSpec) { s.SystemDisk.SizeGiB = 20 }, "CreateInstance"},
		"system disk of 40":       {func(s *provider.RunInstancesSpec) { s.SystemDisk.SizeGiB = 40 }, "CreateInstance"},
		"system disk of 60":       {func(s *provider.RunInstancesSpec) { s.SystemDisk.SizeGiB = 60 }, "RunInstances"},
		"system disk category":    {func(s *provider.RunInstancesSpec) { s.SystemDisk.Type = "c" }, "RunInstances"},
		"network":                 {func(s *provider.RunInstancesSpec) { s.Network.VPCID = "n" }, "RunInstances"},
		"subnet":                  {func(s *provider.RunInstancesSpec) { s.Network.SubnetID = "n" }, "CreateInstance"},
		"security group":          {func(s *provider.RunInstancesSpec) { s.Network.SecurityGroupIDs = []string{"s"} }, "RunInstances"},
		"public address":          {func(s *provider.RunInstancesSpec) { s.Network.PublicIP = &provider.PublicIP{} }, "CreateInstance"},
		"bandwidth":               {func(s *provider.RunInstancesSpec) { s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 1} }, "RunInstances"},
		"tags":                    {func(s *provider.RunInstancesSpec) { s.Tags = map[string]string{"k": "v"} }, "RunInstances"},
		"IPv6 addresses":          {func(s *provider.RunInstancesSpec) { s.Network.IPv6Count = 1 }, "RunInstances"},
		"deletion protection":     {func(s *provider.RunInstancesSpec) { s.DeletionProtection = true }, "RunInstances"},
		"release time":            {func(s *provider.RunInstancesSpec) { s.AutoReleaseTime = time.Unix(1, 0) }, "RunInstances"},
		"days":                    {func(s *provider.RunInstancesSpec) { s.Billing.PeriodUnit = provider.Day }, "RunInstances"},
		"no renewal":              {func(s *provider.RunInstancesSpec) { s.Billing.AutoRenew = new(false) }, "CreateInstance"},
		"renewal without a length": {func(s *provider.RunInstancesSpec) {
			s.Billing.AutoRenew = new(true)
		}, "CreateInstance"}, // which validation refuses
		"renewal of what only RunInstances has": {func(s *provider.RunInstancesSpec) {
			s.Billing.AutoRenew, s.Tags = new(true), map[string]string{"k": "v"}
		}, "RunInstances"},
		"renewal with a length": {func(s *provider.RunInstancesSpec) {
			s.Billing.AutoRenew, s.Billing.AutoRenewPeriod = new(true), 2
		}, "CreateInstance"},
		"charge strategy": {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{InstanceChargeStrategy: "user"}) }, "RunInstances"},
		"billing cycle":   {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{BillingCycle: "Day"}) }, "RunInstances"},
		"coupon":          {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{AutoUseCoupon: new(true)}) }, "RunInstances"},
		"area":            {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{ScheduleAreaLevel: "Big"}) }, "RunInstances"},
		"district":        {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{NetDistrictCode: "1"}) }, "RunInstances"},
		"carrier":         {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{Carrier: "cmcc"}) }, "RunInstances"},
		"scheduling":      {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{SchedulingStrategy: "Concentrate"}) }, "RunInstances"},
		"price": {func(s *provider.RunInstancesSpec) {
			s.Vendor = vendor(RunOptions{SchedulingPriceStrategy: "PriceLowPriority"})
		}, "RunInstances"},
		"false in words": {func(s *provider.RunInstancesSpec) { s.Vendor = vendor(RunOptions{SendFalse: true}) }, "CreateInstance"},
		"raw, in both":   {func(s *provider.RunInstancesSpec) { s.Vendor = rawParam("VSwitchId") }, "CreateInstance"},
		"raw, old call":  {func(s *provider.RunInstancesSpec) { s.Vendor = rawParam("AutoRenewPeriod") }, "CreateInstance"},
		"raw, new call":  {func(s *provider.RunInstancesSpec) { s.Vendor = rawParam("NewParameter") }, "RunInstances"},
	} {
		spec := fullSpecs()["prepaid-minimal"]
		tt.change(spec)
		if action, _ := translateRun(spec); action != tt.want {
			t.Errorf("%s: sent as %s, want %s", name, action, tt.want)
		}
	}
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "cn-hangzhou-44"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_ = d.runRequest(spec)
		return nil
	})
}
