package tencent

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// storable is a full spec that a template can hold. Nothing of it has two
// spellings: what is read back is the same value.
func storable() *provider.RunInstancesSpec {
	s := onDemandSpec()
	s.Region = "region-1"
	s.MinCount, s.CPUOptions, s.Login, s.DryRun, s.ClientToken = 0, provider.CPUOptions{}, provider.Login{KeyPairs: []string{"skey-1", "skey-2"}}, false, ""
	s.AutoReleaseTime = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	o := optionsOf(s)
	o.PartitionNumber, o.DedicatedClusterID, o.CHCIDs = 0, "", nil
	o.Params = map[string]string{"Placement.RackId": "rack", "TemplateDataModifyAction": "Update", "DataDisks.0.DiskId": `"72"`}
	s.Vendor = []provider.VendorOption{o}
	return s
}

func storables() map[string]*provider.RunInstancesSpec {
	prepaid := prepaidSpec()
	prepaid.Region, prepaid.MinCount, prepaid.ClientToken, prepaid.ProjectID = "region-1", 0, "", "7"
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 36, AutoRenew: new(false)}
	spot := spotSpec()
	spot.Region, spot.MinCount, spot.ClientToken = "region-1", 0, ""
	spot.Billing.Spot.Strategy = ""
	host := dedicatedHostSpec()
	host.Region, host.MinCount, host.ClientToken = "region-1", 0, ""
	host.Vendor = []provider.VendorOption{RunOptions{AutomationAgent: new(true)}}
	cluster := clusterSpec()
	cluster.Region, cluster.MinCount, cluster.ClientToken = "region-1", 0, ""
	o := optionsOf(cluster)
	o.DedicatedClusterID, o.SendFalse = "", false // which reads as absence
	o.PrimaryIPv4Count, o.Interfaces, cluster.Network.Interfaces = 0, nil, nil
	cluster.Vendor = []provider.VendorOption{o}
	silent := noNoticeSpec()
	silent.Region, silent.MinCount, silent.ClientToken = "region-1", 0, ""
	return map[string]*provider.RunInstancesSpec{
		"on-demand": storable(), "prepaid": prepaid, "spot": spot, "dedicated-host": host,
		"small":       {Region: "region-1", Zone: "z", ImageID: "i"},
		"own pattern": {Region: "region-1", Zone: "z", ImageID: "i", Name: "web{R:1,F:3}", HostName: "host-{IP}"},
		"no address": {Region: "region-1", Zone: "z", ImageID: "i", Vendor: []provider.VendorOption{RunOptions{Params: map[string]string{
			"InternetAccessible.InternetMaxBandwidthOut": "5", "InternetAccessible.PublicIpAssigned": "false",
		}}}},
		"two groups": {Region: "region-1", Zone: "z", ImageID: "i", Placement: provider.Placement{GroupID: "ps-1"}, Vendor: []provider.VendorOption{RunOptions{Params: map[string]string{
			"DisasterRecoverGroupIds.1": "ps-2",
		}}}},
		"cluster": cluster, "no notice": silent,
	}
}

// mirror answers a describe with the data of the create before it, as CVM keeps
// it.
func mirror(t *testing.T) *recorder {
	t.Helper()
	return &recorder{body: newTemplateAnswer}
}

func (r *recorder) keep(t *testing.T) {
	t.Helper()
	data := maps.Clone(r.sent[len(r.sent)-1])
	for name := range data {
		if strings.HasPrefix(name, "LaunchTemplate") {
			delete(data, name) // beside the data, not in it
		}
	}
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	r.body = fmt.Sprintf(`{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":[{"LaunchTemplateVersion":1,"LaunchTemplateVersionData":%s,`+
		`"CreationTime":"2020-12-17T01:54:31Z","LaunchTemplateId":"lt-1","IsDefaultVersion":true,"LaunchTemplateVersionDescription":"first","CreatedBy":"251009920"}],"RequestId":"r"}}`, text)
}

func TestTemplateIsReadBackAsItWasKept(t *testing.T) {
	for name, spec := range storables() {
		r := mirror(t)
		l := templates(t, r)
		if id, err := l.Create(t.Context(), launchtemplate.Spec{Name: "web", Spec: *spec}); err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
			continue
		} else if id != "lt-1" {
			t.Errorf(`%s: id is %q, want "lt-1"`, name, id)
			continue
		}
		r.keep(t)
		got, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := launchtemplate.Version{
			TemplateID: "lt-1", Version: 1, Description: "first", Default: true, CreatedBy: "251009920",
			CreatedAt: time.Date(2020, 12, 17, 1, 54, 31, 0, time.UTC), Spec: *spec,
		}
		if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, *got, want)
		}
	}
}

