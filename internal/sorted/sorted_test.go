package sorted_test

import (
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

func TestKeysAreInOrder(t *testing.T) {
	m := map[string]int{"b": 1, "": 2, "a": 3, "a1": 4}
	if got, want := sorted.Keys(m), []string{"", "a", "a1", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := sorted.Keys[int](nil); got != nil {
		t.Errorf("a nil map: got %q, want nil", got)
	}
}

func TestKeysTakeOneAllocation(t *testing.T) {
	m := map[string]string{}
	for _, k := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		m[k] = k
	}
	if n := testing.AllocsPerRun(100, func() { sorted.Keys(m) }); n > 1 {
		t.Errorf("%v allocations, want 1", n)
	}
}

func TestDistinctKeepsTheOrder(t *testing.T) {
	got := sorted.Distinct([]string{"b", "a", "b", "", "a", ""})
	if want := []string{"b", "a", ""}; !slices.Equal(got, want) {
		t.Errorf("distinct are %q, want %q", got, want)
	}
}
