package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/examples/controller/fleet"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// account is a simulated account, and a template for it.
type account struct {
	cloud    cloudsim.Cloud
	region   string
	create   string // the API that creates
	template string
}

const login = `"login": {"password": "secret:web/password"}`

// accounts are those of the four clouds, by the name of the adapter.
var accounts = map[string]account{
	"aliyun": {cloudsim.ECS, "cn-hangzhou", "RunInstances", `{"name": "web", "imageId": "ubuntu_22_04_x64_20G_alibase_20230907.vhd",
		"instanceType": "ecs.g6.large", "network": {"subnetId": "vsw-bp1valid", "securityGroupIds": ["sg-bp1valid"]}, ` + login + `}`},
	"ens": {cloudsim.ENS, "cn-hangzhou-44", "RunInstances", `{"name": "web", "imageId": "m-valid", "instanceType": "ens.sn1.small",
		"systemDisk": {"sizeGiB": 40}, "network": {"publicIp": {"bandwidthMbps": 10, "chargeType": "by-95th-monthly"}}, ` + login + `}`},
	"tencent": {cloudsim.CVM, "ap-guangzhou", "RunInstances", `{"name": "web", "zone": "ap-guangzhou-3", "imageId": "img-487zeit5",
		"instanceType": "S5.MEDIUM4", "network": {"vpcId": "vpc-valid123", "subnetId": "subnet-valid123",
		"securityGroupIds": ["sg-valid123"]}, ` + login + `}`},
	"qingcloud": {cloudsim.QingCloud, "pek3a", "RunInstances", `{"name": "web", "imageId": "jammyx64", "instanceType": "e2.large.r2",
		"network": {"subnetId": "vxnet-valid12"}, ` + login + `}`},
}

// errDead is the error of every call of a process that has died.
var errDead = errors.New("the process is dead")

// world is a fake API server with one fleet, and the simulated clouds.
type world struct {
	t   *testing.T
	sim *cloudsim.Sim
	api client.WithWatch
}

// inWorld runs a test in fake time, with a fleet of an account.
func inWorld(t *testing.T, account string, replicas int32, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		scheme := runtime.NewScheme()
		for _, add := range []func(*runtime.Scheme) error{api.AddToScheme, corev1.AddToScheme} {
			if err := add(scheme); err != nil {
				t.Fatal(err)
			}
		}
		f := &api.Fleet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Generation: 1}}
		f.Spec = api.FleetSpec{Account: account, Replicas: replicas, Template: runtime.RawExtension{Raw: []byte(accounts[account].template)}}
		secret := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"},
			Data:       map[string][]byte{"password": []byte("Passw0rd-1234")},
		}
		w := &world{t: t, sim: cloudsim.New(nil)}
		w.api = fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(f).WithObjects(f, secret).Build()
		test(t, w)
	})
}

// process is a controller process. It can die at any of its steps: a write to the API server, or
// a call of a cloud.
type process struct {
	w          *world
	reconciler *fleet.Reconciler
	ctx        context.Context
	kill       context.CancelFunc

	mu     sync.Mutex
	steps  int
	dieAt  int  // the number of the step, from 1; 0 is never
	after  bool // it dies after the step has had its effect
	isDead bool

	onSave func(*api.Fleet) error // of tests; nil does nothing
}

func (w *world) start() *process {
	p := &process{w: w}
	p.ctx, p.kill = context.WithCancel(w.t.Context())
	w.t.Cleanup(p.kill)
	p.reconciler = &fleet.Reconciler{Clients: map[string]*provider.Client{}, Owner: "fleets"}
	p.reconciler.Client = interceptor.NewClient(w.api, interceptor.Funcs{
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			return p.step(func() error { return c.Update(ctx, o, opts...) })
		},
		SubResourceUpdate: func(
			ctx context.Context, c client.Client, sub string, o client.Object, opts ...client.SubResourceUpdateOption,
		) error {
			if p.onSave != nil {
				if err := p.onSave(o.(*api.Fleet)); err != nil {
					return err
				}
			}
			return p.step(func() error { return c.SubResource(sub).Update(ctx, o, opts...) })
		},
	})
	for name, a := range accounts {
		c, err := clouds.New(clouds.Config{
			Cloud: name, Region: a.region, Transport: calls{p, w.sim.Transport()},
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			w.t.Fatal(err)
		}
		p.reconciler.Clients[name] = c
	}
	return p
}

