package cvm_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
)

// Requests captured from the vendor's own Node SDK, with their signatures. They prove
// that the simulator accepts the signatures of the vendor's clients.
const (
	vectorQuery = "Placement.Zone=ap-guangzhou-2&Placement.ProjectId=0&ImageId=img-pmqg1cw7&InstanceType=S1.SMALL1" +
		"&InstanceChargeType=POSTPAID_BY_HOUR&SystemDisk.DiskType=CLOUD_BASIC&SystemDisk.DiskSize=50" +
		"&DataDisks.0.DiskType=CLOUD_BASIC&DataDisks.0.DiskSize=100" +
		"&InternetAccessible.InternetChargeType=TRAFFIC_POSTPAID_BY_HOUR&InternetAccessible.InternetMaxBandwidthOut=10" +
		"&InternetAccessible.PublicIpAssigned=true&InstanceCount=3&InstanceName=bars%20%E6%B5%8B%E8%AF%95-mwruzat8fdes" +
		"&LoginSettings.Password=Qcloud%40TestApi123%2B%2B&EnhancedService.SecurityService.Enabled=true" +
		"&EnhancedService.MonitorService.Enabled=true"
	vectorJSON = `{"Placement":{"Zone":"ap-guangzhou-2","ProjectId":0},"ImageId":"img-pmqg1cw7","InstanceType":"S1.SMALL1",` +
		`"InstanceChargeType":"POSTPAID_BY_HOUR","SystemDisk":{"DiskType":"CLOUD_BASIC","DiskSize":50},` +
		`"DataDisks":[{"DiskType":"CLOUD_BASIC","DiskSize":100}],"InternetAccessible":{"InternetChargeType":` +
		`"TRAFFIC_POSTPAID_BY_HOUR","InternetMaxBandwidthOut":10,"PublicIpAssigned":true},"InstanceCount":3,` +
		`"InstanceName":"bars 测试-mwruzat8fdes","LoginSettings":{"Password":"Qcloud@TestApi123++"},` +
		`"EnhancedService":{"SecurityService":{"Enabled":true},"MonitorService":{"Enabled":true}}}`
	vectorHost = "127.0.0.1:18082"
)

// vector is one captured request.
type vector struct {
	name      string
	method    string
	algorithm string // HmacSHA1 and HmacSHA256 are signature method v1
	host      string
	scope     string // TC3
	timestamp int64
	nonce     string // v1
	signature string
}

func vectors() []vector {
	return []vector{
		{
			"TC3 POST without the port", "POST", cvm.TC3Algorithm, vectorHost, "2026-11-22/127", 1795353267, "",
			"677de60adea600522d640cd0ff5fdf24f2006ddb30871d70a2636eefa6d32cab",
		},
		{
			"TC3 POST to the vendor's host", "POST", cvm.TC3Algorithm, "cvm.tencentcloudapi.com", "2026-11-22/cvm",
			1795353269, "",
			"e8fbc2b7bd08375c3182e8cb7019ee09791a53b5e93024494750b0d60990fd4b",
		},
		{
			"TC3 GET", "GET", cvm.TC3Algorithm, vectorHost, "2026-11-22/127", 1795353268, "",
			"d19dbdda7b8d820f1251aa1e1858e5582638e67f139f57da8bcfbbaab0194b47",
		},
		{"HmacSHA1 GET", "GET", "HmacSHA1", vectorHost, "", 1795353271, "15559", "uIvuiQH0DcXAZu6KKtFfb2f16E0="},
		{"HmacSHA1 POST", "POST", "HmacSHA1", vectorHost, "", 1795353272, "54606", "Rh+A8cJ/9rP0XLXJbDQDnCS2Z/k="},
		{
			"HmacSHA256 GET", "GET", "HmacSHA256", vectorHost, "", 1795353274, "58591",
			"V+/TudSSq7r7n/Uynpaswi4qnqUHeTlBfadSVS2CGvE=",
		},
		{
			"HmacSHA256 POST", "POST", "HmacSHA256", vectorHost, "", 1795353275, "2498",
			"dsixoE+SkEkYKLOtFcIcL1C+vs4Fqpv3TKMCjF0STOo=",
		},
	}
}

// request rebuilds the captured request. Edit, if any, changes the parameters
// after signing.
func (v vector) request(edit func(params string) string) *http.Request {
	if edit == nil {
		edit = func(s string) string { return s }
	}
	if v.algorithm != cvm.TC3Algorithm {
		return v.v1Request(edit)
	}
	body, target, contentType := edit(vectorJSON), "/", "application/json"
	if v.method == http.MethodGet {
		body, target, contentType = "", "/?"+edit(vectorQuery), "application/x-www-form-urlencoded"
	}
	r := httptest.NewRequest(v.method, target, strings.NewReader(body))
	r.Host = v.host
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-TC-Action", "RunInstances")
	r.Header.Set("X-TC-Version", "2017-03-12")
	r.Header.Set("X-TC-Region", "ap-guangzhou")
	r.Header.Set("X-TC-Timestamp", fmt.Sprint(v.timestamp))
	r.Header.Set("Authorization", fmt.Sprintf(
		"TC3-HMAC-SHA256 Credential=testid/%s/tc3_request, SignedHeaders=content-type;host, Signature=%s", v.scope,
		v.signature))
	return r
}

