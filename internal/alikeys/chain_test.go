package alikeys

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// steps configure the places of the chain, in its order. Each is configured well by good, and in a way
// that fails by bad.
var steps = []struct {
	name, id string
	good     func(t *testing.T, home string)
	bad      func(t *testing.T, home string)
	says     []string
}{
	{
		"environment", "id-env",
		func(t *testing.T, _ string) {
			setenv(t, map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "id-env", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": planted})
		},
		func(t *testing.T, _ string) { t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", planted) },
		[]string{"half a key pair", "ALIBABA_CLOUD_ACCESS_KEY_ID is not set"},
	},
	{
		"file of the command line tool", "id-cli",
		func(t *testing.T, home string) {
			write(t, home, ".aliyun/config.json",
				`{"current":"p","profiles":[{"name":"p","mode":"AK","access_key_id":"id-cli","access_key_secret":"`+planted+`"}]}`)
		},
		func(t *testing.T, home string) { write(t, home, ".aliyun/config.json", `{"current":"`+planted) },
		[]string{"config.json is not valid JSON"},
	},
	{
		"file of the SDKs", "id-ini",
		func(t *testing.T, home string) {
			write(t, home, ".alibabacloud/credentials",
				"[default]\ntype = access_key\naccess_key_id = id-ini\naccess_key_secret = "+planted+"\n")
		},
		func(t *testing.T, home string) {
			write(t, home, ".alibabacloud/credentials", "[prod]\ntype = access_key\naccess_key_id = x\naccess_key_secret = "+planted+"\n")
		},
		[]string{`no profile "default"`, "it has: prod", "ALIBABA_CLOUD_PROFILE"},
	},
	{
		"OIDC", "AssumeRoleWithOIDC/arn-oidc",
		func(t *testing.T, home string) {
			setenv(t, map[string]string{
				"ALIBABA_CLOUD_ROLE_ARN": "arn-oidc", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "arn-provider",
				"ALIBABA_CLOUD_OIDC_TOKEN_FILE": write(t, home, "oidc-token", planted+"-oidc\n"),
			})
		},
		func(t *testing.T, _ string) { t.Setenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "arn-provider") },
		[]string{"OIDC is configured in part", "ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"},
	},
	{
		"role of the instance", "role-2",
		func(t *testing.T, _ string) { t.Setenv("ALIBABA_CLOUD_ECS_METADATA", "role-2") },
		func(t *testing.T, _ string) { t.Setenv("ALICLOUD_ECS_ROLE_NAME", "no/role") },
		[]string{"role of the instance", "must be letters"},
	},
	{
		"URI", "at http://uri.example.com",
		func(t *testing.T, _ string) {
			setenv(t, map[string]string{
				"ALIBABA_CLOUD_CREDENTIALS_URI": "http://uri.example.com/" + planted, "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
			})
		},
		func(t *testing.T, _ string) {
			setenv(t, map[string]string{
				"ALIBABA_CLOUD_CREDENTIALS_URI": "ftp://" + planted, "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
			})
		},
		[]string{"ALIBABA_CLOUD_CREDENTIALS_URI", "it is no http"},
	},
}

// Of all places the first counts, then the second, and so on.
func TestTheOrderOfTheChain(t *testing.T) {
	for first := range steps {
		t.Run(steps[first].name, func(t *testing.T) {
			home := clean(t)
			for _, s := range steps[first:] {
				s.good(t, home)
			}
			if steps[first].name == "role of the instance" { // the step behind it disables it, so that it can be reached
				t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "")
			}
			wantID(t, Default(Options{Transport: working()}), steps[first].id)
		})
	}
}

