package simtest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// TC3Request is a request of a test with its own signature code: it shares no code with
// the verification.
type TC3Request struct {
	Method, Query, Body string
	Header              map[string]string // replaces default headers; "" removes one
	Signed              string            // SignedHeaders; usually content-type;host
	SignedHost          string            // usually the Host header
	Date                string            // date in the scope; usually today
	Payload             string            // text that is hashed; usually the body
	Secret              string
	Service             string // service in the scope; usually cvm
	Host                string // usually that of CVM in ap-guangzhou, with a port
}

// Build returns the signed request.
func (q TC3Request) Build() *http.Request {
	q.Method = cmp.Or(q.Method, http.MethodPost)
	r := httptest.NewRequest(q.Method, "/"+q.Query, strings.NewReader(q.Body))
	r.Host = cmp.Or(q.Host, "cvm.ap-guangzhou.tencentcloudapi.com:8443")
	now := time.Now().UTC()
	header := map[string]string{
		"Content-Type": "application/json; charset=utf-8", "X-TC-Action": "DescribeInstances",
		"X-TC-Version": "2017-03-12",
		"X-TC-Region":  "ap-guangzhou", "X-TC-Timestamp": fmt.Sprint(now.Unix()),
	}
	maps.Copy(header, q.Header)
	for name, value := range header {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", q.Authorization(r, cmp.Or(q.Date, now.Format("2006-01-02"))))
	}
	return r
}

// Authorization returns the header of that name for a request and a date.
func (q TC3Request) Authorization(r *http.Request, date string) string {
	signed := cmp.Or(q.Signed, "content-type;host")
	canonical := q.Method + "\n/\n" + strings.TrimPrefix(q.Query, "?") + "\n"
	for _, name := range strings.Split(signed, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = cmp.Or(q.SignedHost, r.Host)
		}
		canonical += name + ":" + strings.ToLower(value) + "\n"
	}
	canonical += "\n" + signed + "\n" + fmt.Sprintf("%x", sha256.Sum256([]byte(cmp.Or(q.Payload, q.Body))))
	service := cmp.Or(q.Service, "cvm")
	scope := date + "/" + service + "/tc3_request"
	text := fmt.Sprintf("TC3-HMAC-SHA256\n%s\n%s\n%x", r.Header.Get("X-TC-Timestamp"), scope,
		sha256.Sum256([]byte(canonical)))
	key := []byte("TC3" + cmp.Or(q.Secret, "testsecret"))
	for _, part := range []string{date, service, "tc3_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return fmt.Sprintf("TC3-HMAC-SHA256 Credential=testid/%s, SignedHeaders=%s, Signature=%x", scope, signed, key)
}

// v1Form signs a form with HmacSHA1 for a method and the host of tc3Request.
func v1Form(method string, params map[string]string) string {
	all := map[string]string{
		"Action": "DescribeInstances", "Version": "2017-03-12", "Region": "ap-guangzhou", "SecretId": "testid",
		"Timestamp": fmt.Sprint(time.Now().Unix()), "Nonce": "7",
	}
	maps.Copy(all, params)
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	var pairs, escaped []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		pairs = append(pairs, key+"="+all[key])
		escaped = append(escaped, key+"="+Escape(all[key]))
	}
	mac := hmac.New(sha1.New, []byte("testsecret"))
	mac.Write([]byte(method + "cvm.ap-guangzhou.tencentcloudapi.com:8443/?" + strings.Join(pairs, "&")))
	return strings.Join(append(escaped, "Signature="+Escape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))), "&")
}

// Escape percent-encodes every byte, as a client may.
func Escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// V1GET returns a GET signed by version 1.
func V1GET(params map[string]string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/?"+v1Form(http.MethodGet, params), nil)
	r.Host = "cvm.ap-guangzhou.tencentcloudapi.com:8443"
	return r
}

