package cloudsim

import (
	"encoding/json"
	"testing"
)

func TestAnswerInBothFormats(t *testing.T) {
	o := aliObject{
		{"Text", `<a & "b"> 空`},
		{"Number", 7},
		{"Price", 0.97},
		{"Yes", true},
		{"Empty", ""},
		{"Wrapped", aliList("Item", []string{"x", "y"})},
		{"Flat", []any{"x", "y"}},
		{"None", aliList("Item", []string(nil))},
	}
	var fields map[string]any
	a := encodeAli(200, aliJSON, "Root", o)
	if err := json.Unmarshal(a.Body, &fields); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, a.Body)
	}
	reply := aliReply{body: fields}
	for _, w := range []struct {
		got, want any
	}{
		{reply.at("Text"), `<a & "b"> 空`},
		{reply.at("Number"), 7.0},
		{reply.at("Price"), 0.97},
		{reply.at("Yes"), true},
		{reply.at("Wrapped", "Item", 1), "y"},
		{reply.at("Flat", 1), "y"},
	} {
		if w.got != w.want {
			t.Errorf("JSON holds %v, want %v", w.got, w.want)
		}
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?><Root><Text>&lt;a &amp; &#34;b&#34;&gt; 空</Text><Number>7</Number>` +
		`<Price>0.97</Price><Yes>true</Yes><Empty></Empty><Wrapped><Item>x</Item><Item>y</Item></Wrapped>` +
		`<Flat>x</Flat><Flat>y</Flat><None></None></Root>`
	if got := string(encodeAli(200, aliXML, "Root", o).Body); got != want {
		t.Errorf("XML is\n%s\nwant\n%s", got, want)
	}
}

// TestFormat: RPC answers XML unless JSON is asked for, in whatever case; ACS3
// always answers JSON. Errors follow.
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
			client := aliNewECS(t, New(nil))
			params := client.system(c.action)
			delete(params, "Format")
			if c.format != "" {
				params["Format"] = c.format
			}
			req := client.request("GET", aliEncode(aliSignRPC("GET", DefaultAccessKeySecret, params), ""), "")
			_, body := client.raw(req)
			var got struct{ RequestId string }
			if c.json {
				if err := json.Unmarshal([]byte(body), &got); err != nil {
					t.Errorf("not JSON: %v\n%s", err, body)
				}
			} else {
				wantXML(t, body, c.root, &got)
			}
			if got.RequestId == "" {
				t.Errorf("no RequestId in\n%s", body)
			}
		})
	}
	c := aliNewECS(t, New(nil))
	c.wantCode(c.do(c.acs3("POST", "MakeCoffee", "Format=XML", "")), 403, "InvalidAction")
}

// TestErrorFieldsAreStrings: the vendor's SDK for Go panics on anything else.
func TestErrorFieldsAreStrings(t *testing.T) {
	c := aliNewENS(t, New(nil))
	reply := c.call("CreateInstance")
	for _, name := range []string{"RequestId", "HostId", "Code", "Message"} {
		if s, ok := reply.body[name].(string); !ok || s == "" {
			t.Errorf("%s is %v, want text", name, reply.body[name])
		}
	}
	if got := reply.body["HostId"]; got != "ens.aliyuncs.com" {
		t.Errorf("HostId is %v", got)
	}
}

// TestInstancesInXML reads what a client without Format gets.
func TestInstancesInXML(t *testing.T) {
	c := aliNewECS(t, New(nil))
	ids := c.run("Amount", "2")
	params := c.system("DescribeInstances")
	delete(params, "Format")
	params["RegionId"] = "cn-hangzhou"
	_, body := c.raw(c.request("GET", aliEncode(aliSignRPC("GET", DefaultAccessKeySecret, params), ""), ""))
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
	wantXML(t, body, "DescribeInstancesResponse", &got)
	if got.TotalCount != 2 || len(got.Instances.Instance) != 2 || got.Instances.Instance[1].InstanceId != ids[1] ||
		len(got.Instances.Instance[0].VpcAttributes.PrivateIpAddress.IpAddress) != 1 {
		t.Errorf("XML holds %+v, want the machines %v\n%s", got, ids, body)
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
		if got := aliNumbered(c.name, 0, c.unique); got != c.first {
			t.Errorf("first of %q (suffix %t) is %q, want %q", c.name, c.unique, got, c.first)
		}
		if got := aliNumbered(c.name, 2, c.unique); got != c.third {
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
		if got := aliWildcard(c.pattern, c.name); got != c.want {
			t.Errorf("pattern %q on %q: %t, want %t", c.pattern, c.name, got, c.want)
		}
	}
}
