package soak_test

import (
	"bytes"
	"errors"
	"io"
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

// twist is what becomes of the answer to a create. The honest one holds what
// the simulator answered: its body, and the IDs in it.
type twist struct {
	what string

	// before tells that the create does not reach the cloud.
	before bool

	change func(honest honest) (status int, body io.Reader, err error)
}

type honest struct {
	cloud cloudsim.Cloud
	body  string
	ids   []string
}

// answer is an answer of the cloud with this code, if any, and these IDs.
func (h honest) answer(code string, ids ...string) string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		quoted[i] = strconv.Quote(id)
	}
	list := strings.Join(quoted, ",")
	if h.cloud == cloudsim.CVM {
		if code != "" {
			code = `"Error":{"Code":"` + code + `","Message":"m"},`
		}
		return `{"Response":{` + code + `"InstanceIdSet":[` + list + `],"RequestId":"r-1"}}`
	}
	if code != "" {
		code = `"Code":"` + code + `","Message":"m",`
	}
	return `{` + code + `"InstanceIdSets":{"InstanceIdSet":[` + list + `]},"RequestId":"r-1"}`
}

// noStock is a code that in an honest answer proves that nothing was made.
func (h honest) noStock() string {
	if h.cloud == cloudsim.CVM {
		return "ResourceInsufficient.SpecifiedInstanceType"
	}
	return "OperationDenied.NoStock"
}

// inProgress are codes of creates whose token is being worked on.
func (h honest) inProgress(i int) string {
	codes := []string{"LastTokenProcessing", "ProcessingSameRequest", "IdempotentProcessing", "OperationConflict", "InvalidOperation.Conflict"}
	if h.cloud == cloudsim.CVM {
		codes = []string{"OperationDenied.InstanceOperationInProgress", "MutexOperation.TaskRunning"}
	}
	return codes[i%len(codes)]
}

func (h honest) throttled() string {
	if h.cloud == cloudsim.CVM {
		return "RequestLimitExceeded"
	}
	return "Throttling.User"
}

type cutBody struct{}

func (cutBody) Read([]byte) (int, error) { return 0, syscall.ECONNRESET }

// twists are answers that prove nothing about a create.
func twists() []twist {
	says := func(what string, status int, body func(h honest) string) twist {
		return twist{what, false, func(h honest) (int, io.Reader, error) { return status, strings.NewReader(body(h)), nil }}
	}
	text := func(s string) func(honest) string { return func(honest) string { return s } }
	fails := func(what string, err error) twist {
		return twist{what, false, func(honest) (int, io.Reader, error) { return 0, nil, err }}
	}
	var list []twist
	for _, body := range []string{"", "null", "{}", "[]", "17", `"x"`, "<html>hello</html>", `{"Response":{}}`, `{"Response":null}`, `{"RequestId":"r"}`, "\x00\xff"} {
		list = append(list, says("200 with "+strconv.Quote(body), 200, text(body)))
	}
	for _, status := range []int{302, 404, 408, 500, 502, 503, 504} {
		list = append(list, says(strconv.Itoa(status), status, text("<html>bad gateway</html>")), says(strconv.Itoa(status)+" without a body", status, text("")))
	}
	list = append(list,
		says("503 with a refusal", 503, func(h honest) string { return h.answer(h.noStock()) }),
		says("503 with what was made", 503, func(h honest) string { return h.body }),
		says("500 InternalError", 500, func(h honest) string { return h.answer("InternalError") }),
		says("200 InternalError", 200, func(h honest) string { return h.answer("InternalError") }),
		says("a refusal beside all IDs", 400, func(h honest) string { return h.answer(h.noStock(), h.ids...) }),
		says("a refusal beside one ID", 400, func(h honest) string { return h.answer(h.noStock(), h.ids[:1]...) }),
		says("an error at 200 beside one ID", 200, func(h honest) string { return h.answer(h.noStock(), h.ids[:1]...) }),
		says("no IDs", 200, func(h honest) string { return h.answer("") }),
		says("empty IDs", 200, func(h honest) string { return h.answer("", "", "") }),
		says("one ID", 200, func(h honest) string { return h.answer("", h.ids[0]) }),
		says("one ID many times", 200, func(h honest) string { return h.answer("", slices.Repeat(h.ids[:1], len(h.ids))...) }),
		says("all IDs but one", 200, func(h honest) string { return h.answer("", h.ids[1:]...) }),
		says("half the answer", 200, func(h honest) string { return h.body[:len(h.body)/2] }),
		twist{"a body that breaks off", false, func(h honest) (int, io.Reader, error) {
			return 200, io.MultiReader(strings.NewReader(h.body[:len(h.body)/2]), cutBody{}), nil
		}},
		fails("a reset", &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}),
		fails("an end", io.ErrUnexpectedEOF),
		fails("silence", nil),
	)
	for i := range 5 {
		list = append(list, says("in progress "+strconv.Itoa(i), 403, func(h honest) string { return h.answer(h.inProgress(i)) }))
	}
	list = append(list, says("throttled", 400, func(h honest) string { return h.answer(h.throttled()) }))
	for _, t := range list { // the same without an effect, where the answer needs none
		if !strings.Contains(t.what, "ID") && !strings.Contains(t.what, "made") && !strings.Contains(t.what, "half") && !strings.Contains(t.what, "breaks") {
			t.before = true
			list = append(list, t)
		}
	}
	dial := fails("no connection", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
	dial.before = true
	return append(list, dial)
}

