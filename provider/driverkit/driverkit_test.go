package driverkit_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/driverkit"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// wire is a transport that counts requests and answers them all alike.
type wire struct {
	sent   int
	answer func(req *http.Request) (*http.Response, error)
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.sent++
	return w.answer(req)
}

// says returns a transport whose service answers with a status and a body.
func says(status int, body string, header ...string) *wire {
	return &wire{answer: func(*http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}, nil
	}}
}

// fails returns a transport that fails.
func fails(err error) *wire {
	return &wire{answer: func(*http.Request) (*http.Response, error) { return nil, err }}
}

const (
	keySecret = "k3y-s3cret-0f-the-test"
	password  = "Gr4fted-p4ssword!"
	userData  = "#!/bin/sh\necho planted user data"
)

var table = provider.NewErrorTable([]provider.ErrorCode{
	{Code: "no_stock", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "slow_down", Kind: provider.ErrThrottled},
	{Code: "broken", Kind: provider.ErrUnavailable, Unknown: true},
})

func newCaller(w *wire) *driverkit.Caller {
	return driverkit.NewCaller(driverkit.Config{
		Driver: "test", Codes: table, Transport: w,
		Credentials: provider.StaticCredentials("key-id-of-the-test", keySecret, ""),
	})
}

// decode reads {"code", "message"} as a refusal, and other JSON as a success.
func decode(a *driverkit.Answer) error {
	var v struct{ Code, Message string }
	if err := json.Unmarshal(a.Body, &v); err != nil {
		return err
	}
	if v.Code != "" {
		return &driverkit.Refusal{Code: v.Code, Message: v.Message}
	}
	return nil
}

func call(effect driverkit.Effect) driverkit.Call {
	return driverkit.Call{Op: "POST /things", Effect: effect, Decode: decode, Build: build}
}

func build(ctx context.Context, keys provider.Credentials) (*http.Request, error) {
	body := fmt.Sprintf(`{"password":%q,"data":%q}`, password, base64.StdEncoding.EncodeToString([]byte(userData)))
	const at = "https://cloud.example/things?region=north"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Test "+keys.AccessKeyID+":signature-0123456789abcdef")
	return req, nil
}

// apiError returns the error of a call as what it must be.
func apiError(t *testing.T, err error) *provider.APIError {
	t.Helper()
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an APIError", err)
	}
	return e
}