func (v vector) v1Request(edit func(string) string) *http.Request {
	params := edit(fmt.Sprintf("%s&Action=RunInstances&RequestClient=SDK_NODEJS_4.1.220&Nonce=%s&Timestamp=%d&Version=2017-03-12"+
		"&SecretId=testid&Region=ap-guangzhou&SignatureMethod=%s&Signature=%s",
		vectorQuery, v.nonce, v.timestamp, v.algorithm, url.QueryEscape(v.signature)))
	r := httptest.NewRequest(v.method, "/", strings.NewReader(params))
	if v.method == http.MethodGet {
		r = httptest.NewRequest(v.method, "/?"+params, nil)
	}
	r.Host = v.host
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// atTime runs a test with the clock at the time of a capture. The clock of a bubble
// starts in the year 2000, and a sleep in it takes no real time.
func atTime(t *testing.T, timestamp int64, test func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Unix(timestamp, 0)))
		test(t)
	})
}

func TestAcceptsTheVendorsOwnSignatures(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			atTime(t, v.timestamp, func(t *testing.T) {
				sim := cloudsim.New(nil)
				got := ask(t, sim, v.request(nil))
				if len(got.InstanceIdSet) != 3 {
					t.Fatalf("a request that the vendor's SDK signed was refused: %+v", got.Error)
				}
				first := sim.Instances(cloudsim.CVM)[0]
				if first.Name != "bars 测试-mwruzat8fdes1" ||
					first.Params["LoginSettings.Password"] != "Qcloud@TestApi123++" {
					t.Errorf("parameters were not decoded as sent: name %q", first.Name)
				}
			})
		})
	}
}

func TestRefusesTheSignatureOfAnotherRequest(t *testing.T) {
	edit := func(s string) string { return strings.Replace(s, "S1.SMALL1", "S1.SMALL2", 1) }
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			atTime(t, v.timestamp, func(t *testing.T) {
				sim := cloudsim.New(nil)
				if got := ask(t, sim, v.request(edit)); got.Error.Code != "AuthFailure.SignatureFailure" {
					t.Errorf("changed after signing: code %q", got.Error.Code)
				}
				if n := sim.Calls(cloudsim.CVM, ""); n != 0 {
					t.Errorf("%d calls counted, though none was signed", n)
				}
			})
		})
	}
}

func TestRefusesAnotherSecret(t *testing.T) {
	for _, v := range vectors() {
		atTime(t, v.timestamp, func(t *testing.T) {
			sim := cloudsim.New(&cloudsim.Options{AccessKeySecret: "another"})
			if got := ask(t, sim, v.request(nil)); got.Error.Code != "AuthFailure.SignatureFailure" {
				t.Errorf("%s: signed with another secret: code %q", v.name, got.Error.Code)
			}
			sim = cloudsim.New(&cloudsim.Options{AccessKeyID: "another"})
			if got := ask(t, sim, v.request(nil)); got.Error.Code != "AuthFailure.SecretIdNotFound" {
				t.Errorf("%s: unknown secret ID: code %q", v.name, got.Error.Code)
			}
		})
	}
}

func TestAcceptsFiveMinutesOfSkew(t *testing.T) {
	for _, v := range vectors() {
		for _, c := range []struct {
			off  int64
			code string
		}{{-301, "AuthFailure.SignatureExpire"}, {-300, ""}, {300, ""}, {301, "AuthFailure.SignatureExpire"}} {
			atTime(t, v.timestamp+c.off, func(t *testing.T) {
				if got := ask(t, cloudsim.New(nil), v.request(nil)); got.Error.Code != c.code {
					t.Errorf("%s: clock off by %d s: code %q, want %q", v.name, c.off, got.Error.Code, c.code)
				}
			})
		}
	}
}

func TestReplay(t *testing.T) {
	for _, v := range vectors() {
		atTime(t, v.timestamp, func(t *testing.T) {
			sim := cloudsim.New(nil)
			ask(t, sim, v.request(nil))
			want := "" // TC3 has no nonce: a client may repeat a call byte for byte
			if v.nonce != "" {
				want = "AuthFailure.SignatureFailure"
			}
			if got := ask(t, sim, v.request(nil)); got.Error.Code != want {
				t.Errorf("%s sent twice: code %q, want %q", v.name, got.Error.Code, want)
			}
		})
	}
}
