package clouds

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Account is an account on a cloud as files have it: a Config without what belongs to the program,
// such as a logger. A program may have Accounts in a form of its own: see [specfile.Decode] and
// [Accounts.Check].
type Account struct {
	// Cloud is the name of the cloud: one of [Names].
	Cloud string

	// Region is used where a spec names none. "" means the region of the profile or of the
	// environment, except for ENS.
	Region string

	// Profile names a profile of the cloud's own tools, for the credentials, as in [Config]. It excludes
	// Credentials.
	Profile string

	// Endpoint is where calls go instead of the cloud's own hosts, as in [Config].
	Endpoint string

	// Credentials are a key pair by reference. Without them, the default chain of the cloud is used.
	Credentials *Keys

	// ReadOnly refuses every call that could change anything, before it is sent.
	ReadOnly bool

	// Rates replace the call rates of the cloud, by the name of the call, for accounts with other
	// quotas: see [provider.Options].
	Rates map[provider.API]provider.Rate

	// RetryFor is how long one call is repeated. 0 means 2 minutes; negative means never.
	RetryFor time.Duration

	// FirstLook is how long after a create new instances are looked at first. 0 means the guess of
	// the adapter.
	FirstLook time.Duration

	// VisibleWithin is how long a new instance may stay unknown to other calls. 0 means 2 minutes.
	VisibleWithin time.Duration

	// SearchFor is how long the instances of a create whose answer was lost are looked for. 0 means
	// VisibleWithin. Shorten it for simulators only.
	SearchFor time.Duration
}

// Keys are a key pair of an account. In a file, each part is a reference such as env:NAME.
type Keys struct {
	// AccessKeyID is the ID of the key. It is no secret, but it is kept where the others are.
	AccessKeyID provider.Secret

	// AccessKeySecret is the secret of the key.
	AccessKeySecret provider.Secret

	// SecurityToken is that of temporary credentials. Permanent keys have none.
	SecurityToken provider.Secret
}

// Config returns the configuration of the account. Its Options are its own: the program may set
// Logger, Tracer, Poller and Budget there.
func (a Account) Config() Config {
	c := Config{Cloud: a.Cloud, Region: a.Region, Profile: a.Profile, Endpoint: a.Endpoint}
	c.Options = &provider.Options{
		ReadOnly: a.ReadOnly, Rates: maps.Clone(a.Rates), RetryFor: a.RetryFor,
		FirstLook: a.FirstLook, VisibleWithin: a.VisibleWithin, SearchFor: a.SearchFor,
	}
	if k := a.Credentials; k != nil {
		c.Credentials = provider.StaticCredentials(k.AccessKeyID.Reveal(), k.AccessKeySecret, k.SecurityToken)
	}
	return c
}

// Accounts are the accounts of a file by name. The same account should have one client in a
// program: clients share describe calls and call rates only through their Poller and Budget.
type Accounts map[string]Account

// Names returns the names of the accounts, sorted.
func (a Accounts) Names() []string { return slices.Sorted(maps.Keys(a)) }

// Config returns the configuration of an account, or an error that matches
// [provider.ErrInvalid] and has the nearest name.
func (a Accounts) Config(name string) (Config, error) {
	account, ok := a[name]
	if !ok {
		return Config{}, fmt.Errorf("%w: account %q: %s", provider.ErrInvalid, name, a.Unknown(name))
	}
	return account.Config(), nil
}

// Unknown says what a name that is no account was perhaps meant to be, for a problem of a file that
// refers to accounts.
func (a Accounts) Unknown(name string) string {
	if near := specfile.Nearest(name, a.Names()); near != "" {
		return "unknown account; did you mean " + near + "?"
	}
	if len(a) == 0 {
		return "unknown account: there are none"
	}
	return "unknown account; there are " + strings.Join(a.Names(), ", ")
}

// Clients returns a client of each account, by its name. Change, which may be nil, changes a
// configuration before its client is made: it sets a logger, for example. Accounts of one cloud
// with the same credentials should share a Poller and a Budget: Change sets those too.
func (a Accounts) Clients(change func(name string, cfg *Config)) (map[string]*provider.Client, error) {
	clients := map[string]*provider.Client{}
	for _, name := range a.Names() {
		cfg := a[name].Config()
		if change != nil {
			change(name, &cfg)
		}
		client, err := New(cfg)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
		clients[name] = client
	}
	return clients, nil
}
