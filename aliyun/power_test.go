package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

var powerActions = []provider.PowerAction{provider.PowerStart, provider.PowerStop, provider.PowerReboot}

// powerRequest asks about i-1, i-2 and so on.
func powerRequest(action provider.PowerAction, count int) *provider.PowerRequest {
	req := &provider.PowerRequest{Action: action}
	for i := range count {
		req.IDs = append(req.IDs, fmt.Sprint("i-", i+1))
	}
	return req
}

// powerRows is an answer with these results, as JSON objects.
func powerRows(rows ...map[string]any) string {
	text, err := json.Marshal(map[string]any{"RequestId": "req-4", "InstanceResponses": map[string]any{"InstanceResponse": rows}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func succeeded(id string) map[string]any {
	return map[string]any{"InstanceId": id, "Code": "200", "Message": "success", "PreviousStatus": "Running", "CurrentStatus": "Stopping"}
}

func refusal(id, code, status string) map[string]any {
	return map[string]any{"InstanceId": id, "Code": code, "Message": "message-4", "PreviousStatus": status, "CurrentStatus": status}
}

func TestPowerSendsWhatIsAskedFor(t *testing.T) {
	for what, tc := range map[string]struct {
		req    provider.PowerRequest
		action string
		typed  any
		params map[string]string // beside those of every call
	}{
		"start":                   {provider.PowerRequest{Action: provider.PowerStart}, "StartInstances", ecs.StartInstancesRequest{}, nil},
		"stop":                    {provider.PowerRequest{Action: provider.PowerStop}, "StopInstances", ecs.StopInstancesRequest{}, map[string]string{"ForceStop": "false"}},
		"stop by force":           {provider.PowerRequest{Action: provider.PowerStop, Force: true}, "StopInstances", ecs.StopInstancesRequest{}, map[string]string{"ForceStop": "true"}},
		"stop paying":             {provider.PowerRequest{Action: provider.PowerStop, StopCharging: true}, "StopInstances", ecs.StopInstancesRequest{}, map[string]string{"ForceStop": "false", "StoppedMode": "StopCharging"}},
		"stop paying by force":    {provider.PowerRequest{Action: provider.PowerStop, Force: true, StopCharging: true}, "StopInstances", ecs.StopInstancesRequest{}, map[string]string{"ForceStop": "true", "StoppedMode": "StopCharging"}},
		"reboot":                  {provider.PowerRequest{Action: provider.PowerReboot}, "RebootInstances", ecs.RebootInstancesRequest{}, map[string]string{"ForceReboot": "false"}},
		"reboot by force":         {provider.PowerRequest{Action: provider.PowerReboot, Force: true}, "RebootInstances", ecs.RebootInstancesRequest{}, map[string]string{"ForceReboot": "true"}},
		"start in another region": {provider.PowerRequest{Action: provider.PowerStart, Region: "cn-test-2"}, "StartInstances", ecs.StartInstancesRequest{}, map[string]string{"RegionId": "cn-test-2"}},
	} {
		var got wire
		tc.req.IDs = []string{"i-1", "i-2"}
		res, err := testDriver(t, capture(&got, powerRows(succeeded("i-1"), succeeded("i-2")))).ChangePower(t.Context(), &tc.req)
		if err != nil {
			t.Errorf("%s: got error %v, want none", what, err)
		} else if res.RequestID != "req-4" {
			t.Errorf(`%s: RequestID is %q, want "req-4"`, what, res.RequestID)
		} else if len(res.Failed) != 0 {
			t.Errorf("%s: len(Failed) is %d, want 0", what, len(res.Failed))
		}
		want := map[string]string{"RegionId": "cn-test-1", "BatchOptimization": "SuccessFirst", "InstanceId.1": "i-1", "InstanceId.2": "i-2"}
		maps.Copy(want, tc.params)
		if got.Action != tc.action {
			t.Errorf("%s: Action is %v, want %v", what, got.Action, tc.action)
		}
		if !maps.Equal(got.Params, want) {
			t.Errorf("%s: Params is %v, want %v", what, got.Params, want)
		}
		if got.Host != "ecs."+want["RegionId"]+".aliyuncs.com" {
			t.Errorf("%s: Host is %v, want %v", what, got.Host, "ecs."+want["RegionId"]+".aliyuncs.com")
		}
		checkTyped(t, tc.typed, got.Params)
	}
}

func TestPowerOfAHundredServersIsOneCall(t *testing.T) {
	req := powerRequest(provider.PowerStart, 100)
	var rows []map[string]any
	for _, id := range req.IDs {
		rows = append(rows, succeeded(id))
	}
	var got wire
	res, err := testDriver(t, capture(&got, powerRows(rows...))).ChangePower(t.Context(), req)
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if len(res.Failed) != 0 {
		t.Errorf("len(Failed) is %d, want 0", len(res.Failed))
	} else if got.Params["InstanceId.100"] != "i-100" {
		t.Errorf(`InstanceId.100 is %q, want "i-100"`, got.Params["InstanceId.100"])
	}
}

func TestPowerRefusesWhatIsNoRequest(t *testing.T) {
	d := testDriver(t, roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	}))
	for path, req := range map[string]*provider.PowerRequest{
		"IDs":    powerRequest(provider.PowerStop, 101),
		"Action": powerRequest("explode", 1),
	} {
		_, err := d.ChangePower(t.Context(), req)
		var e *provider.FieldError
		if !errors.As(err, &e) {
			t.Errorf("%v: got error %v, want a %T", path, err, e)
		} else if e.Path != path {
			t.Errorf("%v: Path is %v, want %v", path, e.Path, path)
		} else if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%v: got error %v, want %v", path, err, provider.ErrInvalid)
		}
	}
	if _, err := d.ChangePower(t.Context(), powerRequest(provider.PowerStart, 0)); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("without IDs: got %v, want ErrInvalid", err)
	}
	if _, err := d.ChangePower(t.Context(), powerRequest("", 1)); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("without an action: got %v, want ErrInvalid", err)
	}
}

