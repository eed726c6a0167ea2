package guide_test

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	factory "github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// wrong is an input that a new user may give, and the four things that the error has to say.
type wrong struct {
	name  string
	given func(*newcomer) error
	where string // the field, the file or the setting
	value string // what stood there; "" where it is missing or a secret
	rule  string // what is wrong with it
	next  string // what to do; "" where the rule says it
}

// newcomer is where the wrong inputs are given: a home directory of its own, an environment
// without keys, and a network that must not be used.
type newcomer struct {
	*testing.T
	home string
	sent []string
}

// secret stands in inputs where a secret is, and must not come out.
const secret = "Hunter2-is-secret"

func newNewcomer(t *testing.T) *newcomer {
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		for _, prefix := range []string{"ALI", "TENCENT", "TCCLI", "TKE_", "QINGCLOUD"} {
			if strings.HasPrefix(name, prefix) {
				t.Setenv(name, "")
				if err := os.Unsetenv(name); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	n := &newcomer{T: t, home: t.TempDir()}
	t.Setenv("HOME", n.home)
	t.Setenv("USERPROFILE", n.home)
	return n
}

// metadata is where instances ask for their role: a place of keys, and no call of a cloud's API.
const metadata = "169.254.169.254"

// RoundTrip records a call and refuses it.
func (n *newcomer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() != metadata {
		n.sent = append(n.sent, r.Method+" "+r.URL.Host)
	}
	return nil, errors.New("no network here")
}

// nowhere is a network on which the host has no address.
type nowhere struct{}

func (nowhere) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{
		Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true,
	}}
}

// file writes a file below the home directory.
func (n *newcomer) file(name, text string) string {
	path := filepath.Join(n.home, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		n.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		n.Fatal(err)
	}
	return path
}

func (n *newcomer) env(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		n.Setenv(pairs[i], pairs[i+1])
	}
}

// client has keys of the simulator.
func (n *newcomer) client(cloud string) (*provider.Client, provider.RunInstancesSpec) {
	c, ok := clouds.Named(cloud)
	if !ok {
		n.Fatal("no cloud " + cloud)
	}
	client, err := c.New(clouds.Config{Transport: n, Options: &provider.Options{RetryFor: -1}})
	if err != nil {
		n.Fatal(err)
	}
	return client, c.Spec
}

// run creates with a spec that change has made wrong.
func run(cloud string, change func(*provider.RunInstancesSpec)) func(*newcomer) error {
	return func(n *newcomer) error {
		client, spec := n.client(cloud)
		change(&spec)
		_, err := client.RunInstances(n.Context(), spec, nil)
		return err
	}
}

// with creates with options that are wrong.
func with(cloud string, o provider.RunOptions) func(*newcomer) error {
	return func(n *newcomer) error {
		client, spec := n.client(cloud)
		_, err := client.RunInstances(n.Context(), spec, &o)
		return err
	}
}

// made makes a client of a configuration that is wrong.
func made(cfg factory.Config) func(*newcomer) error {
	return func(*newcomer) error {
		_, err := factory.New(cfg)
		return err
	}
}

// keys makes the first call of a client whose credentials prepare has made wrong.
func keys(cloud string, prepare func(*newcomer)) func(*newcomer) error {
	return func(n *newcomer) error {
		prepare(n)
		c, _ := clouds.Named(cloud)
		client, err := factory.New(factory.Config{
			Cloud: cloud, Region: c.Spec.Region, Transport: n, Options: &provider.Options{RetryFor: -1},
		})
		if err != nil {
			return err
		}
		_, err = client.RunInstances(n.Context(), c.Spec, nil)
		return err
	}
}

// spec reads a file whose spec is wrong.
func spec(text string) func(*newcomer) error {
	return func(n *newcomer) error {
		path := n.file("fleet.yaml", text)
		_, err := specfile.ReadFile(path, &specfile.Options{Vendors: factory.Vendors()})
		return err
	}
}

// accounts reads a file of accounts that is wrong.
func accounts(text string) func(*newcomer) error {
	return func(n *newcomer) error {
		_, err := factory.ReadFile(n.file("clouds.yaml", text), nil)
		return err
	}
}

