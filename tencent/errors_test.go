package tencent

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

// mustNotTell walks an error and everything below it.
func mustNotTell(t *testing.T, err error, secrets ...string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, text := range []string{fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err)} {
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("the error tells the secret %q (%T)", s, err)
			}
		}
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		mustNotTell(t, u.Unwrap(), secrets...)
	case interface{ Unwrap() []error }:
		for _, below := range u.Unwrap() {
			mustNotTell(t, below, secrets...)
		}
	}
}

func TestUnknownCodes(t *testing.T) {
	for name, c := range map[string]struct {
		body    string
		kind    error
		outcome provider.Outcome
	}{
		"of the cloud":         {`{"Response":{"Error":{"Code":"Brand.New","Message":"m"},"RequestId":"r"}}`, nil, provider.OutcomeUnknown},
		"of a known family":    {`{"Response":{"Error":{"Code":"InvalidParameter.BrandNew","Message":"m"},"RequestId":"r"}}`, provider.ErrInvalid, provider.OutcomeRejected},
		"without a request ID": {`{"Response":{"Error":{"Code":"Brand.New","Message":"m"}}}`, provider.ErrUnavailable, provider.OutcomeUnknown},
		"of the old shape":     {`{"code":4100,"codeDesc":"AuthFailure","message":"m"}`, provider.ErrAuth, provider.OutcomeRejected},
		"old shape, no code":   {`{"code":4100,"message":"m"}`, provider.ErrUnavailable, provider.OutcomeUnknown},
	} {
		_, err := testDriver(t, always(200, c.body)).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", name, err, e)
		} else if e.Outcome != c.outcome {
			t.Errorf("%s: Outcome is %v, want %v", name, e.Outcome, c.outcome)
		} else if !errors.Is(e.Kind, c.kind) {
			t.Errorf("%s: got error %v, want %v", name, e.Kind, c.kind)
		}
	}
}

// malformedAnswers are answers that prove nothing about a create.
func malformedAnswers() map[string]http.RoundTripper {
	cut := func(status int, body string) transport {
		return func(*http.Request) (*http.Response, error) {
			resp := answer(status, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), failingReader{}))
			return resp, nil
		}
	}
	typed := func(contentType, encoding string) transport {
		return func(*http.Request) (*http.Response, error) {
			resp := answer(200, "welcome")
			resp.Header.Set("Content-Type", contentType)
			if encoding != "" {
				resp.Header.Set("Content-Encoding", encoding)
			}
			return resp, nil
		}
	}
	return map[string]http.RoundTripper{
		"empty":                   always(200, ""),
		"null":                    always(200, "null"),
		"empty object":            always(200, "{}"),
		"null response":           always(200, `{"Response":null}`),
		"empty response":          always(200, `{"Response":{}}`),
		"no IDs":                  always(200, `{"Response":{"RequestId":"r"}}`),
		"empty IDs":               always(200, `{"Response":{"InstanceIdSet":[],"RequestId":"r"}}`),
		"list":                    always(200, "[]"),
		"number":                  always(200, "17"),
		"wrong types":             always(200, `{"Response":{"InstanceIdSet":{"at":null},"RequestId":{}}}`),
		"truncated":               always(200, `{"Response":{"InstanceIdSet":["ins-1"`),
		"HTML":                    always(200, "<html><body>welcome, "+keyValue+"</body></html>"),
		"event stream":            typed("text/event-stream", ""),
		"octet stream of nothing": typed("application/octet-stream", "br"),
		"not gzip":                typed("application/json", "gzip"),
		"500 without a body":      always(500, ""),
		"502 HTML":                always(502, "<html>bad gateway</html>"),
		"503 with a code":         always(503, `{"Response":{"Error":{"Code":"InvalidParameter","Message":"m"},"RequestId":"r"}}`),
		"504 with IDs missing":    always(504, `{"Response":{"RequestId":"r"}}`),
		"404 JSON":                always(404, `{"Response":{"RequestId":"r"}}`),
		"302":                     always(302, ""),
		"connection cut before":   transport(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }),
		"connection cut after":    cut(200, `{"Response":{"InstanceIdSet":["ins-1"],`),
		"transport gives nothing": transport(func(*http.Request) (*http.Response, error) { return nil, nil }),
		"transport panics":        transport(func(*http.Request) (*http.Response, error) { panic("planted-secret-key") }),
		"transport dereferences":  transport(func(*http.Request) (*http.Response, error) { var e *provider.APIError; return nil, e.Err }),
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestMalformedAnswerLeavesTheOutcomeUnknown(t *testing.T) {
	for name, rt := range malformedAnswers() {
		t.Run(name, func(t *testing.T) {
			d := testDriver(t, rt)
			result, err := d.RunInstances(t.Context(), bare())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("got error %v, want a %T", err, e)
			} else if e.Outcome != provider.OutcomeUnknown {
				t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
			} else if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("got error %v, want %v", err, provider.ErrUnavailable)
			}
			named := name == "truncated" || name == "connection cut after"
			if has := result != nil; has != named {
				t.Fatalf("got result %+v, want one: %v", result, named)
			}
			if named && !slices.Equal(result.InstanceIDs, []string{"ins-1"}) {
				t.Errorf("InstanceIDs is %v, want ins-1", result.InstanceIDs)
			}
			mustNotTell(t, err, keyValue, keyToken, "://")
			if _, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"ins-1"}}); !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("a describe must be unavailable, not empty: %v", err)
			}
			err = d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1"}})
			if fine := name == "no IDs" || name == "empty IDs"; (err == nil) != fine {
				t.Errorf("terminate: %v", err)
			}
		})
	}
}