// A place that is configured and fails is the error, though every later one would give keys.
func TestAFailureNeverGoesOn(t *testing.T) {
	for first := range steps {
		t.Run(steps[first].name, func(t *testing.T) {
			home := clean(t)
			for _, s := range steps[first+1:] {
				s.good(t, home)
			}
			steps[first].bad(t, home)
			if steps[first].name == "role of the instance" {
				t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "")
			}
			cloud := working()
			err := wantError(t, Default(Options{Transport: cloud}), steps[first].says...)
			if errors.Is(err, credential.ErrAbsent) {
				t.Errorf("got %v, which a chain goes on past", err)
			}
			if got := cloud.hosts(); got != nil {
				t.Errorf("another identity was asked: %v", got)
			}
		})
	}
}

// An unreachable STS used to end at the role of the instance.
func TestAnUnreachableServiceNeverGoesOn(t *testing.T) {
	for _, i := range []int{3, 4, 5} {
		for status, says := range map[int]string{0: "", 500: "500", 403: ""} {
			t.Run(steps[i].name, func(t *testing.T) {
				home := clean(t)
				for _, s := range steps[i:] {
					s.good(t, home)
				}
				if steps[i].name == "role of the instance" {
					t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "")
				}
				cloud := &services{answer: func(asked) (int, string) {
					return status, `{"Code":"NoPermission","Message":"no","AccessKeySecret":"` + planted + `"}`
				}}
				err := wantError(t, Default(Options{Transport: cloud}), says)
				if errors.Is(err, credential.ErrAbsent) {
					t.Errorf("HTTP %d: got %v, which a chain goes on past", status, err)
				}
				first := cloud.hosts()[0]
				for _, host := range cloud.hosts() {
					if host[:14] != first[:14] {
						t.Errorf("HTTP %d: asked %v, want one service only", status, cloud.hosts())
					}
				}
			})
		}
	}
}

func TestNothingAnywhereIsOneErrorWithEveryPlace(t *testing.T) {
	home := clean(t)
	err := wantError(t, Default(Options{Transport: nobody()}),
		"ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY",
		home+"/.aliyun/config.json", home+"/.alibabacloud/credentials", "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
		"the role of the instance", "ALIBABA_CLOUD_CREDENTIALS_URI", "Config.Credentials")
	if !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("got %v, want ErrAbsent", err)
	}
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	wantError(t, Default(Options{Transport: nobody()}), "disabled by ALIBABA_CLOUD_ECS_METADATA_DISABLED")
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	wantError(t, Default(Options{Transport: nobody()}), "~/.aliyun/config.json (there is no home directory")
}

func TestAThousandCallsShareOneQuestionToSTS(t *testing.T) {
	clean(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := working()
		slow := delayed{cloud, 2 * time.Second}
		s := AssumeRole(AssumeRoleOptions{Source: provider.StaticCredentials("id", planted, ""), RoleARN: "arn-1", Transport: slow})
		var wg sync.WaitGroup
		var failed atomic.Int32
		for range 1000 {
			wg.Go(func() {
				if got, err := s.Credentials(t.Context()); err != nil || got.AccessKeyID != "AssumeRole/arn-1" {
					failed.Add(1)
				}
			})
		}
		wg.Wait()
		if n := failed.Load(); n != 0 {
			t.Errorf("%d of 1000 calls failed", n)
		}
		if n := len(cloud.hosts()); n != 1 {
			t.Errorf("STS was asked %d times, want once", n)
		}
		time.Sleep(56 * time.Minute)
		wantID(t, s, "AssumeRole/arn-1")
		if n := len(cloud.hosts()); n != 2 {
			t.Errorf("STS was asked %d times, want a second time before the end", n)
		}
	})
}

// delayed is a transport that takes its time.
type delayed struct {
	http.RoundTripper
	takes time.Duration
}

func (d delayed) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(d.takes)
	return d.RoundTripper.RoundTrip(r)
}

func TestPlacesAreNamedOnce(t *testing.T) {
	clean(t)
	err := wantError(t, Default(Options{Transport: nobody()}))
	if n := strings.Count(err.Error(), "ALIBABA_CLOUD_ACCESS_KEY_ID"); n != 1 {
		t.Errorf("a place is named %d times: %v", n, err)
	}
}