// resumed goes on from the token of a create on another cloud, after change.
func resumed(from, to string, change func(string) string) func(*newcomer) error {
	return func(n *newcomer) error {
		c, _ := clouds.Named(from)
		client, err := c.New(clouds.Config{Transport: cloudsim.New(nil).Transport()})
		if err != nil {
			n.Fatal(err)
		}
		op, err := client.RunInstances(n.Context(), c.Spec, nil)
		if err != nil {
			n.Fatal(err)
		}
		token, err := op.MarshalText()
		if err != nil {
			n.Fatal(err)
		}
		other, _ := n.client(to)
		_, err = other.Resume(n.Context(), []byte(change(string(token))), nil)
		return err
	}
}

// Each of sixty wrong inputs and more is refused before anything is sent, by an error that names the
// field or the file, the value unless it is a secret, the rule, and what to do next.
func TestSixtyWrongInputs(t *testing.T) {
	inputs := wrongInputs()
	if len(inputs) < 60 {
		t.Errorf("%d inputs, want 60 at least", len(inputs))
	}
	for _, w := range inputs {
		t.Run(w.name, func(t *testing.T) { synctest.Test(t, w.try) })
	}
}

// try gives the input and checks what comes out.
func (w wrong) try(t *testing.T) {
	n := newNewcomer(t)
	err := w.given(n)
	if err == nil {
		t.Fatal("got no error")
	}
	for what, text := range map[string]string{"place": w.where, "value": w.value, "rule": w.rule, "next step": w.next} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not have the %s %q:\n%v", what, text, err)
		}
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the error holds a secret:\n%v", err)
	}
	if len(n.sent) > 0 {
		t.Errorf("calls were sent: %v", n.sent)
	}
}

