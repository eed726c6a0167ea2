package qingcloud

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yunify/qingcloud-sdk-go/config"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Name is the name of the driver.
const Name = "qingcloud"

// callsPerHour is the documented limit of an account over all actions.
const callsPerHour = 2000

// perCall is the most instances of one create, the most IDs of one call, and the most rows
// of one page. For describes it is the documented maximum. The other calls have none that is
// documented.
const perCall = 100

// Config configures a client. Only Region is required.
type Config struct {
	// Region is the zone that is used where a spec or a call names none, for example
	// "pek3a".
	Region string

	// Credentials are asked before every call. Nil means the environment: see the
	// package documentation.
	Credentials provider.CredentialsSource

	// Endpoint is where calls go instead of api.qingcloud.com: "host[:port]" or
	// "https://host[:port]", or "http://host[:port]" for plain HTTP, which carries
	// passwords in clear. A path replaces /iaas/.
	Endpoint string

	// Transport carries every call. It must not retry. Nil means transports of the
	// client's own, which use the proxy of the environment and verify certificates: up
	// to eight kept connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for one account on QingCloud, or [provider.FieldErrors] with every
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

// driver is one account on QingCloud. It is immutable, except for the tally of its calls.
type driver struct {
	region      string
	credentials provider.CredentialsSource
	sdk         *config.Config
	transports  oncehttp.Pair
	support     provider.Support
	inputNames  []string // of a create

	calls tally
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)
	_ provider.Renamer      = (*driver)(nil)
	_ provider.JobDriver    = (*driver)(nil)

	_ provider.PlacementGroupDriver = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	c.Require(cfg.Region != "", "Config.Region", nil, "required, for example pek3a")
	checkRegion(&c, "Config.Region", cfg.Region)
	sdk := endpoint(&c, cfg.Endpoint)
	if err := c.Err(); err != nil {
		return nil, err
	}
	d := &driver{
		region:      cfg.Region,
		credentials: cfg.Credentials,
		sdk:         sdk,
		transports:  oncehttp.NewPair(cfg.Transport),
		support:     supportTable(),
		inputNames:  inputNames(),
	}
	if d.credentials == nil {
		d.credentials = environment{}
	}
	return d, nil
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

// pathForm is a path that the SDK signs as it sends it.
var pathForm = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*/?$`)

// endpoint fills the SDK's configuration by hand: its constructors change a global log
// level, and its builder panics on an address that it cannot parse.
func endpoint(c *provider.Checker, s string) *config.Config {
	cfg := &config.Config{Protocol: "https", Host: "api.qingcloud.com", Port: 443, URI: "/iaas/"}
	if s == "" {
		return cfg
	}
	e, ok := oncehttp.ParseEndpoint(s)
	// The value may hold a user's password, so the error does not repeat it.
	c.Require(ok, "Config.Endpoint", nil, oncehttp.RuleEndpoint)
	cfg.Protocol, cfg.Host, cfg.Port = e.Scheme, e.HostOnly(), e.Port()
	if strings.Trim(e.Path, "/") != "" {
		cfg.URI = e.Path
	}
	// For exactly /iam the SDK would add the parameters of another service.
	c.Require(pathForm.MatchString(cfg.URI) && cfg.URI != "/iam", "Config.Endpoint", nil,
		"has a path that cannot be signed")
	return cfg
}

// host returns where calls go, without the port that goes without saying.
func (d *driver) host() string {
	usual := map[string]int{"https": 443, "http": 80}
	if d.sdk.Port == usual[d.sdk.Protocol] {
		return d.sdk.Host
	}
	return d.sdk.Host + ":" + strconv.Itoa(d.sdk.Port)
}

// environment reads credentials from the environment. It is the chain of this adapter.
type environment struct{}

// Credentials returns the first pair of variables of which at least one is set.
func (environment) Credentials(context.Context) (provider.Credentials, error) {
	for _, v := range [][2]string{
		{"QINGCLOUD_ACCESS_KEY_ID", "QINGCLOUD_SECRET_ACCESS_KEY"},
		{"QINGCLOUD_ACCESS_KEY", "QINGCLOUD_SECRET_KEY"},
	} {
		id, secret := os.Getenv(v[0]), os.Getenv(v[1])
		if id != "" && secret != "" {
			return provider.Credentials{AccessKeyID: id, AccessKeySecret: provider.Secret(secret)}, nil
		}
		if id != "" || secret != "" {
			return provider.Credentials{}, errors.New("only one of " + v[0] + " and " + v[1] + " is set")
		}
	}
	return provider.Credentials{}, errors.New("QINGCLOUD_ACCESS_KEY_ID and QINGCLOUD_SECRET_ACCESS_KEY are not set")
}

// credentialsError stops a call before it is made.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }

// askCredentials asks the source and refuses what cannot be used.
func (d *driver) askCredentials(ctx context.Context) (provider.Credentials, error) {
	creds, err := provider.AskCredentials(ctx, d.credentials)
	if err == nil {
		err = checkCredentials(creds)
	}
	if err != nil {
		return provider.Credentials{}, &credentialsError{err}
	}
	return creds, nil
}

// checkCredentials refuses credentials that the SDK would not use as they are. With an
// empty key it would ask a metadata service, and it drops blanks around a key.
func checkCredentials(c provider.Credentials) error {
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return errors.New("access key ID or secret is empty")
	}
	for _, s := range []string{c.AccessKeyID, c.AccessKeySecret.Reveal()} {
		if strings.TrimSpace(s) != s {
			return errors.New("access key ID or secret begins or ends with a blank")
		}
	}
	if c.SecurityToken != "" {
		return errors.New("temporary credentials with a security token are not supported")
	}
	return nil
}
