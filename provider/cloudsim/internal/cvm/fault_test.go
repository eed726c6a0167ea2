package cvm_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestFaultsHaveTheVendorsCodes(t *testing.T) {
	for _, f := range []struct {
		fault cloudsim.Fault
		code  string
	}{
		{cloudsim.Fault{Kind: cloudsim.Throttle}, "RequestLimitExceeded"},
		{
			cloudsim.Fault{Kind: cloudsim.Throttle, Code: "RequestLimitExceeded.UinLimitExceeded"},
			"RequestLimitExceeded.UinLimitExceeded",
		},
		{cloudsim.Fault{Kind: cloudsim.NoStock}, "ResourceInsufficient.SpecifiedInstanceType"},
		{
			cloudsim.Fault{Kind: cloudsim.NoStock, Code: "ResourcesSoldOut.SpecifiedInstanceType"},
			"ResourcesSoldOut.SpecifiedInstanceType",
		},
		{cloudsim.Fault{Kind: cloudsim.Quota}, "LimitExceeded.InstanceQuota"},
		{cloudsim.Fault{Kind: cloudsim.Quota, Code: "InstancesQuotaLimitExceeded"}, "InstancesQuotaLimitExceeded"},
		{cloudsim.Fault{Kind: cloudsim.Balance}, "InvalidAccount.InsufficientBalance"},
		{
			cloudsim.Fault{Kind: cloudsim.Refuse, Code: "AccountQualificationRestrictions"},
			"AccountQualificationRestrictions",
		},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, Code: "InternalError"}, "InternalError"},
	} {
		c := newClient(t, nil)
		f.fault.Times = 1
		c.sim.Inject(f.fault)
		c.Refused(string(f.fault.Kind), c.Call("RunInstances", simtest.CVMMinimal), f.code)
		if n := len(c.sim.Everything(cloudsim.CVM)); n != 0 {
			t.Errorf("%s: %d instances were made", f.fault.Kind, n)
		}
		if ids := c.Run(``); len(ids) != 1 {
			t.Errorf("%s: the next call made %d instances", f.fault.Kind, len(ids))
		}
	}
}

func TestServerErrorsComeFromAGateway(t *testing.T) {
	for _, f := range []struct {
		fault        cloudsim.Fault
		status, made int
	}{
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore}, 503, 0},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, Status: 502}, 502, 0},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorAfter}, 503, 1},
	} {
		c := newClient(t, nil)
		f.fault.Times = 1
		c.sim.Inject(f.fault)
		w := httptest.NewRecorder()
		c.sim.Handler(cloudsim.CVM).ServeHTTP(
			w, c.Request("RunInstances", simtest.CVMCreate(t, `{"ClientToken":"op-1"}`)))
		if w.Code != f.status || !strings.HasPrefix(w.Body.String(), "<html>") {
			t.Errorf("%s: HTTP %d with body %q, want %d with a page", f.fault.Kind, w.Code, w.Body, f.status)
		}
		if n := len(c.sim.Everything(cloudsim.CVM)); n != f.made {
			t.Errorf("%s: %d instances, want %d", f.fault.Kind, n, f.made)
		}
		if ids := c.Run(`{"ClientToken":"op-1"}`); len(ids) != 1 || len(c.sim.Everything(cloudsim.CVM)) != 1 {
			t.Errorf("%s: after the same token again there are %d instances", f.fault.Kind,
				len(c.sim.Everything(cloudsim.CVM)))
		}
	}
}

func TestServerErrorAfterWithACode(t *testing.T) {
	c := newClient(t, nil)
	c.sim.Inject(cloudsim.Fault{Kind: cloudsim.ServerErrorAfter, Code: "InternalError.TradeUnknownError"})
	c.Refused("create", c.Call("RunInstances", simtest.CVMMinimal), "InternalError.TradeUnknownError")
	if n := len(c.sim.Instances(cloudsim.CVM)); n != 1 {
		t.Errorf("%d instances, want the one that the hidden answer was about", n)
	}
}

func TestLaunchFailureIsListedWithItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LaunchFailure, Count: 1, Message: "the disk could not be attached"})
		ids := c.Run(`{"InstanceCount":2}`)
		time.Sleep(2 * time.Second)
		if got := c.States(ids...); !slices.Equal(got, []string{"LAUNCH_FAILED", "RUNNING"}) {
			t.Errorf("states %v", got)
		}
		row := c.Instance(ids[0])
		for member, want := range map[string]string{
			"LatestOperation": "RunInstances", "LatestOperationState": "FAILED", "LatestOperationErrorMsg": "the disk could not be attached",
		} {
			if row[member] != want {
				t.Errorf("%s is %v, want %s", member, row[member], want)
			}
		}
		c.Refused("terminate", c.Call("TerminateInstances", simtest.CVMIDs(ids[:1], "")),
			"UnsupportedOperation.InstanceStateLaunchFailed")
	})
}

func TestLateInstancesAreInvisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.LateVisibility, Delay: 10 * time.Second})
		ids := c.Run(`{"InstanceCount":2}`)
		time.Sleep(9 * time.Second)
		if got := c.States(ids...); len(got) != 0 {
			t.Errorf("before it is visible: %v", got)
		}
		c.Refused("terminate", c.Call("TerminateInstances", simtest.CVMIDs(ids, "")), "InvalidInstanceId.NotFound")
		time.Sleep(time.Second)
		if got := c.States(ids...); !slices.Equal(got, []string{"RUNNING", "RUNNING"}) {
			t.Errorf("after it is visible: %v", got)
		}
	})
}

func TestPartialCreateAnswersFewerIDs(t *testing.T) {
	c := newClient(t, nil)
	c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Partial, Count: 2, Times: 1})
	body := `{"InstanceCount":5,"MinCount":1,"ClientToken":"op-1"}`
	first := c.Run(body)
	if len(first) != 2 {
		t.Errorf("%d IDs, want 2", len(first))
	}
	if again := c.Run(body); !slices.Equal(first, again) {
		t.Errorf("the token then answers %v, want %v", again, first)
	}
}

func TestResetAfterTheCreateLeavesTheInstance(t *testing.T) {
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{Kind: cloudsim.ResetAfter, Times: 1})
	c := clientOf(t, sim)
	r := c.Request("RunInstances", simtest.CVMCreate(t, `{"ClientToken":"op-1"}`))
	r.URL.Scheme, r.URL.Host, r.RequestURI = "https", "cvm.tencentcloudapi.com", ""
	res, err := sim.Transport().RoundTrip(r)
	if err == nil {
		res.Body.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("error %v, want a reset connection", err)
	}
	want := sim.Instances(cloudsim.CVM)[0].ID
	if got := c.Run(`{"ClientToken":"op-1"}`); !slices.Equal(got, []string{want}) {
		t.Errorf("the same token again answers %v, want %s", got, want)
	}
}

func TestThrottledReadsCountAsCalls(t *testing.T) {
	c := newClient(t, nil)
	c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Throttle, API: "DescribeInstances", Times: 2})
	for range 3 {
		c.Call("DescribeInstances", `{}`)
	}
	c.Call("DescribeInstances", `{"Unknown":1}`)
	ask(t, c.sim, simtest.TC3Request{Secret: "wrong"}.Build())
	if n := c.sim.Calls(cloudsim.CVM, "DescribeInstances"); n != 4 {
		t.Errorf("%d calls counted, want 4: those with a good signature", n)
	}
}

func TestMalformedBody(t *testing.T) {
	c := newClient(t, nil)
	c.sim.Inject(cloudsim.Fault{Kind: cloudsim.Malformed, Body: "null", Status: http.StatusBadGateway})
	w := httptest.NewRecorder()
	c.sim.Handler(cloudsim.CVM).ServeHTTP(w, c.Request("RunInstances", simtest.CVMMinimal))
	if w.Code != http.StatusBadGateway || w.Body.String() != "null" || len(c.sim.Instances(cloudsim.CVM)) != 1 {
		t.Errorf("HTTP %d, body %q, %d instances", w.Code, w.Body, len(c.sim.Instances(cloudsim.CVM)))
	}
}
