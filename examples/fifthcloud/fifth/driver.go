package fifth

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/driverkit"
)

// Name is the name of the driver. It is part of errors, tokens and log records.
const Name = "fifth"

// perCall is the most instances of one create, IDs of one call, and rows of one page.
const perCall = 50

// Config configures a client. Region and Credentials are required.
type Config struct {
	Region      string
	Credentials provider.CredentialsSource
	Endpoint    string            // "" means https://api.fifth.example
	Transport   http.RoundTripper // nil means driverkit's own
	Options     *provider.Options // nil means the defaults
}

// New returns a client for one account on Fifth Cloud, or [provider.FieldErrors]. It does no I/O.
func New(cfg Config) (*provider.Client, error) {
	if cfg.Endpoint == "" {
		cfg.Endpoint = "https://api.fifth.example"
	}
	c := provider.Checker{Driver: Name}
	c.Require(cfg.Region != "", "Config.Region", nil, "required, for example north-1")
	c.Require(cfg.Credentials != nil, "Config.Credentials", nil, "required")
	u, err := url.Parse(cfg.Endpoint)
	isURL := err == nil && u.Host != ""
	c.Require(isURL, "Config.Endpoint", nil, "must be a URL") // not shown: it may hold a password
	if err := c.Err(); err != nil {
		return nil, err
	}
	d := &driver{
		endpoint: strings.TrimSuffix(cfg.Endpoint, "/"),
		support:  provider.NewSupport(Name, supportTable()),
		caller: driverkit.NewCaller(driverkit.Config{
			Driver: Name, Codes: codes, Credentials: cfg.Credentials, Transport: cfg.Transport,
		}),
	}
	var o provider.Options
	if cfg.Options != nil {
		o = *cfg.Options
	}
	o.Region = cfg.Region
	return provider.NewClient(d, &o), nil
}

// driver is one account on Fifth Cloud. It is immutable, so that it is safe for concurrent use.
type driver struct {
	endpoint string
	support  provider.Support
	caller   *driverkit.Caller
}

// What the driver can do. A further ability is one more interface here.
var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
)

// Name implements [provider.Driver].
func (d *driver) Name() string { return Name }

// Support implements [provider.Driver].
func (d *driver) Support() provider.Support { return d.support }

// Limits implements [provider.Driver]. Every number is from the cloud's documents.
func (d *driver) Limits() provider.Limits {
	return provider.Limits{
		InstancesPerCreate: perCall,
		IDsPerDescribe:     perCall,
		IDsPerTerminate:    perCall,
		ClientToken:        true, // the most important line: a lost answer is asked for again
		Rates: map[provider.API]provider.Rate{
			provider.APIRunInstances:       {Calls: 20, Per: time.Second},
			provider.APIDescribeInstances:  {Calls: 50, Per: time.Second},
			provider.APITerminateInstances: {Calls: 20, Per: time.Second},
		},
		FirstLook: 4 * time.Second,
	}
}
