package cloudsim

import "testing"

// TestStockRunsOutHalfWay: on clouds whose documents do not rule it out, a refused
// create made some instances.
func TestStockRunsOutHalfWay(t *testing.T) {
	soldOut := map[Cloud]string{ENS: "StockNotEnough", QingCloud: "5200"}
	eachVendor(t, nil, func(t *testing.T, v *vendor) {
		v.sim.Inject(Fault{Kind: StockRanOut, Count: 2, Times: 1})
		got := v.ask(v.create(5, ""))
		want, left, struck := "", 5, 0
		if code := soldOut[v.cloud]; code != "" {
			want, left, struck = code, 2, 1
		}
		if got.code != want {
			t.Errorf("the create is answered %q, want %q", got.code, want)
		}
		if n := len(v.exist()); n != left {
			t.Errorf("%d instances exist, want %d", n, left)
		}
		v.struck(StockRanOut, struck)
		v.sim.Inject(Fault{Kind: StockRanOut, Times: 1})
		before := len(v.exist())
		if got := v.ask(v.create(4, "")).code; got != want {
			t.Errorf("without a Count the create is answered %q, want %q", got, want)
		}
		if n := len(v.exist()) - before; want != "" && n != 1 {
			t.Errorf("without a Count the refusal made %d instances, want 1", n)
		}
		v.sim.ClearFaults()
		if code := v.ask(v.create(1, "")).code; code != "" {
			t.Errorf("the next create is refused with %s", code)
		}
	})
}

// TestStockRunsOutHidesNoOtherRefusal: an error of the request is still reported.
func TestStockRunsOutHidesNoOtherRefusal(t *testing.T) {
	v := ensVendor(t, New(nil))
	v.sim.Inject(Fault{Kind: StockRanOut})
	if got := v.ask(v.create(1000, "")).code; got != "InvalidParameter.Amount" {
		t.Errorf("a malformed create is answered %q, want InvalidParameter.Amount", got)
	}
}