// V1POST returns a POST of a form signed by version 1.
func V1POST(params map[string]string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v1Form(http.MethodPost, params)))
	r.Host = "cvm.ap-guangzhou.tencentcloudapi.com:8443"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// CVM calls one simulator.
type CVM struct {
	T      *testing.T
	h      http.Handler
	Region string
}

// NewCVM returns a client of CVM in ap-guangzhou.
func NewCVM(t *testing.T, h http.Handler) *CVM {
	return &CVM{T: t, h: h, Region: "ap-guangzhou"}
}

// Call sends a JSON body. An answer that is not in the API's form fails the test.
func (c *CVM) Call(action, body string) CVMAnswer {
	c.T.Helper()
	return AskCVM(c.T, c.h, c.Request(action, body))
}

// Request returns a signed call with a JSON body.
func (c *CVM) Request(action, body string) *http.Request {
	return TC3Request{Body: body, Header: map[string]string{"X-TC-Action": action, "X-TC-Region": c.Region}}.Build()
}

// ProductRequest returns a signed call of another product of the vendor, at its host.
func (c *CVM) ProductRequest(product, version, action, body string) *http.Request {
	return TC3Request{
		Body: body, Service: product, Host: product + ".tencentcloudapi.com",
		Header: map[string]string{"X-TC-Action": action, "X-TC-Version": version, "X-TC-Region": c.Region},
	}.Build()
}

// CVMMinimal is the smallest valid RunInstances.
const CVMMinimal = `{"Placement":{"Zone":"ap-guangzhou-2"},"ImageId":"img-pmqg1cw7"}`

// CVMCreate returns CVMMinimal with members added or replaced. A null removes one.
func CVMCreate(t *testing.T, members string) string {
	t.Helper()
	body := map[string]any{}
	for _, part := range []string{CVMMinimal, cmp.Or(members, "{}")} {
		if err := json.Unmarshal([]byte(part), &body); err != nil {
			t.Fatalf("%s: %v", part, err)
		}
	}
	b, _ := json.Marshal(body)
	return string(b)
}

// Run creates instances and returns their IDs.
func (c *CVM) Run(members string) []string {
	c.T.Helper()
	got := c.Call("RunInstances", CVMCreate(c.T, members))
	if got.Error.Code != "" {
		c.T.Fatalf("RunInstances with %s was refused: %+v", members, got.Error)
	}
	return got.InstanceIdSet
}

// Instance returns the row of DescribeInstances for one instance.
func (c *CVM) Instance(id string) map[string]any {
	c.T.Helper()
	got := c.Call("DescribeInstances", `{"InstanceIds":["`+id+`"]}`)
	if len(got.InstanceSet) != 1 {
		c.T.Fatalf("DescribeInstances of %s: %d rows, error %+v", id, len(got.InstanceSet), got.Error)
	}
	return got.InstanceSet[0]
}

// States returns the states of instances in the order of the IDs.
func (c *CVM) States(ids ...string) []string {
	c.T.Helper()
	got := c.Call("DescribeInstancesStatus", CVMIDs(ids, `,"Limit":100`))
	var states []string
	for _, s := range got.InstanceStatusSet {
		states = append(states, s.InstanceState)
	}
	return states
}

// CVMIDs returns a body with instance IDs and more members.
func CVMIDs(ids []string, more string) string {
	list, _ := json.Marshal(ids)
	return `{"InstanceIds":` + string(list) + more + `}`
}

// Refused checks an answer's code, and that no instance was created.
func (c *CVM) Refused(what string, got CVMAnswer, code string) {
	c.T.Helper()
	if got.Error.Code != code {
		c.T.Errorf("%s: code %q (%s), want %q", what, got.Error.Code, got.Error.Message, code)
	}
}

// CVMAnswer is any answer of the API.
type CVMAnswer struct {
	InstanceIdSet     []string
	InstanceSet       []map[string]any
	InstanceStatusSet []struct{ InstanceId, InstanceState string }
	ZoneSet           []struct{ Zone string }
	RegionSet         []struct{ Region string }
	TotalCount        int
	RequestId         string
	Error             struct{ Code, Message string }
}

