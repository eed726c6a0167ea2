package ens

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// requestsUntilCut accepts connections, answers the first request on each and
// cuts the connection after reading the second. It counts all requests.
func requestsUntilCut(t *testing.T, l net.Listener, count func()) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for n := 0; readRequest(conn); n++ {
				count()
				if n > 0 {
					return
				}
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(created), created)
			}
		}()
	}
}

// readRequest reads one request, whose body the adapter sends with its length.
func readRequest(conn net.Conn) bool {
	var text strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		text.Write(buf[:n])
		if head, body, ok := strings.Cut(text.String(), "\r\n\r\n"); ok {
			var length int
			_, rest, _ := strings.Cut(head, "Content-Length: ")
			_, _ = fmt.Sscanf(rest, "%d", &length)
			if len(body) >= length {
				return true
			}
		}
		if err != nil {
			return false
		}
	}
}

func TestCutConnectionIsNotReplayed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var mu sync.Mutex
	requests := 0
	go requestsUntilCut(t, l, func() { mu.Lock(); requests++; mu.Unlock() })
	// A program's transport may keep connections; the adapter's own would not.
	d := driverOver(t, http.DefaultTransport.(*http.Transport).Clone(), "http://"+l.Addr().String())
	if _, err := d.RunInstances(t.Context(), secretSpec()); err != nil {
		t.Fatal(err)
	}
	_, err = d.RunInstances(t.Context(), secretSpec())
	wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
	mu.Lock()
	defer mu.Unlock()
	if requests != 2 {
		t.Errorf("%d requests arrived for 2 creates: a create was sent twice", requests)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var mu sync.Mutex
	var paths []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	_, err := overTCP(t, s.URL).RunInstances(t.Context(), secretSpec())
	wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
	if mu.Lock(); len(paths) != 1 {
		t.Errorf("requests went to %v, want one and no more", paths)
	}
	mu.Unlock()
}

// hang answers only when the call is given up.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestCancelReturnsAtOnceWhileTheCloudHangs(t *testing.T) {
	for name, call := range calls {
		synctest.Test(t, func(t *testing.T) {
			d := driverOver(t, roundTrip(hang), "")
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			err := call(ctx, d)
			if took := time.Since(start); took > 3*time.Second+100*time.Millisecond {
				t.Errorf("%s returned %v after the end of ctx", name, took-3*time.Second)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: got %v, want the error of ctx", name, err)
			}
			if e := wantAPIError(t, err, nil, provider.OutcomeUnknown); e.Kind != nil {
				t.Errorf("%s: the end of ctx counts as %v", name, e.Kind)
			}
		})
	}
}

func TestOwnTimeoutIsNotTheCallersDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := driverOver(t, roundTrip(hang), "")
		start := time.Now()
		_, err := d.RunInstances(t.Context(), secretSpec())
		if took := time.Since(start); took < time.Minute {
			t.Errorf("took is %v, want at least %v", took, time.Minute)
		} else if took > 2*time.Minute {
			t.Errorf("took is %v, want at most %v", took, 2*time.Minute)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Error("the adapter's own deadline looks like the caller's")
		}
		wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
	})
}

// calls are all calls of the driver.
var calls = map[string]func(context.Context, *driver) error{
	"RunInstances": func(ctx context.Context, d *driver) error {
		_, err := d.RunInstances(ctx, secretSpec())
		return err
	},
	"DescribeInstances": func(ctx context.Context, d *driver) error {
		_, err := d.DescribeInstances(ctx, &provider.DescribeRequest{IDs: []string{"i-1"}})
		return err
	},
	"TerminateInstances": func(ctx context.Context, d *driver) error {
		return d.TerminateInstances(ctx, &provider.TerminateRequest{IDs: []string{"i-1"}, Billing: provider.OnDemand})
	},
	"ChangePower": func(ctx context.Context, d *driver) error {
		_, err := d.ChangePower(ctx, &provider.PowerRequest{IDs: []string{"i-1"}, Action: provider.PowerStop})
		return err
	},
}

func TestParallelCreatesDoNotMix(t *testing.T) {
	d := driverOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		name := read(t, r).params.Get("InstanceName")
		return respond(200, fmt.Sprintf(`{"RequestId":"req-%s","InstanceIds":["i-%s"]}`, name, name))
	}), "")
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			spec := secretSpec()
			spec.Name = fmt.Sprintf("name-%d", i)
			res, err := d.RunInstances(t.Context(), spec)
			if err != nil {
				t.Errorf("%v: got error %v, want none", i, err)
			} else if res.InstanceIDs[0] != "i-"+spec.Name {
				t.Errorf("%v: res.InstanceIDs[0] is %v, want %v", i, res.InstanceIDs[0], "i-"+spec.Name)
			} else if res.RequestID != "req-"+spec.Name {
				t.Errorf("%v: RequestID is %v, want %v", i, res.RequestID, "req-"+spec.Name)
			}
		})
	}
	wg.Wait()
}
