package aliyun

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/alikeys"
	"github.com/yunfan-cloud/yunfan/internal/regions"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// Name is the name of the driver.
const Name = "aliyun"

// apiVersion is that of every call.
const apiVersion = "2014-05-26"

// perCall is the most instances of one create, the most IDs of one call, and the most rows of one
// page.
const (
	perCall  = 100
	pageSize = "100" // the same, as parameters have it
)

// Config configures a client. The zero value takes region and credentials from where the vendor's
// tools keep them.
type Config struct {
	// Region is used where a spec or a call names none, for example "cn-hangzhou". "" means the one
	// of Profile, or of the environment, or of the current profile: see the package documentation.
	// New then reads local files.
	Region string

	// Credentials are asked before every call. Nil means the vendor's default chain:
	// see the package documentation.
	Credentials provider.CredentialsSource

	// Profile names a profile of the vendor's profile files. Its credentials are then the only ones
	// that are looked for. "" means the default chain. It must be empty beside Credentials.
	Profile string

	// Endpoint is where calls go instead of the endpoint of the region: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]" for plain HTTP, which carries
	// passwords in clear. "{region}" in it stands for the region, as in
	// "ecs-vpc.{region}.aliyuncs.com", which serves the private networks of each region. The catalog
	// reads networks at the host of the VPC product beside it; a host of your own serves both.
	Endpoint string

	// EndpointFor returns the endpoint of a region, in the forms of Endpoint; "" leaves it to
	// Endpoint, and then to the vendor's table. It must be quick, do no I/O, and be safe for
	// concurrent use.
	EndpointFor func(region string) string

	// Transport carries every call. It must not retry. Nil means transports of the
	// client's own, which use the proxy of the environment and verify certificates: up
	// to eight kept connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for one account on ECS, or [provider.FieldErrors] with every problem of
// cfg. It calls nothing: the first call looks for credentials. It reads local files only to find a
// region when cfg has none.
func New(cfg Config) (*provider.Client, error) {
	d, err := newDriver(cfg)
	if err != nil {
		return nil, err
	}
	var o provider.Options
	if cfg.Options != nil {
		o = *cfg.Options
	}
	o.Region = d.region
	return provider.NewClient(d, &o), nil
}

// driver is one account on ECS. It is immutable.
type driver struct {
	region   string
	ownCloud bool             // the program has chosen the endpoint
	caller   *alicloud.Caller // the only way to the SDK
	support  provider.Support
	mapped   map[string]bool // see mappedParams
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)
	_ provider.NameNumberer = (*driver)(nil)
	_ provider.AccessProber = (*driver)(nil)

	_ launchtemplate.Driver = (*driver)(nil)
	_ placement.Driver      = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	if cfg.Region == "" {
		region, err := alikeys.Region(cfg.Profile, cfg.Credentials != nil)
		if err != nil {
			c.Require(false, "Config.Region", nil, "required, for example cn-hangzhou; no region was found: "+err.Error())
		}
		cfg.Region = region
	}
	checkRegion(&c, "Config.Region", cfg.Region)
	ownCloud := cfg.Endpoint != "" || cfg.EndpointFor != nil
	checkForeign(&c, "Config.Region", cfg.Region, likeRegion, ownCloud)
	caller, err := alicloud.New(alicloud.Config{
		Driver:         Name,
		Check:          &c,
		Credentials:    alikeys.ForConfig(&c, cfg.Credentials, cfg.Profile, alikeys.Options{Transport: cfg.Transport}),
		Endpoint:       cfg.Endpoint,
		EndpointFor:    cfg.EndpointFor,
		Transport:      cfg.Transport,
		VendorEndpoint: endpointFor,
		Errors:         errorTable,
	})
	if err != nil {
		return nil, err
	}
	support := supportTable()
	return &driver{region: cfg.Region, ownCloud: ownCloud, caller: caller, support: support, mapped: mappedParams(support)}, nil
}

// Name returns "aliyun".
func (d *driver) Name() string { return Name }

// Support returns the support table.
func (d *driver) Support() provider.Support { return d.support }

