package secrets_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// mischief is something that goes wrong: faults of the cloud, or a network that
// repeats what it was given.
type mischief struct {
	name   string
	faults []cloudsim.Fault
	echo   func(r *http.Request, echo string) (*http.Response, error)
}

// mischiefs are all that the simulator knows, in every call at once and in the
// first of them, and everything that repeats a request.
func mischiefs() []mischief {
	list := []mischief{{name: "nothing"}}
	for _, k := range []cloudsim.FaultKind{
		cloudsim.Throttle, cloudsim.NoStock, cloudsim.Quota, cloudsim.Balance, cloudsim.LaunchFailure, cloudsim.LateVisibility, cloudsim.Partial,
		cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter, cloudsim.ResetBefore, cloudsim.ResetAfter, cloudsim.Slow,
	} {
		for _, times := range []int{0, 1} {
			f := cloudsim.Fault{Kind: k, Times: times, Count: 1, Delay: 20 * time.Second}
			list = append(list, mischief{name: fmt.Sprintf("%s, %d times", k, times), faults: []cloudsim.Fault{f}})
		}
	}
	for _, code := range []string{"InvalidParameter", "Forbidden.RAM", "SignatureDoesNotMatch", "AuthFailure.SignatureFailure", "1100", "1300", "5000", "IdempotentParameterMismatch"} {
		f := cloudsim.Fault{Kind: cloudsim.Refuse, Code: code, Status: http.StatusBadRequest, Message: "no"}
		list = append(list, mischief{name: "refused by " + code, faults: []cloudsim.Fault{f}})
	}
	for _, body := range []string{"", "null", "{", "[]", "<html>", `{"Response":null}`, `{"ret_code":"x"}`, `{"Code":{"a":1}}`, "\x00\xff"} {
		f := cloudsim.Fault{Kind: cloudsim.Malformed, Body: body}
		list = append(list, mischief{name: fmt.Sprintf("answer %q", body), faults: []cloudsim.Fault{f}})
	}
	return append(list, echoes()...)
}

// echoes are networks and clouds that repeat what they were sent.
func echoes() (list []mischief) {
	says := func(status int, body string) (*http.Response, error) {
		return &http.Response{
			Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
	for _, code := range []string{"SignatureDoesNotMatch", "InvalidParameter", "InternalError", "Throttling"} {
		for _, status := range []int{200, 400, 500} {
			list = append(list, mischief{name: fmt.Sprintf("echo in the message of %s, status %d", code, status), echo: func(_ *http.Request, echo string) (*http.Response, error) {
				return says(status, failure(code, echo))
			}})
		}
	}
	add := func(name string, echo func(r *http.Request, echo string) (*http.Response, error)) {
		list = append(list, mischief{name: name, echo: echo})
	}
	add("echo as the code", func(_ *http.Request, echo string) (*http.Response, error) { return says(400, failure(echo, "no")) })
	add("echo as HTML", func(_ *http.Request, echo string) (*http.Response, error) { return says(502, "<html>"+echo) })
	add("echo as HTML, status 200", func(_ *http.Request, echo string) (*http.Response, error) { return says(200, "<html>"+echo) })
	add("echo as JSON of no kind", func(_ *http.Request, echo string) (*http.Response, error) {
		text, _ := json.Marshal([]string{echo})
		return says(200, string(text))
	})
	add("echo in a redirect", func(_ *http.Request, echo string) (*http.Response, error) {
		resp, err := says(302, "")
		resp.Header.Set("Location", "http://[elsewhere/?"+echo)
		return resp, err
	})
	add("echo in the error of the transport", func(_ *http.Request, echo string) (*http.Response, error) {
		return nil, errors.New("cannot send " + echo)
	})
	add("URL in the error of the transport", func(r *http.Request, _ string) (*http.Response, error) {
		return nil, fmt.Errorf("proxy: %w", &url.Error{Op: r.Method, URL: r.URL.String(), Err: io.ErrUnexpectedEOF})
	})
	add("panic of the transport", func(_ *http.Request, echo string) (*http.Response, error) { panic(echo) })
	add("panic with an error", func(_ *http.Request, echo string) (*http.Response, error) { panic(errors.New(echo)) })
	return list
}

// failure is an error in the envelopes of all vendors at once.
func failure(code, message string) string {
	text, _ := json.Marshal(map[string]any{
		"RequestId": "r-1", "HostId": "host", "Code": code, "Message": "server says: " + message, "ret_code": 1300, "message": message,
		"Response": map[string]any{"RequestId": "r-1", "Error": map[string]string{"Code": code, "Message": message}},
	})
	return string(text)
}

// echoOf is all that a server knows of a request, and what it could make of it.
func echoOf(r *http.Request) string {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	list := []string{r.URL.String(), string(body), fmt.Sprint(r.Header)}
	values := r.URL.Query()
	if more, err := url.ParseQuery(string(body)); err == nil {
		for k, v := range more {
			values[k] = append(values[k], v...)
		}
	}
	for k, v := range values {
		list = append(list, k+"="+v[0])
	}
	list = append(list, "server string to sign is:"+r.Method+"&%2F&"+url.QueryEscape(values.Encode()), base64.StdEncoding.EncodeToString(body))
	return strings.Join(list, " ; ")
}

// No secret is in anything that the library lets out, whatever goes wrong, on any
// cloud. With -short every third mischief strikes, and one cloud only.
func TestNothingShowsASecret(t *testing.T) {
	all := services()
	for i, s := range all {
		t.Run(string(s.cloud), func(t *testing.T) {
			t.Parallel()
			for j, m := range mischiefs() {
				if testing.Short() && j%(3*len(all)) != 3*i {
					continue
				}
				t.Run(m.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { suffer(t, s, m) })
				})
			}
		})
	}
}

