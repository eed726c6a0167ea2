package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// settings are the values of the flags.
type settings struct {
	live    string
	count   int
	timeout time.Duration
	seed    uint64 // of the simulated clouds; 0 draws one
	faults  bool   // the simulated clouds misbehave

	// inMemory reaches the simulated clouds without a listener: tests in fake time need that.
	inMemory bool

	// want chooses the type on each cloud; nil where each cloud has a type of its own.
	want *specfile.Want

	// transport carries the calls to the live cloud in tests.
	transport http.RoundTripper

	// For the live cloud.
	profile, region, zone, image, instanceType, vpc, subnet, group string
}

// liveFlags are the flags that need -live, except a -type that chooses. It needs the first three; a profile
// may give the region.
var liveFlags = []string{"region", "image", "type", "zone", "vpc", "subnet", "group", "profile"}

const usage = `Usage: quickstart [-n N] [-type WANT] [-faults=false] [-seed S]
       quickstart -live CLOUD -region R -image I -type T [flags]

Creates instances on Alibaba Cloud ECS, Alibaba Cloud ENS, Tencent Cloud CVM and
QingCloud at the same time, waits until they run, shows and releases them.
Without -live the four clouds are simulated on loopback: no account, no network,
no cost. With -live it is one real cloud, and the instances cost money until
they are released, a minute or two later. Keys are looked for where the cloud's
own tools keep them; in the environment these are:

`

// usageError is a mistake in the flags.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() + "\nRun quickstart -h for the flags." }

func (e *usageError) Unwrap() error { return e.err }

// parse reads the flags. It prints the help if that is asked for.
func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	s.define(f)
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		help(f, stdout)
		return s, err
	case err != nil:
		return s, &usageError{err}
	}
	if err := s.check(f); err != nil {
		return s, &usageError{err}
	}
	return s, nil
}

func (s *settings) define(f *flag.FlagSet) {
	f.IntVar(&s.count, "n", 3, "instances on each cloud")
	f.IntVar(&s.count, "count", 3, "the same as -n")
	f.DurationVar(&s.timeout, "timeout", 15*time.Minute, "give up, and release, after this time")
	f.BoolVar(&s.faults, "faults", true, "let the simulated clouds lose an answer, throttle and fail")
	f.Uint64Var(&s.seed, "seed", 0, "repeat the IDs and boot times of an earlier simulation; 0 draws new ones")
	f.StringVar(&s.live, "live", "",
		"use this real `cloud` instead of the simulator: "+strings.Join(cloudNames(), ", "))
	f.StringVar(&s.profile, "profile", "", "with -live: profile of the cloud's own tools, for the keys and the region")
	f.StringVar(&s.region, "region", "", "with -live: region (QingCloud: zone, ENS: edge node)")
	f.StringVar(&s.zone, "zone", "", "with -live: availability zone (ECS, CVM)")
	f.StringVar(&s.image, "image", "", "with -live: image ID")
	f.StringVar(&s.instanceType, "type", "",
		"what an instance must have, such as \"cpus>=2,memoryGiB>=4\": the catalog of each cloud chooses; with -live also an instance type")
	f.StringVar(&s.vpc, "vpc", "", "with -live: private network ID (CVM)")
	f.StringVar(&s.subnet, "subnet", "", "with -live: subnet ID (vSwitch, vxnet)")
	f.StringVar(&s.group, "group", "", "with -live: security group ID")
}

func help(f *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, usage)
	for _, c := range allClouds() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, strings.Join(c.env, ", "))
	}
	fmt.Fprint(w, "\nFlags:\n")
	f.SetOutput(w)
	f.PrintDefaults()
}

// mostInstances bounds what one run creates on each cloud, so that a slip of the keyboard stays cheap.
const mostInstances = 1000

// check refuses flags that do not fit together.
func (s *settings) check(f *flag.FlagSet) error {
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	case s.count < 1:
		return fmt.Errorf("-n %d: must be at least 1", s.count)
	case s.count > mostInstances:
		return fmt.Errorf("-n %d: must be at most %d", s.count, mostInstances)
	case s.timeout <= 0:
		return fmt.Errorf("-timeout %v: must be more than 0", s.timeout)
	case s.live != "" && !slices.Contains(cloudNames(), s.live):
		return unknownCloud(s.live)
	}
	if err := s.readWant(); err != nil {
		return err
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	if s.live != "" {
		return s.checkLive(given)
	}
	for _, name := range liveFlags {
		chooses := name == "type" && s.want != nil
		if given[name] && !chooses {
			return fmt.Errorf("-%s needs -live", name)
		}
	}
	return nil
}

// readWant reads a -type that is no name of a type.
func (s *settings) readWant() error {
	if !strings.ContainsAny(s.instanceType, "<>=") {
		return nil
	}
	want, err := specfile.ParseWant(s.instanceType)
	if err != nil {
		return fmt.Errorf("-type %q: %w", s.instanceType, err)
	}
	s.want, s.instanceType = want, ""
	return nil
}

// unknownCloud proposes a cloud only if its name is near.
func unknownCloud(name string) error {
	all := strings.Join(cloudNames(), ", ")
	if near := clouds.Nearest(name); near != "" {
		return fmt.Errorf("-live %s: no such cloud; did you mean %s? There are %s", name, near, all)
	}
	return fmt.Errorf("-live %s: no such cloud; there are %s", name, all)
}

// checkLive names every missing flag that a real cloud needs.
func (s *settings) checkLive(given map[string]bool) error {
	if given["seed"] || given["faults"] {
		return errors.New("-seed and -faults are for simulated clouds, not for -live")
	}
	var missing []string
	for _, name := range liveFlags[:3] {
		byProfile := name == "region" && s.profile != ""
		if !given[name] && !byProfile {
			missing = append(missing, "-"+name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("-live %s needs %s", s.live, strings.Join(missing, ", "))
	}
	return nil
}

// intro says what will happen, how long it takes and what it costs.
func (s *settings) intro() string {
	if s.live != "" {
		place := s.region
		if place == "" {
			place = "the region of profile " + s.profile
		}
		return fmt.Sprintf("Creates %s on %s in %s, waits until they run and releases them. This takes a minute or two."+
			" They cost money until then. Ctrl-C releases them early.", count(s.count, "instance"), s.live, place)
	}
	text := fmt.Sprintf("Creates %s, %d on each of %s, waits until they run and releases them. %s"+
		" It costs nothing: no account, no network.",
		count(s.count*len(allClouds()), "instance"), s.count, count(len(allClouds()), "simulated cloud"), s.duration())
	if s.faults {
		text += " On the way the clouds lose answers, throttle and fail."
	}
	return text + fmt.Sprintf("\nThe same IDs and boot times again: -seed %d", s.seed)
}

// duration says how long a simulation takes.
func (s *settings) duration() string {
	if s.count <= 25 {
		return "This takes about 10 seconds."
	}
	return "This takes longer than the usual 10 seconds: the library keeps to the documented call rates of the clouds."
}

// spec returns the one spec for all clouds. A target fills in the IDs and names of its
// cloud.
func (s *settings) spec() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Count:   s.count,
		Name:    instanceName,
		Login:   provider.Login{Password: password()},
		Billing: provider.Billing{Mode: provider.OnDemand},
	}
}

// instanceName is the name of every instance.
const instanceName = "yunfan-quickstart"

// password returns a random password that every cloud accepts. It is not shown: the
// instances are released soon.
func password() provider.Secret { return provider.Secret("Yf1-" + rand.Text()[:16]) }
