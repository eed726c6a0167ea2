package seeds_test

import (
	"log/slog"
	"net/http"
	"reflect"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// vendor is a cloud as its users reach it, and a spec that it accepts.
type vendor struct {
	clouds.Cloud
	region string
	base   string // assignments
}

// documented are the regions and the plainest specs of the vendors' documents, by the
// name of the driver.
var documented = map[string]vendor{
	"aliyun": {region: "cn-beijing", base: "ImageID=image-0; InstanceType=ecs.g6.large"},
	"ens": {
		region: "cn-beijing-15",
		base:   "InstanceType=ens.sn1.small; Login.Password=Base-pass1; Billing.Mode=prepaid; Billing.Period=1",
	},
	"tencent":   {region: "ap-guangzhou", base: "Zone=ap-guangzhou-4; ImageID=img-00000000; InstanceType=S5.MEDIUM4"},
	"qingcloud": {region: "sh1a", base: "ImageID=trustysrvx64; InstanceType=c1m1; Login.Password=Base-pass1"},
}

// vendors are by the name of the driver.
func vendors() map[string]vendor {
	list := map[string]vendor{}
	for _, c := range clouds.All() {
		if v, ok := documented[c.Name]; ok {
			v.Cloud = c
			list[c.Name] = v
		}
	}
	return list
}

// connect returns a client that repeats nothing. Log may be nil.
func (v vendor) connect(t *testing.T, region string, rt http.RoundTripper, log *slog.Logger) *provider.Client {
	t.Helper()
	c, err := v.New(clouds.Config{Region: region, Transport: rt, Options: &provider.Options{RetryFor: -1, Logger: log}})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Limits().NameMarker {
		return c
	}
	return provider.NewClient(unmarked{c.Driver().(driver)}, &provider.Options{Region: region, RetryFor: -1, Logger: log})
}

// unmarked is a driver whose creates go out with the name of the spec, as the
// documents have it, instead of a marker. Nothing can be looked for by it.
type unmarked struct{ driver }

type driver interface {
	provider.Driver
	provider.RunValidator
	provider.PowerDriver
}

func (u unmarked) Limits() provider.Limits {
	l := u.driver.Limits()
	l.NameMarker = false
	return l
}

// build makes a spec of assignments.
func (v vendor) build(t *testing.T, assignments ...string) provider.RunInstancesSpec {
	t.Helper()
	r := request{options: reflect.New(reflect.TypeOf(v.Options[0])).Elem()}
	for _, a := range assignments {
		if err := r.assign(a); err != nil {
			t.Fatal(err)
		}
	}
	return r.sealed()
}

// send returns the request that the adapter makes of a spec.
func (v vendor) send(t *testing.T, spec provider.RunInstancesSpec) providertest.Wire {
	t.Helper()
	var capture providertest.Capture
	_, err := v.connect(t, v.region, &capture, nil).RunInstances(t.Context(), spec, &provider.RunOptions{OperationID: "same-token"})
	sent := capture.Take()
	if len(sent) != 1 {
		t.Fatalf("%d requests left, want 1: %v", len(sent), err)
	}
	return sent[0]
}

// parameters returns the list of a driver.
func parameters(t *testing.T, driver string) []seeds.Parameter {
	t.Helper()
	list, err := seeds.Parameters(driver)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
