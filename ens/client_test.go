package ens

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// roundTrip answers calls without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// sent is one request as it arrived, parameters of URL and body together.
type sent struct {
	method, scheme, host, query string
	params                      url.Values
}

func read(t *testing.T, r *http.Request) sent {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	params, err := url.ParseQuery(r.URL.RawQuery + "&" + string(body))
	if err != nil {
		t.Fatal(err)
	}
	return sent{r.Method, r.URL.Scheme, r.URL.Host, r.URL.RawQuery, params}
}

// driverOver is a driver whose calls are answered by rt.
func driverOver(t *testing.T, rt http.RoundTripper, endpoint string) *driver {
	t.Helper()
	d, err := newDriver(Config{
		Region: "node-home", Endpoint: endpoint, Transport: rt,
		Credentials: provider.StaticCredentials("key-id-1", "planted-key-secret", "planted-key-token"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// answering is a driver whose every call gets the same answer; got is the last
// request.
func answering(t *testing.T, status int, body string) (d *driver, got *sent) {
	t.Helper()
	got = &sent{}
	return driverOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		*got = read(t, r)
		return respond(status, body)
	}), ""), got
}

// overTCP is a driver with the transport of real use against a loopback server.
func overTCP(t *testing.T, endpoint string) *driver { return driverOver(t, nil, endpoint) }

const created = `{"RequestId":"req-1","InstanceIds":["i-1"]}`

// secretSpec is a create with everything that an error could leak.
func secretSpec() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{
		Region: "node-1", Count: 1, InstanceType: "ens.type-1",
		Login:    provider.Login{Password: "Planted-Password-1"},
		UserData: provider.UserData("#!/bin/sh planted user data"),
		Vendor:   []provider.VendorOption{RunOptions{Params: map[string]string{"Carrier": "planted-raw-value"}}},
	}
}

// wantSafe walks everything below err and looks for planted secrets and URLs.
func wantSafe(t *testing.T, err error) {
	t.Helper()
	text := fmt.Sprintf("%v\n%+v\n", err, err)
	for _, bad := range []string{"lanted", "cGxhbnRlZ", "://", "Signature="} {
		if strings.Contains(text, bad) {
			t.Errorf("an error text holds %q: %s", bad, text)
		}
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			wantSafe(t, inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			wantSafe(t, inner)
		}
	}
}

// wantAPIError checks what every failed call must be, and returns it.
func wantAPIError(t *testing.T, err, kind error, outcome provider.Outcome) *provider.APIError {
	t.Helper()
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *APIError", err)
	}
	if e.Outcome != outcome {
		t.Errorf("the outcome of %v is %q, want %q", err, e.Outcome, outcome)
	}
	if missed := kind != nil && !errors.Is(err, kind); missed {
		t.Errorf("got error %v, want %v", err, kind)
	}
	if e.Driver != "ens" {
		t.Errorf("the driver of %v is %q, want ens", err, e.Driver)
	}
	wantSafe(t, err)
	return e
}

func TestNewNamesEveryProblem(t *testing.T) {
	_, err := New(Config{Region: " node 1", Endpoint: "ftp://planted@example.com"})
	var all provider.FieldErrors
	if !errors.As(err, &all) {
		t.Errorf("got error %v, want a %T", err, all)
	} else if len(all) != 2 {
		t.Errorf("len(all) is %d, want 2", len(all))
	} else if all[0].Path != "Config.Region" {
		t.Errorf(`all[0].Path is %q, want "Config.Region"`, all[0].Path)
	} else if all[0].Value != " node 1" {
		t.Errorf(`all[0].Value is %q, want " node 1"`, all[0].Value)
	} else if all[1].Path != "Config.Endpoint" {
		t.Errorf(`all[1].Path is %q, want "Config.Endpoint"`, all[1].Path)
	}
	if _, err := New(Config{}); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a config without region: got %v, want ErrInvalid", err)
	}
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("got error %v, want %v", err, provider.ErrInvalid)
	}
	if strings.Contains(err.Error(), "planted") {
		t.Error("the error shows a secret")
	}
	for _, o := range []*provider.Options{nil, {Region: "elsewhere"}} {
		c, err := New(Config{Region: "node-1", Options: o})
		if err != nil {
			t.Errorf("got error %v, want none", err)
		}
		if c == nil {
			t.Error("got no client, want one")
		}
	}
}