func TestWhatAFailureProves(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	panics := &wire{answer: func(*http.Request) (*http.Response, error) { panic(keySecret) }}
	const (
		creates, changes = driverkit.Creates, driverkit.Changes
		unknown, unsent  = provider.OutcomeUnknown, provider.OutcomeUnsent
		rejected, slower = provider.OutcomeRejected, provider.OutcomeThrottled
	)
	down := provider.ErrUnavailable
	for name, c := range map[string]struct {
		wire   *wire
		effect driverkit.Effect
		want   provider.Outcome
		kind   error
	}{
		"a refused connection":            {fails(refused), creates, unsent, down},
		"a broken connection":             {fails(reset), creates, unknown, down},
		"a transport that panics":         {panics, creates, unknown, down},
		"a redirect":                      {says(307, "", "Location", "https://elsewhere.example/"), creates, unknown, down},
		"a proxy's page":                  {says(503, "<html>"), creates, unknown, down},
		"a success that is an error":      {says(500, "{}"), creates, unknown, down},
		"too large for a proxy":           {says(413, "<html>"), creates, unsent, provider.ErrInvalid},
		"throttled by a proxy":            {says(429, "<html>"), creates, slower, provider.ErrThrottled},
		"a code of the table":             {says(409, `{"code":"no_stock"}`), creates, rejected, provider.ErrNoStock},
		"a code of throttling":            {says(400, `{"code":"slow_down"}`), creates, slower, provider.ErrThrottled},
		"a code that proves nothing":      {says(500, `{"code":"broken"}`), creates, unknown, down},
		"an unknown code of a create":     {says(400, `{"code":"new"}`), creates, unknown, nil},
		"an unknown code of a change":     {says(400, `{"code":"new"}`), changes, rejected, nil},
		"an unknown failure of a change":  {says(500, `{"code":"new"}`), changes, unknown, down},
		"an unknown code with status 200": {says(200, `{"code":"new"}`), changes, unknown, down},
	} {
		e := apiError(t, newCaller(c.wire).Do(t.Context(), call(c.effect)))
		if e.Outcome != c.want {
			t.Errorf("%s: outcome %s, want %s", name, e.Outcome, c.want)
		}
		if e.Kind != c.kind {
			t.Errorf("%s: kind %v, want %v", name, e.Kind, c.kind)
		}
		if c.wire.sent != 1 {
			t.Errorf("%s: %d requests, want 1", name, c.wire.sent)
		}
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	quote := fmt.Sprintf("bad signature of %s with %s for %s and %s", password, keySecret,
		base64.StdEncoding.EncodeToString([]byte(userData)), "Test key-id-of-the-test:signature-0123456789abcdef")
	refusal, err := json.Marshal(map[string]string{"code": "no_stock", "message": quote})
	if err != nil {
		t.Fatal(err)
	}
	for name, w := range map[string]*wire{
		"a refusal": says(400, string(refusal)),
		"a page":    says(502, "<html>"+quote),
		"a failure": fails(errors.New(quote)),
	} {
		c := call(driverkit.Creates)
		c.Spec = &provider.RunInstancesSpec{Login: provider.Login{Password: password}, UserData: []byte(userData)}
		got := newCaller(w).Do(t.Context(), c)
		e := apiError(t, got)
		text := fmt.Sprintf("%v|%+v|%#v|%v", got, got, got, e.Err)
		if ways := providertest.Leaks(text, password, keySecret, userData, "signature-0123456789abcdef"); len(ways) > 0 {
			t.Errorf("%s: the error shows a secret %v", name, ways)
		}
	}
}

func TestNothingIsSent(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	field := &provider.FieldError{Driver: "test", Path: "Zone", Reason: "no such zone"}
	with := func(err error) driverkit.Call {
		c := call(driverkit.Creates)
		c.Build = func(context.Context, provider.Credentials) (*http.Request, error) { return nil, err }
		return c
	}
	w := says(200, "{}")
	if err := newCaller(w).Do(t.Context(), with(field)); !errors.Is(err, field) {
		t.Errorf("got %v, want the error of the field", err)
	}
	e := apiError(t, newCaller(w).Do(t.Context(), with(errors.New("no endpoint"))))
	if e.Outcome != provider.OutcomeRejected {
		t.Errorf("a request that cannot be built: outcome %s, want rejected", e.Outcome)
	}
	e = apiError(t, driverkit.NewCaller(driverkit.Config{Transport: w}).Do(t.Context(), call(driverkit.Creates)))
	if !errors.Is(e, provider.ErrAuth) {
		t.Errorf("without credentials: got %v, want ErrAuth", e)
	}
	e = apiError(t, newCaller(w).Do(ended, call(driverkit.Creates)))
	if e.Outcome != provider.OutcomeUnsent {
		t.Errorf("an ended ctx: outcome %s, want unsent", e.Outcome)
	}
	if !errors.Is(e, context.Canceled) {
		t.Errorf("an ended ctx: got %v, want context.Canceled", e)
	}
	if w.sent != 0 {
		t.Errorf("%d requests, want none", w.sent)
	}
}

func TestSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := &wire{answer: func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}}
		start := time.Now()
		e := apiError(t, newCaller(hangs).Do(t.Context(), call(driverkit.Creates)))
		if got, want := time.Since(start), 90*time.Second; got != want {
			t.Errorf("the call ended after %v, want %v", got, want)
		}
		if errors.Is(e, context.DeadlineExceeded) || e.Outcome != provider.OutcomeUnknown {
			t.Errorf("got %v with outcome %s, want unknown and no error of a ctx", e, e.Outcome)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		e = apiError(t, newCaller(hangs).Do(ctx, call(driverkit.Reads)))
		if !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("got %v, want the error of ctx", e)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	e := apiError(t, newCaller(says(429, "<html>", "Retry-After", "7")).Do(t.Context(), call(driverkit.Reads)))
	if e.RetryAfter != 7*time.Second {
		t.Errorf("got %v, want 7 s", e.RetryAfter)
	}
}

// created sends a create whose answer is body.
func created(
	t *testing.T, spec provider.RunInstancesSpec, status int, body string, order string,
) (ids []string, err error) {
	t.Helper()
	result := &provider.RunResult{OrderID: order}
	c := call(driverkit.Reads) // Create sets it right
	c.Spec = &spec
	c.Decode = func(a *driverkit.Answer) error {
		result.InstanceIDs = a.IDs("ids")
		return decode(a)
	}
	got, err := newCaller(says(status, body)).Create(t.Context(), c, result)
	if got != nil {
		ids = got.InstanceIDs
	}
	return ids, err
}

