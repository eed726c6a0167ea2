package tencent

import (
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// BenchmarkOverhead compares calls through the client with the same calls through
// the bare SDK, on a transport that answers both from memory.
func BenchmarkOverhead(b *testing.B) {
	b.Run("RunInstances", func(b *testing.B) {
		tape, client, sdk := rivals(b)
		spec := harness().Spec
		run := func() error {
			_, err := client.RunInstances(b.Context(), spec, nil)
			return err
		}
		if err := run(); err != nil {
			b.Fatal(err)
		}
		tape.Rewind()
		overhead.Compare(b, run, func() error { return sdkRun(sdk) })
	})
	b.Run("DescribeInstances", func(b *testing.B) {
		tape, client, sdk := rivals(b)
		spec := harness().Spec
		spec.Count = 100
		op, err := client.RunInstances(b.Context(), spec, nil)
		if err != nil {
			b.Fatal(err)
		}
		ids := op.InstanceIDs()
		describe := func() error { return overhead.Describe(b.Context(), client, ids) }
		if err := describe(); err != nil {
			b.Fatal(err)
		}
		tape.Rewind()
		overhead.Compare(b, describe, func() error { return sdkDescribe(sdk, ids) })
	})
}

// rivals are a client and an SDK client on one tape.
func rivals(b *testing.B) (*overhead.Tape, *provider.Client, *cvm.Client) {
	b.Helper()
	tape := overhead.NewTape(cloudsim.New(nil).Transport())
	client, err := New(Config{
		Region:      "ap-guangzhou",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   tape,
		Options:     overhead.Unhurried(),
	})
	if err != nil {
		b.Fatal(err)
	}
	keys := common.NewCredential(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	sdk, err := cvm.NewClient(keys, "ap-guangzhou", profile.NewClientProfile())
	if err != nil {
		b.Fatal(err)
	}
	sdk.WithHttpTransport(tape)
	return tape, client, sdk
}

// sdkRun sends the spec of the harness.
func sdkRun(sdk *cvm.Client) error {
	req := cvm.NewRunInstancesRequest()
	req.Placement = &cvm.Placement{Zone: common.StringPtr("ap-guangzhou-3")}
	req.ImageId = common.StringPtr("img-487zeit5")
	req.InstanceType = common.StringPtr("S5.MEDIUM4")
	req.InstanceCount = common.Int64Ptr(1)
	req.InstanceName = common.StringPtr("conformance")
	req.VirtualPrivateCloud = &cvm.VirtualPrivateCloud{VpcId: common.StringPtr("vpc-confor12"), SubnetId: common.StringPtr("subnet-confor12")}
	req.SecurityGroupIds = common.StringPtrs([]string{"sg-confor12"})
	req.LoginSettings = &cvm.LoginSettings{Password: common.StringPtr("Conformance-1")}
	req.ClientToken = common.StringPtr("a-token-of-the-usual-length-0000000000000000000000000")
	_, err := sdk.RunInstances(req)
	return err
}

func sdkDescribe(sdk *cvm.Client, ids []string) error {
	req := cvm.NewDescribeInstancesRequest()
	req.InstanceIds = common.StringPtrs(ids)
	req.Limit = common.Int64Ptr(100)
	resp, err := sdk.DescribeInstances(req)
	if err != nil {
		return err
	}
	return overhead.Hundred(len(resp.Response.InstanceSet))
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "ap-guangzhou"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_, _, err := d.runRequest(spec)
		return err
	})
}
