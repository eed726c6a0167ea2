package soak_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

func TestMain(m *testing.M) {
	if asChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

// service is a cloud under soak.
type service struct {
	cloud        cloudsim.Cloud
	action       string // of creates
	tokens       bool   // creates are idempotent by token
	spec         provider.RunInstancesSpec
	forbidden    forbidden
	alternatives []provider.Alternative
	open         func(rt http.RoundTripper, keys provider.CredentialsSource) (*provider.Client, error)

	// wrap replaces the driver by one that is broken on purpose.
	wrap func(provider.Driver) provider.Driver
}

// connect returns a new client, as another process would have it.
func (s *service) connect(t testing.TB, rt http.RoundTripper) *provider.Client {
	t.Helper()
	c, err := s.open(rt, provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""))
	if err != nil {
		t.Fatal(err)
	}
	if s.wrap != nil {
		return provider.NewClient(s.wrap(c.Driver()), &provider.Options{Region: s.spec.Region})
	}
	return c
}

func services() []service {
	login := provider.Login{Password: "Soak-pass-1"}
	return []service{
		{
			cloud: cloudsim.ECS, action: "RunInstances", tokens: true,
			forbidden: forbidden{"Forbidden.RAM", http.StatusForbidden}, alternatives: others("ecs.g7.large", "ecs.c6.large"),
			spec: provider.RunInstancesSpec{
				Region: "cn-hangzhou", ImageID: "ubuntu_22_04", InstanceType: "ecs.g6.large", Login: login,
				Network: provider.Network{SubnetID: "vsw-bp1soak", SecurityGroupIDs: []string{"sg-bp1soak"}},
			},
			open: func(rt http.RoundTripper, keys provider.CredentialsSource) (*provider.Client, error) {
				return aliyun.New(aliyun.Config{Region: "cn-hangzhou", Transport: rt, Credentials: keys})
			},
		},
		{
			cloud: cloudsim.ENS, action: "RunInstances",
			forbidden: forbidden{"Forbidden.RAM", http.StatusForbidden}, alternatives: others("ens.sn1.large", "ens.sn2.small"),
			spec: provider.RunInstancesSpec{
				Region: "cn-hangzhou-44", ImageID: "m-soak", InstanceType: "ens.sn1.small", Login: login,
				Network:    provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}},
				SystemDisk: provider.Disk{SizeGiB: 40},
			},
			open: func(rt http.RoundTripper, keys provider.CredentialsSource) (*provider.Client, error) {
				return ens.New(ens.Config{Region: "cn-hangzhou-44", Transport: rt, Credentials: keys})
			},
		},
		{
			cloud: cloudsim.CVM, action: "RunInstances", tokens: true,
			forbidden: forbidden{"UnauthorizedOperation", http.StatusOK}, alternatives: others("S6.MEDIUM4", "SA2.MEDIUM4"),
			spec: provider.RunInstancesSpec{
				Region: "ap-guangzhou", Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4", Login: login,
				Network: provider.Network{VPCID: "vpc-soak1234", SubnetID: "subnet-soak1234", SecurityGroupIDs: []string{"sg-soak1234"}},
			},
			open: func(rt http.RoundTripper, keys provider.CredentialsSource) (*provider.Client, error) {
				return tencent.New(tencent.Config{Region: "ap-guangzhou", Transport: rt, Credentials: keys})
			},
		},
		{
			cloud: cloudsim.QingCloud, action: "RunInstances",
			forbidden: forbidden{"1400", http.StatusOK}, alternatives: others("e2.xlarge.r2", "e3.large.r2"),
			spec: provider.RunInstancesSpec{
				Region: "pek3a", ImageID: "jammyx64", InstanceType: "e2.large.r2", Login: login,
				Network: provider.Network{SubnetID: "vxnet-soak123"},
			},
			open: func(rt http.RoundTripper, keys provider.CredentialsSource) (*provider.Client, error) {
				return qingcloud.New(qingcloud.Config{Region: "pek3a", Transport: rt, Credentials: keys})
			},
		},
	}
}
