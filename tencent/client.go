package tencent

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/credential"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// Name is the name of the driver.
const Name = "tencent"

// defaultHost serves every region: the region is a header of the request, and
// the name resolves to an access point near the caller. The rate limits count by
// access point, so a host per region would not raise them for one program.
const defaultHost = "cvm.tencentcloudapi.com"

// idsPerCall is the documented limit of every call about servers, and the largest
// Limit of a page. It is always asked for: the documented default is 20 rows.
const idsPerCall = 100

// filtersPerCall is the documented number of filters of a describe.
const filtersPerCall = 10

// Config is what [New] needs to know. Only Region is required.
type Config struct {
	// Region is used where a spec or a call names none: "ap-guangzhou".
	Region string

	// Credentials are asked before every call. Nil means the chain that the
	// package documentation describes.
	Credentials provider.CredentialsSource

	// Endpoint replaces cvm.tencentcloudapi.com: "host[:port]" and
	// "https://host[:port]" are HTTPS, "http://host[:port]" is plain HTTP.
	Endpoint string

	// Transport carries every request. Nil means transports of the adapter's own,
	// with the proxy of the environment and TLS verification: up to eight kept
	// connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for CVM, or [provider.FieldErrors] with every problem of
// cfg. It reads neither network nor environment: credentials are looked for at
// the first call.
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

type driver struct {
	region      string
	scheme      string // as the SDK's profile spells it
	host        string
	credentials provider.CredentialsSource
	transport   *wire.Guard
	support     provider.Support

	mu      sync.Mutex
	clients map[string]keyedClient // by region
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.ErrorLister  = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)

	_ provider.NameNumberer         = (*driver)(nil)
	_ provider.LaunchTemplateDriver = (*driver)(nil)
	_ provider.PlacementGroupDriver = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	c.Require(cfg.Region != "", "Config.Region", nil, "required, for example ap-guangzhou")
	c.Require(printable(cfg.Region), "Config.Region", cfg.Region, ruleRegion)
	scheme, host, ok := splitEndpoint(cfg.Endpoint)
	// The value is not shown: a URL may hold a password.
	c.Require(ok, "Config.Endpoint", nil, oncehttp.RuleEndpoint)
	if err := c.Err(); err != nil {
		return nil, err
	}
	d := &driver{
		region:      cfg.Region,
		scheme:      scheme,
		host:        host,
		credentials: cfg.Credentials,
		transport:   &wire.Guard{Pair: oncehttp.NewPair(cfg.Transport)},
		support:     supportTable(),
		clients:     map[string]keyedClient{},
	}
	if d.credentials == nil {
		d.credentials = credential.NewChain(cfg.Transport)
	}
	return d, nil
}

// Name returns "tencent".
func (d *driver) Name() string { return Name }

// Support returns the table of support.go.
func (d *driver) Support() provider.Support { return d.support }

// Limits are the documented ones: the call rates count by account, call and
// access point (cloud.tencent.com/document/product/1278/109059). InstanceCount
// may be up to 500, but the price inquiry for the same request takes 100 and so
// does every call about servers: a create of 100 is one unit for all of them.
// MinCount works for some accounts and regions only, so it is not offered as
// PartialCreates. Where no rate of a call is known, the lowest of the others is
// kept.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: 100,
		ListsRunning:       true,
		IDsPerDescribe:     idsPerCall,
		IDsPerTerminate:    idsPerCall,
		TerminateByBilling: true,
		RecycleBin:         true,
		IDsPerPower:        idsPerCall,
		ClientToken:        true,

		IDsPerMove:              idsPerCall,
		IDsPerGroupDescribe:     groupsPerCall,
		TemplateVersionsInherit: true,
		Idempotent: []provider.API{
			provider.APICreateLaunchTemplate,
			provider.APICreateLaunchTemplateVersion,
			provider.APICreatePlacementGroup,
		},
		Rates: map[provider.API]provider.Rate{
			provider.APIRunInstances:       {Calls: 10, Per: time.Second},
			provider.APIDescribeInstances:  {Calls: 40, Per: time.Second},
			provider.APITerminateInstances: {Calls: 10, Per: time.Second},
			provider.APIStartInstances:     {Calls: 10, Per: time.Second},
			provider.APIStopInstances:      {Calls: 10, Per: time.Second},
			provider.APIRebootInstances:    {Calls: 10, Per: time.Second},

			provider.APICreateLaunchTemplate:            {Calls: 10, Per: time.Second},
			provider.APICreateLaunchTemplateVersion:     {Calls: 20, Per: time.Second},
			provider.APIDescribeLaunchTemplates:         {Calls: 10, Per: time.Second},
			provider.APIDescribeLaunchTemplateVersions:  {Calls: 20, Per: time.Second},
			provider.APISetDefaultLaunchTemplateVersion: {Calls: 10, Per: time.Second},
			provider.APIDeleteLaunchTemplateVersions:    {Calls: 20, Per: time.Second},
			provider.APIDeleteLaunchTemplate:            {Calls: 10, Per: time.Second},

			provider.APICreatePlacementGroup:    {Calls: 10, Per: time.Second},
			provider.APIDescribePlacementGroups: {Calls: 10, Per: time.Second},
			provider.APIModifyPlacementGroup:    {Calls: 10, Per: time.Second},
			provider.APIMoveIntoPlacementGroup:  {Calls: 10, Per: time.Second},
			provider.APIDeletePlacementGroup:    {Calls: 10, Per: time.Second},
		},
		RatesSpanRegions: true, // they are of the access point, which serves all regions
		FirstLook:        15 * time.Second,
	}
}

