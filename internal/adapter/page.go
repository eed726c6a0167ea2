package adapter

import (
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Page is what one page of instances says about itself.
type Page struct {
	Asked []string // the IDs that were asked for; a list has none
	Shown []string // the IDs of its rows, before any comparison
	Total *int     // how many instances the cloud counts; nil: the page does not say
	More  bool     // the page names a further page
}

// Contradicts reports whether the page contradicts itself. Such a page proves nothing
// about the instances that it leaves out. A page contradicts itself when it shows an
// instance twice. A request by IDs fits into one page, so its answer also contradicts
// itself by another total, by a further page, or by an instance that was not asked for.
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

// NextOffset returns the token of the page after the one that began at offset, or "" for
// the last page. Full is how many rows a page was asked for.
//
// The total counts more than the size of the page, because a service may make pages
// smaller than it was asked for. A total below what was seen already is not believed. A
// page without a total is the last one when it is not full. An empty page is always the
// last one.
//
// Short reports, for the last page, that the total differs from what all pages showed.
func (p *Page) NextOffset(offset, full int) (token string, short bool) {
	rows := len(p.Shown)
	next := offset + rows
	more := rows >= full
	if p.Total != nil && *p.Total >= next {
		more = *p.Total > next
	}
	if more && rows > 0 {
		return strconv.Itoa(next), false
	}
	return "", p.Total != nil && *p.Total != next
}

// Offset reads the token of a page, which is the offset of its first row. The first page
// has no token.
func Offset(driver, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	offset, err := strconv.Atoi(token)
	if err != nil || offset < 1 {
		return 0, &provider.FieldError{
			Driver: driver, Path: "PageToken", Value: token, Reason: "must be the NextPage of an earlier page",
		}
	}
	return offset, nil
}
