package simtest

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

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

const (
	ecsURL = "http://ecs.cn-hangzhou.aliyuncs.com/"
	ensURL = "http://ens.aliyuncs.com/"
)

// Alibaba is a client like one that a customer writes by hand: RPC signature version 1,
// all parameters in the query, JSON answers.
type Alibaba struct {
	T      *testing.T
	rt     http.RoundTripper
	url    string
	ver    string
	Nonces int
}

// NewECS returns a client of ECS in cn-hangzhou.
func NewECS(t *testing.T, rt http.RoundTripper) *Alibaba {
	return &Alibaba{T: t, rt: rt, url: ecsURL, ver: "2014-05-26"}
}

// NewVPC returns a client of the VPC product, which has newer forms of two actions of ECS.
func NewVPC(t *testing.T, rt http.RoundTripper) *Alibaba {
	return &Alibaba{T: t, rt: rt, url: "http://vpc.aliyuncs.com/", ver: "2016-04-28", Nonces: 1000} // beside a client of ECS
}

// NewENS returns a client of ENS.
func NewENS(t *testing.T, rt http.RoundTripper) *Alibaba {
	return &Alibaba{T: t, rt: rt, url: ensURL, ver: "2017-11-10"}
}

// AlibabaAnswer is an answer, decoded from JSON.
type AlibabaAnswer struct {
	Status int
	Body   map[string]any
	Raw    string
}

// Code returns the code of a refusal, "<nil>" without one.
func (r AlibabaAnswer) Code() string { return fmt.Sprint(r.Body["Code"]) }

