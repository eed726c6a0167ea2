package oncehttp_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

func TestEndpointsOfARegion(t *testing.T) {
	of := func(region string) string {
		if region == "eu-1" {
			return "http://10.0.0.1:8080"
		}
		return ""
	}
	tests := []struct {
		name, text string
		of         func(string) string
		region     string
		want       string
	}{
		{"none", "", nil, "cn-1", ""},
		{"one for all", "ecs.example", nil, "cn-1", "https://ecs.example"},
		{"a pattern", "ecs-vpc.{region}.example", nil, "cn-1", "https://ecs-vpc.cn-1.example"},
		{"a function", "ecs.example", of, "eu-1", "http://10.0.0.1:8080"},
		{"a function that leaves it to the text", "ecs.example", of, "cn-1", "https://ecs.example"},
		{"a function that leaves it to the vendor", "", of, "cn-1", ""},
	}
	for _, tt := range tests {
		e, ok := oncehttp.NewEndpoints(tt.text, tt.of)
		if !ok {
			t.Errorf("%s: the text was refused", tt.name)
			continue
		}
		at, chosen, err := e.For(tt.region)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		got := ""
		if chosen {
			got = at.Scheme + "://" + at.Host
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEndpointsThatCannotBeRead(t *testing.T) {
	if _, ok := oncehttp.NewEndpoints("ecs.{zone}.example", nil); ok {
		t.Error("a pattern with another word was accepted")
	}
	e, _ := oncehttp.NewEndpoints("", func(string) string { return "https://user:hunter2@example" })
	_, _, err := e.For("cn-1")
	if err == nil {
		t.Fatal("got no error, want one")
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error quotes the text: %v", err)
	}
}

// trip sends one request to a host whose transport answers or fails with err.
func trip(t *testing.T, err error) *oncehttp.Exchange {
	t.Helper()
	x := &oncehttp.Exchange{}
	req, _ := http.NewRequestWithContext(x.Watch(context.Background()), http.MethodPost, "https://ecs.example/", http.NoBody)
	resp, _ := x.RoundTrip(transport(func(*http.Request) (*http.Response, error) {
		if err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Header: http.Header{}}, nil
	}), req)
	if resp != nil {
		_ = resp.Body.Close()
	}
	return x
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAHostThatNeverAnsweredMayNotExist(t *testing.T) {
	notFound := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	slow := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"no such name", notFound, true},
		{"refused connection", refused, true},
		{"a name server in trouble", slow, false},
		{"a broken connection", errors.New("broken"), false},
	}
	for _, tt := range tests {
		var known oncehttp.Answered
		if got := known.NoHost(trip(t, tt.err)); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		known.Record(trip(t, nil))
		if known.NoHost(trip(t, tt.err)) {
			t.Errorf("%s: the host counts as missing, although it has answered", tt.name)
		}
	}
}