// powerFailures returns the errors of a stop of two instances.
func powerFailures(t *testing.T, body string) map[string]error {
	t.Helper()
	res, err := testDriver(t, answering(200, body)).ChangePower(t.Context(), powerRequest(provider.PowerStop, 2))
	if err != nil {
		t.Fatalf("the whole call failed with %v, want a result per instance", err)
	}
	for _, err := range res.Failed {
		checkNoSecrets(t, err)
	}
	return res.Failed
}

func TestPowerTellsWhichServersWereRefused(t *testing.T) {
	for code, want := range map[string]struct {
		kind    error
		outcome provider.Outcome
	}{
		"InvalidInstanceId.NotFound": {provider.ErrNotFound, provider.OutcomeRejected},
		"IncorrectInstanceStatus":    {provider.ErrState, provider.OutcomeRejected},
		"Throttling.User":            {provider.ErrThrottled, provider.OutcomeThrottled},
		"InternalError":              {provider.ErrUnavailable, provider.OutcomeUnknown},
		"OperationDenied.NoStock":    {provider.ErrNoStock, provider.OutcomeRejected},
		"Forbidden.RAM":              {provider.ErrPermission, provider.OutcomeRejected},
		"InvalidParameter":           {provider.ErrInvalid, provider.OutcomeRejected},
	} {
		failed := powerFailures(t, powerRows(succeeded("i-1"), refusal("i-2", code, "Running")))
		var e *provider.APIError
		if len(failed) != 1 {
			t.Errorf("%s: len(failed) is %d, want 1", code, len(failed))
			continue
		}
		if !errors.As(failed["i-2"], &e) {
			t.Errorf("%s: got error %v, want a %T", code, failed["i-2"], e)
			continue
		}
		if !errors.Is(e, want.kind) {
			t.Errorf("%s: got error %v, want %v", code, e, want.kind)
		}
		if e.Outcome != want.outcome {
			t.Errorf("%s: Outcome is %v, want %v", code, e.Outcome, want.outcome)
		}
		if e.Driver != "aliyun" {
			t.Errorf(`%s: Driver is %q, want "aliyun"`, code, e.Driver)
		}
		if e.Op != "StopInstances" {
			t.Errorf(`%s: Op is %q, want "StopInstances"`, code, e.Op)
		}
		if e.Code != code {
			t.Errorf("%s: Code is %v, want %v", code, e.Code, code)
		}
		if e.Message != "message-4" {
			t.Errorf(`%s: Message is %q, want "message-4"`, code, e.Message)
		}
		if e.RequestID != "req-4" {
			t.Errorf(`%s: RequestID is %q, want "req-4"`, code, e.RequestID)
		}
		if e.HTTPStatus != 200 {
			t.Errorf("%s: HTTPStatus is %d, want 200", code, e.HTTPStatus)
		}
	}
}

