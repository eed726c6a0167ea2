package catalog_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// place is where a cloud of the simulator's inventory has everything that a create needs.
type place struct {
	cloud   clouds.Cloud
	region  string
	image   catalog.ImageQuery
	vpc     string            // "" where a subnet alone is enough
	subnets map[string]string // by zone; nil where subnets do not belong to zones
	groups  []string
	change  func(*provider.RunInstancesSpec)
}

// places returns one place for each cloud.
func places(t *testing.T) []place {
	t.Helper()
	of := func(name string) clouds.Cloud {
		c, ok := clouds.Named(name)
		if !ok {
			t.Fatalf("there is no cloud %s", name)
		}
		return c
	}
	return []place{
		{
			cloud: of("aliyun"), region: "cn-hangzhou", image: catalog.ImageQuery{Name: "ubuntu_22_04*", Arch: catalog.X86},
			subnets: map[string]string{
				"cn-hangzhou-g": "vsw-bp1s5fnvk4gn2tws00001", "cn-hangzhou-h": "vsw-bp1s5fnvk4gn2tws00002",
				"cn-hangzhou-i": "vsw-bp1s5fnvk4gn2tws00003",
			},
			groups: []string{"sg-bp15ed6xe1yxeycg70001"},
		},
		{
			cloud: of("ens"), region: "cn-beijing-cmcc", image: catalog.ImageQuery{Name: "ubuntu_22_04", Arch: catalog.X86},
			change: func(s *provider.RunInstancesSpec) {
				s.SystemDisk.SizeGiB = 40
				s.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}
			},
		},
		{
			cloud: of("tencent"), region: "ap-guangzhou", image: catalog.ImageQuery{Name: "Ubuntu Server 22.04*", Arch: catalog.X86},
			vpc: "vpc-guangzhou",
			subnets: map[string]string{
				"ap-guangzhou-3": "subnet-guangzhou3", "ap-guangzhou-4": "subnet-guangzhou4",
			},
			groups: []string{"sg-05bb4upy"},
		},
		{
			cloud: of("qingcloud"), region: "pek3a", image: catalog.ImageQuery{Name: "Ubuntu Server 22.04*", Arch: catalog.X86},
			change: func(s *provider.RunInstancesSpec) { s.Network.SubnetID = "vxnet-ytuyg2q" },
		},
	}
}

// market is a simulator whose clouds sell what their inventories have, and nothing else.
func market() *cloudsim.Sim {
	all := map[cloudsim.Cloud]*cloudsim.Inventory{}
	for _, c := range cloudsim.Clouds() {
		all[c] = cloudsim.DefaultInventory(c)
	}
	return cloudsim.New(&cloudsim.Options{Inventories: all})
}

func (p *place) client(t *testing.T, sim *cloudsim.Sim) *provider.Client {
	t.Helper()
	client, err := p.cloud.New(clouds.Config{Region: p.region, Transport: sim.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// spec is complete but for the type, and has the newest image.
func (p *place) spec(t *testing.T, client *provider.Client) provider.RunInstancesSpec {
	t.Helper()
	image, err := catalog.Of(client).Image(t.Context(), p.image)
	if err != nil {
		t.Fatal(err)
	}
	spec := provider.RunInstancesSpec{
		Count: 2, ImageID: image.ID, Login: provider.Login{Password: "Valid-pass-1"},
		Network: provider.Network{VPCID: p.vpc, SecurityGroupIDs: p.groups},
	}
	if p.change != nil {
		p.change(&spec)
	}
	return spec
}

// each runs a test on every cloud, in fake time.
func each(t *testing.T, do func(t *testing.T, p place, sim *cloudsim.Sim, client *provider.Client)) {
	t.Helper()
	on(t, []string{"aliyun", "ens", "tencent", "qingcloud"}, do)
}

// on runs a test on some clouds, in fake time.
func on(t *testing.T, names []string, do func(t *testing.T, p place, sim *cloudsim.Sim, client *provider.Client)) {
	t.Helper()
	ran := 0
	for _, p := range places(t) {
		if !slices.Contains(names, p.cloud.Name) {
			continue
		}
		ran++
		t.Run(p.cloud.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := market()
				do(t, p, sim, p.client(t, sim))
			})
		})
	}
	if ran != len(names) {
		t.Fatalf("the test ran on %d clouds, want %q", ran, names)
	}
}