// suffer does everything that a program may do while something goes wrong.
func suffer(t *testing.T, s *service, m mischief) {
	n := newNetting(t, s)
	o := &cloudsim.Options{AccessKeyID: "AKplanted", AccessKeySecret: keySecret, Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return 5 * time.Second }}
	if s.tokens {
		o.SecurityToken = keyToken
	}
	sim := cloudsim.New(o)
	for _, f := range m.faults {
		f.Cloud = s.cloud
		sim.Inject(f)
	}
	options := n.options()
	options.RetryFor, options.SearchFor = 3*time.Second, 5*time.Second
	client := s.connect(t, config{options: options, transport: wire(func(r *http.Request) (*http.Response, error) {
		n.saw(r)
		if m.echo != nil {
			return m.echo(r, echoOf(r))
		}
		return sim.Transport().RoundTrip(r)
	})})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	for what, do := range map[string]func(context.Context, *netting, *provider.Client, *service){"instances": instances, "templates": templates, "groups": groups} {
		func() {
			defer func() {
				if p := recover(); p != nil {
					n.add("a panic", p, string(debug.Stack()))
					t.Errorf("%s: a panic comes out", what)
				}
			}()
			do(ctx, n, client, s)
		}()
	}
	n.search()
	time.Sleep(10 * time.Minute) // what net/http leaves behind of a transport that panics ends with the timeout of its call
}

// wire is a transport that is a function.
type wire func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

// instances is the life of some instances.
func instances(ctx context.Context, n *netting, c *provider.Client, s *service) {
	spec := s.spec
	spec.Count, spec.Name = 2, "secret"
	n.add("a client", c, c.Driver(), c.Limits(), spec, &spec)
	preview, err := c.Preview(spec, nil)
	n.add("a preview", preview, err)
	bad := spec
	bad.Region, bad.Count, bad.ImageID = "no such region", -1, ""
	_, err = c.RunInstances(ctx, bad, nil)
	n.add("a refused spec", err)
	// A journal that is a function: what is dumped must not be the test's own.
	run := &provider.RunOptions{Journal: provider.JournalFunc(n.Save), Owner: "secrets"}
	op, err := c.RunInstances(ctx, spec, run)
	n.add("the error of a create", err)
	n.add("an operation", op, op.Answers())
	token, err := op.MarshalText()
	n.add("a token", string(token), err)
	again, err := c.Resume(ctx, token, &provider.ResumeOptions{Spec: &spec, Run: run})
	n.add("the error of Resume", err)
	n.add("a resumed operation", again)
	stored(ctx, n, c, spec)
	waits(ctx, n, op)
	for i, err := range c.DescribeInstances(ctx, provider.Query{}) {
		n.add("a description", i, err)
	}
	ids := append(op.InstanceIDs(), "i-none")
	n.add("the error of a stop", c.StopInstances(ctx, "", ids, nil))
	n.add("the error of a start", c.StartInstances(ctx, "", ids, nil))
	n.add("the error of a reboot", c.RebootInstances(ctx, "", ids, nil))
	lost, err := c.Sweep(ctx, provider.SweepOptions{Owner: "secrets"})
	n.add("a sweep", lost, err)
	_, err = c.TerminateInstances(ctx, "", ids, nil)
	n.add("the error of a release", err)
}

