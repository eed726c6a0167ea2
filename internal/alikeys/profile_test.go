package alikeys

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// p is a profile of the command line tool.
type p map[string]any

// cliFile writes the file of the command line tool.
func cliFile(t *testing.T, home, current string, profiles ...p) string {
	t.Helper()
	text, err := json.MarshalIndent(map[string]any{"current": current, "profiles": profiles}, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	return write(t, home, ".aliyun/config.json", string(text))
}

// pair adds keys to a profile.
func (x p) pair() p {
	x["access_key_id"], x["access_key_secret"] = "id-"+x["name"].(string), planted+"-ak"
	return x
}

// command is one that writes a text.
func command(t *testing.T, home, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Fatal("this test needs cat")
	}
	return "cat '" + write(t, home, "output of it.json", text) + "'"
}

// profiles are of every mode. The ID that each gives says how it was got.
func profiles(t *testing.T, home string) map[string]p {
	t.Helper()
	hour := time.Now().Add(time.Hour).Unix()
	token := write(t, home, "token", planted+"-oidc")
	return map[string]p{
		"id-ak":                   p{"name": "ak", "mode": "AK"}.pair(),
		"id-no-mode":              p{"name": "no-mode"}.pair(),
		"id-sts":                  p{"name": "sts", "mode": "StsToken", "sts_token": planted}.pair(),
		"AssumeRole/arn-ram":      p{"name": "ram", "mode": "RamRoleArn", "ram_role_arn": "arn-ram", "ram_session_name": "s"}.pair(),
		"role-ecs":                {"name": "ecs", "mode": "EcsRamRole", "ram_role_name": "role-ecs"},
		"role-1":                  {"name": "any", "mode": "EcsRamRole"},
		"AssumeRole/arn-with-ecs": {"name": "with-ecs", "mode": "RamRoleArnWithRoleName", "ram_role_name": "role-ecs", "ram_role_arn": "arn-with-ecs"},
		"AssumeRole/arn-chain":    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "ram", "ram_role_arn": "arn-chain"},
		"AssumeRoleWithOIDC/arn-oidc": {
			"name": "oidc", "mode": "OIDC", "oidc_provider_arn": "arn-p", "oidc_token_file": token, "ram_role_arn": "arn-oidc",
		},
		"external": {
			"name": "external", "mode": "External",
			"process_command": command(t, home, `{"mode":"StsToken","access_key_id":"external","access_key_secret":"`+planted+`","sts_token":"`+planted+`"}`),
		},
		"at http://uri.example.com": {"name": "uri", "mode": "CredentialsURI", "credentials_uri": "http://uri.example.com/" + planted},
		"id-sso-stored": p{
			"name": "sso-stored", "mode": "CloudSSO", "sts_token": planted, "sts_expiration": hour,
			"cloud_sso_sign_in_url": "https://signin.example.com/x", "cloud_sso_account_id": "1", "cloud_sso_access_config": "ac-1",
		}.pair(),
		"sso": p{
			"name": "sso", "mode": "CloudSSO", "sts_token": planted, "sts_expiration": hour - 7200,
			"cloud_sso_sign_in_url": "https://signin.example.com/x", "cloud_sso_account_id": "1", "cloud_sso_access_config": "ac-1",
			"access_token": planted + "-sso", "cloud_sso_access_token_expire": hour,
		}.pair(),
		"at https://oauth.aliyun.com": {
			"name": "oauth", "mode": "OAuth", "oauth_site_type": "CN", "oauth_access_token": planted, "oauth_access_token_expire": hour,
		},
	}
}

func TestEveryModeOfTheCommandLineTool(t *testing.T) {
	home := clean(t)
	var all []p
	for _, x := range profiles(t, home) {
		x["region_id"], x["language"], x["retry_count"] = "cn-hangzhou", "en", 3
		all = append(all, x)
	}
	path := cliFile(t, home, "ak", all...)
	for want, x := range profiles(t, home) {
		name := x["name"].(string)
		t.Run(name, func(t *testing.T) {
			o := Options{Transport: working()}
			wantID(t, Profile(name, o), want)
			wantID(t, File(path, name, o), want)
			t.Setenv("ALIBABACLOUD_PROFILE", name)
			wantID(t, Default(o), want)
		})
	}
	wantID(t, Profile("", Options{}), "id-ak")
	wantID(t, File(path, "", Options{}), "id-ak")
}

