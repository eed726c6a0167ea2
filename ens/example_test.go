package ens_test

import (
	"fmt"

	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
)

// A client of one edge node, with keys from the usual places.
func ExampleNew() {
	client, err := ens.New(ens.Config{Region: "cn-wuxi-telecom_unicom_cmcc-2"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client != nil)
	// Output: true
}

// Options of several clouds stand side by side; each cloud reads its own.
func ExampleRunOptions() {
	spec := provider.RunInstancesSpec{
		InstanceType: "ens.sn1.tiny", ImageID: "centos_6_08_64_20G_alibase_20171208",
		Login:  provider.Login{KeyPairs: []string{"ops"}},
		Vendor: []provider.VendorOption{ens.RunOptions{BillingCycle: "Day", InstanceChargeStrategy: "instance"}},
	}
	fmt.Println(spec.Validate())
	// Output: <nil>
}
