package credential

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Secrets in these tests begin with this text, so that none of them gets into an error unseen.
const planted = "pl4nted"

// mustBeClean fails the test if an error shows a secret.
func mustBeClean(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), planted) {
		t.Errorf("the error shows a secret: %v", err)
	}
}

// wantKeys checks whose keys a source gives.
func wantKeys(t *testing.T, when string, s provider.CredentialsSource, want string) {
	t.Helper()
	keys, err := s.Credentials(t.Context())
	if err != nil {
		t.Errorf("%s: %v", when, err)
	}
	if keys.AccessKeyID != want {
		t.Errorf("%s: got the keys %q, want %q", when, keys.AccessKeyID, want)
	}
}

// computer is an environment and a home directory. Keys of files that begin with "~/" are in the home
// directory, and "{home}" in values stands for it.
type computer struct {
	env   map[string]string
	files map[string]string
}

// become makes the test see a computer. It returns the home directory.
func (c computer) become(t *testing.T) (home string) {
	t.Helper()
	home = empty(t)
	for name, value := range c.env {
		t.Setenv(name, strings.ReplaceAll(value, "{home}", home))
	}
	for path, text := range c.files {
		path = filepath.Join(home, strings.TrimPrefix(path, "~/"))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// and returns a computer that has what both have.
func (c computer) and(more computer) computer {
	sum := computer{map[string]string{}, map[string]string{}}
	for _, one := range []computer{c, more} {
		for name, value := range one.env {
			sum.env[name] = value
		}
		for path, text := range one.files {
			sum.files[path] = text
		}
	}
	return sum
}

// cloud is STS and, if it has a bound role, the metadata service.
type cloud struct {
	bound string // the role of the instance; "" has none
	*httptest.Server

	mu    sync.Mutex
	asked []string // calls: "AssumeRole arn by id", "metadata"
	last  map[string]any
	head  http.Header
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

// sources are those of a computer in this cloud.
func (c *cloud) sources(home string) *Sources {
	s := New(Options{STSEndpoint: c.URL, Transport: http.DefaultTransport})
	s.instance.url = c.URL + "/cam/"
	s.files.system = filepath.Join(home, "etc", "credentials")
	return s
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if role, ok := strings.CutPrefix(req.URL.Path, "/cam/"); ok {
		c.asked = append(c.asked, "metadata")
		c.metadata(w, role)
		return
	}
	text, _ := io.ReadAll(req.Body)
	c.last, c.head = map[string]any{}, req.Header
	_ = json.Unmarshal(text, &c.last)
	_, id, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
	id, _, _ = strings.Cut(id, "/")
	c.asked = append(c.asked, fmt.Sprintf("%s %s by %q", req.Header.Get("X-TC-Action"), c.last["RoleArn"], id))
	_, _ = fmt.Fprintf(w, `{"Response":{"Credentials":{"TmpSecretId":"sts-%d","TmpSecretKey":"%s-sts-key","Token":"%s-sts-token"},
		"ExpiredTime":%d,"RequestId":"request-1"}}`, len(c.asked), planted, planted, time.Now().Add(2*time.Hour).Unix())
}

func (c *cloud) metadata(w http.ResponseWriter, role string) {
	switch {
	case c.bound == "", role != "" && role != c.bound:
		w.WriteHeader(http.StatusNotFound)
	case role == "":
		_, _ = io.WriteString(w, c.bound)
	default:
		_, _ = fmt.Fprintf(w, `{"TmpSecretId":"cvm-id","TmpSecretKey":"%s-cvm","Token":"%s-cvm-token","ExpiredTime":%d,"Code":"Success"}`,
			planted, planted, time.Now().Add(time.Hour).Unix())
	}
}

// calls returns what was asked so far.
func (c *cloud) calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.asked...)
}

// Computers on which one source of the default chain is configured.
var (
	withEnv = computer{env: map[string]string{envID: "env-id", envKey: planted + "-env"}}
	withSDK = computer{files: map[string]string{
		"~/.tencentcloud/credentials": "[default]\nsecret_id = sdk-id\nsecret_key = " + planted + "-sdk\n",
	}}
	withSystem = computer{files: map[string]string{
		"~/etc/credentials": "[default]\nsecret_id = etc-id\nsecret_key = " + planted + "-etc\n",
	}}
	withTCCLI = computer{files: map[string]string{
		"~/.tccli/default.credential": `{"secretId": "tccli-id", "secretKey": "` + planted + `-tccli"}`,
		"~/.tccli/default.configure":  `{"_sys_param": {"region": "ap-beijing"}, "sts": {"endpoint": "sts.tencentcloudapi.com"}}`,
	}}
	withTKE = computer{
		env: map[string]string{
			envTKERegion: "ap-chengdu", envTKEProvider: "tke-provider", envTKERole: "qcs::cam::uin/1:roleName/pod",
			envTKEToken: "{home}/token",
		},
		files: map[string]string{"~/token": planted + "-web-token\n"},
	}
)

// ask asks the default chain of a computer.
func ask(t *testing.T, c computer, bound string) (provider.Credentials, *cloud, error) {
	t.Helper()
	home := c.become(t)
	cl := newCloud(t)
	cl.bound = bound
	keys, err := cl.sources(home).Chain().Credentials(t.Context())
	mustBeClean(t, err)
	return keys, cl, err
}

// The order is that of the package documentation. Each source hides all behind it.
func TestTheDefaultChainAsksInItsOrder(t *testing.T) {
	order := []struct {
		computer
		want string
	}{
		{withEnv, "env-id"},
		{withSDK, "sdk-id"},
		{withSystem, "etc-id"},
		{withTCCLI, "tccli-id"},
		{withTKE, "sts-1"},
		{computer{}, "cvm-id"},
	}
	for i, first := range order {
		all := computer{}
		for _, c := range order[i:] {
			all = all.and(c.computer)
		}
		keys, cl, err := ask(t, all, "role-1")
		if err != nil {
			t.Fatalf("%s: %v", first.want, err)
		}
		if keys.AccessKeyID != first.want {
			t.Errorf("got the keys %s, want %s", keys.AccessKeyID, first.want)
		}
		if !strings.HasPrefix(keys.AccessKeySecret.Reveal(), planted) {
			t.Errorf("%s: got the secret %q", first.want, keys.AccessKeySecret.Reveal())
		}
		quiet := first.want != "sts-1" && first.want != "cvm-id"
		if n := len(cl.calls()); quiet && n != 0 {
			t.Errorf("%s: %d calls, want none: %v", first.want, n, cl.calls())
		}
	}
}

// A program must not act under another identity because its own cannot be reached.
func TestASourceThatIsConfiguredAndFailsEndsTheChain(t *testing.T) {
	rest := withTKE
	for name, c := range map[string]struct {
		computer
		says []string
	}{
		"half in the environment": {
			withSDK.and(computer{env: map[string]string{envKey: planted}}), []string{envID, envKey, "set both"},
		},
		"two tokens": {
			withSDK.and(withEnv).and(computer{env: map[string]string{envToken: planted + "1", envSecurityToken: planted + "2"}}),
			[]string{envToken, envSecurityToken, "unset one"},
		},
		"a session without a role": {
			withSDK.and(withEnv).and(computer{env: map[string]string{envAssumeSession: "s"}}), []string{envAssumeSession, envAssumeARN},
		},
		"a role with an odd duration": {
			withSDK.and(computer{env: map[string]string{envAssumeARN: "arn", envAssumeDuration: "2h"}}), []string{envAssumeDuration, "43200"},
		},
		"a named file that is not there": {
			withTCCLI.and(computer{env: map[string]string{envFile: "{home}/nowhere"}}), []string{envFile, "nowhere", "does not exist"},
		},
		"a file without [default]": {
			withTCCLI.and(computer{files: map[string]string{"~/.tencentcloud/credentials": "[prod]\nsecret_id = a\nsecret_key = " + planted}}),
			[]string{".tencentcloud/credentials", `"default"`, "prod", "Config.Profile"},
		},
		"half in a file": {
			withTCCLI.and(computer{files: map[string]string{"~/.tencentcloud/credentials": "[default]\nsecret_key = " + planted}}),
			[]string{".tencentcloud/credentials", "secret_id"},
		},
		"no INI file": {
			withTCCLI.and(computer{files: map[string]string{"~/.tencentcloud/credentials": "[default]\n" + planted + "\n"}}),
			[]string{".tencentcloud/credentials", "line 2"},
		},
		"a role session in a file without the role": {
			withTCCLI.and(computer{files: map[string]string{
				"~/.tencentcloud/credentials": "[default]\nsecret_id = a\nsecret_key = " + planted + "\nrole_session_name = s",
			}}), []string{"session", "ARN"},
		},
		"no JSON": {
			computer{files: map[string]string{"~/.tccli/default.credential": "{\n\"secretKey\": " + planted + "}"}},
			[]string{"default.credential", "line 2"},
		},
		"a number for a key": {
			computer{files: map[string]string{"~/.tccli/default.credential": `{"secretId": 5, "secretKey": "` + planted + `"}`}},
			[]string{"default.credential", "secretId"},
		},
		"no keys": {
			computer{files: map[string]string{"~/.tccli/default.credential": `{}`}}, []string{"default.credential", "tccli configure"},
		},
		"half in JSON": {
			computer{files: map[string]string{"~/.tccli/default.credential": `{"secretKey": "` + planted + `"}`}},
			[]string{"default.credential", "secretId", "tccli configure --profile default"},
		},
		"an expired login": {
			computer{files: map[string]string{
				"~/.tccli/default.credential": `{"type": "oauth", "secretId": "a", "secretKey": "` + planted + `", "expiresAt": 1700000000}`,
			}}, []string{"expired at 2023-11-1", "tccli auth login --profile default", "clock"},
		},
		"an expired single sign-on": {
			computer{files: map[string]string{
				"~/.tccli/default.credential": `{"type": "sso", "secretId": "a", "secretKey": "` + planted + `", "expiresAt": 1700000000}`,
			}}, []string{"expired at", "tccli sso login --profile default"},
		},
		"a sign-on that is only configured": {
			computer{files: map[string]string{"~/.tccli/default.credential": `{"type": "sso", "sso": {"authUrl": "x"}}`}},
			[]string{"tccli sso login"},
		},
		"a type of tomorrow": {
			computer{files: map[string]string{"~/.tccli/default.credential": `{"type": "` + planted + `", "secretId": "a", "secretKey": "b"}`}},
			[]string{"default.credential", "cvm-role"},
		},
		"a profile that is selected and not there": {
			withSDK.and(withTCCLI).and(computer{env: map[string]string{envTCCLIProfile: "prod"}}),
			[]string{`"prod"`, "prod.credential", "default"},
		},
		"two profiles selected": {
			withSDK.and(computer{env: map[string]string{envTCCLIProfile: "a", envProfile: "b"}}), []string{envTCCLIProfile, envProfile},
		},
		"a profile outside": {
			withSDK.and(computer{env: map[string]string{envTCCLIProfile: "../x"}}), []string{"name of a profile"},
		},
		"a part of OIDC": {computer{env: map[string]string{envTKEProvider: ""}}, []string{envTKEProvider, "part"}},
		"no token file": {
			computer{env: map[string]string{envTKEToken: "{home}/nowhere"}}, []string{"nowhere", "does not exist"},
		},
		"an empty token file": {computer{files: map[string]string{"~/token": " \n"}}, []string{"token", "empty"}},
		"a named role":        {computer{env: map[string]string{envTKERole: "", envTKEProvider: "", envTKEToken: "", envRoleName: "other"}}, []string{"other"}},
	} {
		t.Run(name, func(t *testing.T) {
			keys, cl, err := ask(t, rest.and(c.computer), "role-1")
			if err == nil {
				t.Fatalf("got the keys %s, want an error", keys.AccessKeyID)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q: %v", want, err)
				}
			}
			named := c.env[envRoleName] != ""
			if n := len(cl.calls()); n != 0 && !named {
				t.Errorf("another source was asked: %v", cl.calls())
			}
		})
	}
}

