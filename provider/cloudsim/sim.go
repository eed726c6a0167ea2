package cloudsim

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ecs"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ens"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
)

// Clouds returns the simulated services in a fixed order.
func Clouds() []Cloud { return []Cloud{ECS, ENS, CVM, QingCloud} }

// Options configure a [Sim]. The zero value and nil are both useful.
type Options struct {
	// AccessKeyID and AccessKeySecret are the one key pair that all four clouds
	// know. Empty means [DefaultAccessKeyID] and [DefaultAccessKeySecret].
	AccessKeyID, AccessKeySecret string

	// SecurityToken, if set, must come with every request, as for temporary (STS)
	// credentials.
	SecurityToken string

	// Seed makes IDs, addresses and boot times reproducible. Zero is a seed
	// like any other.
	Seed uint64

	// Boot returns the random time from an accepted create to running. It is called
	// once for each instance. Nil means always 2 s. It is called with the cloud's lock
	// held and must not call the Sim.
	Boot func(c Cloud, r *rand.Rand) time.Duration

	// Rates are call rates that the clouds enforce; see [DocumentedRates]. Nil
	// enforces none.
	Rates map[Cloud][]Rate

	// TokenLife is how long a cloud remembers a client token after the create that used
	// it. After that time the same token creates again. Zero means forever; no vendor
	// documents a time.
	TokenLife time.Duration

	// Regions are regions that the clouds have besides those of the documents, for example
	// the zones of a private QingCloud. A region with the ID of a documented one replaces it.
	Regions map[Cloud][]Region

	// Inventories are what the clouds offer. A cloud without one shows [DefaultInventory] and
	// accepts every ID of the right form.
	Inventories map[Cloud]*Inventory

	// Logger receives one record for each call: a warning if the cloud refused it, for example
	// an unknown action or a wrong parameter; information if a fault hit it; else a record for
	// debugging. Records have the fields of [Call] and no secret. Nil means no log.
	Logger *slog.Logger
}

// Sim is a simulated account on four clouds. Create it with [New]; reach it over
// [Sim.Transport], [Sim.Handler] or [Sim.Start]. All methods are safe for concurrent
// use. A Sim starts no goroutine: the state of an instance is computed from the process
// clock when a call reads it.
type Sim struct {
	opts   Options
	record record
	faults atomic.Int64 // number of the latest fault

	mu     sync.RWMutex // guards the map, which Reset replaces
	clouds map[Cloud]*core.Service
}

// New returns a simulator with no instances. Nil options mean the defaults.
func New(o *Options) *Sim {
	s := &Sim{}
	if o != nil {
		s.opts = *o
	}
	s.opts.AccessKeyID = cmp.Or(s.opts.AccessKeyID, DefaultAccessKeyID)
	s.opts.AccessKeySecret = cmp.Or(s.opts.AccessKeySecret, DefaultAccessKeySecret)
	if s.opts.Boot == nil {
		s.opts.Boot = func(Cloud, *rand.Rand) time.Duration { return 2 * time.Second }
	}
	s.record.log = s.opts.Logger
	s.clouds = s.newServices(s.opts.Seed)
	return s
}

// newServices returns the four clouds without instances.
func (s *Sim) newServices(seed uint64) map[Cloud]*core.Service {
	return map[Cloud]*core.Service{
		ECS:       core.NewService(s.config(ECS, seed), ECS, ecs.New),
		ENS:       core.NewService(s.config(ENS, seed), ENS, ens.New),
		CVM:       core.NewService(s.config(CVM, seed), CVM, cvm.New),
		QingCloud: core.NewService(s.config(QingCloud, seed), QingCloud, qingcloud.New),
	}
}

// Reset makes the account empty, as it was after New: no instances, client tokens, orders,
// templates, groups, faults, counted calls and recorded calls. Calls under way end in the
// old account. A seed that was used before gives the same IDs again: then a client that
// still works for the old account may meet instances of the new one.
func (s *Sim) Reset(seed uint64) {
	fresh := s.newServices(seed)
	s.mu.Lock()
	s.clouds = fresh
	s.mu.Unlock()
	s.record.clear()
}

// config returns the part of the options that one cloud gets.
func (s *Sim) config(c Cloud, seed uint64) core.Config {
	cfg := core.Config{
		AccessKeyID:     s.opts.AccessKeyID,
		AccessKeySecret: s.opts.AccessKeySecret,
		SecurityToken:   s.opts.SecurityToken,
		Seed:            seed,
		Boot:            func(r *rand.Rand) time.Duration { return s.opts.Boot(c, r) },
		TokenLife:       s.opts.TokenLife,
		Regions:         s.opts.coreRegions(c),
		Inventory:       s.opts.Inventories[c],
		Observer:        s.observer,
	}
	for _, r := range s.opts.Rates[c] {
		cfg.Rates = append(cfg.Rates, core.Rate(r))
	}
	return cfg
}

// Handler returns the HTTP service of one cloud, for use in your own HTTP server. It
// panics for a cloud that is not simulated.
func (s *Sim) Handler(c Cloud) http.Handler {
	_ = s.cloud(c) // for the panic
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.cloud(c).ServeHTTP(w, r) })
}

// Instances returns a snapshot of every instance that was created and is not gone, on
// the named clouds (none means all), in order of creation. It includes instances that
// the cloud does not show, or not yet: see [Instance].VisibleAt.
func (s *Sim) Instances(clouds ...Cloud) []Instance {
	return s.collect(clouds, false)
}

// Everything is like [Sim.Instances] but includes instances that are gone.
func (s *Sim) Everything(clouds ...Cloud) []Instance {
	return s.collect(clouds, true)
}

func (s *Sim) collect(clouds []Cloud, everything bool) []Instance {
	if len(clouds) == 0 {
		clouds = Clouds()
	}
	var out []Instance
	for _, name := range clouds {
		for _, i := range s.cloud(name).Snapshots(everything) {
			out = append(out, Instance(i))
		}
	}
	return out
}

// Calls returns how many requests with a valid signature reached one API action of a
// cloud ("" counts all actions). It includes refused requests and those with injected
// faults.
func (s *Sim) Calls(name Cloud, action string) int {
	return s.cloud(name).Calls(action)
}

// Actions returns the names of the API actions of a cloud, in order.
func (s *Sim) Actions(name Cloud) []string { return s.cloud(name).Wire.Actions() }

func (s *Sim) cloud(name Cloud) *core.Service {
	c := s.services()[name]
	if c == nil {
		panic("cloudsim: no such cloud: " + string(name) + ", want one of " + joinClouds())
	}
	return c
}

// services returns the clouds. Nobody changes the map; Reset replaces it.
func (s *Sim) services() map[Cloud]*core.Service {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.clouds
}

func joinClouds() string {
	names := make([]string, 0, 4)
	for _, c := range Clouds() {
		names = append(names, string(c))
	}
	slices.Sort(names)
	return "[" + names[0] + " " + names[1] + " " + names[2] + " " + names[3] + "]"
}
