package cloudsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// vendor is one cloud's protocol under common names, so that a test of a fault is
// written once and runs over four wires.
type vendor struct {
	t     *testing.T
	sim   *Sim
	cloud Cloud

	create   func(n int, token string) *http.Request
	describe func(ids ...string) *http.Request // none = all, 100 to a page
	end      func(id string) *http.Request
	stop     func(id string) *http.Request
	rename   func(id string) *http.Request // nil: the cloud's call is not simulated

	read    func(body []byte) vendorAnswer
	missing string // code for an instance that does not exist
}

// vendorAnswer is the content of an answer in a common form.
type vendorAnswer struct {
	code  string   // "" for success
	ids   []string // in the answer of a create or a describe
	total int
	order string
}

// eachVendor runs a test over the wire of every cloud.
func eachVendor(t *testing.T, o *Options, test func(t *testing.T, v *vendor)) {
	t.Helper()
	for _, connect := range []func(*testing.T, *Sim) *vendor{ecsVendor, ensVendor, cvmVendor, qingVendor} {
		name := connect(t, New(nil)).cloud
		t.Run(string(name), func(t *testing.T) { test(t, connect(t, New(o))) })
	}
}

func ecsVendor(t *testing.T, sim *Sim) *vendor {
	c := newECSClient(t, sim)
	one := func(action string, more ...string) func(string) *http.Request {
		return func(id string) *http.Request {
			return c.Signed(action, append([]string{"RegionId", "cn-hangzhou", "InstanceId", id}, more...)...)
		}
	}
	return &vendor{
		t: t, sim: sim, cloud: ECS, read: readAliAnswer, missing: "InvalidInstanceId.NotFound",
		create: func(n int, token string) *http.Request {
			return c.Signed("RunInstances", simtest.ECSCreate("Amount", fmt.Sprint(n), "ClientToken", token)...)
		},
		describe: func(ids ...string) *http.Request {
			pairs := []string{"RegionId", "cn-hangzhou", "PageSize", "100"}
			if len(ids) > 0 {
				pairs = append(pairs, "InstanceIds", simtest.IDList(ids))
			}
			return c.Signed("DescribeInstances", pairs...)
		},
		end:  one("DeleteInstance", "Force", "true"),
		stop: one("StopInstance"),
	}
}

func ensVendor(t *testing.T, sim *Sim) *vendor {
	c := newENSClient(t, sim)
	one := func(action string, more ...string) func(string) *http.Request {
		return func(id string) *http.Request { return c.Signed(action, append([]string{"InstanceId", id}, more...)...) }
	}
	return &vendor{
		t: t, sim: sim, cloud: ENS, read: readAliAnswer, missing: "InstanceIdNotFound",
		create: func(n int, _ string) *http.Request {
			return c.Signed("RunInstances", simtest.ENSCreate("Amount", fmt.Sprint(n))...)
		},
		describe: func(ids ...string) *http.Request {
			pairs := []string{"PageSize", "100"}
			if len(ids) > 0 {
				pairs = append(pairs, "InstanceIds", simtest.IDList(ids))
			}
			return c.Signed("DescribeInstances", pairs...)
		},
		end:    one("ReleasePostPaidInstance"),
		stop:   one("StopInstance"),
		rename: one("ModifyInstanceAttribute", "InstanceName", "other"),
	}
}

func cvmVendor(t *testing.T, sim *Sim) *vendor {
	c := newCVMClient(t, sim)
	send := func(action, body string) *http.Request {
		r := c.Request(action, body)
		r.URL.Scheme, r.URL.Host, r.RequestURI = "https", "cvm.tencentcloudapi.com", ""
		return r
	}
	one := func(action, more string) func(string) *http.Request {
		return func(id string) *http.Request { return send(action, simtest.CVMIDs([]string{id}, more)) }
	}
	return &vendor{
		t: t, sim: sim, cloud: CVM, missing: "InvalidInstanceId.NotFound",
		read: func(body []byte) vendorAnswer {
			got := simtest.ReadCVM(t, body)
			out := vendorAnswer{code: got.Error.Code, ids: got.InstanceIdSet, total: got.TotalCount}
			for _, row := range got.InstanceSet {
				out.ids = append(out.ids, fmt.Sprint(row["InstanceId"]))
			}
			return out
		},
		create: func(n int, token string) *http.Request {
			return send("RunInstances", simtest.CVMCreate(
				t, fmt.Sprintf(`{"InstanceCount":%d,"ClientToken":%q}`, n, token)))
		},
		describe: func(ids ...string) *http.Request {
			if len(ids) == 0 {
				return send("DescribeInstances", `{"Limit":100}`)
			}
			return send("DescribeInstances", simtest.CVMIDs(ids, `,"Limit":100`))
		},
		end:    one("TerminateInstances", ""),
		stop:   one("StopInstances", ""),
		rename: one("ModifyInstancesAttribute", `,"InstanceName":"other"`),
	}
}

