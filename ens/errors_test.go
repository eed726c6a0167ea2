package ens

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ENS answers some refusals with HTTP 200 and a Code.
func TestCodeInsideASuccess(t *testing.T) {
	for code, want := range map[string]class{
		`"StockNotEnough"`: noStock,
		`"Throttling"`:     throttled,
		`500`:              unclear,
		`"500"`:            unclear,
		`-1`:               unclear,
		`"EntirelyNew"`:    unclear, // nothing proves that it did nothing
	} {
		d, _ := answering(t, 200, `{"RequestId":"req-1","Code":`+code+`,"Message":"Planted-Password-1","InstanceIds":{"InstanceId":[]}}`)
		res, err := d.RunInstances(t.Context(), secretSpec())
		e := wantAPIError(t, err, want.kind, want.outcome)
		if res != nil {
			t.Errorf("Code %s: res is %v, want nil", code, res)
		} else if e.RequestID != "req-1" {
			t.Errorf(`Code %s: RequestID is %q, want "req-1"`, code, e.RequestID)
		} else if e.HTTPStatus != 200 {
			t.Errorf("Code %s: HTTPStatus is %d, want 200", code, e.HTTPStatus)
		} else if e.Code == "" {
			t.Errorf("Code %s: Code is empty, want a value", code)
		}
	}
}

func TestServerErrorsLeaveTheOutcomeOpen(t *testing.T) {
	for _, status := range []int{500, 502, 503, 504} {
		d, _ := answering(t, status, `{"RequestId":"req-1","HostId":"h","Code":"EntirelyNew","Message":"m"}`)
		_, err := d.RunInstances(t.Context(), secretSpec())
		wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
	}
}

// The SDK asserts the types of these fields without looking. A code that is a text counts beside
// them all the same.
func TestShapesThatMakeTheSDKPanic(t *testing.T) {
	type verdict struct {
		kind    error
		outcome provider.Outcome
	}
	for body, want := range map[string]verdict{
		`{"RequestId":"req-1","Code":400,"Message":"m"}`:               {provider.ErrUnavailable, provider.OutcomeUnknown},
		`{"RequestId":"req-1","Code":"InvalidParameter","Message":{}}`: {provider.ErrInvalid, provider.OutcomeRejected},
		`{"RequestId":7,"Code":"InvalidParameter","Message":"m"}`:      {provider.ErrInvalid, provider.OutcomeRejected},
	} {
		for name, call := range calls {
			d, _ := answering(t, 400, body)
			if e := wantAPIError(t, call(t.Context(), d), want.kind, want.outcome); e.Op == "" {
				t.Errorf("%s: the error does not name the call", name)
			}
		}
	}
}

func TestEchoedSecretsAreWithheld(t *testing.T) {
	for _, echo := range []string{
		"Planted-Password-1", "IyEvYmluL3NoIHBsYW50ZWQgdXNlciBkYXRh", "#!/bin/sh planted user data",
		"planted-raw-value", "planted-key-secret", "planted-key-token",
		"server string to sign is:POST&%2F&Password%3DPlanted-Password-1",
	} {
		body, err := json.Marshal(map[string]string{"RequestId": "req-1", "HostId": echo, "Code": "InvalidParameter", "Message": "got " + echo})
		if err != nil {
			t.Fatal(err)
		}
		for _, status := range []int{400, 500} {
			d, _ := answering(t, status, string(body))
			_, err := d.RunInstances(t.Context(), secretSpec())
			if err == nil {
				t.Fatal("a refusal was taken for a success")
			}
			wantSafe(t, err)
		}
	}
}

func TestMissingCredentialsStopTheCallWithErrAuth(t *testing.T) {
	d, err := newDriver(Config{Region: "node-1", Credentials: provider.StaticCredentials("", "", ""), Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent without credentials")
		return respond(200, created)
	})})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.RunInstances(t.Context(), secretSpec())
	wantAPIError(t, err, provider.ErrAuth, provider.OutcomeRejected)
}

// A code beside HTTP 200 is a refusal with its own class.
func TestARefusalInsideASuccessIsARefusal(t *testing.T) {
	for code, want := range map[string]error{
		`"IncorrectInstanceStatus"`:               provider.ErrState,
		`"InstanceIdNotFound"`:                    provider.ErrNotFound,
		`"NoPermission"`:                          provider.ErrPermission,
		`"InvalidAccountStatus.NotEnoughBalance"`: provider.ErrBalance,
	} {
		for action, call := range map[string]func(*driver) error{
			"stop": func(d *driver) error {
				_, err := d.ChangePower(t.Context(), &provider.PowerRequest{IDs: []string{"i-1"}, Action: provider.PowerStop})
				return err
			},
			"terminate": func(d *driver) error {
				return d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
			},
			"rename": func(d *driver) error { return d.RenameInstance(t.Context(), "", "i-1", "name-1") },
		} {
			d, _ := answering(t, 200, `{"RequestId":"r","Code":`+code+`}`)
			var e *provider.APIError
			if err := call(d); !errors.As(err, &e) {
				t.Fatalf("%s, %s: got error %v, want a %T", action, code, err, e)
			}
			if !errors.Is(e, want) {
				t.Errorf("%s, %s: got error %v, want %v", action, code, e, want)
			}
			if e.Outcome != provider.OutcomeRejected {
				t.Errorf("%s, %s: Outcome is %v, want rejected", action, code, e.Outcome)
			}
		}
	}
}
