package provider

import (
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/yunfan-cloud/yunfan/internal/recent"
	"github.com/yunfan-cloud/yunfan/internal/stock"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
)

// Options configure a [Client]. Nil and the zero value are the defaults.
type Options struct {
	// Region is used where a spec or a call has no region.
	Region string

	// Poller is shared by the clients of one account, so that their waits share describe
	// calls. Nil gives the client its own.
	Poller *Poller

	// Budget is shared by the clients of one account, so that together they stay below the
	// cloud's rates. Nil gives the client its own.
	Budget *Budget

	// Limiter decides when a call may go, below Budget, where several processes share the
	// account and [Budget].Processes is not exact enough. Nil leaves it to Budget.
	Limiter Limiter

	// LimiterOnly fails a call when Limiter fails, with an error that matches
	// [ErrUnavailable]: nothing was sent, and it is repeated for RetryFor. False goes on
	// without the limiter, at the pace of one of [Budget].Processes, or of 8 where that says no
	// number, and asks the limiter again after 5 s.
	LimiterOnly bool

	// Account names the account for Limiter. Only the program knows a name for it. All its
	// processes must use the same. The limiter of one account needs none.
	Account string

	// Rates replace the call rates of the driver, per API, for accounts with other quotas. A
	// rate of no calls means no fixed limit. When clients share a Budget, the first call
	// decides which client's rates apply.
	Rates map[API]Rate

	// RetryFor is how long one call is repeated after it was throttled, or after a
	// failure where a repetition is safe. Reads, releases, starts and stops are always
	// safe; reboots only when they were refused. Creates are repeated by their client
	// token. On clouds without tokens (ENS, QingCloud), the instances of a create whose
	// answer was lost are looked for first (SearchFor). One more create may follow that
	// search, even when the search took longer than RetryFor. Time in the library's own
	// queue does not count. The caller's ctx may end it earlier. 0 means 2 minutes;
	// negative means never.
	//
	// An answer that names fewer instances than were asked for is always asked for again:
	// this proves the number and is not a repetition.
	RetryFor time.Duration

	// FirstLook is how long after the create new instances are looked at first, until the
	// client has learned how long they take. 0 means the driver's guess for its cloud
	// ([Limits].FirstLook). A small value saves time where instances are known to be quick, as
	// in a simulator. The range is 3 s to a minute: other values count as the nearer end.
	FirstLook time.Duration

	// VisibleWithin is how long a new instance may stay unknown to the cloud's other calls
	// before this is reported. A wait then reports it as not visible, and a release as
	// unknown. It never counts as gone. 0 means 2 minutes. No vendor documents such a time.
	VisibleWithin time.Duration

	// SearchFor is how long the instances of a create whose answer was lost are looked for
	// before another create is sent, on clouds without client tokens. 0 means VisibleWithin.
	// Instances that become visible later are reported as surplus when the operation waits,
	// resumes or releases. Shorten it for simulators only.
	SearchFor time.Duration

	// ReadOnly refuses every call that could change anything, before it is sent: creates,
	// releases, starts, stops, renames, and the same for other subjects such as launch
	// templates. The error matches [ErrPermission]. Waits, looks and lists work.
	ReadOnly bool

	// Logger gets a record for each API call, for each repetition with the time until it, and
	// for the end of each create, search, wait, release and method. A record never has a URL, a
	// body, the text of an error or a secret. Reads that succeed are at level Debug. Nil means
	// no records. TELEMETRY.md lists all names of records, spans and metrics.
	//
	// Logger, Tracer and Meter are called in place, often while calls are under way: one that
	// blocks holds those up. One that panics loses what it was given, and nothing else.
	Logger *slog.Logger

	// Tracer makes a span for each method, with each API call as a child. Describe calls of
	// the Poller are shared: their spans link to the waits that they serve, at most 128. They
	// are recorded by the client that used the Poller first. Nil means no spans.
	Tracer trace.TracerProvider

	// Meter makes the metrics. Their attributes are of few values, and never of instances or
	// operations. An instrument that cannot be made is left out, and logged. Nil means none.
	Meter metric.MeterProvider
}

