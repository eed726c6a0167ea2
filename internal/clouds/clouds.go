// Package clouds is the one list of the adapters, with a valid spec of each. Tests,
// tools and examples of this module read it; nothing else may, since a program that
// imports one adapter must not compile the others.
package clouds

import (
	"cmp"
	"net/http"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// Cloud is an adapter and what its cloud calls things.
type Cloud struct {
	Name  string         // of the driver and of its package
	Title string         // the name that people know the cloud by
	SDK   string         // every module path of the vendor's SDK begins with it; it ends in a slash
	Sim   cloudsim.Cloud // the same cloud in the simulator

	// SessionTokens reports whether the cloud takes temporary credentials.
	SessionTokens bool

	// Places are four regions that the simulator knows. Spec is for the first.
	Places []Place

	// Spec is valid, and the simulator accepts it: one instance with a password. It is a
	// copy of its own for each call of All.
	Spec provider.RunInstancesSpec

	// OtherTypes are instance types that Spec may have instead.
	OtherTypes []string

	// Options are the zero values of every type of vendor options. Those of RunInstances
	// are the first. Each type has a map Params of raw parameters.
	Options []provider.VendorOption

	// NoPermission is how the cloud refuses a key that lacks a right.
	NoPermission Refusal

	open func(Config) (*provider.Client, error)
}

// Place is a region, and a zone of it where the cloud has zones and Spec names one.
type Place struct{ Region, Zone string }

// Refusal is an error as the cloud answers it.
type Refusal struct {
	Code   string
	Status int // of HTTP
}

// Config is what the configurations of all adapters have in common.
type Config struct {
	Region      string // "" is that of Spec
	Endpoint    string // "" is the real one
	Transport   http.RoundTripper
	Credentials provider.CredentialsSource // nil are those of the simulator
	Options     *provider.Options
}

// New returns a client of the cloud. It makes no call.
func (c Cloud) New(cfg Config) (*provider.Client, error) {
	cfg.Region = cmp.Or(cfg.Region, c.Spec.Region)
	if cfg.Credentials == nil {
		cfg.Credentials = provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	}
	return c.open(cfg)
}

// Alternatives returns one alternative for each of OtherTypes.
func (c Cloud) Alternatives() (list []provider.Alternative) {
	for _, t := range c.OtherTypes {
		list = append(list, provider.Alternative{InstanceType: t})
	}
	return list
}

// All returns the adapters, always in the same order.
func All() []Cloud { return []Cloud{ecs(), edge(), cvm(), qing()} }

// Named returns the adapter of that name.
func Named(name string) (c Cloud, ok bool) {
	for _, c := range All() {
		if c.Name == name {
			return c, true
		}
	}
	return c, false
}

const password = "Valid-pass-1"

func ecs() Cloud {
	return Cloud{
		Name: aliyun.Name, Title: "Alibaba Cloud ECS", SDK: "github.com/aliyun/", Sim: cloudsim.ECS, SessionTokens: true,
		Places: []Place{{Region: "cn-hangzhou"}, {Region: "cn-beijing"}, {Region: "cn-shanghai"}, {Region: "cn-shenzhen"}},
		Spec: provider.RunInstancesSpec{
			Region: "cn-hangzhou", ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large",
			Network: provider.Network{SubnetID: "vsw-bp1valid", SecurityGroupIDs: []string{"sg-bp1valid"}},
			Login:   provider.Login{Password: password},
		},
		OtherTypes:   []string{"ecs.g7.large", "ecs.c6.large"},
		Options:      []provider.VendorOption{aliyun.RunOptions{}, aliyun.TemplateOptions{}, aliyun.PlacementOptions{}},
		NoPermission: Refusal{Code: "Forbidden.RAM", Status: http.StatusForbidden},
		open: func(c Config) (*provider.Client, error) {
			return aliyun.New(aliyun.Config{
				Region: c.Region, Credentials: c.Credentials, Endpoint: c.Endpoint, Transport: c.Transport, Options: c.Options,
			})
		},
	}
}

func edge() Cloud {
	return Cloud{
		Name: ens.Name, Title: "Alibaba Cloud ENS", SDK: "github.com/aliyun/", Sim: cloudsim.ENS, SessionTokens: true,
		Places: []Place{{Region: "cn-hangzhou-44"}, {Region: "cn-beijing-15"}, {Region: "cn-shanghai-6"}, {Region: "cn-shenzhen-4"}},
		Spec: provider.RunInstancesSpec{
			Region: "cn-hangzhou-44", ImageID: "m-valid", InstanceType: "ens.sn1.small",
			Network:    provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}},
			SystemDisk: provider.Disk{SizeGiB: 40},
			Login:      provider.Login{Password: password},
		},
		OtherTypes:   []string{"ens.sn1.large", "ens.sn2.small"},
		Options:      []provider.VendorOption{ens.RunOptions{}},
		NoPermission: Refusal{Code: "Forbidden.RAM", Status: http.StatusForbidden},
		open: func(c Config) (*provider.Client, error) {
			return ens.New(ens.Config{
				Region: c.Region, Credentials: c.Credentials, Endpoint: c.Endpoint, Transport: c.Transport, Options: c.Options,
			})
		},
	}
}

func cvm() Cloud {
	return Cloud{
		Name: tencent.Name, Title: "Tencent Cloud CVM", SDK: "github.com/tencentcloud/", Sim: cloudsim.CVM, SessionTokens: true,
		Places: []Place{
			{"ap-guangzhou", "ap-guangzhou-3"},
			{"ap-beijing", "ap-beijing-3"},
			{"ap-shanghai", "ap-shanghai-3"},
			{"ap-chengdu", "ap-chengdu-3"},
		},
		Spec: provider.RunInstancesSpec{
			Region: "ap-guangzhou", Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4",
			Network: provider.Network{VPCID: "vpc-valid123", SubnetID: "subnet-valid123", SecurityGroupIDs: []string{"sg-valid123"}},
			Login:   provider.Login{Password: password},
		},
		OtherTypes:   []string{"S6.MEDIUM4", "SA2.MEDIUM4"},
		Options:      []provider.VendorOption{tencent.RunOptions{}},
		NoPermission: Refusal{Code: "UnauthorizedOperation", Status: http.StatusOK},
		open: func(c Config) (*provider.Client, error) {
			return tencent.New(tencent.Config{
				Region: c.Region, Credentials: c.Credentials, Endpoint: c.Endpoint, Transport: c.Transport, Options: c.Options,
			})
		},
	}
}

func qing() Cloud {
	return Cloud{
		Name: qingcloud.Name, Title: "QingCloud", SDK: "github.com/yunify/", Sim: cloudsim.QingCloud,
		Places: []Place{{Region: "pek3a"}, {Region: "pek3b"}, {Region: "sh1a"}, {Region: "gd2"}},
		Spec: provider.RunInstancesSpec{
			Region: "pek3a", ImageID: "jammyx64", InstanceType: "e2.large.r2",
			Network: provider.Network{SubnetID: "vxnet-valid12"},
			Login:   provider.Login{Password: password},
		},
		OtherTypes:   []string{"e2.xlarge.r2", "e3.large.r2"},
		Options:      []provider.VendorOption{qingcloud.RunOptions{}},
		NoPermission: Refusal{Code: "1400", Status: http.StatusOK},
		open: func(c Config) (*provider.Client, error) {
			return qingcloud.New(qingcloud.Config{
				Region: c.Region, Credentials: c.Credentials, Endpoint: c.Endpoint, Transport: c.Transport, Options: c.Options,
			})
		},
	}
}
