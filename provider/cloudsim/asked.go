package cloudsim

import (
	"cmp"
	"encoding/json"
	"slices"
)

// asked returns the machines that a call can be about, from a position in the
// order of creation on: those whose IDs a parameter lists in JSON, or all without
// the parameter. To look through all for a hundred would take longer than the rest
// of a call. That the list is well-formed is for the filter to say.
func (c *cloud) asked(k *call, param string, from int) []*machine {
	var ids []string
	if text := k.params[param]; text == "" || json.Unmarshal([]byte(text), &ids) != nil {
		return c.order[min(from, len(c.order)):]
	}
	return slices.DeleteFunc(c.among(ids), func(m *machine) bool { return m.place < from })
}

// among returns the machines with the given IDs, each once, in order of creation.
func (c *cloud) among(ids []string) []*machine {
	out := make([]*machine, 0, len(ids))
	for _, id := range ids {
		if m := c.machines[id]; m != nil {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *machine) int { return cmp.Compare(a.place, b.place) })
	return slices.Compact(out)
}