// Limits returns the documented limits. The rates are unverified, and a cautious start: the real
// ones are per minute, API, region and account, and only the account's quota center shows them. The
// one of prices is documented.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: perCall,
		ListsRunning:       true,
		IDsPerDescribe:     perCall,
		IDsPerTerminate:    perCall,
		IDsPerPower:        perCall,
		IDsPerMove:         1,

		IDsPerGroupDescribe: setsByID,
		ClientToken:         true,
		PartialCreates:      true, // MinAmount
		TagFilterCap:        1000, // "a tag or a set of tags cannot be used to filter more than 1,000 resources"
		Idempotent:          []provider.API{"CreatePlacementGroup", "ResizeInstance", "RenewInstance"},
		Rates: map[provider.API]provider.Rate{
			provider.APIRunInstances:       {Calls: 300, Per: time.Minute},
			provider.APIDescribeInstances:  {Calls: 480, Per: time.Minute},
			provider.APITerminateInstances: {Calls: 300, Per: time.Minute},
			provider.APIStartInstances:     {Calls: 300, Per: time.Minute},
			provider.APIStopInstances:      {Calls: 300, Per: time.Minute},
			provider.APIRebootInstances:    {Calls: 300, Per: time.Minute},

			"DescribePrice":         {Calls: 500, Per: time.Minute}, // documented
			"DescribeImages":        {Calls: 300, Per: time.Minute},
			"DescribeInstanceTypes": {Calls: 300, Per: time.Minute},
			"DescribeStock":         {Calls: 300, Per: time.Minute},
			"DescribeZones":         {Calls: 300, Per: time.Minute},

			"TagInstances":    {Calls: 1000, Per: time.Minute}, // documented
			"UntagInstances":  {Calls: 1000, Per: time.Minute},
			"ModifyInstances": {Calls: 300, Per: time.Minute},
			"ResizeInstance":  {Calls: 100, Per: time.Minute},
			"RenewInstance":   {Calls: 100, Per: time.Minute},
			"DescribeNotices": {Calls: 300, Per: time.Minute}, // 500 for events
		},
		FirstLook: 12 * time.Second, // unverified: a vendor page says 20 to 40 s for Linux
	}
}

// regionOf returns the region of a call: that of the client if the call names none.
func (d *driver) regionOf(region string) string { return cmp.Or(region, d.region) }

// endpointFor returns the host that serves a region. The host follows from the name of the region.
// Exceptions are the first region, and closed regions for tests, finance and government, which a
// central host serves.
func endpointFor(region string) (string, error) {
	switch region {
	case "cn-hangzhou", "cn-fujian", "cn-haidian-cm12-c01", "cn-beijing-nu16-b01", "cn-hangzhou-bj-b01",
		"cn-hangzhou-internal-prod-1", "cn-hangzhou-internal-test-1", "cn-hangzhou-internal-test-2",
		"cn-hangzhou-internal-test-3", "cn-hangzhou-test-306", "cn-shanghai-et15-b01", "cn-shanghai-et2-b01",
		"cn-shanghai-finance-1", "cn-shanghai-internal-test-1", "cn-shenzhen-finance-1", "cn-shenzhen-st4-d01",
		"cn-shenzhen-su18-b01", "cn-zhangbei-na61-b01":
		return "ecs-cn-hangzhou.aliyuncs.com", nil
	case "ap-northeast-2-pop", "cn-beijing-finance-pop", "cn-beijing-gov-1", "cn-hangzhou-finance",
		"cn-hongkong-finance-pop", "cn-north-2-gov-1", "cn-shanghai-inner", "cn-shenzhen-inner", "cn-wuhan",
		"cn-yushanfang", "cn-zhangbei", "rus-west-1-pop":
		return "ecs.aliyuncs.com", nil
	case "cn-edge-1", "cn-huhehaote-nebula-1", "cn-zhengzhou-nebula-1":
		return "ecs.cn-qingdao-nebula.aliyuncs.com", nil
	case "cn-zhangjiakou-na62-a01":
		return "ecs.cn-zhangjiakou.aliyuncs.com", nil
	case "eu-west-1-oxs":
		return "ecs.cn-shenzhen-cloudstone.aliyuncs.com", nil
	}
	if reason := regions.Foreign(region, likeRegion, regions.Alibaba); reason != "" {
		return "", fmt.Errorf("region %q %s", region, reason)
	}
	return "ecs." + region + ".aliyuncs.com", nil
}
