package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func failed(code, message string) string {
	text, err := json.Marshal(map[string]string{"RequestId": "req-7", "HostId": "ecs.aliyuncs.com", "Code": code, "Message": message})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// apiError returns the error of a create that is answered with status and body.
func apiError(t *testing.T, status int, body string) *provider.APIError {
	t.Helper()
	_, err := testDriver(t, answering(status, body)).RunInstances(t.Context(), onDemandSpec())
	var e *provider.APIError
	if !errors.As(err, &e) {
		t.Fatalf("status %d, body %.80q: got %v, want an *APIError", status, body, err)
	}
	checkNoSecrets(t, err)
	return e
}

// A token whose first request failed for good makes nothing any more, whatever the
// status of the answer; no other code says that.
func TestADeadTokenIsTold(t *testing.T) {
	for _, status := range []int{400, 403, 500} {
		e := apiError(t, status, failed("IdempotentFailed", "m"))
		if !e.TokenDead {
			t.Errorf("%d: TokenDead is false, want true", status)
		}
		if e.Outcome != provider.OutcomeRejected {
			t.Errorf("%d: Outcome is %v, want %v", status, e.Outcome, provider.OutcomeRejected)
		}
		if e.Temporary {
			t.Errorf("%d: Temporary is true, want false", status)
		}
	}
	for _, class := range documentedClasses {
		for _, code := range strings.Fields(class.codes) {
			if e := apiError(t, 403, failed(code, "m")); e.TokenDead != (code == "IdempotentFailed") {
				t.Errorf("%s: token dead %v", code, e.TokenDead)
			}
		}
	}
	body := `{"RequestId":"r","Code":"IdempotentFailed","Message":"m","InstanceIdSets":{"InstanceIdSet":["i-1"]}}`
	if e := apiError(t, 400, body); e.TokenDead {
		t.Error("beside an instance: TokenDead is true, want false")
	} else if e.Outcome != provider.OutcomeUnknown {
		t.Errorf("beside an instance: Outcome is %v, want %v", e.Outcome, provider.OutcomeUnknown)
	}
}

// checkNoSecrets looks at every error of the chain.
func checkNoSecrets(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	text := fmt.Sprintf("%v %+v %s", err, err, err)
	for _, secret := range []string{"planted", "Planted", "cGxhbnRlZCB1c2VyIGRhdGE=", "Signature=", "://"} {
		if strings.Contains(text, secret) {
			t.Errorf("an error shows %q: %s", secret, text)
		}
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		checkNoSecrets(t, e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			checkNoSecrets(t, inner)
		}
	}
}

func TestServerErrorsLeaveTheOutcomeOpen(t *testing.T) {
	for _, body := range []string{failed("InternalError", "m"), failed("SomethingNew", "m"), failed("OperationDenied.NoStock", "m"), "<html>bad gateway</html>", ""} {
		if e := apiError(t, 502, body); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("502 with %q: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		} else if !errors.Is(e, provider.ErrUnavailable) {
			t.Errorf("502 with %q: got error %v, want %v", body, e, provider.ErrUnavailable)
		}
	}
	if e := apiError(t, 503, failed("Throttling.Api", "m")); e.Outcome != provider.OutcomeThrottled {
		t.Errorf("throttling with 503: got %s, want throttled: nothing was done", e.Outcome)
	}
}

func TestAnswersWithoutSenseLeaveTheOutcomeOpen(t *testing.T) {
	for _, body := range []string{
		``, ` `, `null`, `{}`, `[]`, `"x"`, `<html>hello</html>`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-1"`,
		`{"Code":500,"RequestId":"r"}`, `{"RequestId":"r"}`, `{"RequestId":"r","InstanceIdSets":null}`, `{"RequestId":"r","InstanceIdSets":{}}`,
		`{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":[]}}`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":[1]}}`, `{"InstanceIdSets":7}`,
		`{"RequestId":"r","InstanceIdSets":"x"}`, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":"please wait"}}`,
	} {
		if e := apiError(t, 200, body); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("200 with %q: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		} else if !errors.Is(e, provider.ErrUnavailable) {
			t.Errorf("200 with %q: got error %v, want %v", body, e, provider.ErrUnavailable)
		}
	}
	for _, body := range []string{``, `null`, `{}`, `<html>`, `{"Code":400}`, `{"Code":"X","Message":{}}`, `{"Code":"X","RequestId":[]}`, `{"Code":"X","AccessDeniedDetail":"x"}`, `{"message":"no"}`} {
		if e := apiError(t, 400, body); e.Outcome != provider.OutcomeUnknown {
			t.Errorf("400 with %q: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		} else if !errors.Is(e, provider.ErrUnavailable) {
			t.Errorf("400 with %q: got error %v, want %v", body, e, provider.ErrUnavailable)
		}
	}
}

func TestIDsAreFoundInAnswersOfOddTypes(t *testing.T) {
	for _, body := range []string{
		`{"RequestId":"r","InstanceIdSets":["i-1","i-2"]}`,
		`{"RequestId":7,"OrderId":8,"TradePrice":"x","InstanceIdSets":{"InstanceIdSet":["i-1","i-2"]}}`,
		`{"RequestId":null,"OrderId":{},"InstanceIdSets":{"InstanceIdSet":"[i-1,i-2]"}}`,
	} {
		got, err := testDriver(t, answering(200, body)).RunInstances(t.Context(), minimalSpec())
		if err != nil {
			t.Errorf("%s: got error %v, want none", body, err)
		} else if got := fmt.Sprint(got.InstanceIDs); got != "[i-1 i-2]" {
			t.Errorf(`%s: InstanceIDs is %q, want "[i-1 i-2]"`, body, got)
		}
	}
}

// An account may be content with fewer instances. An answer that lost some of the
// IDs must not pass for that: the others would be made again, elsewhere.
func TestALostIDIsNoPartialSuccess(t *testing.T) {
	spec := minimalSpec()
	spec.Count, spec.MinCount = 3, 1
	for body, lost := range map[string]bool{
		`["i-1",""]`: true, `["i-1",null]`: true, `["i-1",7]`: true, `["i-1",{}]`: true, `["i-1","i-1","i-1"]`: true,
		`["i-1"]`: false, `["i-1","i-2"]`: false, `"[i-1]"`: false, `["i-1","i-2","i-3","i-3"]`: false,
	} {
		got, err := testDriver(t, answering(200, `{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":`+body+`}}`)).RunInstances(t.Context(), spec)
		if got == nil {
			t.Errorf("%s: got no result, want one", body)
		} else if got.InstanceIDs[0] != "i-1" {
			t.Errorf(`%s: got.InstanceIDs[0] is %q, want "i-1"`, body, got.InstanceIDs[0])
		}
		var e *provider.APIError
		if failed := errors.As(err, &e); failed != lost {
			t.Errorf("%s: got error %v, want one: %v", body, err, lost)
		}
		if open := e != nil && e.Outcome == provider.OutcomeUnknown; open != lost {
			t.Errorf("%s: the outcome of %v is open: %v, want %v", body, err, open, lost)
		}
	}
}

func TestOtherCallsRefuseAnswersWithoutSense(t *testing.T) {
	for name, call := range methods() {
		for _, body := range []string{``, `null`, `<html>`, `{"RequestId":"r","Instances":{"Insta`} {
			err := call(testDriver(t, answering(200, body)), t.Context())
			if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: 200 with %q: got %v, want ErrUnavailable", name, body, err)
			}
			checkNoSecrets(t, err)
		}
	}
	for _, body := range []string{`{}`, `{"Instances":null}`, `{"Instances":[]}`} {
		_, err := testDriver(t, answering(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("describe with %q: got %v, want ErrUnavailable and not an empty list", body, err)
		}
	}
}

// Instances whose release nobody has confirmed run on, and cost money.
func TestAReleaseNeedsAnAnswerOfTheCloud(t *testing.T) {
	for _, body := range []string{`{}`, `{"Instances":{}}`, `{"RequestId":""}`, `{"RequestId":null}`, `{"RequestId":"r","Code":"InternalError"}`} {
		d := testDriver(t, answering(200, body))
		if err := d.DeleteLaunchTemplate(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"}); err == nil && !strings.Contains(body, "InternalError") {
			t.Errorf("%s: a template counts as deleted", body)
		}
		err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", body, err, e)
		} else if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: got error %v, want %v", body, err, provider.ErrUnavailable)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		}
	}
}

func TestTerminateTellsGoneFromNotYet(t *testing.T) {
	for code, want := range map[string]struct {
		kind      error
		temporary bool
	}{
		"InvalidInstanceId.NotFound":           {provider.ErrNotFound, false},
		"IncorrectInstanceStatus.Initializing": {provider.ErrState, true},
		"IncorrectInstanceStatus":              {provider.ErrState, true},
		"ChargeTypeViolation":                  {provider.ErrState, false},
	} {
		err := testDriver(t, answering(403, failed(code, "m"))).TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
		} else if !errors.Is(err, want.kind) {
			t.Errorf("%s: got error %v, want %v", code, err, want.kind)
		} else if e.Temporary != want.temporary {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, want.temporary)
		}
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	quoted := "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId%3Dkey-id-1%26Password%3DPlanted-Pass%25211"
	if e := apiError(t, 400, failed("SignatureDoesNotMatch", quoted)); e.Message != "Specified signature is not matched with our calculation." {
		t.Errorf("the message became %q", e.Message)
	}
	for _, message := range []string{
		"The specified Password Planted-Pass!1 is not valid.", "UserData cGxhbnRlZCB1c2VyIGRhdGE= is too long", "UserData planted user data",
		"key planted-key-secret", "token planted-token", "see https://ecs.aliyuncs.com/?Password=x&Signature=y", "Password=Planted-Pass%211",
	} {
		e := apiError(t, 400, failed("InvalidParameter", message))
		if e.Message == "" {
			t.Errorf("nothing is left of %q", message)
		}
	}
	apiError(t, 400, failed("Planted-Pass!1", "Planted-Pass!1"))
	apiError(t, 400, `<html>Planted-Pass!1</html>`)
	apiError(t, 200, `{"RequestId":"Planted-Pass!1`)
	apiError(t, 200, `<html>Planted-Pass!1</html>`)
	apiError(t, 400, `{"Code":"X","Message":"m","Recommend":"https://x/?planted","AccessDeniedDetail":{"AuthAction":"Planted-Pass!1"}}`)
}

