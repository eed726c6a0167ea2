package alicloud

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

// instance is a metadata service whose keys are numbered and live an hour.
type instance struct {
	calls   int
	down    bool
	noToken bool
}

func (m *instance) RoundTrip(r *http.Request) (*http.Response, error) {
	token := r.Header.Get("X-aliyun-ecs-metadata-token")
	switch path := strings.TrimPrefix(r.URL.String(), metadataURL); {
	case m.down:
		return nil, io.ErrUnexpectedEOF
	case path == "api/token" && r.Method == http.MethodPut && r.Header.Get("X-aliyun-ecs-metadata-token-ttl-seconds") == "21600" && !m.noToken:
		return respond(200, "token-1\n"), nil
	case token != "token-1" && !m.noToken, r.Method != http.MethodGet:
		return respond(403, "planted"), nil
	case path == "meta-data/ram/security-credentials/":
		return respond(200, "role-1\n"), nil
	case path == "meta-data/ram/security-credentials/role-1":
		m.calls++
		end := time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05Z")
		return respond(200, fmt.Sprintf(`{"Code":"Success","AccessKeyId":"tmp-%d","AccessKeySecret":"s","SecurityToken":"t","Expiration":%q}`, m.calls, end)), nil
	}
	return respond(404, "planted"), nil
}

// noVariables takes away what other places of the chain read.
func noVariables(t *testing.T) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "ALIBABA_CLOUD_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
}

func TestTheRoleOfTheInstanceIsRenewed(t *testing.T) {
	noVariables(t)
	for _, noToken := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			m := &instance{noToken: noToken}
			r := newRole()
			r.direct = m
			ask := func(want string) {
				t.Helper()
				keys, err := r.GetCredentials()
				if err != nil || keys.AccessKeyId != want || keys.AccessKeySecret != "s" || keys.SecurityToken != "t" {
					t.Errorf("got %+v, %v; want %s", keys, err, want)
				}
			}
			ask("tmp-1")
			time.Sleep(56 * time.Minute)
			ask("tmp-1")
			time.Sleep(2 * time.Minute)
			ask("tmp-2")
			m.down = true
			time.Sleep(59 * time.Minute)
			ask("tmp-2") // renewing fails, and the old keys still serve
			time.Sleep(2 * time.Minute)
			if _, err := r.GetCredentials(); err == nil {
				t.Error("keys are used beyond their end")
			}
			m.down = false
			ask("tmp-3")
		})
	}
}

func TestWhatTheVariablesSayOfTheRole(t *testing.T) {
	noVariables(t)
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA", "role-2")
	t.Setenv("ALIBABA_CLOUD_IMDSV1_DISABLED", "TRUE")
	r := newRole()
	if r.name != "role-2" {
		t.Errorf("the role is %q, want role-2", r.name)
	}
	r.direct = &instance{noToken: true}
	if _, err := r.GetCredentials(); err == nil {
		t.Error("the first version of the service is asked, which is forbidden")
	}
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	if got := newRole(); got != nil {
		t.Errorf("got %+v, want no role", got)
	}
}

func TestAnswersWithoutKeysAreNotQuoted(t *testing.T) {
	noVariables(t)
	for name, rt := range map[string]roundTrip{
		"no role":  func(*http.Request) (*http.Response, error) { return respond(404, "planted"), nil },
		"bad role": func(*http.Request) (*http.Response, error) { return respond(200, "planted\x7f"), nil },
		"no keys":  func(*http.Request) (*http.Response, error) { return respond(200, `{"Code":"planted"}`), nil },
		"nobody":   func(*http.Request) (*http.Response, error) { return nil, io.EOF },
	} {
		r := newRole()
		r.direct = rt
		if _, err := r.GetCredentials(); err == nil || strings.Contains(err.Error(), "planted") || strings.Contains(err.Error(), "://") {
			t.Errorf("%s: got %v, want an error without the answer", name, err)
		}
	}
}

// The service answers with keys: no proxy may see them, nor may another host be asked
// because the service says so.
func TestNobodyElseSeesTheKeys(t *testing.T) {
	noVariables(t)
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	service := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer service.Close()
	r := newRole()
	if direct, ok := r.direct.(*http.Transport); !ok || direct.Proxy != nil {
		t.Errorf("the service is asked through %+v, want a transport without a proxy", r.direct)
	}
	r.url, r.direct = service.URL+"/", oncehttp.Direct(nil)
	if _, err := r.GetCredentials(); err == nil {
		t.Error("a redirect gave keys")
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host saw %d requests", n)
	}
}

// The chain is the SDK's but for the role of the instance.
func TestThePlacesOfTheDefaultChain(t *testing.T) {
	noVariables(t)
	names := func() (list []string) {
		for _, place := range newPlaces().all {
			list = append(list, fmt.Sprintf("%T", place))
		}
		return list
	}
	const sdk = "*credentials."
	without := strings.Join([]string{sdk + "EnvironmentVariableCredentialsProvider", sdk + "CLIProfileCredentialsProvider", sdk + "ProfileCredentialsProvider", "*alicloud.role"}, " ")
	if got := strings.Join(names(), " "); got != without {
		t.Errorf("the places are %s, want %s", got, without)
	}
	t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:1/")
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	if got := names(); len(got) != 4 || got[3] != sdk+"URLCredentialsProvider" {
		t.Errorf("the places are %s, want the URI last and no role", got)
	}
}

func TestTheFirstPlaceWithAKeyIsKept(t *testing.T) {
	asked := 0
	empty := chainFunc(func() (*credentials.Credentials, error) {
		asked++
		return nil, errors.New("no key")
	})
	p := &places{all: []credentials.CredentialsProvider{empty, chainFunc(found)}}
	for range 2 {
		if keys, err := p.GetCredentials(); err != nil || keys.AccessKeyId != "id" {
			t.Errorf("got %+v, %v; want the key of the second place", keys, err)
		}
	}
	if asked != 1 {
		t.Errorf("the first place was asked %d times, want once", asked)
	}
	p = &places{all: []credentials.CredentialsProvider{empty}}
	if _, err := p.GetCredentials(); !errors.Is(err, errNoCredentials) {
		t.Errorf("nowhere is a key: got %v, want %v", err, errNoCredentials)
	}
}
