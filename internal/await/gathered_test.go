package await_test

import (
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/await"
)

func TestGatheredKeepsTheOrderOfTheIDs(t *testing.T) {
	var g await.Gathered[int]
	ids := []string{"c", "a", "b"}
	if got := g.Missing(slices.Clone(ids)); !slices.Equal(got, ids) {
		t.Errorf("missing at first are %v, want %v", got, ids)
	}
	for id, value := range map[string]int{"a": 1, "c": 3, "gone": 9} {
		g.Add(id, value)
	}
	if got, want := g.Missing(slices.Clone(ids)), []string{"b"}; !slices.Equal(got, want) {
		t.Errorf("missing are %v, want %v", got, want)
	}
	if got, want := g.Of(ids), []int{3, 1}; !slices.Equal(got, want) {
		t.Errorf("found are %v, want %v", got, want)
	}
}
