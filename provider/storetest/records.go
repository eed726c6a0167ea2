package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

func recordRules() []rule {
	return []rule{
		{"records come back whole and in order", "They are the journal.", recordOrder},
		{"records of any bytes and of every size up to the limit come back", "They are no text.", recordBytes},
		{"a save of many long records comes back whole", "A large operation is many records.", recordMany},
		{"what a caller does with its buffers afterwards changes nothing", "Buffers are used again.", recordAlias},
		{"obsolete records may go, later ones stay", "The whole operation is saved now and then.", recordObsolete},
		{"a save updates the entry and leaves what it was made with", "Lists read it.", saveCounts},
		{"saving and renewing what is there already is no error", "MySQL counts such rows as not found.", saveSame},
		{"many operations are saved at once", "A process runs many.", saveAtOnce},
	}
}

func recordOrder(w *world) {
	c := w.claim("web", "a")
	w.save(c, 5, "one", "two")
	w.save(c, 1<<40, "three") // with a gap
	w.save(c, 1<<40+1)
	w.save(c, 1<<62, "four")
	want := []string{"one", "two", "three", "four"}
	if got := w.texts("web"); !slices.Equal(got, want) {
		w.Errorf("got %q, want %q", got, want)
	}
	w.store = w.open(w.Open)
	if got := w.texts("web"); !slices.Equal(got, want) {
		w.Errorf("opened again: got %q, want %q", got, want)
	}
}

// bytesOf returns n bytes that look like nothing.
func bytesOf(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 31 >> 3)
	}
	return string(b)
}

func recordBytes(w *world) {
	c := w.claim("web", "a")
	var want []string
	for i, n := range []int{0, 1, 255, 1 << 10, 64<<10 - 1, 64 << 10, 64<<10 + 1, store.MaxRecord} {
		want = append(want, bytesOf(n))
		w.save(c, int64(i+1), bytesOf(n))
	}
	if got := w.texts("web"); !slices.Equal(got, want) {
		w.Errorf("got %d records, want %d, each with its bytes", len(got), len(want))
	}
}

func recordMany(w *world) {
	c := w.claim("web", "a")
	var want []string
	for i := range 12 { // 3 MiB
		want = append(want, fmt.Sprint(i)+bytesOf(store.MaxRecord-10))
	}
	w.save(c, 1, want...)
	if got := w.texts("web"); !slices.Equal(got, want) {
		w.Errorf("got %d records, want %d, each with its bytes", len(got), len(want))
	}
}

func recordAlias(w *world) {
	e := entry("web")
	c, err := w.store.Claim(w.Context(), e, "a", long)
	if err != nil {
		w.Fatal(err)
	}
	ch := change(1, "one")
	if err := w.store.Save(w.Context(), c, ch); err != nil {
		w.Fatal(err)
	}
	ch.Records[0].Data[0], e.Definition[0] = '?', '?'
	if got := w.texts("web"); len(got) != 1 || got[0] != "one" {
		w.Errorf("got %q, want one", got)
	}
	got, _, err := w.store.Load(w.Context(), "web")
	if err != nil {
		w.Fatal(err)
	}
	if !bytes.Equal(got.Definition, entry("web").Definition) {
		w.Errorf("definition: got %q, want %q", got.Definition, entry("web").Definition)
	}
}

func recordObsolete(w *world) {
	c := w.claim("web", "a")
	w.save(c, 1, "one", "two", "three")
	ch := change(4, "four")
	ch.Obsolete = 3
	if err := w.store.Save(w.Context(), c, ch); err != nil {
		w.Fatal(err)
	}
	w.save(c, 5, "five")
	got := w.texts("web")
	if n := len(got); n < 3 || !slices.Equal(got[n-3:], []string{"three", "four", "five"}) {
		w.Errorf("got %q, want that the last are three, four and five", got)
	}
	next := w.takeOver(c, "b")
	ch = change(next.Fence<<32, "all")
	ch.Obsolete = next.Fence << 32
	if err := w.store.Save(w.Context(), next, ch); err != nil {
		w.Fatal(err)
	}
	got = w.texts("web")
	if n := len(got); n < 1 || got[n-1] != "all" {
		w.Errorf("got %q, want that the last is what the next holder saved", got)
	}
}

func saveCounts(w *world) {
	c := w.claim("web", "a")
	ch := store.Change{Counts: store.Counts{Asked: 3, Known: 3, Settled: true}}
	if err := w.store.Save(w.Context(), c, ch); err != nil {
		w.Fatal(err)
	}
	got, _, err := w.store.Load(w.Context(), "web")
	if err != nil {
		w.Fatal(err)
	}
	if got.Counts != ch.Counts {
		w.Errorf("counts: got %+v, want %+v", got.Counts, ch.Counts)
	}
	if got.Cloud != "aliyun" || got.Owner != "shop" || got.Holder != "a" {
		w.Errorf("got %+v, want the cloud, the owner and the holder as before", got)
	}
	if got.Updated.Before(got.Created) {
		w.Errorf("updated %v before it was created, %v", got.Updated, got.Created)
	}
}

func saveSame(w *world) {
	c := w.claim("web", "a")
	ch := change(0)
	for range 3 {
		if err := w.store.Save(w.Context(), c, ch); err != nil {
			w.Errorf("saving the same: got %v, want nil", err)
		}
		if err := w.store.Renew(w.Context(), c, long); err != nil {
			w.Errorf("renewing for the same time: got %v, want nil", err)
		}
	}
	for range 2 {
		if err := w.store.Release(w.Context(), c); err != nil {
			w.Errorf("releasing: got %v, want nil", err)
		}
	}
}

func saveAtOnce(w *world) {
	var g sync.WaitGroup
	const operations, saves = 8, 10
	for n := range operations {
		id := fmt.Sprint("web-", n)
		c := w.claim(id, "a")
		g.Go(func() {
			for i := range saves {
				if err := w.store.Save(w.Context(), c, change(int64(i+1), fmt.Sprint(id, i))); err != nil {
					w.Errorf("%s: got %v, want nil", id, err)
				}
			}
		})
		g.Go(func() { // as the renewal of the claim does
			for range saves {
				if err := w.store.Renew(w.Context(), c, long); err != nil {
					w.Errorf("%s: renewing: got %v, want nil", id, err)
				}
			}
		})
	}
	g.Wait()
	for n := range operations {
		if got := w.texts(fmt.Sprint("web-", n)); len(got) != saves {
			w.Errorf("web-%d: got %d records, want %d", n, len(got), saves)
		}
	}
}
