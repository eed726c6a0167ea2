package qingcloud

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	rejected  = provider.OutcomeRejected
	unknown   = provider.OutcomeUnknown
	throttled = provider.OutcomeThrottled
	unsent    = provider.OutcomeUnsent
)

// serverDriver talks to a real HTTP server through the client's own transport.
func serverDriver(t *testing.T, h http.HandlerFunc) *driver {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	cfg := testConfig(nil)
	cfg.Endpoint = s.URL
	return mustDriver(t, cfg)
}

func TestAnswersThatCannotBeReadLeaveTheOutcomeOpen(t *testing.T) {
	for name, body := range map[string]string{
		"empty":           ``,
		"null":            `null`,
		"empty object":    `{}`,
		"list":            `[]`,
		"number":          `7`,
		"HTML":            `<html><body>502 Bad Gateway</body></html>`,
		"truncated":       `{"ret_code":0,"instances":["i-1"`,
		"no IDs":          `{"ret_code":0}`,
		"IDs null":        `{"ret_code":0,"instances":null}`,
		"IDs as number":   `{"ret_code":0,"instances":1}`,
		"code null":       `{"ret_code":null}`,
		"code as word":    `{"ret_code":"bad","message":"x"}`,
		"code as list":    `{"ret_code":[0]}`,
		"code too long":   `{"ret_code":99999999999999999999}`,
		"broken encoding": "{\"ret_code\":0,\"instances\":[\"\xff\"",
		"trailing text":   `{"ret_code":0,"instances":["i-1"]} and more`,
	} {
		for _, contentType := range []string{"application/json", "text/html", ""} {
			d := serverDriver(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				_, _ = io.WriteString(w, body)
			})
			got, err := d.RunInstances(t.Context(), minimalSpec())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s as %q: got error %v, want a %T", name, contentType, err, e)
			} else if e.Outcome != unknown {
				t.Errorf("%s as %q: Outcome is %v, want %v", name, contentType, e.Outcome, unknown)
			} else if e.Kind != provider.ErrUnavailable {
				t.Errorf("%s as %q: Kind is %v, want %v", name, contentType, e.Kind, provider.ErrUnavailable)
			} else if e.HTTPStatus != 200 {
				t.Errorf("%s as %q: HTTPStatus is %d, want 200", name, contentType, e.HTTPStatus)
			}
			named := name == "truncated" || name == "trailing text"
			if has := got != nil; has != named {
				t.Fatalf("%s as %q: got result %+v, want one: %v", name, contentType, got, named)
			}
			if named && !slices.Equal(got.InstanceIDs, []string{"i-1"}) {
				t.Errorf("%s as %q: InstanceIDs is %v, want i-1", name, contentType, got.InstanceIDs)
			}
		}
	}
}

// The content type is not to be trusted: what matters is the body.
func TestAGoodAnswerCountsUnderAnyContentType(t *testing.T) {
	d := serverDriver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, `{"ret_code":0,"instances":["i-1"]}`)
	})
	if got, err := d.RunInstances(t.Context(), minimalSpec()); err != nil {
		t.Errorf("instances that were made are lost: got error %v, want none", err)
	} else if len(got.InstanceIDs) != 1 {
		t.Errorf("instances that were made are lost: len(InstanceIDs) is %d, want 1", len(got.InstanceIDs))
	}
}