// Client is one account on one cloud: a [Driver] with everything that clouds share. It is safe
// for concurrent use, starts no goroutine that outlives its calls, and needs no closing. The
// New function of an adapter makes one. The zero value is not usable.
type Client struct {
	driver  Driver
	name    string
	limits  Limits
	support Support
	opts    Options
	budget  *Budget
	poller  *Poller
	tel     *telemetry.Observer // nil when nobody reads it
	recent  recent.Instances
	stock   stock.Memory
}

// defaultVisibleWithin is four times the longest delay ever reported (30 s, QingCloud). No
// vendor documents one.
const defaultVisibleWithin = 2 * time.Minute

// youngFor is how long a new instance may refuse calls because it is still being created.
const youngFor = time.Minute

// stockMemory is how long a proof of no stock is used. Cluster autoscalers use the same value:
// stock changes within the hour.
const stockMemory = 3 * time.Minute

// NewClient is for adapters and for tests; programs call the New function of an adapter. It
// panics without a driver.
func NewClient(d Driver, o *Options) *Client {
	c := &Client{driver: d, name: d.Name(), limits: d.Limits().withDefaults(), support: d.Support()}
	if o != nil {
		c.opts = *o
	}
	c.opts.RetryFor = cmp.Or(c.opts.RetryFor, 2*time.Minute)
	c.opts.VisibleWithin = cmp.Or(c.opts.VisibleWithin, defaultVisibleWithin)
	c.recent.Within = c.opts.VisibleWithin
	c.stock.Within = stockMemory
	c.opts.SearchFor = cmp.Or(c.opts.SearchFor, c.opts.VisibleWithin)
	c.limits.FirstLook = cmp.Or(c.opts.FirstLook, c.limits.FirstLook)
	c.limits.Rates = maps.Clone(c.limits.Rates)
	if c.limits.Rates == nil {
		c.limits.Rates = map[API]Rate{}
	}
	maps.Copy(c.limits.Rates, c.opts.Rates)
	c.budget = c.opts.Budget
	if c.budget == nil {
		c.budget = &Budget{}
	}
	c.tel = telemetry.New(telemetry.Config{
		Cloud: c.name, Logger: c.opts.Logger, Tracer: c.opts.Tracer, Meter: c.opts.Meter,
		Explain: failureOf, Sentinels: sentinels,
	})
	c.poller = c.opts.Poller
	if c.poller == nil {
		c.poller = &Poller{}
	}
	return c
}

// Name returns the name of the cloud's driver, for example "aliyun".
func (c *Client) Name() string { return c.name }

// Driver returns the driver, for programs that wrap it and pass the wrapper to NewClient.
// Optional abilities are found by interface: a wrapper without them removes them.
func (c *Client) Driver() Driver { return c.driver }

// Support returns the driver's support table.
func (c *Client) Support() Support { return c.support }

// Limits returns the documented limits that the client respects.
func (c *Client) Limits() Limits {
	l := c.limits
	l.Rates = maps.Clone(l.Rates)
	l.Idempotent = slices.Clone(l.Idempotent)
	return l
}

// Region returns [Options].Region: the region of specs and calls that name none. It is "" when
// the client has none.
func (c *Client) Region() string { return c.opts.Region }

// region returns r, or the client's region when r is empty.
func (c *Client) region(r string) string { return cmp.Or(r, c.opts.Region) }

// withDefaults turns zero numbers into the documented meaning of zero.
func (l Limits) withDefaults() Limits {
	l.InstancesPerCreate = max(l.InstancesPerCreate, 1)
	l.IDsPerDescribe = max(l.IDsPerDescribe, 1)
	l.IDsPerTerminate = max(l.IDsPerTerminate, 1)
	l.IDsPerPower = max(l.IDsPerPower, 1)
	l.NameLength = cmp.Or(l.NameLength, 128)
	l.IDsPerMove = max(l.IDsPerMove, 1)
	l.IDsPerGroupDescribe = max(l.IDsPerGroupDescribe, 1)
	l.FirstLook = cmp.Or(l.FirstLook, 10*time.Second)
	return l
}
