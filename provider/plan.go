package provider

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/marker"
)

// split divides a spec into creates that one call each can carry, and spreads MinCount over
// them. Whether the operation has enough is decided for the whole, see runError.
func (c *Client) split(spec *RunInstancesSpec) []ledger.Plan {
	count := max(spec.Count, 1)
	return ledger.Split(count, cmp.Or(spec.MinCount, count), c.limits.InstancesPerCreate)
}

// request returns the spec of one call for a part: its share of the whole, changed by its
// alternative, without the instances it already has.
func (op *Operation) request(i int, p *ledger.Part, whole *RunInstancesSpec) *RunInstancesSpec {
	s := *whole
	op.candidate(p.Candidate).apply(&s)
	have := p.Before // of earlier generations: a repeated token asks for the same instances again
	s.Count, s.MinCount = p.Count-have, max(p.MinCount-have, 1)
	first := p.First + have
	if len(s.Network.PrivateIPs) > s.Count {
		s.Network.PrivateIPs = slices.Clone[[]netip.Addr](s.Network.PrivateIPs[first : first+s.Count])
	}
	s.Tags = op.tags(s.Tags)
	op.number(&s, first+p.NumberOffset, max(whole.Count, 1))
	switch {
	case op.c.limits.ClientToken:
		s.ClientToken = cmp.Or(s.ClientToken, marker.Token(op.id, i, p.Generation))
	case op.c.limits.NameMarker:
		s.Name = op.marked(whole.Name, i, p.Generation)
		s.UniqueSuffix = s.UniqueSuffix && s.HostName != "" // names are given when it is done
	}
	return &s
}

// candidate returns the change of a part's spec; it is empty for the spec itself.
func (op *Operation) candidate(n int) Alternative {
	if n == 0 || n > len(op.opts.Alternatives) {
		return Alternative{}
	}
	return op.opts.Alternatives[n-1]
}

// number makes names that stay unique and in order over several calls.
func (op *Operation) number(s *RunInstancesSpec, first, total int) {
	n, ok := op.c.driver.(NameNumberer)
	isPart := s.Count < total && s.UniqueSuffix
	needsNumbers := first > 0 || isPart
	if ok && needsNumbers {
		n.NumberNames(s, first+1, max(total, first+s.Count))
	}
}
