// Package workers runs the activities of fleets in worker processes that can be killed at any
// moment, over the simulated clouds. The demonstration and the tests use it. A program with
// real accounts needs nothing of it.
package workers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// password is what the references in the files stand for.
const password = "Passw0rd-1234" //nolint:gosec // of simulated instances

// cloud is an account on a simulated cloud, and what its spec needs besides the common part.
type cloud struct {
	name, region string
	sim          cloudsim.Cloud
	spec         string
}

func simulated() []cloud {
	return []cloud{
		{"aliyun", "cn-hangzhou", cloudsim.ECS, `
  imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd
  instanceType: ecs.g6.large
  network: {subnetId: vsw-bp1valid, securityGroupIds: [sg-bp1valid]}`},
		{"ens", "cn-hangzhou-44", cloudsim.ENS, `
  imageId: m-valid
  instanceType: ens.sn1.small
  systemDisk: {sizeGiB: 40}
  network: {publicIp: {bandwidthMbps: 10, chargeType: by-95th-monthly}}`},
		{"tencent", "ap-guangzhou", cloudsim.CVM, `
  zone: ap-guangzhou-3
  imageId: img-487zeit5
  instanceType: S5.MEDIUM4
  network: {vpcId: vpc-valid123, subnetId: subnet-valid123, securityGroupIds: [sg-valid123]}`},
		{"qingcloud", "pek3a", cloudsim.QingCloud, `
  imageId: jammyx64
  instanceType: e2.large.r2
  network: {subnetId: vxnet-valid12}`},
	}
}

// Groups returns a group of n instances on each cloud.
func Groups(n int) (list []fleet.Group) {
	for _, c := range simulated() {
		list = append(list, fleet.Group{
			Name: c.name, Account: c.name, Want: n,
			File: "version: 1\ncloud: " + c.name + "\nrun: {keepMarker: true}\n" +
				"spec:\n  name: web\n  login: {password: \"demo:password\"}" + c.spec + "\n",
		})
	}
	return list
}

// Files returns the options for the files of [Groups].
func Files() *specfile.Options {
	return &specfile.Options{Vendors: clouds.Vendors(), Resolvers: map[string]specfile.Resolver{
		"demo": func(string) ([]byte, error) { return []byte(password), nil },
	}}
}

// Clients returns a client of each simulated cloud. Endpoint returns the URL of a cloud; with
// a transport that reaches the clouds in memory it is nil.
func Clients(transport http.RoundTripper, endpoint func(cloudsim.Cloud) string) (map[string]*provider.Client, error) {
	list := map[string]*provider.Client{}
	for _, c := range simulated() {
		cfg := clouds.Config{
			Cloud: c.name, Region: c.region, Transport: transport,
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
			Options: &provider.Options{
				// Simulated instances start fast, and are visible at once. The simulated account has a
				// large quota: 2,000 calls an hour, as on QingCloud, would make a demonstration long.
				FirstLook: 3 * time.Second, SearchFor: 3 * time.Second,
				Rates: map[provider.API]provider.Rate{provider.AnyAPI: {}},
			},
		}
		if endpoint != nil {
			cfg.Endpoint = endpoint(c.sim)
		}
		client, err := clouds.New(cfg)
		if err != nil {
			return nil, fmt.Errorf("the client of %s: %w", c.name, err)
		}
		list[c.name] = client
	}
	return list, nil
}
