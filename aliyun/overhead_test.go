package aliyun

import (
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// BenchmarkOverhead compares calls through the client with the same calls through
// the typed calls of
// the SDK, on a transport that answers both from memory.
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
func rivals(b *testing.B) (*overhead.Tape, *provider.Client, *ecs.Client) {
	b.Helper()
	tape := overhead.NewTape(cloudsim.New(nil).Transport())
	client, err := New(Config{
		Region:      "cn-hangzhou",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   tape,
		Options:     overhead.Unhurried(),
	})
	if err != nil {
		b.Fatal(err)
	}
	sdk, err := ecs.NewClientWithAccessKey("cn-hangzhou", cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	if err != nil {
		b.Fatal(err)
	}
	sdk.GetConfig().WithScheme("HTTPS")
	sdk.SetTransport(tape)
	sdk.Domain = "ecs-cn-hangzhou.aliyuncs.com"
	return tape, client, sdk
}

// sdkRun sends the spec of the harness.
func sdkRun(sdk *ecs.Client) error {
	req := ecs.CreateRunInstancesRequest()
	req.ZoneId = "cn-hangzhou-g"
	req.ImageId = "ubuntu_22_04_x64_20G_alibase_20230907.vhd"
	req.InstanceType = "ecs.g6.large"
	req.Amount = requests.NewInteger(1)
	req.InstanceName = "conformance"
	req.VSwitchId = "vsw-bp1conformance"
	req.SecurityGroupIds = &[]string{"sg-bp1conformance"}
	req.Password = "Conformance-1"
	req.ClientToken = "a-token-of-the-usual-length-0000000000000000000000000"
	_, err := sdk.RunInstances(req)
	return err
}

func sdkDescribe(sdk *ecs.Client, ids []string) error {
	req := ecs.CreateDescribeInstancesRequest()
	req.InstanceIds = jsonText(ids)
	req.PageSize = requests.NewInteger(100)
	resp, err := sdk.DescribeInstances(req)
	if err != nil {
		return err
	}
	return overhead.Hundred(len(resp.Instances.Instance))
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "cn-hangzhou"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_, err := d.runRequest(spec)
		return err
	})
}
