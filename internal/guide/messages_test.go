// Package guide_test checks that the pages under docs say what the library does.
package guide_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// night is a fault that somebody is called for, and what the page quotes of it.
type night struct {
	name    string
	cloud   string
	faults  []cloudsim.Fault
	spec    func(*provider.RunInstancesSpec)
	limit   time.Duration // of ctx
	matches error
}

// nights are in the order of the page.
func nights() []night {
	three := func(s *provider.RunInstancesSpec) { s.Count = 3 }
	return []night{
		{
			name: "the answer is lost, and the cloud does not answer afterwards", cloud: "qingcloud", spec: three,
			faults: []cloudsim.Fault{
				{Kind: cloudsim.ResetAfter, API: "RunInstances", Times: 1},
				{Kind: cloudsim.ServerErrorBefore, API: "DescribeInstances"},
			},
			matches: provider.ErrOutcomeUnknown,
		},
		{
			name: "a key without the right", cloud: "aliyun",
			faults:  []cloudsim.Fault{{Kind: cloudsim.Refuse, Code: "Forbidden.RAM", Status: 403}},
			matches: provider.ErrPermission,
		},
		{
			name: "a key that the cloud does not know", cloud: "tencent",
			faults:  []cloudsim.Fault{{Kind: cloudsim.Refuse, Code: "AuthFailure.SecretIdNotFound"}},
			matches: provider.ErrAuth,
		},
		{
			name: "a field that the cloud does not have", cloud: "qingcloud",
			spec: func(s *provider.RunInstancesSpec) {
				s.Billing.Mode, s.Zone, s.Count = provider.Spot, "pek3a", -1
			},
		},
		{
			name: "sold out", cloud: "aliyun", spec: three,
			faults:  []cloudsim.Fault{{Kind: cloudsim.NoStock}},
			matches: provider.ErrNoStock,
		},
		{
			name: "a quota", cloud: "tencent", spec: three,
			faults:  []cloudsim.Fault{{Kind: cloudsim.Quota}},
			matches: provider.ErrQuota,
		},
		{
			name: "no money", cloud: "aliyun",
			faults:  []cloudsim.Fault{{Kind: cloudsim.Balance}},
			matches: provider.ErrBalance,
		},
		{
			name: "throttled for minutes", cloud: "tencent",
			faults:  []cloudsim.Fault{{Kind: cloudsim.Throttle}},
			matches: provider.ErrThrottled,
		},
		{
			name: "the service is down", cloud: "tencent",
			faults:  []cloudsim.Fault{{Kind: cloudsim.Proxy}},
			matches: provider.ErrUnavailable,
		},
		{
			name: "instances die while booting", cloud: "qingcloud", spec: three,
			faults:  []cloudsim.Fault{{Kind: cloudsim.LaunchFailure, Count: 1}},
			matches: provider.ErrLaunchFailed,
		},
		{
			name: "instances do not show", cloud: "aliyun", spec: three,
			faults: []cloudsim.Fault{{Kind: cloudsim.LateVisibility, Delay: time.Hour}},
		},
		{
			name: "the wait is too short", cloud: "tencent", spec: three, limit: 20 * time.Second,
			faults:  []cloudsim.Fault{{Kind: cloudsim.ServerErrorBefore, API: "DescribeInstances"}},
			matches: context.DeadlineExceeded,
		},
	}
}

// happens returns the error of the night.
func (n *night) happens(t *testing.T) error {
	t.Helper()
	sim := cloudsim.New(&cloudsim.Options{Seed: 7})
	for _, f := range n.faults {
		sim.Inject(f)
	}
	for _, c := range clouds.All() {
		if c.Name != n.cloud {
			continue
		}
		client, err := c.New(clouds.Config{Transport: sim.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		spec := c.Spec
		if n.spec != nil {
			n.spec(&spec)
		}
		ctx := t.Context()
		if n.limit > 0 {
			bounded, cancel := context.WithTimeout(ctx, n.limit)
			defer cancel()
			ctx = bounded
		}
		op, err := client.RunInstances(ctx, spec, nil)
		if err != nil {
			return err
		}
		_, err = op.Wait(ctx, nil)
		return err
	}
	t.Fatalf("no cloud is called %q", n.cloud)
	return nil
}

// varying is what differs between runs: the IDs of requests and of operations, and how long
// a wait has taken.
var varying = regexp.MustCompile(`(request |operation |not visible after )([0-9A-Za-z-]{16,}|[0-9]+m[0-9]+s)`)

// The guide quotes the errors as they are.
func TestTheOperationsGuideQuotesRealErrors(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nights() {
		t.Run(n.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := n.happens(t)
				if err == nil {
					t.Fatal("nothing happened, want an error")
				}
				if n.matches != nil && !errors.Is(err, n.matches) {
					t.Errorf("got %v, want an error that matches %v", err, n.matches)
				}
				text := varying.ReplaceAllString(err.Error(), "${1}...")
				if !strings.Contains(string(page), text) {
					t.Errorf("docs/operations.md does not quote\n%s", text)
				}
			})
		})
	}
}