func TestWithoutKeysEveryPlaceIsListed(t *testing.T) {
	_, _, err := ask(t, computer{}, "")
	if err == nil {
		t.Fatal("there are keys")
	}
	for _, want := range []string{
		envID, envKey, ".tencentcloud/credentials", "etc/credentials", ".tccli/default.credential", envTKERole, "no role is bound",
		"Config.Credentials",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

// What profiles can be, by name and as the one that is selected.
func TestProfilesOfEveryKind(t *testing.T) {
	soon := time.Now().Add(time.Hour).Unix()
	here := withSDK.and(withTCCLI).and(computer{files: map[string]string{
		"~/.tencentcloud/credentials": "# keys\n[default]\nsecret_id=sdk-id\nsecret_key=" + planted + "\n\n" +
			"[ci]\nsecret_id = \"ci-id\"\nsecret_key = '" + planted + "'\ntoken = " + planted + "-token\nrole_arn = arn-ci\n",
		"~/.tccli/plain.credential": `{"secretId": "plain-id", "secretKey": "` + planted + `", "token": "` + planted + `-t"}`,
		"~/.tccli/role.credential": `{"secretId": "base-id", "secretKey": "` + planted + `", "role-arn": "arn-1", "role-session-name": "s-1",
			"role-session-duration": 900}`,
		"~/.tccli/login.credential": fmt.Sprintf(`{"type": "oauth", "secretId": "login-id", "secretKey": %q, "token": %q, "expiresAt": %d,
			"oauth": {"refreshToken": %q}}`, planted, planted, soon, planted),
		"~/.tccli/sso.credential":   fmt.Sprintf(`{"type": "sso", "secretId": "sso-id", "secretKey": %q, "token": %q, "expiresAt": %d}`, planted, planted, soon),
		"~/.tccli/bound.credential": `{"type": "cvm-role", "secretId": "unused", "secretKey": "` + planted + `"}`,
	}})
	for name, c := range map[string]struct {
		want, asked string
	}{
		"default": {"sdk-id", ""},
		"ci":      {"sts-1", `AssumeRole arn-ci by "ci-id"`},
		"plain":   {"plain-id", ""},
		"role":    {"sts-1", `AssumeRole arn-1 by "base-id"`},
		"login":   {"login-id", ""},
		"sso":     {"sso-id", ""},
		"bound":   {"cvm-id", "metadata, metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newCloud(t)
			cl.bound = "role-1"
			s := cl.sources(here.become(t))
			keys, err := s.Profile(name).Credentials(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if keys.AccessKeyID != c.want {
				t.Errorf("got the keys %s, want %s", keys.AccessKeyID, c.want)
			}
			if got := strings.Join(cl.calls(), ", "); got != c.asked {
				t.Errorf("the cloud was asked %q, want %q", got, c.asked)
			}
			if name != "role" {
				return
			}
			if got := cl.last["DurationSeconds"]; got != 900.0 {
				t.Errorf("the session lasts %v s, want 900", got)
			}
			if got := cl.last["RoleSessionName"]; got != "s-1" {
				t.Errorf("the session is called %v, want s-1", got)
			}
		})
	}
}

func TestAProfileThatIsNotThereNamesThoseThatAre(t *testing.T) {
	cl := newCloud(t)
	s := cl.sources(withSDK.and(withTCCLI).and(computer{files: map[string]string{"~/.tccli/dev.credential": "{}"}}).become(t))
	_, err := s.Profile("prod").Credentials(t.Context())
	mustBeClean(t, err)
	for _, want := range []string{`"prod"`, ".tencentcloud/credentials", "prod.credential", "default, dev"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

// A variable of tccli or Terraform selects a profile of tccli, also before the file of the SDK, and the
// directory may be another one.
func TestTheEnvironmentSelectsAProfile(t *testing.T) {
	for _, name := range []string{envTCCLIProfile, envProfile} {
		keys, _, err := ask(t, withSDK.and(computer{
			env:   map[string]string{name: "prod", envTCCLIDir: "{home}/shared"},
			files: map[string]string{"~/shared/prod.credential": `{"secretId": "prod-id", "secretKey": "` + planted + `"}`},
		}), "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if keys.AccessKeyID != "prod-id" {
			t.Errorf("%s: got the keys %s, want prod-id", name, keys.AccessKeyID)
		}
	}
}

// A role in the environment is assumed with the keys that are found, wherever that is.
func TestARoleInTheEnvironmentIsAssumed(t *testing.T) {
	role := computer{env: map[string]string{
		envAssumeARN: "arn-env", envAssumeSession: "s-env", envAssumeDuration: "1800", envAssumeExternal: "x-env",
	}}
	ofCLI := computer{env: map[string]string{envRoleARN: "arn-env"}}
	replaced := computer{files: map[string]string{
		"~/.tccli/default.credential": `{"secretId": "tccli-id", "secretKey": "` + planted + `", "role-arn": "arn-file"}`,
	}}
	for name, c := range map[string]struct {
		computer
		bound, asked string
	}{
		"environment":           {withEnv.and(role), "", `AssumeRole arn-env by "env-id"`},
		"environment, tccli":    {withEnv.and(ofCLI), "", `AssumeRole arn-env by "env-id"`},
		"SDK file":              {withSDK.and(role), "", `AssumeRole arn-env by "sdk-id"`},
		"profile with its role": {replaced.and(role), "", `AssumeRole arn-env by "tccli-id"`},
		"pod": {
			withTKE.and(role), "",
			`AssumeRoleWithWebIdentity qcs::cam::uin/1:roleName/pod by "", AssumeRole arn-env by "sts-1"`,
		},
		"instance": {role, "role-1", `metadata, metadata, AssumeRole arn-env by "cvm-id"`},
	} {
		keys, cl, err := ask(t, c.computer, c.bound)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(cl.calls(), ", "); got != c.asked {
			t.Errorf("%s: the cloud was asked %s, want %s", name, got, c.asked)
		}
		if !strings.HasPrefix(keys.AccessKeyID, "sts-") {
			t.Errorf("%s: got the keys %s, want those of the role", name, keys.AccessKeyID)
		}
		if c.env[envAssumeARN] == "" {
			continue
		}
		for param, want := range map[string]any{"RoleSessionName": "s-env", "DurationSeconds": 1800.0, "ExternalId": "x-env"} {
			if got := cl.last[param]; got != want {
				t.Errorf("%s: %s is %v, want %v", name, param, got, want)
			}
		}
	}
}

func TestATokenMayHaveEachOfItsNames(t *testing.T) {
	for _, name := range []string{envToken, envSecurityToken, envSessionToken} {
		keys, _, err := ask(t, withEnv.and(computer{env: map[string]string{name: planted + "-token"}}), "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := keys.SecurityToken.Reveal(); got != planted+"-token" {
			t.Errorf("%s: the token is %q", name, got)
		}
	}
}

// The request of a pod names its own region and is not signed.
func TestThePodOfTKESendsItsToken(t *testing.T) {
	_, cl, err := ask(t, withTKE, "")
	if err != nil {
		t.Fatal(err)
	}
	for param, want := range map[string]any{
		"WebIdentityToken": planted + "-web-token", "ProviderId": "tke-provider", "RoleArn": "qcs::cam::uin/1:roleName/pod",
		"RoleSessionName": "yunfan", "DurationSeconds": 7200.0,
	} {
		if got := cl.last[param]; got != want {
			t.Errorf("%s is %v, want %v", param, got, want)
		}
	}
	for header, want := range map[string]string{"X-TC-Region": "ap-chengdu", "Authorization": "SKIP", "X-TC-Version": "2018-08-13"} {
		if got := cl.head.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
}

func TestTheRegionComesFromTheEnvironmentOrAProfile(t *testing.T) {
	env := computer{env: map[string]string{envRegion: "ap-env"}}
	dev := computer{files: map[string]string{
		"~/.tccli/dev.credential": `{"secretId": "a", "secretKey": "b"}`,
		"~/.tccli/dev.configure":  `{"region": "ap-dev"}`,
		"~/.tccli/old.credential": `{"secretId": "a", "secretKey": "b"}`,
	}}
	inSDK := computer{files: map[string]string{"~/.tencentcloud/credentials": "[default]\nregion = ap-sdk\n"}}
	for name, c := range map[string]struct {
		computer
		profile string
		own     bool
		want    string // "" is an error
		says    string
	}{
		"environment first":              {withTCCLI.and(env).and(withTKE), "", false, "ap-env", ""},
		"the default profile":            {withTCCLI.and(withTKE), "", false, "ap-beijing", ""},
		"the file of the SDK":            {withTCCLI.and(inSDK), "", false, "ap-sdk", ""},
		"a selected profile":             {withTCCLI.and(dev).and(computer{env: map[string]string{envProfile: "dev"}}), "", false, "ap-dev", ""},
		"the pod last":                   {withTKE, "", false, "ap-chengdu", ""},
		"a named profile":                {withTCCLI.and(dev).and(env), "dev", false, "ap-dev", ""},
		"a named one without a region":   {withTCCLI.and(dev).and(env), "old", false, "ap-env", ""},
		"a named one that is not there":  {withTCCLI.and(env), "prod", false, "", `"prod"`},
		"own credentials, no file":       {withTCCLI, "", true, "", envRegion},
		"own credentials, environment":   {env, "", true, "ap-env", ""},
		"nowhere":                        {computer{}, "", false, "", ".tccli/default.configure"},
		"a file that cannot be read":     {computer{files: map[string]string{"~/.tccli/default.configure": "{"}}, "", false, "", "not valid JSON"},
		"a profile outside":              {env, "../dev", false, "", "name of a profile"},
		"a file that the SDK would read": {computer{env: map[string]string{envFile: "{home}/nowhere"}}, "", false, "", envFile},
	} {
		cl := newCloud(t)
		got, err := cl.sources(c.become(t)).Region(c.profile, c.own)
		if got != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, got, err, c.want)
		}
		if c.want != "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got the error %v, want one about %s", name, err, c.says)
		}
	}
}

// A home directory is not needed where the environment says all.
func TestWithoutAHomeDirectory(t *testing.T) {
	withEnv.become(t)
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	s := newCloud(t).sources(t.TempDir())
	if _, err := s.Chain().Credentials(t.Context()); err != nil {
		t.Error(err)
	}
	t.Setenv(envID, "")
	t.Setenv(envKey, "")
	if err := os.Unsetenv(envID); err != nil {
		t.Fatal(err)
	}
	if err := os.Unsetenv(envKey); err != nil {
		t.Fatal(err)
	}
	s = newCloud(t).sources(t.TempDir())
	if _, err := s.Chain().Credentials(t.Context()); err == nil || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("got %v, want it to name HOME", err)
	}
	if _, err := s.Profile("dev").Credentials(t.Context()); err == nil || !strings.Contains(err.Error(), "HOME") {
		t.Errorf("got %v, want it to name HOME", err)
	}
}
