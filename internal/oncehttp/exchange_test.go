package oncehttp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// do sends a POST and reads the answer.
func do(t *testing.T, x *Exchange, rt http.RoundTripper, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(x.Watch(t.Context()), http.MethodPost, url, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := x.RoundTrip(rt, req)
	defer x.Close()
	if err == nil {
		err = x.ReadAll(resp)
	}
	return resp, err
}

// stout is an answer that is longer than the kept part.
var stout = strings.Repeat("short and stout, ", 1000)

func TestAnExchangeKnowsItsAnswer(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTemporaryRedirect)
		_, _ = io.WriteString(w, stout)
	}))
	defer srv.Close()
	x := &Exchange{}
	resp, err := do(t, x, NewTransport(false), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Location"); got != "" {
		t.Errorf("the answer still has a Location: got %q, want none", got)
	}
	if x.Status() != http.StatusTemporaryRedirect {
		t.Errorf("the status is %d, want %d", x.Status(), http.StatusTemporaryRedirect)
	}
	if got := string(x.Body()); got != stout {
		t.Errorf("the body has %d bytes, want %d", len(got), len(stout))
	}
	if got := x.RetryAfter().String(); got != "7s" {
		t.Errorf("RetryAfter is %s, want 7s", got)
	}
	if x.Cut() != nil {
		t.Errorf("the answer ended early: %v", x.Cut())
	}
}

func TestAnExchangeKeepsTheBeginningOfAnAnswerThatOthersRead(t *testing.T) {
	for keep, want := range map[int]string{0: "", 10: stout[:10], MaxBody: stout} {
		x := &Exchange{Keep: keep}
		req := httptest.NewRequest(http.MethodPost, "http://host", nil)
		resp, err := x.RoundTrip(transport(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(stout))}, nil
		}), req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
		if got := string(x.Body()); got != want {
			t.Errorf("Keep %d: %d bytes are kept, want %d", keep, len(got), len(want))
		}
	}
}

// reader is a body that is a function.
type reader func([]byte) (int, error)

func (f reader) Read(p []byte) (int, error) { return f(p) }

func TestBodiesThatDoNotEndWell(t *testing.T) {
	begun := strings.NewReader("begun")
	for name, c := range map[string]struct {
		body reader
		err  error
		text string
	}{
		"endless": {func(p []byte) (int, error) { return len(p), nil }, ErrTooLarge, ""},
		"cut": {func(p []byte) (int, error) {
			n, err := begun.Read(p)
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}, io.ErrUnexpectedEOF, "begun"},
	} {
		x := &Exchange{}
		_, err := do(t, x, transport(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(c.body)}, nil
		}), "http://host")
		if !errors.Is(err, c.err) {
			t.Errorf("%s: got %v, want %v", name, err, c.err)
		}
		if !errors.Is(x.Cut(), c.err) {
			t.Errorf("%s: it was cut by %v, want %v", name, x.Cut(), c.err)
		}
		if c.text != "" && string(x.Body()) != c.text {
			t.Errorf("%s: %q is kept, want %q", name, x.Body(), c.text)
		}
		if x.Fate() != Open {
			t.Errorf("%s: the fate is %v, want open", name, x.Fate())
		}
	}
}

func TestOddTransports(t *testing.T) {
	for name, c := range map[string]struct {
		rt   transport
		want error
	}{
		"nothing": {func(*http.Request) (*http.Response, error) { return nil, nil }, ErrNoAnswer},
		"panic":   {func(*http.Request) (*http.Response, error) { panic("planted") }, ErrPanic},
		"an answer with a status only": {func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200}, nil
		}, ErrNoAnswer},
		"an answer without a header": {func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 302, Body: http.NoBody}, nil
		}, nil},
		"a failure beside an answer": {func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200}, io.EOF
		}, io.EOF},
		"a panic after it was given up": {func(*http.Request) (*http.Response, error) {
			panic(&net.OpError{Op: "dial"})
		}, ErrPanic},
	} {
		x := &Exchange{}
		_, err := do(t, x, c.rt, "http://host")
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if x.Fate() != Open {
			t.Errorf("%s: the fate is %v, want open", name, x.Fate())
		}
	}
}

// A ctx without an exchange and an exchange without a request cause no failure.
func TestOf(t *testing.T) {
	if x := Of(t.Context()); x != nil {
		t.Errorf("a ctx without an exchange: got %v, want nil", x)
	}
	x := &Exchange{}
	if got := Of(x.Watch(t.Context())); got != x {
		t.Errorf("got %p, want %p", got, x)
	}
	x.Close()
	if x.Err() != nil {
		t.Errorf("an exchange without a request: got %v, want no error", x.Err())
	}
}

// The caller may watch the connections too.
func TestTheCallersTraceStillWorks(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	got := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		got = true
	}})
	x := &Exchange{}
	req, err := http.NewRequestWithContext(x.Watch(ctx), http.MethodGet, srv.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.RoundTrip(NewTransport(false), req); err != nil {
		t.Fatal(err)
	}
	x.Close()
	if !got {
		t.Error("the caller's trace got no report of the connection")
	}
}

// net/http repeats a GET when a kept connection breaks. It must not repeat a request
// that must be sent once.
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
	rt := NewTransport(true) // as a program may give us
	defer rt.CloseIdleConnections()
	var x *Exchange
	for range 2 {
		x = &Exchange{}
		req, err := http.NewRequestWithContext(x.Watch(context.Background()), http.MethodGet,
			"http://"+listener.Addr().String(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		NoReplay(req)
		if resp, err := x.RoundTrip(rt, req); err == nil {
			_ = x.ReadAll(resp)
		}
		x.Close()
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("2 calls sent %d requests, want 2", n)
	}
	if x.Fate() != Open {
		t.Errorf("the fate of the second is %v, want open", x.Fate())
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
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	}
}
