package control

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// ask sends one request as a program on the same computer does.
func ask(t *testing.T, h http.Handler, method, path, body string, header ...string) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:8090"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := reply{status: w.Code, header: w.Header(), text: w.Body.String()}
	if strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &got.body); err != nil {
			t.Errorf("%s %s: the answer is not JSON: %v", method, path, err)
		}
	}
	return got
}

// wantError checks a refusal and a part of its text.
func (r reply) wantError(t *testing.T, what string, status int, text string) {
	t.Helper()
	got, _ := r.body["error"].(string)
	if r.status != status {
		t.Errorf("%s: answered %d, want %d: %s", what, r.status, status, r.text)
	}
	if !strings.Contains(got, text) {
		t.Errorf("%s: the error is %q, want %q in it", what, got, text)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	h := Handler(cloudsim.New(nil))
	for path, allowed := range map[string]string{
		"/": "GET", "/status": "GET", "/state": "GET", "/calls": "GET", "/faults": "DELETE, GET, POST", "/faults/1": "DELETE",
		"/reset": "POST",
	} {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"} {
			if strings.Contains(allowed, method) {
				continue
			}
			got := ask(t, h, method, path, "")
			got.wantError(t, method+" "+path, http.StatusMethodNotAllowed, "the method must be "+allowed)
			if got.header.Get("Allow") != allowed {
				t.Errorf("%s %s: Allow is %q, want %q", method, path, got.header.Get("Allow"), allowed)
			}
		}
	}
	for _, path := range []string{"/nothing", "/faults/1/2", "/state/", "/index.html"} {
		ask(t, h, "GET", path, "").wantError(t, path, http.StatusNotFound, "no such path")
	}
}

func TestBadFaultsAreRefused(t *testing.T) {
	sim := cloudsim.New(nil)
	h := Handler(sim)
	for body, want := range map[string]string{
		``:                                   "one JSON object",
		`[]`:                                 "one JSON object",
		`"throttle"`:                         "one JSON object",
		`null`:                               "one JSON object",
		`{`:                                  "not valid JSON",
		`{"kind":"throttle"`:                 "not valid JSON",
		`{"kind":"throttle"} {}`:             "one JSON object",
		`{"kind":"throttle","kind":"quota"}`: "given twice",
		`{"Kind":"throttle"}`:                "unknown field number 1; want one of cloud, api, kind",
		`{"kind":"throttle","password":"x"}`: "unknown field number 2",
		`{"kind":null}`:                      "null is no value",
		`{"kind":7}`:                         `field "kind": want`,
		`{"kind":"throttle","times":"two"}`:  `field "times": want int`,
		`{"kind":"throttle","times":1.5}`:    `field "times": want int`,
		`{"kind":"slow","delay":2}`:          "a duration must be text",
		`{"kind":"slow","delay":"soon"}`:     "a duration must be text",
		`{}`:                                 `field "kind" is missing; want one of throttle`,
		`{"kind":"thunder"}`:                 "no such fault; want one of throttle",
		`{"kind":"throttle","cloud":"aws"}`:  "no such cloud; want one of ecs, ens, cvm, qingcloud",
		`{"kind":"throttle","api":"Run"}`:    "no such action; want one of",
		`{"kind":"throttle","cloud":"ens","api":"CreateLaunchTemplate"}`: "no such action",
		`{"kind":"throttle","times":-1}`:                                 `"times" must not be negative`,
		`{"kind":"slow","delay":"-1s"}`:                                  `"delay" must not be negative`,
		`{"kind":"flap","share":1.1}`:                                    `"share" must be from 0 to 1`,
		`{"kind":"refuse","status":99}`:                                  `"status" must be from 200 to 599`,
		`{"kind":"refuse","cloud":"qingcloud","code":"NoStock"}`:         "are numbers",
	} {
		ask(t, h, "POST", "/faults", body).wantError(t, body, http.StatusBadRequest, want)
	}
	ask(t, h, "POST", "/faults", `{"kind":"quota"}`, "Content-Type", "text/plain").
		wantError(t, "plain text", http.StatusUnsupportedMediaType, "application/json")
	ask(t, h, "POST", "/faults", strings.Repeat(" ", maxBody+1)).
		wantError(t, "a large body", http.StatusRequestEntityTooLarge, "64 KiB")
	if n := len(sim.Faults()); n != 0 {
		t.Errorf("%d faults were injected, want none", n)
	}
}

