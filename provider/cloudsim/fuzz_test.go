package cloudsim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/cvm"
)

// FuzzRequests sends any request to each cloud. The cloud must answer, and must create
// nothing without a valid signature.
func FuzzRequests(f *testing.F) {
	for _, r := range []string{
		"", "?Action=RunInstances&Signature=x",
		"?Format=JSON&Version=2014-05-26&Action=RunInstances&Timestamp=2026-01-01T00:00:00Z",
		"iaas/?action=RunInstances&zone=pek3a&signature=x&version=1", "?a=%zz&b=%",
		"?Action=DescribeInstances&X-Amz=%41",
	} {
		f.Add(http.MethodGet, r, "", "", "")
		f.Add(http.MethodPost, "", "application/x-www-form-urlencoded", strings.TrimLeft(r, "?"), "")
		f.Add(http.MethodPost, "", "application/json", `{"ImageId":"img-1"}`,
			"TC3-HMAC-SHA256 Credential=testid/2026-01-01/cvm/tc3_request, SignedHeaders=host, Signature=0")
		f.Add(http.MethodPost, r, "application/json", "{}",
			"ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=0")
	}
	f.Fuzz(func(t *testing.T, method, target, kind, body, auth string) {
		for _, c := range Clouds() {
			r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
			u, err := url.Parse("http://host/" + target)
			if err != nil {
				return
			}
			r.Method, r.URL, r.RequestURI = method, u, u.RequestURI()
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Authorization", auth)
			r.Header.Set("X-TC-Action", "RunInstances")
			r.Header.Set("X-TC-Version", cvm.Version)
			rec := httptest.NewRecorder()
			sim := New(nil)
			sim.Handler(c).ServeHTTP(rec, r)
			if rec.Code == 0 || rec.Body.Len() == 0 || len(sim.Everything()) > 0 {
				t.Errorf("%s answers %d %q, and has %d instances", c, rec.Code, rec.Body, len(sim.Everything()))
			}
		}
	})
}

// FuzzParameters gives any parameters to any action, as if they were signed. Each call
// gets an answer in the vendor's form, and the same answer twice.
func FuzzParameters(f *testing.F) {
	for i, c := range Clouds() {
		for j := range actionsOf(New(nil), c) {
			f.Add(byte(i), byte(j), "RegionId=cn-hangzhou&zone=pek3a&count=1")
			f.Add(byte(i), byte(j), "RegionId=cn-hangzhou&ImageId=m-1&InstanceType=ecs.g6.large&Amount=2&DataDisk.1.Size=40&InstanceId.1=i-1&PageSize=-1")
			f.Add(byte(i), byte(j), "zone=pek3a&image_id=jammyx64&instance_type=c1m1&login_mode=passwd&login_passwd=Abc12345&vxnets.1=vxnet-0&instances.1=i-1&limit=0")
		}
	}
	f.Fuzz(func(t *testing.T, cloud, action byte, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		params := map[string]string{}
		for k, v := range values {
			params[k] = v[0]
		}
		sim := New(nil)
		name := Clouds()[int(cloud)%4]
		actions := actionsOf(sim, name)
		k := &core.Call{
			Action: actions[int(action)%len(actions)], Region: "cn-hangzhou", Now: time.Now(),
			Params: params, Format: alibaba.JSON, RequestID: "r",
		}
		if name == CVM {
			tree, refused := cvm.FormTree(params)
			if refused != nil {
				return
			}
			k.Tree, k.Region = tree, "ap-guangzhou"
		}
		for range 2 {
			a := sim.cloud(name).Wire.Serve(k)
			if a == nil || !json.Valid(a.Body) {
				t.Fatalf("%s of %s is answered by %+v", k.Action, name, a)
			}
		}
	})
}

// actionsOf returns the actions of a cloud, in order.
func actionsOf(s *Sim, c Cloud) []string {
	return s.cloud(c).Wire.Actions()
}
