package overhead_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sdk is a client of a vendor's SDK, which calls as the adapter does.
type sdk struct {
	create   func(spec provider.RunInstancesSpec) error
	describe func(ids []string) (instances int, err error)
}

// sdks connect the SDKs by the name of the adapter, at the region of its spec.
var sdks = map[string]func(c clouds.Cloud, rt http.RoundTripper) (sdk, error){
	"aliyun": connectECS, "ens": connectENS, "tencent": connectCVM, "qingcloud": connectQingCloud,
}

// clientToken and marker are as long as those that the library makes.
const (
	clientToken = "a-token-of-the-usual-length-0000000000000000000000000"
	marker      = "-yf00000000000000000000"
)

// hundred is how many instances one describe call is about.
const hundred = 100

// rivals are a client and an SDK client of one cloud, on one tape.
type rivals struct {
	tape   *tape
	client *provider.Client
	sdk    sdk
	spec   provider.RunInstancesSpec
	run    *provider.RunOptions
}

func newRivals(tb testing.TB, c clouds.Cloud, sim *cloudsim.Sim) *rivals {
	tb.Helper()
	// Budgets keep count and hold up nobody.
	fast := provider.Rate{Calls: 1e6, Per: time.Second}
	rates := map[provider.API]provider.Rate{provider.APIRunInstances: fast, provider.APIDescribeInstances: fast, provider.AnyAPI: fast}
	r := &rivals{tape: newTape(sim.Transport()), spec: c.Spec}
	r.spec.Name, r.spec.Count = "overhead", 1
	var err error
	if r.client, err = c.New(clouds.Config{Transport: r.tape, Options: &provider.Options{Rates: rates}}); err != nil {
		tb.Fatal(err)
	}
	r.run = &provider.RunOptions{KeepMarker: r.client.Limits().NameMarker} // the SDK calls rename nothing
	connect, ok := sdks[c.Name]
	if !ok {
		tb.Fatalf("%s has no call of its vendor's SDK to compare with", c.Name)
	}
	if r.sdk, err = connect(c, r.tape); err != nil {
		tb.Fatal(err)
	}
	return r
}

// create makes instances through the library.
func (r *rivals) create(ctx context.Context, count int) (*provider.Operation, error) {
	spec := r.spec
	spec.Count = count
	return r.client.RunInstances(ctx, spec, r.run)
}

// createBySDK makes the same request without the library.
func (r *rivals) createBySDK() error {
	spec := r.spec
	if r.client.Limits().NameMarker {
		spec.Name += marker
	}
	return r.sdk.create(spec)
}

// describe reads a hundred instances through the library.
func (r *rivals) describe(ctx context.Context, ids []string) error {
	n := 0
	for _, err := range r.client.DescribeInstances(ctx, provider.Query{IDs: ids}) {
		if err != nil {
			return err
		}
		n++
	}
	return wantHundred(n)
}

func (r *rivals) describeBySDK(ids []string) error {
	n, err := r.sdk.describe(ids)
	if err != nil {
		return err
	}
	return wantHundred(n)
}

func wantHundred(n int) error {
	if n != hundred {
		return fmt.Errorf("the answer describes %d instances, want %d", n, hundred)
	}
	return nil
}

// BenchmarkOverhead compares calls through the client with the same calls through the
// SDK (the typed calls of Alibaba's), on a transport that answers both from memory.
func BenchmarkOverhead(b *testing.B) {
	for _, c := range clouds.All() {
		b.Run(c.Name+"/RunInstances", func(b *testing.B) {
			r := newRivals(b, c, cloudsim.New(nil))
			create := func() error {
				_, err := r.create(b.Context(), 1)
				return err
			}
			if err := create(); err != nil {
				b.Fatal(err)
			}
			r.tape.rewind()
			compare(b, create, r.createBySDK)
		})
		b.Run(c.Name+"/DescribeInstances", func(b *testing.B) {
			r := newRivals(b, c, cloudsim.New(nil))
			op, err := r.create(b.Context(), hundred)
			if err != nil {
				b.Fatal(err)
			}
			ids := op.InstanceIDs()
			describe := func() error { return r.describe(b.Context(), ids) }
			if err := describe(); err != nil {
				b.Fatal(err)
			}
			r.tape.rewind()
			compare(b, describe, func() error { return r.describeBySDK(ids) })
		})
	}
}

// The SDKs make the calls that they are compared by. What type the instance gets is not
// compared: QingCloud's SDK sends c1m1 whatever it is asked for.
func TestEverySDKCreatesAnInstance(t *testing.T) {
	for _, c := range clouds.All() {
		sim := cloudsim.New(nil)
		r := newRivals(t, c, sim)
		if err := r.createBySDK(); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if got := len(sim.Instances(c.Sim)); got != 1 {
			t.Errorf("%s: %d instances, want 1", c.Name, got)
		}
	}
}
