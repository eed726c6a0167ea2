package clouds

import (
	"net/http"
	"strings"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// Config configures a client of any cloud. Cloud is required; Region too, where neither the environment
// nor a profile gives one.
type Config struct {
	// Cloud is the name of the adapter: one of [Names].
	Cloud string

	// Region is used where a spec or a call names none. What a region is depends on the cloud: for
	// QingCloud it is a zone, for ENS an edge node. "" means the region of the profile or of the
	// environment, except for ENS; New then reads local files.
	Region string

	// Credentials are asked before every call. Nil means the default chain of the cloud, which the
	// documentation of each adapter describes.
	Credentials provider.CredentialsSource

	// Profile names a profile of the cloud's own tools, whose credentials are then the only ones that
	// are looked for; for QingCloud it is the path of a configuration file. "" means the default
	// chain. It must be empty beside Credentials.
	Profile string

	// Endpoint is where calls go instead of the cloud's own hosts: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]" for plain HTTP, which carries passwords in
	// clear. "{region}" in it stands for the region of a call.
	Endpoint string

	// EndpointFor returns the endpoint of a region, in the forms of Endpoint; "" leaves it to
	// Endpoint, and then to the cloud's own table. It must be quick, do no I/O, and be safe for
	// concurrent use.
	EndpointFor func(region string) string

	// Transport carries every call. It must not retry. Nil means transports of the client's own.
	Transport http.RoundTripper

	// Options are those of the client. Nil means the defaults. Their Region is replaced by the
	// one above.
	Options *provider.Options
}

// adapter is one cloud.
type adapter struct {
	name string
	new  func(Config) (*provider.Client, error)
	run  provider.VendorOption // the zero options of its creates
}

// adapters returns all clouds, in the order of Names.
func adapters() []adapter {
	return []adapter{
		{aliyun.Name, newAliyun, aliyun.RunOptions{}},
		{ens.Name, newENS, ens.RunOptions{}},
		{tencent.Name, newTencent, tencent.RunOptions{}},
		{qingcloud.Name, newQingCloud, qingcloud.RunOptions{}},
	}
}

// Names returns the names of all clouds, always in the same order.
func Names() []string {
	var names []string
	for _, a := range adapters() {
		names = append(names, a.name)
	}
	return names
}

// Vendors returns the zero options of the creates of each cloud, in the order of [Names]. It is what
// Options.Vendors of package specfile takes in a program that reads specs for all clouds.
func Vendors() []provider.VendorOption {
	var list []provider.VendorOption
	for _, a := range adapters() {
		list = append(list, a.run)
	}
	return list
}

// New returns a client for one account on the cloud that cfg names, or [provider.FieldErrors] with
// every problem of cfg. It calls nothing: the first call looks for credentials. It reads local files only
// where a region is missing.
func New(cfg Config) (*provider.Client, error) {
	for _, a := range adapters() {
		if a.name == cfg.Cloud {
			return a.new(cfg)
		}
	}
	return nil, provider.FieldErrors{{Path: "Config.Cloud", Value: cfg.Cloud, Reason: unknown(cfg.Cloud)}}
}

// unknown says what a name that is no cloud was perhaps meant to be.
func unknown(name string) string {
	all := strings.Join(Names(), ", ")
	if name == "" {
		return "required: one of " + all
	}
	if near := Nearest(name); near != "" {
		return "unknown cloud; did you mean " + near + "?"
	}
	return "unknown cloud; one of " + all
}

// otherNames are what people call the clouds.
var otherNames = map[string]string{
	"alibaba": aliyun.Name, "alibabacloud": aliyun.Name, "alicloud": aliyun.Name, "ali": aliyun.Name, "ecs": aliyun.Name,
	"阿里云": aliyun.Name, "edge": ens.Name, "tencentcloud": tencent.Name, "qcloud": tencent.Name, "cvm": tencent.Name,
	"腾讯云": tencent.Name, "qing": qingcloud.Name, "yunify": qingcloud.Name, "青云": qingcloud.Name,
}

// Nearest returns the name of the cloud that a word is most likely meant to be, or "" when none is near:
// by what people call the clouds ("alibaba", "edge", "qcloud"), and else by [specfile.Nearest].
func Nearest(word string) string {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(word))
	if name := otherNames[plain]; name != "" {
		return name
	}
	return specfile.Nearest(word, Names())
}

func newAliyun(c Config) (*provider.Client, error) {
	return aliyun.New(aliyun.Config{
		Region: c.Region, Credentials: c.Credentials, Profile: c.Profile, Endpoint: c.Endpoint,
		EndpointFor: c.EndpointFor, Transport: c.Transport, Options: c.Options,
	})
}

func newENS(c Config) (*provider.Client, error) {
	return ens.New(ens.Config{
		Region: c.Region, Credentials: c.Credentials, Profile: c.Profile, Endpoint: c.Endpoint,
		EndpointFor: c.EndpointFor, Transport: c.Transport, Options: c.Options,
	})
}

func newTencent(c Config) (*provider.Client, error) {
	return tencent.New(tencent.Config{
		Region: c.Region, Credentials: c.Credentials, Profile: c.Profile, Endpoint: c.Endpoint,
		EndpointFor: c.EndpointFor, Transport: c.Transport, Options: c.Options,
	})
}

func newQingCloud(c Config) (*provider.Client, error) {
	return qingcloud.New(qingcloud.Config{
		Region: c.Region, Credentials: c.Credentials, Profile: c.Profile, Endpoint: c.Endpoint,
		EndpointFor: c.EndpointFor, Transport: c.Transport, Options: c.Options,
	})
}
