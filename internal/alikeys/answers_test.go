package alikeys

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// always answers every request in one way.
func always(status int, body string) *services {
	return &services{answer: func(asked) (int, string) { return status, body }}
}

func expired(id string) string {
	return fmt.Sprintf(`{"AccessKeyId":%q,"AccessKeySecret":"%s","SecurityToken":"%s","Expiration":"2020-01-02T03:04:05Z"}`, id, planted, planted)
}

// Whatever a service answers, no error shows it.
func TestAnswersThatGiveNoKeys(t *testing.T) {
	home := clean(t)
	token := write(t, home, "token", planted+"-oidc")
	pair := provider.StaticCredentials("id", planted+"-ak", planted+"-sts")
	sources := map[string]func(o Options) provider.CredentialsSource{
		"AssumeRole": func(o Options) provider.CredentialsSource {
			return AssumeRole(AssumeRoleOptions{Source: pair, RoleARN: "arn-1", Transport: o.Transport})
		},
		"OIDC": func(o Options) provider.CredentialsSource {
			return OIDC(OIDCOptions{RoleARN: "arn-1", ProviderARN: "arn-p", TokenFile: token, Transport: o.Transport})
		},
		"instance": func(o Options) provider.CredentialsSource {
			return InstanceRole(InstanceRoleOptions{RoleName: "role-1", Transport: o.Transport})
		},
		"URI": func(o Options) provider.CredentialsSource { return URI("http://uri.example.com/"+planted, o) },
	}
	answers := map[string]struct {
		status int
		body   string
	}{
		"nobody":     {0, ""},
		"empty":      {200, ""},
		"HTML":       {200, "<html>" + planted},
		"list":       {200, `["` + planted + `"]`},
		"wrong type": {200, `{"AccessKeyId":{"` + planted + `":1},"Credentials":"` + planted + `"}`},
		"no secret":  {200, `{"AccessKeyId":"` + planted + `","Credentials":{"AccessKeyId":"` + planted + `"}}`},
		"refusal":    {200, `{"Code":"` + planted + `","Message":"no","AccessKeySecret":"` + planted + `"}`},
		"expired":    {200, `{"Credentials":` + expired("x") + "," + expired("x")[1:]},
		"no time":    {200, strings.ReplaceAll(`{"Credentials":`+expired("x")+","+expired("x")[1:], "2020-01-02T03:04:05Z", planted)},
		"404":        {404, planted},
		"500":        {500, planted},
		"500 JSON":   {500, `{"Credentials":` + expired("x") + "," + expired("x")[1:]},
		"302":        {302, planted},
	}
	for what, source := range sources {
		for how, a := range answers {
			t.Run(what+"/"+how, func(t *testing.T) {
				err := wantError(t, source(Options{Transport: always(a.status, a.body)}))
				if errors.Is(err, credential.ErrAbsent) {
					t.Errorf("got %v, which a chain goes on past", err)
				}
				if how == "expired" && !strings.Contains(err.Error(), "expired at") {
					t.Errorf("keys that have ended: got %v", err)
				}
			})
		}
	}
}

func TestARefusalOfSTSSaysWhatSTSSays(t *testing.T) {
	clean(t)
	pair := provider.StaticCredentials("id", planted, "")
	of := func(body string) provider.CredentialsSource {
		return AssumeRole(AssumeRoleOptions{Source: pair, RoleARN: "arn-1", Transport: always(403, body)})
	}
	err := wantError(t, of(`{"Code":"NoPermission","Message":"You are not authorized, `+planted+`","RequestId":"r-7"}`),
		"assume role arn-1", "NoPermission", "You are not authorized", "HTTP 403", "r-7")
	if errors.Is(err, provider.ErrPermission) {
		t.Errorf("got %v, which looks like a refusal of the call itself", err)
	}
	wantError(t, of(`{"Code":"InvalidTimeStamp.Expired","Message":"Expired.","RequestId":"r-7"}`), "the local clock is right")
	wantError(t, AssumeRole(AssumeRoleOptions{RoleARN: "arn"}), "Source")
	wantError(t, AssumeRole(AssumeRoleOptions{Source: pair}), "RoleARN")
	wantError(t, AssumeRole(AssumeRoleOptions{Source: pair, RoleARN: "arn", STSRegion: "x/y"}), "the region of STS must be letters")
	wantError(t, AssumeRole(AssumeRoleOptions{Source: pair, RoleARN: "arn", STSEndpoint: "ftp://" + planted}), "the endpoint of STS must be")
	broken := AssumeRole(AssumeRoleOptions{RoleARN: "arn-0", Source: provider.StaticCredentials("id", "", "")})
	wantError(t, AssumeRole(AssumeRoleOptions{RoleARN: "arn-1", Source: broken}), "assume role arn-1", "assume role arn-0", "empty")
}

