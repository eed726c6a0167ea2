package provider

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// partStatus is how far one create of an operation has come.
type partStatus string

const (
	partPlanned  partStatus = "planned"  // certainly not executed yet
	partSent     partStatus = "sent"     // may have been executed
	partAccepted partStatus = "accepted" // executed, IDs known
	partRejected partStatus = "rejected" // certainly not executed, and never will be

	// partReplaced is a create whose missing servers another one is for. Count is
	// what it has.
	partReplaced partStatus = "replaced"

	// partReleased is a create whose servers OnFailure released again.
	partReleased partStatus = "released"
)

// part is one create of an operation.
type part struct {
	First      int // index of its first server in the operation
	Count      int
	MinCount   int
	Shift      int // what the numbers in names are ahead of First
	Candidate  int // 0 is the spec itself, n the alternative n-1
	Generation int // raised only after it was proven that nothing more will come of the one before
	Status     partStatus
	Sent       time.Time // the first call of this generation
	IDs        []string
	Named      bool // the servers have the names of the spec, not of the marker
	Short      bool // what it is missing proved to be out of stock

	answer RunResult // the latest; not saved in tokens
	since  time.Time // when the latest of its servers were accepted; not saved either
	err    error
	late   error // why servers of it died after they were accepted
	old    bool  // it ended before the operation was resumed
	told   bool  // the client remembers what it was short of, since it was
}

// missing is how many servers a part is short of.
func (p part) missing() int { return max(p.Count-len(p.IDs), 0) }

// open tells whether a part has something left to do.
func (p part) open() bool { return p.Status == partPlanned || p.Status == partSent }

// tooOld tells whether a part was sent so long ago that its client token may be
// forgotten.
func (p part) tooOld() bool {
	return p.Status == partSent && !p.Sent.IsZero() && time.Since(p.Sent) > tokenTrust-2*maxPause
}

// split divides a spec into creates that one call each can carry, and spreads
// MinCount over them. No create can ask for less than one server, so the shares
// of a MinCount below the number of creates add up to more than it; whether the
// operation has enough is decided by the whole, see runError.
func (c *Client) split(spec *RunInstancesSpec) []part {
	count, limit := max(spec.Count, 1), c.limits.InstancesPerCreate
	minCount := spec.MinCount
	if minCount == 0 {
		minCount = count
	}
	n := (count + limit - 1) / limit
	parts := make([]part, n)
	first := 0
	for i := range parts {
		p := &parts[i]
		p.First, p.Count, p.Status = first, min(limit, count-first), partPlanned
		// Each share is what the first i+1 parts owe less what the first i owe.
		p.MinCount = max(minCount*(first+p.Count)/count-minCount*first/count, 1)
		first += p.Count
	}
	return parts
}

// request returns the spec of one call for a part: its share of the whole, in
// the words of its candidate, without what it has already.
func (op *Operation) request(i int, p *part, whole *RunInstancesSpec) *RunInstancesSpec {
	s := *whole
	op.candidate(p.Candidate).apply(&s)
	have := 0
	if !op.c.limits.ClientToken { // a repeated token asks for the same servers again
		have = len(p.IDs)
	}
	s.Count, s.MinCount = p.Count-have, max(p.MinCount-have, 1)
	first := p.First + have
	if len(s.Network.PrivateIPs) > s.Count {
		s.Network.PrivateIPs = slices.Clone[[]netip.Addr](s.Network.PrivateIPs[first : first+s.Count])
	}
	s.Tags = op.tags(s.Tags)
	op.number(&s, first+p.Shift, max(whole.Count, 1))
	switch {
	case op.c.limits.ClientToken:
		s.ClientToken = cmp.Or(s.ClientToken, clientToken(op.id, i, p.Generation))
	case op.c.limits.NameMarker:
		s.Name = op.marked(whole.Name, i, p.Generation)
		s.UniqueSuffix = s.UniqueSuffix && s.HostName != "" // names are given when it is done
	}
	return &s
}

// number makes names that stay unique and in order over several calls.
func (op *Operation) number(s *RunInstancesSpec, first, total int) {
	if !s.UniqueSuffix {
		if n, ok := op.c.driver.(NameShifter); ok && first > 0 {
			n.ShiftNames(s, first)
		}
		return
	}
	if n, ok := op.c.driver.(NameNumberer); ok && (s.Count < total || first > 0) {
		n.NumberNames(s, first+1, max(total, first+s.Count))
	}
}
