package tencent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"

	"github.com/yunfan-cloud/yunfan/provider"
)

var powerActions = []provider.PowerAction{provider.PowerStart, provider.PowerStop, provider.PowerReboot}

// change asks for a change of power of one instance.
func change(ctx context.Context, d *driver, action provider.PowerAction) error {
	_, err := d.ChangePower(ctx, &provider.PowerRequest{IDs: []string{"ins-1"}, Action: action})
	return err
}

func TestPowerRequests(t *testing.T) {
	for _, c := range []struct {
		req          provider.PowerRequest
		action, body string
	}{
		{provider.PowerRequest{Action: provider.PowerStart}, "StartInstances", `{"InstanceIds":["ins-1","ins-2"]}`},
		{provider.PowerRequest{Action: provider.PowerStop}, "StopInstances", `{"InstanceIds":["ins-1","ins-2"],"StopType":"SOFT"}`},
		{provider.PowerRequest{Action: provider.PowerStop, Force: true}, "StopInstances", `{"InstanceIds":["ins-1","ins-2"],"StopType":"HARD"}`},
		{
			provider.PowerRequest{Action: provider.PowerStop, StopCharging: true},
			"StopInstances",
			`{"InstanceIds":["ins-1","ins-2"],"StopType":"SOFT","StoppedMode":"STOP_CHARGING"}`,
		},
		{
			provider.PowerRequest{Action: provider.PowerStop, Force: true, StopCharging: true},
			"StopInstances",
			`{"InstanceIds":["ins-1","ins-2"],"StopType":"HARD","StoppedMode":"STOP_CHARGING"}`,
		},
		{provider.PowerRequest{Action: provider.PowerReboot}, "RebootInstances", `{"InstanceIds":["ins-1","ins-2"],"StopType":"SOFT"}`},
		{provider.PowerRequest{Action: provider.PowerReboot, Force: true}, "RebootInstances", `{"InstanceIds":["ins-1","ins-2"],"StopType":"HARD"}`},
	} {
		r := &recorder{body: `{"Response":{"RequestId":"req-9"}}`}
		c.req.Region, c.req.IDs = "region-5", []string{"ins-1", "ins-2"}
		got, err := testDriver(t, r).ChangePower(t.Context(), &c.req)
		if err != nil {
			t.Errorf("%+v: got error %v, want none", c.req, err)
			continue
		}
		if got.RequestID != "req-9" {
			t.Errorf(`%+v: RequestID is %q, want "req-9"`, c.req, got.RequestID)
			continue
		}
		if len(got.Failed) != 0 {
			t.Errorf("%+v: len(Failed) is %d, want 0", c.req, len(got.Failed))
			continue
		}
		if r.texts[0] != c.body {
			t.Errorf("%+v: the request is\n%s\nwant\n%s", c.req, r.texts[0], c.body)
		}
		h := r.reqs[0].Header
		if got := h.Get("X-TC-Action"); got != c.action {
			t.Errorf("%+v: X-TC-Action is %q, want %q", c.req, got, c.action)
		}
		if got := h.Get("X-TC-Version"); got != "2017-03-12" {
			t.Errorf(`%+v: X-TC-Version is %q, want "2017-03-12"`, c.req, got)
		}
		if got := h.Get("X-TC-Region"); got != "region-5" {
			t.Errorf(`%+v: X-TC-Region is %q, want "region-5"`, c.req, got)
		}
		if !strings.HasPrefix(h.Get("Authorization"), "TC3-HMAC-SHA256 Credential="+keyID+"/") {
			t.Errorf("%+v: the request is not signed", c.req)
		}
		if len(r.reqs) != 1 {
			t.Errorf("%+v: %d requests were sent", c.req, len(r.reqs))
		}
	}
}

func TestPowerTakesAHundredServersACall(t *testing.T) {
	ids := slices.Repeat([]string{"ins-1"}, 100)
	for _, action := range powerActions {
		r := &recorder{body: terminated}
		if _, err := testDriver(t, r).ChangePower(t.Context(), &provider.PowerRequest{IDs: ids, Action: action}); err != nil {
			t.Errorf("%s: %v", action, err)
		} else if n := len(r.sent[0]["InstanceIds"].([]any)); n != 100 {
			t.Errorf("%s: %d of 100 instances are named", action, n)
		}
	}
}

