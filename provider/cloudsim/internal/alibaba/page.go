package alibaba

import (
	"encoding/base64"
	"maps"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Page is a range of a list.
type Page struct{ Number, Size int }

// Page reads PageNumber and PageSize. Without them it is the first page of 10.
func (p *Params) Page(most int) Page {
	return Page{
		Number: p.Number("PageNumber", 1, 1, 1<<20),
		Size:   p.Number("PageSize", 10, 1, most),
	}
}

// Cut returns the instances on a page.
func (w Page) Cut(all []*core.Instance) []*core.Instance { return Cut(w, all) }

// Cut returns the items of any list on a page.
func Cut[T any](w Page, all []T) []T {
	from := min((w.Number-1)*w.Size, len(all))
	return all[from:min(from+w.Size, len(all))]
}

// Resume reads NextToken: the position in the order of creation where the page begins.
// Instances that appear or disappear meanwhile do not shift the rest.
func (p *Params) Resume() int {
	token := p.Text("NextToken")
	if token == "" {
		return 0
	}
	from, ok := readToken(token)
	if !ok || from < 0 {
		p.Bad("NextToken", "the token of an earlier answer")
		return 0
	}
	return from
}

// TokenPage returns the first size instances and the token for the rest, or "" if there
// is no rest.
func (a *Gateway) TokenPage(all []*core.Instance, size int) (page []*core.Instance, next string) {
	if len(all) <= size {
		return all, ""
	}
	return all[:size], NextToken(all[size-1].Place + 1)
}

// NextToken encodes a position in the order of creation in a form that clients cannot
// read, so that they do not depend on it.
func NextToken(position int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("from:" + strconv.Itoa(position)))
}

func readToken(token string) (position int, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(raw), "from:")
	if !ok {
		return 0, false
	}
	position, err = strconv.Atoi(digits)
	return position, err == nil
}

// CutByToken returns the items of a page by MaxResults and NextToken, and the token of the next
// one, "" on the last page. A size above most is cut. A token is bound to the other parameters of
// its call: with other filters it is refused.
func CutByToken[T any](p *Params, all []T, absent, most int) (page []T, next string) {
	size := min(p.Number("MaxResults", absent, 1, 1<<20), most)
	bound, from := p.filters(), 0
	if token := p.Text("NextToken"); token != "" {
		filters, position, _ := strings.Cut(token, ".")
		n, ok := readToken(position)
		if mine := ok && filters == bound; !mine {
			p.Bad("NextToken", "the token of an earlier answer to a call with the same filters")
		}
		from = n
	}
	if p.Refusal != nil {
		return nil, ""
	}
	page = all[min(from, len(all)):]
	if len(page) <= size {
		return page, ""
	}
	return page[:size], bound + "." + NextToken(from+size)
}

// filters returns a text that stands for the parameters of a call without those of its page.
func (p *Params) filters() string {
	rest := maps.Clone(p.Values)
	delete(rest, "NextToken")
	delete(rest, "MaxResults")
	return ACS3Hash([]byte(EncodeParams(rest, "")))[:16]
}

// PageFields are the fields of an answer with page numbers.
func (w Page) PageFields(total int) Object {
	return Object{{"TotalCount", total}, {"PageNumber", w.Number}, {"PageSize", w.Size}}
}
