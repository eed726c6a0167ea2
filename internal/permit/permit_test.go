package permit_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/internal/permit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errRefused = errors.New("refused")

func TestWithoutACheckAllIsPermitted(t *testing.T) {
	if err := permit.Check(t.Context()); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

// A request is not carried out once the permission has ended: not before the connection is asked
// for, and, if it has a body, not after it was made.
func TestNothingIsWrittenWithoutPermission(t *testing.T) {
	for method, most := range map[string]int32{http.MethodPost: 1, http.MethodGet: 0} {
		for permitted := range most + 1 { // how often the check agrees
			var arrived atomic.Int32
			srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if _, err := io.ReadAll(r.Body); err == nil {
					arrived.Add(1)
				}
			}))
			var asked atomic.Int32
			ctx := permit.With(t.Context(), func() error {
				if asked.Add(1) > permitted {
					return errRefused
				}
				return nil
			})
			x, err := send(ctx, method, srv.URL)
			if !errors.Is(err, errRefused) {
				t.Errorf("%s, permitted %d times: got %v, want the refusal", method, permitted, err)
			}
			if permitted == 0 && x.Fate() != oncehttp.Unsent {
				t.Errorf("%s: got fate %v, want unsent", method, x.Fate())
			}
			if x.Request() == nil {
				t.Errorf("%s: got no request, want the one that was not sent: errors are cleaned by it", method)
			}
			srv.Close()
			if n := arrived.Load(); n != 0 {
				t.Errorf("%s, permitted %d times: %d requests arrived, want none", method, permitted, n)
			}
		}
	}
}

// send sends a request as the adapters do.
func send(ctx context.Context, method, url string) (*oncehttp.Exchange, error) {
	x := &oncehttp.Exchange{}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("Action=RunInstances")
	}
	req, err := http.NewRequestWithContext(x.Watch(ctx), method, url, body)
	if err != nil {
		return x, err
	}
	oncehttp.NoReplay(req)
	t := &http.Transport{}
	defer t.CloseIdleConnections()
	resp, err := x.RoundTrip(t, req)
	if err == nil {
		err = resp.Body.Close()
	}
	return x, err
}
