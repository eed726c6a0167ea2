package cloudsim

import (
	"net/http"
	"strings"
	"testing"
)

func TestQingCloudUnknownAction(t *testing.T) {
	c := newQingTestClient(t, nil)
	if a := c.call("FlyToTheMoon"); a.code() != 1101 || a.httpStatus != http.StatusOK {
		t.Errorf("an unknown action is answered %d %s, want HTTP 200 with 1101", a.httpStatus, a.raw)
	}
	if a := c.call("describeinstances"); a.code() != 1101 {
		t.Errorf("action names are case-sensitive, got %s", a.raw)
	}
}

func TestQingCloudErrorHasOnlyMessageAndCode(t *testing.T) {
	a := newQingTestClient(t, nil).call("RunInstances")
	if a.contentType != "application/json" || a.httpStatus != http.StatusOK || a.Action != "" || a.Message == "" || a.code() != 1100 {
		t.Errorf("an error is answered %d %s %s, want HTTP 200, JSON, message and ret_code", a.httpStatus, a.contentType, a.raw)
	}
}

func TestQingCloudZone(t *testing.T) {
	for zone, want := range map[string]int{"pek3a": 0, "sh1": 0, "PEK3A": 1100, "": 1100, "pek 3": 1100} {
		c := newQingTestClient(t, nil)
		c.zone = zone
		if a := c.call("DescribeInstances"); a.code() != want {
			t.Errorf("zone %q is answered %s, want %d", zone, a.raw, want)
		}
	}
}

func TestQingCloudDescribeZonesNeedsNoZone(t *testing.T) {
	c := newQingTestClient(t, nil)
	c.zone = ""
	all := c.must("DescribeZones")
	if all.Total < 2 || len(all.Zones) != all.Total {
		t.Errorf("zones are %s", all.raw)
	}
	if one := c.must("DescribeZones", "zones.1=pek3a", "status.1=active"); one.Total != 1 || one.Zones[0].ID != "pek3a" {
		t.Errorf("asked for pek3a, got %s", one.raw)
	}
	if none := c.must("DescribeZones", "status.1=defunct"); none.Total != 0 {
		t.Errorf("defunct zones are %s, want none", none.raw)
	}
}

func TestQingCloudOtherPathsAreNotTheAPI(t *testing.T) {
	c := newQingTestClient(t, nil)
	c.path, c.signs = "/iam/", "/iam/"
	if a := c.call("DescribeInstances"); a.httpStatus != http.StatusNotFound {
		t.Errorf("/iam/ is answered %d %s, want 404", a.httpStatus, a.raw)
	}
}

func TestQingCloudFaults(t *testing.T) {
	tests := []struct {
		fault  Fault
		status int
		code   int
		text   string
	}{
		{Fault{Kind: Throttle}, 200, 2500, "API calls"},
		{Fault{Kind: Quota}, 200, 2500, "resource quota"},
		{Fault{Kind: NoStock}, 200, 5200, "capacity"},
		{Fault{Kind: Balance}, 200, 2400, "balance"},
		{Fault{Kind: Balance, Message: "pay first"}, 200, 2400, "pay first"},
		{Fault{Kind: Refuse, Code: "1400", Message: "not yours"}, 200, 1400, "not yours"},
		{Fault{Kind: Refuse, Code: "5300", Status: 500}, 500, 5300, ""},
		{Fault{Kind: Refuse, Code: "Throttling"}, 200, 5000, "not a number"},
		{Fault{Kind: NoStock, Code: "5100"}, 200, 5100, ""},
		{Fault{Kind: ServerErrorBefore}, 503, -1, "Service Unavailable"},
		{Fault{Kind: ServerErrorBefore, Status: 502}, 502, -1, "Bad Gateway"},
		{Fault{Kind: ServerErrorBefore, Code: "5100"}, 200, 5100, ""},
	}
	for _, tt := range tests {
		c := newQingTestClient(t, nil)
		c.sim.Inject(tt.fault)
		a := c.call("RunInstances", qingSmallest()...)
		if a.httpStatus != tt.status || a.code() != tt.code || !strings.Contains(a.raw, tt.text) {
			t.Errorf("%+v is answered %d %s, want %d, ret_code %d, %q", tt.fault, a.httpStatus, a.raw, tt.status, tt.code, tt.text)
		}
		if n := len(c.sim.Everything()); n != 0 {
			t.Errorf("%+v made %d machines", tt.fault, n)
		}
	}
}

func TestQingCloudServerErrorAfterTheEffect(t *testing.T) {
	for code, status := range map[string]int{"": 503, "5000": 200} {
		c := newQingTestClient(t, nil)
		c.sim.Inject(Fault{Kind: ServerErrorAfter, Code: code, API: "RunInstances"})
		a := c.call("RunInstances", qingSmallest("count=2")...)
		if a.httpStatus != status || len(a.Instances) != 0 {
			t.Errorf("answer is %d %s, want %d without IDs", a.httpStatus, a.raw, status)
		}
		if n := len(c.sim.Instances()); n != 2 {
			t.Errorf("%d machines exist behind the error, want 2", n)
		}
		if n := c.must("DescribeInstances").Total; n != 2 {
			t.Errorf("%d machines are listed afterwards, want 2", n)
		}
	}
}

func TestQingCloudAnswersNeverQuoteSecrets(t *testing.T) {
	c := newQingTestClient(t, nil)
	for _, pairs := range [][]string{
		qingSmallest("login_mode=magic"),
		qingSmallest("need_userdata=1", "userdata_type=plain", "userdata_value=Secret-Word-1!"),
		qingSmallest("count=Secret-Word-1"),
	} {
		if a := c.call("RunInstances", pairs...); a.code()/100 != 11 || strings.Contains(a.raw, "Secret-Word") {
			t.Errorf("answer must be an error without the values sent")
		}
	}
}