// What goes over the wire for the modes that call STS.
func TestWhatSTSIsAsked(t *testing.T) {
	home := clean(t)
	cliFile(t, home, "ram",
		p{
			"name": "ram", "mode": "RamRoleArn", "ram_role_arn": "arn-1", "ram_session_name": "session-1", "expired_seconds": 1800,
			"external_id": "external-1", "policy": "{}", "sts_region": "cn-beijing", "sts_token": planted + "-sts",
		}.pair(),
		p{"name": "vpc", "mode": "RamRoleArn", "ram_role_arn": "arn-1", "sts_region": "cn-beijing", "enable_vpc": true}.pair(),
		p{"name": "own", "mode": "RamRoleArn", "ram_role_arn": "arn-1", "sts_endpoint": "http://sts.own.example.com/"}.pair(),
		p{"name": "central", "mode": "RamRoleArn", "ram_role_arn": "arn-1"}.pair(),
		p{
			"name": "oidc", "mode": "OIDC", "ram_role_arn": "arn-1", "oidc_provider_arn": "arn-p",
			"oidc_token_file": write(t, home, "token", planted+"-oidc\n"),
		},
	)
	ask := func(name string, o Options) asked {
		cloud := working()
		o.Transport = cloud
		_, _ = Profile(name, o).Credentials(t.Context())
		return cloud.last(t)
	}
	got := ask("ram", Options{})
	for name, want := range map[string]string{
		"RoleArn": "arn-1", "RoleSessionName": "session-1", "DurationSeconds": "1800", "ExternalId": "external-1", "Policy": "{}",
		"AccessKeyId": "id-ram", "SecurityToken": planted + "-sts", "Version": "2015-04-01", "SignatureMethod": "HMAC-SHA1",
	} {
		if got := got.params.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	oidc := ask("oidc", Options{})
	if got := oidc.params.Get("OIDCToken"); got != planted+"-oidc" {
		t.Errorf("the token is %q, want the file's without the end of the line", got)
	}
	if oidc.params.Has("Signature") || !strings.Contains(oidc.body, "OIDCToken=") {
		t.Error("the call with a token is signed, or has the token in its URL")
	}
	for name, want := range map[string]string{
		"ram": "https://sts.cn-beijing.aliyuncs.com", "vpc": "https://sts-vpc.cn-beijing.aliyuncs.com",
		"own": "https://sts.own.example.com", "central": "https://sts.aliyuncs.com", "oidc": "https://sts.aliyuncs.com",
	} {
		if got := ask(name, Options{}).host; got != want {
			t.Errorf("%s: STS is at %s, want %s", name, got, want)
		}
	}
	if got := ask("vpc", Options{STSEndpoint: "http://127.0.0.1:1"}).host; got != "http://127.0.0.1:1" {
		t.Errorf("the program's own endpoint is not used, but %s", got)
	}
	t.Setenv("ALIBABA_CLOUD_STS_REGION", "ap-southeast-1")
	if got := ask("central", Options{}).host; got != "https://sts.ap-southeast-1.aliyuncs.com" {
		t.Errorf("the region of the environment is not used, but %s", got)
	}
}

func TestWhatIsWrongWithAProfile(t *testing.T) {
	home := clean(t)
	yesterday := time.Now().Add(-24 * time.Hour).Unix()
	sso := func(name string) p {
		return p{
			"name": name, "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://signin.example.com/x", "cloud_sso_account_id": "1",
			"cloud_sso_access_config": "ac-1", "access_token": planted, "cloud_sso_access_token_expire": yesterday,
		}
	}
	noURL := sso("sso-no-url")
	noURL["cloud_sso_sign_in_url"] = ""
	plain := sso("sso-plain")
	plain["cloud_sso_sign_in_url"] = "http://" + planted
	signedOut := sso("sso-signed-out")
	signedOut["access_token"] = ""
	cases := map[string]struct {
		profile p
		words   []string
	}{
		"half-id":     {p{"mode": "AK", "access_key_id": "id"}, []string{"half a key pair: access_key_id is set", "access_key_secret is not"}},
		"half-secret": {p{"mode": "AK", "access_key_secret": planted}, []string{"half a key pair: access_key_secret is set"}},
		"no-keys":     {p{"mode": "AK"}, []string{"lacks access_key_id and access_key_secret", "run aliyun configure --profile no-keys --mode AK"}},
		"no-token":    {p{"mode": "StsToken", "access_key_id": "id", "access_key_secret": planted}, []string{"lacks sts_token"}},
		"expired": {
			p{"mode": "StsToken", "access_key_id": "id", "access_key_secret": planted, "sts_token": planted, "sts_expiration": yesterday},
			[]string{"the credentials expired at", "the local time is"},
		},
		"no-arn":       {p{"mode": "RamRoleArn", "access_key_id": "id", "access_key_secret": planted}, []string{"lacks ram_role_arn", "--mode RamRoleArn"}},
		"no-oidc":      {p{"mode": "OIDC", "ram_role_arn": "arn", "oidc_provider_arn": "arn"}, []string{"lacks oidc_token_file"}},
		"no-oidc-file": {p{"mode": "OIDC", "ram_role_arn": "arn", "oidc_provider_arn": "arn", "oidc_token_file": "/no/such"}, []string{"the token: file /no/such does not exist"}},
		"no-source":    {p{"mode": "ChainableRamRoleArn", "ram_role_arn": "arn"}, []string{"lacks source_profile"}},
		"bad-source":   {p{"mode": "ChainableRamRoleArn", "ram_role_arn": "arn", "source_profile": "nobody"}, []string{"source_profile", `no profile "nobody"`}},
		"itself":       {p{"mode": "ChainableRamRoleArn", "ram_role_arn": "arn", "source_profile": "itself"}, []string{"its source_profile leads in a circle: itself → itself; one of them must have keys"}},
		"no-command":   {p{"mode": "External"}, []string{"lacks process_command"}},
		"odd-command":  {p{"mode": "External", "process_command": "x '" + planted}, []string{"a quote is not closed"}},
		"rsa":          {p{"mode": "RsaKeyPair", "private_key": planted}, []string{"RSA key pair", "not supported", "RamRoleArn"}},
		"bearer":       {p{"mode": "BearerToken", "bearer_token": planted}, []string{"its mode BearerToken gives no access key"}},
		"unknown":      {p{"mode": "Other" + planted[:0], "x": planted}, []string{"its mode is unknown"}},
		"fresh":        {p{"mode": ""}, []string{"it is not configured: run aliyun configure --profile fresh"}},
		"sso":          {sso("sso"), []string{"the sign-in expired at", "the local time is", "run aliyun configure --profile sso --mode CloudSSO"}},
		"sso-no-url":   {noURL, []string{"lacks cloud_sso_sign_in_url"}},
		"sso-plain":    {plain, []string{"cloud_sso_sign_in_url is no https"}},
		"sso-out":      {signedOut, []string{"nobody is signed in: run aliyun configure"}},
		"oauth": {
			p{"mode": "OAuth", "oauth_site_type": "INTL", "oauth_access_token": planted, "oauth_access_token_expire": yesterday},
			[]string{"expired at", "aliyun sts GetCallerIdentity --profile oauth"},
		},
		"oauth-site": {p{"mode": "OAuth", "oauth_site_type": planted}, []string{"must be CN or INTL"}},
	}
	var all []p
	for name, c := range cases {
		c.profile["name"] = name
		all = append(all, c.profile)
	}
	path := cliFile(t, home, "half-id", all...)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cloud := nobody()
			words := append(c.words, fmt.Sprintf("profile %q of file %s", name, path))
			wantError(t, Profile(name, Options{Transport: cloud}), words...)
			if got := cloud.hosts(); got != nil {
				t.Errorf("a broken profile asked %v", got)
			}
		})
	}
}

