package tencent_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent"
)

func ExampleNew() {
	client, err := tencent.New(tencent.Config{
		Region:      "ap-guangzhou",
		Credentials: provider.StaticCredentials("id", "secret", ""),
	})
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

// A role is assumed with the keys of another source, here those of a profile.
func ExampleAssumeRoleCredentials() {
	client, err := tencent.New(tencent.Config{
		Region: "ap-guangzhou",
		Credentials: tencent.AssumeRoleCredentials(tencent.AssumeRoleOptions{
			Source:      tencent.ProfileCredentials("ops", nil),
			RoleARN:     "qcs::cam::uin/100000000001:roleName/launcher",
			SessionName: "nightly",
			Duration:    30 * time.Minute,
		}),
	})
	fmt.Println(client != nil, err)
	// Output: true <nil>
}

// A configuration is checked as a whole, before any call.
func ExampleNew_problems() {
	_, err := tencent.New(tencent.Config{Region: "ap-guangzhou-3", Endpoint: "ftp://cvm"})
	fmt.Println(err)
	fmt.Println(errors.Is(err, provider.ErrInvalid))
	// Output:
	// tencent: Config.Region = "ap-guangzhou-3": is a zone; its region is ap-guangzhou
	// tencent: Config.Endpoint: must be host[:port], https://host[:port] or http://host[:port]
	// true
}

// Options that only CVM has stand beside the neutral fields, and are ignored by
// other clouds.
func ExampleRunOptions() {
	spec := provider.RunInstancesSpec{
		Zone:      "ap-guangzhou-3",
		ImageID:   "img-pmqg1cw7",
		DataDisks: []provider.Disk{{Type: "CLOUD_TSSD", SizeGiB: 100}},
		Network:   provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 10, ChargeType: provider.BandwidthPackage}},
		Vendor: []provider.VendorOption{tencent.RunOptions{
			BandwidthPackageID: "bwp-1",
			Params:             map[string]string{"DataDisks.0.ThroughputPerformance": "100"},
		}},
	}
	fmt.Println(spec.Validate(), spec.Vendor[0].VendorName())
	// Output: <nil> tencent
}

// A program can bring its own transport, here the one of a test server.
func ExampleConfig_transport() {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, err := tencent.New(tencent.Config{
		Region:      "ap-guangzhou",
		Endpoint:    srv.URL,
		Transport:   srv.Client().Transport,
		Credentials: vault{},
	})
	fmt.Println(err)
	// Output: <nil>
}

// vault is a credentials source of one's own.
type vault struct{}

func (vault) Credentials(context.Context) (provider.Credentials, error) {
	return provider.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}, nil
}