func TestTransportErrorsShowNoSecret(t *testing.T) {
	for name, call := range methods() {
		d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("failed to send %s planted", r.URL)
		}))
		err := call(d, t.Context())
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: got error %v, want %v", name, err, provider.ErrUnavailable)
		}
		if got := outcome(err); got != provider.OutcomeUnknown {
			t.Errorf("%s: outcome(err) is %v, want %v", name, got, provider.OutcomeUnknown)
		}
		checkNoSecrets(t, err)
	}
}

func TestCutConnectionsLeaveTheOutcomeOpen(t *testing.T) {
	for what, write := range map[string]string{
		"before the headers":    "",
		"within the headers":    "HTTP/1.1 200 OK\r\nContent-Le",
		"before the whole body": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"RequestId\":\"r\",",
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = conn.Write([]byte(write))
			_ = conn.Close()
		}))
		cfg := testConfig()
		cfg.Endpoint = srv.URL
		d, err := newDriver(cfg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.RunInstances(t.Context(), onDemandSpec())
		if !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("cut %s: got error %v, want %v", what, err, provider.ErrUnavailable)
		}
		if got := outcome(err); got != provider.OutcomeUnknown {
			t.Errorf("cut %s: outcome(err) is %v, want %v", what, got, provider.OutcomeUnknown)
		}
		checkNoSecrets(t, err)
		srv.Close()
	}
}