const nginx503 = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
	"<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

func TestAnAnswerThatIsNoneIsToldByItsFirstWords(t *testing.T) {
	for body, want := range map[string]string{
		nginx503:                        `tencent: RunInstances: service unavailable: HTTP 503, not an answer of the API: "503 Service Temporarily Unavailable nginx"`,
		"":                              `: it is empty`,
		"got " + keyValue + " of yours": `: "got [redacted] of yours"`,
		"got planted-secret-k":          `: "(withheld: it quotes the request)"`,
		strings.Repeat("云", 100):        `: "` + strings.Repeat("云", 80) + `..."`,
		`{"RequestId":"r"}`:             `: "{"RequestId":"r"}"`,
	} {
		_, err := testDriver(t, always(503, body)).RunInstances(t.Context(), bare())
		if got := err.Error(); !strings.HasSuffix(got, want) {
			t.Errorf("%.40q is told as\n%s\nwant\n%s", body, got, want)
		}
	}
	cut := malformedAnswers()["connection cut after"]
	_, err := testDriver(t, cut).RunInstances(t.Context(), bare())
	if want := "HTTP 200, the answer ended early: unexpected EOF"; !strings.Contains(err.Error(), want) {
		t.Errorf("a cut answer is told as %s, want %s", err, want)
	}
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
		302: open, 400: open, 403: open, 404: open, 405: open, 408: open, 417: open, 451: open, 500: open, 502: open, 503: open,
	} {
		for _, body := range []string{"", "<html>no</html>", `{"message":"no"}`, `{"Response":{"RequestId":"r"}}`, `{"Response":{"Error":{"Code":"Brand.New"}}}`} {
			_, err := testDriver(t, always(status, body)).RunInstances(t.Context(), bare())
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
	}
}

func TestRetryAfterIsTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   time.Duration
	}{
		"429":              {429, "", 7 * time.Second},
		"503":              {503, nginx503, 7 * time.Second},
		"a throttled call": {200, `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"m"},"RequestId":"r"}}`, 7 * time.Second},
		"another refusal":  {200, `{"Response":{"Error":{"Code":"LimitExceeded","Message":"m"},"RequestId":"r"}}`, 0},
		"404":              {404, "", 0},
	} {
		rt := transport(func(*http.Request) (*http.Response, error) {
			resp := answer(c.status, c.body)
			resp.Header.Set("Retry-After", "7")
			return resp, nil
		})
		_, err := testDriver(t, rt).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", name, err, e)
		} else if e.RetryAfter != c.want {
			t.Errorf("%s: RetryAfter is %v, want %v", name, e.RetryAfter, c.want)
		}
	}
}

