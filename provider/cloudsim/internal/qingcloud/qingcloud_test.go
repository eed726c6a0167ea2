package qingcloud_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestUnknownAction(t *testing.T) {
	c := newClient(t, nil)
	if a := c.Call("FlyToTheMoon"); a.Code() != 1101 || a.HttpStatus != http.StatusOK {
		t.Errorf("an unknown action is answered %d %s, want HTTP 200 with 1101", a.HttpStatus, a.Raw)
	}
	if a := c.Call("describeinstances"); a.Code() != 1101 {
		t.Errorf("action names are case-sensitive, got %s", a.Raw)
	}
}

func TestErrorHasOnlyMessageAndCode(t *testing.T) {
	a := newClient(t, nil).Call("RunInstances")
	if a.ContentType != "application/json" || a.HttpStatus != http.StatusOK || a.Action != "" || a.Message == "" ||
		a.Code() != 1100 {
		t.Errorf("an error is answered %d %s %s, want HTTP 200, JSON, message and ret_code", a.HttpStatus,
			a.ContentType, a.Raw)
	}
}

func TestZone(t *testing.T) {
	for zone, want := range map[string]int{"pek3a": 0, "sh1": 0, "PEK3A": 1100, "": 1100, "pek 3": 1100} {
		c := newClient(t, nil)
		c.Zone = zone
		if a := c.Call("DescribeInstances"); a.Code() != want {
			t.Errorf("zone %q is answered %s, want %d", zone, a.Raw, want)
		}
	}
}

func TestDescribeZonesNeedsNoZone(t *testing.T) {
	c := newClient(t, nil)
	c.Zone = ""
	all := c.Must("DescribeZones")
	if all.Total < 2 || len(all.Zones) != all.Total {
		t.Errorf("zones are %s", all.Raw)
	}
	if one := c.Must("DescribeZones", "zones.1=pek3a", "status.1=active"); one.Total != 1 ||
		one.Zones[0].ID != "pek3a" {
		t.Errorf("asked for pek3a, got %s", one.Raw)
	}
	if none := c.Must("DescribeZones", "status.1=defunct"); none.Total != 0 {
		t.Errorf("defunct zones are %s, want none", none.Raw)
	}
}

func TestOtherPathsAreNotTheAPI(t *testing.T) {
	c := newClient(t, nil)
	c.Path, c.Signs = "/iam/", "/iam/"
	if a := c.Call("DescribeInstances"); a.HttpStatus != http.StatusNotFound {
		t.Errorf("/iam/ is answered %d %s, want 404", a.HttpStatus, a.Raw)
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		fault  cloudsim.Fault
		status int
		code   int
		text   string
	}{
		{cloudsim.Fault{Kind: cloudsim.Throttle}, 200, 2500, "API calls"},
		{cloudsim.Fault{Kind: cloudsim.Quota}, 200, 2500, "resource quota"},
		{cloudsim.Fault{Kind: cloudsim.NoStock}, 200, 5200, "capacity"},
		{cloudsim.Fault{Kind: cloudsim.Balance}, 200, 2400, "balance"},
		{cloudsim.Fault{Kind: cloudsim.Balance, Message: "pay first"}, 200, 2400, "pay first"},
		{cloudsim.Fault{Kind: cloudsim.Refuse, Code: "1400", Message: "not yours"}, 200, 1400, "not yours"},
		{cloudsim.Fault{Kind: cloudsim.Refuse, Code: "5300", Status: 500}, 500, 5300, ""},
		{cloudsim.Fault{Kind: cloudsim.Refuse, Code: "Throttling"}, 200, 5000, "not a number"},
		{cloudsim.Fault{Kind: cloudsim.NoStock, Code: "5100"}, 200, 5100, ""},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore}, 503, -1, "Service Unavailable"},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, Status: 502}, 502, -1, "Bad Gateway"},
		{cloudsim.Fault{Kind: cloudsim.ServerErrorBefore, Code: "5100"}, 200, 5100, ""},
	}
	for _, tt := range tests {
		c := newClient(t, nil)
		c.sim.Inject(tt.fault)
		a := c.Call("RunInstances", simtest.QingCloudCreate()...)
		if a.HttpStatus != tt.status || a.Code() != tt.code || !strings.Contains(a.Raw, tt.text) {
			t.Errorf("%+v is answered %d %s, want %d, ret_code %d, %q", tt.fault, a.HttpStatus, a.Raw, tt.status,
				tt.code, tt.text)
		}
		if n := len(c.sim.Everything()); n != 0 {
			t.Errorf("%+v made %d instances", tt.fault, n)
		}
	}
}

func TestServerErrorAfterTheEffect(t *testing.T) {
	for code, status := range map[string]int{"": 503, "5000": 200} {
		c := newClient(t, nil)
		c.sim.Inject(cloudsim.Fault{Kind: cloudsim.ServerErrorAfter, Code: code, API: "RunInstances"})
		a := c.Call("RunInstances", simtest.QingCloudCreate("count=2")...)
		if a.HttpStatus != status || len(a.Instances) != 0 {
			t.Errorf("answer is %d %s, want %d without IDs", a.HttpStatus, a.Raw, status)
		}
		if n := len(c.sim.Instances()); n != 2 {
			t.Errorf("%d instances exist behind the error, want 2", n)
		}
		if n := c.Must("DescribeInstances").Total; n != 2 {
			t.Errorf("%d instances are listed afterwards, want 2", n)
		}
	}
}

func TestAnswersNeverQuoteSecrets(t *testing.T) {
	c := newClient(t, nil)
	for _, pairs := range [][]string{
		simtest.QingCloudCreate("login_mode=magic"),
		simtest.QingCloudCreate("need_userdata=1", "userdata_type=plain", "userdata_value=Secret-Word-1!"),
		simtest.QingCloudCreate("count=Secret-Word-1"),
	} {
		if a := c.Call("RunInstances", pairs...); a.Code()/100 != 11 || strings.Contains(a.Raw, "Secret-Word") {
			t.Errorf("answer must be an error without the values sent")
		}
	}
}