func qingVendor(t *testing.T, sim *Sim) *vendor {
	c := newQingClient(t, sim)
	send := func(action string, pairs ...string) *http.Request {
		return newTestRequest(t, http.MethodGet, "https://api.qingcloud.com/iaas/?"+c.Sign(action, pairs...))
	}
	one := func(action, name string, more ...string) func(string) *http.Request {
		return func(id string) *http.Request { return send(action, append([]string{name + "=" + id}, more...)...) }
	}
	return &vendor{
		t: t, sim: sim, cloud: QingCloud, missing: "2100",
		read: func(body []byte) vendorAnswer {
			var a simtest.QingCloudAnswer
			if err := json.Unmarshal(body, &a); err != nil {
				t.Fatalf("the answer is not JSON: %v\n%s", err, body)
			}
			out := vendorAnswer{code: strings.TrimPrefix(fmt.Sprint(a.Code()), "0"), ids: a.Instances, total: a.Total}
			for _, m := range a.Set {
				out.ids = append(out.ids, m.ID)
			}
			return out
		},
		create: func(n int, _ string) *http.Request {
			return send("RunInstances", simtest.QingCloudCreate(fmt.Sprintf("count=%d", n))...)
		},
		describe: func(ids ...string) *http.Request {
			pairs := []string{"limit=100"}
			for i, id := range ids {
				pairs = append(pairs, fmt.Sprintf("instances.%d=%s", i+1, id))
			}
			return send("DescribeInstances", pairs...)
		},
		end:    one("TerminateInstances", "instances.1"),
		stop:   one("StopInstances", "instances.1"),
		rename: one("ModifyInstanceAttributes", "instance", "instance_name=other"),
	}
}

func newTestRequest(t *testing.T, method, target string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readAliAnswer reads an answer of ECS or ENS.
func readAliAnswer(body []byte) vendorAnswer {
	r := simtest.AlibabaAnswer{Raw: string(body)}
	if err := json.Unmarshal(body, &r.Body); err != nil {
		return vendorAnswer{code: "not JSON"}
	}
	var a vendorAnswer
	if code, refused := r.Body["Code"].(string); refused {
		a.code = code
	}
	if total, ok := r.Body["TotalCount"].(float64); ok {
		a.total = int(total)
	}
	if order, ok := r.Body["OrderId"].(string); ok {
		a.order = order
	}
	a.ids = slices.Concat(r.Strings("InstanceIdSets", "InstanceIdSet"), r.Strings("InstanceIds"),
		r.Strings("InstanceIds", "InstanceId"))
	for i := range r.Strings("Instances", "Instance") {
		a.ids = append(a.ids, fmt.Sprint(r.At("Instances", "Instance", i, "InstanceId")))
	}
	return a
}

// send sends a request in memory and returns the answer, including a body that ends
// early.
func (v *vendor) send(r *http.Request) (resp *http.Response, body []byte, err error) {
	v.t.Helper()
	resp, err = v.sim.Transport().RoundTrip(r)
	if err != nil {
		v.t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp, body, err
}

// ask sends a request and returns the vendor's answer.
func (v *vendor) ask(r *http.Request) vendorAnswer {
	v.t.Helper()
	_, body, err := v.send(r)
	if err != nil {
		v.t.Fatalf("the body ends early: %v", err)
	}
	return v.read(body)
}

// made creates instances and returns the IDs in the answer.
func (v *vendor) made(n int) []string {
	v.t.Helper()
	a := v.ask(v.create(n, ""))
	if a.code != "" {
		v.t.Fatalf("the create is refused with %s", a.code)
	}
	return a.ids
}

// exist returns the IDs of the instances that exist.
func (v *vendor) exist() []string {
	var ids []string
	for _, i := range v.sim.Instances(v.cloud) {
		ids = append(ids, i.ID)
	}
	return ids
}

// shows fails the test unless a describe shows exactly these instances.
func (v *vendor) shows(when string, want ...string) {
	v.t.Helper()
	if got := v.ask(v.describe()).ids; !slices.Equal(got, want) {
		v.t.Errorf("%s: the cloud shows %v, want %v", when, got, want)
	}
}

// struck fails the test unless a kind has struck so many calls of the cloud.
func (v *vendor) struck(k FaultKind, want int) {
	v.t.Helper()
	if got := v.sim.Struck(v.cloud, k); got != want {
		v.t.Errorf("%s has struck %d calls, want %d", k, got, want)
	}
}

func newECSClient(t *testing.T, sim *Sim) *simtest.Alibaba { return simtest.NewECS(t, sim.Transport()) }

func newENSClient(t *testing.T, sim *Sim) *simtest.Alibaba { return simtest.NewENS(t, sim.Transport()) }

func newCVMClient(t *testing.T, sim *Sim) *simtest.CVM { return simtest.NewCVM(t, sim.Handler(CVM)) }

func newQingClient(t *testing.T, sim *Sim) *simtest.QingCloud {
	return simtest.NewQingCloud(t, sim.Transport())
}