func TestHTTPStatusIsKept(t *testing.T) {
	for _, status := range []int{302, 404, 500, 503} {
		_, err := testDriver(t, always(status, "<html>")).RunInstances(t.Context(), bare())
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("status %d is lost: got error %v, want a %T", status, err, e)
		} else if e.HTTPStatus != status {
			t.Errorf("status %d is lost: HTTPStatus is %v, want %v", status, e.HTTPStatus, status)
		} else if !strings.Contains(e.Message, fmt.Sprint(status)) {
			t.Errorf("status %d is lost: Message is %q, want it to contain %q",
				status, e.Message, fmt.Sprint(status))
		}
	}
}

func TestWhatWasNeverSentIsUnsent(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	selfSigned := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request was sent to a server that TLS does not trust")
	}))
	selfSigned.Config.ErrorLog = log.New(io.Discard, "", 0)
	selfSigned.StartTLS()
	defer selfSigned.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	dial := func(err error) http.RoundTripper {
		return transport(func(*http.Request) (*http.Response, error) { return nil, err })
	}
	for name, c := range map[string]struct {
		endpoint string
		rt       http.RoundTripper
	}{
		"connection refused":    {closed.URL, nil},
		"self-signed":           {selfSigned.URL, nil},
		"TLS to a plain server": {strings.Replace(plain.URL, "http:", "https:", 1), nil},
		"dial error":            {"", dial(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route")})},
		"no such host":          {"", dial(&net.DNSError{Err: "no such host", Name: "cvm.tencentcloudapi.com"})},
		"proxy, no route":       {"", dial(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("no route")})},
		"dial timeout":          {"", dial(&net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded})},
	} {
		t.Run(name, func(t *testing.T) {
			d := driverAt(t, c.endpoint, c.rt)
			_, err := d.RunInstances(t.Context(), bare())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("got error %v, want a %T", err, e)
			} else if e.Outcome != provider.OutcomeUnsent {
				t.Errorf("Outcome is %v, want %v", e.Outcome, provider.OutcomeUnsent)
			} else if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("got error %v, want %v", err, provider.ErrUnavailable)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("the error reads as if the caller's ctx had ended")
			}
			var sdk *tcerr.TencentCloudSDKError
			if !errors.As(err, &sdk) {
				t.Error("the SDK's error is not reachable")
			}
			mustNotTell(t, err, keyValue, keyToken, "://")
		})
	}
}

// talkative repeats everything that was sent to it.
func talkative(t *testing.T, code string) http.RoundTripper {
	return transport(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		signed := "TC3-HMAC-SHA256\n1700000000\n2023-11-14/cvm/tc3_request\nplanted-hash"
		echo := fmt.Sprintf("you sent %s with %s and %s; %s", body, req.Header.Get("Authorization"), req.Header.Get("X-Tc-Token"), signed)
		if code == "" {
			return answer(200, "<html>"+echo), nil
		}
		return answer(200, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":%q},"RequestId":"r"}}`, code, echo)), nil
	})
}

func TestNoErrorTellsASecret(t *testing.T) {
	const data = "#!/bin/sh\nexport DB=planted-data \"quoted\"\n"
	spec := bare()
	spec.Login.Password = `planted "password" <1>&`
	spec.UserData = []byte(data)
	spec.Vendor = []provider.VendorOption{RunOptions{Params: map[string]string{
		"Metadata":           `{"Items":[{"Key":"k","Value":"planted-nested"}]}`,
		"EnableJumboFrame":   "planted-raw",
		"DedicatedClusterId": `"planted-quoted"`,
	}}}
	secrets := []string{
		"planted", keyValue, keyToken, data, base64.StdEncoding.EncodeToString([]byte(data)), "://",
	}
	leak := func(kind string) http.RoundTripper {
		return transport(func(req *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(req.Body)
			return nil, fmt.Errorf("%s: cannot post %s to %s: %w", kind, body, req.URL, io.ErrUnexpectedEOF)
		})
	}
	headers := transport(func(req *http.Request) (*http.Response, error) {
		_, signature, _ := strings.Cut(req.Header.Get("Authorization"), "Signature=")
		secrets = append(secrets, signature)
		return answer(200, fmt.Sprintf(`{"Response":{"Error":{"Code":"AuthFailure.TokenFailure","Message":"%s is not %s, nor of %s"},"RequestId":"r"}}`,
			signature, req.Header.Get("X-Tc-Token"), keyValue)), nil
	})
	transports := map[string]http.RoundTripper{
		"echo of the headers":    headers,
		"echo in a known code":   talkative(t, "InvalidParameterValue"),
		"echo in an auth code":   talkative(t, "AuthFailure.SignatureFailure"),
		"echo in HTML":           talkative(t, ""),
		"echo of the transport":  leak("write"),
		"echo below a wrapper":   transport(func(req *http.Request) (*http.Response, error) { return nil, hidden{leakOf(req)} }),
		"echo in a joined error": transport(func(req *http.Request) (*http.Response, error) { return nil, joinedHidden{leakOf(req)} }),
	}
	for name, rt := range malformedAnswers() {
		transports[name] = rt
	}
	for name, rt := range transports {
		t.Run(name, func(t *testing.T) {
			_, err := testDriver(t, rt).RunInstances(t.Context(), spec)
			if err == nil {
				t.Fatal("no error")
			}
			mustNotTell(t, err, secrets...)
		})
	}
}

