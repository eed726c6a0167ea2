package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// settings are the values of the flags.
type settings struct {
	live    string
	count   int
	timeout time.Duration

	// inMemory reaches the simulated clouds without a listener: tests in fake time need that.
	inMemory bool

	// For the live cloud.
	region, zone, image, instanceType, vpc, subnet, group string
}

const usage = `Usage: quickstart [-count N]
       quickstart -live CLOUD -region R -image I -type T [flags]

Creates instances on Alibaba Cloud ECS, Alibaba Cloud ENS, Tencent Cloud CVM and
QingCloud at the same time, waits until they run, shows and terminates them.
Without -live the four clouds are simulated on loopback: no account, no network,
no cost. With -live it is one real cloud, and the instances cost money until
they are terminated, a minute or two later. Keys come from the environment:

`

// parse reads the flags.
func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&s.count, "count", 3, "instances on each cloud")
	f.DurationVar(&s.timeout, "timeout", 15*time.Minute, "give up, and clean up, after this time")
	f.StringVar(&s.live, "live", "",
		"use this real `cloud` instead of the simulator: "+strings.Join(cloudNames(), ", "))
	f.StringVar(&s.region, "region", "", "with -live: region (QingCloud: zone, ENS: edge node)")
	f.StringVar(&s.zone, "zone", "", "with -live: availability zone (ECS, CVM)")
	f.StringVar(&s.image, "image", "", "with -live: image ID")
	f.StringVar(&s.instanceType, "type", "", "with -live: instance type")
	f.StringVar(&s.vpc, "vpc", "", "with -live: private network ID (CVM)")
	f.StringVar(&s.subnet, "subnet", "", "with -live: subnet ID (vSwitch, vxnet)")
	f.StringVar(&s.group, "group", "", "with -live: security group ID")
	f.Usage = func() {
		fmt.Fprint(stderr, usage)
		for _, c := range clouds() {
			fmt.Fprintf(stderr, "  %-10s %s\n", c.name, strings.Join(c.keyNames(), ", "))
		}
		fmt.Fprint(stderr, "\nFlags:\n")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return s, err
	}
	return s, s.check(f)
}

// check refuses flags that do not fit together.
func (s *settings) check(f *flag.FlagSet) error {
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	case s.count < 1:
		return fmt.Errorf("-count %d: must be at least 1", s.count)
	case s.live != "" && !slices.Contains(cloudNames(), s.live):
		return fmt.Errorf("-live %q: must be one of %s", s.live, strings.Join(cloudNames(), ", "))
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	if s.live != "" {
		return s.checkLive(given)
	}
	for _, name := range []string{"region", "image", "type", "zone", "vpc", "subnet", "group"} {
		if given[name] {
			return fmt.Errorf("-%s needs -live", name)
		}
	}
	return nil
}

// checkLive reports every missing flag that a real cloud needs.
func (s *settings) checkLive(given map[string]bool) error {
	c := clouds()[slices.Index(cloudNames(), s.live)]
	_, err := c.liveKeys()
	errs := []error{err}
	for _, name := range []string{"region", "image", "type"} {
		if !given[name] {
			errs = append(errs, fmt.Errorf("-live %s needs -%s", s.live, name))
		}
	}
	return errors.Join(errs...)
}

// spec returns the one spec for all clouds. A target fills in the IDs and names of its
// cloud.
func (s *settings) spec() provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Count:   s.count,
		Name:    "yunfan-quickstart",
		Login:   provider.Login{Password: password()},
		Billing: provider.Billing{Mode: provider.OnDemand},
	}
}

// password returns a random password that every cloud accepts. It is not shown: the
// instances are terminated soon.
func password() provider.Secret { return provider.Secret("Yf1-" + rand.Text()[:16]) }

// liveKeys looks up the keys of a real cloud. The error lists the names of the
// variables.
func (c cloud) liveKeys() (provider.CredentialsSource, error) {
	id, secret, token := os.Getenv(c.env[0]), os.Getenv(c.env[1]), ""
	if len(c.env) > 2 {
		token = os.Getenv(c.env[2])
	}
	if id == "" || secret == "" {
		return nil, fmt.Errorf("-live %s needs keys in the environment: %s and %s; looked for %s",
			c.name, c.env[0], c.env[1], strings.Join(c.keyNames(), ", "))
	}
	return provider.StaticCredentials(id, provider.Secret(secret), provider.Secret(token)), nil
}

// keyNames returns the names of the environment variables that liveKeys reads.
func (c cloud) keyNames() []string {
	names := slices.Clone(c.env)
	if len(names) > 2 {
		names[2] += " (optional)"
	}
	return names
}