func TestBadQueriesAreRefused(t *testing.T) {
	h := Handler(cloudsim.New(nil))
	for _, v := range []struct{ method, path, want string }{
		{"GET", "/state?cloud=aws", "no such cloud"},
		{"GET", "/state?cloud=", "no such cloud"},
		{"GET", "/state?clouds=ecs", "unknown query parameter; want one of cloud"},
		{"GET", "/state?cloud=ecs&cloud=ens", "given twice"},
		{"GET", "/calls?n=0", "n must be from 1 to 1000"},
		{"GET", "/calls?n=many", "n must be from 1 to 1000"},
		{"GET", "/calls?n=1001", "n must be from 1 to 1000"},
		{"GET", "/faults?n=1", "unknown query parameter; want none"},
		{"GET", "/status?n=1", "unknown query parameter"},
		{"DELETE", "/faults?id=1", "unknown query parameter"},
		{"DELETE", "/faults/one", "must be an integer"},
		{"POST", "/reset?seed=1", "unknown query parameter"},
	} {
		ask(t, h, v.method, v.path, "").wantError(t, v.path, http.StatusBadRequest, v.want)
	}
	ask(t, h, "DELETE", "/faults/7", "").wantError(t, "no fault", http.StatusNotFound, "no such fault")
	for body, want := range map[string]string{
		`{"seed":-1}`: `field "seed"`, `{"seed":"1"}`: `field "seed"`, `{"sed":1}`: "unknown field", `x`: "one JSON object",
	} {
		ask(t, h, "POST", "/reset", body).wantError(t, body, http.StatusBadRequest, want)
	}
}

func TestAFaultIsAddedShownAndRemoved(t *testing.T) {
	sim := cloudsim.New(nil)
	h := Handler(sim)
	got := ask(t, h, "POST", "/faults", `{"kind":"throttle","cloud":"ecs","api":"RunInstances","times":2}`)
	const want = `{"id":1,"hits":0,"fault":{"cloud":"ecs","api":"RunInstances","kind":"throttle","times":2}}` + "\n"
	if got.status != http.StatusCreated || got.text != want {
		t.Errorf("answered %d %s, want 201 %s", got.status, got.text, want)
	}
	ecs := simtest.NewECS(t, sim.Transport())
	ecs.WantCode(ecs.Call("RunInstances", simtest.ECSCreate()...), 400, "Throttling")
	if got := ask(t, h, "GET", "/faults", "").text; !strings.Contains(got, `"id":1,"hits":1`) {
		t.Errorf("the faults after a hit are %s, want a hit", got)
	}
	if got := ask(t, h, "DELETE", "/faults/1", ""); got.text != `{"removed":1}`+"\n" {
		t.Errorf("DELETE answered %s", got.text)
	}
	ecs.WantOK(ecs.Call("RunInstances", simtest.ECSCreate()...))

	ask(t, h, "POST", "/faults", `{"kind":"quota"}`)
	ask(t, h, "POST", "/faults", `{"kind":"slow","delay":"1.5s","times":1}`)
	if got := ask(t, h, "GET", "/faults", "").text; !strings.Contains(got, `"delay":"1.5s"`) {
		t.Errorf("the faults are %s, want the delay as text", got)
	}
	if got := ask(t, h, "DELETE", "/faults", ""); got.text != `{"removed":2}`+"\n" || len(sim.Faults()) != 0 {
		t.Errorf("DELETE answered %s, and %d faults are left", got.text, len(sim.Faults()))
	}
}