// What a refusal means does not depend on what its code shares with a secret.
func TestACodeThatSharesAPieceWithAPassword(t *testing.T) {
	spec := bare()
	spec.Login.Password = "SoldOut-2026!"
	for code, want := range map[string]struct {
		kind  error
		shown string
	}{
		"ResourcesSoldOut.AvailableZone": {provider.ErrNoStock, "ResourcesSoldOut.AvailableZone"},
		"LimitExceeded.SoldOut-20":       {provider.ErrQuota, "LimitExceeded.[redacted]"},
	} {
		_, err := testDriver(t, transport(func(*http.Request) (*http.Response, error) {
			return answer(200, `{"Response":{"Error":{"Code":"`+code+`","Message":"m"},"RequestId":"r"}}`), nil
		})).RunInstances(t.Context(), spec)
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Fatalf("%s: got error %v, want a %T", code, err, e)
		}
		if !errors.Is(err, want.kind) {
			t.Fatalf("%s: got error %v, want %v", code, err, want.kind)
		}
		if e.Code != want.shown {
			t.Errorf("%s is shown as %s, want %s", code, e.Code, want.shown)
		}
	}
}

func TestMetadataIsASecret(t *testing.T) {
	spec := bare()
	spec.Vendor = []provider.VendorOption{RunOptions{Metadata: map[string]string{"known-key": "planted-item"}}}
	for _, code := range []string{"InvalidParameterValue", ""} {
		_, err := testDriver(t, talkative(t, code)).RunInstances(t.Context(), spec)
		if err == nil {
			t.Error("no error")
		}
		mustNotTell(t, err, "planted-item")
	}
	got, err := testDriver(t, nil).PreviewRun(spec)
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if got.Params["Metadata.Items.0.Key"] != "known-key" {
		t.Errorf(`Metadata.Items.0.Key is %q, want "known-key"`, got.Params["Metadata.Items.0.Key"])
	} else if got.Params["Metadata.Items.0.Value"] != provider.Secret("x").String() {
		t.Errorf("Metadata.Items.0.Value is %q, want %q",
			got.Params["Metadata.Items.0.Value"], provider.Secret("x").String())
	}
}

// endless is a body that goes on for ever.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestAnEndlessAnswerLeavesTheOutcomeUnknown(t *testing.T) {
	body := &endless{}
	d := testDriver(t, transport(func(*http.Request) (*http.Response, error) {
		resp := answer(200, "")
		resp.Body = io.NopCloser(body)
		return resp, nil
	}))
	_, err := d.RunInstances(t.Context(), bare())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Errorf("after %d MiB: got error %v, want a %T", body.read>>20, err, e)
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("after %d MiB: Outcome is %v, want %v", body.read>>20, e.Outcome, provider.OutcomeUnknown)
	} else if body.read > 64<<20 {
		t.Errorf("after %d MiB: body.read is %v, want at most %v", body.read>>20, body.read, 64<<20)
	}
}

func leakOf(req *http.Request) error {
	body, _ := io.ReadAll(req.Body)
	return fmt.Errorf("body was %s", body)
}

// hidden shows nothing by itself, and everything below.
type hidden struct{ below error }

func (h hidden) Error() string { return "write failed" }

func (h hidden) Unwrap() error { return h.below }

type joinedHidden struct{ below error }

func (h joinedHidden) Error() string { return "write failed" }

func (h joinedHidden) Unwrap() []error { return []error{io.EOF, h.below} }