func wrongInputs() []wrong {
	type S = provider.RunInstancesSpec
	return []wrong{
		{
			name: "a negative count", where: "Count", value: `"-1"`, rule: "must not be negative",
			given: run("aliyun", func(s *S) { s.Count = -1 }),
		},
		{
			name: "more at least than at most", where: "MinCount", value: `"3"`, rule: "must not be more than Count (2)",
			given: run("aliyun", func(s *S) { s.Count, s.MinCount = 2, 3 }),
		},
		{
			name: "no image", where: "ImageID", rule: "required", next: "a launch template or an image family gives it",
			given: run("aliyun", func(s *S) { s.ImageID = "" }),
		},
		{
			name: "an unknown billing mode", where: "Billing.Mode", value: `"spott"`,
			rule: "must be one of", next: `"spot"`,
			given: run("aliyun", func(s *S) { s.Billing.Mode = "spott" }),
		},
		{
			name: "months without prepaid", where: "Billing.Period", value: `"3"`, rule: "needs Mode prepaid",
			given: run("aliyun", func(s *S) { s.Billing.Period = 3 }),
		},
		{
			name: "a price that is no number", where: "Billing.Spot.MaxPrice", value: `"cheap"`,
			rule: "a positive decimal number", next: `like "0.97"`,
			given: run("aliyun", func(s *S) {
				s.Billing.Mode, s.Billing.Spot = provider.Spot, provider.SpotOptions{Strategy: provider.SpotPriceLimit, MaxPrice: "cheap"}
			}),
		},
		{
			name: "spot where there is none", where: "Billing.Mode", value: `"spot"`, rule: "sells no spot instances",
			given: run("qingcloud", func(s *S) { s.Billing.Mode = provider.Spot }),
		},
		{
			name: "a zone where there are none", where: "Zone",
			rule: "one level of location", next: "give its zone as Region",
			given: run("qingcloud", func(s *S) { s.Zone = "pek3a" }),
		},
		{
			name: "a subnet with a blank", where: "Network.SubnetID", value: `" vsw-1"`,
			rule: "begins or ends with a blank", next: "remove it",
			given: run("aliyun", func(s *S) { s.Network.SubnetID = " vsw-1" }),
		},
		{
			name: "a zone for a region", where: "Region", value: `"ap-guangzhou-3"`,
			rule: "is a zone", next: "its region is ap-guangzhou",
			given: run("tencent", func(s *S) { s.Region = "ap-guangzhou-3" }),
		},
		{
			name: "a region with a blank", where: "Region", value: `"cn hangzhou"`,
			rule:  "must be letters, digits, - and _",
			given: run("aliyun", func(s *S) { s.Region = "cn hangzhou" }),
		},
		{
			name: "a weak password", where: "Login.Password", rule: "8 to 30 characters", next: "three of: upper case",
			given: run("aliyun", func(s *S) { s.Login.Password = "hunter" }),
		},
		{
			name: "a password and a key pair", where: "Login:", rule: "choose one of Password, KeyPairs",
			given: run("tencent", func(s *S) { s.Login.Password, s.Login.KeyPairs = secret, []string{"skey-1"} }),
		},
		{
			name: "a small disk", where: "SystemDisk.SizeGiB", value: `"1"`, rule: "must be 20 to 2048",
			given: run("aliyun", func(s *S) { s.SystemDisk.SizeGiB = 1 }),
		},
		{
			name: "a host name with a dot", where: "HostName", value: `"-web"`,
			rule:  "must be letters, digits and hyphens",
			given: run("qingcloud", func(s *S) { s.HostName = "-web" }),
		},
		{
			name: "user data that is too long", where: "UserData", rule: "at most 16 KiB",
			given: run("tencent", func(s *S) { s.UserData = provider.UserData(strings.Repeat(secret, 4000)) }),
		},
		{
			name: "a tag of the library", where: "Tags", value: `"yunfan:owner"`,
			rule:  "reserved for the owner of an operation",
			given: run("aliyun", func(s *S) { s.Tags = map[string]string{"yunfan:owner": "x"} }),
		},
		{
			name: "a tag that begins with the vendor", where: `Tags["aliyun"]`, value: "aliyun",
			rule:  "must not begin with aliyun or acs:",
			given: run("aliyun", func(s *S) { s.Tags = map[string]string{"aliyun": "x"} }),
		},
		{
			name: "a raw parameter that a field sets", where: `Vendor.Params["ImageId"]`, value: "ImageId",
			rule: "is set by another field of the spec",
			given: run("aliyun", func(s *S) {
				s.Vendor = []provider.VendorOption{aliyun.RunOptions{Params: map[string]string{"ImageId": "x"}}}
			}),
		},
		{
			name: "options of one type twice", where: "Vendor[1]", value: `"tencent"`, rule: "given twice",
			given: run("tencent", func(s *S) {
				s.Vendor = []provider.VendorOption{tencent.RunOptions{}, tencent.RunOptions{}}
			}),
		},
		{
			name: "an odd ens option", where: "Vendor.Params", rule: "a parameter needs a name",
			given: run("ens", func(s *S) {
				s.Vendor = []provider.VendorOption{ens.RunOptions{Params: map[string]string{"": "x"}}}
			}),
		},

		{
			name: "a cloud with a typing error", where: "Config.Cloud", value: `"tencnet"`,
			rule: "unknown cloud", next: "did you mean tencent?",
			given: made(factory.Config{Cloud: "tencnet", Region: "ap-guangzhou"}),
		},
		{
			name: "a cloud that is not here", where: "Config.Cloud", value: `"aws"`,
			rule: "unknown cloud", next: "one of aliyun, ens, tencent, qingcloud",
			given: made(factory.Config{Cloud: "aws", Region: "us-east-1"}),
		},
		{
			name: "no region", where: "Config.Region", rule: "required", next: "for example cn-hangzhou",
			given: made(factory.Config{Cloud: "aliyun"}),
		},
		{
			name: "an endpoint of another protocol", where: "Config.Endpoint",
			rule: "must be host[:port]", next: "https://host[:port]",
			given: made(factory.Config{Cloud: "aliyun", Region: "cn-hangzhou", Endpoint: "ftp://example.com"}),
		},
		{
			name: "an endpoint with a port that is none", where: "Config.Endpoint",
			rule: "must be host[:port]", next: "https://host[:port]",
			given: made(factory.Config{Cloud: "tencent", Region: "ap-guangzhou", Endpoint: "example.com:99999"}),
		},
		{
			name: "an endpoint with keys in it", where: "Config.Endpoint",
			rule: "must be host[:port]", next: "https://host[:port]",
			given: made(factory.Config{Cloud: "tencent", Region: "ap-guangzhou", Endpoint: "https://me:" + secret + "@example.com"}),
		},
		{
			name: "an endpoint with a path", where: "Config.Endpoint",
			rule: "must be host[:port]", next: "https://host[:port]",
			given: made(factory.Config{Cloud: "ens", Region: "cn-hangzhou-44", Endpoint: "https://example.com/v1"}),
		},
		{
			name: "a profile beside credentials", where: "Config.Profile", value: `"p"`,
			rule: "must be empty when Config.Credentials is set", next: "which of the two",
			given: func(*newcomer) error {
				_, err := aliyun.New(aliyun.Config{Region: "cn-hangzhou", Profile: "p", Credentials: provider.StaticCredentials("a", secret, "")})
				return err
			},
		},

		{
			name: "no keys anywhere", where: "QINGCLOUD_ACCESS_KEY_ID",
			rule: "no credentials found", next: "Set one of them, or Config.Credentials",
			given: keys("qingcloud", func(*newcomer) {}),
		},
		{
			name: "half a pair of keys", where: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
			rule: "half a key pair", next: "set both, or remove both",
			given: keys("aliyun", func(n *newcomer) { n.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI") }),
		},
		{
			name: "half a pair of tencent", where: "TENCENTCLOUD_SECRET_ID",
			rule: "half a key pair", next: "set both, or remove both",
			given: keys("tencent", func(n *newcomer) { n.env("TENCENTCLOUD_SECRET_KEY", secret) }),
		},
		{
			name: "an empty key", where: "TENCENTCLOUD_SECRET_KEY is empty",
			rule: "half a key pair", next: "set both, or remove both",
			given: keys("tencent", func(n *newcomer) { n.env("TENCENTCLOUD_SECRET_ID", "AKID", "TENCENTCLOUD_SECRET_KEY", "") }),
		},
		{
			name: "half a pair of qingcloud", where: "QINGCLOUD_SECRET_ACCESS_KEY",
			rule: "half a key pair", next: "set both, or remove both",
			given: keys("qingcloud", func(n *newcomer) { n.env("QINGCLOUD_ACCESS_KEY_ID", "QY") }),
		},
		{
			name: "a profile that is not there", where: "config.json", value: `"prod"`,
			rule: "has no profile", next: "it has: default",
			given: func(n *newcomer) error {
				n.file(".aliyun/config.json", `{"current":"default","profiles":[{"name":"default","mode":"AK","access_key_id":"a","access_key_secret":"`+secret+`"}]}`)
				client, err := aliyun.New(aliyun.Config{Region: "cn-hangzhou", Profile: "prod", Transport: n})
				if err != nil {
					return err
				}
				c, _ := clouds.Named("aliyun")
				_, err = client.RunInstances(n.Context(), c.Spec, nil)
				return err
			},
		},
		{
			name: "a profile file that is no JSON", where: "config.json", rule: "not valid JSON", next: "see line 1",
			given: keys("aliyun", func(n *newcomer) { n.file(".aliyun/config.json", `{"current": "default", `+secret) }),
		},
		{
			name: "a profile of a mode that nobody knows", where: `profile "default"`,
			rule: "is unknown", next: "must be one that aliyun configure --mode has",
			given: keys("aliyun", func(n *newcomer) {
				n.file(".aliyun/config.json", `{"current":"default","profiles":[{"name":"default","mode":"Magic"}]}`)
			}),
		},
		{
			name: "a file without a default section", where: ".tencentcloud/credentials", value: `"default"`,
			rule: "has no profile", next: "add the section [default]",
			given: keys("tencent", func(n *newcomer) {
				n.file(".tencentcloud/credentials", "[prod]\nsecret_id = a\nsecret_key = "+secret+"\n")
			}),
		},
		{
			name: "a configuration that is no YAML", where: "config.yaml, line 3",
			rule: "not YAML", next: "such as qy_access_key_id:",
			given: keys("qingcloud", func(n *newcomer) {
				n.file(".qingcloud/config.yaml", "qy_access_key_id: 'a\nqy_secret_access_key: "+secret+"\n")
			}),
		},
		{
			name: "a key file with a blank at the end", where: "QINGCLOUD_SECRET_ACCESS_KEY",
			rule: "has a line break at its end", next: "remove it",
			given: keys("qingcloud", func(n *newcomer) { n.env("QINGCLOUD_ACCESS_KEY_ID", "QY", "QINGCLOUD_SECRET_ACCESS_KEY", secret+"\n") }),
		},

		{
			name: "a secret with a line break", where: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
			rule: "has a line break at its end", next: "remove it",
			given: keys("aliyun", func(n *newcomer) {
				n.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret+"\n")
			}),
		},
		{
			name: "a host that does not exist", where: "ecs.cn-hangzou.aliyuncs.com", value: `"cn-hangzou"`,
			rule: "no service at", next: "does region",
			given: func(n *newcomer) error {
				c, _ := clouds.Named("aliyun")
				client, err := c.New(clouds.Config{Region: "cn-hangzou", Transport: nowhere{}})
				if err != nil {
					return err
				}
				s := c.Spec
				s.Region = ""
				_, err = client.RunInstances(n.Context(), s, nil)
				return err
			},
		},
		{
			name: "an unknown field of a file", where: "fleet.yaml:3:3", value: "spec.zonne",
			rule: "unknown field", next: "did you mean zone?",
			given: spec("version: 1\nspec:\n  zonne: a\n"),
		},
		{
			name: "a fraction of an instance", where: "fleet.yaml:3:10: spec.count", value: `"2.5"`,
			rule:  "is not a whole number",
			given: spec("version: 1\nspec:\n  count: 2.5\n"),
		},
		{
			name: "a password in a file", where: "fleet.yaml:3:21: spec.login.password",
			rule: "a secret must not be in the file", next: "write env:NAME or file:PATH",
			given: spec("version: 1\nspec:\n  login: {password: " + secret + "}\n"),
		},
		{
			name: "a file without a version", where: "fleet.yaml:1:1: version",
			rule: "is missing", next: "begin the file with version: 1",
			given: spec("spec: {}\n"),
		},
		{
			name: "a day for a time", where: "fleet.yaml:3:20: spec.autoReleaseTime", value: `"tomorrow"`,
			rule: "is not a time", next: "write one like 2026-",
			given: spec("version: 1\nspec:\n  autoReleaseTime: tomorrow\n"),
		},
		{
			name: "a variable that is not set", where: "fleet.yaml:3:21: spec.login.password", value: "env:WEB_PASSWORD",
			rule:  "the environment variable is not set",
			given: spec("version: 1\nspec:\n  login: {password: env:WEB_PASSWORD}\n"),
		},
		{
			name: "a file that is not there", where: "fleet.yml", rule: "no such file",
			given: func(n *newcomer) error {
				_, err := specfile.ReadFile(filepath.Join(n.home, "fleet.yml"), nil)
				return err
			},
		},
		{
			name: "an account of no cloud", where: `clouds.yaml:3:9: clouds["shop"].cloud`,
			rule: "required", next: "one of aliyun, ens",
			given: accounts("version: 1\nclouds:\n  shop: {region: cn-hangzhou}\n"),
		},
		{
			name: "an account of a cloud with a typing error", where: `clouds.yaml:3:17: clouds["shop"].cloud`, value: `"alyun"`,
			rule: "unknown cloud", next: "did you mean aliyun?",
			given: accounts("version: 1\nclouds:\n  shop: {cloud: alyun, region: cn-hangzhou}\n"),
		},
		{
			name: "an account with keys in the file", where: `clouds["shop"].credentials.accessKeySecret`,
			rule: "a secret must not be in the file", next: "write env:NAME or file:PATH",
			given: accounts("version: 1\nclouds:\n  shop: {cloud: aliyun, credentials: {accessKeyId: env:ID, accessKeySecret: " + secret + "}}\n"),
		},
		{
			name: "a duration without a unit", where: `clouds["shop"].retryFor`, value: "30",
			rule: "without a unit", next: "write one like 90s",
			given: accounts("version: 1\nclouds:\n  shop: {cloud: aliyun, region: cn-hangzhou, retryFor: 30}\n"),
		},
		{
			name: "an account with a typing error", where: "account", value: `"shp"`,
			rule: "unknown account", next: "did you mean shop?",
			given: func(n *newcomer) error {
				list, err := factory.ReadFile(n.file("clouds.yaml", "version: 1\nclouds:\n  shop: {cloud: aliyun, region: cn-hangzhou}\n"), nil)
				if err != nil {
					n.Fatal(err)
				}
				_, err = list.Config("shp")
				return err
			},
		},

		{
			name: "an ID with a slash", where: "RunOptions.OperationID", value: `"job/1"`,
			rule:  "1 to 64 letters, digits, - and _",
			given: with("aliyun", provider.RunOptions{OperationID: "job/1"}),
		},
		{
			name: "an ID on a cloud without tokens", where: "RunOptions.OperationID", value: `"job-1"`,
			rule: "without client tokens", next: "needs KeepMarker",
			given: with("qingcloud", provider.RunOptions{OperationID: "job-1"}),
		},
		{
			name: "an owner that is too long", where: "RunOptions.Owner", value: "ooooo", rule: "at most 64 characters",
			given: with("aliyun", provider.RunOptions{Owner: strings.Repeat("o", 65)}),
		},
		{
			name: "an odd end", where: "RunOptions.OnFailure", value: `"delete"`,
			rule: "must be one of", next: `"terminate"`,
			given: with("aliyun", provider.RunOptions{OnFailure: "delete"}),
		},
		{
			name: "an alternative that changes nothing", where: "RunOptions.Alternatives[0]",
			rule: "changes nothing", next: "set InstanceType, Zone, SubnetID or DiskType",
			given: with("aliyun", provider.RunOptions{Alternatives: []provider.Alternative{{}}}),
		},
		{
			name: "an alternative of another cloud", where: "RunOptions.Alternatives[0].Zone",
			rule: "not supported", next: "give its zone as Region",
			given: with("qingcloud", provider.RunOptions{Alternatives: []provider.Alternative{{Zone: "pek3b"}}}),
		},

		{
			name: "no token", where: "operation token",
			rule: "not an operation token", next: "give what MarshalText returned",
			given: resumed("aliyun", "aliyun", func(string) string { return "" }),
		},
		{
			name: "half a token", where: "operation token",
			rule: "a damaged one", next: "give what MarshalText returned",
			given: resumed("aliyun", "aliyun", func(s string) string { return s[:len(s)/2] }),
		},
		{
			name: "a token of another cloud", where: "operation token", value: `"aliyun"`,
			rule: "this client is of", next: `resume it with a client of "aliyun"`,
			given: resumed("aliyun", "tencent", func(s string) string { return s }),
		},
		{
			name: "a token of a newer library", where: "operation token", value: "version 99",
			rule: "reads up to 2", next: "update the library",
			given: resumed("aliyun", "aliyun", func(s string) string { return strings.Replace(s, `"yunfan":2`, `"yunfan":99`, 1) }),
		},
		{
			name: "an ID instead of a token", where: "operation token",
			rule: "not an operation token", next: "give what MarshalText returned",
			given: resumed("aliyun", "aliyun", func(string) string { return "i-bp1abc" }),
		},
		{
			name: "no IDs to release", where: "IDs[0]", rule: "must not be empty",
			given: func(n *newcomer) error {
				client, _ := n.client("tencent")
				_, err := client.TerminateInstances(n.Context(), "", []string{""}, nil)
				return err
			},
		},
		{
			name: "IDs beside a name", where: "Query.Name", value: `"web"`,
			rule: "excludes IDs", next: "look by IDs, or by Name and Tags",
			given: func(n *newcomer) error {
				client, _ := n.client("tencent")
				for _, err := range client.DescribeInstances(n.Context(), provider.Query{IDs: []string{"ins-1"}, Name: "web"}) {
					return err
				}
				return nil
			},
		},
		{
			name: "a target that no wait has", where: "target", value: `"up"`,
			rule: "must be one of", next: `"running"`,
			given: func(n *newcomer) error {
				client, _ := n.client("tencent")
				_, err := client.WaitInstances(n.Context(), "", []string{"ins-1"}, "up", nil)
				return err
			},
		},
		{
			name: "a sweep without an owner", where: "SweepOptions.Owner",
			rule: "required", next: "the RunOptions.Owner that the creates had",
			given: func(n *newcomer) error {
				client, _ := n.client("tencent")
				_, err := client.Sweep(n.Context(), provider.SweepOptions{})
				return err
			},
		},
		{
			name: "a strategy of placement that nobody knows", where: "Strategy", value: `"apart"`,
			rule: "must be one of", next: `"spread"`,
			given: func(n *newcomer) error {
				client, _ := n.client("aliyun")
				groups, err := placement.Of(client)
				if err != nil {
					return err
				}
				_, err = groups.Create(n.Context(), placement.Spec{Name: "g", Strategy: "apart"})
				return err
			},
		},
		{
			name: "a change through a client that may only read", where: "StopInstances",
			rule: "the client is read-only", next: "Options.ReadOnly",
			given: func(n *newcomer) error {
				c, _ := clouds.Named("aliyun")
				client, err := c.New(clouds.Config{Transport: n, Options: &provider.Options{ReadOnly: true}})
				if err != nil {
					return err
				}
				return client.StopInstances(n.Context(), "", []string{"i-1"}, nil)
			},
		},
	}
}
