package qingcloud

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunify/qingcloud-sdk-go/logger"

	"github.com/yunfan-cloud/yunfan/provider"
)

// breakingServer answers the first request on each kept connection and breaks
// it when it has read a second one, before any answer. It counts per action.
func breakingServer(t *testing.T) (addr string, arrived func(action string) int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var mu sync.Mutex
	count := map[string]int{}
	serve := func(c net.Conn) {
		defer func() { _ = c.Close() }()
		in := bufio.NewReader(c)
		for i := range 2 {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			mu.Lock()
			count[r.URL.Query().Get("action")]++
			mu.Unlock()
			if i == 0 {
				const body = `{"ret_code":0,"instance_set":[],"instances":["i-1"]}`
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String(), func(action string) int {
		mu.Lock()
		defer mu.Unlock()
		return count[action]
	}
}

// net/http repeats a GET without a body when a kept connection breaks before
// the answer. Such a create would make its instances twice.
func TestACreateOnABrokenConnectionArrivesOnce(t *testing.T) {
	addr, arrived := breakingServer(t)
	shared := &http.Transport{MaxIdleConnsPerHost: 1}
	defer shared.CloseIdleConnections()
	cfg := testConfig(shared)
	cfg.Endpoint = "http://" + addr
	d := mustDriver(t, cfg)
	if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{}); err != nil {
		t.Fatalf("the first call on the connection: %v", err)
	}
	_, err := d.RunInstances(t.Context(), minimalSpec())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
	}
	if n := arrived("RunInstances"); n != 1 {
		t.Errorf("the create arrived %d times, want once", n)
	}
	if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{}); err != nil {
		t.Fatal(err)
	}
	_ = d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
	if n := arrived("TerminateInstances"); n != 1 {
		t.Errorf("the terminate arrived %d times, want once", n)
	}
}

// So do all other calls that change something: a second reboot would interrupt
// the first.
func TestAChangeOnABrokenConnectionArrivesOnce(t *testing.T) {
	addr, arrived := breakingServer(t)
	shared := &http.Transport{MaxIdleConnsPerHost: 1}
	defer shared.CloseIdleConnections()
	cfg := testConfig(shared)
	cfg.Endpoint = "http://" + addr
	d := mustDriver(t, cfg)
	for action, call := range changesOf(d) {
		if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{}); err != nil {
			t.Fatalf("the first call on the connection: %v", err)
		}
		err := call(t.Context())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", action, err, e)
		} else if e.Op != action {
			t.Errorf("%s: Op is %v, want %v", action, e.Op, action)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v", action, e.Outcome, provider.OutcomeUnknown)
		}
		if n := arrived(action); n != 1 {
			t.Errorf("%s arrived %d times, want once", action, n)
		}
	}
}

// Without a transport of the caller's, creates do not even share connections.
func TestOwnTransportGivesEachCreateAConnection(t *testing.T) {
	addr, arrived := breakingServer(t)
	cfg := testConfig(nil)
	cfg.Endpoint = "http://" + addr
	d := mustDriver(t, cfg)
	for range 3 {
		if _, err := d.RunInstances(t.Context(), minimalSpec()); err != nil {
			t.Errorf("a create fails on the connection of another: %v", err)
		}
	}
	if n := arrived("RunInstances"); n != 3 {
		t.Errorf("three creates arrived %d times", n)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var calls atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				http.Redirect(w, r, r.URL.String(), status)
				return
			}
			_, _ = io.WriteString(w, `{"ret_code":0,"instances":["i-1"]}`)
		}))
		cfg := testConfig(nil)
		cfg.Endpoint = s.URL
		_, err := mustDriver(t, cfg).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("status %d: got error %v, want a %T", status, err, e)
		} else if e.HTTPStatus != status {
			t.Errorf("status %d: HTTPStatus is %v, want %v", status, e.HTTPStatus, status)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("status %d: Outcome is %v, want %v", status, e.Outcome, provider.OutcomeUnknown)
		} else if got := calls.Load(); got != 1 {
			t.Errorf("status %d: calls.Load() is %d, want 1", status, got)
		}
		s.Close()
	}
}

func TestFiftyCreatesAtOnceDoNotMixUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("signature") != signatureOf(r.Method, r.URL.Path, q, testSecret) {
			_, _ = io.WriteString(w, `{"ret_code":1200,"message":"signature not matched"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"ret_code":0,"instances":["i-%s"],"job_id":"j-%s"}`, q.Get("instance_name"), q.Get("zone"))
	}))
	defer s.Close()
	cfg := testConfig(nil)
	cfg.Endpoint = s.URL
	d := mustDriver(t, cfg)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			spec := minimalSpec()
			spec.Name, spec.Region = strconv.Itoa(i), "zone"+strconv.Itoa(i)
			got, err := d.RunInstances(t.Context(), spec)
			if err != nil {
				t.Errorf("create %d: got error %v, want none", i, err)
			} else if got.InstanceIDs[0] != "i-"+spec.Name {
				t.Errorf("create %d: got.InstanceIDs[0] is %v, want %v", i, got.InstanceIDs[0], "i-"+spec.Name)
			} else if got.JobID != "j-"+spec.Region {
				t.Errorf("create %d: JobID is %v, want %v", i, got.JobID, "j-"+spec.Region)
			}
		})
	}
	wg.Wait()
	if n := d.calls.lastHour(time.Now()); n != 50 {
		t.Errorf("%d calls are counted, want 50", n)
	}
}

