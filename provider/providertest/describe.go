package providertest

import (
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func describeRules() []rule {
	return []rule{
		{
			"by more IDs than one call may carry",
			"IDs past the limit of one call must not be forgotten.", describesManyIDs,
		},
		{"all pages of a list", "A list that ends after the vendor's first page loses instances.", describesAllPages},
		{"unknown IDs are absent", "One stale ID must not hide the others.", describesAroundMissing},
		{
			"an instance that is not visible yet is absent",
			"It is neither an error nor gone, and it hides no other.", describesAroundInvisible,
		},
		{
			"by tags, more than one page",
			"Instances that a filter leaves out are never looked for again.", describesByTags,
		},
		{"by name", "A name that only begins the same is another instance.", describesByName},
		{
			"in another region",
			"A list of one region that shows another leads to releases of the wrong instances.", describesElsewhere,
		},
		{
			"the details of an instance",
			"ID, state, type, image, place and address are what callers read.", describesDetails,
		},
	}
}

func (w *world) describe(q provider.Query) []provider.Instance {
	w.t.Helper()
	var out []provider.Instance
	for i, err := range w.client.DescribeInstances(w.ctx, q) {
		if err != nil {
			w.t.Fatalf("describe: %v", err)
		}
		out = append(out, i)
	}
	return out
}

func idsOf(list []provider.Instance) []string {
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	slices.Sort(ids)
	return ids
}

func describesManyIDs(t *testing.T, w *world) {
	n := w.client.Limits().IDsPerDescribe + 30
	ids := w.run(n).InstanceIDs()
	got := idsOf(w.describe(provider.Query{IDs: ids}))
	if !slices.Equal(got, slices.Sorted(slices.Values(ids))) {
		t.Errorf("asked for %d instances, got %d; missing %v", n, len(got), minus(ids, got))
	}
}

func describesAllPages(t *testing.T, w *world) {
	n := 2*w.client.Limits().IDsPerDescribe + 5
	ids := w.run(n).InstanceIDs()
	got := idsOf(w.describe(provider.Query{}))
	if !slices.Equal(got, slices.Sorted(slices.Values(ids))) {
		t.Errorf("%d instances exist, the list has %d; missing %v", n, len(got), minus(ids, got))
	}
}

func describesAroundMissing(t *testing.T, w *world) {
	real := w.run(2).InstanceIDs()
	gone := w.run(1).InstanceIDs()
	if _, err := w.client.WaitInstances(w.ctx, "", gone, provider.StateRunning, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.TerminateInstances(w.ctx, "", gone, &provider.TerminateOptions{Wait: true}); err != nil {
		t.Fatal(err)
	}
	got := idsOf(w.describe(provider.Query{IDs: []string{real[0], gone[0], real[1]}}))
	if !slices.Equal(got, slices.Sorted(slices.Values(real))) {
		t.Errorf("got %v, want the two that exist: %v", got, real)
	}
}

func describesAroundInvisible(t *testing.T, w *world) {
	visible := w.run(2).InstanceIDs()
	w.inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 5 * time.Minute})
	late := w.run(2).InstanceIDs()
	all := slices.Concat(late[:1], visible, late[1:])
	if got := idsOf(w.describe(provider.Query{IDs: all})); !slices.Equal(got, sorted(visible)) {
		t.Errorf("got %v, want the two that are visible: %v", got, visible)
	}
	time.Sleep(6 * time.Minute)
	if got := idsOf(w.describe(provider.Query{IDs: all})); !slices.Equal(got, sorted(all)) {
		t.Errorf("got %v, want all of %v", got, all)
	}
}

func describesByTags(t *testing.T, w *world) {
	if w.client.Support().Field("Tags").Param == "" {
		return
	}
	n := w.client.Limits().IDsPerDescribe + 5
	spec := w.spec(n)
	spec.Tags = map[string]string{"team": "a"}
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.run(2)
	time.Sleep(10 * time.Minute) // tags may come late
	got := idsOf(w.describe(provider.Query{Tags: spec.Tags}))
	if !slices.Equal(got, sorted(op.InstanceIDs())) {
		t.Errorf("%d instances bear the tag, the list has %d; missing %v", n, len(got), minus(op.InstanceIDs(), got))
	}
}

func describesByName(t *testing.T, w *world) {
	var want []string
	for _, name := range []string{"web", "web-2", "other-web"} {
		spec := w.spec(1)
		spec.Name = name
		op, err := w.client.RunInstances(w.ctx, spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		if name == "web" {
			want = op.InstanceIDs()
		}
	}
	if got := idsOf(w.describe(provider.Query{Name: "web"})); !slices.Equal(got, want) {
		t.Errorf("the instance named web is %v, got %v", want, got)
	}
}

func describesElsewhere(t *testing.T, w *world) {
	ids := w.run(2).InstanceIDs()
	if got := idsOf(w.describe(provider.Query{Region: w.elsewhere()})); len(got) != 0 {
		t.Errorf("the list of %s has %v, want none", w.elsewhere(), got)
	}
	if got := idsOf(w.describe(provider.Query{})); !slices.Equal(got, sorted(ids)) {
		t.Errorf("the list of the client's region has %v, want %v", got, ids)
	}
}

func describesDetails(t *testing.T, w *world) {
	spec := w.spec(1)
	spec.Name = "detail"
	op, err := w.client.RunInstances(w.ctx, spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := op.Wait(w.ctx, nil)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d instances, %v", len(list), err)
	}
	i := list[0]
	if i.ID != op.InstanceIDs()[0] || i.State != provider.StateRunning || i.RawState == "" {
		t.Errorf("ID %q, state %q, raw state %q", i.ID, i.State, i.RawState)
	}
	if i.Name != "detail" || i.ImageID != spec.ImageID || i.Region != op.Region() {
		t.Errorf("name %q, image %q, region %q; want detail, %q, %q", i.Name, i.ImageID, i.Region, spec.ImageID,
			op.Region())
	}
	typeDiffers := spec.InstanceType != "" && i.InstanceType != spec.InstanceType
	zoneDiffers := spec.Zone != "" && i.Zone != spec.Zone
	if typeDiffers || zoneDiffers {
		t.Errorf("type %q, zone %q; want %q, %q", i.InstanceType, i.Zone, spec.InstanceType, spec.Zone)
	}
	if len(i.PrivateIPs) == 0 || i.Sys() == nil || i.CPUs == 0 || i.MemoryMiB == 0 {
		t.Errorf("private addresses %v, %d CPUs, %d MiB, raw record %v; want all of them", i.PrivateIPs, i.CPUs,
			i.MemoryMiB, i.Sys() != nil)
	}
}