// TestEveryFieldOfAFaultPasses sets every field of cloudsim.Fault.
func TestEveryFieldOfAFaultPasses(t *testing.T) {
	f := cloudsim.Fault{
		Cloud: cloudsim.CVM, API: "RunInstances", Kind: cloudsim.Refuse, Skip: 1, Times: 2, Delay: time.Second,
		Spread: time.Minute, Count: 3, Share: 0.5, Total: 4, Code: "Code", Message: "Message", Status: 503, Body: "Body",
		Invented: true, NextPage: true,
	}
	for i := range reflect.TypeOf(f).NumField() {
		if reflect.ValueOf(f).Field(i).IsZero() {
			t.Errorf("field %s is not set in this test", reflect.TypeOf(f).Field(i).Name)
		}
	}
	body, err := json.Marshal(faultOf(f))
	if err != nil {
		t.Fatal(err)
	}
	sim := cloudsim.New(nil)
	if got := ask(t, Handler(sim), "POST", "/faults", string(body)); got.status != http.StatusCreated {
		t.Fatalf("answered %d %s", got.status, got.text)
	}
	if got := sim.Faults()[0].Fault; got != f {
		t.Errorf("the fault is %+v, want %+v", got, f)
	}
}

func TestParseFault(t *testing.T) {
	sim := cloudsim.New(nil)
	for text, want := range map[string]cloudsim.Fault{
		"kind=throttle":                                   {Kind: cloudsim.Throttle},
		"kind=slow, cloud=ecs, delay=2s,times=3":          {Kind: cloudsim.Slow, Cloud: cloudsim.ECS, Delay: 2 * time.Second, Times: 3},
		"kind=long-list,invented=true,share=0.5,code=123": {Kind: cloudsim.LongList, Invented: true, Share: 0.5, Code: "123"},
		`{"kind":"quota","message":"a,b"}`:                {Kind: cloudsim.Quota, Message: "a,b"},
	} {
		got, err := ParseFault(sim, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"": "want name=value", "throttle": "want name=value", "kind=thunder": "no such fault", "kind=throttle,times=x": "valid",
		"kind=slow,delay=2": "a duration", "kind=slow,color=red": "unknown field", "{": "valid JSON",
	} {
		if _, err := ParseFault(sim, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in an error", text, err, want)
		}
	}
}

func TestStateCountsInstances(t *testing.T) {
	sim := cloudsim.New(nil)
	h := Handler(sim)
	ecs := simtest.NewECS(t, sim.Transport())
	id := ecs.Run("Amount", "2")[0]
	got := ask(t, h, "GET", "/state?cloud=ecs", "")
	if counts := `"counts":{"ecs":{"pending":2}},"calls":{"ecs":1}`; !strings.Contains(got.text, counts) {
		t.Errorf("the state is %s, want %s in it", got.text, counts)
	}
	first := `{"cloud":"ecs","id":"` + id + `","region":"cn-hangzhou","zone":"cn-hangzhou-a","type":"ecs.g5.large",`
	if !strings.Contains(strings.ReplaceAll(got.text, "ecs.g6.large", "ecs.g5.large"), first) {
		t.Errorf("the state is %s, want %s in it", got.text, first)
	}
	if got := ask(t, h, "GET", "/state?cloud=cvm", "").text; strings.Contains(got, id) {
		t.Errorf("the state of another cloud is %s", got)
	}
	if got := ask(t, h, "GET", "/status", "").text; !strings.Contains(got, `"total":2`) {
		t.Errorf("the status is %s, want a total of 2", got)
	}
}

func TestTheLatestCalls(t *testing.T) {
	sim := cloudsim.New(nil)
	h := Handler(sim)
	ecs, cvm := simtest.NewECS(t, sim.Transport()), simtest.NewCVM(t, sim.Handler(cloudsim.CVM))
	ecs.Run("Amount", "2")
	cvm.Run("")
	ecs.Call("RunInstance", "RegionId", "cn-hangzhou")
	ecs.Call("DescribeInstances", "RegionId", "cn-hangzou")
	got := ask(t, h, "GET", "/calls?cloud=ecs&n=2", "").text
	for _, want := range []string{
		`"action":"RunInstance","known":false`, `"code":"InvalidAction"`,
		`"action":"DescribeInstances","known":true,"region":"cn-hangzou","status":404,"code":"InvalidRegionId.NotFound"`,
		`"params":{"RegionId":"cn-hangzou"},"masked":0`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the calls are %s, want %s in them", got, want)
		}
	}
	if n := strings.Count(got, `"cloud"`); n != 2 {
		t.Errorf("%d calls, want the latest 2", n)
	}
	all := ask(t, h, "GET", "/calls", "").text
	if want := `"Amount":"2"`; !strings.Contains(all, want) || strings.Count(all, `"cloud"`) != 4 {
		t.Errorf("the calls are %s, want 4 with %s", all, want)
	}
}