func TestLimitsAreTheDocumentedOnes(t *testing.T) {
	d, _ := answering(t, 200, created)
	l := d.Limits()
	if got := d.Name(); got != "ens" {
		t.Errorf(`d.Name() is %q, want "ens"`, got)
	}
	if got := d.Support().Driver(); got != "ens" {
		t.Errorf(`d.Support().Driver() is %q, want "ens"`, got)
	}
	if l.InstancesPerCreate != 100 {
		t.Errorf("InstancesPerCreate is %d, want 100", l.InstancesPerCreate)
	}
	if l.IDsPerDescribe != 100 {
		t.Errorf("IDsPerDescribe is %d, want 100", l.IDsPerDescribe)
	}
	if l.IDsPerTerminate != 1 {
		t.Errorf("IDsPerTerminate is %d, want 1", l.IDsPerTerminate)
	}
	if !l.TerminateByBilling {
		t.Error("TerminateByBilling is false, want true")
	}
	if l.ClientToken {
		t.Error("ClientToken is true, want false")
	}
	if r := l.Rates[provider.APIRunInstances]; r.Calls != 10 {
		t.Errorf("r.Calls is %d, want 10", r.Calls)
	} else if r.Per != time.Second {
		t.Errorf("r.Per is %v, want %v", r.Per, time.Second)
	}
	if r := l.Rates[provider.APIDescribeInstances]; r.Calls != 100 {
		t.Errorf("r.Calls is %d, want 100", r.Calls)
	} else if r.Per != time.Second {
		t.Errorf("r.Per is %v, want %v", r.Per, time.Second)
	}
	if l.IDsPerPower != 1 {
		t.Errorf("starts, stops and reboots name %d servers, want 1: a list of them is unverified", l.IDsPerPower)
	}
	for _, api := range []provider.API{provider.APIStartInstances, provider.APIStopInstances, provider.APIRebootInstances} {
		if r := l.Rates[api]; r.Calls != 10 {
			t.Errorf("%v: r.Calls is %d, want 10", api, r.Calls)
		} else if r.Per != time.Second {
			t.Errorf("%v: r.Per is %v, want %v", api, r.Per, time.Second)
		}
	}
	if l.FirstLook != 40*time.Second {
		t.Errorf("the first look is after %v, want 40s", l.FirstLook)
	}
}

func TestCallsUseHTTPSAndKeepSecretsOutOfTheURL(t *testing.T) {
	d, got := answering(t, 200, created)
	if _, err := d.RunInstances(t.Context(), secretSpec()); err != nil {
		t.Fatal(err)
	}
	if got.scheme != "https" {
		t.Errorf(`scheme is %q, want "https"`, got.scheme)
	}
	if got.host != "ens.aliyuncs.com" {
		t.Errorf(`host is %q, want "ens.aliyuncs.com"`, got.host)
	}
	if got.method != "POST" {
		t.Errorf(`method is %q, want "POST"`, got.method)
	}
	if strings.Contains(got.query, "Planted") {
		t.Error("query shows a secret")
	}
	if strings.Contains(got.query, "UserData") {
		t.Errorf(`query is %q, want it not to contain "UserData"`, got.query)
	}
	if got := got.params.Get("Password"); got != "Planted-Password-1" {
		t.Errorf(`Password or RegionId did not arrive: Password is %q, want "Planted-Password-1"`, got)
	}
	if got := got.params.Get("RegionId"); got != "cn-hangzhou" {
		t.Errorf(`Password or RegionId did not arrive: RegionId is %q, want "cn-hangzhou"`, got)
	}
}

func TestPlainHTTPNeedsAnExplicitEndpoint(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, created) }))
	defer s.Close()
	if res, err := overTCP(t, s.URL).RunInstances(t.Context(), secretSpec()); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if res.InstanceIDs[0] != "i-1" {
		t.Errorf(`res.InstanceIDs[0] is %q, want "i-1"`, res.InstanceIDs[0])
	}
	_, err := overTCP(t, strings.TrimPrefix(s.URL, "http://")).RunInstances(t.Context(), secretSpec())
	wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnsent)
}

func TestUntrustedCertificateIsRefusedBeforeAnythingIsSent(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, err := overTCP(t, s.URL).RunInstances(t.Context(), secretSpec())
	wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnsent)
}

func TestNobodyListensMeansNothingWasCreated(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, err = overTCP(t, "http://"+addr).RunInstances(t.Context(), secretSpec())
	wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnsent)
}

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