func TestPowerRequestsThatMakeNoSenseAreNotSent(t *testing.T) {
	one := []string{"ins-1"}
	r := &recorder{body: terminated}
	for _, c := range []struct {
		req  provider.PowerRequest
		path string
	}{
		{provider.PowerRequest{Action: provider.PowerStop}, "IDs"},
		{provider.PowerRequest{Action: provider.PowerStop, IDs: slices.Repeat(one, 101)}, "IDs"},
		{provider.PowerRequest{IDs: one}, "Action"},
		{provider.PowerRequest{Action: "hibernate", IDs: one}, "Action"},
		{provider.PowerRequest{Action: provider.PowerStart, IDs: one, Force: true}, "Force"},
		{provider.PowerRequest{Action: provider.PowerStart, IDs: one, StopCharging: true}, "StopCharging"},
		{provider.PowerRequest{Action: provider.PowerReboot, IDs: one, StopCharging: true}, "StopCharging"},
	} {
		_, err := testDriver(t, r).ChangePower(t.Context(), &c.req)
		var f *provider.FieldError
		if !errors.As(err, &f) {
			t.Errorf("%+v: got error %v, want a %T", c.req, err, f)
		} else if f.Path != c.path {
			t.Errorf("%+v: Path is %v, want %v", c.req, f.Path, c.path)
		} else if f.Driver != Name {
			t.Errorf("%+v: Driver is %v, want %v", c.req, f.Driver, Name)
		}
	}
	if len(r.reqs) != 0 {
		t.Errorf("%d of them were sent", len(r.reqs))
	}
}

type powerClass struct {
	kind      error
	temporary bool
	codes     []string
}

// powerCodes are the codes that the three calls document, and a few that any
// call may have.
func powerCodes() []powerClass {
	return []powerClass{
		{provider.ErrState, true, append(
			family("UnsupportedOperation.InstanceState", "Pending Starting Stopping Rebooting EnterRescueMode ExitRescueMode EnterServiceLiveMigrate ServiceLiveMigrate ExitServiceLiveMigrate"),
			"MutexOperation.TaskRunning", "OperationDenied.InstanceOperationInProgress")},
		{provider.ErrState, false, append(
			family("UnsupportedOperation.InstanceState", "Running Stopped Isolating Shutdown Terminating Terminated LaunchFailed Banning Corrupted Freezing RescueMode"),
			"UnsupportedOperation.InstanceReinstallFailed", "InvalidInstanceState.Terminating")},
		{provider.ErrNotFound, false, []string{"InvalidInstanceId.NotFound"}},
		{provider.ErrAuth, false, []string{"UnauthorizedOperation.MFAExpired", "UnauthorizedOperation.MFANotFound"}},
		{provider.ErrNoStock, false, []string{"InvalidParameterValue.ZoneNotSupported"}},
		{provider.ErrThrottled, false, []string{"RequestLimitExceeded"}},
		{provider.ErrUnavailable, false, []string{"InternalServerError"}},
		{provider.ErrInvalid, false, family("", "InvalidInstance.NotSupported InvalidInstanceId.Malformed InvalidParameterCombination InvalidParameterValue InvalidParameterValue.InstanceIdMalformed InvalidParameterValue.LimitExceeded MissingParameter UnsupportedOperation UnsupportedOperation.HibernationForNormalInstance UnsupportedOperation.StoppedModeStopCharging FailedOperation.InvalidInstanceApplicationRole")},
	}
}

