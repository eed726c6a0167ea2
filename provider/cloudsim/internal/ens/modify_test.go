package ens_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// wantENSNames checks the names of one instance in the API.
func (c *client) wantENSNames(id, name, host string) {
	c.T.Helper()
	reply := c.WantOK(c.Call("DescribeInstances", "InstanceId", id))
	for field, want := range map[string]string{"InstanceName": name, "HostName": host} {
		if got := reply.At("Instances", "Instance", 0, field); got != want {
			c.T.Errorf("%s of %s is %v, want %s", field, id, got, want)
		}
	}
}

// TestModify gives new names in every state; absent values stay unchanged.
func TestModify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		ids := c.WantOK(c.Call("RunInstances", simtest.ENSCreate("Amount", "2", "InstanceName", "first",
			"HostName", "host")...)).Strings("InstanceIds")
		modify := func(pairs ...string) {
			t.Helper()
			reply := c.WantOK(c.Call("ModifyInstanceAttribute", append([]string{"InstanceId", ids[0]}, pairs...)...))
			if code, ok := reply.Body["Code"].(float64); !ok || code != 0 {
				t.Errorf("Code is %#v, want the number 0", reply.Body["Code"])
			}
		}
		modify("InstanceName", "while-pending")
		c.wantENSNames(ids[0], "while-pending", "host")
		time.Sleep(2 * time.Second)
		modify("InstanceName", "云帆:a_b.c-1", "UserData", base64.StdEncoding.EncodeToString([]byte("no script")))
		c.wantENSNames(ids[0], "云帆:a_b.c-1", "host")
		modify("HostName", "other.host")
		c.wantENSNames(ids[0], "云帆:a_b.c-1", "other.host")
		c.wantENSNames(ids[1], "first", "host")

		c.WantCode(c.Call("ModifyInstanceAttribute", "InstanceId", ids[0], "Password", "EcsV588!"), 400,
			"IncorrectInstanceStatus")
		c.WantOK(c.Call("StopInstance", "InstanceId", ids[0]))
		time.Sleep(time.Second)
		modify("Password", "EcsV588!")
	})
}

func TestModifyRefusals(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.WantOK(c.Call("RunInstances", simtest.ENSCreate("InstanceName", "first", "HostName", "host")...)).Strings(
		"InstanceIds")[0]
	for _, r := range []struct {
		pairs []string
		code  string
	}{
		{[]string{"InstanceId", "", "InstanceName", "ab"}, "MissingParameter"},
		{[]string{"InstanceId", "i-unknown", "InstanceName", "ab"}, "InstanceIdNotFound"},
		{[]string{"InstanceName", "a"}, "InvalidParameter.InstanceName"},
		{[]string{"InstanceName", "1a"}, "InvalidParameter.InstanceName"},
		{[]string{"InstanceName", "http://a"}, "InvalidParameter.InstanceName"},
		{[]string{"InstanceName", "a" + strings.Repeat("b", 128)}, "InvalidParameter.InstanceName"},
		{[]string{"HostName", "a--b"}, "InvalidParameter.HostName"},
		{[]string{"Password", "weakweak"}, "InvalidParameter.Password"},
		{[]string{"UserData", base64.StdEncoding.EncodeToString(make([]byte, 16<<10+1))}, "InvalidParameter.UserData"},
	} {
		c.WantCode(c.Call("ModifyInstanceAttribute", append([]string{"InstanceId", id}, r.pairs...)...), 400, r.code)
	}
	c.wantENSNames(id, "first", "host")
}

// TestNamesBegin: ENS may add a suffix to a name, but no prefix.
func TestNamesBegin(t *testing.T) {
	for action, pairs := range map[string][]string{
		"RunInstances":   simtest.ENSCreate("Amount", "2"),
		"CreateInstance": simtest.ENSCreateOld("Quantity", "2"),
	} {
		for _, suffix := range []string{"true", "false"} {
			sim := cloudsim.New(nil)
			c := newClient(t, sim)
			c.WantOK(c.Call(action, append(pairs, "InstanceName", "web-marker", "HostName", "host",
				"UniqueSuffix", suffix)...))
			for _, i := range sim.Instances(cloudsim.ENS) {
				if !strings.HasPrefix(i.Name, "web-marker") || (i.Name == "web-marker") != (suffix == "false") {
					t.Errorf("%s with UniqueSuffix %s made %q", action, suffix, i.Name)
				}
			}
		}
	}
}
