package tencent

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	credentials "github.com/yunfan-cloud/yunfan/provider/credential"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/tencent/internal/credential"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// Name is the name of the driver.
const Name = "tencent"

// defaultHost serves every region but those of finance: the region is a header of the request,
// and the name resolves to an access point near the caller. The rate limits count by access
// point, so a host per region would not raise them for one program.
const defaultHost = "cvm.tencentcloudapi.com"

// financeRegions is how the names of regions end that are a network of their own. Each of them has
// a host of its own, and the other hosts do not serve it.
const financeRegions = "-fsi"

// perCall is the most instances of one create, the most IDs of one call, and the most rows of one
// page. It is the documented limit of every call about instances.
const perCall = 100

// filtersPerCall is the documented number of filters of a describe.
const filtersPerCall = 10

// Config configures a client. Its zero value serves where the environment or a profile gives a region
// and credentials.
type Config struct {
	// Region is used where a spec or a call names none, for example "ap-guangzhou". "" takes it
	// from the environment or a profile: see the package documentation.
	Region string

	// Credentials are asked before every call. Nil means Profile, or else the default chain: see
	// [DefaultCredentials].
	Credentials provider.CredentialsSource

	// Profile is the only source of credentials: see [ProfileCredentials]. "" leaves it to
	// Credentials. Both together are an error.
	Profile string

	// Endpoint is where calls go instead of the vendor's own hosts, which are
	// cvm.tencentcloudapi.com, and cvm.{region}.tencentcloudapi.com for the regions of finance:
	// "host[:port]" or "https://host[:port]", or "http://host[:port]" for plain HTTP, which
	// carries passwords in clear. "{region}" in it stands for the region of the call.
	//
	// Accounts of the international site use cvm.intl.tencentcloudapi.com. Inside of the
	// vendor's own network there is cvm.internal.tencentcloudapi.com.
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

// New returns a client for one account on CVM, or [provider.FieldErrors] with every problem of
// cfg. The first call looks for credentials. New itself makes no call; without a Region it reads the
// environment, and local profile files if that has none.
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

// driver is one account on CVM. It is immutable, except for the SDK clients that it keeps
// and for the hosts that have answered.
type driver struct {
	region      string
	ownCloud    bool // the program has chosen the endpoint
	endpoints   oncehttp.Endpoints
	answered    oncehttp.Answered
	credentials provider.CredentialsSource
	transport   *wire.Guard
	support     provider.Support

	mu      sync.Mutex
	clients map[clientKey]keyedClient
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)

	_ provider.NameNumberer = (*driver)(nil)
	_ launchtemplate.Driver = (*driver)(nil)
	_ placement.Driver      = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	sources := credential.New(credential.Options{Transport: cfg.Transport})
	region := regionFor(&c, cfg, sources)
	alone := cfg.Profile == "" || cfg.Credentials == nil
	c.Require(alone, "Config.Profile", cfg.Profile, "must be empty when Config.Credentials is set: which of the two is meant?")
	endpoints, ok := oncehttp.NewEndpoints(cfg.Endpoint, cfg.EndpointFor)
	plain, _ := oncehttp.NewEndpoints(cfg.Endpoint, nil)
	at, _, _ := plain.For("region")
	ok = ok && !hasPath(at)
	// The value is not shown: a URL may hold a password.
	c.Require(ok, "Config.Endpoint", nil, oncehttp.RuleEndpoint)
	if err := c.Err(); err != nil {
		return nil, err
	}
	d := &driver{
		region:      region,
		ownCloud:    cfg.Endpoint != "" || cfg.EndpointFor != nil,
		endpoints:   endpoints,
		credentials: cfg.Credentials,
		transport:   &wire.Guard{Pair: oncehttp.NewPair(cfg.Transport)},
		support:     supportTable(),
		clients:     map[clientKey]keyedClient{},
	}
	switch {
	case d.credentials != nil:
	case cfg.Profile != "":
		d.credentials = sources.Profile(cfg.Profile)
	default:
		d.credentials = sources.Chain()
	}
	return d, nil
}

// regionFor returns the region of a configuration, or the one that the environment or a profile gives.
func regionFor(c *provider.Checker, cfg Config, sources *credential.Sources) string {
	region, err := cfg.Region, error(nil)
	if region == "" {
		region, err = sources.Region(cfg.Profile, cfg.Credentials != nil)
	}
	if err != nil {
		c.Fail("Config.Region", nil, "required, for example ap-guangzhou; no region was found: "+err.Error())
		return ""
	}
	checkRegion(c, "Config.Region", region)
	checkForeign(c, "Config.Region", region, likeRegion, cfg.Endpoint != "" || cfg.EndpointFor != nil)
	return region
}

// Name returns "tencent".
func (d *driver) Name() string { return Name }

// Support returns the support table.
func (d *driver) Support() provider.Support { return d.support }

// Limits returns the documented limits. The call rates count by account, call and access point
// (cloud.tencent.com/document/product/1278/109059). Where no rate of a call is known, it has the
// lowest of the others. InstanceCount may be up to 500, but the price inquiry for the same
// request takes 100, and so does every call about instances: a create of 100 is one unit for all
// of them. MinCount works for some accounts and regions only, so PartialCreates is not set.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: perCall,
		ListsRunning:       true,
		IDsPerDescribe:     perCall,
		IDsPerTerminate:    perCall,
		TerminateByBilling: true,
		RecycleBin:         true,
		IDsPerPower:        perCall,
		ClientToken:        true,

		IDsPerMove:              perCall,
		IDsPerGroupDescribe:     groupsPerCall,
		TemplateVersionsInherit: true,
		Idempotent: []provider.API{
			"CreateLaunchTemplate",
			"CreateLaunchTemplateVersion",
			"CreatePlacementGroup",
		},
		Rates:            callRates(),
		RatesSpanRegions: true, // they are of the access point, which serves all regions
		FirstLook:        15 * time.Second,
	}
}

