package qingcloud

import (
	"net/http"
	"testing"

	"github.com/yunify/qingcloud-sdk-go/config"
	"github.com/yunify/qingcloud-sdk-go/service"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// BenchmarkOverhead compares calls through the client with the same calls through
// the bare SDK, on a transport that answers both from memory.
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
func rivals(b *testing.B) (*overhead.Tape, *provider.Client, *service.InstanceService) {
	b.Helper()
	tape := overhead.NewTape(cloudsim.New(nil).Transport())
	client, err := New(Config{
		Region:      "pek3a",
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Transport:   tape,
		Options:     overhead.Unhurried(),
	})
	if err != nil {
		b.Fatal(err)
	}
	cfg, err := config.New(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	if err != nil {
		b.Fatal(err)
	}
	cfg.LogLevel, cfg.Connection = "fatal", &http.Client{Transport: tape}
	qc, err := service.Init(cfg)
	if err != nil {
		b.Fatal(err)
	}
	sdk, err := qc.Instance("pek3a")
	if err != nil {
		b.Fatal(err)
	}
	return tape, client, sdk
}

// sdkRun sends the spec of the harness.
func sdkRun(sdk *service.InstanceService) error {
	_, err := sdk.RunInstances(&service.RunInstancesInput{
		ImageID: text("jammyx64"), InstanceType: text("e2.large.r2"), Count: number(1), InstanceName: text("conformance-yf00000000000000000000"),
		VxNets: list([]string{"vxnet-conform1"}), LoginMode: text("passwd"), LoginPasswd: text("Conformance-1"),
	})
	return err
}

func sdkDescribe(sdk *service.InstanceService, ids []string) error {
	resp, err := sdk.DescribeInstances(&service.DescribeInstancesInput{Instances: service.StringSlice(ids), Limit: number(100)})
	if err != nil {
		return err
	}
	return overhead.Hundred(len(resp.InstanceSet))
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "pek3a"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_ = d.runRequest(spec)
		return nil
	})
}
