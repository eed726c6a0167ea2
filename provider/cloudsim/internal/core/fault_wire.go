package core

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// proxyAnswer returns the answer of a proxy in front of the service: a page without the
// vendor's format.
func proxyAnswer(f Fault) *Answer {
	status := cmp.Or(f.Status, http.StatusServiceUnavailable)
	text := cmp.Or(f.Message, http.StatusText(status))
	page := fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n"+
		"<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n", status, text, status, text)
	header := http.Header{"Server": {"proxy"}, "Via": {"1.1 proxy"}}
	if f.Delay > 0 {
		header.Set("Retry-After", strconv.Itoa(int((f.Delay+time.Second-1)/time.Second)))
	}
	return &Answer{Status: status, ContentType: "text/html", Body: []byte(cmp.Or(f.Body, page)), header: header}
}

// cut removes the end of the body. Content-Length still counts it.
func (a *Answer) cut(f Fault, ids []string) {
	if len(a.Body) == 0 {
		return
	}
	at := f.Count
	if at <= 0 {
		at = middleOf(a.Body, ids)
	}
	at = min(at, len(a.Body)-1)
	a.Body, a.missing = a.Body[:at], len(a.Body)-at
}

// middleOf returns a position inside an ID in the middle of a list of IDs, or in the
// middle of a body without them.
func middleOf(body []byte, ids []string) int {
	if len(ids) > 0 {
		id := ids[len(ids)/2]
		if at := bytes.Index(body, []byte(id)); at >= 0 {
			return at + len(id)/2
		}
	}
	return len(body) / 2
}