// callRates returns the documented rates, and 10 a second for calls without one.
func callRates() map[provider.API]provider.Rate {
	return map[provider.API]provider.Rate{
		provider.APIRunInstances:       {Calls: 10, Per: time.Second},
		provider.APIDescribeInstances:  {Calls: 40, Per: time.Second},
		provider.APITerminateInstances: {Calls: 10, Per: time.Second},
		provider.APIStartInstances:     {Calls: 10, Per: time.Second},
		provider.APIStopInstances:      {Calls: 10, Per: time.Second},
		provider.APIRebootInstances:    {Calls: 10, Per: time.Second},

		"CreateLaunchTemplate":            {Calls: 10, Per: time.Second},
		"CreateLaunchTemplateVersion":     {Calls: 20, Per: time.Second},
		"DescribeLaunchTemplates":         {Calls: 10, Per: time.Second},
		"DescribeLaunchTemplateVersions":  {Calls: 20, Per: time.Second},
		"SetDefaultLaunchTemplateVersion": {Calls: 10, Per: time.Second},
		"DeleteLaunchTemplateVersions":    {Calls: 20, Per: time.Second},
		"DeleteLaunchTemplate":            {Calls: 10, Per: time.Second},

		"CreatePlacementGroup":    {Calls: 10, Per: time.Second},
		"DescribePlacementGroups": {Calls: 10, Per: time.Second},
		"ModifyPlacementGroup":    {Calls: 10, Per: time.Second},
		"MoveIntoPlacementGroup":  {Calls: 10, Per: time.Second},
		"DeletePlacementGroup":    {Calls: 10, Per: time.Second},

		"DescribeRegions":        {Calls: 20, Per: time.Second},
		"DescribeZones":          {Calls: 20, Per: time.Second},
		"DescribeInstanceTypes":  {Calls: 20, Per: time.Second}, // half of 40: stock is asked by the same call
		"DescribeStock":          {Calls: 20, Per: time.Second},
		"DescribePrice":          {Calls: 10, Per: time.Second},
		"DescribeImages":         {Calls: 10, Per: time.Second},
		"DescribeKeyPairs":       {Calls: 10, Per: time.Second},
		"DescribeQuotas":         {Calls: 10, Per: time.Second},
		"DescribeNetworks":       {Calls: 10, Per: time.Second},
		"DescribeSubnets":        {Calls: 10, Per: time.Second},
		"DescribeSecurityGroups": {Calls: 10, Per: time.Second},

		"TagInstances":    {Calls: 20, Per: time.Second},
		"UntagInstances":  {Calls: 20, Per: time.Second},
		"ModifyInstances": {Calls: 10, Per: time.Second},
		"ResizeInstance":  {Calls: 10, Per: time.Second},
		"RenewInstance":   {Calls: 10, Per: time.Second},
		"DescribeNotices": {Calls: 10, Per: time.Second},
	}
}

// regionOf returns the region of a call: that of the client if the call names none.
func (d *driver) regionOf(region string) string { return cmp.Or(region, d.region) }

// endpointOf returns where calls about a region go, or an error about the form of the region or
// about a text of EndpointFor. It does not show that text: a URL may hold a password.
func (d *driver) endpointOf(region string) (oncehttp.Endpoint, error) {
	if region != d.region { // which was checked before
		c := &provider.Checker{Driver: Name}
		checkRegion(c, "Region", region)
		if err := c.Err(); err != nil {
			return oncehttp.Endpoint{}, err
		}
	}
	at, chosen, err := d.endpoints.For(region)
	switch {
	case err == nil && !chosen:
		c := &provider.Checker{Driver: Name}
		checkForeign(c, "Region", region, likeRegion, false)
		return oncehttp.Endpoint{Scheme: "https", Host: hostOf(region)}, c.Err()
	case err != nil, hasPath(at):
		return at, &provider.FieldError{
			Driver: Name, Path: "Config.EndpointFor", Reason: "the endpoint of " + region + " " + oncehttp.RuleEndpoint,
		}
	}
	return at, nil
}

// hostOf returns the vendor's host of a region.
func hostOf(region string) string {
	if strings.HasSuffix(region, financeRegions) {
		return "cvm." + region + ".tencentcloudapi.com"
	}
	return defaultHost
}

// hostOfProduct returns the host of another product of the vendor, such as vpc.tencentcloudapi.com: the
// hosts of all products differ in their first word only. A host that does not begin with "cvm" is
// not one of the vendor's, and serves all products.
func hostOfProduct(host, product string) string {
	if rest, ok := strings.CutPrefix(host, cvmProduct+"."); ok {
		return product + "." + rest
	}
	return host
}

// hasPath reports whether an endpoint has a path. The SDK sends every request to "/".
func hasPath(at oncehttp.Endpoint) bool { return strings.Trim(at.Path, "/") != "" }

// askCredentials asks the source and refuses what cannot be used.
func (d *driver) askCredentials(ctx context.Context) (provider.Credentials, error) {
	creds, err := provider.AskCredentials(ctx, d.credentials)
	if err == nil {
		err = credentials.Complete(creds)
	}
	return creds, err
}