// AskCVM sends a request to the handler and reads the answer.
func AskCVM(t *testing.T, h http.Handler, r *http.Request) CVMAnswer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("HTTP status %d, content type %q; the vendor answers everything with 200 and JSON", w.Code,
			w.Header().Get("Content-Type"))
	}
	return ReadCVM(t, w.Body.Bytes())
}

// ReadCVM reads an answer, which must be JSON with a request ID.
func ReadCVM(t *testing.T, body []byte) CVMAnswer {
	t.Helper()
	var envelope struct{ Response CVMAnswer }
	if err := json.Unmarshal(body, &envelope); err != nil {
		t.Fatalf("answer is not JSON: %v", err)
	}
	if envelope.Response.RequestId == "" {
		t.Errorf("answer has no RequestId")
	}
	return envelope.Response
}

// CVMFull has every parameter that a create can carry at once, in JSON.
const CVMFull = `{
	"InstanceChargeType":"SPOTPAID","Placement":{"Zone":"ap-guangzhou-2","ProjectId":7,"HostIds":["host-q88gab4i"],
	"DedicatedResourcePackTenancy":"ResourcePool","DedicatedResourcePackIds":["drp-1"]},
	"InstanceType":"HCCIC5.48XLARGE192","ImageId":"img-pmqg1cw7",
	"SystemDisk":{"DiskType":"CLOUD_BSSD","DiskSize":60,"CdcId":"cdc-1",
	"DiskName":"sys","Encrypt":true,"KmsKeyId":"kms-1"},
	"DataDisks":[{"DiskType":"CLOUD_TSSD","DiskSize":100,"DeleteWithInstance":false,
	"SnapshotId":"snap-1","Encrypt":true,"KmsKeyId":"kms-2","ThroughputPerformance":150,"CdcId":"cdc-2",
	"BurstPerformance":true,"DiskName":"d0"},
	{"DiskType":"LOCAL_SSD","DiskSize":200}],
	"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"subnet-1","AsVpcGateway":true,
	"PrivateIpAddresses":["10.0.0.18","10.0.0.19"],"Ipv6AddressCount":2},
	"InternetAccessible":{"InternetChargeType":"BANDWIDTH_PACKAGE","InternetMaxBandwidthOut":5,
	"PublicIpAssigned":true,"BandwidthPackageId":"bwp-1",
	"InternetServiceProvider":"CMCC","IPv4AddressType":"AntiDDoSEIP","IPv6AddressType":"EIPv6",
	"AntiDDoSPackageId":"bgp-1"},
	"InstanceCount":2,"MinCount":1,"InstanceName":"web","LoginSettings":{"KeyIds":["skey-1"],"KeepImageLogin":"FALSE"},
	"SecurityGroupIds":["sg-1","sg-2"],"EnhancedService":{"SecurityService":{"Enabled":false},
	"MonitorService":{"Enabled":true},
	"AutomationService":{"Enabled":true}},"ClientToken":"t-1","HostName":"web-{IP}",
	"ActionTimer":{"TimerAction":"TerminateInstances",
	"ActionTime":"2099-01-01T00:00:00Z","Externals":{"ReleaseAddress":true}},"DisasterRecoverGroupIds":["ps-1"],
	"PartitionNumber":3,
	"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"env","Value":"a b"}]}],
	"InstanceMarketOptions":{"MarketType":"spot","SpotOptions":{"MaxPrice":"0.97","SpotInstanceType":"one-time"}},
	"UserData":"IyEvYmluL3NoCg==","Metadata":{"Items":[{"Key":"k","Value":"v"}]},"DryRun":false,
	"CpuTopology":{"CoreCount":2,"ThreadPerCore":1},
	"CamRoleName":"role","HpcClusterId":"hpc-1","DedicatedClusterId":"cluster-1","ChcIds":["chc-1"],
	"DisableApiTermination":true,"EnableJumboFrame":true}`
