package secrets_test

import (
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// Secrets that are planted. Each has characters that the encodings of the wires
// write differently.
const (
	keySecret = "Pl4nted/key+secret=value"
	keyToken  = "Pl4nted/session+token=value"
	password  = "Pl4nted-(Pass)_w0rd"
	userData  = "#!/bin/sh\necho 'planted user data' > /etc/motd && reboot\n"
)

// service is a cloud, and a spec with every secret that it takes.
type service struct {
	cloud  cloudsim.Cloud
	tokens bool // takes temporary credentials
	spec   provider.RunInstancesSpec
	open   func(c config) (*provider.Client, error)
}

// config is what the tests set of an adapter's configuration.
type config struct {
	endpoint  string
	transport http.RoundTripper
	options   *provider.Options
}

// secrets are those that the service can let out.
func (s *service) secrets() []string {
	list := []string{keySecret, password}
	if s.tokens {
		list = append(list, keyToken)
	}
	if len(s.spec.UserData) > 0 {
		list = append(list, userData, "planted user data")
	}
	return list
}

func (s *service) connect(t testing.TB, c config) *provider.Client {
	t.Helper()
	client, err := s.open(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (s *service) keys() provider.CredentialsSource {
	if s.tokens {
		return provider.StaticCredentials("AKplanted", keySecret, keyToken)
	}
	return provider.StaticCredentials("AKplanted", keySecret, "")
}

func services() []*service {
	login := provider.Login{Password: password}
	ecs := &service{cloud: cloudsim.ECS, tokens: true, spec: provider.RunInstancesSpec{
		Region: "cn-hangzhou", ImageID: "ubuntu_22_04", InstanceType: "ecs.g6.large", Login: login, UserData: []byte(userData),
		Network: provider.Network{SubnetID: "vsw-bp1secret", SecurityGroupIDs: []string{"sg-bp1secret"}},
	}}
	ecs.open = func(c config) (*provider.Client, error) {
		return aliyun.New(aliyun.Config{Region: ecs.spec.Region, Credentials: ecs.keys(), Endpoint: c.endpoint, Transport: c.transport, Options: c.options})
	}
	edge := &service{cloud: cloudsim.ENS, tokens: true, spec: provider.RunInstancesSpec{
		Region: "cn-hangzhou-44", ImageID: "m-secret", InstanceType: "ens.sn1.small", Login: login, UserData: []byte(userData),
		Network:    provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}},
		SystemDisk: provider.Disk{SizeGiB: 40},
	}}
	edge.open = func(c config) (*provider.Client, error) {
		return ens.New(ens.Config{Region: edge.spec.Region, Credentials: edge.keys(), Endpoint: c.endpoint, Transport: c.transport, Options: c.options})
	}
	cvm := &service{cloud: cloudsim.CVM, tokens: true, spec: provider.RunInstancesSpec{
		Region: "ap-guangzhou", Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4", Login: login, UserData: []byte(userData),
		Network: provider.Network{VPCID: "vpc-secret12", SubnetID: "subnet-secret12", SecurityGroupIDs: []string{"sg-secret12"}},
	}}
	cvm.open = func(c config) (*provider.Client, error) {
		return tencent.New(tencent.Config{Region: cvm.spec.Region, Credentials: cvm.keys(), Endpoint: c.endpoint, Transport: c.transport, Options: c.options})
	}
	qing := &service{cloud: cloudsim.QingCloud, spec: provider.RunInstancesSpec{
		Region: "pek3a", ImageID: "jammyx64", InstanceType: "e2.large.r2", Login: login, UserData: []byte(userData),
		Network: provider.Network{SubnetID: "vxnet-secret1"},
	}}
	qing.open = func(c config) (*provider.Client, error) {
		return qingcloud.New(qingcloud.Config{Region: qing.spec.Region, Credentials: qing.keys(), Endpoint: c.endpoint, Transport: c.transport, Options: c.options})
	}
	return []*service{ecs, edge, cvm, qing}
}