func TestStatusesOtherThan200LeaveTheOutcomeOpen(t *testing.T) {
	for _, status := range []int{201, 400, 401, 403, 404, 500, 502, 503, 504} {
		d := serverDriver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"ret_code":0,"instances":["i-1"]}`)
		})
		got, err := d.RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("status %d: got error %v, want a %T", status, err, e)
		} else if e.Outcome != unknown {
			t.Errorf("status %d: Outcome is %v, want %v", status, e.Outcome, unknown)
		} else if e.Kind != provider.ErrUnavailable {
			t.Errorf("status %d: Kind is %v, want %v", status, e.Kind, provider.ErrUnavailable)
		} else if e.HTTPStatus != status {
			t.Errorf("status %d: HTTPStatus is %v, want %v", status, e.HTTPStatus, status)
		}
		if got == nil {
			t.Errorf("status %d: got no result, want one", status)
		} else if !slices.Equal(got.InstanceIDs, []string{"i-1"}) {
			t.Errorf("status %d: InstanceIDs is %v, want %v", status, got.InstanceIDs, []string{"i-1"})
		}
	}
}

// Only a status that says by itself that nothing was passed on proves it.
func TestWhatAStatusAloneProves(t *testing.T) {
	type want struct {
		kind    error
		outcome provider.Outcome
		lasting bool
	}
	tooLarge := want{provider.ErrInvalid, unsent, true}
	stopped := want{provider.ErrUnavailable, unsent, true}
	again := want{provider.ErrUnavailable, unsent, false}
	open := want{provider.ErrUnavailable, unknown, false}
	for status, want := range map[int]want{
		413: tooLarge, 414: tooLarge, 431: tooLarge, 494: tooLarge, 407: stopped, 426: stopped, 511: stopped, 421: again, 425: again,
		429: {provider.ErrThrottled, throttled, false},
		302: open, 400: open, 403: open, 404: open, 405: open, 408: open, 417: open, 451: open, 500: open, 502: open, 503: open,
	} {
		for _, body := range []string{"", "<html>no</html>", `{"message":"no"}`} {
			_, err := mustDriver(t, testConfig(saying(status, body))).RunInstances(t.Context(), minimalSpec())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Fatalf("%d with %q: got %v, want an *APIError", status, body, err)
			}
			got := want
			got.kind, got.outcome, got.lasting = e.Kind, e.Outcome, e.Lasting
			if got != want {
				t.Errorf("%d with %q: got %v, want %v", status, body, got, want)
			}
		}
		// Instances that it names all the same contradict it.
		got, err := mustDriver(t, testConfig(saying(status, `{"instances":["i-1"]}`))).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if got == nil {
			t.Errorf("%d beside an instance: got is nil, want a value", status)
		} else if !errors.As(err, &e) {
			t.Errorf("%d beside an instance: got error %v, want a %T", status, err, e)
		} else if e.Outcome != unknown {
			t.Errorf("%d beside an instance: Outcome is %v, want %v", status, e.Outcome, unknown)
		}
	}
}

const nginx503 = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
	"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

func TestAnAnswerThatIsNoneIsToldByItsFirstWords(t *testing.T) {
	for body, want := range map[string]string{
		nginx503:                          `qingcloud: RunInstances: service unavailable: HTTP 503, not an answer of the API: "503 Service Temporarily Unavailable nginx"`,
		"":                                `: it is empty`,
		"got " + testSecret + " of yours": `: "got [redacted] of yours"`,
		"got " + testSecret[:9]:           `: "(withheld: it quotes the request)"`,
		"got " + testPass[:8]:             `: "(withheld: it quotes the request)"`,
		strings.Repeat("云", 100):          `: "` + strings.Repeat("云", 80) + `..."`,
		"http://api.qingcloud.com/iaas/?action=RunInstances&login_passwd=x is down": `: "[url] is down"`,
		"/iaas/?action=RunInstances&login_passwd=x is down":                         `: "/iaas/?[...] is down"`,
		"the instance is not found":                                                 `: "the instance is not found"`,
	} {
		_, err := mustDriver(t, testConfig(saying(503, body))).RunInstances(t.Context(), minimalSpec())
		if got := err.Error(); !strings.HasSuffix(got, want) {
			t.Errorf("%.40q is told as\n%s\nwant\n%s", body, got, want)
		}
	}
}

func TestRetryAfterIsTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   time.Duration
	}{
		"429":             {429, "", 7 * time.Second},
		"503":             {503, nginx503, 7 * time.Second},
		"too many calls":  {200, `{"message":"API quota exceeded","ret_code":2500}`, 7 * time.Second},
		"another refusal": {200, `{"message":"no","ret_code":2400}`, 0},
		"404":             {404, "", 0},
	} {
		_, err := mustDriver(t, testConfig(&memory{answer: func(*http.Request) (*http.Response, error) {
			resp := response(c.status, c.body)
			resp.Header = http.Header{"Retry-After": {"7"}}
			return resp, nil
		}})).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", name, err, e)
		} else if e.RetryAfter != c.want {
			t.Errorf("%s: RetryAfter is %v, want %v", name, e.RetryAfter, c.want)
		}
	}
}

// rawServer writes what it is told to every connection, and closes it.
func rawServer(t *testing.T, write string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, write)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func TestConnectionsThatBreak(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	selfSigned := httptest.NewUnstartedServer(http.NotFoundHandler())
	selfSigned.Config.ErrorLog = log.New(io.Discard, "", 0)
	selfSigned.StartTLS()
	defer selfSigned.Close()
	for _, c := range []struct {
		name, endpoint string
		outcome        provider.Outcome
		is             error
	}{
		{"before the answer", "http://" + rawServer(t, ""), unknown, io.EOF},
		{"inside the head", "http://" + rawServer(t, "HTTP/1.1 200 OK\r\nContent-"), unknown, nil},
		{"inside the body", "http://" + rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ret_code\":0"), unknown, io.ErrUnexpectedEOF},
		{"no HTTP", "http://" + rawServer(t, "SSH-2.0-OpenSSH\r\n"), unknown, nil},
		{"nobody listens", "http://" + closed.Addr().String(), unsent, syscall.ECONNREFUSED},
		{"no such host", "https://nowhere.invalid", unsent, nil},
		{"certificate of a stranger", selfSigned.URL, unsent, nil},
		{"no TLS there", "https://" + rawServer(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), unsent, nil},
	} {
		cfg := testConfig(nil)
		cfg.Endpoint = c.endpoint
		_, err := mustDriver(t, cfg).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", c.name, err, e)
		} else if e.Outcome != c.outcome {
			t.Errorf("%s: Outcome is %v, want %v", c.name, e.Outcome, c.outcome)
		} else if e.Kind != provider.ErrUnavailable {
			t.Errorf("%s: Kind is %v, want %v", c.name, e.Kind, provider.ErrUnavailable)
		} else if e.Message == "" {
			t.Errorf("%s: Message is empty, want a value", c.name)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v does not match %v", c.name, err, c.is)
		}
		if urlErr := (*url.Error)(nil); errors.As(err, &urlErr) {
			t.Errorf("%s: the error still carries its URL", c.name)
		}
		assertNoSecret(t, c.name, err)
	}
}

// A transport that is not net/http's does not report its connections.
func TestForeignTransports(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want provider.Outcome
	}{
		{"dial", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}, unsent},
		{"proxy", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}, unsent},
		{"lookup", &net.DNSError{Err: "no such host", Name: "x"}, unsent},
		{"certificate", &tls.CertificateVerificationError{Err: errors.New("unknown authority")}, unsent},
		{"read", &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, unknown},
		{"anything", errors.New("broken"), unknown},
	} {
		_, err := mustDriver(t, testConfig(failing(c.err))).RunInstances(t.Context(), minimalSpec())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", c.name, err, e)
		} else if e.Outcome != c.want {
			t.Errorf("%s: Outcome is %v, want %v", c.name, e.Outcome, c.want)
		} else if !errors.Is(err, c.err) {
			t.Errorf("%s: got error %v, want %v", c.name, err, c.err)
		}
	}
	panicking := &memory{answer: func(r *http.Request) (*http.Response, error) { panic(r.URL.String()) }}
	_, err := mustDriver(t, testConfig(panicking)).RunInstances(t.Context(), minimalSpec())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Errorf("panic: got error %v, want a %T", err, e)
	} else if e.Outcome != unknown {
		t.Errorf("panic: Outcome is %v, want %v", e.Outcome, unknown)
	} else if e.Kind != provider.ErrUnavailable {
		t.Errorf("panic: Kind is %v, want %v", e.Kind, provider.ErrUnavailable)
	}
	assertNoSecret(t, "panic", err)
	headless := &memory{answer: func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"ret_code":0,"instances":["i-1"]}`))}, nil
	}}
	if _, err := mustDriver(t, testConfig(headless)).RunInstances(t.Context(), minimalSpec()); err != nil {
		t.Errorf("an answer without any header: %v", err)
	}
}

