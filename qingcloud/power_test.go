package qingcloud

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

// changesOf are the calls that change instances which exist, by action.
func changesOf(d *driver) map[string]func(context.Context) error {
	power := func(action provider.PowerAction) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := d.ChangePower(ctx, &provider.PowerRequest{IDs: []string{"i-1"}, Action: action})
			return err
		}
	}
	return map[string]func(context.Context) error{
		"StartInstances":   power(provider.PowerStart),
		"StopInstances":    power(provider.PowerStop),
		"RestartInstances": power(provider.PowerReboot),
		"CeaseInstances": func(ctx context.Context) error {
			return d.TerminateInstances(ctx, &provider.TerminateRequest{IDs: []string{"i-1"}, Recycled: true})
		},
	}
}

// ownParams are those of a request that are not common to all calls.
func ownParams(q url.Values) string {
	own := url.Values{}
	for name, v := range q {
		if !slices.Contains([]string{"access_key_id", "signature", "signature_method", "signature_version", "time_stamp", "version"}, name) {
			own[name] = v
		}
	}
	return own.Encode()
}

func TestPowerRequests(t *testing.T) {
	for _, c := range []struct {
		req  provider.PowerRequest
		want string
	}{
		{provider.PowerRequest{Action: provider.PowerStart}, "action=StartInstances&instances.1=i-1&instances.2=i-2&zone=gd2"},
		{provider.PowerRequest{Action: provider.PowerStop}, "action=StopInstances&force=0&instances.1=i-1&instances.2=i-2&zone=gd2"},
		{provider.PowerRequest{Action: provider.PowerStop, Force: true}, "action=StopInstances&force=1&instances.1=i-1&instances.2=i-2&zone=gd2"},
		{provider.PowerRequest{Action: provider.PowerReboot}, "action=RestartInstances&instances.1=i-1&instances.2=i-2&zone=gd2"},
	} {
		m := saying(200, `{"action":"Response","job_id":"j-1","ret_code":0}`)
		c.req.Region, c.req.IDs = "gd2", []string{"i-1", "i-2"}
		got, err := mustDriver(t, testConfig(m)).ChangePower(t.Context(), &c.req)
		if err != nil {
			t.Errorf("%+v: got error %v, want none", c.req, err)
			continue
		}
		if got == nil {
			t.Errorf("%+v: got is nil, want a value", c.req)
			continue
		}
		if len(got.Failed) != 0 {
			t.Errorf("%+v: len(Failed) is %d, want 0", c.req, len(got.Failed))
			continue
		}
		if len(m.sent) != 1 {
			t.Errorf("%+v: len(m.sent) is %d, want 1", c.req, len(m.sent))
			continue
		}
		r := m.sent[0]
		q := r.URL.Query()
		if sent := ownParams(q); sent != c.want {
			t.Errorf("%+v: the request is\n%s\nwant\n%s", c.req, sent, c.want)
		}
		if r.Method != http.MethodGet {
			t.Errorf("%+v: r.Method is %v, want %v", c.req, r.Method, http.MethodGet)
		}
		if got := q.Get("signature"); got != signatureOf(r.Method, r.URL.Path, q, testSecret) {
			t.Errorf("%+v: signature is %q, want %q",
				c.req, got, signatureOf(r.Method, r.URL.Path, q, testSecret))
		}
	}
}

func TestPowerTakesAHundredServersACall(t *testing.T) {
	m := saying(200, `{"ret_code":0}`)
	var ids []string
	for i := range 100 {
		ids = append(ids, "i-"+strconv.Itoa(i))
	}
	_, err := mustDriver(t, testConfig(m)).ChangePower(t.Context(), &provider.PowerRequest{IDs: ids, Action: provider.PowerStart})
	if err != nil {
		t.Fatal(err)
	}
	if q := m.sent[0].URL.Query(); q.Get("instances.1") != "i-0" {
		t.Errorf(`instances.1 is %q, want "i-0"`, q.Get("instances.1"))
	} else if got := q.Get("instances.100"); got != "i-99" {
		t.Errorf(`instances.100 is %q, want "i-99"`, got)
	} else if got := q.Get("zone"); got != "pek3a" {
		t.Errorf(`zone is %q, want "pek3a"`, got)
	}
}

