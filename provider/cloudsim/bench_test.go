package cloudsim

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// BenchmarkDescribe makes signed describe calls by ID through the in-memory transport
// on one core, to clouds of a thousand instances. calls/s counts CPU time, including
// the caller's signing and reading. sim-us/call is the simulator's share.
func BenchmarkDescribe(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, c := range Clouds() {
		for _, n := range []int{1, 100} {
			b.Run(fmt.Sprintf("cloud=%s/ids=%d", c, n), func(b *testing.B) { benchmarkDescribe(b, c, n) })
		}
	}
}

func benchmarkDescribe(b *testing.B, c Cloud, n int) {
	b.Helper()
	sim := New(nil)
	t := sim.Transport()
	caller := benchCallers[c]
	var ids []string
	for range 10 {
		benchSend(b, t, caller.create())
	}
	for _, i := range sim.Instances(c)[400 : 400+n] {
		ids = append(ids, i.ID)
	}
	if len(sim.Instances(c)) != 1000 {
		b.Fatalf("%d instances, want 1000", len(sim.Instances(c)))
	}
	next := caller.describe(ids)
	if body := benchSend(b, t, next()); strings.Count(body, ids[0]) == 0 || !strings.Contains(body, ids[n-1]) {
		b.Fatalf("the answer lacks the instances: %.300s", body)
	}
	var serving time.Duration
	calls := 0
	start := overhead.CPUTime()
	b.ReportAllocs()
	for b.Loop() {
		req := next()
		at := overhead.CPUTime()
		resp, err := t.RoundTrip(req)
		serving += overhead.CPUTime() - at
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp, err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		calls++
	}
	total := overhead.CPUTime() - start
	b.ReportMetric(float64(calls)/total.Seconds(), "calls/s")
	b.ReportMetric(float64(serving.Microseconds())/float64(calls), "sim-us/call")
}

func benchSend(b *testing.B, t http.RoundTripper, req *http.Request) string {
	b.Helper()
	resp, err := t.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%d %v: %s", resp.StatusCode, err, body)
	}
	return string(body)
}

// benchCaller makes signed requests: one create of a hundred instances, and any number
// of describes.
type benchCaller struct {
	create   func() *http.Request
	describe func(ids []string) func() *http.Request
}

var benchCallers = map[Cloud]benchCaller{
	ECS: {
		create: func() *http.Request {
			return benchAlibaba("ecs.cn-hangzhou.aliyuncs.com", "2014-05-26", "RunInstances", map[string]string{
				"RegionId": "cn-hangzhou", "Amount": "100", "ImageId": "ubuntu_22_04", "InstanceType": "ecs.g6.large",
				"VSwitchId": "vsw-1", "SecurityGroupId": "sg-1", "InstanceName": "bench",
			})()
		},
		describe: func(ids []string) func() *http.Request {
			return benchAlibaba("ecs.cn-hangzhou.aliyuncs.com", "2014-05-26", "DescribeInstances", map[string]string{
				"RegionId": "cn-hangzhou", "PageSize": "100", "InstanceIds": benchJSON(ids),
			})
		},
	},
	ENS: {
		create: func() *http.Request {
			return benchAlibaba("ens.aliyuncs.com", "2017-11-10", "RunInstances", map[string]string{
				"EnsRegionId": "cn-hangzhou-44", "Amount": "100", "ImageId": "m-1", "InstanceType": "ens.sn1.small",
				"ScheduleAreaLevel": "Region",
				"SystemDisk":        `{"Size":40}`, "InstanceChargeType": "PostPaid",
				"InternetChargeType": "95BandwidthByMonth", "Password": "Password-1",
				"InternetMaxBandwidthOut": "5", "InstanceName": "bench",
			})()
		},
		describe: func(ids []string) func() *http.Request {
			return benchAlibaba("ens.aliyuncs.com", "2017-11-10", "DescribeInstances", map[string]string{
				"PageSize": "100", "InstanceIds": benchJSON(ids),
			})
		},
	},
	CVM: {
		create: func() *http.Request {
			return benchTencent("RunInstances", strings.TrimSuffix(simtest.CVMMinimal, "}")+`,"InstanceCount":100}`)()
		},
		describe: func(ids []string) func() *http.Request {
			return benchTencent("DescribeInstances", simtest.CVMIDs(ids, `,"Limit":100`))
		},
	},
	QingCloud: {
		create: func() *http.Request {
			return benchQing("RunInstances", "count=100", "image_id=jammyx64", "instance_type=e2.large.r2",
				"login_mode=passwd", "login_passwd=Password-1")()
		},
		describe: func(ids []string) func() *http.Request {
			pairs := []string{"limit=100"}
			for i, id := range ids {
				pairs = append(pairs, fmt.Sprintf("instances.%d=%s", i+1, id))
			}
			return benchQing("DescribeInstances", pairs...)
		},
	},
}

