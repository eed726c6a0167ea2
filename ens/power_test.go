package ens

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ens"

	"github.com/yunfan-cloud/yunfan/provider"
)

var powerActions = []provider.PowerAction{provider.PowerStart, provider.PowerStop, provider.PowerReboot}

const powered = `{"RequestId":"req-4","Code":0}`

func powerRequest(action provider.PowerAction) *provider.PowerRequest {
	return &provider.PowerRequest{IDs: []string{"i-1"}, Action: action}
}

// businessParams are the parameters without those of every call.
func businessParams(got *sent) map[string]string {
	out := map[string]string{}
	for name := range got.params {
		out[name] = got.params.Get(name)
	}
	for _, name := range []string{
		"Action", "Version", "Format", "RegionId", "Timestamp", "AccessKeyId", "SecurityToken",
		"Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "SignatureType",
	} {
		delete(out, name)
	}
	return out
}

func TestPowerSendsWhatIsAskedFor(t *testing.T) {
	for what, tc := range map[string]struct {
		req    provider.PowerRequest
		action string
		typed  any
		force  string
	}{
		"start":           {provider.PowerRequest{Action: provider.PowerStart}, "StartInstance", &ens.StartInstanceRequest{}, ""},
		"stop":            {provider.PowerRequest{Action: provider.PowerStop}, "StopInstance", &ens.StopInstanceRequest{}, "false"},
		"stop by force":   {provider.PowerRequest{Action: provider.PowerStop, Force: true}, "StopInstance", &ens.StopInstanceRequest{}, "true"},
		"reboot":          {provider.PowerRequest{Action: provider.PowerReboot}, "RebootInstance", &ens.RebootInstanceRequest{}, "false"},
		"reboot by force": {provider.PowerRequest{Action: provider.PowerReboot, Force: true}, "RebootInstance", &ens.RebootInstanceRequest{}, "true"},
		"on another node": {provider.PowerRequest{Action: provider.PowerStart, Region: "node-9"}, "StartInstance", &ens.StartInstanceRequest{}, ""},
	} {
		d, got := answering(t, 200, powered)
		tc.req.IDs = []string{"i-1"}
		res, err := d.ChangePower(t.Context(), &tc.req)
		if err != nil {
			t.Errorf("%s: got error %v, want none", what, err)
		} else if res.RequestID != "req-4" {
			t.Errorf(`%s: RequestID is %q, want "req-4"`, what, res.RequestID)
		} else if len(res.Failed) != 0 {
			t.Errorf("%s: len(Failed) is %d, want 0", what, len(res.Failed))
		}
		want := map[string]string{"InstanceId": "i-1"}
		if tc.force != "" {
			want["ForceStop"] = tc.force
		}
		params := businessParams(got)
		if got := got.params.Get("Action"); got != tc.action {
			t.Errorf("%s: Action is %q, want %q", what, got, tc.action)
		}
		if !maps.Equal(params, want) {
			t.Errorf("%s: params is %v, want %v", what, params, want)
		}
		wantTyped(t, what, tc.typed, params)
	}
}

func TestPowerTakesOneServer(t *testing.T) {
	d, got := answering(t, 200, powered)
	for _, ids := range [][]string{nil, {"i-1", "i-2"}} {
		_, err := d.ChangePower(t.Context(), &provider.PowerRequest{IDs: ids, Action: provider.PowerStart})
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%v: got error %v, want %v", ids, err, provider.ErrInvalid)
		}
		if got.params != nil {
			t.Errorf("%v: params is %v, want nil", ids, got.params)
		}
	}
}

