package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

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
	env  []string // the variables of key ID, secret and, where there is one, token
	dial func(account) (*provider.Client, error)
	fill func(*provider.RunInstancesSpec)         // sets place, image, type and network of the simulated account
	look func(region string, ids []string) string // the command of the cloud's own tool that shows instances

	sells string // a region whose types the simulator's catalog has; "" is that of fill

	tokens bool // creates have a client token; otherwise the names of instances have a marker for a while
}

// account holds the settings for a client of any cloud.
type account struct {
	region    string                     // "" is the one of the profile
	profile   string                     // "" is the usual order of places
	endpoint  string                     // "" is the real one
	transport http.RoundTripper          // nil is the adapter's own
	keys      provider.CredentialsSource // nil looks where the cloud's own tools keep them
	options   *provider.Options
}

func allClouds() []cloud {
	alibabaKeys := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN",
	}
	tencentKeys := []string{"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"}
	qingcloudKeys := []string{"QINGCLOUD_ACCESS_KEY_ID", "QINGCLOUD_SECRET_ACCESS_KEY"}
	return []cloud{
		{
			name: aliyun.Name, sim: cloudsim.ECS, env: alibabaKeys, dial: dialAliyun, fill: fillAliyun, tokens: true,
			look: func(region string, ids []string) string {
				return "aliyun ecs DescribeInstances --RegionId " + region + " --InstanceIds " + quoted(ids)
			},
		},
		{
			name: ens.Name, sim: cloudsim.ENS, env: alibabaKeys, dial: dialENS, fill: fillENS, sells: "cn-beijing-cmcc",
			look: func(_ string, ids []string) string {
				return "aliyun ens DescribeInstances --InstanceIds " + quoted(ids)
			},
		},
		{
			name: tencent.Name, sim: cloudsim.CVM, env: tencentKeys, dial: dialTencent, fill: fillTencent, tokens: true,
			look: func(region string, ids []string) string {
				return "tccli cvm DescribeInstances --region " + region + " --InstanceIds " + quoted(ids)
			},
		},
		{
			name: qingcloud.Name, sim: cloudsim.QingCloud, env: qingcloudKeys, dial: dialQingCloud, fill: fillQingCloud,
			look: func(region string, ids []string) string {
				return "qingcloud iaas describe-instances -z " + region + " -i " + strings.Join(ids, ",")
			},
		},
	}
}

// quoted returns IDs as a JSON array in quotes for the shell.
func quoted(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil {
		return strings.Join(ids, ",")
	}
	return "'" + string(text) + "'"
}

func dialAliyun(a account) (*provider.Client, error) {
	return aliyun.New(aliyun.Config{
		Region: a.region, Profile: a.profile, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys,
		Options: a.options,
	})
}

func dialENS(a account) (*provider.Client, error) {
	return ens.New(ens.Config{
		Region: a.region, Profile: a.profile, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys,
		Options: a.options,
	})
}

func dialTencent(a account) (*provider.Client, error) {
	return tencent.New(tencent.Config{
		Region: a.region, Profile: a.profile, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys,
		Options: a.options,
	})
}

func dialQingCloud(a account) (*provider.Client, error) {
	return qingcloud.New(qingcloud.Config{
		Region: a.region, Profile: a.profile, Endpoint: a.endpoint, Transport: a.transport, Credentials: a.keys,
		Options: a.options,
	})
}

func fillAliyun(s *provider.RunInstancesSpec) {
	s.Region, s.Zone = "cn-hangzhou", "cn-hangzhou-g"
	s.ImageID, s.InstanceType = "ubuntu_22_04_x64_20G_alibase_20230907.vhd", "ecs.g6.large"
	s.Network = provider.Network{SubnetID: "vsw-bp1quickstart", SecurityGroupIDs: []string{"sg-bp1quickstart"}}
}

func fillENS(s *provider.RunInstancesSpec) {
	s.Region = "cn-hangzhou-44"
	s.ImageID, s.InstanceType = "m-quickstart", "ens.sn1.small"
	s.Network = provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}}
	s.SystemDisk.SizeGiB = 40
}

func fillTencent(s *provider.RunInstancesSpec) {
	s.Region, s.Zone = "ap-guangzhou", "ap-guangzhou-3"
	s.ImageID, s.InstanceType = "img-487zeit5", "S5.MEDIUM4"
	s.Network = provider.Network{VPCID: "vpc-quickst1", SubnetID: "subnet-quickst1"}
	s.Network.SecurityGroupIDs = []string{"sg-quickst1"}
}

func fillQingCloud(s *provider.RunInstancesSpec) {
	s.Region = "pek3a"
	s.ImageID, s.InstanceType = "jammyx64", "e2.large.r2"
	s.Network = provider.Network{SubnetID: "vxnet-quickst1"}
}

func cloudNames() []string {
	var names []string
	for _, c := range allClouds() {
		names = append(names, c.name)
	}
	return names
}

// cloudNamed returns a cloud that is in the list.
func cloudNamed(name string) cloud { return allClouds()[slices.Index(cloudNames(), name)] }
