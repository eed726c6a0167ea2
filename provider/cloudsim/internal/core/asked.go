package core

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Asked returns the instances that a call can be about, from a position in the
// order of creation on: those whose IDs a parameter lists in JSON, or all without
// the parameter. To look through all for a hundred would take longer than the rest
// of a call. That the list is well-formed is for the filter to say.
func (c *Service) Asked(k *Call, param string, from int) []*Instance {
	var ids []string
	if text := k.Params[param]; text == "" || json.Unmarshal([]byte(text), &ids) != nil {
		return c.order[min(from, len(c.order)):]
	}
	return slices.DeleteFunc(c.Among(ids), func(m *Instance) bool { return m.Place < from })
}

// Among returns the instances with the given IDs, each once, in order of creation.
func (c *Service) Among(ids []string) []*Instance {
	out := make([]*Instance, 0, len(ids))
	for _, id := range ids {
		if m := c.machines[id]; m != nil {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *Instance) int { return cmp.Compare(a.Place, b.Place) })
	return slices.Compact(out)
}