// A caller whose context ends while the connection is still being made has
// created nothing.
func TestAContextThatEndsBeforeTheConnection(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	rt := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { // whose own ctx goes on: others could use the connection
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	_, err := mustDriver(t, testConfig(rt)).RunInstances(ctx, minimalSpec())
	var e *provider.APIError
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	} else if !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Outcome != unsent {
		t.Errorf("Outcome is %v, want %v", e.Outcome, unsent)
	} else if e.Kind != nil {
		t.Errorf("Kind is %v, want nil", e.Kind)
	}
}

// An answer that goes on for ever is not read for ever, nor taken for a whole one.
func TestAnEndlessAnswerLeavesTheOutcomeUnknown(t *testing.T) {
	endless := &memory{answer: func(*http.Request) (*http.Response, error) {
		resp := response(200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"ret_code":0,"instances":["i-1"]}`), blanks{}))
		return resp, nil
	}}
	got, err := mustDriver(t, testConfig(endless)).RunInstances(t.Context(), minimalSpec())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Outcome != unknown {
		t.Errorf("Outcome is %v, want %v", e.Outcome, unknown)
	} else if !strings.Contains(e.Message, "larger than 16 MiB") {
		t.Errorf(`Message is %q, want it to contain "larger than 16 MiB"`, e.Message)
	}
	if got == nil {
		t.Error("the instance that the answer names is lost: got no result, want one")
	} else if !slices.Equal(got.InstanceIDs, []string{"i-1"}) {
		t.Errorf("the instance that the answer names is lost: InstanceIDs is %v, want %v",
			got.InstanceIDs, []string{"i-1"})
	}
}

// blanks never end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// The caller may watch the connections too.
func TestTheCallersTraceStillWorks(t *testing.T) {
	got := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got = true }})
	d := serverDriver(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"ret_code":0,"instances":["i-1"]}`)
	})
	if _, err := d.RunInstances(ctx, minimalSpec()); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !got {
		t.Error("got is false, want true")
	}
}