// twister is a cloud that twists its answers to the first creates of each token.
type twister struct {
	cloud cloudsim.Cloud
	inner http.RoundTripper
	twist twist
	times int

	mu    sync.Mutex
	sends map[string][]providertest.Wire // by token
	seals map[string]int                 // signature, nonce and time of each send
}

// RoundTrip implements http.RoundTripper.
func (w *twister) RoundTrip(req *http.Request) (*http.Response, error) {
	wire, err := providertest.ReadWire(req)
	if err != nil || wire.Action != "RunInstances" {
		return w.inner.RoundTrip(req)
	}
	raw, _ := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(raw))
	token := wire.Params["ClientToken"]
	w.mu.Lock()
	w.sends[token] = append(w.sends[token], wire)
	w.seals[req.Header.Get("Authorization")+req.URL.RawQuery+string(raw)]++
	n := len(w.sends[token])
	w.mu.Unlock()
	if n > w.times {
		return w.inner.RoundTrip(req)
	}
	return w.lie(req)
}

func (w *twister) lie(req *http.Request) (*http.Response, error) {
	h := honest{cloud: w.cloud}
	if !w.twist.before {
		resp, err := w.inner.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		body, _ := io.ReadAll(resp.Body)
		h.body, h.ids = string(body), idsIn(string(body))
	}
	status, body, err := w.twist.change(h)
	switch {
	case err != nil:
		return nil, err
	case status == 0:
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	header := http.Header{"Content-Type": {"application/json"}, "Location": {"https://elsewhere.example/"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(body), Request: req, ContentLength: -1, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}, nil
}

// idsIn finds the IDs in an answer to a create of either cloud.
func idsIn(body string) (ids []string) {
	for _, word := range strings.Split(body, `"`) {
		if strings.HasPrefix(word, "i-") || strings.HasPrefix(word, "ins-") {
			ids = append(ids, word)
		}
	}
	return ids
}

// Whatever clouds with client tokens answer to a create, each instance is made
// once and told: the same parameters are sent again under the same token, each
// time signed anew.
func TestNoTwistedAnswerMakesAnInstanceTwice(t *testing.T) {
	for _, s := range services() {
		if !s.tokens {
			continue
		}
		for i, twist := range twists() {
			if testing.Short() && (i%2 == 0) != (s.cloud == cloudsim.ECS) {
				continue // each twist on one cloud only
			}
			most := 2
			if testing.Short() {
				most = 1
			}
			for times := 1; times <= most; times++ {
				name := strings.Join([]string{string(s.cloud), twist.what, "before " + strconv.FormatBool(twist.before), strconv.Itoa(times)}, "/")
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { twisted(t, s, twist, times) })
				})
			}
		}
	}
}

