package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/control"
)

// config is what the flags say.
type config struct {
	addr, control, env string
	boot               time.Duration
	seed               uint64
	level              slog.Level
	version            bool

	rates   string // documented or none
	rate    texts  // cloud:action=calls/time
	faults  texts  // as control.ParseFault reads them
	regions texts  // cloud:id or cloud:id=zone,zone

	log *slog.Logger // set by newSim
}

// usageError is a wrong flag or argument.
type usageError struct{ error }

// Unwrap returns the error.
func (e usageError) Unwrap() error { return e.error }

// wrong returns a usageError about the value of a flag.
func wrong(name, value, format string, args ...any) error {
	return usageError{fmt.Errorf("-%s %s: %w", name, value, fmt.Errorf(format, args...))}
}

// texts is a flag that may be given several times.
type texts []string

// String implements [flag.Value].
func (t *texts) String() string { return strings.Join(*t, " ") }

// Set implements [flag.Value].
func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

// parse reads the flags. Asked for help it prints the flags to stdout.
func parse(args []string, stdout io.Writer) (*config, error) {
	c := &config{}
	flags := c.flags()
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		fmt.Fprintln(stdout, "Simulates ECS, ENS, CVM and QingCloud on this computer. Flags:")
		flags.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, usageError{err}
	case flags.NArg() > 0:
		return nil, usageError{fmt.Errorf("unexpected argument %q", flags.Arg(0))}
	}
	return c, c.check()
}

// flags returns the flags of the program. They write to c.
func (c *config) flags() *flag.FlagSet {
	f := flag.NewFlagSet("simulator", flag.ContinueOnError)
	f.SetOutput(io.Discard) // main prints the error
	f.StringVar(&c.addr, "addr", "127.0.0.1:0",
		"`host:port` of the first cloud; the others get the next three ports; port 0 lets the system choose")
	f.StringVar(&c.control, "control", "",
		"also serve the control API and the status page, at this loopback `host:port`; off unless given")
	f.StringVar(&c.env, "env", "",
		"also write the NAME=value lines to this `file`, once everything listens; it is removed at the end")
	f.DurationVar(&c.boot, "boot", 2*time.Second, "time from an accepted create to running")
	// A client that survives a restart must not see its old IDs again.
	f.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "`number` that decides IDs, addresses and random faults")
	f.Var(&c.faults, "fault", "a `fault` as name=value,... or JSON, e.g. kind=throttle,cloud=ecs,times=3; "+
		"may be repeated")
	f.StringVar(&c.rates, "rates", "none", "call rates that the clouds enforce: none, or documented for the vendors' own")
	f.Var(&c.rate, "rate", "one more call rate as `cloud:action=calls/time`, e.g. ecs:RunInstances=10/1s; "+
		"without :action for all calls; may be repeated")
	f.Var(&c.regions, "region", "one more region as `cloud:id` or cloud:id=zone,zone, e.g. qingcloud:mine1; may be repeated")
	f.TextVar(&c.level, "log", slog.LevelInfo,
		"`level` of the log on standard error: debug (every call), info (faults), warn (refused calls), error (nothing)")
	f.BoolVar(&c.version, "version", false, "print the version and end")
	f.Lookup("seed").DefValue = "from the clock"
	return f
}

// check checks the values that need no simulator.
func (c *config) check() error {
	if c.boot < 0 {
		return wrong("boot", c.boot.String(), "must not be negative")
	}
	if c.rates != "none" && c.rates != "documented" {
		return wrong("rates", c.rates, "must be none or documented")
	}
	return nil
}

// newSim returns the simulator with its faults.
func (c *config) newSim(stderr io.Writer) (*cloudsim.Sim, error) {
	o := &cloudsim.Options{
		Seed:    c.seed,
		Boot:    func(cloudsim.Cloud, *rand.Rand) time.Duration { return c.boot },
		Logger:  slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: c.level})),
		Rates:   map[cloudsim.Cloud][]cloudsim.Rate{},
		Regions: map[cloudsim.Cloud][]cloudsim.Region{},
	}
	if c.rates == "documented" {
		o.Rates = cloudsim.DocumentedRates()
	}
	for _, text := range c.rate {
		if err := addRate(o.Rates, text); err != nil {
			return nil, wrong("rate", text, "%w", err)
		}
	}
	for _, text := range c.regions {
		if err := addRegion(o.Regions, text); err != nil {
			return nil, wrong("region", text, "%w", err)
		}
	}
	sim := cloudsim.New(o)
	for _, text := range c.faults {
		f, err := control.ParseFault(sim, text)
		if err != nil {
			return nil, wrong("fault", text, "%w", err)
		}
		sim.Inject(f)
	}
	c.log = o.Logger
	return sim, nil
}

// addRate adds a rate such as ecs:RunInstances=10/1s.
func addRate(rates map[cloudsim.Cloud][]cloudsim.Rate, text string) error {
	where, rate, ok := strings.Cut(text, "=")
	name, api, named := strings.Cut(where, ":")
	calls, span, both := strings.Cut(rate, "/")
	unnamed := named && api == ""
	if !ok || !both || unnamed {
		return errors.New("want cloud:action=calls/time, as in ecs:RunInstances=10/1s")
	}
	c, err := cloudNamed(name)
	if err != nil {
		return err
	}
	if api != "" && !slices.Contains(cloudsim.New(nil).Actions(c), api) {
		return fmt.Errorf("%s has no action %q", c, api)
	}
	n, err := strconv.Atoi(calls)
	per, err2 := time.ParseDuration(span)
	if err := cmp.Or(err, err2); err != nil || n < 1 || per <= 0 {
		return errors.New("calls must be a positive integer, and time a span such as 1s")
	}
	rates[c] = append(rates[c], cloudsim.Rate{API: api, Calls: n, Per: per})
	return nil
}

// addRegion adds a region such as ecs:cn-own=cn-own-a,cn-own-b.
func addRegion(regions map[cloudsim.Cloud][]cloudsim.Region, text string) error {
	name, region, ok := strings.Cut(text, ":")
	id, zones, listed := strings.Cut(region, "=")
	empty := listed && zones == ""
	if !ok || id == "" || empty {
		return errors.New("want cloud:id or cloud:id=zone,zone, as in qingcloud:mine1")
	}
	c, err := cloudNamed(name)
	if err != nil {
		return err
	}
	r := cloudsim.Region{ID: id}
	if listed {
		r.Zones = strings.Split(zones, ",")
	}
	regions[c] = append(regions[c], r)
	return nil
}

// cloudNamed returns the cloud of a name.
func cloudNamed(name string) (cloudsim.Cloud, error) {
	c := cloudsim.Cloud(name)
	if !slices.Contains(cloudsim.Clouds(), c) {
		return "", fmt.Errorf("no cloud %q; want one of %v", name, cloudsim.Clouds())
	}
	return c, nil
}

// addressError makes an error of a server a wrong flag, unless the system refused to listen.
func (c *config) addressError(err error) error {
	var system *net.OpError
	if errors.As(err, &system) {
		return err
	}
	return usageError{err}
}
