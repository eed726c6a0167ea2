// Package sorted sorts keys: the same spec must give the same request and the same
// errors. It also removes repetitions from lists.
package sorted

import "slices"

// Keys returns the keys of a map in order. It allocates once, which slices.Sorted of
// maps.Keys cannot do: every create calls it several times.
func Keys[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Distinct returns the elements of a list, each once, in their order.
func Distinct[T comparable](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	seen, out := make(map[T]bool, len(list)), make([]T, 0, len(list))
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
