package aliyun

import (
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Name is the name of the driver.
const Name = "aliyun"

const apiVersion = "2014-05-26"

// perCreate is how many instances one create may ask for.
const perCreate = 100

// pageSize is the most that DescribeInstances returns. Its default is 10: asked
// for 100 IDs without a page size, it silently answers 10.
const pageSize = "100"

// Config configures a client. Only Region is required.
type Config struct {
	// Region is used where a spec or a call names none, for example
	// "cn-hangzhou".
	Region string

	// Credentials are asked before every call. Nil means the vendor's default
	// chain: see the package documentation.
	Credentials provider.CredentialsSource

	// Endpoint overrides the endpoint of the region, which is otherwise known
	// without a network: "host[:port]" or "https://host[:port]", or
	// "http://host[:port]" for plain HTTP, which carries passwords in clear.
	Endpoint string

	// Transport carries every call. Nil means transports of the client's own,
	// which use the proxy of the environment and verify certificates: up to eight
	// kept connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for Alibaba Cloud ECS, or [provider.FieldErrors] with every
// problem of cfg. It does no I/O: the first call looks for credentials.
func New(cfg Config) (*provider.Client, error) {
	d, err := newDriver(cfg)
	if err != nil {
		return nil, err
	}
	var o provider.Options
	if cfg.Options != nil {
		o = *cfg.Options
	}
	o.Region = cfg.Region
	return provider.NewClient(d, &o), nil
}

// driver is one account on ECS.
type driver struct {
	region  string
	caller  *alicloud.Caller
	support provider.Support
	mapped  map[string]bool
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.ErrorLister  = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)
	_ provider.NameNumberer = (*driver)(nil)
	_ provider.NameShifter  = (*driver)(nil)
	_ provider.AccessProber = (*driver)(nil)

	_ provider.LaunchTemplateDriver = (*driver)(nil)
	_ provider.PlacementGroupDriver = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	check := provider.Checker{Driver: Name}
	check.Require(cfg.Region != "", "Config.Region", nil, "required, for example cn-hangzhou")
	check.Require(cfg.Region == "" || alicloud.IsRegion(cfg.Region), "Config.Region", cfg.Region, alicloud.RuleRegion)
	caller, err := alicloud.New(alicloud.Config{
		Driver:      Name,
		Check:       &check,
		Credentials: cfg.Credentials,
		Endpoint:    cfg.Endpoint,
		Transport:   cfg.Transport,
		EndpointFor: endpointFor,
		Errors:      errorTable,
	})
	if err != nil {
		return nil, err
	}
	support := supportTable()
	return &driver{region: cfg.Region, caller: caller, support: support, mapped: mappedParams(support)}, nil
}

// Name returns "aliyun".
func (d *driver) Name() string { return Name }

// Support returns the support table.
func (d *driver) Support() provider.Support { return d.support }

// Limits returns the documented limits. The rates are a cautious start, and
// unverified: the real ones are per API, region and account, and only the
// account's quota center shows them.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: perCreate,
		ListsRunning:       true,
		IDsPerDescribe:     100,
		IDsPerTerminate:    100,
		IDsPerPower:        100,
		IDsPerMove:         1,

		IDsPerGroupDescribe: setsByID,
		ClientToken:         true,
		PartialCreates:      true, // MinAmount
		TagFilterCap:        1000, // "a tag or a set of tags cannot be used to filter more than 1,000 resources"
		Idempotent:          []provider.API{provider.APICreatePlacementGroup},
		Rates: map[provider.API]provider.Rate{
			provider.APIRunInstances:       {Calls: 5, Per: time.Second},
			provider.APIDescribeInstances:  {Calls: 8, Per: time.Second},
			provider.APITerminateInstances: {Calls: 5, Per: time.Second},
			provider.APIStartInstances:     {Calls: 5, Per: time.Second},
			provider.APIStopInstances:      {Calls: 5, Per: time.Second},
			provider.APIRebootInstances:    {Calls: 5, Per: time.Second},
		},
		FirstLook: 12 * time.Second, // unverified: Linux is said to take 20 to 40 s
	}
}

// endpointFor returns the host that serves a region. Regions are regular but
// for the first one and for closed ones: test, finance and government regions
// that a central endpoint serves.
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
	return "ecs." + region + ".aliyuncs.com", nil
}
