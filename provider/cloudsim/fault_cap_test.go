package cloudsim

import (
	"fmt"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestListCapIsSilent: a filter by tags finds the oldest instances up to the cap, over
// all pages, and reports no error.
func TestListCapIsSilent(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	var ids []string
	for range 3 {
		ids = append(ids, c.Run("Amount", "10", "Tag.1.Key", "k", "Tag.1.Value", "v")...)
	}
	tagged := []string{"Tag.1.Key", "k", "PageSize", "10"}
	sim.Inject(Fault{Kind: ListCap, Count: 25})
	third := readAliAnswer([]byte(c.Describe(append(tagged, "PageNumber", "3")...).Raw))
	if !slices.Equal(third.ids, ids[20:25]) || third.total != 25 {
		t.Errorf("page 3 has %d rows of %d, want 5 of 25", len(third.ids), third.total)
	}
	var paged []string
	next := ""
	for range 5 {
		got := c.Describe("Tag.1.Key", "k", "MaxResults", "10", "NextToken", next)
		for i := range got.Strings("Instances", "Instance") {
			paged = append(paged, fmt.Sprint(got.At("Instances", "Instance", i, "InstanceId")))
		}
		if next = fmt.Sprint(got.At("NextToken")); next == "" {
			break
		}
	}
	if !slices.Equal(paged, ids[:25]) {
		t.Errorf("by token %d instances are shown, want the first 25", len(paged))
	}
	if got := c.Describe("PageSize", "10").At("TotalCount"); got != 30.0 {
		t.Errorf("without the filter the total is %v, want 30", got)
	}
	if got := sim.Struck(ECS, ListCap); got != 4 {
		t.Errorf("the cap has struck %d calls, want 4: those with a filter", got)
	}
}

// TestListCapIsTheDocumentedOne unless the fault says otherwise.
func TestListCapIsTheDocumentedOne(t *testing.T) {
	sim := New(nil)
	c := newECSClient(t, sim)
	for range 11 {
		c.Run("Amount", "100", "Tag.1.Key", "k")
	}
	sim.Inject(Fault{Kind: ListCap})
	if got := c.Describe("Tag.1.Key", "k").At("TotalCount"); got != 1000.0 {
		t.Errorf("the total is %v, want 1000", got)
	}
}

func TestListCapOfENSAndCVM(t *testing.T) {
	sim := New(nil)
	ens, cvm := newENSClient(t, sim), newCVMClient(t, sim)
	ens.WantOK(ens.Call("RunInstances", simtest.ENSCreate("Amount", "3", "Tag.1.Key", "k", "Tag.1.Value", "v")...))
	cvm.Run(`{"InstanceCount":3,"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"k","Value":"v"}]}]}`)
	sim.Inject(Fault{Kind: ListCap, Count: 2})
	if got := ens.WantOK(ens.Call("DescribeInstances", "Tags", `[{"Key":"k","Value":"v"}]`)).At(
		"TotalCount"); got != 2.0 {
		t.Errorf("ENS finds %v instances by tag, want 2", got)
	}
	if got := ens.WantOK(ens.Call("DescribeInstances", "Tags", "null")).At("TotalCount"); got != 3.0 {
		t.Errorf("ENS finds %v instances without a filter, want 3", got)
	}
	for filter, want := range map[string]int{"tag:k": 2, "tag-key": 2, "zone": 3} {
		value := map[string]string{"tag:k": "v", "tag-key": "k", "zone": "ap-guangzhou-2"}[filter]
		if got := cvm.Call("DescribeInstances",
			`{"Filters":[{"Name":"`+filter+`","Values":["`+value+`"]}]}`); got.TotalCount != want {
			t.Errorf("CVM finds %d instances by %s, want %d", got.TotalCount, filter, want)
		}
	}
	form := simtest.V1POST(map[string]string{"Filters.0.Name": "tag:k", "Filters.0.Values.0": "v"})
	if got := simtest.AskCVM(t, sim.Handler(CVM), form); got.TotalCount != 2 {
		t.Errorf("CVM finds %d instances by tag in a form, want 2", got.TotalCount)
	}
}