func TestTheRoleOfTheInstance(t *testing.T) {
	clean(t)
	noRole := &services{answer: func(a asked) (int, string) {
		if a.path == "/latest/api/token" {
			return 200, "token-1"
		}
		return 404, planted
	}}
	if err := wantError(t, InstanceRole(InstanceRoleOptions{Transport: noRole}), "no role is bound to this instance"); !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("an instance without a role: got %v, want ErrAbsent", err)
	}
	if err := wantError(t, InstanceRole(InstanceRoleOptions{Transport: nobody()}), "cannot be reached"); !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("away from the cloud: got %v, want ErrAbsent", err)
	}
	for _, s := range []provider.CredentialsSource{
		InstanceRole(InstanceRoleOptions{RoleName: "role-9", Transport: noRole}),
		InstanceRole(InstanceRoleOptions{RoleName: "role-9", Transport: nobody()}),
		InstanceRole(InstanceRoleOptions{Transport: always(503, planted)}),
	} {
		if err := wantError(t, s, "role"); errors.Is(err, credential.ErrAbsent) {
			t.Errorf("got %v, which a chain goes on past", err)
		}
	}
	cloud := working()
	wantID(t, InstanceRole(InstanceRoleOptions{Transport: cloud}), "role-1")
	for i, r := range cloud.requests {
		if i > 0 && r.header.Get("X-aliyun-ecs-metadata-token") != "token-1" {
			t.Errorf("request %d has no token", i)
		}
	}
	if first := cloud.requests[0]; first.method != http.MethodPut || first.header.Get("X-aliyun-ecs-metadata-token-ttl-seconds") != "21600" {
		t.Errorf("the first request is %s %v, want one for a token", first.method, first.header)
	}
}

func TestTheFirstVersionOfTheMetadataService(t *testing.T) {
	clean(t)
	old := working()
	answer := old.answer
	old.answer = func(a asked) (int, string) {
		if a.path == "/latest/api/token" {
			return 404, planted
		}
		return answer(a)
	}
	wantID(t, InstanceRole(InstanceRoleOptions{Transport: old}), "role-1")
	wantError(t, InstanceRole(InstanceRoleOptions{RequireToken: true, Transport: old}), "gives no token")
	t.Setenv("ALIBABA_CLOUD_IMDSV1_DISABLED", "TRUE")
	wantError(t, InstanceRole(InstanceRoleOptions{Transport: old}), "ALIBABA_CLOUD_IMDSV1_DISABLED")
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	if err := wantError(t, InstanceRole(InstanceRoleOptions{Transport: old}), "disabled by"); !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("disabled: got %v, want ErrAbsent", err)
	}
	wantError(t, InstanceRole(InstanceRoleOptions{RoleName: "asked for", Transport: old}), "must be letters")
}

func TestTheRoleOfTheInstanceIsRenewed(t *testing.T) {
	clean(t)
	synctest.Test(t, func(t *testing.T) {
		calls, down := 0, false
		cloud := &services{answer: func(a asked) (int, string) {
			switch {
			case down:
				return 0, ""
			case strings.HasSuffix(a.path, "token"):
				return 200, "token-1"
			case strings.HasSuffix(a.path, "/"):
				return 200, "role-1"
			}
			calls++
			return 200, keysJSON(fmt.Sprintf("tmp-%d", calls))
		}}
		s := InstanceRole(InstanceRoleOptions{Transport: cloud})
		wantID(t, s, "tmp-1")
		time.Sleep(54 * time.Minute)
		wantID(t, s, "tmp-1")
		time.Sleep(2 * time.Minute)
		wantID(t, s, "tmp-2")
		down = true
		time.Sleep(59 * time.Minute)
		wantID(t, s, "tmp-2") // renewing fails, and the old keys still serve
		time.Sleep(2 * time.Minute)
		if _, err := s.Credentials(t.Context()); err == nil {
			t.Error("keys are used beyond their end")
		}
		down = false
		wantID(t, s, "tmp-3")
	})
}

// The service answers with keys: no proxy may see them, nor may another host be asked because the
// service says so.
func TestNobodyElseSeesTheKeys(t *testing.T) {
	clean(t)
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	service := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer service.Close()
	wantError(t, URI(service.URL, Options{}), "HTTP status 302")
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host saw %d requests", n)
	}
	for scheme, direct := range map[string]bool{"http": true, "https": false} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://host/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		via, ok := carrier(req, nil).(*http.Transport)
		if !ok || (via.Proxy == nil) != direct {
			t.Errorf("%s: without a proxy is %v, want %v", scheme, !direct, direct)
		}
	}
	if via, ok := oncehttp.Direct(nil).(*http.Transport); !ok || via.Proxy != nil {
		t.Error("the metadata service is asked through a proxy")
	}
}