func twisted(t *testing.T, s service, twist twist, times int) {
	const count = 103 // two creates
	sim := cloudsim.New(nil)
	w := &twister{cloud: s.cloud, inner: sim.Transport(), twist: twist, times: times, sends: map[string][]providertest.Wire{}, seals: map[string]int{}}
	client := s.connect(t, w)
	client = provider.NewClient(client.Driver(), &provider.Options{Region: s.spec.Region, RetryFor: 10 * time.Minute})
	spec := s.spec
	spec.Name, spec.Count, spec.UniqueSuffix = "web", count, true
	op, err := client.RunInstances(t.Context(), spec, nil)
	var alive []string
	names := map[string]bool{}
	for _, i := range sim.Instances(s.cloud) {
		alive = append(alive, i.ID)
		names[i.Name] = true
	}
	ids := op.InstanceIDs()
	slices.Sort(alive)
	slices.Sort(ids)
	short := strings.Contains(twist.what, "one ID") || strings.Contains(twist.what, "but one")
	lostAgain := short && times > 1
	if !lostAgain && !slices.Equal(ids, alive) {
		t.Errorf("IDs of the operation: got %v, want %v (%v)", ids, alive, err)
	}
	if len(alive) != count {
		t.Errorf("%d instances exist, want %d (%v)", len(alive), count, err)
	}
	if len(names) != count {
		t.Errorf("the instances have %d names, want %d", len(names), count)
	}
	if err != nil && !lostAgain {
		t.Errorf("the answers became honest, and the error is %v", err)
	}
	if len(w.sends) != 2 {
		t.Errorf("%d tokens for two creates", len(w.sends))
	}
	for token, sends := range w.sends {
		if len(sends) < 2 || len(token) == 0 || len(token) > 64 {
			t.Errorf("%d sends under %q", len(sends), token)
		}
		for _, again := range sends[1:] {
			if !sameParams(again, sends[0]) {
				t.Errorf("the same token with other parameters: %v and %v", again.Params, sends[0].Params)
			}
		}
	}
	for _, n := range w.seals {
		if n > 1 && s.cloud == cloudsim.ECS { // TC3 of CVM knows no nonce, and its time is in seconds
			t.Errorf("the very same bytes were sent %d times: no new nonce", n)
		}
	}
	if errors.Is(err, provider.ErrNoStock) {
		t.Errorf("an answer that proves nothing became a refusal: %v", err)
	}
}

func sameParams(a, b providertest.Wire) bool {
	if a.Host != b.Host || len(a.Params) != len(b.Params) {
		return false
	}
	for k, v := range a.Params {
		if b.Params[k] != v {
			return false
		}
	}
	return true
}

// A token that belongs to another create is an error and no new one: also when
// the cloud says so only after an answer was lost.
func TestATokenOfAnotherCreateMakesNothing(t *testing.T) {
	for _, before := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := services()[0]
			sim := cloudsim.New(nil)
			lost := twist{before: before, change: func(honest) (int, io.Reader, error) { return 503, strings.NewReader(""), nil }}
			w := &twister{cloud: s.cloud, inner: sim.Transport(), twist: lost, sends: map[string][]providertest.Wire{}, seals: map[string]int{}}
			c, run, spec := s.connect(t, w), &provider.RunOptions{OperationID: "nightly"}, s.spec
			spec.Count = 3
			first, err := c.RunInstances(t.Context(), spec, run)
			if err != nil {
				t.Fatal(err)
			}
			w.times = 2 // the answer to the next send is lost
			spec.Count = 5
			op, err := c.RunInstances(t.Context(), spec, run)
			if !errors.Is(err, provider.ErrTokenMismatch) || len(op.InstanceIDs()) != 0 {
				t.Errorf("%v, %v", op.InstanceIDs(), err)
			}
			if n := len(sim.Instances(s.cloud)); n != len(first.InstanceIDs()) || len(w.sends) != 1 {
				t.Errorf("%d instances, %d tokens", n, len(w.sends))
			}
		})
	}
}
