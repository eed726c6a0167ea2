package cloudsim

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestUnpaidOrders: AutoPay=false answers with an order and without instances. The same
// token names the instances after the order is paid.
func TestUnpaidOrders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newECSClient(t, sim)
		pairs := simtest.ECSCreate("InstanceChargeType", "PrePaid", "Period", "1", "AutoPay", "false", "Amount", "2",
			"ClientToken", "op-1")
		ask := func() vendorAnswer { return readAliAnswer([]byte(c.WantOK(c.Call("RunInstances", pairs...)).Raw)) }
		first, again := ask(), ask()
		if first.order == "" || len(first.ids) != 0 {
			t.Fatalf("answered order %q and %v, want an order and no instances", first.order, first.ids)
		}
		if again.order != first.order || len(again.ids) != 0 {
			t.Errorf("the token is answered order %q and %v, want %q and none", again.order, again.ids, first.order)
		}
		if n := len(sim.Everything()); n != 0 {
			t.Errorf("%d instances exist before the order is paid", n)
		}
		if got := sim.UnpaidOrders(ECS); !slices.Equal(got, []string{first.order}) {
			t.Errorf("the unpaid orders are %v, want %s", got, first.order)
		}

		time.Sleep(time.Hour)
		paidAt := time.Now()
		if err := sim.Pay(ECS, first.order); err != nil {
			t.Fatal(err)
		}
		paid := ask()
		if paid.order != first.order || len(paid.ids) != 2 {
			t.Errorf("the paid order is answered %q and %v, want %q and two instances", paid.order, paid.ids,
				first.order)
		}
		for i, m := range sim.Instances() {
			if m.ID != paid.ids[i] || m.Charge != Prepaid || m.Create != 1 || !m.Created.Equal(paidAt) {
				t.Errorf("instance %d is %s, %s, of create %d, made at %v", i, m.ID, m.Charge, m.Create, m.Created)
			}
		}
		if got := sim.UnpaidOrders(ECS); len(got) != 0 {
			t.Errorf("the unpaid orders are %v, want none", got)
		}
		for _, id := range []string{first.order, "200000000009", ""} {
			if err := sim.Pay(ECS, id); err == nil {
				t.Errorf("order %q is paid, want an error", id)
			}
		}
	})
}

// TestAutoPayIsForPrepaidInstances: for others, and when it is true, it changes nothing.
func TestAutoPayIsForPrepaidInstances(t *testing.T) {
	c := newECSClient(t, New(nil))
	for _, pairs := range [][]string{
		{"AutoPay", "false"},
		{"InstanceChargeType", "PrePaid", "Period", "1", "AutoPay", "true"},
		{"InstanceChargeType", "PrePaid", "Period", "1"},
	} {
		if ids := c.Run(pairs...); len(ids) != 1 {
			t.Errorf("%v is answered %v, want an instance", pairs, ids)
		}
	}
	c.WantCode(c.Call("RunInstances", simtest.ECSCreate("AutoPay", "perhaps")...), 400, "InvalidParameter")
}

// TestUnpaidOrdersByFault: it hits prepaid calls that answer with an order.
func TestUnpaidOrdersByFault(t *testing.T) {
	sim := New(nil)
	sim.Inject(Fault{Kind: UnpaidOrder})
	sim.Inject(Fault{Kind: LateVisibility, Delay: time.Minute})
	ecs, ens := newECSClient(t, sim), newENSClient(t, sim)
	prepaid := []string{"InstanceChargeType", "PrePaid", "Period", "1"}
	for cloud, reply := range map[Cloud]simtest.AlibabaAnswer{
		ECS: ecs.WantOK(ecs.Call("RunInstances", simtest.ECSCreate(prepaid...)...)),
		ENS: ens.WantOK(ens.Call("RunInstances", simtest.ENSCreate(prepaid...)...)),
	} {
		got := readAliAnswer([]byte(reply.Raw))
		if got.order == "" || len(got.ids) != 0 {
			t.Errorf("%s answers order %q and %v, want an order and no instances", cloud, got.order, got.ids)
		}
		if err := sim.Pay(cloud, got.order); err != nil {
			t.Error(err)
		}
		made := sim.Instances(cloud)
		if len(made) != 1 {
			t.Fatalf("%s has %d instances after the order is paid, want 1", cloud, len(made))
		}
		if late := made[0].VisibleAt.Sub(made[0].Created); late != time.Minute {
			t.Errorf("%s shows the instance %v after it was made, want a minute: the create was struck", cloud, late)
		}
		if n := sim.Struck(cloud, UnpaidOrder); n != 1 {
			t.Errorf("%s: struck %d calls, want 1", cloud, n)
		}
	}
}

func TestUnpaidOrderSparesOtherCreates(t *testing.T) {
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: UnpaidOrder})
		if ids := v.made(1); len(ids) != 1 {
			t.Errorf("a postpaid create names %v, want an instance", ids)
		}
		v.struck(UnpaidOrder, 0)
	})
	sim := New(nil)
	sim.Inject(Fault{Kind: UnpaidOrder})
	ens := newENSClient(t, sim)
	if ids := ens.WantOK(ens.Call("CreateInstance", simtest.ENSCreateOld("InstanceChargeType",
		"PrePaid")...)).Strings("InstanceIds", "InstanceId"); len(ids) != 1 {
		t.Errorf("CreateInstance of ENS, which answers no order, names %v, want an instance", ids)
	}
}

func TestUnpaidOrdersAreListedByAge(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	var want []string
	for range 12 {
		reply := c.WantOK(c.Call("RunInstances", simtest.ECSCreate("InstanceChargeType", "PrePaid", "Period", "1",
			"AutoPay", "false")...))
		want = append(want, readAliAnswer([]byte(reply.Raw)).order)
	}
	if got := sim.UnpaidOrders(ECS); !slices.Equal(got, want) {
		t.Errorf("the unpaid orders are %v, want %v", got, want)
	}
}

func TestENSAutoRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newENSClient(t, sim)
		at := time.Now().Add(time.Hour)
		c.WantOK(c.Call("RunInstances", simtest.ENSCreate("AutoReleaseTime", at.UTC().Format(alibaba.TimeFormat))...))
		time.Sleep(time.Hour - 1)
		if n := len(sim.Instances()); n != 1 {
			t.Errorf("before the release time %d instances exist, want 1", n)
		}
		time.Sleep(time.Second)
		if n := len(sim.Instances()); n != 0 {
			t.Errorf("after the release time %d instances exist, want none", n)
		}
	})
}