func TestPowerRequestsThatCannotBeMadeAreNotSent(t *testing.T) {
	m := saying(200, `{"ret_code":0}`)
	one := []string{"i-1"}
	for _, c := range []struct {
		req         provider.PowerRequest
		path        string
		unsupported bool
	}{
		{provider.PowerRequest{Action: provider.PowerStop}, "IDs", false},
		{provider.PowerRequest{Action: provider.PowerStop, IDs: slices.Repeat(one, 101)}, "IDs", false},
		{provider.PowerRequest{IDs: one}, "Action", false},
		{provider.PowerRequest{Action: "hibernate", IDs: one}, "Action", false},
		{provider.PowerRequest{Action: provider.PowerStop, IDs: one, StopCharging: true}, "StopCharging", true},
		{provider.PowerRequest{Action: provider.PowerStart, IDs: one, StopCharging: true}, "StopCharging", true},
		{provider.PowerRequest{Action: provider.PowerReboot, IDs: one, Force: true}, "Force", true},
		{provider.PowerRequest{Action: provider.PowerStart, IDs: one, Force: true}, "Force", true},
	} {
		_, err := mustDriver(t, testConfig(m)).ChangePower(t.Context(), &c.req)
		var f *provider.FieldError
		if !errors.As(err, &f) {
			t.Errorf("%+v: got error %v, want a %T", c.req, err, f)
		} else if f.Path != c.path {
			t.Errorf("%+v: Path is %v, want %v", c.req, f.Path, c.path)
		} else if f.Driver != Name {
			t.Errorf("%+v: Driver is %v, want %v", c.req, f.Driver, Name)
		} else if f.Unsupported != c.unsupported {
			t.Errorf("%+v: Unsupported is %v, want %v", c.req, f.Unsupported, c.unsupported)
		}
	}
	if len(m.sent) != 0 {
		t.Errorf("%d of them were sent", len(m.sent))
	}
}

func TestCodesOfAPowerCall(t *testing.T) {
	for _, c := range []struct {
		code    string
		kind    error
		outcome provider.Outcome
	}{
		{"1100", provider.ErrInvalid, rejected},
		{"1200", provider.ErrAuth, rejected},
		{"1400", provider.ErrState, rejected},
		{"2100", provider.ErrNotFound, rejected},
		{"2400", provider.ErrBalance, rejected},
		{"2500", provider.ErrThrottled, throttled},
		{"5000", provider.ErrUnavailable, unknown},
		{"5100", provider.ErrUnavailable, unknown},
		{"5200", provider.ErrNoStock, rejected},
		{"5300", provider.ErrUnavailable, unknown},
		{"2999", nil, rejected},
		{"999", nil, unknown},
	} {
		d := mustDriver(t, testConfig(saying(200, `{"message":"PermissionDenied, why","ret_code":`+c.code+`}`)))
		for action, call := range changesOf(d) {
			err := call(t.Context())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s, %s: got error %v, want a %T", action, c.code, err, e)
				continue
			}
			if e.Kind != c.kind {
				t.Errorf("%s, %s: Kind is %v, want %v", action, c.code, e.Kind, c.kind)
				continue
			}
			if e.Outcome != c.outcome {
				t.Errorf("%s, %s: Outcome is %v, want %v", action, c.code, e.Outcome, c.outcome)
				continue
			}
			if e.Temporary {
				t.Errorf("%s, %s: Temporary is true, want false", action, c.code)
				continue
			}
			var sdk *qcerrors.QingCloudError
			if e.Op != action {
				t.Errorf("%s, %s: Op is %v, want %v", action, c.code, e.Op, action)
			}
			if e.Code != c.code {
				t.Errorf("%s, %s: Code is %v, want %v", action, c.code, e.Code, c.code)
			}
			if e.Message != "PermissionDenied, why" {
				t.Errorf(`%s, %s: Message is %q, want "PermissionDenied, why"`, action, c.code, e.Message)
			}
			if !errors.As(err, &sdk) {
				t.Errorf("%s, %s: got error %v, want a %T", action, c.code, err, sdk)
			}
		}
	}
}