// step does one step, unless the process is dead or dies before it.
func (p *process) step(do func() error) error {
	p.mu.Lock()
	p.steps++
	dies := p.steps == p.dieAt
	if dies && !p.after {
		p.dieLocked()
	}
	dead := p.isDead
	p.mu.Unlock()
	if dead {
		return errDead
	}
	err := do()
	if !dies {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dieLocked()
	return errDead
}

func (p *process) dieLocked() {
	p.isDead = true
	p.kill()
}

func (p *process) dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.isDead
}

// calls are the calls of a process to its clouds.
type calls struct {
	p    *process
	base http.RoundTripper
}

func (c calls) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	err = c.p.step(func() error {
		resp, err = c.base.RoundTrip(r)
		return err
	})
	if err != nil && resp != nil {
		_ = resp.Body.Close()
		resp = nil
	}
	return resp, err
}

// pass takes one pass over the fleet, and returns when to come again.
func (p *process) pass() time.Duration {
	p.w.t.Helper()
	key := client.ObjectKey{Namespace: "shop", Name: "web"}
	result, err := p.reconciler.Reconcile(p.ctx, reconcile.Request{NamespacedName: key})
	if err != nil && !p.dead() {
		p.w.t.Fatalf("the pass failed: %v", err)
	}
	return result.RequeueAfter
}

// until takes passes until the fleet is as wanted, or the process has died. It fails the test
// after two hours.
func (p *process) until(what string, wanted func(*api.Fleet) bool) *api.Fleet {
	p.w.t.Helper()
	for start := time.Now(); ; {
		next := p.pass()
		f := p.w.fleet()
		if p.dead() || wanted(f) {
			return f
		}
		if time.Since(start) > 2*time.Hour {
			p.w.t.Fatalf("it never came to this: %s: %s", what, describe(f))
		}
		if next > 0 {
			time.Sleep(next)
		}
	}
}

// fleet returns the fleet as the API server has it, or nil.
func (w *world) fleet() *api.Fleet {
	w.t.Helper()
	var f api.Fleet
	err := w.api.Get(w.t.Context(), client.ObjectKey{Namespace: "shop", Name: "web"}, &f)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		w.t.Fatal(err)
	}
	return &f
}

// edit changes the spec of the fleet, as a user does.
func (w *world) edit(how func(*api.FleetSpec)) {
	w.t.Helper()
	f := w.fleet()
	how(&f.Spec)
	f.Generation++
	if err := w.api.Update(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) remove() {
	w.t.Helper()
	if err := w.api.Delete(w.t.Context(), w.fleet()); err != nil {
		w.t.Fatal(err)
	}
}

// alive returns how many instances exist at the clouds. Those that died while booting do not count:
// the clouds remove them in their own time.
func (w *world) alive() (n int) {
	for _, i := range w.sim.Instances() {
		if i.Phase != cloudsim.Failed {
			n++
		}
	}
	return n
}

// wantAlive checks how many instances exist at the clouds.
func (w *world) wantAlive(n int) {
	w.t.Helper()
	if got := w.alive(); got != n {
		w.t.Errorf("%d instances exist, want %d", got, n)
	}
}

// wantMade checks how many instances were ever made.
func (w *world) wantMade(n int) {
	w.t.Helper()
	if got := len(w.sim.Everything()); got != n {
		w.t.Errorf("%d instances were made, want %d", got, n)
	}
}

func describe(f *api.Fleet) string {
	if f == nil {
		return "no fleet"
	}
	text := fmt.Sprintf("%d ready, %d pending, %d failed, %d operations", f.Status.Ready, f.Status.Pending, f.Status.Failed,
		len(f.Status.Operations))
	for _, c := range f.Status.Conditions {
		text += fmt.Sprintf("; %s=%s %s %s", c.Type, c.Status, c.Reason, c.Message)
	}
	for _, o := range f.Status.Operations {
		text += fmt.Sprintf("; %s ending %t ended %t leaving %+v", o.ID, o.Ending, o.Ended, o.Leaving)
	}
	return text
}

// isReady returns whether so many instances run and nothing else is left.
func isReady(n int32) func(*api.Fleet) bool {
	return func(f *api.Fleet) bool {
		for _, c := range f.Status.Conditions {
			if c.Type == fleet.Ready && c.Status != metav1.ConditionTrue {
				return false
			}
		}
		return f.Status.Ready == n && f.Status.Pending+f.Status.Failed == 0
	}
}

func isGone(f *api.Fleet) bool { return f == nil }