// hanging is a cloud that takes the request and never answers.
func hanging() *memory {
	return &memory{answer: func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}}
}

func TestAnEndedContextEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mustDriver(t, testConfig(hanging()))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := d.RunInstances(ctx, minimalSpec())
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the call returns %v after it began, its context ended after 3 s", took)
		}
		var e *provider.APIError
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
		} else if !errors.As(err, &e) {
			t.Errorf("got error %v, want a %T", err, e)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
		}
		if errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("the caller's deadline counts as the service's failure: %v", err)
		}
		cancelled, cancel2 := context.WithCancel(t.Context())
		cancel2()
		_, err = d.RunInstances(cancelled, minimalSpec())
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		} else if !errors.As(err, &e) {
			t.Errorf("got error %v, want a %T", err, e)
		} else if e.Outcome != provider.OutcomeUnsent {
			t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnsent)
		}
	})
}

// Our own patience is not the caller's deadline: a caller that checks for its
// own must not find it.
func TestASilentCloudIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mustDriver(t, testConfig(hanging()))
		for _, c := range []struct {
			name string
			call func() error
			want time.Duration
		}{
			{"create", func() error { _, err := d.RunInstances(t.Context(), minimalSpec()); return err }, 90 * time.Second},
			{"terminate", func() error {
				return d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
			}, 90 * time.Second},
			{"describe", func() error {
				_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
				return err
			}, 30 * time.Second},
		} {
			assertGivenUp(t, c.name, c.want, c.call)
		}
	})
}

// assertGivenUp makes a call that nobody answers and the caller does not end.
func assertGivenUp(t *testing.T, name string, want time.Duration, call func() error) {
	t.Helper()
	start := time.Now()
	err := call()
	if took := time.Since(start); took != want {
		t.Errorf("%s: given up after %v, want %v", name, took, want)
	}
	var e *provider.APIError
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: got error %v, want one that is not %v", name, err, context.DeadlineExceeded)
	} else if !errors.As(err, &e) {
		t.Errorf("%s: got error %v, want a %T", name, err, e)
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("%s: Outcome is %v, want %v", name, e.Outcome, provider.OutcomeUnknown)
	} else if e.Kind != provider.ErrUnavailable {
		t.Errorf("%s: Kind is %v, want %v", name, e.Kind, provider.ErrUnavailable)
	}
}

func TestCancellingOverARealConnectionIsPrompt(t *testing.T) {
	reached := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	}))
	defer s.Close()
	cfg := testConfig(nil)
	cfg.Endpoint = s.URL
	ctx, cancel := context.WithCancel(t.Context())
	var ended time.Time
	go func() { <-reached; ended = time.Now(); cancel() }()
	_, err := mustDriver(t, cfg).RunInstances(ctx, minimalSpec())
	if took := time.Since(ended); took > 100*time.Millisecond {
		t.Errorf("the call returns %v after it was cancelled", took)
	}
	var e *provider.APIError
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	} else if !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
	}
}

func TestTheSDKLogsNoSecretOfACreateAtLevelInfo(t *testing.T) {
	var log bytes.Buffer
	logger.SetOutput(&log)
	logger.SetLevel("info")
	defer func() { logger.SetLevel("warn"); logger.SetOutput(os.Stderr) }()

	m := saying(200, `{"ret_code":0,"instances":["i-1"]}`)
	spec := minimalSpec()
	spec.UserData = []byte("#!/bin/sh secret")
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"extra": "raw-secret"}}}
	if _, err := mustDriver(t, testConfig(m)).RunInstances(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if log.Len() == 0 {
		t.Fatal("the SDK logged nothing: this test tests nothing")
	}
	q := m.sent[0].URL.Query()
	for _, name := range []string{"login_passwd", "userdata_value", "extra", "signature"} {
		for _, form := range []string{q.Get(name), url.QueryEscape(q.Get(name))} {
			if strings.Contains(log.String(), form) {
				t.Errorf("the SDK's log shows %s", name)
			}
		}
	}
}

func TestTheTallyForgetsAfterAnHour(t *testing.T) {
	var n tally
	start := time.Unix(1_700_000_000, 0)
	for range 5 {
		n.add(start)
	}
	n.add(start.Add(59 * time.Minute))
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{59 * time.Minute, 6}, {61 * time.Minute, 1}, {3 * time.Hour, 0}} {
		if got := n.lastHour(start.Add(c.after)); got != c.want {
			t.Errorf("%v later %d calls are counted, want %d", c.after, got, c.want)
		}
	}
	n.add(start.Add(120 * time.Minute)) // the same slot as the first five
	if got := n.lastHour(start.Add(120 * time.Minute)); got != 1 {
		t.Errorf("a slot used again counts %d calls, want 1", got)
	}
}
