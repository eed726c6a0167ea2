package alicloud

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"

	"github.com/yunfan-cloud/yunfan/provider"
)

type sourceFunc func(context.Context) (provider.Credentials, error)

func (f sourceFunc) Credentials(ctx context.Context) (provider.Credentials, error) { return f(ctx) }

// chainFunc stands for the SDK's chain, which knows no context.
type chainFunc func() (*credentials.Credentials, error)

func (f chainFunc) GetCredentials() (*credentials.Credentials, error) { return f() }
func (chainFunc) GetProviderName() string                             { return "test" }

func chainOf(chains ...chainFunc) *defaultChain {
	d := newDefaultChain()
	d.build = func() credentials.CredentialsProvider {
		next := chains[0]
		if len(chains) > 1 {
			chains = chains[1:]
		}
		return next
	}
	return d
}

func found() (*credentials.Credentials, error) {
	return &credentials.Credentials{AccessKeyId: "id", AccessKeySecret: "secret", SecurityToken: "token"}, nil
}

func TestTheDefaultChainReadsTheEnvironment(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "id-env")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-env")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "token-env")
	var query string
	c, err := New(Config{Driver: "aliyun", Endpoint: "ecs.example.com", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		query = r.URL.RawQuery
		return respond(200, "{}"), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), createRequest()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(query, "AccessKeyId=id-env&") || !strings.Contains(query, "SecurityToken=token-env&") {
		t.Errorf("the call was not signed with the key of the environment: %s", query)
	}
}

func TestAFailedChainIsBuiltAnew(t *testing.T) {
	failing := func() (*credentials.Credentials, error) {
		return nil, errors.New("get http://100.100.100.200/planted: refused")
	}
	d := chainOf(failing, found)
	if _, err := d.Credentials(t.Context()); !errors.Is(err, errNoCredentials) || strings.Contains(err.Error(), "planted") {
		t.Errorf("got %v, want errNoCredentials without what the chain said", err)
	}
	for range 2 {
		key, err := d.Credentials(t.Context())
		if err != nil || key.AccessKeyID != "id" || key.AccessKeySecret != "secret" || key.SecurityToken != "token" {
			t.Errorf("after a failure: got %v, %v", key, err)
		}
	}
}

func TestHalfAKeyIsNone(t *testing.T) {
	for _, half := range []*credentials.Credentials{nil, {AccessKeyId: "id"}, {AccessKeySecret: "secret"}} {
		d := chainOf(func() (*credentials.Credentials, error) { return half, nil })
		if _, err := d.Credentials(t.Context()); !errors.Is(err, errNoCredentials) {
			t.Errorf("%+v: got %v, want errNoCredentials", half, err)
		}
	}
}

func TestTheChainIsAskedByOneCallAtATime(t *testing.T) {
	inside := 0 // the race detector watches it
	d := chainOf(func() (*credentials.Credentials, error) {
		inside++
		return found()
	})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := d.Credentials(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if inside != 50 {
		t.Errorf("the chain was asked %d times, want 50", inside)
	}
}

// The SDK renews keys with an HTTP client of its own that knows no context.
func TestCancelDoesNotWaitForTheChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := chainOf(func() (*credentials.Credentials, error) {
			<-release
			return found()
		})
		c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
		c.keys = d
		var wg sync.WaitGroup
		for range 3 { // the first asks, the others wait for their turn
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				start := time.Now()
				_, err := c.Call(ctx, createRequest())
				if took := time.Since(start); took != 2*time.Second {
					t.Errorf("the call took %v, want 2s", took)
				}
				if !errors.Is(err, context.DeadlineExceeded) || outcome(err) != provider.OutcomeUnsent {
					t.Errorf("got %v, %s; want the ctx's error, nothing sent", err, outcome(err))
				}
			})
		}
		wg.Wait()
		close(release)
		synctest.Wait()
		if _, err := c.Call(t.Context(), createRequest()); err != nil {
			t.Errorf("after the chain recovered: %v", err)
		}
	})
}

func TestAPanickingSourceIsAnAuthError(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, "{}"), nil })
	for what, s := range map[string]provider.CredentialsSource{
		"own":   sourceFunc(func(context.Context) (provider.Credentials, error) { panic("planted") }),
		"chain": chainOf(func() (*credentials.Credentials, error) { panic("planted") }),
	} {
		c.keys = s
		for range 2 { // a chain that panics must not keep the others out
			_, err := c.Call(t.Context(), createRequest())
			if !errors.Is(err, provider.ErrAuth) || strings.Contains(err.Error(), "planted") {
				t.Errorf("%s: got %v, want ErrAuth", what, err)
			}
		}
	}
}
