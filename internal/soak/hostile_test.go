package soak_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// hostile stands between a client and a cloud without client tokens. It carries
// out every call, and answers some of them as it likes.
type hostile struct {
	service
	inner http.RoundTripper

	answer lie                               // to the first create
	list   func(h *hostile, l *list)         // every list without IDs
	rename func(n int, honest answer) answer // every renaming, numbered from 1

	mu      sync.Mutex
	creates int
	renames int
	name    string           // of the servers of the latest create
	whole   []map[string]any // the list that pages are cut from
}

// answer is what the client gets: an error stands for a broken connection.
type answer struct {
	status int
	body   string
	err    error
}

// lie makes an answer of an honest one, whose IDs are given.
type lie func(h *hostile, honest answer, ids []string) answer

// list is a list of servers on its way to the client.
type list struct {
	params map[string]string
	name   string // that is searched for; "" asks for every server
	rows   []map[string]any
	total  int
}

// RoundTrip implements http.RoundTripper.
func (h *hostile) RoundTrip(req *http.Request) (*http.Response, error) {
	w, err := providertest.ReadWire(req)
	if err != nil {
		return nil, err
	}
	honest, err := h.carryOut(req)
	if err != nil {
		return nil, err
	}
	switch {
	case w.Action == h.action:
		honest = h.lied(req, w, honest)
	case w.Action == "DescribeInstances" && h.list != nil && w.Params["instances.1"]+w.Params["InstanceIds"] == "":
		honest.body = h.listed(w, honest.body)
	case strings.HasPrefix(w.Action, "ModifyInstanceAttribute") && h.rename != nil:
		h.mu.Lock()
		h.renames++
		honest = h.rename(h.renames, honest)
		h.mu.Unlock()
	}
	if honest.err != nil {
		return nil, honest.err
	}
	return &http.Response{
		StatusCode: honest.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(honest.body)),
	}, nil
}

func (h *hostile) carryOut(req *http.Request) (answer, error) {
	resp, err := h.inner.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, body: string(body)}, err
}

var errSilence = errors.New("no answer ever")

func (h *hostile) lied(req *http.Request, w providertest.Wire, honest answer) answer {
	h.mu.Lock()
	h.creates++
	first := h.creates == 1
	h.name = w.Params["instance_name"] + w.Params["InstanceName"]
	h.mu.Unlock()
	if !first || h.answer == nil {
		return honest
	}
	var told struct {
		QingCloud []string `json:"instances"`
		ENS       []string `json:"InstanceIds"`
	}
	_ = json.Unmarshal([]byte(honest.body), &told)
	a := h.answer(h, honest, append(told.QingCloud, told.ENS...))
	if errors.Is(a.err, errSilence) {
		<-req.Context().Done()
		a.err = req.Context().Err()
	}
	return a
}

// success is the answer of a create that names some servers, with a code.
func (h *hostile) success(code int, ids ...string) string {
	b, _ := json.Marshal(append([]string{}, ids...))
	if h.cloud == cloudsim.QingCloud {
		return `{"action":"RunInstancesResponse","message":"why","instances":` + string(b) + `,"job_id":"j-1","ret_code":` + strconv.Itoa(code) + `}`
	}
	return `{"RequestId":"r-1","Code":` + strconv.Itoa(code) + `,"InstanceIds":` + string(b) + `}`
}

func (h *hostile) listed(w providertest.Wire, body string) string {
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.UseNumber()
	var doc map[string]any
	if d.Decode(&doc) != nil {
		return body
	}
	l := &list{params: w.Params, name: w.Params["search_word"] + w.Params["InstanceName"]}
	qing := h.cloud == cloudsim.QingCloud
	rows, _ := doc["instance_set"].([]any)
	if !qing {
		rows, _ = doc["Instances"].(map[string]any)["Instance"].([]any)
	}
	for _, r := range rows {
		l.rows = append(l.rows, r.(map[string]any))
	}
	l.total = len(l.rows)
	h.mu.Lock()
	h.list(h, l)
	h.mu.Unlock()
	if qing {
		doc["instance_set"], doc["total_count"] = append([]map[string]any{}, l.rows...), l.total
	} else {
		doc["Instances"], doc["TotalCount"] = map[string]any{"Instance": append([]map[string]any{}, l.rows...)}, l.total
		if size, ok := l.params["size of the answer"]; ok {
			doc["PageSize"] = json.Number(size)
		}
	}
	text, _ := json.Marshal(doc)
	return string(text)
}

// nameOf is the name of a server under either vendor's key.
func nameKey(row map[string]any) string {
	if _, ok := row["InstanceName"]; ok {
		return "InstanceName"
	}
	return "instance_name"
}

// neighbours are servers of other people with names much like the marker.
func neighbours(h *hostile, l *list) {
	name := h.name
	for i, other := range []string{name + "x", name + "-copy", "x" + name, name[:len(name)-1], strings.ToUpper(name), "web", "web-yf", name + "-1", name + " ", name + "00001"} {
		id := "i-other" + strconv.Itoa(i)
		l.rows = append([]map[string]any{{
			"instance_id": id, "instance_name": other, "status": "running", "transition_status": "",
			"InstanceId": id, "InstanceName": other, "Status": "Running", "EnsRegionId": "cn-hangzhou-44",
		}}, l.rows...)
		l.total++
	}
}

// defaults cuts pages of the vendor's default size, whatever was asked for.
func defaults(h *hostile, l *list) {
	neighbours(h, l)
	neighbours(h, l)
	from, size := 0, 20
	if h.cloud == cloudsim.QingCloud {
		if from, _ = strconv.Atoi(l.params["offset"]); from == 0 {
			h.whole = l.rows
		}
	} else {
		size = 10
		page, _ := strconv.Atoi(l.params["PageNumber"])
		if from = max(page-1, 0) * size; from == 0 {
			h.whole = l.rows
		}
	}
	l.total = len(h.whole)
	from = min(from, l.total)
	l.rows = h.whole[from:min(from+size, l.total)]
}

