package tree

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func insertAt(t *testing.T, root map[string]any, name string) error {
	t.Helper()
	_, err := Insert(root, strings.Split(name, "."), "new")
	return err
}

func TestAParameterIsInsertedWhereNothingIs(t *testing.T) {
	for name, want := range map[string]string{
		"A":        `{"A":"new","List":[{"B":"old"}],"Text":"old"}`,
		"A.B":      `{"A":{"B":"new"},"List":[{"B":"old"}],"Text":"old"}`,
		"A.0.B":    `{"A":[{"B":"new"}],"List":[{"B":"old"}],"Text":"old"}`,
		"List.0.C": `{"List":[{"B":"old","C":"new"}],"Text":"old"}`,
		"List.1":   `{"List":[{"B":"old"},"new"],"Text":"old"}`,
	} {
		root := map[string]any{"Text": "old", "List": []any{map[string]any{"B": "old"}}}
		if err := insertAt(t, root, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, _ := json.Marshal(root); string(got) != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestNothingIsReplaced(t *testing.T) {
	for name, want := range map[string]string{
		"Text":     "the spec sets it already",
		"Text.A":   "is no object",
		"Text.0":   "is no list",
		"List.0.B": "the spec sets it already",
		"List.2":   "leaves a gap",
		"List.A":   "is no object",
	} {
		root := map[string]any{"Text": "old", "List": []any{map[string]any{"B": "old"}}}
		if err := insertAt(t, root, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, want)
		}
	}
}

func TestListsFillInOrder(t *testing.T) {
	names := [][]string{{"A", "10"}, {"A", "9", "B"}, {"A", "9"}, {"A"}}
	slices.SortFunc(names, BySteps)
	got := ""
	for _, steps := range names {
		got += strings.Join(steps, ".") + " "
	}
	if want := "A A.9 A.9.B A.10 "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLeavesHaveFlatNames(t *testing.T) {
	root := map[string]any{
		"A": "x", "B": []any{map[string]any{"C": json.Number("1")}}, "D": json.RawMessage(`{"E":[true]}`), "F": nil,
	}
	flat := map[string]string{}
	Flatten(flat, "", root)
	for name, want := range map[string]string{"A": "x", "B.0.C": "1", "D.E.0": "true"} {
		if got := flat[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	leaves := map[string]any{}
	Leaves(leaves, "", root)
	if _, ok := leaves["F"]; ok {
		t.Error("null is a leaf, want none")
	}
	if got, want := leaves["B.0.C"], json.Number("1"); got != want {
		t.Errorf("B.0.C: got %v, want %v", got, want)
	}
}
