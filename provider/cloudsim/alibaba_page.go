package cloudsim

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// aliPage is a window on a list.
type aliPage struct{ number, size int }

// page reads PageNumber and PageSize. A client that leaves them out gets the
// first 10 of however many there are.
func (p *aliParams) page(most int) aliPage {
	return aliPage{
		number: p.number("PageNumber", 1, 1, 1<<20),
		size:   p.number("PageSize", 10, 1, most),
	}
}

// cut returns the machines on a page.
func (w aliPage) cut(all []*core.Instance) []*core.Instance { return aliCut(w, all) }

// aliCut returns what of anything is on a page.
func aliCut[T any](w aliPage, all []T) []T {
	from := min((w.number-1)*w.size, len(all))
	return all[from:min(from+w.size, len(all))]
}

// resume reads NextToken: the position in the order of creation at which the
// page begins. Machines that appear or vanish meanwhile do not shift the rest.
func (p *aliParams) resume() int {
	token := p.text("NextToken")
	if token == "" {
		return 0
	}
	from, ok := aliReadToken(token)
	if !ok || from < 0 {
		p.bad("NextToken", "the token of an earlier answer")
		return 0
	}
	return from
}

// tokenPage cuts the first size machines and makes the token for the rest, ""
// when there is none.
func (a *alibaba) tokenPage(all []*core.Instance, size int) (page []*core.Instance, next string) {
	if len(all) <= size {
		return all, ""
	}
	return all[:size], aliNextToken(all[size-1].Place + 1)
}

// aliNextToken hides a position in the order of creation, so that clients do not
// come to rely on what it says.
func aliNextToken(position int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("from:" + strconv.Itoa(position)))
}

func aliReadToken(token string) (position int, ok bool) {
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