func TestPowerSucceedsWithACodeThatIsANumber(t *testing.T) {
	if failed := powerFailures(t, powerRows(map[string]any{"InstanceId": "i-1", "Code": 200}, succeeded("i-2"))); len(failed) != 0 {
		t.Errorf("got %v, want no failure", failed)
	}
}

// A start of an instance that runs already must not be repeated for minutes; one of
// an instance that is stopping must.
func TestPowerRefusalIsTemporaryWhileTheStatePasses(t *testing.T) {
	for _, tc := range []struct {
		code, status string
		want         bool
	}{
		{"IncorrectInstanceStatus", "Running", false},
		{"IncorrectInstanceStatus", "Stopped", false},
		{"IncorrectInstanceStatus", "", false},
		{"IncorrectInstanceStatus", "SomethingNew", false},
		{"IncorrectInstanceStatus", "Pending", true},
		{"IncorrectInstanceStatus", "Starting", true},
		{"IncorrectInstanceStatus", "Stopping", true},
		{"IncorrectInstanceStatus.SomethingNew", "Running", false},
		{"IncorrectInstanceStatus.Initializing", "Running", true},
		{"IncorrectInstanceStatus.Initializing", "", true},
		{"OperationConflict", "Running", true},
		{"ChargeTypeViolation", "Starting", false},
	} {
		failed := powerFailures(t, powerRows(succeeded("i-1"), refusal("i-2", tc.code, tc.status)))
		var e *provider.APIError
		if !errors.As(failed["i-2"], &e) {
			t.Errorf("%s of an instance that is %q: got error %v, want a %T", tc.code, tc.status, failed["i-2"], e)
		} else if !errors.Is(e, provider.ErrState) {
			t.Errorf("%s of an instance that is %q: got error %v, want %v",
				tc.code, tc.status, e, provider.ErrState)
		} else if e.Temporary != tc.want {
			t.Errorf("%s of an instance that is %q: Temporary is %v, want %v",
				tc.code, tc.status, e.Temporary, tc.want)
		}
	}
}

func TestPowerOfAServerTheAnswerLeavesOutIsUnknown(t *testing.T) {
	for what, body := range map[string]string{
		"left out":              powerRows(succeeded("i-1")),
		"without a code":        powerRows(succeeded("i-1"), map[string]any{"InstanceId": "i-2"}),
		"with a code of null":   powerRows(succeeded("i-1"), map[string]any{"InstanceId": "i-2", "Code": nil}),
		"another in its place":  powerRows(succeeded("i-1"), succeeded("i-3")),
		"an ID that is missing": powerRows(succeeded("i-1"), map[string]any{"Code": "200"}),
	} {
		failed := powerFailures(t, body)
		if len(failed) != 1 {
			t.Errorf("%s: len(failed) is %d, want 1", what, len(failed))
		} else if !errors.Is(failed["i-2"], provider.ErrUnavailable) {
			t.Errorf("%s: got error %v, want %v", what, failed["i-2"], provider.ErrUnavailable)
		} else if got := outcome(failed["i-2"]); got != provider.OutcomeUnknown {
			t.Errorf(`%s: outcome(failed["i-2"]) is %v, want %v`, what, got, provider.OutcomeUnknown)
		}
	}
}