func (d *driver) regionOf(region string) string {
	if region == "" {
		return d.region
	}
	return region
}

// splitEndpoint returns the scheme as the SDK's profile spells it, and the host.
func splitEndpoint(endpoint string) (scheme, host string, ok bool) {
	if endpoint == "" {
		return "HTTPS", defaultHost, true
	}
	e, ok := oncehttp.ParseEndpoint(endpoint)
	if strings.Trim(e.Path, "/") != "" {
		return "", "", false
	}
	return strings.ToUpper(e.Scheme), e.Host, ok
}

// checkCredentials finds what could not be put into a header: a key that was
// read from a file with its line end.
func checkCredentials(c provider.Credentials) error {
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return errors.New("access key ID or secret is empty")
	}
	for _, s := range []string{c.AccessKeyID, c.AccessKeySecret.Reveal(), c.SecurityToken.Reveal()} {
		if !printable(s) {
			return errors.New("access key ID, secret or token holds a blank or a control character")
		}
	}
	return nil
}

// keyedClient returns an SDK client and the credentials it signs with. It is a
// function because package fmt cannot look into one: whoever prints a client
// must not see its keys.
type keyedClient func() (api, provider.Credentials)

// client returns the SDK client of a region. It is kept until the credentials
// change, so that calls neither build one each nor sign with a former key.
func (d *driver) client(region string, creds provider.Credentials) (api, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if kept, ok := d.clients[region]; ok {
		if c, of := kept(); of == creds {
			return c, nil
		}
	}
	// The SDK would take this client for its own and put our transport into it.
	if common.DefaultHttpClient != nil {
		return nil, errors.New("common.DefaultHttpClient of the Tencent SDK is set: it is shared by the whole process, and the adapter will not change it")
	}
	c, err := d.build(region, creds)
	if err != nil {
		return nil, err
	}
	d.clients[region] = func() (api, provider.Credentials) { return c, creds }
	return c, nil
}

// build switches off whatever the SDK would do by itself: retries that ignore
// ctx, timeouts other than ctx, the region breaker, and a debug log that prints
// passwords.
func (d *driver) build(region string, creds provider.Credentials) (api, error) {
	p := profile.NewClientProfile()
	p.HttpProfile.ReqMethod = http.MethodPost
	p.HttpProfile.ReqTimeout = 0
	p.HttpProfile.Scheme = d.scheme
	p.HttpProfile.Endpoint = d.host
	p.Language = "en-US"
	p.Debug = false
	p.DisableRegionBreaker = true
	p.NetworkFailureMaxRetries = 0
	p.RateLimitExceededMaxRetries = 0
	p.UnsafeRetryOnConnectionFailure = false
	cred := common.NewTokenCredential(creds.AccessKeyID, creds.AccessKeySecret.Reveal(), creds.SecurityToken.Reveal())
	c, err := cvm.NewClient(cred, region, p)
	if err != nil {
		return nil, err
	}
	c.WithHttpTransport(d.transport)
	return sdkClient{c}, nil
}
