package aliyun

import (
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
)

// newestOptions sets every option of newer editions of the reference, each to a value of its own.
func newestOptions() RunOptions {
	return RunOptions{
		HTTPEndpoint: "disabled", HTTPTokens: "required", HTTPPutResponseHopLimit: 61,
		PrivatePoolMatch: "Target", PrivatePoolID: "pool-1", TrustedSystemMode: "vTPM", ConfidentialComputingMode: "Enclave",
		CPUTopology: "DiscreteCoreToHTMapping", LoginAsNonRoot: new(true), Hibernation: new(false), JumboFrames: new(false),
		NetworkEncryption: new(true), BandwidthWeighting: "Vpc-L1", QueueNumber: 62, PTPStatus: "enabled", ISP: "isp-1",
		HostNames: []string{"host-a"}, HostNameType: "IpBased", DNSOfInstanceID: new(true), DNSIPv6OfInstanceID: new(false),
		DNSOfIP: new(true), DNSReverseOfIP: new(false),
		SystemDiskOptions: DiskOptions{BurstingEnabled: new(true), StorageClusterID: "dbsc-1", EncryptAlgorithm: "algorithm-1"},
		DataDiskOptions: []DiskOptions{
			{}, {BurstingEnabled: new(false), StorageClusterID: "dbsc-2", EncryptAlgorithm: "algorithm-2"},
		},
		NetworkInterfaceOptions: []InterfaceOptions{
			{
				Type: "Primary", TrafficMode: "Standard", QueueNumber: 63, QueuePairs: 64, RxQueueSize: 65, TxQueueSize: 66,
				NetworkCardIndex: new(0), SecondaryPrivateIPs: 67, SourceDestCheck: new(true), IPv6Count: 2,
				IPv6Addresses: []netip.Addr{netip.MustParseAddr("2001:db8::9")},
			},
			{Type: "Secondary", DeleteOnRelease: new(false)},
			{ID: "eni-1"},
		},
	}
}

func newestSpec() *provider.RunInstancesSpec {
	s := minimalSpec()
	s.DataDisks = []provider.Disk{{SizeGiB: 41}, {SizeGiB: 42}}
	s.Network.Interfaces = []provider.NetworkInterface{{SubnetID: "subnet-1"}, {SubnetID: "subnet-2"}, {}}
	s.Vendor = []provider.VendorOption{newestOptions()}
	return s
}

