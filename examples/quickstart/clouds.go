package main

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// cloud is one of the four clouds: how to reach it, and its names for things.
type cloud struct {
	name string
	sim  cloudsim.Cloud
	env  []string // key ID, secret, optionally token
	dial func(account) (*provider.Client, error)
	fill func(*provider.RunInstancesSpec) // sets place, image, type and network of the simulated account
}

// account holds the settings for a client of any cloud.
type account struct {
	region    string
	endpoint  string            // "" is the real one
	transport http.RoundTripper // nil is the adapter's own
	keys      provider.CredentialsSource
	options   *provider.Options
}

func clouds() []cloud {
	alibabaKeys := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN",
	}
	tencentKeys := []string{"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"}
	qingcloudKeys := []string{"QINGCLOUD_ACCESS_KEY_ID", "QINGCLOUD_SECRET_ACCESS_KEY"}
	return []cloud{
		{aliyun.Name, cloudsim.ECS, alibabaKeys, dialAliyun, func(s *provider.RunInstancesSpec) {
			s.Region, s.Zone = "cn-hangzhou", "cn-hangzhou-g"
			s.ImageID, s.InstanceType = "ubuntu_22_04_x64_20G_alibase_20230907.vhd", "ecs.g6.large"
			s.Network = provider.Network{SubnetID: "vsw-bp1quickstart", SecurityGroupIDs: []string{"sg-bp1quickstart"}}
		}},
		{ens.Name, cloudsim.ENS, alibabaKeys, dialENS, func(s *provider.RunInstancesSpec) {
			s.Region = "cn-hangzhou-44"
			s.ImageID, s.InstanceType = "m-quickstart", "ens.sn1.small"
			s.Network = provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}}
			s.SystemDisk.SizeGiB = 40
		}},
		{tencent.Name, cloudsim.CVM, tencentKeys, dialTencent, func(s *provider.RunInstancesSpec) {
			s.Region, s.Zone = "ap-guangzhou", "ap-guangzhou-3"
			s.ImageID, s.InstanceType = "img-487zeit5", "S5.MEDIUM4"
			s.Network = provider.Network{VPCID: "vpc-quickst1", SubnetID: "subnet-quickst1"}
			s.Network.SecurityGroupIDs = []string{"sg-quickst1"}
		}},
		{qingcloud.Name, cloudsim.QingCloud, qingcloudKeys, dialQingCloud, func(s *provider.RunInstancesSpec) {
			s.Region = "pek3a"
			s.ImageID, s.InstanceType = "jammyx64", "e2.large.r2"
			s.Network = provider.Network{SubnetID: "vxnet-quickst1"}
		}},
	}
}

func dialAliyun(a account) (*provider.Client, error) {
	return aliyun.New(aliyun.Config{
		Region: a.region, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys, Options: a.options,
	})
}

func dialENS(a account) (*provider.Client, error) {
	return ens.New(ens.Config{
		Region: a.region, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys, Options: a.options,
	})
}

func dialTencent(a account) (*provider.Client, error) {
	return tencent.New(tencent.Config{
		Region: a.region, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys, Options: a.options,
	})
}

func dialQingCloud(a account) (*provider.Client, error) {
	return qingcloud.New(qingcloud.Config{
		Region: a.region, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys, Options: a.options,
	})
}

func cloudNames() []string {
	var names []string
	for _, c := range clouds() {
		names = append(names, c.name)
	}
	return names
}

// target is a client and the spec it gets.
type target struct {
	client *provider.Client
	spec   provider.RunInstancesSpec
}

// targets returns the four simulated clouds, or the live one.
func (s *settings) targets() (list []target, closeAll func(), err error) {
	if s.live != "" {
		list, err = s.liveTarget()
		return list, func() {}, err
	}
	sim := cloudsim.New(&cloudsim.Options{
		Seed: rand.Uint64(),
		// Boot times differ, as on a real cloud, but are shorter.
		Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
			return time.Second + time.Duration(r.Int64N(int64(5*time.Second)))
		},
	})
	url, transport, closeAll, err := s.listen(sim)
	if err != nil {
		return nil, nil, err
	}
	keys := provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	for _, c := range clouds() {
		spec := s.spec()
		c.fill(&spec)
		client, err := c.dial(account{
			region: spec.Region, endpoint: url(c.sim), transport: transport, keys: keys,
			options: &provider.Options{FirstLook: 3 * time.Second}, // simulated instances start fast
		})
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		list = append(list, target{client, spec})
	}
	return list, closeAll, nil
}

// listen returns the addresses of the simulated clouds, or a transport that reaches them
// without any.
func (s *settings) listen(sim *cloudsim.Sim) (url func(cloudsim.Cloud) string, rt http.RoundTripper, closeAll func(),
	err error,
) {
	if s.inMemory {
		return func(cloudsim.Cloud) string { return "" }, sim.Transport(), func() {}, nil
	}
	srv, err := sim.Start("127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
	return srv.URL, nil, func() { _ = srv.Close() }, nil
}

func (s *settings) liveTarget() ([]target, error) {
	c := clouds()[slices.Index(cloudNames(), s.live)]
	keys, err := c.liveKeys()
	if err != nil {
		return nil, err
	}
	client, err := c.dial(account{region: s.region, keys: keys})
	if err != nil {
		return nil, err
	}
	spec := s.spec()
	spec.Zone, spec.ImageID, spec.InstanceType = s.zone, s.image, s.instanceType
	spec.Network.VPCID, spec.Network.SubnetID = s.vpc, s.subnet
	if s.group != "" {
		spec.Network.SecurityGroupIDs = []string{s.group}
	}
	return []target{{client, spec}}, nil
}
