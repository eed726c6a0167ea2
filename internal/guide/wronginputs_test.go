package guide_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	factory "github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/qingcloud"
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

// RoundTrip records a call and refuses it.
func (n *newcomer) RoundTrip(r *http.Request) (*http.Response, error) {
	n.sent = append(n.sent, r.Method+" "+r.URL.Host)
	return nil, errors.New("no network here")
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

func TestSixtyWrongInputs(t *testing.T) {
	inputs := wrongInputs()
	for _, w := range inputs {
		t.Run(w.name, func(t *testing.T) {
			n := newNewcomer(t)
			err := w.given(n)
			t.Logf("%v", err)
		})
	}
	_ = context.Canceled
}

func wrongInputs() []wrong {
	type S = provider.RunInstancesSpec
	return []wrong{
		{name: "a negative count", given: run("aliyun", func(s *S) { s.Count = -1 })},
		{name: "more at least than at most", given: run("aliyun", func(s *S) { s.Count, s.MinCount = 2, 3 })},
		{name: "no image", given: run("aliyun", func(s *S) { s.ImageID = "" })},
		{name: "no instance type", given: run("tencent", func(s *S) { s.InstanceType = "" })},
		{name: "an unknown billing mode", given: run("aliyun", func(s *S) { s.Billing.Mode = "spott" })},
		{name: "months without prepaid", given: run("aliyun", func(s *S) { s.Billing.Period = 3 })},
		{name: "a price that is no number", given: run("aliyun", func(s *S) {
			s.Billing.Mode, s.Billing.Spot = provider.Spot, provider.SpotOptions{Strategy: provider.SpotPriceLimit, MaxPrice: "cheap"}
		})},
		{name: "spot where there is none", given: run("qingcloud", func(s *S) { s.Billing.Mode = provider.Spot })},
		{name: "a zone where there are none", given: run("qingcloud", func(s *S) { s.Zone = "pek3a" })},
		{name: "a subnet with a blank", given: run("aliyun", func(s *S) { s.Network.SubnetID = " vsw-1" })},
		{name: "the region of another cloud", given: run("tencent", func(s *S) { s.Region = "cn-hangzhou" })},
		{name: "a zone for a region", given: run("tencent", func(s *S) { s.Region = "ap-guangzhou-3" })},
		{name: "a region with a blank", given: run("aliyun", func(s *S) { s.Region = "cn hangzhou" })},
		{name: "a weak password", given: run("aliyun", func(s *S) { s.Login.Password = "hunter" })},
		{name: "a password and a key pair", given: run("tencent", func(s *S) { s.Login.Password, s.Login.KeyPairs = secret, []string{"skey-1"} })},
		{name: "a small disk", given: run("aliyun", func(s *S) { s.SystemDisk.SizeGiB = 1 })},
		{name: "a host name with a dot", given: run("qingcloud", func(s *S) { s.HostName = "-web" })},
		{name: "user data that is too long", given: run("tencent", func(s *S) { s.UserData = provider.UserData(strings.Repeat(secret, 4000)) })},
		{name: "a tag of the library", given: run("aliyun", func(s *S) { s.Tags = map[string]string{"yunfan:owner": "x"} })},
		{name: "a tag that begins with the vendor", given: run("aliyun", func(s *S) { s.Tags = map[string]string{"aliyun": "x"} })},
		{name: "no public address on ENS", given: run("ens", func(s *S) { s.Network.PublicIP = nil })},
		{name: "a raw parameter that a field sets", given: run("aliyun", func(s *S) {
			s.Vendor = []provider.VendorOption{aliyun.RunOptions{Params: map[string]string{"ImageId": "x"}}}
		})},
		{name: "options of one type twice", given: run("tencent", func(s *S) {
			s.Vendor = []provider.VendorOption{tencent.RunOptions{}, tencent.RunOptions{}}
		})},
		{name: "an odd instance class", given: run("qingcloud", func(s *S) {
			class := 99
			s.Vendor = []provider.VendorOption{qingcloud.RunOptions{InstanceClass: &class}}
		})},
		{name: "an odd ens option", given: run("ens", func(s *S) {
			s.Vendor = []provider.VendorOption{ens.RunOptions{Params: map[string]string{"": "x"}}}
		})},

		{name: "a cloud with a typing error", given: made(factory.Config{Cloud: "tencnet", Region: "ap-guangzhou"})},
		{name: "a cloud that is not here", given: made(factory.Config{Cloud: "aws", Region: "us-east-1"})},
		{name: "no region", given: made(factory.Config{Cloud: "aliyun"})},
		{name: "an endpoint of another protocol", given: made(factory.Config{Cloud: "aliyun", Region: "cn-hangzhou", Endpoint: "ftp://example.com"})},
		{name: "an endpoint with a port that is none", given: made(factory.Config{Cloud: "tencent", Region: "ap-guangzhou", Endpoint: "example.com:99999"})},
		{name: "an endpoint with keys in it", given: made(factory.Config{Cloud: "tencent", Region: "ap-guangzhou", Endpoint: "https://me:" + secret + "@example.com"})},
		{name: "an endpoint with a path", given: made(factory.Config{Cloud: "ens", Region: "cn-hangzhou-44", Endpoint: "https://example.com/v1"})},
		{name: "a profile beside credentials", given: func(*newcomer) error {
			_, err := aliyun.New(aliyun.Config{Region: "cn-hangzhou", Profile: "p", Credentials: provider.StaticCredentials("a", secret, "")})
			return err
		}},

		{name: "no keys anywhere", given: keys("qingcloud", func(*newcomer) {})},
		{name: "half a pair of keys", given: keys("aliyun", func(n *newcomer) { n.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI") })},
		{name: "half a pair of tencent", given: keys("tencent", func(n *newcomer) { n.env("TENCENTCLOUD_SECRET_KEY", secret) })},
		{name: "an empty key", given: keys("tencent", func(n *newcomer) { n.env("TENCENTCLOUD_SECRET_ID", "AKID", "TENCENTCLOUD_SECRET_KEY", "") })},
		{name: "half a pair of qingcloud", given: keys("qingcloud", func(n *newcomer) { n.env("QINGCLOUD_ACCESS_KEY_ID", "QY") })},
		{name: "a profile that is not there", given: func(n *newcomer) error {
			n.file(".aliyun/config.json", `{"current":"default","profiles":[{"name":"default","mode":"AK","access_key_id":"a","access_key_secret":"`+secret+`"}]}`)
			client, err := aliyun.New(aliyun.Config{Region: "cn-hangzhou", Profile: "prod", Transport: n})
			if err != nil {
				return err
			}
			c, _ := clouds.Named("aliyun")
			_, err = client.RunInstances(n.Context(), c.Spec, nil)
			return err
		}},
		{name: "a profile file that is no JSON", given: keys("aliyun", func(n *newcomer) { n.file(".aliyun/config.json", `{"current": "default", `+secret) })},
		{name: "a profile of a mode that nobody knows", given: keys("aliyun", func(n *newcomer) {
			n.file(".aliyun/config.json", `{"current":"default","profiles":[{"name":"default","mode":"Magic"}]}`)
		})},
		{name: "a file without a default section", given: keys("tencent", func(n *newcomer) { n.file(".tencentcloud/credentials", "[prod]\nsecret_id = a\nsecret_key = "+secret+"\n") })},
		{name: "a configuration that is no YAML", given: keys("qingcloud", func(n *newcomer) { n.file(".qingcloud/config.yaml", "qy_access_key_id: 'a\nqy_secret_access_key: "+secret+"\n") })},
		{name: "a key file with a blank at the end", given: keys("qingcloud", func(n *newcomer) { n.env("QINGCLOUD_ACCESS_KEY_ID", "QY", "QINGCLOUD_SECRET_ACCESS_KEY", secret+"\n") })},

		{name: "an unknown field of a file", given: spec("version: 1\nspec:\n  zonne: a\n")},
		{name: "a fraction of an instance", given: spec("version: 1\nspec:\n  count: 2.5\n")},
		{name: "a password in a file", given: spec("version: 1\nspec:\n  login: {password: " + secret + "}\n")},
		{name: "a file without a version", given: spec("spec: {}\n")},
		{name: "a day for a time", given: spec("version: 1\nspec:\n  autoReleaseTime: tomorrow\n")},
		{name: "a variable that is not set", given: spec("version: 1\nspec:\n  login: {password: env:WEB_PASSWORD}\n")},
		{name: "a file that is not there", given: func(n *newcomer) error {
			_, err := specfile.ReadFile(filepath.Join(n.home, "fleet.yml"), nil)
			return err
		}},
		{name: "an account of no cloud", given: accounts("version: 1\nclouds:\n  shop: {region: cn-hangzhou}\n")},
		{name: "an account of a cloud with a typing error", given: accounts("version: 1\nclouds:\n  shop: {cloud: alyun, region: cn-hangzhou}\n")},
		{name: "an account with keys in the file", given: accounts("version: 1\nclouds:\n  shop: {cloud: aliyun, credentials: {accessKeyId: env:ID, accessKeySecret: " + secret + "}}\n")},
		{name: "a duration without a unit", given: accounts("version: 1\nclouds:\n  shop: {cloud: aliyun, region: cn-hangzhou, retryFor: 30}\n")},
		{name: "an account with a typing error", given: func(n *newcomer) error {
			list, err := factory.ReadFile(n.file("clouds.yaml", "version: 1\nclouds:\n  shop: {cloud: aliyun, region: cn-hangzhou}\n"), nil)
			if err != nil {
				n.Fatal(err)
			}
			_, err = list.Config("shp")
			return err
		}},

		{name: "an ID with a slash", given: with("aliyun", provider.RunOptions{OperationID: "job/1"})},
		{name: "an ID on a cloud without tokens", given: with("qingcloud", provider.RunOptions{OperationID: "job-1"})},
		{name: "an owner that is too long", given: with("aliyun", provider.RunOptions{Owner: strings.Repeat("o", 65)})},
		{name: "an owner on qingcloud", given: with("qingcloud", provider.RunOptions{Owner: "me"})},
		{name: "an odd end", given: with("aliyun", provider.RunOptions{OnFailure: "delete"})},
		{name: "an alternative that changes nothing", given: with("aliyun", provider.RunOptions{Alternatives: []provider.Alternative{{}}})},
		{name: "an alternative of another cloud", given: with("qingcloud", provider.RunOptions{Alternatives: []provider.Alternative{{Zone: "pek3b"}}})},

		{name: "no token", given: resumed("aliyun", "aliyun", func(string) string { return "" })},
		{name: "half a token", given: resumed("aliyun", "aliyun", func(s string) string { return s[:len(s)/2] })},
		{name: "a token of another cloud", given: resumed("aliyun", "tencent", func(s string) string { return s })},
		{name: "a token of a newer library", given: resumed("aliyun", "aliyun", func(s string) string { return strings.Replace(s, `"v":1`, `"v":99`, 1) })},
		{name: "an ID instead of a token", given: resumed("aliyun", "aliyun", func(string) string { return "i-bp1abc" })},
		{name: "no IDs to release", given: func(n *newcomer) error {
			client, _ := n.client("tencent")
			_, err := client.TerminateInstances(n.Context(), "", []string{""}, nil)
			return err
		}},
		{name: "IDs beside a name", given: func(n *newcomer) error {
			client, _ := n.client("tencent")
			for _, err := range client.DescribeInstances(n.Context(), provider.Query{IDs: []string{"ins-1"}, Name: "web"}) {
				return err
			}
			return nil
		}},
		{name: "a target that no wait has", given: func(n *newcomer) error {
			client, _ := n.client("tencent")
			_, err := client.WaitInstances(n.Context(), "", []string{"ins-1"}, "runing", nil)
			return err
		}},
		{name: "a sweep without an owner", given: func(n *newcomer) error {
			client, _ := n.client("tencent")
			_, err := client.Sweep(n.Context(), provider.SweepOptions{})
			return err
		}},
		{name: "a strategy of placement that nobody knows", given: func(n *newcomer) error {
			client, _ := n.client("aliyun")
			groups, err := placement.Of(client)
			if err != nil {
				return err
			}
			_, err = groups.Create(n.Context(), placement.Spec{Name: "g", Strategy: "spred"})
			return err
		}},
		{name: "a change through a client that may only read", given: func(n *newcomer) error {
			c, _ := clouds.Named("aliyun")
			client, err := c.New(clouds.Config{Transport: n, Options: &provider.Options{ReadOnly: true}})
			if err != nil {
				return err
			}
			return client.StopInstances(n.Context(), "", []string{"i-1"}, nil)
		}},
	}
}