func TestPowerAnswersWithoutSenseFailTheWholeCall(t *testing.T) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `<html>planted-key-secret</html>`, `{"RequestId":"r"}`, `{"RequestId":"r","InstanceResponses":null}`,
		`{"RequestId":"r","InstanceResponses":{}}`, `{"RequestId":"r","InstanceResponses":[]}`, `{"RequestId":"r","InstanceResponses":"x"}`,
		powerRows(), `{"InstanceResponses":{"InstanceResponse":[{"InstanceId":7}]}}`, `{"InstanceResponses":{"InstanceResponse":[{"InstanceId":"i-1"`,
	} {
		for _, action := range powerActions {
			res, err := testDriver(t, answering(200, body)).ChangePower(t.Context(), powerRequest(action, 1))
			if res != nil {
				t.Errorf("%s: res is %v, want nil", action, res)
			} else if !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: got error %v, want %v", action, err, provider.ErrUnavailable)
			} else if got := outcome(err); got != provider.OutcomeUnknown {
				t.Errorf("%s: outcome(err) is %v, want %v", action, got, provider.OutcomeUnknown)
			}
			checkNoSecrets(t, err)
		}
	}
}

func TestPowerRefusedAsAWhole(t *testing.T) {
	for code, want := range map[string]struct {
		kind      error
		outcome   provider.Outcome
		temporary bool
	}{
		"InvalidInstanceId.NotFound":           {provider.ErrNotFound, provider.OutcomeRejected, false},
		"IncorrectInstanceStatus":              {provider.ErrState, provider.OutcomeRejected, false},
		"IncorrectInstanceStatus.Initializing": {provider.ErrState, provider.OutcomeRejected, true},
		"OperationConflict":                    {provider.ErrState, provider.OutcomeUnknown, true},
		"Throttling":                           {provider.ErrThrottled, provider.OutcomeThrottled, false},
		"InvalidAccessKeyId.NotFound":          {provider.ErrAuth, provider.OutcomeRejected, false},
		"InternalError":                        {provider.ErrUnavailable, provider.OutcomeUnknown, false},
	} {
		_, err := testDriver(t, answering(403, failed(code, "message-7"))).ChangePower(t.Context(), powerRequest(provider.PowerReboot, 2))
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", code, err, e)
			continue
		}
		if !errors.Is(err, want.kind) {
			t.Errorf("%s: got error %v, want %v", code, err, want.kind)
			continue
		}
		if e.Outcome != want.outcome {
			t.Errorf("%s: Outcome is %v, want %v", code, e.Outcome, want.outcome)
			continue
		}
		if e.Temporary != want.temporary {
			t.Errorf("%s: Temporary is %v, want %v", code, e.Temporary, want.temporary)
			continue
		}
		if e.Op != "RebootInstances" {
			t.Errorf(`%s: Op is %q, want "RebootInstances"`, code, e.Op)
		}
		if e.Code != code {
			t.Errorf("%s: Code is %v, want %v", code, e.Code, code)
		}
		if e.Message != "message-7" {
			t.Errorf(`%s: Message is %q, want "message-7"`, code, e.Message)
		}
		if e.RequestID != "req-7" {
			t.Errorf(`%s: RequestID is %q, want "req-7"`, code, e.RequestID)
		}
		if e.HTTPStatus != 403 {
			t.Errorf("%s: HTTPStatus is %d, want 403", code, e.HTTPStatus)
		}
	}
}