func TestAPowerCallWithoutAClearAnswerIsNoSuccess(t *testing.T) {
	for _, rt := range []*memory{
		saying(200, ``), saying(200, `null`), saying(200, `{}`), saying(200, `[]`), saying(200, `<html>`), saying(200, `{"ret_code":["1400"]}`),
		saying(200, `{"ret_code":`), saying(302, ``), saying(500, `{"ret_code":0}`), failing(io.ErrUnexpectedEOF),
		{answer: func(r *http.Request) (*http.Response, error) { panic(r.URL.String()) }},
	} {
		for action, call := range changesOf(mustDriver(t, testConfig(rt))) {
			err := call(t.Context())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s: got error %v, want a %T", action, err, e)
			} else if e.Kind != provider.ErrUnavailable {
				t.Errorf("%s: Kind is %v, want %v", action, e.Kind, provider.ErrUnavailable)
			} else if e.Outcome != unknown {
				t.Errorf("%s: Outcome is %v, want %v", action, e.Outcome, unknown)
			}
			assertNoSecret(t, action, err)
		}
	}
}

func TestNoErrorOfAPowerCallShowsASecret(t *testing.T) {
	echo := func(r *http.Request) string {
		return strings.Join([]string{r.URL.String(), r.URL.Query().Get("signature"), testKeyID, testSecret}, " ")
	}
	for name, answer := range map[string]func(*http.Request) (*http.Response, error){
		"vendor's message": func(r *http.Request) (*http.Response, error) {
			return response(200, `{"ret_code":1400,"message":`+strconv.Quote(echo(r))+`}`), nil
		},
		"HTML":      func(r *http.Request) (*http.Response, error) { return response(200, "<p>"+echo(r)), nil },
		"transport": func(r *http.Request) (*http.Response, error) { return nil, errors.New("cannot send " + echo(r)) },
		"URL error": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: io.EOF}
		},
	} {
		for action, call := range changesOf(mustDriver(t, testConfig(&memory{answer: answer}))) {
			err := call(t.Context())
			if err == nil {
				t.Errorf("%s, %s: no error", name, action)
			}
			assertNoSecret(t, name+", "+action, err)
		}
	}
}

func TestAnEndedContextEndsAPowerCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := hanging()
		for action, call := range changesOf(mustDriver(t, testConfig(m))) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			err := call(ctx)
			if took := time.Since(start); took != time.Second {
				t.Errorf("%s: the call returns %v after it was cancelled", action, took-time.Second)
			}
			var e *provider.APIError
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: got error %v, want %v", action, err, context.Canceled)
			} else if !errors.As(err, &e) {
				t.Errorf("%s: got error %v, want a %T", action, err, e)
			} else if e.Outcome != unknown {
				t.Errorf("%s: Outcome is %v, want %v", action, e.Outcome, unknown)
			}
			sent := len(m.sent)
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: got error %v, want %v", action, err, context.Canceled)
			} else if len(m.sent) != sent {
				t.Errorf("%s: len(m.sent) is %d, want %d", action, len(m.sent), sent)
			}
		}
	})
}

func TestASilentCloudIsGivenUpByAPowerCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for action, call := range changesOf(mustDriver(t, testConfig(hanging()))) {
			assertGivenUp(t, action, 90*time.Second, func() error { return call(t.Context()) })
		}
	})
}

// Code 1400 does not tell which instance it is about, nor that the instance is
// stopped already.
func TestOneStoppedServerDoesNotKeepTheOthersRunning(t *testing.T) {
	var mu sync.Mutex
	var stopped []string
	m := &memory{answer: func(r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		if q.Get("action") == "DescribeInstances" {
			return response(200, `{"ret_code":0,"total_count":1,"instance_set":[{"instance_id":"i-3","status":"stopped"}]}`), nil
		}
		ids := []string{}
		for i := 1; q.Has("instances." + strconv.Itoa(i)); i++ {
			ids = append(ids, q.Get("instances."+strconv.Itoa(i)))
		}
		if slices.Contains(ids, "i-3") {
			return response(200, `{"ret_code":1400,"message":"PermissionDenied, instance [i-3] is not running, can not be stopped"}`), nil
		}
		mu.Lock()
		defer mu.Unlock()
		stopped = append(stopped, ids...)
		return response(200, `{"ret_code":0,"job_id":"j-1"}`), nil
	}}
	c, err := New(testConfig(m))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StopInstances(t.Context(), "", []string{"i-1", "i-2", "i-3", "i-4", "i-5"}, nil); err != nil {
		t.Errorf("every instance is stopped, but the error is %v", err)
	}
	slices.Sort(stopped)
	if want := []string{"i-1", "i-2", "i-4", "i-5"}; !slices.Equal(stopped, want) {
		t.Errorf("stopped are %q, want %q, each once", stopped, want)
	}
}