func TestNewestOptionsUnderTheirWireNames(t *testing.T) {
	s := newestSpec()
	if err := testDriver(t, answering(200, "")).ValidateRun(s); err != nil {
		t.Fatal(err)
	}
	got := sent(t, s).Params
	for name, want := range map[string]string{
		"HttpEndpoint": "disabled", "HttpTokens": "required", "HttpPutResponseHopLimit": "61",
		"PrivatePoolOptions.MatchCriteria": "Target", "PrivatePoolOptions.Id": "pool-1",
		"SecurityOptions.TrustedSystemMode": "vTPM", "SecurityOptions.ConfidentialComputingMode": "Enclave",
		"CpuOptions.TopologyType": "DiscreteCoreToHTMapping", "ImageOptions.LoginAsNonRoot": "true",
		"HibernationOptions.Configured": "false", "NetworkOptions.EnableJumboFrame": "false",
		"NetworkOptions.EnableNetworkEncryption": "true", "NetworkOptions.BandwidthWeighting": "Vpc-L1",
		"NetworkInterfaceQueueNumber": "62", "ClockOptions.PtpStatus": "enabled", "Isp": "isp-1", "HostNames.1": "host-a",
		"PrivateDnsNameOptions.HostnameType": "IpBased", "PrivateDnsNameOptions.EnableInstanceIdDnsARecord": "true",
		"PrivateDnsNameOptions.EnableInstanceIdDnsAAAARecord": "false", "PrivateDnsNameOptions.EnableIpDnsARecord": "true",
		"PrivateDnsNameOptions.EnableIpDnsPtrRecord": "false", "SystemDisk.BurstingEnabled": "true",
		"SystemDisk.StorageClusterId": "dbsc-1", "SystemDisk.EncryptAlgorithm": "algorithm-1", "DataDisk.2.BurstingEnabled": "false",
		"DataDisk.2.StorageClusterId": "dbsc-2", "DataDisk.2.EncryptAlgorithm": "algorithm-2", "NetworkInterface.1.InstanceType": "Primary",
		"NetworkInterface.1.NetworkInterfaceTrafficMode": "Standard", "NetworkInterface.1.QueueNumber": "63",
		"NetworkInterface.1.QueuePairNumber": "64", "NetworkInterface.1.RxQueueSize": "65", "NetworkInterface.1.TxQueueSize": "66",
		"NetworkInterface.1.NetworkCardIndex": "0", "NetworkInterface.1.SecondaryPrivateIpAddressCount": "67",
		"NetworkInterface.1.SourceDestCheck": "true", "NetworkInterface.1.Ipv6AddressCount": "2",
		"NetworkInterface.1.Ipv6Address.1": "2001:db8::9", "NetworkInterface.2.InstanceType": "Secondary",
		"NetworkInterface.2.DeleteOnRelease": "false", "NetworkInterface.3.NetworkInterfaceId": "eni-1",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for _, name := range []string{"DataDisk.1.BurstingEnabled", "NetworkInterface.3.InstanceType"} {
		if _, ok := got[name]; ok {
			t.Errorf("%s is sent, although nothing is said about it", name)
		}
	}
}

// withoutOption are parameters of the newest typed request that have no field here.
var withoutOption = map[string]string{
	"Arn.N.AssumeRoleFor": "not publicly available", "Arn.N.RoleType": "not publicly available", "Arn.N.Rolearn": "not publicly available",
	"OwnerAccount": "of resellers, and not documented", "OwnerId": "of resellers, and not documented",
	"ResourceOwnerAccount": "of resellers, and not documented", "ResourceOwnerId": "of resellers, and not documented",
}

func TestEveryParameterOfTheNewestSDKHasAField(t *testing.T) {
	text, err := os.ReadFile("testdata/run_parameters.txt")
	if err != nil {
		t.Fatal(err)
	}
	specs := fullSpecs()
	specs["newest"] = newestSpec()
	set := map[string]bool{}
	for _, s := range specs {
		own := optionsOf(s).Params
		for name := range sent(t, s).Params {
			if _, raw := own[name]; !raw {
				set[generic(name)] = true
			}
		}
	}
	var known []string
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSpace(line)
		if strings.HasPrefix(name, "#") {
			continue
		}
		known = append(known, name)
		if _, without := withoutOption[name]; set[name] == without {
			t.Errorf("%s: a field sets it: %v; it is listed as one without: %v", name, set[name], without)
		}
	}
	for name := range withoutOption {
		if !slices.Contains(known, name) {
			t.Errorf("%s is no parameter of the newest request", name)
		}
	}
}

func TestEveryOptionChangesTheRequest(t *testing.T) {
	full := newestOptions()
	for i := range reflect.TypeFor[RunOptions]().NumField() {
		name := reflect.TypeFor[RunOptions]().Field(i).Name
		o := full
		f := reflect.ValueOf(&o).Elem().Field(i)
		if f.IsZero() {
			continue // an older option: the goldens have it
		}
		f.SetZero()
		before, after := params{}, params{}
		translateNewer(before, &full)
		translateNewer(after, &o)
		if reflect.DeepEqual(before, after) {
			t.Errorf("%s changes nothing in the request", name)
		}
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for path, change := range map[string]func(*provider.RunInstancesSpec, *RunOptions){
		"Vendor.HTTPTokens":                         func(_ *provider.RunInstancesSpec, o *RunOptions) { o.HTTPTokens = "always" },
		"Vendor.HTTPPutResponseHopLimit":            func(_ *provider.RunInstancesSpec, o *RunOptions) { o.HTTPPutResponseHopLimit = 65 },
		"Vendor.PrivatePoolID":                      func(_ *provider.RunInstancesSpec, o *RunOptions) { o.PrivatePoolID = "" },
		"Vendor.DataDiskOptions":                    func(s *provider.RunInstancesSpec, _ *RunOptions) { s.DataDisks = s.DataDisks[:1] },
		"Vendor.NetworkInterfaceOptions":            func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Network.Interfaces = s.Network.Interfaces[:2] },
		"Vendor.NetworkInterfaceOptions[0].Type":    func(_ *provider.RunInstancesSpec, o *RunOptions) { o.NetworkInterfaceOptions[0].Type = "Main" },
		"Vendor.NetworkInterfaceOptions[1].IPv6Cou": func(_ *provider.RunInstancesSpec, o *RunOptions) { o.NetworkInterfaceOptions[1].IPv6Count = 1 },
		"Vendor.NetworkInterfaceOptions[2].ID":      func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Count, s.MinCount = 2, 2 },
		"Network.SubnetID":                          func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Network.SubnetID = "subnet-1" },
		"Vendor.HostNames":                          func(s *provider.RunInstancesSpec, _ *RunOptions) { s.Count, s.MinCount = 101, 101 },
		`Vendor.Params["HttpTokens"]`: func(_ *provider.RunInstancesSpec, o *RunOptions) {
			o.Params = map[string]string{"HttpTokens": "optional"}
		},
	} {
		s, o := newestSpec(), newestOptions()
		change(s, &o)
		s.Vendor = []provider.VendorOption{o}
		err := testDriver(t, answering(200, "")).ValidateRun(s)
		if !errors.Is(err, provider.ErrInvalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error that names it", path, err)
		}
	}
}

