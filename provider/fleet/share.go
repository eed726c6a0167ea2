package fleet

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// share is how many instances a member gets.
type share struct {
	member int
	count  int
}

// share gives out n of total instances, beside what members have already. Left is how many no
// member may have.
func (f *Fleet) share(n, total int, o *Options, have []standing) (list []share, left int) {
	rooms := f.rooms(total, o, have)
	if f.weighted() {
		list, left = f.byWeight(n, rooms)
	} else {
		list, left = byRank(n, rooms)
	}
	return list, left
}

// standing is what a member has, or may get, and whether it may get more.
type standing struct {
	count int
	out   bool
}

// rooms returns how many more instances each member may have.
func (f *Fleet) rooms(total int, o *Options, have []standing) []int {
	rooms := make([]int, len(f.members))
	for i := range f.members {
		m := &f.members[i]
		room := total
		if o.MaxShare > 0 {
			room = max(total*o.MaxShare/100, 1)
		}
		if m.Max > 0 {
			room = min(room, m.Max)
		}
		if m.dear(o) != "" {
			room = 0
		}
		if have != nil {
			room -= have[i].count
			if have[i].out {
				room = 0
			}
		}
		rooms[i] = max(room, 0)
	}
	return rooms
}

func (f *Fleet) weighted() bool {
	return slices.ContainsFunc(f.members, func(m Member) bool { return m.Weight > 0 })
}

// byRank gives each member all that it may have, in order.
func byRank(n int, rooms []int) (list []share, left int) {
	for i, room := range rooms {
		if count := min(n, room); count > 0 {
			list = append(list, share{i, count})
			n -= count
		}
	}
	return list, n
}

// byWeight gives instances in proportion to the weights. A member that is full leaves its part to
// the others. When no member with a weight has room, those without one get the rest by rank.
func (f *Fleet) byWeight(n int, rooms []int) (list []share, left int) {
	counts := make([]int, len(rooms))
	var open []int
	for i, m := range f.members {
		if m.Weight > 0 && rooms[i] > 0 {
			open = append(open, i)
		}
	}
	n = f.proportional(n, open, rooms, counts)
	for i, m := range f.members { // the reserve
		if m.Weight == 0 {
			counts[i] = min(n, rooms[i])
			n -= counts[i]
		}
	}
	for i, count := range counts {
		if count > 0 {
			list = append(list, share{i, count})
		}
	}
	return list, n
}

// proportional sets the counts of the open members, and returns what they have no room for. Members
// whose part is more than their room get their room, and the parts of the others are counted anew.
func (f *Fleet) proportional(n int, open, rooms, counts []int) (left int) {
	for {
		sum := 0
		for _, i := range open {
			sum += f.members[i].Weight
		}
		full := slices.IndexFunc(open, func(i int) bool { return n*f.members[i].Weight > rooms[i]*sum })
		if full < 0 {
			return n - f.split(n, sum, open, counts)
		}
		i := open[full]
		counts[i] = rooms[i]
		n -= rooms[i]
		open = slices.Delete(slices.Clone(open), full, full+1)
	}
}

// split gives each open member its part of n, and one of what is left by rounding to those that
// lost most by it. It returns how many it gave: all of them, unless no member is open.
func (f *Fleet) split(n, sum int, open, counts []int) (given int) {
	if len(open) == 0 {
		return 0
	}
	for _, i := range open {
		counts[i] = n * f.members[i].Weight / sum
		given += counts[i]
	}
	rest := func(i int) int { return n * f.members[i].Weight % sum }
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(rest(b), rest(a)) })
	for _, i := range open[:n-given] {
		counts[i]++
	}
	return n
}

// dear returns why a member may cost more than it should; "" if it does not.
func (m *Member) dear(o *Options) string {
	most := ratOf(o.MaxPrice)
	if most == nil {
		return ""
	}
	switch {
	case !m.Price.Known() || m.Price.Instances < 1:
		return "has no known price"
	case m.Price.Currency != o.Currency:
		return "has a price in " + cmp.Or(m.Price.Currency, "an unknown currency") + ", not " + o.Currency
	}
	price := ratOf(m.Price.Amount)
	if price == nil {
		return "has no known price"
	}
	if price.Quo(price, new(big.Rat).SetInt64(int64(m.Price.Instances))).Cmp(most) > 0 {
		return "costs " + m.Price.String()
	}
	return ""
}

// tooDear names the members that cost too much, for an error.
func (f *Fleet) tooDear(o *Options) string {
	var list []string
	for i := range f.members {
		if why := f.members[i].dear(o); why != "" {
			list = append(list, f.members[i].Name+" "+why)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// ratOf returns a decimal number, or nil.
func ratOf(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}
