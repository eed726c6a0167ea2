package aliyun

import (
	"fmt"
	"maps"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestTheVPCProductHasAHostOfItsOwn(t *testing.T) {
	for region, want := range map[string]string{ // rows of the table in the vendor's SDK
		"cn-hangzhou":                 "vpc.aliyuncs.com",
		"cn-hangzhou-finance":         "vpc.aliyuncs.com",
		"cn-hangzhou-internal-test-2": "vpc-inner-pre.cn-hangzhou.aliyuncs.com",
		"cn-shanghai-et15-b01":        "vpc-pre.cn-hangzhou.aliyuncs.com",
		"cn-edge-1":                   "vpc-nebula.cn-qingdao-nebula.aliyuncs.com",
		"eu-west-1-oxs":               "vpc-nebula.cn-shenzhen-cloudstone.aliyuncs.com",
		"cn-zhangjiakou-na62-a01":     "vpc.cn-zhangjiakou.aliyuncs.com",
		"cn-shanghai":                 "vpc.cn-shanghai.aliyuncs.com",
	} {
		host, err := endpointFor(region)
		if err != nil {
			t.Fatal(err)
		}
		same(t, region, vpcHost(region, host), want)
	}
	for _, c := range []struct{ region, host, want string }{
		{"cn-beijing", "ecs.cn-beijing.aliyuncs.com", "vpc.cn-beijing.aliyuncs.com"},
		{"cn-beijing", "ecs-vpc.cn-beijing.aliyuncs.com", "vpc-vpc.cn-beijing.aliyuncs.com"},
		{"cn-beijing", "gateway.example.com:8443", "gateway.example.com:8443"},
		{"cn-beijing", "127.0.0.1:8080", "127.0.0.1:8080"},
	} {
		same(t, c.host, vpcHost(c.region, c.host), c.want)
	}
}

func TestNetworksAreVPCs(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","TotalCount":2,"PageNumber":1,"PageSize":50,"Vpcs":{"Vpc":[
		{"VpcId":"vpc-1","VpcName":"web","CidrBlock":"192.168.0.0/16","IsDefault":true,"Status":"Available","RegionId":"cn-test-1",
		 "CreationTime":"2018-04-18T15:02:37Z","VSwitchIds":{"VSwitchId":["vsw-1"]},"Tags":{"Tag":[{"Key":"env","Value":"prod"}]}},
		{"VpcId":"vpc-2","VpcName":null,"CidrBlock":"","IsDefault":"","Tags":{"Tag":[{"Key":"env","Value":"test"}]}}]}}`)
	q := catalog.NetworkQuery{VPCID: "vpc-1", Name: "web", Tags: map[string]string{"env": "prod"}}
	networks := all(t, k.Networks(t.Context(), q))
	same(t, "networks", fmt.Sprintf("%+v", networks), "[{ID:vpc-1 Name:web CIDR:192.168.0.0/16 Default:true RawState:Available "+
		"CreatedAt:2018-04-18 15:02:37 +0000 UTC Tags:map[env:prod]}]")
	want := map[string]string{
		"RegionId": "cn-test-1", "VpcId": "vpc-1", "VpcName": "web", "Tag.1.Key": "env", "Tag.1.Value": "prod", "PageSize": "50",
	}
	if !maps.Equal(got.Params, want) {
		t.Errorf("sent %v, want %v", got.Params, want)
	}
	same(t, "host", got.Host, "vpc.cn-test-1.aliyuncs.com")
	odd := all(t, k.Networks(t.Context(), catalog.NetworkQuery{VPCID: "vpc-2"}))
	same(t, "an odd one", fmt.Sprint(odd), "[{vpc-2  invalid Prefix false  0001-01-01 00:00:00 +0000 UTC map[env:test]}]")
}

func TestSubnetsAreVSwitches(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","TotalCount":2,"VSwitches":{"VSwitch":[
		{"VSwitchId":"vsw-1","VSwitchName":"a","VpcId":"vpc-1","ZoneId":"cn-test-1a","CidrBlock":"10.0.0.0/24","AvailableIpAddressCount":251,
		 "Status":"Available","IsDefault":false,"CreationTime":"2018-04-18T15:02:37Z","Tags":{"Tag":[]}},
		{"VSwitchId":"vsw-2","VSwitchName":"a","VpcId":"vpc-1","ZoneId":"cn-test-1a","CidrBlock":"here","AvailableIpAddressCount":null}]}}`)
	q := catalog.NetworkQuery{VPCID: "vpc-1", Name: "a", Zone: "cn-test-1a"}
	subnets := all(t, k.Subnets(t.Context(), q))
	same(t, "subnets", texts(subnets, func(s catalog.Subnet) string {
		return fmt.Sprint(s.ID, "/", s.VPCID, "/", s.CIDR, "/", s.FreeAddresses, "/", s.AddressesKnown)
	}), "vsw-1/vpc-1/10.0.0.0/24/251/true vsw-2/vpc-1/invalid Prefix/0/false")
	want := map[string]string{
		"RegionId": "cn-test-1", "VpcId": "vpc-1", "VSwitchName": "a", "ZoneId": "cn-test-1a", "PageSize": "50",
	}
	if !maps.Equal(got.Params, want) {
		t.Errorf("sent %v, want %v", got.Params, want)
	}
}

