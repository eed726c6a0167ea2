package providertest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// shop is a simulated service with one call.
type shop struct {
	Faults
	done int
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Take("buy", func(k cloudsim.FaultKind) bool { return k != cloudsim.Flap }).Serve(w, r, func() Reply {
		s.done++
		return Reply{Body: []byte(`{"ids":["id-1","id-2","id-3","id-4"]}`), IDs: []string{"id-1", "id-2", "id-3", "id-4"}}
	})
}

// buy makes the call.
func (s *shop) buy(t *testing.T) (status int, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://any.example/", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := cloudsim.InMemory(s).RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func TestFaultsBetweenClientAndService(t *testing.T) {
	const all = `{"ids":["id-1","id-2","id-3","id-4"]}`
	for _, c := range []struct {
		fault  cloudsim.Fault
		status int
		body   string
		err    error
		done   int
		took   time.Duration
	}{
		{cloudsim.Fault{Kind: cloudsim.Flap}, 200, all, nil, 1, 0}, // not for this call
		{cloudsim.Fault{Kind: cloudsim.Slow, Delay: time.Minute}, 200, all, nil, 1, time.Minute},
		{cloudsim.Fault{Kind: cloudsim.ResetBefore}, 0, "", syscall.ECONNRESET, 0, 0},
		{cloudsim.Fault{Kind: cloudsim.ResetAfter}, 0, "", syscall.ECONNRESET, 1, 0},
		{cloudsim.Fault{Kind: cloudsim.Proxy, Body: "page"}, 503, "page", nil, 0, 0},
		{cloudsim.Fault{Kind: cloudsim.Malformed, Body: "<"}, 200, "<", nil, 1, 0},
		{cloudsim.Fault{Kind: cloudsim.CutBody}, 200, `{"ids":["id-1","id-2","id`, io.ErrUnexpectedEOF, 1, 0},
		{cloudsim.Fault{Kind: cloudsim.CutBody, Count: 3}, 200, `{"i`, io.ErrUnexpectedEOF, 1, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, start := &shop{}, time.Now()
			s.Inject(c.fault)
			status, body, err := s.buy(t)
			if status != c.status || body != c.body {
				t.Errorf("%s: got %d %q, want %d %q", c.fault.Kind, status, body, c.status, c.body)
			}
			if !errors.Is(err, c.err) {
				t.Errorf("%s: got error %v, want %v", c.fault.Kind, err, c.err)
			}
			if s.done != c.done {
				t.Errorf("%s: carried out %d times, want %d", c.fault.Kind, s.done, c.done)
			}
			if took := time.Since(start); took != c.took {
				t.Errorf("%s: took %v, want %v", c.fault.Kind, took, c.took)
			}
		})
	}
}

func TestFaultsCount(t *testing.T) {
	s := &shop{}
	remove := s.Inject(cloudsim.Fault{Kind: cloudsim.ResetBefore, API: "buy", Skip: 1, Times: 2})
	s.Inject(cloudsim.Fault{Kind: cloudsim.ResetBefore, API: "sell"})
	var failed []int
	for n := range 5 {
		if _, _, err := s.buy(t); err != nil {
			failed = append(failed, n)
		}
	}
	if len(failed) != 2 || failed[0] != 1 {
		t.Errorf("calls %v fail, want 1 and 2", failed)
	}
	if got := s.Struck(cloudsim.ResetBefore); got != 2 {
		t.Errorf("Struck is %d, want 2", got)
	}
	if got := s.Calls("buy") + s.Calls(""); got != 10 {
		t.Errorf("Calls by name and in all are %d, want 5 and 5", got)
	}
	remove()
	s.Inject(cloudsim.Fault{Kind: cloudsim.ResetBefore})
	s.ClearFaults()
	if _, _, err := s.buy(t); err != nil {
		t.Errorf("without faults: got %v, want no error", err)
	}
}

func TestARequestWithoutAVendorsNameIsNamedByMethodAndPath(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "https://any.example/v1/things?id=7", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadWire(req)
	if err != nil {
		t.Fatal(err)
	}
	if got.Action != "DELETE /v1/things" || got.Params["id"] != "7" {
		t.Errorf("got %+v, want DELETE /v1/things with id 7", got)
	}
}
