package driverkit

import "github.com/yunfan-cloud/yunfan/internal/adapter"

// Page is what one page of instances says about itself, for [provider.DescribePage].Short.
type Page struct {
	Asked []string // the IDs that were asked for; a list has none
	Shown []string // the IDs of its rows, before any comparison with names or tags
	Total *int     // how many instances the cloud counts; nil: the page does not say
	More  bool     // the page names a further page
}

// Contradicts reports whether the page contradicts itself: it shows an instance twice; or, for a
// request by IDs, it has another total than rows, a further page, or an instance that was not
// asked for. Such a page proves nothing about the instances that it leaves out.
func (p *Page) Contradicts() bool {
	page := adapter.Page(*p)
	return page.Contradicts()
}

// NextOffset is for clouds that page by offset. It returns the token of the page after the one
// that began at offset, or "" after the last page; [Offset] reads the token. Full is how many rows
// a page was asked for. Short reports that the total differs from what all pages showed.
func (p *Page) NextOffset(offset, full int) (token string, short bool) {
	page := adapter.Page(*p)
	return page.NextOffset(offset, full)
}

// Offset reads the token of a page, which is the offset of its first row. The first page has no
// token. The error is a *[provider.FieldError].
func Offset(driver, token string) (int, error) { return adapter.Offset(driver, token) }
