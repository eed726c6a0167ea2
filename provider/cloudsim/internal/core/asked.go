package core

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Asked returns the instances that a call may be about, from a position in the order of
// creation on: the instances in a JSON list of IDs, or all without that parameter. It
// does not search all instances for a hundred IDs: that would take longer than the rest
// of the call. The caller's filter checks that the list is well-formed.
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
		if m := c.instances[id]; m != nil {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *Instance) int { return cmp.Compare(a.Place, b.Place) })
	return slices.Compact(out)
}
