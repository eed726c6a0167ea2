package alicloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

const nginx503 = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
	"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// callError is the error of a create that is answered so.
func callError(t *testing.T, status int, header http.Header, body string) *provider.APIError {
	t.Helper()
	_, err := testCaller(t, func(*http.Request) (*http.Response, error) {
		resp := respond(status, body)
		if header != nil {
			resp.Header = header
		}
		return resp, nil
	}).Call(t.Context(), createRequest())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("%d: got %v, want an *APIError", status, err)
	}
	return e
}

// Only a status that says by itself that nothing was passed on proves it.
func TestWhatAStatusAloneProves(t *testing.T) {
	type want struct {
		kind    error
		outcome provider.Outcome
		lasting bool
	}
	tooLarge := want{provider.ErrInvalid, provider.OutcomeUnsent, true}
	stopped := want{provider.ErrUnavailable, provider.OutcomeUnsent, true}
	again := want{provider.ErrUnavailable, provider.OutcomeUnsent, false}
	open := want{provider.ErrUnavailable, provider.OutcomeUnknown, false}
	for status, want := range map[int]want{
		413: tooLarge, 414: tooLarge, 431: tooLarge, 494: tooLarge, 407: stopped, 426: stopped, 511: stopped, 421: again, 425: again,
		429: {provider.ErrThrottled, provider.OutcomeThrottled, false},
		301: open, 302: open, 307: open, 400: open, 401: open, 403: open, 404: open, 405: open, 408: open, 417: open, 451: open,
		500: open, 502: open, 503: open, 504: open, 520: open,
	} {
		for _, body := range []string{"", "<html>no</html>", `{"message":"no"}`, `{"Code":400}`} {
			e := callError(t, status, nil, body)
			if got := (struct {
				kind    error
				outcome provider.Outcome
				lasting bool
			}{e.Kind, e.Outcome, e.Lasting}); got != want {
				t.Errorf("%d with %q: got %v, want %v", status, body, got, want)
			}
			if !strings.Contains(e.Message, fmt.Sprint("HTTP ", status)) {
				t.Errorf("%d: the message does not name the status: %s", status, e.Message)
			}
		}
	}
	for status, what := range map[int]string{413: "body", 414: "URL", 431: "header", 494: "header"} {
		if e := callError(t, status, nil, ""); !strings.Contains(e.Message, "the "+what+" of the request is too l") {
			t.Errorf("%d: the message does not say that the %s is too large: %s", status, what, e.Message)
		}
	}
}

// A status says what it says, also when the rest of the answer does not come.
func TestAStatusCountsThoughTheBodyEndsEarly(t *testing.T) {
	for status, want := range map[int]provider.Outcome{413: provider.OutcomeUnsent, 429: provider.OutcomeThrottled, 200: provider.OutcomeUnknown, 503: provider.OutcomeUnknown} {
		c := testCaller(t, func(*http.Request) (*http.Response, error) {
			resp := respond(status, "")
			resp.Body = io.NopCloser(cut{strings.NewReader("{")})
			return resp, nil
		})
		if _, err := c.Call(t.Context(), createRequest()); outcome(err) != want {
			t.Errorf("%d: got %v, %s; want %s", status, err, outcome(err), want)
		}
	}
}

// A code that the table knows counts more than the status beside it.
func TestACodeOfTheVendorCountsMoreThanItsStatus(t *testing.T) {
	const known, unlisted = `{"Code":"OperationDenied.NoStock","Message":"m","RequestId":"r"}`, `{"Code":"Blocked","Message":"m","RequestId":"r"}`
	for status, want := range map[int]provider.Outcome{429: provider.OutcomeThrottled, 413: provider.OutcomeUnsent, 403: provider.OutcomeUnknown} {
		if e := callError(t, status, nil, known); e.Outcome != provider.OutcomeRejected || e.Kind != provider.ErrNoStock {
			t.Errorf("%d with a known code: got %v, %s", status, e.Kind, e.Outcome)
		}
		if e := callError(t, status, nil, unlisted); e.Outcome != want {
			t.Errorf("%d with a code of nobody: got %s, want %s", status, e.Outcome, want)
		}
	}
}

