package providertest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// orderRules are about creates that only place an order: no instance exists until the
// order is paid. They are for clouds with a [Harness.Unpaid].
func orderRules(h Harness) []rule {
	if h.Unpaid == nil {
		return nil
	}
	const why = "A person has to pay the order, and would pay a second order too."
	return []rule{
		{"an unpaid order is reported at once and placed once", why, ordersOnce},
		{
			"after an order is paid, Resume finds its instances",
			"They exist, and no caller has their IDs.", resumesPaid,
		},
		{"Resume does not place an unpaid order again", why, resumesUnpaid},
	}
}

// unpaid is the harness's spec for n instances that are only ordered.
func (w *world) unpaid(n int) provider.RunInstancesSpec {
	spec := clone(w.Unpaid)
	spec.Count = n
	return spec
}

// orders returns the simulated cloud, which can leave orders unpaid.
func (w *world) orders() OrderCloud {
	w.t.Helper()
	cloud, ok := w.sim.(OrderCloud)
	if !ok {
		w.t.Fatalf("Harness.Unpaid is set: the simulated cloud must be an OrderCloud, %T is not", w.sim)
	}
	return cloud
}

// order places an order for a spec and leaves it unpaid.
func (w *world) order(
	spec *provider.RunInstancesSpec, o *provider.RunOptions,
) (op *provider.Operation, id string, err error) {
	w.t.Helper()
	w.inject(cloudsim.Fault{Kind: cloudsim.UnpaidOrder, Times: 1})
	op, err = w.client.RunInstances(w.ctx, *spec, o)
	ids := w.orders().UnpaidOrders()
	if len(ids) != 1 {
		w.t.Fatalf("%d orders, want 1: %v", len(ids), err)
	}
	return op, ids[0], err
}

func ordersOnce(t *testing.T, w *world) {
	spec := w.unpaid(3)
	start := time.Now()
	op, id, err := w.order(&spec, nil)
	var unpaid *provider.UnpaidError
	if !errors.As(err, &unpaid) || unpaid.OrderID != id || !says(err, id) {
		t.Fatalf("want an UnpaidError with order %s, got %v", id, err)
	}
	if !errors.Is(err, provider.ErrBalance) {
		t.Errorf("want ErrBalance, got %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v, want no repetition", took)
	}
	w.wantCreates("ordered", 1)
	w.wantOrdered("ordered", op, id, err)
}

// resumesPaid also resumes after two days, when the cloud has forgotten the client
// token.
func resumesPaid(t *testing.T, w *world) {
	for _, age := range []time.Duration{10 * time.Minute, 48 * time.Hour} {
		w.simulate(CloudOptions{})
		spec, o := w.unpaid(3), provider.RunOptions{Owner: "suite"}
		op, id, _ := w.order(&spec, &o)
		token := w.token(op)
		time.Sleep(age)
		if err := w.orders().Pay(id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		again, err := w.resume(token, &provider.ResumeOptions{Spec: &spec, Run: &o})
		if err != nil {
			t.Errorf("paid and resumed after %v: %v", age, err)
		}
		w.wantInHand(again, 3)
		w.wantNames(&spec)
		if n := len(w.orders().UnpaidOrders()); n != 0 {
			t.Errorf("%d more orders are unpaid, want none", n)
		}
		if info, err := provider.ReadToken(w.token(again)); err != nil || len(info.Orders) > 0 {
			t.Errorf("paid, the token still has the orders %v, %v", info.Orders, err)
		}
	}
}

func resumesUnpaid(_ *testing.T, w *world) {
	for _, age := range []time.Duration{10 * time.Minute, 48 * time.Hour} {
		for _, owner := range []string{"", "suite"} {
			w.simulate(CloudOptions{})
			spec, o := w.unpaid(3), provider.RunOptions{Owner: owner}
			op, id, _ := w.order(&spec, &o)
			token := w.token(op)
			time.Sleep(age)
			for range 2 {
				again, err := w.resume(token, &provider.ResumeOptions{Spec: &spec, Run: &o})
				w.wantOrdered(fmt.Sprintf("resumed after %v, owner %q", age, owner), again, id, err)
				token = w.token(again)
			}
		}
	}
}

// wantOrdered checks that an operation has its one order, and that an error names it.
func (w *world) wantOrdered(when string, op *provider.Operation, id string, err error) {
	w.t.Helper()
	if !says(err, id) {
		w.t.Errorf("%s: want an error that names order %s, got %v", when, id, err)
	}
	if orders := w.orders().UnpaidOrders(); !slices.Equal(orders, []string{id}) {
		w.t.Errorf("%s: unpaid orders are %v, want only %s", when, orders, id)
	}
	w.wantInHand(op, 0)
	info, err := provider.ReadToken(w.token(op))
	if err != nil || !slices.Equal(info.Orders, []string{id}) {
		w.t.Errorf("%s: the token has the orders %v, %v; want %s", when, info.Orders, err, id)
	}
}