func TestProfilesThatAreMissing(t *testing.T) {
	home := clean(t)
	wantError(t, Profile("prod", Options{}), `profile "prod"`, "there is no profile file", filepath.Join(home, ".aliyun", "config.json"))
	path := cliFile(t, home, "gone", p{"name": "a", "mode": "AK"}.pair(), p{"name": "b", "mode": "AK"}.pair())
	wantError(t, Profile("prod", Options{}), path, `no profile "prod"`, "it has: a, b", "chosen by the program")
	wantError(t, Profile("", Options{}), path, `no profile "gone"`, "it has: a, b")
	t.Setenv("ALICLOUD_PROFILE", "prod")
	wantError(t, Default(Options{Transport: nobody()}), path, "chosen by ALICLOUD_PROFILE")
	wantError(t, File(path, "prod", Options{}), path, `no profile "prod"`)
	wantError(t, File(filepath.Join(home, "none"), "", Options{}), "none does not exist")

	write(t, home, ".alibabacloud/credentials", "[prod]\ntype = access_key\naccess_key_id = id-prod\naccess_key_secret = s\n")
	wantID(t, Default(Options{Transport: nobody()}), "id-prod")
}

// A profile that the command line tool made and nobody configured is no identity.
func TestAnEmptyProfileIsAbsent(t *testing.T) {
	home := clean(t)
	cliFile(t, home, "default", p{"name": "default", "mode": "AK", "region_id": "cn-hangzhou", "language": "en"})
	wantError(t, Default(Options{Transport: nobody()}), `profile "default" is empty`, "ALIBABA_CLOUD_CREDENTIALS_URI")
	wantID(t, Default(Options{Transport: working()}), "role-1")
	wantError(t, Profile("default", Options{}), "lacks access_key_id")
}

