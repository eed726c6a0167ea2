package await

import "slices"

// Gathered holds what several waits, one after the other, have found ready of one list of IDs.
// The zero value is empty.
type Gathered[I any] struct{ byID map[string]I }

// Add records an ID that is ready.
func (g *Gathered[I]) Add(id string, value I) {
	if g.byID == nil {
		g.byID = map[string]I{}
	}
	g.byID[id] = value
}

// Missing returns the IDs that are not ready. It reuses the list.
func (g *Gathered[I]) Missing(ids []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool {
		_, ready := g.byID[id]
		return ready
	})
}

// Of returns what was found of the IDs that are ready, in the order of the IDs.
func (g *Gathered[I]) Of(ids []string) (list []I) {
	for _, id := range ids {
		if value, ready := g.byID[id]; ready {
			list = append(list, value)
		}
	}
	return list
}