func TestPowerErrorsShowNoSecret(t *testing.T) {
	for _, echo := range []string{"planted-key-secret", "planted-token", "https://ecs.aliyuncs.com/?SecurityToken=planted-token", "server string to sign is:POST&planted"} {
		row := refusal("i-2", "InvalidParameter", "Running")
		row["Message"] = "got " + echo
		row["CurrentStatus"] = echo
		failed := powerFailures(t, powerRows(succeeded("i-1"), row)) // looks for secrets
		var e *provider.APIError
		if !errors.As(failed["i-2"], &e) {
			t.Errorf("%v: got error %v, want a %T", echo, failed["i-2"], e)
		} else if e.Message == "" {
			t.Errorf("%v: Message is empty, want a value", echo)
		}
		row["Code"] = echo
		powerFailures(t, powerRows(succeeded("i-1"), row))
	}
}

func TestPowerEndsWithItsContext(t *testing.T) {
	for _, action := range powerActions {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			_, err := testDriver(t, roundTrip(hanging)).ChangePower(ctx, powerRequest(action, 1))
			if took := time.Since(start); took > 3*time.Second+100*time.Millisecond {
				t.Errorf("%s returned %v after the end of ctx", action, took-3*time.Second)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: got error %v, want %v", action, err, context.DeadlineExceeded)
			}
			if got := outcome(err); got != provider.OutcomeUnknown {
				t.Errorf("%s: outcome(err) is %v, want %v", action, got, provider.OutcomeUnknown)
			}
		})
	}
}

func TestAStartOfARunningServerTakesOneStartAndOneLook(t *testing.T) {
	var calls []string
	cfg := testConfig()
	cfg.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		var got wire
		if _, err := capture(&got, "")(r); err != nil {
			return nil, err
		}
		calls = append(calls, got.Action)
		if got.Action == "DescribeInstances" {
			return respond(200, describePage("", `{"InstanceId":"i-2","Status":"Running"}`))
		}
		return respond(200, powerRows(succeeded("i-1"), refusal("i-2", "IncorrectInstanceStatus", "Running")))
	})
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StartInstances(t.Context(), "", []string{"i-1", "i-2"}, nil); err != nil {
		t.Errorf("an instance that runs already is an error: %v", err)
	}
	if fmt.Sprint(calls) != "[StartInstances DescribeInstances]" {
		t.Errorf("the calls were %v, want one start and one look", calls)
	}
}

// TestPowerOfMoreServersThanACallTakes goes through the whole client: batches of
// a hundred, one error for each instance that is not there, and waits.
func TestPowerOfMoreServersThanACallTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{Count: 250})
		err := c.StopInstances(t.Context(), "", append(ids, "i-gone-1", "i-gone-2"), &provider.StopOptions{Force: true})
		var b *provider.BatchError
		if !errors.As(err, &b) {
			t.Fatalf("got error %v, want a %T", err, b)
		}
		if !errors.Is(err, provider.ErrNotFound) {
			t.Fatalf("got error %v, want %v", err, provider.ErrNotFound)
		}
		if unknown := []string{"i-gone-1", "i-gone-2"}; !slices.Equal(b.IDs(), unknown) {
			t.Errorf("b.IDs() is %v, want %v", b.IDs(), unknown)
		} else if !slices.Equal(b.Unknown(), unknown) {
			t.Errorf("b.Unknown() is %v, want %v", b.Unknown(), unknown)
		}
		if n := sim.Calls(cloudsim.ECS, "StopInstances"); n != 3 {
			t.Errorf("%d calls for 252 instances, want 3", n)
		}
		for _, step := range []func() error{
			func() error { return c.StopInstances(t.Context(), "", ids, &provider.StopOptions{Wait: true}) },
			func() error { return c.StartInstances(t.Context(), "", ids, &provider.StartOptions{Wait: true}) },
			func() error { return c.RebootInstances(t.Context(), "", ids, &provider.RebootOptions{Wait: true}) },
		} {
			if err := step(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestServersThatMayNotBeReleased: prepaid and protected ones are named, each
// with its reason, and the others are released all the same.
func TestServersThatMayNotBeReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := simClient(t, cloudsim.New(nil))
		plain := running(t, c, provider.RunInstancesSpec{Count: 3})
		prepaid := running(t, c, provider.RunInstancesSpec{Billing: provider.Billing{Mode: provider.Prepaid, Period: 1}})[0]
		protected := running(t, c, provider.RunInstancesSpec{DeletionProtection: true})[0]
		_, err := c.TerminateInstances(t.Context(), "", append(plain, prepaid, protected), nil)
		for id, code := range map[string]string{prepaid: "ChargeTypeViolation", protected: "InvalidOperation.DeletionProtection"} {
			if !slices.ContainsFunc(strings.Split(fmt.Sprint(err), "\n"), func(line string) bool { return strings.Contains(line, id) && strings.Contains(line, code) }) {
				t.Errorf("got %v, want %s for %s", err, code, id)
			}
		}
		if !errors.Is(err, provider.ErrState) {
			t.Errorf("got error %v, want %v", err, provider.ErrState)
		}
		if errors.Is(err, provider.ErrInvalid) {
			t.Errorf("got error %v, want one that is not %v", err, provider.ErrInvalid)
		}
		var left []string
		for i, err := range c.DescribeInstances(t.Context(), provider.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, i.ID)
		}
		slices.Sort(left)
		if want := slices.Sorted(slices.Values([]string{prepaid, protected})); !slices.Equal(left, want) {
			t.Errorf("left are %v, want %v", left, want)
		}
	})
}