func TestResetEmptiesTheAccount(t *testing.T) {
	sim := cloudsim.New(&cloudsim.Options{Seed: 7})
	h := Handler(sim)
	ecs := simtest.NewECS(t, sim.Transport())
	first := ecs.Run("ClientToken", "token-1")
	ask(t, h, "POST", "/faults", `{"kind":"quota"}`)
	if got := ask(t, h, "POST", "/reset", `{"seed":7}`); got.text != `{"seed":7}`+"\n" {
		t.Errorf("reset answered %d %s", got.status, got.text)
	}
	if n := len(sim.Instances()) + len(sim.Faults()) + len(sim.LastCalls(10)) + sim.Calls(cloudsim.ECS, ""); n != 0 {
		t.Errorf("%d instances, faults and calls are left", n)
	}
	if again := ecs.Run("ClientToken", "token-1"); again[0] != first[0] {
		t.Errorf("the same seed gives %v, want %v", again, first)
	}
	drawn := ask(t, h, "POST", "/reset", "")
	if drawn.status != http.StatusOK || drawn.body["seed"] == 7.0 {
		t.Errorf("reset without a seed answered %d %s", drawn.status, drawn.text)
	}
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	h := Handler(cloudsim.New(nil))
	for _, header := range [][]string{
		{"Host", "evil.example"},
		{"Host", "evil.example:8090"},
		{"Host", ""},
		{"Host", "192.168.1.7:8090"},
		{"Host", "127.0.0.1.evil.example"},
		{"Host", "localhost.evil.example:8090"},
		{"Host", "0.0.0.0:8090"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
		{"Origin", "http://127.0.0.1:9999"},
		{"Origin", "http://localhost:8090"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
	} {
		for _, path := range []string{"/", "/state", "/faults", "/nothing"} {
			ask(t, h, "GET", path, "", header...).wantError(t, strings.Join(header, ": "), http.StatusForbidden, "")
		}
		ask(t, h, "POST", "/reset", "", header...).wantError(t, strings.Join(header, ": "), http.StatusForbidden, "")
	}
	for _, header := range [][]string{
		{"Host", "localhost:8090"},
		{"Host", "LOCALHOST"},
		{"Host", "[::1]:8090"},
		{"Host", "[::1]"},
		{"Host", "127.0.0.2"},
		{"Origin", "http://127.0.0.1:8090"},
		{"Sec-Fetch-Site", "same-origin"},
		{"Sec-Fetch-Site", "none"},
	} {
		got := ask(t, h, "GET", "/state", "", header...)
		if got.status != http.StatusOK {
			t.Errorf("%v: answered %d %s, want 200", header, got.status, got.text)
		}
		if got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v: the answer allows other sites", header)
		}
	}
}

func TestThePageLoadsNothingElse(t *testing.T) {
	got := ask(t, Handler(cloudsim.New(nil)), "GET", "/", "")
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Fatalf("answered %d, %s", got.status, got.header.Get("Content-Type"))
	}
	for _, bad := range []string{"http://", "https://", "src=", "@import", "innerHTML", "eval("} {
		if strings.Contains(got.text, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy is %q", policy)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	sim := cloudsim.New(nil)
	h := Handler(sim)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			ecs := simtest.NewENS(t, sim.Transport())
			for i := range 20 {
				ask(t, h, "POST", "/faults", `{"kind":"throttle","times":1}`)
				ecs.Call("DescribeInstances")
				for _, path := range []string{"/state", "/calls", "/faults", "/status"} {
					if got := ask(t, h, "GET", path, ""); got.status != http.StatusOK {
						t.Errorf("%s: answered %d", path, got.status)
					}
				}
				ask(t, h, "DELETE", "/faults", "")
				if i%5 == 0 {
					ask(t, h, "POST", "/reset", "")
				}
			}
		})
	}
	wg.Wait()
}
