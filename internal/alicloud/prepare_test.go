package alicloud

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/provider"
)

// sent is a request without what differs from call to call.
type sent struct {
	method, url string
	header      http.Header
	query, form url.Values
}

func seen(t *testing.T, r *http.Request) sent {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	query := r.URL.Query()
	for _, name := range []string{"Signature", "SignatureNonce", "Timestamp"} {
		if query.Get(name) == "" {
			t.Errorf("the request has no %s", name)
		}
		query.Del(name)
	}
	return sent{r.Method, r.URL.Scheme + "://" + r.URL.Host + r.URL.Path, r.Header, query, form}
}

// The SDK's client is left out. What it would have sent is sent all the same.
func TestTheRequestIsWhatTheSDKsClientSends(t *testing.T) {
	errSeen := errors.New("seen")
	var got, want sent
	r := createRequest()
	c := testCaller(t, func(req *http.Request) (*http.Response, error) {
		got = seen(t, req)
		return nil, errSeen
	})
	_, _ = c.Call(t.Context(), r)

	cfg := sdk.NewConfig().WithScheme("HTTPS").WithUserAgent("yunfan")
	cfg.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
		want = seen(t, req)
		return nil, errSeen
	})
	key, err := c.keys.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, err := sdk.NewClientWithOptions("", cfg, oneKey(key))
	if err != nil {
		t.Fatal(err)
	}
	at, err := c.endpoint(r.Region)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.ProcessCommonRequest(sdkRequest(r, at)); !strings.Contains(err.Error(), "seen") {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the request is\n%+v\nand the SDK's client sends\n%+v", got, want)
	}
}

// cut is an answer whose connection breaks.
type cut struct{ io.Reader }

func (c cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// An answer that is decoded while it is read may be cut short, senseless or an
// error, like any other.
func TestALongAnswerIsDecodedWhileItIsRead(t *testing.T) {
	for body, want := range map[string]error{
		`{"RequestId":"req-1","Count":"7"}`: nil, // numbers and texts pass for each other
		`{"RequestId":"req-1","Count":`:     errMalform,
		`[]`:                                errMalform,
		``:                                  errMalform,
	} {
		r := createRequest()
		out := struct {
			*responses.BaseResponse
			Count int
		}{BaseResponse: &responses.BaseResponse{}}
		r.Into = &out
		c := testCaller(t, func(*http.Request) (*http.Response, error) { return respond(200, body), nil })
		resp, err := c.Call(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		switch err := c.Decode(r, resp, &out); {
		case !errors.Is(err, want):
			t.Errorf("%q: got error %v, want %v", body, err, want)
		case err != nil:
		case out.Count != 7:
			t.Errorf("%q: got count %d, want 7", body, out.Count)
		case resp.RequestID != "req-1":
			t.Errorf("%q: got request ID %q, want req-1", body, resp.RequestID)
		}

		c = testCaller(t, func(*http.Request) (*http.Response, error) {
			resp := respond(200, body)
			resp.Body = io.NopCloser(cut{strings.NewReader(body)})
			return resp, nil
		})
		resp, err = c.Call(t.Context(), r)
		switch e := (*provider.APIError)(nil); {
		case resp == nil:
			t.Errorf("%q, then cut: resp is nil, want a value", body)
		case string(resp.Body) != body:
			t.Errorf("%q, then cut: string(resp.Body): got %v, want %v", body, string(resp.Body), body)
		case !errors.As(err, &e):
			t.Errorf("%q, then cut: got error %v, want a %T", body, err, e)
		case !errors.Is(err, io.ErrUnexpectedEOF):
			t.Errorf("%q, then cut: got error %v, want %v", body, err, io.ErrUnexpectedEOF)
		case e.Outcome != provider.OutcomeUnknown:
			t.Errorf("%q, then cut: e.Outcome: got %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		}

		c = testCaller(t, func(*http.Request) (*http.Response, error) {
			return respond(403, `{"Code":"OperationDenied.NoStock","Message":"m"}`), nil
		})
		if _, err := c.Call(t.Context(), r); !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("an error in place of a long answer: got %v", err)
		}
	}
}
