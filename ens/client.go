package ens

import (
	"cmp"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/alikeys"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Name is the name of the driver.
const Name = "ens"

const (
	apiVersion = "2017-11-10"

	// host serves every node. The SDK would ask a location service for it, which does not know it
	// outside cn-hangzhou.
	host = "ens.aliyuncs.com"

	// apiRegion is the RegionId of every call: where the API is, not where the instances are. The
	// node is EnsRegionId.
	apiRegion = "cn-hangzhou"

	// perCall is the most instances of one create, the most IDs of one describe, and the most rows
	// of one page.
	perCall = 100
)

// Config configures a client. Only Region is required.
type Config struct {
	// Region is the edge node that is used where a spec or a call names none, for example
	// "cn-wuxi-telecom_unicom_cmcc-2". It is never taken from the environment or a profile: those
	// name regions of ECS.
	Region string

	// Credentials are asked before every call. Nil means the vendor's default chain:
	// see the package documentation.
	Credentials provider.CredentialsSource

	// Profile names a profile of the vendor's profile files. Its credentials are then the only ones
	// that are looked for. "" means the default chain. It must be empty beside Credentials.
	Profile string

	// Endpoint is where calls go instead of ens.aliyuncs.com: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]" for plain HTTP, which carries
	// passwords in clear. "{region}" in it stands for the region of the API, which is
	// cn-hangzhou for every node.
	Endpoint string

	// EndpointFor returns the endpoint of a region, in the forms of Endpoint; "" leaves it
	// to Endpoint, and then to the vendor's table. It must be quick, do no I/O, and be safe
	// for concurrent use. Its region is that of the API, as in Endpoint.
	EndpointFor func(region string) string

	// Transport carries every call. It must not retry. Nil means transports of the
	// client's own, which use the proxy of the environment and verify certificates: up
	// to eight kept connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for one account on ENS, or [provider.FieldErrors] with every problem of
// cfg. It does no I/O: the first call looks for credentials.
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

// driver is one account on ENS. It is immutable.
type driver struct {
	region   string
	ownCloud bool             // the program has chosen the endpoint
	caller   *alicloud.Caller // the only way to the SDK
	support  provider.Support
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)
	_ provider.Renamer      = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	c.Require(cfg.Region != "", "Config.Region", nil, "required, for example cn-wuxi-telecom_unicom_cmcc-2;"+
		" a region of the environment or of a profile is one of ECS, and no edge node")
	checkRegion(&c, "Config.Region", cfg.Region)
	ownCloud := cfg.Endpoint != "" || cfg.EndpointFor != nil
	checkForeign(&c, "Config.Region", cfg.Region, ownCloud)
	caller, err := alicloud.New(alicloud.Config{
		Driver:         Name,
		Check:          &c,
		Credentials:    alikeys.ForConfig(&c, cfg.Credentials, cfg.Profile, alikeys.Options{Transport: cfg.Transport}),
		Endpoint:       cfg.Endpoint,
		EndpointFor:    cfg.EndpointFor,
		Transport:      cfg.Transport,
		VendorEndpoint: func(string) (string, error) { return host, nil },
		Errors:         errorTable,
	})
	if err != nil {
		return nil, err
	}
	return &driver{region: cfg.Region, ownCloud: ownCloud, caller: caller, support: supportTable()}, nil
}

// Name returns "ens".
func (d *driver) Name() string { return Name }

// Support returns the support table.
func (d *driver) Support() provider.Support { return d.support }

// Limits returns the documented limits. FirstLook is a guess, because the vendor publishes no boot
// times. The rates of releases, starts, stops, reboots, changes and notices are guesses too: they are
// those of creates.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: perCall,
		IDsPerDescribe:     perCall,
		IDsPerTerminate:    1,
		IDsPerPower:        1, // the form of the list in the calls for several is unverified
		TerminateByBilling: true,
		NameMarker:         true,
		NameLength:         maxName,
		Rates: map[provider.API]provider.Rate{
			provider.APIRunInstances:       {Calls: 10, Per: time.Second},
			provider.APIDescribeInstances:  {Calls: 100, Per: time.Second},
			provider.APITerminateInstances: {Calls: 10, Per: time.Second},
			provider.APIStartInstances:     {Calls: 10, Per: time.Second},
			provider.APIStopInstances:      {Calls: 10, Per: time.Second},
			provider.APIRebootInstances:    {Calls: 10, Per: time.Second},
			provider.APIRenameInstance:     {Calls: 10, Per: time.Second},
			apiDescribeRegions:             {Calls: 10, Per: time.Second}, // documented, as the next one
			apiDescribeNetworks:            {Calls: 10, Per: time.Second},

			"TagInstances":    {Calls: 10, Per: time.Second},
			"UntagInstances":  {Calls: 10, Per: time.Second},
			"ModifyInstances": {Calls: 10, Per: time.Second},
			"RenewInstance":   {Calls: 10, Per: time.Second},
			"DescribeNotices": {Calls: 10, Per: time.Second},
		},
		RatesSpanRegions: true, // they are of the account
		FirstLook:        40 * time.Second,
	}
}

// regionOf returns the region of a call, which is a node: that of the client if the call names none.
func (d *driver) regionOf(region string) string { return cmp.Or(region, d.region) }
