package qingcloud_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

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

// The file of the vendor's tools for a private cloud has its keys, its zone and its address.
func ExampleConfig_profile() {
	file := filepath.Join(os.TempDir(), "private-cloud.yaml")
	text := "qy_access_key_id: 'QYEXAMPLE'\nqy_secret_access_key: 'EXAMPLE'\nzone: 'zone1'\n" +
		"host: 'api.private.example'\nport: 7777\nprotocol: 'https'\nuri: '/iaas'\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.Remove(file) }()

	client, err := qingcloud.New(qingcloud.Config{Profile: file})
	fmt.Println(client != nil, err)
	// Output: true <nil>
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
