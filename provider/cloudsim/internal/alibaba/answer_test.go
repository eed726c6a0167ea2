package alibaba_test

import (
	"encoding/json"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestAnswerInBothFormats(t *testing.T) {
	o := alibaba.Object{
		{"Text", `<a & "b"> 空`},
		{"Number", 7},
		{"Price", 0.97},
		{"Yes", true},
		{"Empty", ""},
		{"Wrapped", alibaba.List("Item", []string{"x", "y"})},
		{"Flat", []any{"x", "y"}},
		{"None", alibaba.List("Item", []string(nil))},
	}
	var fields map[string]any
	a := alibaba.EncodeAnswer(200, alibaba.JSON, "Root", o)
	if err := json.Unmarshal(a.Body, &fields); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, a.Body)
	}
	reply := simtest.AlibabaAnswer{Body: fields}
	for _, w := range []struct {
		got, want any
	}{
		{reply.At("Text"), `<a & "b"> 空`},
		{reply.At("Number"), 7.0},
		{reply.At("Price"), 0.97},
		{reply.At("Yes"), true},
		{reply.At("Wrapped", "Item", 1), "y"},
		{reply.At("Flat", 1), "y"},
	} {
		if w.got != w.want {
			t.Errorf("JSON holds %v, want %v", w.got, w.want)
		}
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?><Root><Text>&lt;a &amp; &#34;b&#34;&gt; 空</Text><Number>7</Number>` +
		`<Price>0.97</Price><Yes>true</Yes><Empty></Empty><Wrapped><Item>x</Item><Item>y</Item></Wrapped>` +
		`<Flat>x</Flat><Flat>y</Flat><None></None></Root>`
	if got := string(alibaba.EncodeAnswer(200, alibaba.XML, "Root", o).Body); got != want {
		t.Errorf("XML is\n%s\nwant\n%s", got, want)
	}
}

// TestFormat: RPC answers in XML unless JSON is requested, in any case; ACS3 always
// answers in JSON. So do errors.
func TestFormat(t *testing.T) {
	for _, c := range []struct {
		format, action, root string
		json                 bool
	}{
		{"", "DescribeRegions", "DescribeRegionsResponse", false},
		{"xml", "DescribeRegions", "DescribeRegionsResponse", false},
		{"XML", "MakeCoffee", "Error", false},
		{"", "MakeCoffee", "Error", false},
		{"json", "DescribeRegions", "", true},
		{"JSON", "MakeCoffee", "", true},
	} {
		t.Run(c.format+" "+c.action, func(t *testing.T) {
			client := newECS(t, cloudsim.New(nil))
			params := client.System(c.action)
			delete(params, "Format")
			if c.format != "" {
				params["Format"] = c.format
			}
			req := client.Request("GET", alibaba.EncodeParams(
				simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params), ""), "")
			_, body := client.Raw(req)
			var got struct{ RequestId string }
			if c.json {
				if err := json.Unmarshal([]byte(body), &got); err != nil {
					t.Errorf("not JSON: %v\n%s", err, body)
				}
			} else {
				simtest.WantXML(t, body, c.root, &got)
			}
			if got.RequestId == "" {
				t.Errorf("no RequestId in\n%s", body)
			}
		})
	}
	c := newECS(t, cloudsim.New(nil))
	c.WantCode(c.Do(c.ACS3("POST", "MakeCoffee", "Format=XML", "")), 403, "InvalidAction")
}

// TestErrorFieldsAreStrings: the vendor's SDK for Go panics on anything else.
func TestErrorFieldsAreStrings(t *testing.T) {
	c := newENS(t, cloudsim.New(nil))
	reply := c.Call("CreateInstance")
	for _, name := range []string{"RequestId", "HostId", "Code", "Message"} {
		if s, ok := reply.Body[name].(string); !ok || s == "" {
			t.Errorf("%s is %v, want text", name, reply.Body[name])
		}
	}
	if got := reply.Body["HostId"]; got != "ens.aliyuncs.com" {
		t.Errorf("HostId is %v", got)
	}
}

// TestInstancesInXML reads what a client without Format gets.
func TestInstancesInXML(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	ids := c.Run("Amount", "2")
	params := c.System("DescribeInstances")
	delete(params, "Format")
	params["RegionId"] = "cn-hangzhou"
	_, body := c.Raw(c.Request("GET", alibaba.EncodeParams(
		simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params), ""), ""))
	var got struct {
		TotalCount int
		Instances  struct {
			Instance []struct {
				InstanceId    string
				Cpu           int
				VpcAttributes struct {
					PrivateIpAddress struct{ IpAddress []string }
				}
			}
		}
	}
	simtest.WantXML(t, body, "DescribeInstancesResponse", &got)
	if got.TotalCount != 2 || len(got.Instances.Instance) != 2 || got.Instances.Instance[1].InstanceId != ids[1] ||
		len(got.Instances.Instance[0].VpcAttributes.PrivateIpAddress.IpAddress) != 1 {
		t.Errorf("XML holds %+v, want the instances %v\n%s", got, ids, body)
	}
}

func TestNumberedNames(t *testing.T) {
	for _, c := range []struct {
		name   string
		unique bool
		first  string
		third  string
	}{
		{"web", false, "web", "web"},
		{"web", true, "web001", "web003"},
		{"k8s-node-[1,4]-alibabacloud", false, "k8s-node-0001-alibabacloud", "k8s-node-0003-alibabacloud"},
		{"k8s-[9,2]", true, "k8s-09", "k8s-11"},
		{"n[999,2]", false, "n999", "n1001"},
		{"odd[1]name", false, "odd[1]name", "odd[1]name"},
		{"", true, "", ""},
	} {
		if got := alibaba.Numbered(c.name, 0, c.unique); got != c.first {
			t.Errorf("first of %q (suffix %t) is %q, want %q", c.name, c.unique, got, c.first)
		}
		if got := alibaba.Numbered(c.name, 2, c.unique); got != c.third {
			t.Errorf("third of %q (suffix %t) is %q, want %q", c.name, c.unique, got, c.third)
		}
	}
}

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"web", "web", true},
		{"web", "web1", false},
		{"web*", "web1", true},
		{"*web", "myweb", true},
		{"*b*", "web", true},
		{"*x*", "web", false},
		{"w*b*1", "web-b1", true},
		{"w*b", "w", false},
		{"*", "", true},
		{"ab*ba", "aba", false},
	} {
		if got := alibaba.Wildcard(c.pattern, c.name); got != c.want {
			t.Errorf("pattern %q on %q: %t, want %t", c.pattern, c.name, got, c.want)
		}
	}
}