// blind finds nothing by name, as an index does that lags behind.
func blind(_ *hostile, l *list) {
	if l.name != "" {
		l.rows, l.total = nil, 0
	}
}

// without are the services without client tokens.
func without() []service {
	return slices.DeleteFunc(services(), func(s service) bool { return s.tokens })
}

var reset = answer{err: &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}}

func always(a answer) lie { return func(*hostile, answer, []string) answer { return a } }

// lies are answers to a create that was carried out.
func lies() map[string]lie {
	beside := func(code int, how func([]string) []string) lie {
		return func(h *hostile, _ answer, ids []string) answer { return answer{status: 200, body: h.success(code, how(ids)...)} }
	}
	all := func(ids []string) []string { return ids }
	some := func(ids []string) []string { return ids[:min(1, len(ids))] }
	code := func(s service) int { return 500 }
	_ = code
	return map[string]lie{
		"503":            always(answer{status: 503, body: "busy"}),
		"503, JSON":      always(answer{status: 503, body: `{"Code":"ServiceUnavailable","RequestId":"r","ret_code":5300,"message":"m"}`}),
		"503 with IDs":   func(h *hostile, a answer, _ []string) answer { a.status = 503; return a },
		"reset":          always(reset),
		"silence":        always(answer{err: errSilence}),
		"HTML":           always(answer{status: 200, body: "<html><body>502</body></html>"}),
		"empty":          always(answer{status: 200}),
		"null":           always(answer{status: 200, body: "null"}),
		"{}":             always(answer{status: 200, body: "{}"}),
		"truncated":      func(_ *hostile, a answer, _ []string) answer { a.body = a.body[:len(a.body)*2/3]; return a },
		"no IDs":         beside(0, func([]string) []string { return nil }),
		"fewer":          beside(0, some),
		"twice":          beside(0, func(ids []string) []string { return append(some(ids), some(ids)...) }),
		"empty IDs":      beside(0, func(ids []string) []string { return append([]string{""}, some(ids)...) }),
		"5000, all IDs":  beside(5000, all),
		"5000, some IDs": beside(5000, some),
		"5000":           beside(5000, func([]string) []string { return nil }),
		"2400, some IDs": beside(2400, some),
		"1400, some IDs": beside(1400, some),
		"500, some IDs":  beside(500, some),
	}
}

// trial is one create of three servers under lies.
type trial struct {
	made   int // servers that the first create really makes
	hidden time.Duration
	answer lie
	list   func(*hostile, *list)
	rename func(int, answer) answer
}

// try makes the create and returns what came of it; check sees the simulator.
func (tr trial) try(t *testing.T, s service, check func(h *hostile, sim *cloudsim.Sim, op *provider.Operation, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		if tr.made == 0 {
			sim.Inject(cloudsim.Fault{Cloud: s.cloud, API: s.action, Kind: cloudsim.ServerErrorBefore, Times: 1})
		} else if tr.made < 3 {
			sim.Inject(cloudsim.Fault{Cloud: s.cloud, API: s.action, Kind: cloudsim.Partial, Count: tr.made, Times: 1})
		}
		if tr.hidden > 0 {
			sim.Inject(cloudsim.Fault{Cloud: s.cloud, API: s.action, Kind: cloudsim.LateVisibility, Delay: tr.hidden, Times: 1})
		}
		h := &hostile{service: s, inner: sim.Transport(), answer: tr.answer, list: tr.list, rename: tr.rename}
		spec := s.spec
		spec.Count, spec.Name = 3, "web"
		op, err := h.connect(t, h).RunInstances(t.Context(), spec, nil)
		check(h, sim, op, err)
	})
}

// Whatever a cloud without client tokens answers to a create, however late and
// among whatever strangers it shows the servers: there are as many as were asked
// for, the caller has them all, and they have the name of the spec.
func TestNoLieMakesAServerTwice(t *testing.T) {
	lists := map[string]func(*hostile, *list){"honest": nil, "neighbours": neighbours, "default pages": defaults, "blind": blind}
	for _, s := range without() {
		for what, answer := range lies() {
			for _, made := range []int{0, 1, 3} {
				for _, hidden := range []time.Duration{0, 30 * time.Second, 60 * time.Second, 90 * time.Second} {
					for _, how := range slices.Sorted(maps.Keys(lists)) {
						if made == 0 && hidden > 0 {
							continue
						}
						t.Run(strings.Join([]string{string(s.cloud), what, strconv.Itoa(made), hidden.String(), how}, "/"), func(t *testing.T) {
							trial{made: made, hidden: hidden, answer: answer, list: lists[how]}.try(t, s, func(_ *hostile, sim *cloudsim.Sim, op *provider.Operation, err error) {
								assertWhole(t, s, sim, op, err)
							})
						})
					}
				}
			}
		}
	}
}

// assertWhole: three servers, all known, all named.
func assertWhole(t *testing.T, s service, sim *cloudsim.Sim, op *provider.Operation, err error) {
	t.Helper()
	var alive []string
	for _, i := range sim.Instances(s.cloud) {
		alive = append(alive, i.ID)
		if i.Name != "web" {
			t.Errorf("a server is called %q", i.Name)
		}
	}
	ids := op.InstanceIDs()
	slices.Sort(alive)
	slices.Sort(ids)
	if err != nil || len(alive) != 3 || !slices.Equal(ids, alive) {
		t.Errorf("the cloud has %q, the operation %q, and the error is %v", alive, ids, err)
	}
}
