package qingcloud_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/qingcloud"
)

func ExampleNew() {
	_, err := qingcloud.New(qingcloud.Config{Region: "PEK3A"})
	fmt.Println(err)
	fmt.Println(errors.Is(err, provider.ErrInvalid))

	_, err = qingcloud.New(qingcloud.Config{
		Region:      "pek3a",
		Credentials: provider.StaticCredentials("QYACCESSKEYIDEXAMPLE", provider.Secret(os.Getenv("MY_VAULT")), ""),
	})
	fmt.Println(err)
	// Output:
	// qingcloud: Config.Region = "PEK3A": must be a zone of QingCloud in lower case, like pek3a
	// true
	// <nil>
}

// What only QingCloud has goes into RunOptions; other clouds ignore it.
func ExampleRunOptions() {
	class := 101
	spec := provider.RunInstancesSpec{
		ImageID:      "centos63x64",
		InstanceType: "e1.large.r2",
		Login:        provider.Login{KeyPairs: []string{"kp-bn2n77ow"}},
		Vendor: []provider.VendorOption{qingcloud.RunOptions{
			InstanceClass: &class,
			Params:        map[string]string{"parameter_of_tomorrow": "1"},
		}},
	}
	fmt.Println(spec.Validate(), spec.Vendor[0].VendorName())
	// Output:
	// <nil> qingcloud
}