// The answer is that of the vendor's reference, in the form with a token.
func TestSecurityGroupsOfTheSampleAnswer(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RegionId":"cn-test-1","RequestId":"r","SecurityGroups":{"SecurityGroup":[
		{"CreationTime":"2019-11-01T06:08:46Z","Tags":{"Tag":[]},"SecurityGroupId":"sg-1","Description":"","SecurityGroupName":"SGTestName",
		 "ResourceGroupId":"","SecurityGroupType":"normal","VpcId":"vpc-1"}]},"NextToken":""}`)
	q := catalog.NetworkQuery{VPCID: "vpc-1", Name: "SGTestName"}
	groups := all(t, k.SecurityGroups(t.Context(), q))
	same(t, "groups", fmt.Sprintf("%+v", groups), "[{ID:sg-1 Name:SGTestName Description: VPCID:vpc-1 Default:false "+
		"CreatedAt:2019-11-01 06:08:46 +0000 UTC Tags:map[]}]")
	want := map[string]string{"RegionId": "cn-test-1", "VpcId": "vpc-1", "SecurityGroupName": "SGTestName", "MaxResults": "100"}
	if !maps.Equal(got.Params, want) {
		t.Errorf("sent %v, want %v", got.Params, want)
	}
	checkTyped(t, ecs.DescribeSecurityGroupsRequest{}, got.Params)
}

func TestNetworksOfTheSimulator(t *testing.T) {
	sim, k := bound(t, nil)
	staging := catalog.NetworkQuery{Tags: map[string]string{"env": "staging"}}
	same(t, "network by tag", texts(all(t, k.Networks(t.Context(), staging)), func(n catalog.Network) string { return n.ID }),
		"vpc-bp15zckdt37pq72zv0002")
	subnets := all(t, k.Subnets(t.Context(), staging))
	same(t, "subnet by tag", texts(subnets, func(s catalog.Subnet) string { return s.ID }), "vsw-bp1s5fnvk4gn2tws00004")
	same(t, "group by tag", texts(all(t, k.SecurityGroups(t.Context(), staging)), func(g catalog.SecurityGroup) string { return g.ID }),
		"sg-bp15ed6xe1yxeycg70002")
	zone := catalog.NetworkQuery{Zone: "cn-hangzhou-g"}
	free := func() int { return all(t, k.Subnets(t.Context(), zone))[0].FreeAddresses }
	before := free()
	spec := listedSpec()
	spec.Count = 2
	if _, err := testRun(t, simClient(t, sim), spec); err != nil {
		t.Fatal(err)
	}
	if took := before - free(); took != 2 {
		t.Errorf("two instances took %d addresses, want 2", took)
	}
	if n := sim.Calls(cloudsim.ECS, "DescribeVSwitches"); n != 3 {
		t.Errorf("%d calls of DescribeVSwitches, want 3", n)
	}
}
