package credential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

func reply(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// nowhere is a metadata service that must not be asked.
func nowhere(t *testing.T) http.RoundTripper {
	return transport(func(*http.Request) (*http.Response, error) {
		t.Error("the metadata service was asked")
		return nil, errors.New("no network in tests")
	})
}

// metadata is a machine with a role, whose keys are numbered and live an hour.
type metadata struct {
	mu    sync.Mutex
	calls int
	down  bool
}

func (m *metadata) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, errors.New("planted: no route")
	}
	if req.URL.String() == metadataURL {
		return reply(200, "role-1\n"), nil
	}
	if req.URL.String() != metadataURL+"role-1" {
		return reply(404, ""), nil
	}
	m.calls++
	return reply(200, fmt.Sprintf(`{"TmpSecretId":"tmp-%d","TmpSecretKey":"secret","Token":"token","ExpiredTime":%d,"Code":"Success"}`, m.calls, time.Now().Add(time.Hour).Unix())), nil
}

// empty is an environment without any credentials.
func empty(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, name := range []string{
		envID, envKey, envToken, envSecurityToken, envSessionToken, envRegion, envFile, envRoleName,
		envAssumeARN, envAssumeSession, envAssumeDuration, envAssumeExternal, envRoleARN, envRoleSession,
		envTKERegion, envTKEProvider, envTKEToken, envTKERole, envTCCLIProfile, envProfile, envTCCLIDir,
	} {
		t.Setenv(name, "") // so that it is restored
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func TestEnvironmentComesFirst(t *testing.T) {
	empty(t)
	t.Setenv(envID, "id")
	t.Setenv(envKey, "key")
	t.Setenv(envToken, "token")
	c := newChain(nowhere(t))
	got, err := c.Credentials(t.Context())
	if err != nil || got.AccessKeyID != "id" || got.AccessKeySecret.Reveal() != "key" || got.SecurityToken.Reveal() != "token" {
		t.Fatalf("got %s, %v", got.AccessKeyID, err)
	}
	t.Setenv(envID, "another")
	if got, _ := c.Credentials(t.Context()); got.AccessKeyID != "id" {
		t.Errorf("the environment is read again: %s", got.AccessKeyID)
	}
}

func TestHalfAKeyPairIsAnError(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"no key":    {envID: "id"},
		"no ID":     {envKey: "planted"},
		"empty key": {envID: "id", envKey: ""},
		"empty ID":  {envID: "", envKey: "planted"},
	} {
		t.Run(name, func(t *testing.T) {
			empty(t)
			for k, v := range env {
				t.Setenv(k, v)
			}
			_, err := newChain(nowhere(t)).Credentials(t.Context())
			if err == nil || !strings.Contains(err.Error(), envKey) || strings.Contains(err.Error(), "planted") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestProfileFileComesSecond(t *testing.T) {
	home := empty(t)
	if err := os.MkdirAll(filepath.Join(home, ".tencentcloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(home, ".tencentcloud", "credentials")
	if err := os.WriteFile(file, []byte("[default]\nsecret_id = file-id\nsecret_key = file-key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := newChain(nowhere(t)).Credentials(t.Context())
	if err != nil || got.AccessKeyID != "file-id" || got.AccessKeySecret.Reveal() != "file-key" {
		t.Errorf("got %s, %v", got.AccessKeyID, err)
	}
	if err := os.WriteFile(file, []byte("[default]\nsecret_key = planted\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newChain(nowhere(t)).Credentials(t.Context()); err == nil || strings.Contains(err.Error(), "planted") {
		t.Errorf("half a profile: %v", err)
	}
}

func TestRoleComesLastAndIsRenewed(t *testing.T) {
	empty(t)
	synctest.Test(t, func(t *testing.T) {
		m := &metadata{}
		c := newChain(m)
		ask := func(want string) {
			t.Helper()
			got, err := c.Credentials(t.Context())
			if err != nil || got.AccessKeyID != want || got.SecurityToken.Reveal() != "token" {
				t.Errorf("after %v: got %s, %v, want %s", time.Now(), got.AccessKeyID, err, want)
			}
		}
		ask("tmp-1")
		time.Sleep(54 * time.Minute)
		ask("tmp-1")
		time.Sleep(2 * time.Minute)
		ask("tmp-2")
		m.down = true
		time.Sleep(59 * time.Minute)
		ask("tmp-2") // renewing fails, and the old keys still serve
		time.Sleep(2 * time.Minute)
		if _, err := c.Credentials(t.Context()); err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("keys beyond their end: %v", err)
		}
		m.down = false
		ask("tmp-3")
	})
}

func TestNoCredentialsAnywhere(t *testing.T) {
	empty(t)
	for name, rt := range map[string]transport{
		"no role":   func(*http.Request) (*http.Response, error) { return reply(404, "planted"), nil },
		"bad role":  func(*http.Request) (*http.Response, error) { return reply(200, "planted\x7f"), nil },
		"no keys":   func(*http.Request) (*http.Response, error) { return reply(200, `{"Code":"planted"}`), nil },
		"off-cloud": func(*http.Request) (*http.Response, error) { return nil, errors.New("planted") },
		"cut body": func(*http.Request) (*http.Response, error) {
			resp := reply(200, "")
			resp.Body = io.NopCloser(cut{})
			return resp, nil
		},
	} {
		_, err := newChain(rt).Credentials(t.Context())
		if err == nil || !strings.Contains(err.Error(), envID) || strings.Contains(err.Error(), "planted") || strings.Contains(err.Error(), "://") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// The service answers with keys: no proxy may see them, nor may another host be asked
// because the service says so.
func TestNobodyElseSeesTheKeys(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	service := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer service.Close()
	r := newInstance(&http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(other.URL) }})
	r.url = service.URL + "/"
	if _, err := r.fetchOnly(t.Context()); err == nil || !strings.Contains(err.Error(), "HTTP status 302") {
		t.Errorf("got %v, want the status of the service", err)
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host saw %d requests", n)
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Off-cloud the metadata service may not refuse, but say nothing at all.
func TestSilentMetadataServiceDoesNotHang(t *testing.T) {
	empty(t)
	silent := transport(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Transport: silent})
		c := s.Chain()
		start := time.Now()
		_, err := c.Credentials(t.Context())
		if took := time.Since(start); err == nil || took != metadataTimeout {
			t.Errorf("gave up after %v: %v", took, err)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error reads as if the caller's ctx had ended: %v", err)
		}

		// A second caller leaves with its own ctx while the first one waits.
		go func() { _, _ = c.Credentials(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if _, err := c.Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("waited %v for another caller: %v", time.Since(start), err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if _, err := s.instance.fetchOnly(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancel is not passed on: %v", err)
		}
		time.Sleep(time.Minute)
	})
}

// newChain returns the default chain of an instance without a system-wide profile file.
func newChain(rt http.RoundTripper) provider.CredentialsSource {
	s := New(Options{Transport: rt})
	s.files.system = "no-such-file"
	return s.Chain()
}

// fetchOnly asks the service without waiting for a turn.
func (r *instance) fetchOnly(ctx context.Context) (provider.Credentials, error) {
	creds, _, err := r.ofThisInstance(ctx)
	return creds, err
}

func TestParallelFirstUseFindsOneSource(t *testing.T) {
	empty(t)
	m := &metadata{}
	c := newChain(m)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if got, err := c.Credentials(t.Context()); err != nil || got.AccessKeyID != "tmp-1" {
				t.Errorf("got %s, %v", got.AccessKeyID, err)
			}
		})
	}
	wg.Wait()
	if m.calls != 1 {
		t.Errorf("the keys were fetched %d times", m.calls)
	}
}