func TestCreate(t *testing.T) {
	two := provider.RunInstancesSpec{Count: 2, MinCount: 2}
	withToken, dryRun, few := two, two, two
	withToken.ClientToken, dryRun.DryRun, few.MinCount = "token-1", true, 1
	for name, c := range map[string]struct {
		spec    provider.RunInstancesSpec
		status  int
		body    string
		order   string
		want    []string
		unknown bool // the outcome
	}{
		"all":                         {spec: two, status: 200, body: `{"ids":["i-1","i-2"]}`, want: []string{"i-1", "i-2"}},
		"one twice":                   {spec: two, status: 200, body: `{"ids":["i-1","i-1"]}`, want: []string{"i-1"}, unknown: true},
		"too few":                     {spec: two, status: 200, body: `{"ids":["i-1"]}`, want: []string{"i-1"}, unknown: true},
		"too few, at least MinCount":  {spec: few, status: 200, body: `{"ids":["i-1"]}`, want: []string{"i-1"}},
		"too few with a token":        {spec: withToken, status: 200, body: `{"ids":["i-1"]}`, want: []string{"i-1"}},
		"none":                        {spec: withToken, status: 200, body: `{"ids":[]}`, unknown: true},
		"none of a dry run":           {spec: dryRun, status: 200, body: `{"ids":[]}`},
		"none of an unpaid order":     {spec: two, status: 200, body: `{}`, order: "o-1"},
		"some beside a refusal":       {spec: two, status: 409, body: `{"code":"no_stock","ids":["i-1"]}`, want: []string{"i-1"}, unknown: true},
		"some in an answer cut short": {spec: two, status: 200, body: `{"ids":["i-1","i-`, want: []string{"i-1"}, unknown: true},
	} {
		ids, err := created(t, c.spec, c.status, c.body, c.order)
		if !slices.Equal(ids, c.want) {
			t.Errorf("%s: got %v, want %v", name, ids, c.want)
		}
		if !c.unknown {
			if err != nil {
				t.Errorf("%s: got %v, want no error", name, err)
			}
			continue
		}
		if e := apiError(t, err); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: outcome %s, want unknown", name, e.Outcome)
		}
	}
}

func TestAnAnswerThatEndsEarlyIsDecodedForItsIDs(t *testing.T) {
	w := &wire{answer: func(*http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(`{"ids":["i-1","i-2`), cut{})
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body)}, nil
	}}
	var ids []string
	wasCut := false
	c := call(driverkit.Creates)
	c.Decode = func(a *driverkit.Answer) error {
		ids, wasCut = a.IDs("ids"), a.Cut
		return nil
	}
	e := apiError(t, newCaller(w).Do(t.Context(), c))
	if !wasCut || !slices.Equal(ids, []string{"i-1"}) {
		t.Errorf("got %v, cut %v; want i-1 of an answer that ended early", ids, wasCut)
	}
	if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("outcome %s, want unknown", e.Outcome)
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestPreviewMasksAndFlattens(t *testing.T) {
	got, err := driverkit.Preview("test", call(driverkit.Creates), "password", "data")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"region": "north", "password": "[redacted]", "data": "[redacted]"}
	if fmt.Sprint(got.Params) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got.Params, want)
	}
	if got.Host != "cloud.example" || got.Action != "POST /things" {
		t.Errorf("got %s to %s, want POST /things to cloud.example", got.Action, got.Host)
	}
}

func TestPages(t *testing.T) {
	two := 2
	for name, c := range map[string]struct {
		page driverkit.Page
		want bool
	}{
		"a list":               {driverkit.Page{Shown: []string{"a", "b"}, Total: &two}, false},
		"a row twice":          {driverkit.Page{Shown: []string{"a", "a"}}, true},
		"another total":        {driverkit.Page{Asked: []string{"a"}, Shown: []string{"a"}, Total: &two}, true},
		"a row not asked for":  {driverkit.Page{Asked: []string{"a"}, Shown: []string{"b"}}, true},
		"an ID that is absent": {driverkit.Page{Asked: []string{"a", "b"}, Shown: []string{"a"}}, false},
	} {
		if got := c.page.Contradicts(); got != c.want {
			t.Errorf("%s: contradicts is %v, want %v", name, got, c.want)
		}
	}
	page := driverkit.Page{Shown: []string{"a"}, Total: &two}
	if next, _ := page.NextOffset(0, 1); next != "1" {
		t.Errorf("the next page begins at %q, want 1", next)
	}
	if _, err := driverkit.Offset("test", "x"); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a token of another kind: got %v, want ErrInvalid", err)
	}
}

// options are those of the driver "test", and others those of another driver.
type (
	options struct{ Rack string }
	others  struct{}
	stale   struct{}
)

func (options) VendorName() string { return "test" }
func (others) VendorName() string  { return "elsewhere" }
func (stale) VendorName() string   { return "test" }

func TestOptions(t *testing.T) {
	list := []provider.VendorOption{others{}, &options{Rack: "r-1"}}
	if got := driverkit.OptionsOf[options](list); got.Rack != "r-1" {
		t.Errorf("got %+v, want the rack r-1", got)
	}
	c := provider.Checker{Driver: "test"}
	if driverkit.CheckOptions[options](&c, list); c.Err() != nil {
		t.Errorf("got %v, want no error", c.Err())
	}
	if driverkit.CheckOptions[options](&c, []provider.VendorOption{stale{}}); c.Err() == nil {
		t.Error("options of another type: want an error")
	}
	c = provider.Checker{Driver: "test"}
	if driverkit.RefuseOptions(&c, []provider.VendorOption{others{}}, "none"); c.Err() != nil {
		t.Errorf("options for another cloud: got %v, want no error", c.Err())
	}
	if driverkit.RefuseOptions(&c, list, "none"); !errors.Is(c.Err(), errors.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", c.Err())
	}
}
