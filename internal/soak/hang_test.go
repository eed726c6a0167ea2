package soak_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// hang is a way in which a call hangs. It returns a transport and keys with
// which calls hang, and calls arrived once one does.
type hang func(t *testing.T, arrived func()) (http.RoundTripper, provider.CredentialsSource)

func goodKeys() provider.CredentialsSource {
	return provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
}

// toServer sends every call to a server over TLS that answers by h.
func toServer(t *testing.T, h http.HandlerFunc) http.RoundTripper {
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // clients leave in the middle
	srv.StartTLS()
	rt := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // a loopback server
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
		},
	}
	t.Cleanup(func() {
		rt.CloseIdleConnections()
		srv.Close()
	})
	return rt
}

type keysFunc func(context.Context) (provider.Credentials, error)

// Credentials implements provider.CredentialsSource.
func (f keysFunc) Credentials(ctx context.Context) (provider.Credentials, error) { return f(ctx) }

func hangs() map[string]hang {
	return map[string]hang{
		"before the headers": func(t *testing.T, arrived func()) (http.RoundTripper, provider.CredentialsSource) {
			return toServer(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				arrived()
				<-r.Context().Done()
			}), goodKeys()
		},
		"within the body": func(t *testing.T, arrived func()) (http.RoundTripper, provider.CredentialsSource) {
			return toServer(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"RequestId":"r","Response":{"ret_code":0,`)
				_ = http.NewResponseController(w).Flush()
				arrived()
				<-r.Context().Done()
			}), goodKeys()
		},
		"within the TLS handshake": hangInHandshake,
		"while connecting": func(t *testing.T, arrived func()) (http.RoundTripper, provider.CredentialsSource) {
			done := make(chan struct{})
			t.Cleanup(func() { close(done) })
			return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				arrived()
				<-done
				return nil, errors.New("too late")
			}}, goodKeys()
		},
		"while asking for keys": func(t *testing.T, arrived func()) (http.RoundTripper, provider.CredentialsSource) {
			done := make(chan struct{})
			t.Cleanup(func() { close(done) })
			return http.NewFileTransport(http.Dir(".")), keysFunc(func(context.Context) (provider.Credentials, error) {
				arrived()
				<-done // it hears of no ctx
				return provider.Credentials{}, errors.New("too late")
			})
		},
	}
}

// hangInHandshake is a server that takes connections and says nothing.
func hangInHandshake(t *testing.T, arrived func()) (http.RoundTripper, provider.CredentialsSource) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, c) // and says nothing
			arrived()
		}
	}()
	rt := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, l.Addr().String())
	}}
	t.Cleanup(func() {
		_ = l.Close()
		<-accepted
		for _, c := range conns {
			_ = c.Close()
		}
	})
	return rt, goodKeys()
}

// However a call hangs, the end of its ctx ends it within 100 ms, on every cloud.
func TestNothingHangsLongerThanItsContext(t *testing.T) {
	ids := []string{"i-1"}
	calls := map[string]func(context.Context, *provider.Client, *service) error{
		"create": func(ctx context.Context, c *provider.Client, s *service) error {
			spec := s.spec
			spec.Name, spec.Count = "web", 250
			op, err := c.RunInstances(ctx, spec, nil)
			if op == nil {
				return errors.New("no operation")
			}
			return err
		},
		"list": func(ctx context.Context, c *provider.Client, _ *service) error {
			for _, err := range c.DescribeInstances(ctx, provider.Query{}) {
				return err
			}
			return nil
		},
		"wait": func(ctx context.Context, c *provider.Client, _ *service) error {
			_, err := c.WaitInstances(ctx, "", ids, provider.StateRunning, nil)
			return err
		},
		"terminate": func(ctx context.Context, c *provider.Client, _ *service) error {
			_, err := c.TerminateInstances(ctx, "", ids, nil)
			return err
		},
		"stop": func(ctx context.Context, c *provider.Client, _ *service) error {
			return c.StopInstances(ctx, "", ids, nil)
		},
	}
	if testing.Short() {
		maps.DeleteFunc(calls, func(what string, _ func(context.Context, *provider.Client, *service) error) bool {
			return what != "create" && what != "wait"
		})
	}
	for _, s := range services() {
		for how, h := range hangs() {
			for what, call := range calls {
				t.Run(string(s.cloud)+"/"+what+"/"+how, func(t *testing.T) {
					var took time.Duration
					for range 3 { // the machine may be busy
						if took = hung(t, &s, h, call); took < 100*time.Millisecond {
							return
						}
					}
					t.Errorf("it went on for %v", took)
				})
			}
		}
	}
}

// hung makes a call that hangs and tells how long it went on after its ctx.
func hung(t *testing.T, s *service, h hang, call func(context.Context, *provider.Client, *service) error) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	arrived := make(chan struct{}, 1000)
	rt, keys := h(t, func() { arrived <- struct{}{} })
	c, err := s.adapter.New(clouds.Config{Transport: rt, Credentials: keys})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan time.Time, 1)
	go func() {
		<-arrived
		ended <- time.Now()
		cancel()
	}()
	err = call(ctx, c, s)
	took := time.Since(<-ended)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after %v it ended with %s", took, strconv.Quote(errorText(err)))
	}
	return took
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
