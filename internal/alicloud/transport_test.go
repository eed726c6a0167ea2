package alicloud

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// callerAt is a caller with its own transport that talks to one endpoint.
func callerAt(t *testing.T, endpoint string) *Caller {
	t.Helper()
	c, err := New(Config{Driver: "aliyun", Credentials: provider.StaticCredentials("key-id-1", "key-secret-1", ""), Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func outcome(err error) provider.Outcome {
	var e *provider.APIError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Outcome
}

// net/http replays some requests on a dead keep-alive connection; a create
// must not be among them.
func TestADyingConnectionReplaysNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var requests atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerOnce(conn, &requests)
		}
	}()
	c := callerAt(t, "http://"+listener.Addr().String())
	c.transports.Creates = oncehttp.NewTransport(true) // as a program may give us
	if _, err := c.Call(t.Context(), createRequest()); err != nil {
		t.Fatal(err)
	}
	_, err = c.Call(t.Context(), createRequest())
	if !errors.Is(err, provider.ErrUnavailable) || outcome(err) != provider.OutcomeUnknown {
		t.Errorf("got %v, %s; want ErrUnavailable, unknown", err, outcome(err))
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("the server saw %d requests of 2 calls", n)
	}
}

// Without a transport of the program's, nothing that must happen once goes out on a
// connection that the server may have closed.
func TestCreatesHaveConnectionsOfTheirOwn(t *testing.T) {
	var made atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"RequestId":"r1"}`)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			made.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	c := callerAt(t, srv.URL)
	for action, want := range map[string]int32{"RunInstances": 3, "DescribeInstances": 1} {
		made.Store(0)
		for range 3 {
			r := createRequest()
			r.Action = action
			if _, err := c.Call(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if n := made.Load(); n != want {
			t.Errorf("3 calls of %s took %d connections, want %d", action, n, want)
		}
	}
}

// answerOnce answers the first request of a connection and closes it after
// reading the second.
func answerOnce(conn net.Conn, requests *atomic.Int32) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for i := range 2 {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		requests.Add(1)
		if i == 0 {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{\"RequestId\":\"r1\"}")
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var elsewhere atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, status)
		}))
		_, err := callerAt(t, srv.URL).Call(t.Context(), createRequest())
		if !errors.Is(err, provider.ErrUnavailable) || outcome(err) != provider.OutcomeUnknown {
			t.Errorf("%d: got %v, %s; want ErrUnavailable, unknown", status, err, outcome(err))
		}
		if elsewhere.Load() != 0 {
			t.Errorf("%d: the request, password included, was sent on", status)
		}
		srv.Close()
		other.Close()
	}
}

func TestProxyVariablesAreTheTransportsBusiness(t *testing.T) {
	t.Setenv("NO_PROXY", "*[") // the SDK would compile it and fail
	t.Setenv("HTTPS_PROXY", "http://user:planted-pass@\x7f")
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
	if _, err := c.Call(t.Context(), createRequest()); err != nil {
		t.Errorf("a bad proxy variable broke a call that uses no proxy: %v", err)
	}
}

func TestCancelEndsACallWhoseServerHangs(t *testing.T) {
	release := make(chan struct{})
	arrived := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-release
	}))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	var canceled time.Time
	go func() {
		<-arrived
		canceled = time.Now()
		cancel()
	}()
	_, err := callerAt(t, srv.URL).Call(ctx, createRequest())
	if took := time.Since(canceled); took > 100*time.Millisecond {
		t.Errorf("the call returned %v after the cancel", took)
	}
	if !errors.Is(err, context.Canceled) || outcome(err) != provider.OutcomeUnknown {
		t.Errorf("got %v, %s; want context.Canceled, unknown", err, outcome(err))
	}
}

func TestCancelEndsACallWhoseAnswerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		c := testCaller(t, func(r *http.Request) (*http.Response, error) {
			resp := respond(200, "")
			resp.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
				<-r.Context().Done()
				return 0, r.Context().Err()
			}))
			return resp, nil
		})
		start := time.Now()
		_, err := c.Call(ctx, createRequest())
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the call took %v, want 3s", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || outcome(err) != provider.OutcomeUnknown {
			t.Errorf("got %v, %s", err, outcome(err))
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestEveryCallHasATimeout(t *testing.T) {
	for want, r := range map[time.Duration]Request{
		90 * time.Second: {Action: "RunInstances", Region: "r", Create: true},
		30 * time.Second: {Action: "DescribeInstances", Region: "r"},
		7 * time.Second:  {Action: "DeleteInstances", Region: "r", Timeout: 7 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := testCaller(t, func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			start := time.Now()
			_, err := c.Call(t.Context(), r)
			if took := time.Since(start); took != want {
				t.Errorf("%s gave up after %v, want %v", r.Action, took, want)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: our own timeout looks like the caller's: %v", r.Action, err)
			}
			if outcome(err) != provider.OutcomeUnknown || !strings.Contains(err.Error(), want.String()) {
				t.Errorf("%s: got %v, %s; want the timeout named, unknown", r.Action, err, outcome(err))
			}
		})
	}
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	})
	if _, err := c.Call(ctx, createRequest()); !errors.Is(err, context.Canceled) || outcome(err) != provider.OutcomeUnsent {
		t.Errorf("got %v, %s; want context.Canceled, unsent", err, outcome(err))
	}
}

func TestFailuresBeforeTheConnectionSendNothing(t *testing.T) {
	refused := &url.Error{Op: "Post", URL: "https://x/?Signature=planted", Err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}}
	proxy := &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("no route")}
	for _, cause := range []error{refused, proxy, &net.DNSError{Err: "no such host", Name: "ecs"}} {
		c := testCaller(t, func(*http.Request) (*http.Response, error) { return nil, cause })
		_, err := c.Call(t.Context(), createRequest())
		if !errors.Is(err, provider.ErrUnavailable) || outcome(err) != provider.OutcomeUnsent {
			t.Errorf("%v: got %v, %s; want ErrUnavailable, unsent", cause, err, outcome(err))
		}
		if strings.Contains(err.Error(), "planted") {
			t.Errorf("the URL is shown: %v", err)
		}
	}
	read := &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return nil, read })
	_, err := c.Call(t.Context(), createRequest())
	if outcome(err) != provider.OutcomeUnknown || !errors.Is(err, read) {
		t.Errorf("a reset while reading: got %v, %s; want unknown, with its cause", err, outcome(err))
	}
}

func TestCustomDialFailureOnTheStandardTransportSendsNothing(t *testing.T) {
	tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("out of sockets") }}
	c, err := New(Config{Driver: "aliyun", Credentials: provider.StaticCredentials("i", "s", ""), Endpoint: "ecs.example.com", Transport: tr})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), createRequest()); outcome(err) != provider.OutcomeUnsent {
		t.Errorf("got %v, %s; want unsent", err, outcome(err))
	}
	if tr.TLSClientConfig != nil || tr.Proxy != nil {
		t.Error("the SDK changed the caller's transport")
	}
}

func TestHugeAnswersAreRefused(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		resp := respond(200, "")
		resp.Body = io.NopCloser(readerFunc(func(p []byte) (int, error) { return len(p), nil }))
		return resp, nil
	})
	if _, err := c.Call(t.Context(), createRequest()); !errors.Is(err, oncehttp.ErrTooLarge) || outcome(err) != provider.OutcomeUnknown {
		t.Errorf("got %v, %s; want oncehttp.ErrTooLarge, unknown", err, outcome(err))
	}
}

func TestBrokenTransportsAreErrors(t *testing.T) {
	for what, f := range map[string]roundTrip{
		"nothing": func(*http.Request) (*http.Response, error) { return nil, nil },
		"no body": func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil },
		"no header": func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 302, Body: http.NoBody}, nil
		},
		"panic": func(*http.Request) (*http.Response, error) { panic("planted") },
	} {
		_, err := testCaller(t, f).Call(t.Context(), createRequest())
		if !errors.Is(err, provider.ErrUnavailable) || outcome(err) != provider.OutcomeUnknown || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: got %v, %s; want ErrUnavailable, unknown", what, err, outcome(err))
		}
	}
}

func TestParallelCallsShareNothing(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"RequestId":"`+r.FormValue("ImageId")+`"}`)
	}))
	defer srv.Close()
	c := callerAt(t, srv.URL)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			r := createRequest()
			r.Params = map[string]string{"ImageId": fmt.Sprint("image-", i)}
			resp, err := c.Call(t.Context(), r)
			if err != nil || resp.RequestID != r.Params["ImageId"] {
				t.Errorf("call %d: got %+v, %v", i, resp, err)
			}
		})
	}
	wg.Wait()
}
