package storetest

import (
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

func listRules() []rule {
	return []rule{
		{"a list has every operation once, page by page", "What is left out is never continued.", listPages},
		{"a list has what its query selects", "Each program continues its own.", listSelects},
		{"the unfinished are those that are not settled", "A restart continues them.", listUnfinished},
		{"a list tells what an entry tells", "It is read to decide.", listEntries},
	}
}

// listed returns the IDs of a list.
func (w *world) listed(q store.Query) (ids []string) {
	w.Helper()
	for e, err := range store.Entries(w.Context(), w.store, q) {
		if err != nil {
			w.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

func listPages(w *world) {
	if got := w.listed(store.Query{}); len(got) != 0 {
		w.Errorf("an empty store: got %q, want nothing", got)
	}
	var want []string
	for n := range 25 {
		id := fmt.Sprintf("Web_%02d-x", 24-n)
		w.claim(id, "a")
		want = append(want, id)
	}
	slices.Sort(want)
	for _, limit := range []int{0, 1, 7, 24, 25, 26} {
		if got := w.listed(store.Query{Limit: limit}); !slices.Equal(got, want) {
			w.Errorf("pages of %d: got %q, want %q", limit, got, want)
		}
	}
	page, err := w.store.List(w.Context(), store.Query{Limit: 7, After: want[3]})
	if err != nil {
		w.Fatal(err)
	}
	if n := len(page.Entries); n != 7 || page.Entries[0].ID != want[4] {
		w.Errorf("a page after %s: got %d entries, want 7 from %s on", want[3], n, want[4])
	}
	if page.Next == "" {
		w.Errorf("next: got nothing, want that the list goes on")
	}
}

func listSelects(w *world) {
	for id, e := range map[string]store.Entry{
		"a": {Cloud: "aliyun", Region: "r1", Owner: "shop"}, "b": {Cloud: "aliyun", Region: "r2", Owner: "mail"},
		"c": {Cloud: "ens", Region: "r1", Owner: "shop"}, "d": {Cloud: "ens", Region: "r1"},
	} {
		e.ID = id
		if _, err := w.store.Claim(w.Context(), e, "p", long); err != nil {
			w.Fatal(err)
		}
	}
	for _, c := range []struct {
		q    store.Query
		want []string
	}{
		{store.Query{}, []string{"a", "b", "c", "d"}},
		{store.Query{Cloud: "aliyun"}, []string{"a", "b"}},
		{store.Query{Region: "r1", Limit: 1}, []string{"a", "c", "d"}},
		{store.Query{Owner: "shop", Cloud: "ens"}, []string{"c"}},
		{store.Query{Owner: "nobody"}, nil},
	} {
		if got := w.listed(c.q); !slices.Equal(got, c.want) {
			w.Errorf("%+v: got %q, want %q", c.q, got, c.want)
		}
	}
}

func listUnfinished(w *world) {
	for n := range 10 {
		c := w.claim(fmt.Sprint("web-", n), "a")
		ch := store.Change{Counts: store.Counts{Asked: 3, Settled: n%2 == 0}}
		if err := w.store.Save(w.Context(), c, ch); err != nil {
			w.Fatal(err)
		}
	}
	var got []string
	for e, err := range store.Unfinished(w.Context(), w.store, store.Query{Limit: 2}) {
		if err != nil {
			w.Fatal(err)
		}
		got = append(got, e.ID)
	}
	if want := []string{"web-1", "web-3", "web-5", "web-7", "web-9"}; !slices.Equal(got, want) {
		w.Errorf("got %q, want %q", got, want)
	}
	live, err := store.Live(w.store, store.Query{Owner: "shop"})(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	if len(live) != 10 {
		w.Errorf("got %d live operations, want all 10: instances of settled ones are in use", len(live))
	}
}

func listEntries(w *world) {
	c := w.claim("web", "a")
	w.save(c, 1, "one")
	page, err := w.store.List(w.Context(), store.Query{})
	if err != nil {
		w.Fatal(err)
	}
	want, _, err := w.store.Load(w.Context(), "web")
	if err != nil {
		w.Fatal(err)
	}
	if len(page.Entries) != 1 {
		w.Fatalf("got %d entries, want 1", len(page.Entries))
	}
	got := page.Entries[0]
	if got.Counts != want.Counts || got.Holder != want.Holder || !got.Created.Equal(want.Created) {
		w.Errorf("got %+v, want %+v", got, want)
	}
	if string(got.Definition) != string(want.Definition) {
		w.Errorf("definition: got %q, want %q", got.Definition, want.Definition)
	}
}