func benchJSON(ids []string) string {
	text, _ := json.Marshal(ids)
	return string(text)
}

// benchAlibaba signs each call again, because every nonce may be used once. It builds
// the rest of the request only once.
func benchAlibaba(host, version, action string, params map[string]string) func() *http.Request {
	all := map[string]string{
		"Action": action, "Version": version, "Format": "JSON", "AccessKeyId": DefaultAccessKeyID, "SignatureMethod": "HMAC-SHA1",
		"SignatureVersion": "1.0", "SignatureNonce": "NONCE", "Timestamp": time.Now().UTC().Format(alibaba.TimeFormat),
	}
	maps.Copy(all, params)
	before, after, _ := strings.Cut(alibaba.EncodeParams(all, ""), "NONCE")
	signed, unsigned, _ := strings.Cut(alibaba.RPCStringToSign(http.MethodPost, all), "NONCE")
	nonce := 0
	return func() *http.Request {
		nonce++
		n := action + strconv.Itoa(nonce) + "-" + strconv.FormatInt(time.Now().UnixNano(), 36)
		sum := base64.StdEncoding.EncodeToString(alibaba.RPCSign(DefaultAccessKeySecret, signed+n+unsigned))
		form := before + n + after + "&Signature=" + url.QueryEscape(sum)
		return benchRequest(http.MethodPost, host, "/", "", form,
			http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	}
}

// benchTencent signs once: the same request is accepted again for five minutes.
func benchTencent(action, body string) func() *http.Request {
	var header http.Header
	var until time.Time
	return func() *http.Request {
		if now := time.Now(); now.After(until) {
			signed := simtest.TC3Request{Body: body, Header: map[string]string{"X-TC-Action": action}}.Build()
			header, until = signed.Header, now.Add(time.Minute)
		}
		return benchRequest(http.MethodPost, "cvm.ap-guangzhou.tencentcloudapi.com:8443", "/", "", body, header)
	}
}

// benchQing signs from time to time: a request is accepted again for a minute.
func benchQing(action string, pairs ...string) func() *http.Request {
	c := &simtest.QingCloud{
		Key: DefaultAccessKeyID, Secret: DefaultAccessKeySecret, Zone: "pek3a", Method: http.MethodGet,
		Path: "/iaas/", Signs: "/iaas/", Stamp: time.Now,
	}
	query, until := "", time.Time{}
	return func() *http.Request {
		if now := time.Now(); now.After(until) {
			query, until = c.Sign(action, pairs...), now.Add(20*time.Second)
		}
		return benchRequest(http.MethodGet, "api.qingcloud.com", "/iaas/", query, "", http.Header{})
	}
}

func benchRequest(method, host, path, query, body string, header http.Header) *http.Request {
	req := &http.Request{
		Method: method, Host: host, URL: &url.URL{Scheme: "https", Host: host, Path: path, RawQuery: query},
		Header: header,
		Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Proto: "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1,
	}
	return req.WithContext(context.Background())
}
