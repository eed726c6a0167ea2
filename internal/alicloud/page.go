package alicloud

// Page is what a page of instances says about itself.
type Page struct {
	Asked []string // the IDs that were asked for; none of a list
	Shown []string // the IDs of its rows, before any comparison
	Total *int     // how many there are in all; nil: it does not say
	More  bool     // it names a further page
}

// Contradicts reports whether a page cannot be all that there is to say: a row comes
// twice, or a request by IDs, which fits into one page, is answered with another total,
// a further page or a row that nobody asked for. Such a page proves nothing about what
// it leaves out.
func (p *Page) Contradicts() bool {
	shown := make(map[string]bool, len(p.Shown))
	for _, id := range p.Shown {
		shown[id] = true
	}
	if len(shown) < len(p.Shown) {
		return true
	}
	if len(p.Asked) == 0 {
		return false
	}
	found := 0
	for _, id := range p.Asked {
		if shown[id] {
			found++
			delete(shown, id)
		}
	}
	foreign := found < len(p.Shown)
	wrongTotal := p.Total != nil && *p.Total != len(p.Shown)
	return p.More || foreign || wrongTotal
}