// At returns the value at a path of names and indexes, as in At("Instances", "Instance", 0).
func (r AlibabaAnswer) At(path ...any) any {
	var v any = r.Body
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

// Strings returns the list at a path, its items as text.
func (r AlibabaAnswer) Strings(path ...any) []string {
	list, _ := r.At(path...).([]any)
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// System returns the parameters of the protocol for one call.
func (c *Alibaba) System(action string) map[string]string {
	c.Nonces++
	return map[string]string{
		"Action":           action,
		"Version":          c.ver,
		"Format":           "JSON",
		"AccessKeyId":      core.DefaultAccessKeyID,
		"SignatureMethod":  "HMAC-SHA1",
		"SignatureVersion": "1.0",
		"SignatureNonce":   fmt.Sprintf("%s-%d", c.T.Name(), c.Nonces),
		"Timestamp":        time.Now().UTC().Format(alibaba.TimeFormat),
	}
}

// SignRPC returns parameters with their signature of version 1.
func SignRPC(method, secret string, params map[string]string) map[string]string {
	out := maps.Clone(params)
	out["Signature"] = base64.StdEncoding.EncodeToString(
		alibaba.RPCSign(secret, alibaba.RPCStringToSign(method, params)))
	return out
}

// Call performs an action with name, value pairs as its parameters.
func (c *Alibaba) Call(action string, pairs ...string) AlibabaAnswer {
	c.T.Helper()
	params := c.System(action)
	maps.Copy(params, Pairs(pairs))
	return c.Send(http.MethodPost, alibaba.EncodeParams(SignRPC(http.MethodPost, core.DefaultAccessKeySecret, params),
		""), "")
}

// Pairs makes a map of name, value pairs.
func Pairs(pairs []string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// Send sends a query and a form and decodes the answer.
func (c *Alibaba) Send(method, query, form string) AlibabaAnswer {
	c.T.Helper()
	req := c.Request(method, query, form)
	return c.Do(req)
}

// Request builds a request with a query and a form that are signed already.
func (c *Alibaba) Request(method, query, form string) *http.Request {
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

// Do sends a request and decodes the answer.
func (c *Alibaba) Do(req *http.Request) AlibabaAnswer {
	c.T.Helper()
	status, raw := c.Raw(req)
	reply := AlibabaAnswer{Status: status, Raw: raw}
	if err := json.Unmarshal([]byte(raw), &reply.Body); err != nil {
		c.T.Fatalf("the answer is not JSON: %v\n%s", err, raw)
	}
	return reply
}

// Raw sends a request and returns the undecoded answer.
func (c *Alibaba) Raw(req *http.Request) (status int, body string) {
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

// ACS3 builds a request with ACS3 headers.
func (c *Alibaba) ACS3(method, action, query, form string) *http.Request {
	c.T.Helper()
	c.Nonces++
	req := c.Request(method, query, form)
	req.Header.Set("x-acs-action", action)
	req.Header.Set("x-acs-version", c.ver)
	req.Header.Set("x-acs-date", time.Now().UTC().Format(alibaba.TimeFormat))
	req.Header.Set("x-acs-signature-nonce", fmt.Sprintf("%s-acs3-%d", c.T.Name(), c.Nonces))
	req.Header.Set("x-acs-content-sha256", alibaba.ACS3Hash([]byte(form)))
	SignACS3(c.T, req, core.DefaultAccessKeySecret)
	return req
}

// SignACS3 signs all present headers that the protocol requires.
func SignACS3(t *testing.T, req *http.Request, secret string) {
	t.Helper()
	signed := []string{}
	for _, name := range strings.Fields("content-type " + alibaba.ACS3Signed) {
		if name == "host" || req.Header.Get(name) != "" {
			signed = append(signed, name)
		}
	}
	if req.Header.Get("x-acs-security-token") != "" {
		signed = append(signed, "x-acs-security-token")
	}
	SignACS3Headers(t, req, secret, signed)
}

// SignACS3Headers signs a request with a list of headers.
func SignACS3Headers(t *testing.T, req *http.Request, secret string, signed []string) {
	t.Helper()
	query, aerr := alibaba.DecodeParams(req.URL.RawQuery)
	if aerr != nil {
		t.Fatal(aerr.Message)
	}
	sum := alibaba.ACS3Sign(secret, alibaba.ACS3StringToSign(alibaba.ACS3Canonical(req, query, signed)))
	req.Header.Set("Authorization", alibaba.ACS3Name+" Credential="+core.DefaultAccessKeyID+
		",SignedHeaders="+strings.Join(signed, ";")+",Signature="+hex.EncodeToString(sum))
}

// WantCode fails the test unless a call was refused with this status and code.
func (c *Alibaba) WantCode(r AlibabaAnswer, status int, code string) {
	c.T.Helper()
	if r.Status != status || r.Code() != code {
		c.T.Errorf("answered %d %s, want %d %s\n%s", r.Status, r.Code(), status, code, r.Raw)
	}
}

// WantOK fails the test unless a call succeeded.
func (c *Alibaba) WantOK(r AlibabaAnswer) AlibabaAnswer {
	c.T.Helper()
	if r.Status != http.StatusOK {
		c.T.Fatalf("refused with %d %s: %v", r.Status, r.Code(), r.Body["Message"])
	}
	if r.Body["RequestId"] == "" {
		c.T.Error("the answer has no RequestId")
	}
	return r
}

// ECSCreate returns the smallest RunInstances with added parameters.
func ECSCreate(more ...string) []string {
	return append([]string{
		"RegionId", "cn-hangzhou",
		"ImageId", "ubuntu_18_04_64_20G_alibase_20190624.vhd",
		"InstanceType", "ecs.g5.large",
		"SecurityGroupId", "sg-1",
		"VSwitchId", "vsw-1",
	}, more...)
}

// Run creates ECS instances and returns their IDs.
func (c *Alibaba) Run(more ...string) []string {
	c.T.Helper()
	return c.WantOK(c.Call("RunInstances", ECSCreate(more...)...)).Strings("InstanceIdSets", "InstanceIdSet")
}

// Describe describes ECS instances of cn-hangzhou.
func (c *Alibaba) Describe(more ...string) AlibabaAnswer {
	c.T.Helper()
	return c.WantOK(c.Call("DescribeInstances", append([]string{"RegionId", "cn-hangzhou"}, more...)...))
}

// IDList returns IDs as a JSON list, the form of parameters.
func IDList(ids []string) string {
	text, _ := json.Marshal(ids)
	return string(text)
}

// WantXML decodes an XML answer with a given root.
func WantXML(t *testing.T, body, root string, into any) {
	t.Helper()
	if !strings.HasPrefix(body, `<?xml version="1.0" encoding="UTF-8"?><`+root+">") {
		t.Errorf("the answer does not begin as XML with root %s:\n%s", root, body)
	}
	if err := xml.Unmarshal([]byte(body), into); err != nil {
		t.Errorf("the answer is not XML: %v\n%s", err, body)
	}
}

// Up creates ECS instances and waits for them to run. It needs a synctest bubble.
func (c *Alibaba) Up(more ...string) []string {
	c.T.Helper()
	ids := c.Run(more...)
	time.Sleep(2 * time.Second)
	return ids
}

// XML performs an action without Format and returns the body of the answer.
func (c *Alibaba) XML(action string, pairs ...string) string {
	c.T.Helper()
	params := c.System(action)
	delete(params, "Format")
	for name, value := range Pairs(pairs) {
		params[name] = value
	}
	_, body := c.Raw(c.Request("GET", alibaba.EncodeParams(SignRPC("GET", core.DefaultAccessKeySecret, params), ""),
		""))
	return body
}

// Template calls an action about templates in cn-hangzhou.
func (c *Alibaba) Template(action string, pairs ...string) AlibabaAnswer {
	c.T.Helper()
	return c.Call(action, append([]string{"RegionId", "cn-hangzhou"}, pairs...)...)
}

// Names returns one field of each instance in a describe answer.
func (r AlibabaAnswer) Names(field string) []string {
	list, _ := r.At("Instances", "Instance").([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i] = fmt.Sprint(r.At("Instances", "Instance", i, field))
	}
	return out
}

// ENSCreate returns the smallest RunInstances of ENS with added parameters.
func ENSCreate(more ...string) []string {
	return append([]string{
		"InstanceType", "ens.sn1.small", "Amount", "1", "InstanceChargeType", "PostPaid",
		"ScheduleAreaLevel", "Region", "EnsRegionId", "cn-hangzhou-telecom", "Password", "EcsV587!", "ImageId", "m-1",
	}, more...)
}

// ENSCreateOld returns the smallest CreateInstance of ENS with added parameters.
func ENSCreateOld(more ...string) []string {
	return append([]string{
		"InstanceType", "ens.se1.tiny", "EnsRegionId", "cn-hangzhou", "Period", "12", "Quantity", "1",
		"Password", "EcsV587!",
	}, more...)
}

// Signed returns a signed POST with all parameters in the query.
func (c *Alibaba) Signed(action string, pairs ...string) *http.Request {
	c.T.Helper()
	params := c.System(action)
	maps.Copy(params, Pairs(pairs))
	return c.Request(http.MethodPost, alibaba.EncodeParams(
		SignRPC(http.MethodPost, core.DefaultAccessKeySecret, params), ""), "")
}
