package clouds_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

const good = `version: 1
clouds:
  shop:
    cloud: aliyun
    region: cn-hangzhou
    retryFor: 30s
    firstLook: 3s
    visibleWithin: 1m
    searchFor: 5s
  shop-keys:
    cloud: tencent
    region: ap-guangzhou
    endpoint: cvm.internal.tencentcloudapi.com
    credentials:
      accessKeyId: env:CLOUDS_ID
      accessKeySecret: env:CLOUDS_SECRET
      securityToken: env:CLOUDS_TOKEN
    rates:
      DescribeInstances: {calls: 40, per: 1s, burst: 2}
  audit: {cloud: qingcloud, region: pek3a, readOnly: true}
`

func readGood(t *testing.T) clouds.Accounts {
	t.Helper()
	t.Setenv("CLOUDS_ID", "key-id")
	t.Setenv("CLOUDS_SECRET", "key-secret")
	t.Setenv("CLOUDS_TOKEN", "key-token")
	accounts, err := clouds.Read(strings.NewReader(good), "clouds.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return accounts
}

func TestReadReadsAccounts(t *testing.T) {
	accounts := readGood(t)
	shop, err := accounts.Config("shop")
	if err != nil {
		t.Fatal(err)
	}
	if shop.Cloud != "aliyun" || shop.Region != "cn-hangzhou" || shop.Credentials != nil {
		t.Errorf("shop is %+v", shop)
	}
	o := shop.Options
	if o.RetryFor != 30*time.Second || o.FirstLook != 3*time.Second {
		t.Errorf("shop has RetryFor %v, FirstLook %v", o.RetryFor, o.FirstLook)
	}
	if o.VisibleWithin != time.Minute || o.SearchFor != 5*time.Second {
		t.Errorf("shop has VisibleWithin %v, SearchFor %v", o.VisibleWithin, o.SearchFor)
	}
	audit, err := accounts.Config("audit")
	if err != nil {
		t.Fatal(err)
	}
	if !audit.Options.ReadOnly {
		t.Errorf("audit is not read-only")
	}
	for _, name := range accounts.Names() {
		cfg, _ := accounts.Config(name)
		if _, err := clouds.New(cfg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysOfAFileAreResolved(t *testing.T) {
	cfg, err := readGood(t).Config("shop-keys")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := cfg.Credentials.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := provider.Credentials{AccessKeyID: "key-id", AccessKeySecret: "key-secret", SecurityToken: "key-token"}
	if keys != want {
		t.Errorf("other keys than those of the references")
	}
	rate := provider.Rate{Calls: 40, Per: time.Second, Burst: 2}
	if got := cfg.Options.Rates[provider.APIDescribeInstances]; got != rate {
		t.Errorf("rate %+v, want %+v", got, rate)
	}
	if cfg.Endpoint != "cvm.internal.tencentcloudapi.com" {
		t.Errorf("endpoint %q", cfg.Endpoint)
	}
}

func TestNoSecretOfAnAccountIsPrinted(t *testing.T) {
	accounts := readGood(t)
	cfg, _ := accounts.Config("shop-keys")
	for _, form := range []string{"%v", "%+v", "%#v"} {
		for _, secret := range []string{"key-secret", "key-token"} {
			if text := fmt.Sprintf(form, accounts) + fmt.Sprintf(form, cfg); strings.Contains(text, secret) {
				t.Errorf("%s prints %s", form, secret)
			}
		}
	}
}

func TestAnUnknownAccountIsAnErrorWithTheNearestName(t *testing.T) {
	accounts := readGood(t)
	for name, want := range map[string]string{
		"shopp": `invalid request: account "shopp": unknown account; did you mean shop?`,
		"other": `invalid request: account "other": unknown account; there are audit, shop, shop-keys`,
	} {
		if _, err := accounts.Config(name); fmt.Sprint(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := (clouds.Accounts{}).Config("a"); !strings.Contains(fmt.Sprint(err), "there are none") {
		t.Errorf("got %v", err)
	}
}

// All problems of a file come together, each with its place and what to do.
func TestProblemsOfAccounts(t *testing.T) {
	const bad = `version: 1
clouds:
  a: {cloud: tencnet, region: ap-guangzhou}
  b: {cloud: aliyun}
  c:
    cloud: ens
    region: cn-hangzhou-44
    regoin: x
    credentials: {accessKeyId: LTAI5tNotAReference}
  d:
    cloud: qingcloud
    region: pek3a
    endpoint: ftp://x
    readOnly: yes
    retryFor: 30
    rates:
      RunInstance: {calls: 1, per: 1s}
      RunInstances: {calls: 1}
      StopInstances: {calls: -1}
  "a b": {cloud: aliyun, region: cn-hangzhou}
  e: {region: pek3a}
  f:
    cloud: tencent
    region: ap-guangzhou
    credentials: {accessKeyId: env:CLOUDS_NO_SUCH, accessKeySecret: secret}
`
	_, err := clouds.Read(strings.NewReader(bad), "clouds.yaml", nil)
	want := `clouds.yaml:3:14: clouds["a"].cloud: "tencnet": unknown cloud; did you mean tencent?
clouds.yaml:4:6: clouds["b"].region: required, for example cn-hangzhou
clouds.yaml:8:5: clouds["c"].regoin: unknown field; did you mean region?
clouds.yaml:9:18: clouds["c"].credentials.accessKeySecret: is missing: a key pair has accessKeyId and accessKeySecret, each as a reference such as env:NAME
clouds.yaml:9:32: clouds["c"].credentials.accessKeyId: a secret must not be in the file: write env:NAME or file:PATH
clouds.yaml:13:15: clouds["d"].endpoint: must be host[:port], https://host[:port] or http://host[:port]
clouds.yaml:14:15: clouds["d"].readOnly: "yes" is not true or false
clouds.yaml:15:15: clouds["d"].retryFor: 30 is a duration without a unit; write one like 90s, 2m or 1h30m
clouds.yaml:17:20: clouds["d"].rates["RunInstance"]: unknown call; did you mean RunInstances?
clouds.yaml:18:21: clouds["d"].rates["RunInstances"].per: is missing: the time in which the calls may be made, such as 1m
clouds.yaml:19:22: clouds["d"].rates["StopInstances"]: calls and burst must not be negative
clouds.yaml:20:10: clouds["a b"]: a name has letters, digits, "-", "_" and "." only, and not more than 63 of them
clouds.yaml:21:6: clouds["e"].cloud: required: one of aliyun, ens, tencent, qingcloud
clouds.yaml:25:32: clouds["f"].credentials.accessKeyId: env:CLOUDS_NO_SUCH: the environment variable is not set
clouds.yaml:25:69: clouds["f"].credentials.accessKeySecret: a secret must not be in the file: write env:NAME or file:PATH`
	if got := fmt.Sprint(err); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("the error does not match ErrInvalid")
	}
}

func TestAFileWithoutAccountsIsAnError(t *testing.T) {
	for _, text := range []string{"version: 1", "version: 1\nclouds: {}"} {
		_, err := clouds.Read(strings.NewReader(text), "clouds.yaml", nil)
		if !strings.Contains(fmt.Sprint(err), "clouds: is missing: it has the accounts by name") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("id", "from-file\n")
	write("secret", "secret-from-file\n")
	write("clouds.json", `{"version": 1, "clouds": {"a": {"cloud": "ens", "region": "cn-hangzhou-44",
		"credentials": {"accessKeyId": "file:id", "accessKeySecret": "file:secret"}}}}`)
	accounts, err := clouds.ReadFile(filepath.Join(dir, "clouds.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg, _ := accounts.Config("a")
	keys, err := cfg.Credentials.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := keys.AccessKeyID, "from-file"; got != want {
		t.Errorf("key ID %q, want %q", got, want)
	}
	if _, err := clouds.ReadFile(filepath.Join(dir, "none.yaml"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want an error that matches fs.ErrNotExist", err)
	}
}

// A program that only checks files needs no secrets.
func TestAccountsCanBeReadWithoutTheirSecrets(t *testing.T) {
	_, err := clouds.Read(strings.NewReader(good), "clouds.yaml", &specfile.Options{KeepSecretsOut: true})
	if err != nil {
		t.Error(err)
	}
}