func TestCommandsOfProfiles(t *testing.T) {
	home := clean(t)
	for what, c := range map[string]struct {
		command string
		words   []string
	}{
		"fails":     {"sh -c 'echo " + planted + "; echo " + planted + " >&2; exit 3'", []string{"process_command failed (exit status 3)", "run it by hand"}},
		"no JSON":   {"echo " + planted, []string{"the output of process_command is not valid JSON"}},
		"empty":     {"true", []string{"the output of process_command is empty"}},
		"no keys":   {"echo {}", []string{"has no access_key_id"}},
		"half":      {`echo '{"access_key_id":"x"}'`, []string{"secret is empty"}},
		"no token":  {`echo '{"mode":"StsToken","access_key_id":"x","access_key_secret":"` + planted + `"}'`, []string{"no sts_token"}},
		"again":     {`echo '{"mode":"External","process_command":"` + planted + `"}'`, []string{"must be of mode AK or StsToken"}},
		"nobody":    {"no-such-program-" + planted, []string{"is not in PATH"}},
		"expired":   {`echo '{"access_key_id":"x","access_key_secret":"y","sts_token":"z","sts_expiration":1}'`, []string{"expired at"}},
		"too much":  {"head -c 2000000 /dev/zero", []string{"more than 1 MiB"}},
		"forbidden": {"", []string{"lacks process_command"}},
	} {
		t.Run(what, func(t *testing.T) {
			cliFile(t, home, "x", p{"name": "x", "mode": "External", "process_command": c.command})
			wantError(t, Profile("x", Options{}), append(c.words, `profile "x"`)...)
		})
	}
	cliFile(t, home, "x", p{"name": "x", "mode": "External", "process_command": "sleep 60"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Profile("x", Options{}).Credentials(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the caller's ctx", err)
	}
	t.Setenv("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1")
	wantError(t, Profile("x", Options{}), "is not run, because ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS forbids it")
}

func TestCommandsAreSplitWithoutAShell(t *testing.T) {
	for text, want := range map[string][]string{
		`a  b	c`:               {"a", "b", "c"},
		`a 'b c' "d 'e"`:       {"a", "b c", "d 'e"},
		`a "" b`:               {"a", "", "b"},
		`a\ b "c\"d" 'e\f' \$`: {"a b", `c"d`, `e\f`, "$"},
		`a "$HOME" "x\y"`:      {"a", "$HOME", `x\y`},
	} {
		if got, err := splitCommand(text, false); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
	if got, err := splitCommand(`C:\tools\a.exe "C:\Program Files\b" \"x`, true); err != nil || !slices.Equal(got, []string{`C:\tools\a.exe`, `C:\Program Files\b`, `"x`}) {
		t.Errorf("on Windows: got %q, %v", got, err)
	}
	for _, bad := range []string{"", "  ", "a 'b"} {
		if got, err := splitCommand(bad, false); err == nil {
			t.Errorf("%q: got %q, want an error", bad, got)
		}
	}
}

// An STS of one's own, here on this computer, is called where the options say.
func TestAnSTSOfOnesOwn(t *testing.T) {
	clean(t)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		_, _ = fmt.Fprintf(w, `{"RequestId":"r-1","Credentials":%s}`, keysJSON(r.Form.Get("RoleArn")))
	}))
	defer service.Close()
	pair := provider.StaticCredentials("id", planted, "")
	wantID(t, AssumeRole(AssumeRoleOptions{Source: pair, RoleARN: "arn-1", STSEndpoint: service.URL}), "arn-1")
	service.Close()
	wantError(t, AssumeRole(AssumeRoleOptions{Source: pair, RoleARN: "arn-1", STSEndpoint: service.URL}),
		"there is no STS at its host", "are the endpoint and the region of STS right?")
}

// metadata is a service that stops answering: at the token (PUT), at the name of the role, or at its keys.
func metadata(silentAt string) *services {
	all := working()
	return &services{answer: func(a asked) (int, string) {
		step := "keys"
		switch {
		case a.method == http.MethodPut:
			step = "token"
		case strings.HasSuffix(a.path, "security-credentials/"):
			step = "name"
		}
		if step == silentAt {
			return 0, ""
		}
		return all.answer(a)
	}}
}

func TestATokenThatDoesNotGetThroughLeavesTheFirstVersion(t *testing.T) {
	clean(t)
	wantID(t, InstanceRole(InstanceRoleOptions{Transport: metadata("token")}), "role-1")
	s := InstanceRole(InstanceRoleOptions{RequireToken: true, Transport: metadata("token")})
	wantError(t, s, "cannot be reached")
}

func TestAMetadataServiceThatStopsIsNotAbsent(t *testing.T) {
	clean(t)
	t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://sidecar.example/")
	for _, at := range []string{"name", "keys"} {
		s := metadata(at)
		err := wantError(t, Default(Options{Transport: s}), "the metadata service cannot be reached")
		if errors.Is(err, credential.ErrAbsent) {
			t.Errorf("silent at the %s: got %v, which a chain goes on past", at, err)
		}
		for _, host := range s.hosts() {
			if strings.Contains(host, "sidecar") {
				t.Errorf("silent at the %s: another identity was asked, at %s", at, host)
			}
		}
	}
}