// What comes back must be a spec that makes the same create again, and the same
// template.
func TestSpecOfATemplateIsOneToUse(t *testing.T) {
	for name, spec := range storables() {
		r := mirror(t)
		l := templates(t, r)
		if _, err := l.Create(t.Context(), launchtemplate.Spec{Name: "web", Spec: *spec}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		first := r.texts[0]
		r.keep(t)
		got, err := l.Version(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"})
		if err != nil {
			t.Fatal(err)
		}
		r.body = newTemplateAnswer
		if _, err := l.Create(t.Context(), launchtemplate.Spec{Name: "web", Spec: got.Spec}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again := r.texts[2]; withoutToken(t, again) != withoutToken(t, first) {
			t.Errorf("%s:\nfirst  %s\nsecond %s", name, first, again)
		}
	}
}

func withoutToken(t *testing.T, body string) string {
	t.Helper()
	tree := map[string]any{}
	if err := json.Unmarshal([]byte(body), &tree); err != nil {
		t.Fatal(err)
	}
	if tree["ClientToken"] == nil {
		t.Error("the create has no token")
	}
	delete(tree, "ClientToken")
	out, _ := json.Marshal(tree)
	return string(out)
}

// The example of the documentation, with all its zeros.
const documentedVersion = `{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":[{"LaunchTemplateVersion":1,"LaunchTemplateVersionData":{
"VirtualPrivateCloud":{"SubnetId":"subnet-1","AsVpcGateway":false,"Ipv6AddressCount":0,"VpcId":"vpc-1","PrivateIpAddresses":null},"InstanceCount":1,
"Placement":{"ProjectId":0,"Zone":"zone-2"},"SystemDisk":{"DiskSize":50,"DiskType":"CLOUD_PREMIUM"},"ImageId":"img-1","InstanceChargeType":"POSTPAID_BY_HOUR",
"EnhancedService":{"SecurityService":{"Enabled":true},"MonitorService":{"Enabled":true}},"SecurityGroupIds":["sg-1"],
"InternetAccessible":{"PublicIpAssigned":true,"InternetChargeType":"TRAFFIC_POSTPAID_BY_HOUR","InternetMaxBandwidthOut":100},"InstanceName":"lt_test","HostName":"",
"InstanceType":"S1.SMALL2","ClientToken":"other","DataDisks":[{"Encrypt":false,"DeleteWithInstance":true,"KmsKeyId":"","DiskSize":50,"DiskType":"CLOUD_PREMIUM"}],
"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"k","Value":"v"}]}],"LoginSettings":{"KeepImageLogin":"FALSE"},"DisableApiTermination":false},
"CreationTime":"2020-12-17T01:54:31Z","LaunchTemplateId":"lt-1","IsDefaultVersion":true,"LaunchTemplateVersionDescription":"","CreatedBy":"251009920"}],"RequestId":"r"}}`

func documentedSpec() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Region: "region-1", Zone: "zone-2", Count: 1, ImageID: "img-1", InstanceType: "S1.SMALL2", Name: "lt_test",
		Network: provider.Network{
			VPCID: "vpc-1", SubnetID: "subnet-1", SecurityGroupIDs: []string{"sg-1"},
			PublicIP: &provider.PublicIP{BandwidthMbps: 100, ChargeType: provider.PayByTraffic},
		},
		SystemDisk: provider.Disk{Type: "CLOUD_PREMIUM", SizeGiB: 50},
		DataDisks:  []provider.Disk{{Type: "CLOUD_PREMIUM", SizeGiB: 50, DeleteWithInstance: new(true)}},
		Billing:    provider.Billing{Mode: provider.OnDemand}, SecurityAgent: new(true), MonitorAgent: new(true),
		Tags: map[string]string{"k": "v"},
	}
}

func TestDocumentedVersion(t *testing.T) {
	got, err := templates(t, always(200, documentedVersion)).Version(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1", Version: 1})
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !reflect.DeepEqual(got.Spec, documentedSpec()) {
		t.Errorf("Spec is %v, want %v", got.Spec, documentedSpec())
	}
}

func TestOddTemplateData(t *testing.T) {
	for data, want := range map[string]provider.RunInstancesSpec{
		`null`: {}, `{}`: {},
		`{"UserData":"%%%"}`:                                          {Vendor: raw("UserData", "%%%")},
		`{"UserData":"aGk="}`:                                         {UserData: []byte("hi")},
		`{"DataDisks":[null,{"DiskId":"disk-1"}]}`:                    {DataDisks: make([]provider.Disk, 2), Vendor: raw("DataDisks.1.DiskId", "disk-1")},
		`{"LoginSettings":{"Password":"planted"}}`:                    {Login: provider.Login{Password: "planted"}},
		`{"VirtualPrivateCloud":{"PrivateIpAddresses":["10.0.0.1"]}}`: {Network: provider.Network{PrivateIPs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}}},
		`{"VirtualPrivateCloud":{"PrivateIpAddresses":["odd"]}}`:      {Vendor: raw("VirtualPrivateCloud.PrivateIpAddresses.0", "odd")},
		`{"TagSpecification":[{"ResourceType":"host","Tags":[]}]}`:    {Vendor: raw("TagSpecification.0.ResourceType", "host")},
		`{"ActionTimer":{"TimerAction":"Other"}}`:                     {Vendor: raw("ActionTimer.TimerAction", "Other")},
		`{"InstanceChargeType":"SPOTPAID","InstanceMarketOptions":{"SpotOptions":{"SpotInstanceType":"persistent"}}}`: {
			Billing: provider.Billing{Mode: provider.Spot}, Vendor: raw("InstanceMarketOptions.SpotOptions.SpotInstanceType", "persistent"),
		},
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"RenewFlag":"DISABLE_NOTIFY_AND_MANUAL_RENEW"}}`: {
			Billing: provider.Billing{Mode: provider.Prepaid}, Vendor: []provider.VendorOption{RunOptions{NoExpiryNotice: true}},
		},
		`{"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"RenewFlag":"NEW"}}`: {
			Billing: provider.Billing{Mode: provider.Prepaid}, Vendor: raw("InstanceChargePrepaid.RenewFlag", "NEW"),
		},
		`{"InstanceChargeType":"UNDERWRITE"}`: {Vendor: []provider.VendorOption{RunOptions{InstanceChargeType: "UNDERWRITE"}}},
		`{"DataDisks":[{"ThroughputPerformance":0,"CdcId":""},{"ThroughputPerformance":7}]}`: {
			DataDisks: make([]provider.Disk, 2), Vendor: []provider.VendorOption{RunOptions{DataDisks: []DataDiskOptions{{}, {ThroughputMiBps: 7}}}},
		},
		`{"Metadata":{"Items":[{"Key":"b","Value":"2"},{"Key":"a"}]},"EnableJumboFrame":true}`: {Vendor: []provider.VendorOption{RunOptions{
			Metadata: map[string]string{"a": "", "b": "2"}, JumboFrame: new(true),
		}}},
		`{"Metadata":{"Items":[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]}}`: {Vendor: []provider.VendorOption{RunOptions{Params: map[string]string{
			"Metadata.Items.0.Key": "a", "Metadata.Items.0.Value": `"1"`, "Metadata.Items.1.Key": "a", "Metadata.Items.1.Value": `"2"`,
		}}}},
		`{"InternetAccessible":{"IPv4AddressType":"WanIP","InternetMaxBandwidthOut":3}}`: {Vendor: []provider.VendorOption{RunOptions{Params: map[string]string{
			"InternetAccessible.IPv4AddressType": "WanIP", "InternetAccessible.InternetMaxBandwidthOut": "3",
		}}}},
		`{"VirtualPrivateCloud":{"AsVpcGateway":true}}`: {
			Vendor: []provider.VendorOption{RunOptions{AsVPCGateway: true}},
		},
		`{"InternetAccessible":{"PublicIpAssigned":true,"InternetChargeType":"NEW"}}`: {Vendor: []provider.VendorOption{RunOptions{Params: map[string]string{
			"InternetAccessible.PublicIpAssigned": "true", "InternetAccessible.InternetChargeType": "NEW",
		}}}},
		`{"InternetAccessible":{"PublicIpAssigned":false,"InternetMaxBandwidthOut":0}}`: {},
		`{"SomethingNew":{"List":[1,{"Deep":"100"}]}}`: {Vendor: []provider.VendorOption{RunOptions{Params: map[string]string{
			"SomethingNew.List.0": "1", "SomethingNew.List.1.Deep": `"100"`,
		}}}},
		`{"InstanceName":"a{R:1,F:3}","HostName":"b"}`: {Name: "a{R:1,F:3}", HostName: "b"},
		`{"InstanceName":"{R:1,F:3}"}`:                 {Name: "{R:1,F:3}"},
		`{"HostName":"b{R:1,F:3}"}`:                    {HostName: "b", UniqueSuffix: true},
	} {
		got, err := specOfTemplate([]byte(data))
		if err != nil {
			t.Errorf("%s: got error %v, want none", data, err)
		} else if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: *got is %v, want %v", data, *got, want)
		}
	}
}