func TestPowerRefusesWhatENSDoesNotHave(t *testing.T) {
	d, got := answering(t, 200, powered)
	stop := powerRequest(provider.PowerStop)
	stop.StopCharging = true
	for path, req := range map[string]*provider.PowerRequest{"StopCharging": stop, "Action": powerRequest("explode")} {
		_, err := d.ChangePower(t.Context(), req)
		var fe *provider.FieldError
		if !errors.As(err, &fe) {
			t.Errorf("%v: got error %v, want a %T", path, err, fe)
		} else if fe.Path != path {
			t.Errorf("%v: fe.Path is %v, want %v", path, fe.Path, path)
		} else if fe.Driver != "ens" {
			t.Errorf(`%v: fe.Driver is %q, want "ens"`, path, fe.Driver)
		} else if got.params != nil {
			t.Errorf("%v: params is %v, want nil", path, got.params)
		}
		if unsupported := errors.Is(err, errors.ErrUnsupported); unsupported != (path == "StopCharging") {
			t.Errorf("%s: unsupported is %v: only a thing that ENS does not have at all is", path, unsupported)
		}
	}
	if _, err := d.ChangePower(t.Context(), powerRequest("")); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("without an action: got error %v, want %v", err, provider.ErrInvalid)
	} else if got.params != nil {
		t.Errorf("without an action: params is %v, want nil", got.params)
	}
}

func TestPowerReadsEverySuccess(t *testing.T) {
	for _, body := range []string{powered, `{"RequestId":"req-4","Code":"0"}`, `{"RequestId":"req-4"}`, `{"RequestId":"req-4","Code":null}`} {
		d, _ := answering(t, 200, body)
		if res, err := d.ChangePower(t.Context(), powerRequest(provider.PowerStart)); err != nil {
			t.Errorf("%s: got error %v, want none", body, err)
		} else if res.RequestID != "req-4" {
			t.Errorf(`%s: RequestID is %q, want "req-4"`, body, res.RequestID)
		}
	}
}

func TestPowerAnswersWithoutSenseLeaveTheOutcomeOpen(t *testing.T) {
	for _, action := range powerActions {
		for _, body := range malformed {
			d, _ := answering(t, 200, body)
			res, err := d.ChangePower(t.Context(), powerRequest(action))
			if res != nil {
				t.Errorf("%s: 200 with %q is a success", action, body)
			}
			wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
		}
	}
}

// powerCodes are refusals as a start, stop or reboot means them. An instance that
// stays as it is must not be tried for minutes.
var powerCodes = map[string]class{
	"InstanceIdNotFound":                   notFound,
	"InvalidInstanceId.NotFound":           notFound,
	"IncorrectInstanceStatus":              state,
	"IncorrectInstanceStatus.SomethingNew": state,
	"IncorrectInstanceStatus.Initializing": building,
	"OperationConflict":                    {provider.ErrState, provider.OutcomeUnknown, true},
	"Throttling":                           throttled,
	"NoPermission":                         permission,
	"InvalidAccessKeyId.NotFound":          auth,
	"MissingParameter":                     invalid,
	"CallInterface":                        unclear,
}

func TestPowerRefusalsMeanWhatTheyAreDocumentedToMean(t *testing.T) {
	for code, want := range powerCodes {
		for status, message := range map[int]string{400: "message-1", 200: ""} { // ENS documents no message beside a 200
			d, _ := answering(t, status, fmt.Sprintf(`{"RequestId":"req-4","HostId":"h","Code":%q,"Message":"message-1"}`, code))
			_, err := d.ChangePower(t.Context(), powerRequest(provider.PowerStop))
			e := wantAPIError(t, err, want.kind, want.outcome)
			if e.Temporary != want.temporary {
				t.Errorf("%s with %d: temporary %v, want %v", code, status, e.Temporary, want.temporary)
			}
			if e.Op != "StopInstance" {
				t.Errorf(`%s with %d: Op is %q, want "StopInstance"`, code, status, e.Op)
			}
			if e.Code != code {
				t.Errorf("%s with %d: Code is %v, want %v", code, status, e.Code, code)
			}
			if e.Message != message {
				t.Errorf("%s with %d: Message is %v, want %v", code, status, e.Message, message)
			}
			if e.RequestID != "req-4" {
				t.Errorf(`%s with %d: RequestID is %q, want "req-4"`, code, status, e.RequestID)
			}
			if e.HTTPStatus != status {
				t.Errorf("%s with %d: HTTPStatus is %v, want %v", code, status, e.HTTPStatus, status)
			}
		}
	}
}

