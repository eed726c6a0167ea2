package cloudsim

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	ecsTestURL = "http://ecs.cn-hangzhou.aliyuncs.com/"
	ensTestURL = "http://ens.aliyuncs.com/"
)

// aliClient is a client as an Alibaba customer would write one by hand: RPC
// signature version 1, everything in the query, JSON answers.
type aliClient struct {
	T      *testing.T
	rt     http.RoundTripper
	url    string
	ver    string
	nonces int
}

// stNewECS returns a client of ECS in cn-hangzhou.
func stNewECS(t *testing.T, rt http.RoundTripper) *aliClient {
	return &aliClient{T: t, rt: rt, url: ecsTestURL, ver: "2014-05-26"}
}

// stNewENS returns a client of ENS.
func stNewENS(t *testing.T, rt http.RoundTripper) *aliClient {
	return &aliClient{T: t, rt: rt, url: ensTestURL, ver: "2017-11-10"}
}

// aliReply is an answer, decoded from JSON.
type aliReply struct {
	status int
	body   map[string]any
	raw    string
}

func (r aliReply) code() string { return fmt.Sprint(r.body["Code"]) }

// at walks an answer by names and indexes, as in at("Instances", "Instance", 0).
func (r aliReply) at(path ...any) any {
	var v any = r.body
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func (r aliReply) strings(path ...any) []string {
	list, _ := r.at(path...).([]any)
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// system returns the parameters of the protocol for one call.
func (c *aliClient) system(action string) map[string]string {
	c.nonces++
	return map[string]string{
		"Action":           action,
		"Version":          c.ver,
		"Format":           "JSON",
		"AccessKeyId":      DefaultAccessKeyID,
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureVersion": "1.0",
		"SignatureNonce":   fmt.Sprintf("%s-%d", c.T.Name(), c.nonces),
		"Timestamp":        time.Now().UTC().Format(aliStamp),
	}
}

func aliSignRPC(method, secret string, params map[string]string) map[string]string {
	out := maps.Clone(params)
	out["Signature"] = base64.StdEncoding.EncodeToString(rpcSign(secret, rpcStringToSign(method, params)))
	return out
}

// call performs an action with name, value pairs as its parameters.
func (c *aliClient) call(action string, pairs ...string) aliReply {
	c.T.Helper()
	params := c.system(action)
	maps.Copy(params, aliPairs(pairs))
	return c.send(http.MethodPost, aliEncode(aliSignRPC(http.MethodPost, DefaultAccessKeySecret, params), ""), "")
}

func aliPairs(pairs []string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// send sends a query and a form and decodes the answer.
func (c *aliClient) send(method, query, form string) aliReply {
	c.T.Helper()
	req := c.request(method, query, form)
	return c.do(req)
}

func (c *aliClient) request(method, query, form string) *http.Request {
	c.T.Helper()
	u := c.url
	if query != "" {
		u += "?" + query
	}
	req, err := http.NewRequestWithContext(c.T.Context(), method, u, strings.NewReader(form))
	if err != nil {
		c.T.Fatal(err)
	}
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	return req
}

func (c *aliClient) do(req *http.Request) aliReply {
	c.T.Helper()
	status, raw := c.raw(req)
	reply := aliReply{status: status, raw: raw}
	if err := json.Unmarshal([]byte(raw), &reply.body); err != nil {
		c.T.Fatalf("the answer is not JSON: %v\n%s", err, raw)
	}
	return reply
}

func (c *aliClient) raw(req *http.Request) (status int, body string) {
	c.T.Helper()
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		c.T.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.T.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// acs3 builds a request with ACS3 headers.
func (c *aliClient) acs3(method, action, query, form string) *http.Request {
	c.T.Helper()
	c.nonces++
	req := c.request(method, query, form)
	req.Header.Set("x-acs-action", action)
	req.Header.Set("x-acs-version", c.ver)
	req.Header.Set("x-acs-date", time.Now().UTC().Format(aliStamp))
	req.Header.Set("x-acs-signature-nonce", fmt.Sprintf("%s-acs3-%d", c.T.Name(), c.nonces))
	req.Header.Set("x-acs-content-sha256", acs3Hash([]byte(form)))
	aliSignACS3(c.T, req, DefaultAccessKeySecret)
	return req
}

// aliSignACS3 signs all that the protocol wants signed and is there.
func aliSignACS3(t *testing.T, req *http.Request, secret string) {
	t.Helper()
	signed := []string{}
	for _, name := range strings.Fields("content-type " + acs3Signed) {
		if name == "host" || req.Header.Get(name) != "" {
			signed = append(signed, name)
		}
	}
	if req.Header.Get("x-acs-security-token") != "" {
		signed = append(signed, "x-acs-security-token")
	}
	aliSignACS3List(t, req, secret, signed)
}

func aliSignACS3List(t *testing.T, req *http.Request, secret string, signed []string) {
	t.Helper()
	query, aerr := aliDecode(req.URL.RawQuery)
	if aerr != nil {
		t.Fatal(aerr.message)
	}
	sum := acs3Sign(secret, acs3StringToSign(acs3Canonical(req, query, signed)))
	req.Header.Set("Authorization", acs3Name+" Credential="+DefaultAccessKeyID+
		",SignedHeaders="+strings.Join(signed, ";")+",Signature="+hex.EncodeToString(sum))
}

// wantCode fails unless a call was refused so.
func (c *aliClient) wantCode(r aliReply, status int, code string) {
	c.T.Helper()
	if r.status != status || r.code() != code {
		c.T.Errorf("answered %d %s, want %d %s\n%s", r.status, r.code(), status, code, r.raw)
	}
}

// wantOK fails the test unless a call went well.
func (c *aliClient) wantOK(r aliReply) aliReply {
	c.T.Helper()
	if r.status != http.StatusOK {
		c.T.Fatalf("refused with %d %s: %v", r.status, r.code(), r.body["Message"])
	}
	if r.body["RequestId"] == "" {
		c.T.Error("the answer has no RequestId")
	}
	return r
}

// ecsBase is the smallest RunInstances, and what is added to it.
func ecsBase(more ...string) []string {
	return append([]string{
		"RegionId", "cn-hangzhou",
		"ImageId", "ubuntu_18_04_64_20G_alibase_20190624.vhd",
		"InstanceType", "ecs.g5.large",
		"SecurityGroupId", "sg-1",
		"VSwitchId", "vsw-1",
	}, more...)
}

// run creates ECS machines and returns their IDs.
func (c *aliClient) run(more ...string) []string {
	c.T.Helper()
	return c.wantOK(c.call("RunInstances", ecsBase(more...)...)).strings("InstanceIdSets", "InstanceIdSet")
}

// describe describes ECS machines of cn-hangzhou.
func (c *aliClient) describe(more ...string) aliReply {
	c.T.Helper()
	return c.wantOK(c.call("DescribeInstances", append([]string{"RegionId", "cn-hangzhou"}, more...)...))
}

func aliIDs(ids []string) string {
	text, _ := json.Marshal(ids)
	return string(text)
}

// wantXML decodes an XML answer with a given root.
func wantXML(t *testing.T, body, root string, into any) {
	t.Helper()
	if !strings.HasPrefix(body, `<?xml version="1.0" encoding="UTF-8"?><`+root+">") {
		t.Errorf("the answer does not begin as XML with root %s:\n%s", root, body)
	}
	if err := xml.Unmarshal([]byte(body), into); err != nil {
		t.Errorf("the answer is not XML: %v\n%s", err, body)
	}
}

// up creates ECS machines and waits for them to run. It needs a synctest bubble.
func (c *aliClient) up(more ...string) []string {
	c.T.Helper()
	ids := c.run(more...)
	time.Sleep(2 * time.Second)
	return ids
}

// xml performs an action without Format and returns the body of the answer.
func (c *aliClient) xml(action string, pairs ...string) string {
	c.T.Helper()
	params := c.system(action)
	delete(params, "Format")
	for name, value := range aliPairs(pairs) {
		params[name] = value
	}
	_, body := c.raw(c.request("GET", aliEncode(aliSignRPC("GET", DefaultAccessKeySecret, params), ""), ""))
	return body
}

// template calls an action about templates in cn-hangzhou.
func (c *aliClient) template(action string, pairs ...string) aliReply {
	c.T.Helper()
	return c.call(action, append([]string{"RegionId", "cn-hangzhou"}, pairs...)...)
}

// names lists what a describe answered, by one field of each instance.
func (r aliReply) names(field string) []string {
	list, _ := r.at("Instances", "Instance").([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i] = fmt.Sprint(r.at("Instances", "Instance", i, field))
	}
	return out
}

// ensBase is the smallest RunInstances of ENS; ensOld the smallest CreateInstance.
func ensBase(more ...string) []string {
	return append([]string{
		"InstanceType", "ens.sn1.small", "Amount", "1", "InstanceChargeType", "PostPaid",
		"ScheduleAreaLevel", "Region", "EnsRegionId", "cn-hangzhou-telecom", "Password", "EcsV587!", "ImageId", "m-1",
	}, more...)
}

func ensOld(more ...string) []string {
	return append([]string{
		"InstanceType", "ens.se1.tiny", "EnsRegionId", "cn-hangzhou", "Period", "12", "Quantity", "1", "Password", "EcsV587!",
	}, more...)
}

// signed is a signed POST with everything in the query.
func (c *aliClient) signed(action string, pairs ...string) *http.Request {
	c.T.Helper()
	params := c.system(action)
	maps.Copy(params, aliPairs(pairs))
	return c.request(http.MethodPost, aliEncode(aliSignRPC(http.MethodPost, DefaultAccessKeySecret, params), ""), "")
}