// running makes instances and waits for them.
func running(t *testing.T, c *provider.Client, spec provider.RunInstancesSpec) []string {
	t.Helper()
	spec.ImageID, spec.InstanceType = "image-1", "ecs.g6.large"
	op, err := c.RunInstances(t.Context(), spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return op.InstanceIDs()
}

// A refusal of one instance inside a success is final, and is not repeated until the service
// looks unavailable.
func TestARefusalOfOneInstanceEndsAtOnce(t *testing.T) {
	for code, want := range map[string]error{
		"InstanceExpired": provider.ErrBalance, "InstanceLockedForSecurity": provider.ErrPermission,
		"OperationDenied.NoStock": provider.ErrNoStock, "InvalidInstanceId.NotFound": provider.ErrNotFound,
		"SomethingNew": nil, "InstanceExpiredOrInArrears": provider.ErrBalance, "instanceexpired": provider.ErrBalance,
		"InsufficientBalance": provider.ErrBalance, "DiskInArrears": provider.ErrBalance,
		"OperationDenied.SpotPriceLowerThanPublicPrice": provider.ErrNoStock, "QuotaExceed.ElasticQuota": provider.ErrQuota,
		"InvalidParameter.KMSKeyId.KMSUnauthorized": provider.ErrPermission, "CategoryViolation": provider.ErrInvalid,
		"InstanceType.ParameterMismatch": provider.ErrInvalid, "403": nil,
	} {
		calls := 0
		body := `{"RequestId":"r","InstanceResponses":{"InstanceResponse":[
			{"InstanceId":"i-1","Code":"` + code + `","Message":"why","CurrentStatus":"Stopped"},
			{"InstanceId":"i-2","Code":"200","CurrentStatus":"Starting"}]}}`
		d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			calls++
			return respond(200, body)
		}))
		synctest.Test(t, func(t *testing.T) {
			c := provider.NewClient(d, &provider.Options{Region: "cn-test-1"})
			err := c.StartInstances(t.Context(), "", []string{"i-1", "i-2"}, nil)
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Fatalf("%s: got %v, want an APIError", code, err)
			}
			if e.Code != code {
				t.Errorf("%s: the code is %q", code, e.Code)
			}
			if want != nil && !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", code, err, want)
			}
			if errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: got %v, want no ErrUnavailable", code, err)
			}
		})
		if calls != 1 {
			t.Errorf("%s: got %d calls, want 1", code, calls)
		}
	}
}
