package qingcloud

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yunify/qingcloud-sdk-go/config"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	credentials "github.com/yunfan-cloud/yunfan/provider/credential"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/qingcloud/internal/credential"
)

// Name is the name of the driver.
const Name = "qingcloud"

// callsPerHour is the documented limit of an account over all actions.
const callsPerHour = 2000

// perCall is the most instances of one create, the most IDs of one call, and the most rows
// of one page. For describes it is the documented maximum. The other calls have none that is
// documented.
const perCall = 100

// Config configures a client. Its zero value serves where the environment or a configuration file gives
// a zone and credentials.
type Config struct {
	// Region is the zone that is used where a spec or a call names none, for example
	// "pek3a". "" takes it from the environment or a configuration file: see the package
	// documentation.
	Region string

	// Credentials are asked before every call. Nil means Profile, or else the default chain:
	// see the package documentation.
	Credentials provider.CredentialsSource

	// Profile is the path of a configuration file in the form of ~/.qingcloud/config.yaml. It
	// is then the only source of credentials. "" leaves it to Credentials. Both together are
	// an error.
	Profile string

	// Endpoint is where calls go instead of api.qingcloud.com, for example to a private
	// cloud: "host[:port]" or "https://host[:port]", or "http://host[:port]" for plain
	// HTTP, which carries passwords in clear. A path replaces /iaas/. "{region}" in it
	// stands for the region of a call. If Endpoint, EndpointFor and Credentials are all
	// empty, it is taken from where the credentials are: see the package documentation.
	Endpoint string

	// EndpointFor returns the endpoint of a region, in the forms of Endpoint; "" leaves it
	// to Endpoint, and then to the vendor's table. It must be quick, do no I/O, and be safe
	// for concurrent use. Nil leaves all regions to Endpoint.
	EndpointFor func(region string) string

	// Transport carries every call. It must not retry. Nil means transports of the
	// client's own, which use the proxy of the environment and verify certificates: up
	// to eight kept connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for one account on QingCloud, or [provider.FieldErrors] with every
// problem of cfg. The first call looks for credentials. New itself makes no call. Where a Region or an
// Endpoint is left to them, it reads the environment and the configuration file.
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

// driver is one account on QingCloud. It is immutable, except for the tally of its calls and
// for the hosts that have answered.
type driver struct {
	region      string
	ownCloud    bool // the program or a file has chosen the endpoint
	credentials provider.CredentialsSource
	endpoints   oncehttp.Endpoints // those of the program; a region without one is the vendor's
	transports  oncehttp.Pair
	support     provider.Support
	inputNames  []string // of a create

	calls    tally
	answered oncehttp.Answered
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)
	_ provider.Renamer      = (*driver)(nil)
	_ provider.JobDriver    = (*driver)(nil)

	_ placement.Driver = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	alone := cfg.Profile == "" || cfg.Credentials == nil
	c.Require(alone, "Config.Profile", cfg.Profile, "must be empty when Config.Credentials is set: which of the two is meant?")
	sources := credential.New(cfg.Transport, cfg.Profile)
	at := placeFor(&c, cfg, sources)
	checkRegion(&c, "Config.Region", at.Zone)
	ownCloud := at.Endpoint != "" || cfg.EndpointFor != nil
	checkForeign(&c, "Config.Region", at.Zone, ownCloud)
	endpoints := checkEndpoints(&c, at.From, at.Endpoint, cfg.EndpointFor)
	if err := c.Err(); err != nil {
		return nil, err
	}
	d := &driver{
		region:      at.Zone,
		ownCloud:    ownCloud,
		credentials: cfg.Credentials,
		endpoints:   endpoints,
		transports:  oncehttp.NewPair(cfg.Transport),
		support:     supportTable(),
		inputNames:  inputNames(),
	}
	if d.credentials == nil {
		d.credentials = sources.Chain()
	}
	return d, nil
}

// placeFor returns the zone and the endpoint of a configuration. What it leaves open is taken from the
// environment or the configuration file.
func placeFor(c *provider.Checker, cfg Config, sources *credential.Sources) credential.Place {
	at := credential.Place{Zone: cfg.Region, Endpoint: cfg.Endpoint, From: "Config.Endpoint"}
	endpointIsOpen := cfg.Endpoint == "" && cfg.EndpointFor == nil && cfg.Credentials == nil
	if cfg.Region != "" && !endpointIsOpen {
		return at
	}
	found, looked, err := sources.Place(cfg.Credentials == nil)
	switch {
	case err != nil && cfg.Profile != "":
		c.Fail("Config.Profile", nil, err.Error())
		return at
	case err != nil && cfg.Region == "":
		c.Fail("Config.Region", nil, err.Error())
		return at
	case err != nil:
		c.Fail("Config.Endpoint", nil, err.Error())
		return at
	}
	if at.Zone = cmp.Or(cfg.Region, found.Zone); at.Zone == "" {
		c.Fail("Config.Region", nil, "required, for example pek3a; no zone was found: looked at: "+strings.Join(looked, "; "))
	}
	if endpointIsOpen && found.Endpoint != "" {
		at.Endpoint, at.From = found.Endpoint, found.From
	}
	return at
}

