package alicloud

import (
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// hostsOf returns the hosts that calls to some regions go to.
func hostsOf(t *testing.T, cfg Config, regions ...string) []string {
	t.Helper()
	var hosts []string
	cfg.Driver, cfg.Credentials = "aliyun", provider.StaticCredentials("i", "s", "")
	cfg.VendorEndpoint = func(region string) (string, error) { return "vendor-" + region, nil }
	cfg.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		hosts = append(hosts, r.URL.Scheme+"://"+r.URL.Host)
		return respond(200, `{"RequestId":"r"}`), nil
	})
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range regions {
		r := createRequest()
		r.Region = region
		if _, err := c.Call(t.Context(), r); err != nil {
			t.Errorf("%s: got error %v, want none", region, err)
		}
	}
	return hosts
}

func TestAFunctionChoosesTheEndpointOfARegion(t *testing.T) {
	of := func(region string) string {
		if region == "cn-own" {
			return "http://own.example.com:8080"
		}
		return ""
	}
	got := hostsOf(t, Config{EndpointFor: of}, "cn-own", "cn-other")
	if want := "http://own.example.com:8080 https://vendor-cn-other"; strings.Join(got, " ") != want {
		t.Errorf("without an Endpoint: got %v, want %s", got, want)
	}
	got = hostsOf(t, Config{EndpointFor: of, Endpoint: "ecs-vpc.{region}.example.com"}, "cn-own", "cn-other")
	if want := "http://own.example.com:8080 https://ecs-vpc.cn-other.example.com"; strings.Join(got, " ") != want {
		t.Errorf("with a pattern: got %v, want %s", got, want)
	}
}

func TestAnUnreadableEndpointOfAFunctionSendsNothing(t *testing.T) {
	for _, text := range []string{"https://user:planted@host", "host/path", "ftp://host"} {
		c := testCaller(t, func(*http.Request) (*http.Response, error) {
			t.Error("a call was made")
			return nil, errors.New("no network")
		})
		c.own = checkEndpoint(&provider.Checker{}, "", func(string) string { return text })
		_, err := c.Call(t.Context(), createRequest())
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", text, err)
		}
		if outcome(err) != provider.OutcomeRejected {
			t.Errorf("%s: the outcome is %s, want rejected", text, outcome(err))
		}
		if strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: the error quotes the text: %v", text, err)
		}
	}
}

func TestAMissingHostAsksAboutTheRegion(t *testing.T) {
	noName := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, cause := range []error{noName, refused} {
		var failing error
		c := testCaller(t, func(*http.Request) (*http.Response, error) {
			if failing != nil {
				return nil, failing
			}
			return respond(200, `{"RequestId":"r"}`), nil
		})
		failing = cause
		_, err := c.Call(t.Context(), createRequest())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Fatalf("got %v, want an APIError", err)
		}
		if !e.NoHost {
			t.Errorf("%v: NoHost is false, want true", cause)
		}
		if e.Outcome != provider.OutcomeUnsent {
			t.Errorf("%v: the outcome is %s, want unsent", cause, e.Outcome)
		}
		if want := `does region "cn-test-1" exist? If it does, set Config.Endpoint`; !strings.Contains(e.Message, want) {
			t.Errorf("%v: the message is %q, want %q in it", cause, e.Message, want)
		}
		failing = nil
		if _, err := c.Call(t.Context(), createRequest()); err != nil {
			t.Fatal(err)
		}
		failing = cause
		_, err = c.Call(t.Context(), createRequest())
		if errors.As(err, &e); e.NoHost {
			t.Errorf("%v: a host that has answered counts as missing", cause)
		}
	}
}

func TestAMissingHostOfOnesOwnNamesTheSetting(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	})
	c.own = checkEndpoint(&provider.Checker{}, "ecs-vpc.{region}.example.com", nil)
	_, err := c.Call(t.Context(), createRequest())
	if err == nil || !strings.Contains(err.Error(), "are Config.Endpoint and Config.EndpointFor right") {
		t.Errorf("got %v, want a question about Config.Endpoint", err)
	}
}
