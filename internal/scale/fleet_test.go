package scale_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// large tells whether the tests are to be as large as they claim.
func large() bool { return os.Getenv("YUNFAN_SCALE") == "large" }

// perOperation is how many machines one operation makes.
const perOperation = 100

// soonest is before any machine runs. Until then all waits are pending.
const soonest = 15 * time.Second

// bootTime is lognormal with a median of 25 s, and at times a minute or two.
func bootTime(r *rand.Rand) time.Duration {
	seconds := 25 * math.Exp(0.35*r.NormFloat64())
	if r.IntN(100) == 0 {
		seconds = 60 + 60*r.Float64()
	}
	return max(time.Duration(seconds*float64(time.Second)), soonest)
}

// account is one client with what it creates.
type account struct {
	client *provider.Client
	spec   provider.RunInstancesSpec
}

// accounts returns a client of each cloud, with call rates that hold up nobody:
// the documented ones would only make the hours of fake time longer.
func accounts(t testing.TB, sim *cloudsim.Sim) []account {
	t.Helper()
	keys := provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	rt := sim.Transport()
	fast := provider.Rate{Calls: 1000, Per: time.Second}
	o := func() *provider.Options {
		return &provider.Options{
			FirstLook: 12 * time.Second,
			Rates: map[provider.API]provider.Rate{
				provider.AnyAPI: fast, provider.APIRunInstances: fast, provider.APIDescribeInstances: fast,
			},
		}
	}
	login := provider.Login{Password: "Many-Servers-1"}
	return []account{
		{must(t)(aliyun.New(aliyun.Config{Region: "cn-hangzhou", Credentials: keys, Transport: rt, Options: o()})), provider.RunInstancesSpec{
			Zone: "cn-hangzhou-g", ImageID: "ubuntu_22_04_x64_20G_alibase_20230907.vhd", InstanceType: "ecs.g6.large", Name: "many", Login: login,
			Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
		}},
		{must(t)(ens.New(ens.Config{Region: "cn-hangzhou-44", Credentials: keys, Transport: rt, Options: o()})), provider.RunInstancesSpec{
			ImageID: "m-1", InstanceType: "ens.sn1.small", Name: "many", Login: login, SystemDisk: provider.Disk{SizeGiB: 40},
			Network: provider.Network{PublicIP: &provider.PublicIP{BandwidthMbps: 5, ChargeType: provider.PayBy95th}},
		}},
		{must(t)(tencent.New(tencent.Config{Region: "ap-guangzhou", Credentials: keys, Transport: rt, Options: o()})), provider.RunInstancesSpec{
			Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "S5.MEDIUM4", Name: "many", Login: login,
			Network: provider.Network{VPCID: "vpc-12345678", SubnetID: "subnet-12345678", SecurityGroupIDs: []string{"sg-12345678"}},
		}},
		{must(t)(qingcloud.New(qingcloud.Config{Region: "pek3a", Credentials: keys, Transport: rt, Options: o()})), provider.RunInstancesSpec{
			ImageID: "jammyx64", InstanceType: "e2.large.r2", Name: "many", Login: login, Network: provider.Network{SubnetID: "vxnet-12345678"},
		}},
	}
}

func must(t testing.TB) func(*provider.Client, error) *provider.Client {
	t.Helper()
	return func(c *provider.Client, err error) *provider.Client {
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// create starts operations on all clouds in turns.
func create(ctx context.Context, t testing.TB, accounts []account, operations int) []*provider.Operation {
	t.Helper()
	ops := make([]*provider.Operation, operations)
	var wg sync.WaitGroup
	for i := range ops {
		wg.Go(func() {
			a := accounts[i%len(accounts)]
			spec := a.spec
			spec.Count = perOperation
			var err error
			// Renaming would be one call a machine.
			if ops[i], err = a.client.RunInstances(ctx, spec, &provider.RunOptions{KeepMarker: true}); err != nil {
				t.Errorf("%s: %v", a.client.Name(), err)
			}
		})
	}
	wg.Wait()
	return ops
}

// liveHeap is what is left on the heap when nothing is garbage.
func liveHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// stringBytes is what the text of an ID takes: the allocator rounds up.
func stringBytes(ids []string) (sum int64) {
	for _, id := range ids {
		for _, class := range []int{8, 16, 24, 32, 48, 64} {
			if len(id) <= class {
				sum += int64(class)
				break
			}
		}
	}
	return sum
}