func TestEveryDocumentedCodeOfAPowerCall(t *testing.T) {
	for _, class := range powerCodes() {
		for _, code := range class.codes {
			d := testDriver(t, always(200, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"the message"},"RequestId":"req-7"}}`, code)))
			got, err := d.ChangePower(t.Context(), &provider.PowerRequest{IDs: []string{"ins-1", "ins-2"}, Action: provider.PowerStop})
			var e *provider.APIError
			if got != nil {
				t.Errorf("%s: got is %v, want nil", code, got)
				continue
			}
			if !errors.As(err, &e) {
				t.Errorf("%s: got error %v, want a %T", code, err, e)
				continue
			}
			if !errors.Is(err, class.kind) {
				t.Errorf("%s: got error %v, want %v", code, err, class.kind)
			}
			if e.Temporary != class.temporary {
				t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, class.temporary)
			}
			if e.Outcome != outcomeOf(class.kind) {
				t.Errorf("%s: Outcome is %v, want %v", code, e.Outcome, outcomeOf(class.kind))
			}
			var sdk *tcerr.TencentCloudSDKError
			if e.Op != "StopInstances" {
				t.Errorf(`%s: Op is %q, want "StopInstances"`, code, e.Op)
			} else if e.Code != code {
				t.Errorf("%s: Code is %v, want %v", code, e.Code, code)
			} else if e.RequestID != "req-7" {
				t.Errorf(`%s: RequestID is %q, want "req-7"`, code, e.RequestID)
			} else if e.Message != "the message" {
				t.Errorf(`%s: Message is %q, want "the message"`, code, e.Message)
			} else if !errors.As(err, &sdk) {
				t.Errorf("%s: got error %v, want a %T", code, err, sdk)
			} else if sdk.Code != code {
				t.Errorf("%s: sdk.Code is %v, want %v", code, sdk.Code, code)
			}
		}
	}
}

func TestMalformedAnswerToAPowerCall(t *testing.T) {
	for name, rt := range malformedAnswers() {
		if name == "no IDs" || name == "empty IDs" {
			continue // nothing is missing: this answer has no IDs
		}
		for _, action := range powerActions {
			err := change(t.Context(), testDriver(t, rt), action)
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s, %s: got error %v, want a %T", name, action, err, e)
			} else if e.Outcome != provider.OutcomeUnknown {
				t.Errorf("%s, %s: Outcome is %v, want %v", name, action, e.Outcome, provider.OutcomeUnknown)
			} else if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %s: got error %v, want %v", name, action, err, provider.ErrUnavailable)
			}
			mustNotTell(t, err, keyValue, keyToken, "://")
		}
	}
}

func TestNoErrorOfAPowerCallTellsASecret(t *testing.T) {
	echo := transport(func(req *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("cannot post to %s with %s: %w", req.URL, req.Header, io.ErrUnexpectedEOF)
	})
	for name, rt := range map[string]http.RoundTripper{
		"vendor's message": talkative(t, "UnsupportedOperation.InstanceStateStopped"),
		"HTML":             talkative(t, ""),
		"transport":        echo,
	} {
		var signature string
		watch := transport(func(req *http.Request) (*http.Response, error) {
			_, signature, _ = strings.Cut(req.Header.Get("Authorization"), "Signature=")
			return rt.RoundTrip(req)
		})
		for _, action := range powerActions {
			err := change(t.Context(), testDriver(t, watch), action)
			if err == nil {
				t.Fatalf("%s, %s: got no error, want one", name, action)
			}
			if signature == "" {
				t.Fatalf("%s, %s: signature is empty, want a value", name, action)
			}
			mustNotTell(t, err, keyValue, keyToken, signature, "planted", "://")
		}
	}
}

// A second reboot would interrupt the first.
func TestPowerCallIsNotReplayedOnADeadConnection(t *testing.T) {
	for _, action := range powerActions {
		addr, reads := answeringOnce(t)
		d := driverAt(t, "http://"+addr, keeping())
		if err := change(t.Context(), d, action); err != nil {
			t.Fatal(err)
		}
		err := change(t.Context(), d, action)
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", action, err, e)
		} else if e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v", action, e.Outcome, provider.OutcomeUnknown)
		}
		if n := reads.Load(); n != 2 {
			t.Errorf("%s: two calls reached the server %d times", action, n)
		}
	}
}

// stubborn is a cloud in which ins-3 is stopped and the others run. It notes
// which instances it stops.
type stubborn struct {
	mu      sync.Mutex
	stopped []string
}

func (s *stubborn) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	body := string(raw)
	switch {
	case req.Header.Get("X-TC-Action") == "DescribeInstances":
		return answer(200, `{"Response":{"TotalCount":1,"InstanceSet":[{"InstanceId":"ins-3","InstanceState":"STOPPED"}],"RequestId":"r"}}`), nil
	case strings.Contains(body, "ins-3"):
		return answer(200, `{"Response":{"Error":{"Code":"UnsupportedOperation.InstanceStateStopped","Message":"m"},"RequestId":"r"}}`), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range []string{"ins-1", "ins-2", "ins-4", "ins-5"} {
		if strings.Contains(body, id) {
			s.stopped = append(s.stopped, id)
		}
	}
	return answer(200, terminated), nil
}

// CVM refuses all instances of a call because of one.
func TestOneStoppedServerDoesNotKeepTheOthersRunning(t *testing.T) {
	cloud := &stubborn{}
	c, err := New(Config{Region: "region-1", Credentials: provider.StaticCredentials(keyID, keyValue, ""), Transport: cloud})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StopInstances(t.Context(), "", []string{"ins-1", "ins-2", "ins-3", "ins-4", "ins-5"}, nil); err != nil {
		t.Errorf("every instance is stopped, but the error is %v", err)
	}
	slices.Sort(cloud.stopped)
	if want := []string{"ins-1", "ins-2", "ins-4", "ins-5"}; !slices.Equal(cloud.stopped, want) {
		t.Errorf("stopped are %v, want %v, each once", cloud.stopped, want)
	}
}