func TestATemplateRefusesWhatItCannotHold(t *testing.T) {
	problems := func(o RunOptions) error {
		c := &provider.Checker{Driver: Name}
		checkTemplateOptions(c, &provider.RunInstancesSpec{Vendor: []provider.VendorOption{o}})
		return c.Err()
	}
	held := RunOptions{
		HTTPEndpoint: "enabled", HTTPTokens: "required", LoginAsNonRoot: new(true), TrustedSystemMode: "vTPM",
		SystemDiskOptions:       DiskOptions{BurstingEnabled: new(true)},
		DataDiskOptions:         []DiskOptions{{BurstingEnabled: new(true)}},
		NetworkInterfaceOptions: []InterfaceOptions{{Type: "Secondary", TrafficMode: "Standard", DeleteOnRelease: new(false)}},
	}
	if err := problems(held); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	for _, o := range []RunOptions{
		{PrivatePoolMatch: "Open"},
		{CPUTopology: "x"},
		{JumboFrames: new(true)},
		{HostNames: []string{"a"}},
		{PTPStatus: "enabled"},
		{SystemDiskOptions: DiskOptions{StorageClusterID: "x"}},
		{NetworkInterfaceOptions: []InterfaceOptions{{QueueNumber: 2}}},
	} {
		if err := problems(o); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%+v: got %v, want ErrInvalid", o, err)
		}
	}
}

func TestReleaseParameters(t *testing.T) {
	for want, req := range map[string]provider.TerminateRequest{
		"Force=true":                            {},
		"Force=true ForceStop=true":             {Force: true},
		"Force=true TerminateSubscription=true": {Ordered: true},
	} {
		req.IDs = []string{"i-1"}
		p := translateTerminate(&req)
		delete(p, "InstanceId.1")
		var got []string
		for name, value := range p {
			got = append(got, name+"="+value)
		}
		slices.Sort(got)
		if text := strings.Join(got, " "); text != want {
			t.Errorf("got %s, want %s", text, want)
		}
	}
}

func TestStopsInEitherMode(t *testing.T) {
	for want, req := range map[string]provider.PowerRequest{
		"":             {},
		"StopCharging": {StopCharging: true},
		"KeepCharging": {KeepCharging: true},
	} {
		req.Action, req.IDs = provider.PowerStop, []string{"i-1"}
		_, p, err := translatePower(&req)
		if err != nil {
			t.Fatal(err)
		}
		if p["StoppedMode"] != want {
			t.Errorf("StoppedMode is %q, want %q", p["StoppedMode"], want)
		}
	}
	c := provider.NewClient(testDriver(t, answering(200, "")), &provider.Options{Region: "cn-test-1"})
	err := c.StopInstances(t.Context(), "", []string{"i-1"}, &provider.StopOptions{StopCharging: true, KeepCharging: true})
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("both modes: got %v, want ErrInvalid", err)
	}
}

// A policy releases what the create ordered, too; a caller says so by Ordered.
func TestReleasesByPolicyIncludeWhatWasOrdered(t *testing.T) {
	var sent wire
	d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		switch r.URL.Query().Get("Action") {
		case "RunInstances":
			return respond(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`)
		case "DeleteInstances":
			return capture(&sent, `{"RequestId":"r"}`)(r)
		}
		if sent.Action != "" {
			return respond(200, `{"RequestId":"r","TotalCount":0,"Instances":{"Instance":[]}}`)
		}
		return respond(200, `{"RequestId":"r","TotalCount":1,"Instances":{"Instance":[{"InstanceId":"i-1","Status":"Stopped",
			"OperationLocks":{"LockReason":[{"LockReason":"financial"}]}}]}}`)
	}))
	synctest.Test(t, func(t *testing.T) {
		c := provider.NewClient(d, &provider.Options{Region: "cn-test-1"})
		op, err := c.RunInstances(t.Context(), *minimalSpec(), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrBalance) {
			t.Errorf("got %v, want ErrBalance", err)
		}
	})
	want := map[string]string{"Force": "true", "TerminateSubscription": "true", "InstanceId.1": "i-1", "RegionId": "cn-test-1"}
	if !maps.Equal(sent.Params, want) {
		t.Errorf("the release has %v, want %v", sent.Params, want)
	}
}