func TestRetryAfterIsTakenOver(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		" 7 ":                           7 * time.Second,
		"0":                             0,
		"-7":                            0,
		"soon":                          0,
		"1.5":                           0,
		"86400":                         oncehttp.MaxRetryAfter,
		"99999999999999999999":          0,
		"Sun, 29 Nov 2026 12:00:30 GMT": 30 * time.Second,
		"Sun, 29 Nov 2026 11:59:30 GMT": 0,
		"Sun, 29 Nov 2099 12:00:30 GMT": oncehttp.MaxRetryAfter,
	} {
		header := http.Header{"Retry-After": {text}, "Date": {now.Format(http.TimeFormat)}}
		for _, status := range []int{429, 503} {
			if e := callError(t, status, header, nginx503); e.RetryAfter != want {
				t.Errorf("%d, %q: RetryAfter is %v, want %v", status, text, e.RetryAfter, want)
			}
		}
		if e := callError(t, 400, header, `{"Code":"Throttling.User","Message":"m","RequestId":"r"}`); e.RetryAfter != want {
			t.Errorf("a throttled call, %q: RetryAfter is %v, want %v", text, e.RetryAfter, want)
		}
		if e := callError(t, 404, header, nginx503); e.RetryAfter != 0 {
			t.Errorf("404, %q: RetryAfter is %v, want none", text, e.RetryAfter)
		}
	}
	// Without a clock of its own, an answer's date is compared with ours.
	header := http.Header{"Retry-After": {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}}
	if e := callError(t, 503, header, ""); e.RetryAfter < 50*time.Second || e.RetryAfter > time.Minute {
		t.Errorf("a date a minute ahead: RetryAfter is %v", e.RetryAfter)
	}
}

func TestAnAnswerThatIsNoneIsToldByItsFirstWords(t *testing.T) {
	long := strings.Repeat("wait a moment, ", 10)
	for body, want := range map[string]string{
		nginx503: `aliyun: RunInstances: service unavailable: HTTP 503, not an answer of the API: "503 Service Temporarily Unavailable nginx"`,
		"":       `aliyun: RunInstances: service unavailable: HTTP 503, not an answer of the API: it is empty`,
		"<head><title>Only a title</title></head>":                                   `: "Only a title"`,
		"line one\n\x1b[31mline\ttwo\u0085":                                          `: "line one [31mline two"`,
		"<script>var x = 1 < 2</script><style>p{}</style><!-- no --><p>a &lt; b</p>": `: "a < b"`,
		long:                     `: "` + strings.TrimSpace(long[:80]) + `..."`,
		strings.Repeat("云", 100): `: "` + strings.Repeat("云", 80) + `..."`,
		"see /?Action=RunInstances&AccessKeyId=key-id-1 for it":    `: "see /?[...] for it"`,
		"see https://ecs.aliyuncs.com/?Action=RunInstances for it": `: "see [url] for it"`,
		"password Planted-Pass!1 is bad":                           `: "password [redacted] is bad"`,
		"password Planted-Pass%211 is bad":                         `: "password [redacted] is bad"`,
		"password UGxhbnRlZC1QYXNzITE= is bad":                     `: "password [redacted]= is bad"`,
		"pass<b>word</b> Planted-Pa<br>ss and Planted-Pas":         `: "(withheld: it quotes the request)"`,
		`{"error":"Planted-Pass!1"}`:                               `: "{"error":"[redacted]"}"`,
		"body <i>planted user data</i>, planted us":                `: "(withheld: it quotes the request)"`,
		"\xff\xfe binary \x00":                                     `: "binary"`,
	} {
		if got := callError(t, 503, nil, body).Error(); !strings.HasSuffix(got, want) {
			t.Errorf("%.60q is told as\n%s\nwant\n%s", body, got, want)
		}
	}
}

// A secret with characters that HTML, JSON and URLs write differently is found in all.
func TestSecretsAreFoundInPages(t *testing.T) {
	r := createRequest()
	r.Params["Password"] = `Pl"n<t>&d /w0rd`
	for _, echo := range []string{
		`Pl"n<t>&d /w0rd`, `Pl&#34;n&lt;t&gt;&amp;d /w0rd`, `Pl\"n<t>&d /w0rd`, `Pl\"n\u003ct\u003e\u0026d /w0rd`,
		`Pl%22n%3Ct%3E%26d+%2Fw0rd`, `Pl%22n%3Ct%3E%26d%20%2Fw0rd`, `UGwibjx0PiZkIC93MHJk`,
	} {
		c := testCaller(t, func(*http.Request) (*http.Response, error) {
			return respond(502, "<p>got "+echo+" and failed</p>"), nil
		})
		_, err := c.Call(t.Context(), r)
		if got := err.Error(); !strings.HasSuffix(got, `"got [redacted] and failed"`) {
			t.Errorf("%s is told as %s", echo, got)
		}
	}
}

