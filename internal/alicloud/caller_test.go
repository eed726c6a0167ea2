package alicloud

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// roundTrip answers calls without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// testCaller is a caller whose every call is answered by f.
func testCaller(t *testing.T, f roundTrip) *Caller {
	t.Helper()
	c, err := New(Config{
		Driver:         "aliyun",
		Credentials:    provider.StaticCredentials("key-id-1", "key-secret-1", "key-token-1"),
		Transport:      f,
		VendorEndpoint: func(region string) (string, error) { return "ecs." + region + ".example.com", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// createRequest is a create with everything an error could leak.
func createRequest() Request {
	return Request{
		Product: "Ecs", Version: "2014-05-26", Action: "RunInstances", Region: "cn-test-1", Create: true,
		Params:  map[string]string{"ImageId": "image-1", "Password": "Planted-Pass!1", "UserData": "cGxhbnRlZCB1c2VyIGRhdGE=", "Raw": "planted-raw"},
		Secrets: []string{"Raw"},
	}
}

func TestCallSendsBusinessParametersInTheBody(t *testing.T) {
	var got *http.Request
	var form url.Values
	c := testCaller(t, func(r *http.Request) (*http.Response, error) {
		got = r
		body, _ := io.ReadAll(r.Body)
		form, _ = url.ParseQuery(string(body))
		return respond(200, `{"RequestId":"req-1","X":1}`), nil
	})
	resp, err := c.Call(context.Background(), createRequest())
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case resp.RequestID != "req-1":
		t.Errorf("resp.RequestID: got %q, want %q", resp.RequestID, "req-1")
	case resp.HTTPStatus != 200:
		t.Errorf("resp.HTTPStatus: got %v, want 200", resp.HTTPStatus)
	case string(resp.Body) != `{"RequestId":"req-1","X":1}`:
		t.Errorf("string(resp.Body): got %q, want %q", string(resp.Body), `{"RequestId":"req-1","X":1}`)
	}
	if got.Method != "POST" || got.URL.Scheme != "https" || got.URL.Host != "ecs.cn-test-1.example.com" {
		t.Errorf("the call went to %s %s://%s", got.Method, got.URL.Scheme, got.URL.Host)
	}
	switch {
	case len(form) != 4:
		t.Errorf("the body has %d parameters, want 4", len(form))
	case form.Get("Password") != "Planted-Pass!1":
		t.Error("the body has another password than the request")
	}
	q := got.URL.Query()
	for name, want := range map[string]string{
		"Action": "RunInstances", "Version": "2014-05-26", "RegionId": "cn-test-1", "Format": "JSON",
		"AccessKeyId": "key-id-1", "SecurityToken": "key-token-1", "Password": "",
	} {
		if q.Get(name) != want {
			t.Errorf("the query says %s=%q, want %q", name, q.Get(name), want)
		}
	}
}

func TestCallClassifiesTheVendorsCode(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		return respond(403, `{"RequestId":"req-2","HostId":"h","Code":"OperationDenied.NoStock","Message":"sold out"}`), nil
	})
	_, err := c.Call(context.Background(), createRequest())
	var e *provider.APIError
	if !errors.As(err, &e) || !errors.Is(err, provider.ErrNoStock) {
		t.Fatalf("got %v, want ErrNoStock", err)
	}
	if e.Outcome != provider.OutcomeRejected || e.RequestID != "req-2" || e.HTTPStatus != 403 || e.Op != "RunInstances" {
		t.Errorf("got %+v", e)
	}
}

// An error answer is there to be read, a lost one is not.
func TestAnErrorAnswerIsReturnedBesideTheError(t *testing.T) {
	c := testCaller(t, func(*http.Request) (*http.Response, error) {
		return respond(403, `{"RequestId":"req-1","Code":"X","Ids":["i-1"]}`), nil
	})
	resp, err := c.Call(t.Context(), createRequest())
	switch {
	case err == nil:
		t.Error("got no error, want one")
	case resp == nil:
		t.Error("resp is nil, want a value")
	case resp.HTTPStatus != 403:
		t.Errorf("resp.HTTPStatus: got %v, want 403", resp.HTTPStatus)
	case resp.RequestID != "req-1":
		t.Errorf("resp.RequestID: got %q, want %q", resp.RequestID, "req-1")
	case !strings.Contains(string(resp.Body), "i-1"):
		t.Errorf("got %q, want %q in it", string(resp.Body), "i-1")
	}
	c = testCaller(t, func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	if resp, err := c.Call(t.Context(), createRequest()); resp != nil || err == nil {
		t.Errorf("a lost answer: got %+v, %v", resp, err)
	}
}
