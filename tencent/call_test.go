package tencent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// closing tells whether the body was closed.
type closing struct {
	io.Reader
	closed *atomic.Bool
}

func (c closing) Close() error {
	c.closed.Store(true)
	return nil
}

// An open body is a connection that is never used again.
func TestEveryAnswerIsClosed(t *testing.T) {
	for name, rt := range malformedAnswers() {
		var closed atomic.Bool
		watch := transport(func(req *http.Request) (*http.Response, error) {
			resp, err := rt.RoundTrip(req)
			if resp == nil {
				closed.Store(true)
				return resp, err
			}
			resp.Body = closing{resp.Body, &closed}
			return resp, err
		})
		if strings.HasPrefix(name, "transport ") {
			continue // there is no answer to close
		}
		_, _ = testDriver(t, watch).RunInstances(t.Context(), bare())
		if !closed.Load() {
			t.Errorf("%s: the body stays open", name)
		}
	}
}

// hanging answers never, or hangs in the middle of the body.
func hanging(head string) transport {
	return func(req *http.Request) (*http.Response, error) {
		if head == "" {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		resp := answer(200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(head), waiter{req.Context()}))
		return resp, nil
	}
}

type waiter struct{ ctx context.Context }

func (w waiter) Read([]byte) (int, error) {
	<-w.ctx.Done()
	return 0, w.ctx.Err()
}

func TestCancelEndsEveryCallAtOnce(t *testing.T) {
	for name, head := range map[string]string{"before the answer": "", "within the answer": `{"Response":{"InstanceIdSet":["ins-`} {
		synctest.Test(t, func(t *testing.T) {
			d := testDriver(t, hanging(head))
			for op, call := range callsOf(d) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				start := time.Now()
				err := call(ctx)
				if took := time.Since(start); took != time.Second {
					t.Errorf("%s, %s: the call ended %v after the cancel", op, name, took-time.Second)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%s, %s: the error is not the ctx's: %v", op, name, err)
				}
				if isCreate(op) {
					wantOutcome(t, err, provider.OutcomeUnknown) // it was under way
				}
			}
		})
	}
}

func callsOf(d *driver) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		actionRun:    func(ctx context.Context) error { _, err := d.RunInstances(ctx, bare()); return err },
		"raw create": func(ctx context.Context) error { _, err := d.RunInstances(ctx, rawSpec()); return err },
		actionDescribe: func(ctx context.Context) error {
			_, err := d.DescribeInstances(ctx, &provider.DescribeRequest{})
			return err
		},
		actionTerminate: func(ctx context.Context) error {
			return d.TerminateInstances(ctx, &provider.TerminateRequest{IDs: []string{"ins-1"}})
		},
		"StartInstances":  func(ctx context.Context) error { return change(ctx, d, provider.PowerStart) },
		"StopInstances":   func(ctx context.Context) error { return change(ctx, d, provider.PowerStop) },
		"RebootInstances": func(ctx context.Context) error { return change(ctx, d, provider.PowerReboot) },
	}
}

func isCreate(op string) bool { return op == actionRun || op == "raw create" }

func TestOurOwnTimeoutIsNotTheCallers(t *testing.T) {
	for op, want := range map[string]time.Duration{
		actionRun: 90 * time.Second, "raw create": 90 * time.Second, actionDescribe: 20 * time.Second, actionTerminate: 30 * time.Second,
		"StartInstances": 30 * time.Second, "StopInstances": 30 * time.Second, "RebootInstances": 30 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			err := callsOf(testDriver(t, hanging("")))[op](t.Context())
			if took := time.Since(start); took != want {
				t.Errorf("%s gave up after %v, want %v", op, took, want)
			}
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s: got error %v, want a %T", op, err, e)
			} else if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: got error %v, want %v", op, err, provider.ErrUnavailable)
			} else if e.Outcome != provider.OutcomeUnknown {
				t.Errorf("%s: Outcome is %v, want %v", op, e.Outcome, provider.OutcomeUnknown)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: the error reads as if the caller's ctx had ended", op)
			}
		})
	}
}

func TestCallersDeadlineIsTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for op, call := range callsOf(testDriver(t, hanging(""))) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			err := call(ctx)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", op, err)
			}
			if errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: the caller's deadline counts as the service's failure: %v", op, err)
			}
			cancel()
		}
	})
}

func TestEndedContextSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := &recorder{body: oneServer}
	for op, call := range callsOf(testDriver(t, r)) {
		err := call(ctx)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", op, err)
		}
		if isCreate(op) {
			if e := wantOutcome(t, err, provider.OutcomeUnsent); e.Kind != nil {
				t.Errorf("%s: Kind is %v, want none", op, e.Kind)
			}
		}
	}
	if len(r.reqs) != 0 {
		t.Error("a request was sent")
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var hits atomic.Int32
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			hits.Add(1)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		_, err := driverAt(t, srv.URL, nil).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%d: got error %v, want a %T", status, err, e)
		} else if e.HTTPStatus != status {
			t.Errorf("%d: HTTPStatus is %v, want %v", status, e.HTTPStatus, status)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%d: Outcome is %v, want %v", status, e.Outcome, provider.OutcomeUnknown)
		}
		if n := hits.Load(); n != 1 {
			t.Errorf("%d: the create was sent %d times", status, n)
		}
		srv.Close()
	}
}

// keeping is a program's transport that keeps connections. The adapter's own would
// not use one twice for a call that must happen once.
func keeping() http.RoundTripper { return http.DefaultTransport.(*http.Transport).Clone() }

// A server that answers once and then closes the connection when the second
// request has arrived: net/http would repeat that one, were it a GET.
func TestCreateIsNotReplayedOnADeadConnection(t *testing.T) {
	addr, reads := answeringOnce(t)
	d := driverAt(t, "http://"+addr, keeping())
	if _, err := d.RunInstances(t.Context(), bare()); err != nil {
		t.Fatal(err)
	}
	_, err := d.RunInstances(t.Context(), bare())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
	} else if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("got error %v, want %v", err, provider.ErrUnavailable)
	}
	if n := reads.Load(); n != 2 {
		t.Errorf("two creates reached the server %d times", n)
	}
}

// answeringOnce listens for connections for serveOnce.
func answeringOnce(t *testing.T) (addr string, reads *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	reads = new(atomic.Int32)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveOnce(conn, reads)
		}
	}()
	return l.Addr().String(), reads
}

// serveOnce answers the first request of a connection, and closes it after
// reading the second.
func serveOnce(conn net.Conn, reads *atomic.Int32) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i := range 2 {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		reads.Add(1)
		if i == 0 {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(oneServer), oneServer)
		}
	}
}

func TestParallelCreatesShareOneDriver(t *testing.T) {
	r := &recorder{body: oneServer}
	d := testDriver(t, r)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			spec := onDemandSpec()
			if i%2 == 0 {
				spec = rawSpec()
			}
			spec.Region = fmt.Sprintf("region-%d", i%3)
			spec.ClientToken = fmt.Sprintf("token-%d", i)
			if _, err := d.RunInstances(t.Context(), spec); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tokens := map[any]bool{}
	for _, body := range r.sent {
		tokens[body["ClientToken"]] = true
	}
	if len(tokens) != 50 {
		t.Errorf("50 creates arrived with %d tokens", len(tokens))
	}
}

// wantOutcome checks what an error says of a create, and returns it.
func wantOutcome(t *testing.T, err error, want provider.Outcome) *provider.APIError {
	t.Helper()
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want a %T", err, e)
	}
	if e.Outcome != want {
		t.Errorf("the outcome of %v is %s, want %s", err, e.Outcome, want)
	}
	return e
}
