package ens

import (
	"encoding/json"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// BenchmarkOverhead compares calls through the client with the same calls through
// the typed calls of
// the SDK, on a transport that answers both from memory.
func BenchmarkOverhead(b *testing.B) {
	keep := &provider.RunOptions{KeepMarker: true} // the SDK calls rename nothing
	b.Run("RunInstances", func(b *testing.B) {
		tape, client, sdk := rivals(b)
		spec := harness().Spec
		run := func() error {
			_, err := client.RunInstances(b.Context(), spec, keep)
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
		op, err := client.RunInstances(b.Context(), spec, keep)
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
func rivals(b *testing.B) (*overhead.Tape, *provider.Client, *ens.Client) {
	b.Helper()
	tape := overhead.NewTape(cloudsim.New(nil).Transport())
	client, err := New(Config{
		Region:      "cn-hangzhou-44",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   tape,
		Options:     overhead.Unhurried(),
	})
	if err != nil {
		b.Fatal(err)
	}
	sdk, err := ens.NewClientWithAccessKey("cn-hangzhou", cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	if err != nil {
		b.Fatal(err)
	}
	sdk.GetConfig().WithScheme("HTTPS")
	sdk.SetTransport(tape)
	sdk.Domain = "ens.aliyuncs.com"
	return tape, client, sdk
}

// sdkRun sends the spec of the harness.
func sdkRun(sdk *ens.Client) error {
	req := ens.CreateRunInstancesRequest()
	req.EnsRegionId = "cn-hangzhou-44"
	req.ImageId = "m-conformance"
	req.InstanceType = "ens.sn1.small"
	req.InstanceName = "conformance-yf00000000000000000000"
	req.Amount = requests.NewInteger(1)
	req.InternetMaxBandwidthOut = requests.NewInteger(5)
	req.InternetChargeType = "95BandwidthByMonth"
	req.PublicIpIdentification = requests.NewBoolean(true)
	req.InstanceChargeType = "PostPaid"
	req.ScheduleAreaLevel = "Region"
	req.SystemDisk.Size = "40"
	req.Password = "Conformance-1"
	_, err := sdk.RunInstances(req)
	return err
}

func sdkDescribe(sdk *ens.Client, ids []string) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	req := ens.CreateDescribeInstancesRequest()
	req.EnsRegionId = "cn-hangzhou-44"
	req.InstanceIds = string(list)
	req.PageSize = "100"
	resp, err := sdk.DescribeInstances(req)
	if err != nil {
		return err
	}
	return overhead.Hundred(len(resp.Instances.Instance))
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "cn-hangzhou-44"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_ = d.runRequest(spec)
		return nil
	})
}