func TestFilesThatVariablesName(t *testing.T) {
	home := clean(t)
	cliFile(t, home, "a", p{"name": "a", "mode": "AK"}.pair())
	other := write(t, home, "other", `{"current":"x","profiles":[{"name":"x","mode":"AK","access_key_id":"id-other","access_key_secret":"s"}]}`)
	ini := write(t, home, "ini", "[default]\ntype=access_key\naccess_key_id=id-ini\naccess_key_secret=s\n")
	for what, c := range map[string]struct {
		vars map[string]string
		want string
	}{
		"none":               {nil, "id-a"},
		"Terraform":          {map[string]string{"ALICLOUD_SHARED_CREDENTIALS_FILE": other}, "id-other"},
		"SDK":                {map[string]string{"ALIBABA_CLOUD_CREDENTIALS_FILE": ini}, "id-ini"},
		"SDK's, of the CLI":  {map[string]string{"ALIBABA_CLOUD_CREDENTIALS_FILE": other}, "id-other"},
		"from home":          {map[string]string{"ALIBABA_CLOUD_CREDENTIALS_FILE": "~/ini"}, "id-ini"},
		"CLI disabled":       {map[string]string{"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, "role-1"},
		"profiles disabled":  {map[string]string{"ALIBABACLOUD_IGNORE_PROFILE": "TRUE"}, "role-1"},
		"disabled, and mine": {map[string]string{"ALIBABA_CLOUD_IGNORE_PROFILE": "TRUE", "ALIBABA_CLOUD_CREDENTIALS_FILE": ini}, "id-ini"},
	} {
		t.Run(what, func(t *testing.T) {
			setenv(t, c.vars)
			wantID(t, Default(Options{Transport: working()}), c.want)
		})
	}
	t.Setenv("ALICLOUD_SHARED_CREDENTIALS_FILE", filepath.Join(home, "none"))
	wantError(t, Default(Options{Transport: working()}), "ALICLOUD_SHARED_CREDENTIALS_FILE names a file that is missing", "none does not exist")
}

func TestEveryTypeOfTheFileOfTheSDKs(t *testing.T) {
	home := clean(t)
	token := write(t, home, "token", planted)
	write(t, home, ".alibabacloud/credentials", strings.ReplaceAll(`# comment
[default]
type = access_key
access_key_id = id-default
access_key_secret = SECRET
region_id = cn-shanghai

[sts]
type = sts
access_key_id = id-sts
access_key_secret = SECRET
security_token = SECRET

[ram]
type = ram_role_arn
access_key_id = id-ram
access_key_secret = SECRET
role_arn = arn-ram
role_session_name = s
role_session_expiration = 900

[ecs]
type = ecs_ram_role
role_name = role-ecs

[oidc]
type = oidc_role_arn
oidc_provider_arn = arn-p
oidc_token_file_path = TOKEN
role_arn = arn-oidc

[uri]
type = credentials_uri
credentials_uri = http://uri.example.com/SECRET

[rsa]
type = rsa_key_pair
private_key_file = SECRET
public_key_id = x

[half]
type = access_key
access_key_id = id

[none]
type = ram_role_arn
access_key_id = id
access_key_secret = SECRET

[odd]
type = SECRET
`, "SECRET", planted))
	path := filepath.Join(home, ".alibabacloud", "credentials")
	text := strings.ReplaceAll(read(t, path), "TOKEN", token)
	write(t, home, ".alibabacloud/credentials", text)
	for name, want := range map[string]string{
		"": "id-default", "default": "id-default", "sts": "id-sts", "ram": "AssumeRole/arn-ram", "ecs": "role-ecs",
		"oidc": "AssumeRoleWithOIDC/arn-oidc", "uri": "at http://uri.example.com",
	} {
		wantID(t, Profile(name, Options{Transport: working()}), want)
	}
	for name, words := range map[string][]string{
		"rsa": {"RSA key pair", "not supported"}, "half": {"half a key pair", "access_key_secret"},
		"none": {"it lacks role_arn", "add it to the file"}, "odd": {"its type is unknown"},
	} {
		wantError(t, Profile(name, Options{Transport: nobody()}), append(words, path)...)
	}
	write(t, home, ".alibabacloud/credentials", "[default]\ntype = ram_role_arn\nrole_session_expiration = soon\n")
	wantError(t, Profile("", Options{}), path, `section "default"`, "role_session_expiration must be a number of seconds")
}

// Keys change when somebody rotates them or signs in.
func TestAFileThatChanges(t *testing.T) {
	home := clean(t)
	cliFile(t, home, "a", p{"name": "a", "mode": "AK", "access_key_id": "old", "access_key_secret": planted})
	synctest.Test(t, func(t *testing.T) {
		s := Profile("", Options{Transport: working()})
		wantID(t, s, "old")
		cliFile(t, home, "b", p{"name": "a", "mode": "AK", "access_key_id": "new", "access_key_secret": planted}, p{"name": "b", "mode": "AK"}.pair())
		wantID(t, s, "old")
		time.Sleep(31 * time.Second)
		wantID(t, s, "new") // the current profile is another one now, but this source keeps its own
		for _, broken := range []string{"{", `{"profiles":[]}`, `{"profiles":[{"name":"a","mode":"AK","access_key_id":"half"}]}`} {
			write(t, home, ".aliyun/config.json", broken)
			time.Sleep(31 * time.Second)
			wantID(t, s, "new")
		}
		cliFile(t, home, "a", p{"name": "a", "mode": "RamRoleArn", "ram_role_arn": "arn-1"}.pair())
		time.Sleep(31 * time.Second)
		wantID(t, s, "AssumeRole/arn-1")
	})
}

// The file is read again at once after a failure: the error said what to do, and it was done.
func TestAFileThatWasMended(t *testing.T) {
	home := clean(t)
	sso := p{
		"name": "sso", "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://signin.example.com/x", "cloud_sso_account_id": "1",
		"cloud_sso_access_config": "ac-1", "access_token": planted, "cloud_sso_access_token_expire": 1,
	}
	cliFile(t, home, "sso", sso)
	s := Profile("", Options{Transport: working()})
	wantError(t, s, "the sign-in")
	sso["cloud_sso_access_token_expire"] = time.Now().Add(time.Hour).Unix()
	cliFile(t, home, "sso", sso)
	wantID(t, s, "sso")
}

func TestTheRequestOfASignIn(t *testing.T) {
	home := clean(t)
	cliFile(t, home, "sso", profiles(t, home)["sso"])
	cloud := working()
	wantID(t, Profile("", Options{Transport: cloud}), "sso")
	got := cloud.last(t)
	if at := got.method + " " + got.host + got.path; at != "POST https://signin.example.com/cloud-credentials" {
		t.Errorf("the request is %s", at)
	}
	if h := got.header.Get("Authorization"); h != "Bearer "+planted+"-sso" {
		t.Errorf("the authorization is %q", h)
	}
	if got.body != `{"AccessConfigurationId":"ac-1","AccountId":"1"}` {
		t.Errorf("the body is %s", got.body)
	}
	for status, word := range map[int]string{401: "refuses the sign-in", 500: "HTTP status 500", 0: "cannot be reached"} {
		cloud := &services{answer: func(asked) (int, string) { return status, planted }}
		wantError(t, Profile("", Options{Transport: cloud}), word)
	}
}

var _ provider.CredentialsSource