// assertNoSecret prints every error of the chain, as a careless caller might.
func assertNoSecret(t *testing.T, name string, err error) {
	t.Helper()
	for _, s := range append([]string{fmt.Sprint(err)}, chain(err)...) {
		for _, secret := range []string{testPass, testSecret, testKeyID, secretData, "raw-secret", "signature=", "login_passwd=", url.QueryEscape(testPass), "/iaas/?"} {
			if strings.Contains(s, secret) {
				t.Errorf("%s: an error text shows %q", name, secret)
			}
		}
	}
}

func chain(err error) []string {
	if err == nil {
		return nil
	}
	out := []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err.Error())}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		out = append(out, chain(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			out = append(out, chain(err)...)
		}
	}
	return out
}

const secretData = "#!/bin/sh secret-data"

func TestNoErrorShowsASecret(t *testing.T) {
	spec := minimalSpec()
	spec.UserData = []byte(secretData)
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"extra": "raw-secret"}}}
	echo := func(r *http.Request) string {
		q := r.URL.Query()
		return strings.Join([]string{r.URL.String(), q.Get("login_passwd"), q.Get("userdata_value"), q.Get("extra"), q.Get("signature"), q.Get("access_key_id"), testSecret, url.QueryEscape(testPass)}, " ")
	}
	for name, answer := range map[string]func(*http.Request) (*http.Response, error){
		"vendor's message": func(r *http.Request) (*http.Response, error) {
			return response(200, `{"ret_code":1100,"message":`+strconv.Quote(echo(r))+`}`), nil
		},
		"ambiguous message": func(r *http.Request) (*http.Response, error) {
			return response(200, `{"ret_code":5000,"message":`+strconv.Quote(echo(r))+`}`), nil
		},
		"HTML": func(r *http.Request) (*http.Response, error) { return response(200, "<p>"+echo(r)), nil },
		"code is an echo": func(r *http.Request) (*http.Response, error) {
			return response(200, `{"ret_code":`+strconv.Quote(echo(r))+`}`), nil
		},
		"status": func(r *http.Request) (*http.Response, error) { return response(500, echo(r)), nil },
		"redirect": func(r *http.Request) (*http.Response, error) {
			resp := response(302, "")
			resp.Header.Set("Location", "http://[bad/"+echo(r))
			return resp, nil
		},
		"transport": func(r *http.Request) (*http.Response, error) { return nil, errors.New("cannot send " + echo(r)) },
		"URL error": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: io.EOF}
		},
		"wrapped URL error": func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy: %w", &url.Error{Op: "Get", URL: r.URL.String(), Err: io.EOF})
		},
		"hidden in a join": func(r *http.Request) (*http.Response, error) {
			return nil, errors.Join(io.EOF, quiet{errors.New(echo(r))})
		},
		"panic": func(r *http.Request) (*http.Response, error) { panic(echo(r)) },
	} {
		_, err := mustDriver(t, testConfig(&memory{answer: answer})).RunInstances(t.Context(), spec)
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: error is %T, want an APIError", name, err)
		}
		assertNoSecret(t, name, err)
	}
}

// quiet hides an error behind a harmless text.
type quiet struct{ err error }

func (quiet) Error() string { return "something went wrong" }

func (q quiet) Unwrap() error { return q.err }

func TestShortRawParametersDoNotGarbleMessages(t *testing.T) {
	spec := minimalSpec()
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{"extra": "1"}}}
	_, err := mustDriver(t, testConfig(saying(200, `{"ret_code":1400,"message":"image [img-1] is not yours"}`))).RunInstances(t.Context(), spec)
	if err == nil {
		t.Error("got no error, want one")
	} else if !strings.Contains(err.Error(), "image [img-1] is not yours") {
		t.Errorf(`the error is %q, want it to contain "image [img-1] is not yours"`, err.Error())
	}
}
