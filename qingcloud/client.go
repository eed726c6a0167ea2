package qingcloud

import (
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

// perCall is how many servers one call may be about. For describes it is the
// documented maximum; the other calls have none that is documented.
const perCall = 100

// Config configures a client. Region is required.
type Config struct {
	// Region is the zone used where a spec or a call names none.
	Region string

	// Credentials give the key pair. Nil means the environment, as the package
	// documentation says.
	Credentials provider.CredentialsSource

	// Endpoint is where the API is: "" for api.qingcloud.com, "host[:port]" or
	// "https://host[:port]" for HTTPS there, "http://host[:port]" for plain
	// HTTP. A path replaces /iaas/.
	Endpoint string

	// Transport carries every call. Nil means transports of the client's own:
	// certificates verified, proxies from the environment, up to eight kept
	// connections for reads, a fresh one for each other call.
	Transport http.RoundTripper

	// Options are those of the client: logger, poller, budget, patience. Nil means
	// the defaults. Their Region is replaced by the one above.
	Options *provider.Options
}

// New returns a client for one account, or [provider.FieldErrors] with every
// problem of cfg. It makes no call.
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

// driver is QingCloud. Everything in it but the tally is read-only.
type driver struct {
	region  string
	creds   provider.CredentialsSource
	sdk     *config.Config
	support provider.Support

	inputNames []string // of a create

	transports oncehttp.Pair
	calls      tally
}

var (
	_ provider.Driver       = (*driver)(nil)
	_ provider.RunValidator = (*driver)(nil)
	_ provider.RunPreviewer = (*driver)(nil)
	_ provider.ErrorLister  = (*driver)(nil)
	_ provider.PowerDriver  = (*driver)(nil)
	_ provider.Renamer      = (*driver)(nil)

	_ provider.PlacementGroupDriver = (*driver)(nil)
)

func newDriver(cfg Config) (*driver, error) {
	c := provider.Checker{Driver: Name}
	c.Require(cfg.Region != "", "Config.Region", nil, "required, for example pek3a")
	if cfg.Region != "" {
		checkRegion(&c, "Config.Region", cfg.Region)
	}
	sdk := endpoint(&c, cfg.Endpoint)
	if err := c.Err(); err != nil {
		return nil, err
	}
	d := &driver{
		region:     cfg.Region,
		creds:      cfg.Credentials,
		sdk:        sdk,
		support:    supportTable(),
		inputNames: inputNames(),
		transports: oncehttp.NewPair(cfg.Transport),
	}
	if d.creds == nil {
		d.creds = environment{}
	}
	return d, nil
}

// Name returns "qingcloud".
func (d *driver) Name() string { return Name }

// Support returns the support table.
func (d *driver) Support() provider.Support { return d.support }

// Limits returns the documented limits; the package documentation says which of
// them are choices.
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
		// addresses; one at a time, it hides no other.
		IDsPerGroupDescribe: 1,
		Rates:               map[provider.API]provider.Rate{provider.AnyAPI: {Calls: callsPerHour, Per: time.Hour, Burst: 100}},
		FirstLook:           8 * time.Second,
	}
}

// zone returns the zone of a call.
func (d *driver) zone(region string) string {
	if region == "" {
		return d.region
	}
	return region
}

var pathForm = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*/?$`)

// endpoint fills the SDK's configuration by hand: its constructors change a
// global log level, and its builder panics on an address it cannot parse.
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
	c.Require(pathForm.MatchString(cfg.URI) && cfg.URI != "/iam", "Config.Endpoint", nil, "has a path that cannot be signed")
	return cfg
}

// host is where calls go, as a person would write it.
func (d *driver) host() string {
	if d.sdk.Protocol == "https" && d.sdk.Port == 443 || d.sdk.Protocol == "http" && d.sdk.Port == 80 {
		return d.sdk.Host
	}
	return d.sdk.Host + ":" + strconv.Itoa(d.sdk.Port)
}

// environment is the credential chain of the package.
type environment struct{}

// Credentials returns the first pair of variables of which any is set.
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

// credentials asks the source and refuses what cannot be used. With an empty
// key the SDK would ask a metadata service; around a key it drops blanks.
func (d *driver) credentials(ctx context.Context) (provider.Credentials, error) {
	c, err := provider.AskCredentials(ctx, d.creds)
	switch {
	case err != nil:
	case c.AccessKeyID == "" || c.AccessKeySecret == "":
		err = errors.New("access key ID or secret is empty")
	case strings.TrimSpace(c.AccessKeyID) != c.AccessKeyID || strings.TrimSpace(c.AccessKeySecret.Reveal()) != c.AccessKeySecret.Reveal():
		err = errors.New("access key ID or secret begins or ends with a blank")
	case c.SecurityToken != "":
		err = errors.New("temporary credentials with a security token are not supported")
	}
	if err != nil {
		return provider.Credentials{}, &credentialsError{err}
	}
	return c, nil
}
