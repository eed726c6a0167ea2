package aliyun

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestRegionOfZone(t *testing.T) {
	for text, want := range map[string]string{
		"cn-hangzhou-g": "cn-hangzhou", "us-west-1a": "us-west-1", "cn-shanghai-finance-1b": "cn-shanghai-finance-1",
		"cn-north-2-gov-1-a": "cn-north-2-gov-1", "ap-southeast-1c": "ap-southeast-1", "cn-hongkong-b": "cn-hongkong",
		"cn-hangzhou": "", "us-west-1": "", "cn-zhangjiakou-na62-a01": "", "eu-west-1-oxs": "", "cn-shanghai-et15-b01": "",
		"cn-wuhan-lr": "", "cn-zhengzhou-jva": "", "zone-1": "", "random": "", "rus-west-1-pop": "", "cn-hangzhou-finance": "",
	} {
		got, ok := regionOfZone(text)
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
		if ok != (want != "") {
			t.Errorf("%s has the form of a zone: %v, want %v", text, ok, want != "")
		}
	}
}

func TestAZoneInPlaceOfARegionIsRefused(t *testing.T) {
	cfg := testConfig()
	cfg.Region = "cn-hangzhou-g"
	_, err := New(cfg)
	if !errors.Is(err, provider.ErrInvalid) || !strings.Contains(err.Error(), "its region is cn-hangzhou") {
		t.Errorf("got %v, want ErrInvalid that names the region", err)
	}
}

func TestAZoneMustFitItsRegion(t *testing.T) {
	for _, tt := range []struct{ region, zone, want string }{
		{"cn-hangzhou", "cn-hangzhou-g", ""},
		{"us-west-1", "us-west-1a", ""},
		{"cn-hangzhou", "", ""},
		{"cn-hangzhou", "zone-1", ""},
		{"cn-hangzhou", "cn-beijing-g", "has the form of a zone of cn-beijing"},
		{"cn-hangzhou", "cn-hangzhuo-g", "has the form of a zone of cn-hangzhuo"},
		{"cn-hangzhou", "cn-hangzhou", "is the region"},
	} {
		s := minimalSpec()
		s.Region, s.Zone = tt.region, tt.zone
		err := testDriver(t, answering(200, "")).ValidateRun(s)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s in %s: got %v, want no error", tt.zone, tt.region, err)
		case tt.want != "" && err == nil:
			t.Errorf("%s in %s: got no error, want %q", tt.zone, tt.region, tt.want)
		case tt.want != "" && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s in %s: got %v, want %q", tt.zone, tt.region, err, tt.want)
		}
	}
}

func TestAnEndpointFunctionServesManyRegions(t *testing.T) {
	cfg := testConfig()
	cfg.EndpointFor = func(region string) string {
		if region == "cn-hangzhou" {
			return ""
		}
		return "ecs-vpc." + region + ".aliyuncs.com"
	}
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for region, want := range map[string]string{
		"cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com", "cn-beijing": "ecs-vpc.cn-beijing.aliyuncs.com",
		"": "ecs-vpc.cn-test-1.aliyuncs.com",
	} {
		s := minimalSpec()
		s.Region = region
		r, err := d.PreviewRun(s)
		if err != nil {
			t.Fatal(err)
		}
		if r.Host != want {
			t.Errorf("%q goes to %s, want %s", region, r.Host, want)
		}
	}
}

// A mistyped region has no host: every call ends within seconds, and asks about the region.
func TestARegionWithoutAHostEndsEveryCallSoon(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	noName := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	const typo = "cn-hangzou"
	calls := map[string]func(context.Context, *provider.Client) error{
		"a create": func(ctx context.Context, c *provider.Client) error {
			s := minimalSpec()
			s.Region = typo
			_, err := c.RunInstances(ctx, *s, nil)
			return err
		},
		"a describe": func(ctx context.Context, c *provider.Client) (err error) {
			for _, err = range c.DescribeInstances(ctx, provider.Query{Region: typo}) {
			}
			return err
		},
		"a release": func(ctx context.Context, c *provider.Client) error {
			_, err := c.TerminateInstances(ctx, typo, []string{"i-1"}, nil)
			return err
		},
		"a start": func(ctx context.Context, c *provider.Client) error {
			return c.StartInstances(ctx, typo, []string{"i-1"}, nil)
		},
	}
	for what, call := range calls {
		for _, cause := range []error{refused, noName} {
			synctest.Test(t, func(t *testing.T) {
				d := testDriver(t, roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause }))
				began := time.Now()
				err := call(t.Context(), provider.NewClient(d, &provider.Options{Region: "cn-test-1"}))
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s, %v: it took %v, want at most 10 s", what, cause, took)
				}
				const ask = `does region "cn-hangzou" exist?`
				if err == nil || !strings.Contains(err.Error(), ask) {
					t.Errorf("%s, %v: got %v, want %q in it", what, cause, err, ask)
				}
			})
		}
	}
}