func TestPowerWithAnUnknownCodeIsNoSuccess(t *testing.T) {
	for _, code := range []string{`500`, `-1`, `"EntirelyNew"`} {
		d, _ := answering(t, 200, `{"RequestId":"req-4","Code":`+code+`}`)
		_, err := d.ChangePower(t.Context(), powerRequest(provider.PowerReboot))
		wantAPIError(t, err, provider.ErrUnavailable, provider.OutcomeUnknown)
	}
}

// The other calls take the same status for one that passes.
func TestReleasesStillWaitForAStatus(t *testing.T) {
	d, _ := answering(t, 400, `{"RequestId":"req-4","HostId":"h","Code":"IncorrectInstanceStatus","Message":"m"}`)
	err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"i-1"}})
	if e := wantAPIError(t, err, provider.ErrState, provider.OutcomeRejected); !e.Temporary {
		t.Error("a release that comes too early is not tried again")
	}
}

func TestPowerErrorsShowNoSecret(t *testing.T) {
	for _, echo := range []string{"planted-key-secret", "planted-key-token", "server string to sign is:POST&planted", "https://ens.aliyuncs.com/?SecurityToken=planted-key-token"} {
		for _, status := range []int{200, 400, 500} {
			d, _ := answering(t, status, fmt.Sprintf(`{"RequestId":"req-4","HostId":%q,"Code":"InvalidParameter","Message":%q}`, echo, echo))
			_, err := d.ChangePower(t.Context(), powerRequest(provider.PowerStart))
			if err == nil {
				t.Fatal("a refusal was taken for a success")
			}
			wantSafe(t, err)
		}
	}
}

func TestPowerEndsWithItsContext(t *testing.T) {
	for _, action := range powerActions {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			_, err := driverOver(t, roundTrip(hang), "").ChangePower(ctx, powerRequest(action))
			if took := time.Since(start); took > 3*time.Second+100*time.Millisecond {
				t.Errorf("%s returned %v after the end of ctx", action, took-3*time.Second)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: got %v, want the error of ctx", action, err)
			}
			if e := wantAPIError(t, err, nil, provider.OutcomeUnknown); e.Kind != nil {
				t.Errorf("%s: the end of ctx counts as %v", action, e.Kind)
			}
		})
	}
}

// halfOff is a cloud on which i-off is stopped already. It counts the stops.
func halfOff(t *testing.T, stops map[string]int) roundTrip {
	var mu sync.Mutex
	return func(r *http.Request) (*http.Response, error) {
		params := read(t, r).params
		mu.Lock()
		defer mu.Unlock()
		id := params.Get("InstanceId")
		switch {
		case params.Get("Action") == "DescribeInstances":
			return respond(200, `{"RequestId":"req-4","Code":0,"Instances":{"Instance":[{"InstanceId":"i-off","Status":"Stopped"}]}}`)
		case id == "i-off":
			stops[id]++
			return respond(400, `{"RequestId":"req-4","HostId":"h","Code":"IncorrectInstanceStatus","Message":"m"}`)
		}
		stops[id]++
		return respond(200, powered)
	}
}

// ENS takes one instance a call, and one refusal stands in nobody's way.
func TestAStopOfAStoppedServerIsNoErrorAndTakesNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := map[string]int{}
		d := driverOver(t, halfOff(t, stops), "")
		start := time.Now()
		if err := provider.NewClient(d, nil).StopInstances(t.Context(), "node-1", []string{"i-off", "i-on"}, nil); err != nil {
			t.Errorf("an instance that is stopped already is an error: %v", err)
		}
		if stops["i-off"] != 1 {
			t.Errorf(`stops["i-off"] is %d, want 1`, stops["i-off"])
		}
		if stops["i-on"] != 1 {
			t.Errorf(`stops["i-on"] is %d, want 1`, stops["i-on"])
		}
		if time.Since(start) > time.Second {
			t.Errorf("time.Since(start) is %v, want at most %v", time.Since(start), time.Second)
		}
	})
}
