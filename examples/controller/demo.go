package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/examples/controller/fleet"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// demoTemplate is an instance of Alibaba Cloud.
const demoTemplate = `{"name": "web", "imageId": "ubuntu_22_04_x64_20G_alibase_20230907.vhd", "instanceType": "ecs.g6.large",
	"network": {"subnetId": "vsw-bp1valid", "securityGroupIds": ["sg-bp1valid"]}, "login": {"password": "secret:web/password"}}`

// demo is a fleet on a fake API server and a simulated cloud.
type demo struct {
	out  io.Writer
	api  client.Client
	sim  *cloudsim.Sim
	name client.ObjectKey
}

// demonstrate makes a fleet of three, loses the answer of its create and its controller, goes on with
// another controller, and deletes the fleet.
func demonstrate(ctx context.Context, out io.Writer) error {
	d := &demo{out: out, name: client.ObjectKey{Namespace: "shop", Name: "web"}}
	d.sim = cloudsim.New(&cloudsim.Options{Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return time.Second }})
	f := &api.Fleet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Generation: 1}}
	f.Spec = api.FleetSpec{Account: "shop", Replicas: 3, Template: runtime.RawExtension{Raw: []byte(demoTemplate)}}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Data: map[string][]byte{"password": []byte("Passw0rd-1234")},
	}
	d.api = fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(f).WithObjects(f, secret).Build()
	d.sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.ResetAfter, Times: 1})
	if err := d.until(ctx, func(f *api.Fleet) bool { return f.Status.Ready == 3 }); err != nil {
		return err
	}
	ready := len(d.sim.Instances())
	if err := d.api.Delete(ctx, f); err != nil {
		return err
	}
	if err := d.until(ctx, func(f *api.Fleet) bool { return f == nil }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d of 3 ready; %d left\n", ready, len(d.sim.Instances()))
	return err
}

// until takes passes, each with a controller that knows nothing of the one before.
func (d *demo) until(ctx context.Context, wanted func(*api.Fleet) bool) error {
	for {
		r, err := d.reconciler()
		if err != nil {
			return err
		}
		result, err := r.Reconcile(ctx, reconcile.Request{NamespacedName: d.name})
		if err != nil {
			return err
		}
		f := &api.Fleet{}
		if err := d.api.Get(ctx, d.name, f); client.IgnoreNotFound(err) != nil {
			return err
		} else if err != nil {
			f = nil
		}
		d.show(f)
		if wanted(f) {
			return nil
		}
		select {
		case <-time.After(result.RequeueAfter):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *demo) reconciler() (*fleet.Reconciler, error) {
	c, err := clouds.New(clouds.Config{
		Cloud: "aliyun", Region: "cn-hangzhou", Transport: d.sim.Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Options:     &provider.Options{FirstLook: time.Second},
	})
	return &fleet.Reconciler{Client: d.api, Clients: map[string]*provider.Client{"shop": c}, Owner: "fleets"}, err
}

func (d *demo) show(f *api.Fleet) {
	if f == nil {
		_, _ = fmt.Fprintf(d.out, "the fleet is gone; the cloud has %d instances\n", len(d.sim.Instances()))
		return
	}
	word := ""
	for _, c := range f.Status.Conditions {
		if c.Type == fleet.Ready {
			word = c.Reason + " " + c.Message
		}
	}
	_, _ = fmt.Fprintf(d.out, "%d ready, %d pending, %d failed; the cloud has %d instances; %s\n",
		f.Status.Ready, f.Status.Pending, f.Status.Failed, len(d.sim.Instances()), word)
}
