package listing

// Page is the answer to one call.
type Page[T any] struct {
	Rows []T

	// Next is the token of the next page; "" on the last one.
	Next string

	// Short reports that the answer lacks rows which the service itself counts, or contradicts
	// itself in another way.
	Short bool

	// RequestID identifies the answer, for errors about it.
	RequestID string
}

// Wrong returns what cannot be true in a page that was asked for by a token; "" if nothing is.
// Id and state read a row.
func (p *Page[T]) Wrong(token string, id, state func(row *T) string) string {
	switch {
	case p.nameless(id):
		return "the answer describes an instance without an ID"
	case p.Next != "" && p.Next == token:
		return "the answer names itself as the next page"
	case p.Short && p.contradicts(id, state):
		return "the answer shows an instance in two states"
	default:
		return ""
	}
}

// nameless reports whether a row has no ID.
func (p *Page[T]) nameless(id func(*T) string) bool {
	for n := range p.Rows { // by index: a row may be large to copy
		if id(&p.Rows[n]) == "" {
			return true
		}
	}
	return false
}

// contradicts reports whether the page shows a row in two states. Only a page that is marked
// as short can show a row twice.
func (p *Page[T]) contradicts(id, state func(*T) string) bool {
	states := make(map[string]string, len(p.Rows))
	for n := range p.Rows {
		at, now := id(&p.Rows[n]), state(&p.Rows[n])
		if have, twice := states[at]; twice && have != now {
			return true
		}
		states[at] = now
	}
	return false
}

// lacks reports whether the page lacks rows. A page by IDs that shows all of them lacks none,
// whatever the service counts.
func (p *Page[T]) lacks(ids []string, id func(*T) string) bool {
	if !p.Short || len(ids) == 0 {
		return p.Short
	}
	shown := make(map[string]bool, len(p.Rows))
	for n := range p.Rows {
		shown[id(&p.Rows[n])] = true
	}
	for _, want := range ids {
		if !shown[want] {
			return true
		}
	}
	return false
}