// stored keeps an operation in a store.
func stored(ctx context.Context, n *netting, c *provider.Client, spec provider.RunInstancesSpec) {
	var s store.Memory
	op, err := c.Run(ctx, "stored", &spec, &s, &provider.StoreOptions{Holder: "a", Run: &provider.RunOptions{Owner: "secrets"}})
	n.add("an operation of a store", op, err)
	_, err = c.Run(ctx, "stored", &spec, &s, nil)
	n.add("the error of an operation that is held", err)
	e, records, err := s.Load(ctx, "stored")
	n.add("an entry of a store", e, err)
	for _, r := range records {
		n.add("a record of a store", string(r.Data))
	}
	n.add("the error of Close", op.Close())
}

// waits watches and waits for a while.
func waits(ctx context.Context, n *netting, op *provider.Operation) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	watched, done := context.WithTimeout(ctx, 2*time.Minute)
	defer done()
	for e, err := range op.Watch(watched) {
		n.add("an event", e, err)
	}
	list, err := op.Wait(ctx, nil)
	n.add("a wait", list, err)
}

// templates keeps the secrets in launch templates.
func templates(ctx context.Context, n *netting, c *provider.Client, s *service) {
	templates, err := launchtemplate.Of(c)
	if err != nil {
		return
	}
	t := launchtemplate.Spec{Name: "secret", Spec: s.spec}
	_, err = templates.Create(ctx, t)
	n.add("a template", t, err)
	t.Spec.Login = provider.Login{}
	id, err := templates.Create(ctx, t)
	n.add("a template", err)
	_, err = templates.CreateVersion(ctx, provider.LaunchTemplateRef{ID: id}, t)
	n.add("a version of a template", err)
	for v, err := range templates.List(ctx, launchtemplate.Query{}) {
		n.add("the list of templates", v, err)
	}
	for v, err := range templates.Versions(ctx, "", provider.LaunchTemplateRef{ID: id}) {
		n.add("the versions of a template", v, err)
	}
}

// groups makes placement groups.
func groups(ctx context.Context, n *netting, c *provider.Client, _ *service) {
	groups, err := placement.Of(c)
	if err != nil {
		return
	}
	_, err = groups.Create(ctx, placement.Spec{Name: "secret", Strategy: placement.Spread})
	n.add("a placement group", err)
	for g, err := range groups.List(ctx, placement.Query{}) {
		n.add("the list of groups", g, err)
	}
}

// A leak is found: a test of the test. Each is a mistake that a driver could make.
func TestLeaksAreFound(t *testing.T) {
	s := services()[0]
	for what, leak := range map[string]func(n *netting, c *provider.Client){
		"an error": func(n *netting, _ *provider.Client) { n.add("an error", fmt.Errorf("cannot log in with %s", password)) },
		"a wrapped error": func(n *netting, _ *provider.Client) {
			n.add("an error", quiet{&url.Error{Op: "Post", URL: "https://x/?" + url.Values{"UserData": {base64.StdEncoding.EncodeToString([]byte(userData))}}.Encode(), Err: io.EOF}})
		},
		"a dump": func(n *netting, _ *provider.Client) {
			n.add("a spec", struct{ spec provider.RunInstancesSpec }{s.spec})
		},
		"a journal":   func(n *netting, _ *provider.Client) { _ = n.Save(t.Context(), []byte(`{"token":"`+keyToken+`"}`)) },
		"a log":       func(n *netting, _ *provider.Client) { n.options().Logger.Warn("call", "secret", keySecret) },
		"a signature": func(n *netting, _ *provider.Client) { n.add("an error", errors.New(n.signatures[0])) },
	} {
		found := &testing.T{}
		n := newNetting(found, s)
		options := n.options()
		options.RetryFor = -1
		client := s.connect(t, config{options: options, transport: wire(func(r *http.Request) (*http.Response, error) {
			n.saw(r)
			return nil, io.EOF
		})})
		_, _ = client.TerminateInstances(t.Context(), "", []string{"i-1"}, nil)
		n.search()
		if found.Failed() {
			t.Fatalf("%s: there is a leak before any is made", what)
		}
		leak(n, client)
		n.search()
		if !found.Failed() {
			t.Errorf("%s: a leak is not found", what)
		}
	}
}

// quiet hides an error behind a harmless text.
type quiet struct{ err error }

// Error says nothing.
func (quiet) Error() string { return "something went wrong" }

// Unwrap returns the error.
func (q quiet) Unwrap() error { return q.err }
