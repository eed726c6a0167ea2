package ens

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
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
		t.Errorf("starts, stops and reboots name %d instances, want 1: a list of them is unverified", l.IDsPerPower)
	}
	for _, api := range []provider.API{provider.APIStartInstances, provider.APIStopInstances, provider.APIRebootInstances} {
		if r := l.Rates[api]; r.Calls != 10 {
			t.Errorf("%v: r.Calls is %d, want 10", api, r.Calls)
		} else if r.Per != time.Second {
			t.Errorf("%v: r.Per is %v, want %v", api, r.Per, time.Second)
		}
	}
	for _, api := range []provider.API{"DescribeRegions", "DescribeNetworks"} {
		if got, want := l.Rates[api], (provider.Rate{Calls: 10, Per: time.Second}); got != want {
			t.Errorf("the rate of %s is %+v, want %+v", api, got, want)
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

// One region of the API serves every node, so that a pattern and a function get that one.
func TestAFunctionChoosesTheEndpoint(t *testing.T) {
	for endpoint, want := range map[string]string{
		"":                         "own.example.com",
		"ens.{region}.example.com": "own.example.com",
	} {
		var hosts []string
		d := mustDriverAt(t, endpoint, func(region string) string {
			if region != "cn-hangzhou" {
				t.Errorf("asked for region %q, want that of the API", region)
			}
			return "https://own.example.com"
		}, &hosts)
		_, _ = d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if len(hosts) != 1 || hosts[0] != want {
			t.Errorf("%q: calls went to %v, want %s", endpoint, hosts, want)
		}
	}
	var hosts []string
	d := mustDriverAt(t, "ens.{region}.example.com", nil, &hosts)
	_, _ = d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
	if len(hosts) != 1 || hosts[0] != "ens.cn-hangzhou.example.com" {
		t.Errorf("a pattern: calls went to %v, want ens.cn-hangzhou.example.com", hosts)
	}
}

type hostsOnly struct{ hosts *[]string }

func (h hostsOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	*h.hosts = append(*h.hosts, r.URL.Host)
	return nil, errors.New("no network")
}

// mustDriverAt makes a driver that records where its calls go.
func mustDriverAt(t *testing.T, endpoint string, of func(string) string, hosts *[]string) *driver {
	t.Helper()
	d, err := newDriver(Config{
		Region: "node-1", Endpoint: endpoint, EndpointFor: of, Transport: hostsOnly{hosts},
		Credentials: provider.StaticCredentials("id", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