func TestARefusedConnectionSendsNothing(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	cfg := testConfig()
	cfg.Endpoint = srv.URL
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.RunInstances(t.Context(), onDemandSpec())
	if !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("got error %v, want %v", err, provider.ErrUnavailable)
	}
	if got := outcome(err); got != provider.OutcomeUnsent {
		t.Errorf("outcome(err) is %v, want %v", got, provider.OutcomeUnsent)
	}
	checkNoSecrets(t, err)
}

type brokenSource struct{ err error }

func (s brokenSource) Credentials(context.Context) (provider.Credentials, error) {
	return provider.Credentials{}, s.err
}

func TestMissingCredentialsAreAnAuthError(t *testing.T) {
	cause := errors.New("vault is sealed")
	cfg := testConfig()
	cfg.Credentials = brokenSource{cause}
	cfg.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	})
	d, err := newDriver(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range methods() {
		err := call(d, t.Context())
		if !errors.Is(err, provider.ErrAuth) {
			t.Errorf("%s: got error %v, want %v", name, err, provider.ErrAuth)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: got error %v, want %v", name, err, cause)
		}
		if got := outcome(err); got != provider.OutcomeRejected {
			t.Errorf("%s: outcome(err) is %v, want %v", name, got, provider.OutcomeRejected)
		}
	}
}