// The end of the caller's ctx is not the service's failure.
func TestTheEndOfACtxMatchesNoSentinel(t *testing.T) {
	before, cancel := context.WithCancel(t.Context())
	cancel()
	during, cancel := context.WithCancel(t.Context())
	c := testCaller(t, func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	for ctx, want := range map[context.Context]provider.Outcome{before: provider.OutcomeUnsent, during: provider.OutcomeUnknown} {
		_, err := c.Call(ctx, createRequest())
		var e *provider.APIError
		if !errors.As(err, &e) || e.Kind != nil || !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want context.Canceled alone", err)
		}
		if e.Outcome != want {
			t.Errorf("the outcome is %s, want %s", e.Outcome, want)
		}
	}
}

// A proxy that refuses to connect, and a handshake that fails, come before the request.
func TestAConnectionThatIsRefusedOnTheWaySendsNothing(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(407) }))
	defer proxy.Close()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
			_ = conn.Close()
		}
	}()
	through := oncehttp.NewTransport(false)
	through.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
	for name, c := range map[string]struct {
		endpoint string
		rt       http.RoundTripper
	}{
		"a proxy":               {"ecs.example.com", through},
		"a proxy, wrapped":      {"ecs.example.com", wrapped{through}},
		"no TLS there":          {plain.Addr().String(), oncehttp.NewTransport(false)},
		"no TLS there, wrapped": {plain.Addr().String(), wrapped{oncehttp.NewTransport(false)}},
	} {
		caller, err := New(Config{Driver: "aliyun", Credentials: provider.StaticCredentials("i", "s", ""), Endpoint: c.endpoint, Transport: c.rt})
		if err != nil {
			t.Fatal(err)
		}
		_, err = caller.Call(t.Context(), createRequest())
		if !errors.Is(err, provider.ErrUnavailable) || outcome(err) != provider.OutcomeUnsent {
			t.Errorf("%s: got %v, %s; want ErrUnavailable, unsent", name, err, outcome(err))
		}
	}
}

// wrapped is a transport that hides what it is, like those that count or log.
type wrapped struct{ rt http.RoundTripper }

func (w wrapped) RoundTrip(r *http.Request) (*http.Response, error) { return w.rt.RoundTrip(r) }

func TestWhatABrokenAnswerStillNames(t *testing.T) {
	const whole = `{"RequestId":"req-1","OrderId":"o-1","InstanceIdSets":{"InstanceIdSet":["i-1","i-2","i-3"]},"TradePrice":1.5}`
	first := strings.Index(whole, `"i-1"`) + len(`"i-1"`)
	for n := range len(whole) + 1 {
		ids, order := (&Response{Body: []byte(whole[:n])}).Salvage("InstanceIdSet")
		want := 0
		for end := first; end <= n && want < 3; end += len(`,"i-2"`) {
			want++
		}
		if len(ids) != want {
			t.Fatalf("%s: got %v, want %d IDs", whole[:n], ids, want)
		}
		if last := fmt.Sprint("i-", want); want > 0 && ids[want-1] != last {
			t.Errorf("%s: the last ID is %s, want %s", whole[:n], ids[want-1], last)
		}
		if want > 0 && order != "o-1" {
			t.Errorf("%s: the order is %q, want o-1", whole[:n], order)
		}
	}
	for body, want := range map[string]string{
		`{"InstanceIds":["i-1","i-2`:                             "[i-1]",
		`{"InstanceIds":{"InstanceId":["[i-1,i-2]","[i-3,`:       "[i-1 i-2]",
		`{"InstanceIds":{"InstanceId":["i-1",7,null,{},"i-2"`:    "[i-1 i-2]",
		`{"Tags":["no"],"InstanceIds":["i-1"],"Others":["no"]}{`: "[i-1]",
		`{"InstanceIds":["i-1","\uFFFD","i 2","i-3"]} and more`:  "[i-1 i 2 i-3]",
		`{"InstanceIds":"i-1"`:                                   "[]",
		`<html>"InstanceIds":["i-1"]`:                            "[]",
		``:                                                       "[]",
	} {
		ids, _ := (&Response{Body: []byte(body)}).Salvage("InstanceIds", "InstanceId")
		if got := fmt.Sprint(ids); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

// What looks like an answer of the service may hold secrets that no request named.
func TestAnswersOfTheServiceAreNotQuoted(t *testing.T) {
	for _, body := range []string{`{"UserData":"aG9zdC1zZWNyZXQ=`, ` [{"VncPassword":"host-secret"}]`} {
		c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, body), nil })
		r := createRequest()
		resp, err := c.Call(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		want := "aliyun: RunInstances: service unavailable: HTTP 200, not an answer of the API: JSON that lacks what it must have"
		if got := c.Malformed(r, resp).Error(); got != want {
			t.Errorf("%s is told as\n%s\nwant\n%s", body, got, want)
		}
	}
}