// Name returns "qingcloud".
func (d *driver) Name() string { return Name }

// Support returns the support table.
func (d *driver) Support() provider.Support { return d.support }

// Limits returns the documented limits. The package documentation says which of them are
// choices of this adapter.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: perCall,
		IDsPerDescribe:     perCall,
		IDsPerTerminate:    perCall,
		RecycleBin:         true,
		IDsPerPower:        perCall,
		NameMarker:         true,
		NameLength:         maxName,
		IDsPerMove:         perCall,
		// An unknown ID may fail a whole describe, as the vendor says of jobs and
		// addresses. Asked for alone, it hides no other group.
		IDsPerGroupDescribe: 1,
		Rates: map[provider.API]provider.Rate{
			provider.AnyAPI: {Calls: callsPerHour, Per: time.Hour, Burst: 100},
		},
		FirstLook: 8 * time.Second,
	}
}

// regionOf returns the region of a call: that of the client if the call names none.
func (d *driver) regionOf(region string) string { return cmp.Or(region, d.region) }

// identityPath is where requests go that are signed with temporary keys: the service of roles checks
// their token and passes them on. The SDK uses it in place of any other path, too.
const identityPath = "/iam/"

// place is where the calls of a region go.
type place struct {
	sdk    *config.Config
	chosen bool // by the program
}

// placeOf finds where a region is served. It fills the SDK's configuration by hand: its
// constructors change a global log level, and its builder panics on an address that it cannot
// parse.
func (d *driver) placeOf(region string) (place, error) {
	c := provider.Checker{Driver: Name}
	c.Require(region != "", "Region", nil, "is required")
	checkRegion(&c, "Region", region)
	if err := c.Err(); err != nil {
		return place{}, err
	}
	at, chosen, err := d.endpoints.For(region)
	if err != nil {
		c.Fail("Config.EndpointFor", nil, err.Error())
		return place{}, c.Err()
	}
	checkForeign(&c, "Region", region, chosen)
	cfg := &config.Config{Protocol: "https", Host: "api.qingcloud.com", Port: 443, URI: "/iaas/"}
	if chosen {
		cfg.Protocol, cfg.Host, cfg.Port = at.Scheme, at.HostOnly(), at.Port()
		checkPath(&c, "Config.EndpointFor", at)
	}
	if strings.Trim(at.Path, "/") != "" {
		cfg.URI = at.Path
	}
	return place{cfg, chosen}, c.Err()
}

// checkEndpoints reads the endpoints of a configuration. A text may hold a user's password, so
// the error does not repeat it.
func checkEndpoints(c *provider.Checker, from, text string, of func(region string) string) oncehttp.Endpoints {
	own, ok := oncehttp.NewEndpoints(text, nil)
	at, _, err := own.For("region")
	readable := ok && err == nil
	c.Require(readable, from, nil, oncehttp.RuleEndpoint)
	checkPath(c, from, at)
	own, _ = oncehttp.NewEndpoints(text, of)
	return own
}

// pathForm is a path that the SDK signs as it sends it.
var pathForm = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*/?$`)

// checkPath checks the path of an endpoint. For exactly /iam the SDK would add the parameters
// of another service.
func checkPath(c *provider.Checker, field string, at oncehttp.Endpoint) {
	ok := pathForm.MatchString(at.Path) && at.Path != "/iam"
	c.Require(ok, field, nil, "has a path that cannot be signed")
}

// host returns where calls go, without the port that goes without saying.
func (p place) host() string {
	usual := map[string]int{"https": 443, "http": 80}
	if p.sdk.Port == usual[p.sdk.Protocol] {
		return p.sdk.Host
	}
	return p.sdk.Host + ":" + strconv.Itoa(p.sdk.Port)
}

// missing is the message of a call that found no service.
func (p place) missing(region string) string {
	if p.chosen {
		return fmt.Sprintf(
			"no service at %s: are Config.Endpoint and Config.EndpointFor right for region %q?", p.host(), region)
	}
	return fmt.Sprintf("no service at %s: does region %q exist? If it does, set Config.Endpoint", p.host(), region)
}

// credentialsError stops a call before it is made.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }

// askCredentials asks the source and refuses what cannot be used.
func (d *driver) askCredentials(ctx context.Context) (provider.Credentials, error) {
	creds, err := provider.AskCredentials(ctx, d.credentials)
	if err == nil {
		err = credentials.Complete(creds)
	}
	if err != nil {
		return provider.Credentials{}, &credentialsError{err}
	}
	return creds, nil
}
