// Package wire stands between an SDK, which gives no other way to its HTTP client, and
// the one exchange that [oncehttp] watches.
package wire

import (
	"net/http"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

// Guard is a transport that sends each request once, through the [oncehttp.Exchange]
// that watches its ctx.
type Guard struct{ oncehttp.Pair }

// carrier returns the transport for a request.
func (g *Guard) carrier(req *http.Request) http.RoundTripper {
	action := ""
	for name, values := range req.Header { // the SDK does not spell it canonically
		if strings.EqualFold(name, "X-TC-Action") {
			action = strings.Join(values, "")
		}
	}
	if strings.HasPrefix(action, inquiries) {
		return g.Reads
	}
	return g.For(action)
}

// inquiries is how the names of price calls begin. They only read, like those that begin with Describe.
const inquiries = "InquiryPrice"

// RoundTrip sends the request once.
func (g *Guard) RoundTrip(req *http.Request) (*http.Response, error) {
	x := oncehttp.Of(req.Context())
	if x == nil {
		x = &oncehttp.Exchange{}
	}
	resp, err := x.RoundTrip(g.carrier(req), req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK && resp.Header.Get("Content-Type") != "text/event-stream" {
		// The SDK reads JSON of any type alike, but looks for an error in it twice
		// unless it is of this one. Descriptions of a hundred instances are long.
		resp.Header.Set("Content-Type", "application/octet-stream")
	}
	return resp, nil
}
