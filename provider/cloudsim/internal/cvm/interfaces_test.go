package cvm_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// nics is the body of a create with a list of interfaces.
func nics(list string) string { return fmt.Sprintf(`{"NetworkInterfaces":[%s]}`, list) }

const (
	primary   = `{"InterfaceType":"PRIMARY","VpcId":"vpc-11111111","SubnetId":"subnet-11111111","PrivateIpv4AddressCount":2,"SecurityGroupIds":["sg-11111111"]}`
	secondary = `{"InterfaceType":"SECONDARY","VpcId":"vpc-11111111","SubnetId":"subnet-22222222","PrivateIpv4AddressCount":1,"DeleteWithInstance":true}`
)

func TestInterfacesOfAnInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		row := c.Instance(c.Run(nics(primary + "," + secondary))[0])
		if got := row["VirtualPrivateCloud"].(map[string]any)["SubnetId"]; got != "subnet-11111111" {
			t.Errorf("subnet: got %v, want that of the primary interface", got)
		}
		if got := len(row["PrivateIpAddresses"].([]any)); got != 2 {
			t.Errorf("addresses: got %d, want 2", got)
		}
		if got := fmt.Sprint(row["SecurityGroupIds"]); got != "[sg-11111111]" {
			t.Errorf("groups: got %s, want that of the primary interface", got)
		}
	})
}

func TestInterfacesThatAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		for body, code := range map[string]string{
			nics(secondary):                   "InvalidParameterValue",
			nics(primary + "," + primary):     "InvalidParameterValue",
			nics(`{}`):                        "MissingParameter",
			nics(`{"InterfaceType":"THIRD"}`): "InvalidParameterValue",
			nics(`{"InterfaceType":"PRIMARY","VpcId":"vpc-11111111","SubnetId":"subnet-11111111"}`):                                                                                                          "MissingParameter",
			nics(`{"InterfaceType":"PRIMARY","VpcId":"vpc-11111111","SubnetId":"subnet-11111111","PrivateIpv4AddressCount":51}`):                                                                             "InvalidParameterValue.Range",
			nics(primary + `,{"InterfaceType":"SECONDARY","VpcId":"vpc-22222222","SubnetId":"subnet-22222222","PrivateIpv4AddressCount":1}`):                                                                 "InvalidParameterValue.ElasticNetworkVpcSubnetMismatch",
			`{"InstanceCount":2,` + nics(primary + `,{"InterfaceType":"SECONDARY","VpcId":"vpc-11111111","SubnetId":"subnet-22222222","PrivateIpv4AddressCount":1,"NetworkInterfaceId":"eni-11111111"}`)[1:]: "InvalidParameterValue.InvalidNetworkInterfaceId",
			`{"VirtualPrivateCloud":{"VpcId":"vpc-11111111","SubnetId":"subnet-33333333"},` + nics(primary)[1:]:                                                                                              "InvalidParameterCombination",
		} {
			c.Refused(body, c.Call("RunInstances", simtest.CVMCreate(t, body)), code)
		}
	})
}
