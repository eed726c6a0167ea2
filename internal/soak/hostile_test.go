package soak_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

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
	name    string           // of the instances of the latest create
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

// list is a list of instances on its way to the client.
type list struct {
	params map[string]string
	name   string // that is searched for; "" asks for every instance
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

var anyID = regexp.MustCompile(`\bi-[a-z0-9]+`)

// lied answers a create.
func (h *hostile) lied(req *http.Request, w providertest.Wire, honest answer) answer {
	h.mu.Lock()
	h.creates++
	first := h.creates == 1
	h.name = w.Params["instance_name"] + w.Params["InstanceName"]
	h.mu.Unlock()
	if !first || h.answer == nil {
		return honest
	}
	a := h.answer(h, honest, anyID.FindAllString(honest.body, -1))
	if errors.Is(a.err, errSilence) {
		<-req.Context().Done()
		a.err = req.Context().Err()
	}
	return a
}

// success is the answer of a create that names some instances, with a code.
func (h *hostile) success(code int, ids ...string) string {
	b, _ := json.Marshal(append([]string{}, ids...))
	if h.cloud == cloudsim.QingCloud {
		return `{"action":"RunInstancesResponse","message":"why","instances":` + string(b) + `,"job_id":"j-1","ret_code":` + strconv.Itoa(code) + `}`
	}
	if h.action == "CreateInstance" {
		b = []byte(`{"InstanceId":` + string(b) + `}`)
	}
	return `{"RequestId":"r-1","Code":` + strconv.Itoa(code) + `,"InstanceIds":` + string(b) + `}`
}

// listed changes a list.
func (h *hostile) listed(w providertest.Wire, body string) string {
	d := json.NewDecoder(strings.NewReader(body))
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
	l.rows = append([]map[string]any{}, l.rows...) // never null
	if qing {
		doc["instance_set"], doc["total_count"] = l.rows, l.total
	} else {
		doc["Instances"], doc["TotalCount"] = map[string]any{"Instance": l.rows}, l.total
	}
	text, _ := json.Marshal(doc)
	return string(text)
}

// neighbours are instances of other people with names much like the marker.
func neighbours(h *hostile, l *list) {
	n := h.name
	for _, other := range []string{n + "x", n + "-copy", "x" + n, n[:len(n)-1], strings.ToUpper(n), "web", "web-yf", n + "1", n + "002", n + "-1", n + " "} {
		id := "i-other" + strconv.Itoa(len(l.rows))
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
