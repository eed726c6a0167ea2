package problem_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/problem"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEachClassHasAWordAndAStatus(t *testing.T) {
	for _, tc := range []struct {
		err    error
		class  string
		status int
	}{
		{provider.FieldErrors{{Path: "Count", Reason: "must not be negative"}}, "invalid", 422},
		{fmt.Errorf("x: %w", provider.ErrNoStock), "no-stock", 409},
		{provider.ErrQuota, "quota", 409},
		{provider.ErrBalance, "balance", 402},
		{provider.ErrAuth, "auth", 502},
		{provider.ErrPermission, "permission", 403},
		{provider.ErrThrottled, "throttled", 503},
		{provider.ErrUnavailable, "unavailable", 503},
		{provider.ErrSuperseded, "superseded", 409},
		{store.ErrNotFound, "not-found", 404},
		{errors.ErrUnsupported, "unsupported", 422},
		{errors.Join(provider.ErrUnavailable, provider.ErrOutcomeUnknown), "outcome-unknown", 502},
		{errors.New("a disk is full"), "internal", 500},
	} {
		p := problem.Of(tc.err)
		if p.Class != tc.class {
			t.Errorf("%v: got the class %q, want %q", tc.err, p.Class, tc.class)
		}
		if p.Status != tc.status {
			t.Errorf("%v: got the status %d, want %d", tc.err, p.Status, tc.status)
		}
		if p.Title == "" || p.Detail == "" {
			t.Errorf("%v: got the title %q and the detail %q, want both", tc.err, p.Title, p.Detail)
		}
	}
}

func TestAProblemSaysWhatTheErrorKnows(t *testing.T) {
	api := &provider.APIError{
		Driver: "aliyun", Op: "RunInstances", Code: "Zone.NotOnSale", RequestID: "r-1", Outcome: provider.OutcomeRejected,
		Kind: provider.ErrNoStock, RetryAfter: 3 * time.Second, Err: errors.New("the SDK's"),
	}
	err := fmt.Errorf("job 7: %w", &provider.RunError{Driver: "aliyun", Operation: "web", Asked: 3, Created: 1, Errs: []error{api}})
	p := problem.Of(err)
	if want := []problem.Call{{Cloud: "aliyun", Call: "RunInstances", Code: "Zone.NotOnSale", RequestID: "r-1", Outcome: "rejected"}}; !slices.Equal(p.Calls, want) {
		t.Errorf("got the calls %v, want %v", p.Calls, want)
	}
	if p.Operation != "web" || p.Asked != 3 || p.Created != 1 {
		t.Errorf("got operation %q with %d of %d, want web with 1 of 3", p.Operation, p.Created, p.Asked)
	}
	if p.OutcomeUnknown {
		t.Error("the outcome is known")
	}
	if p.RetryAfterSeconds != 3 {
		t.Errorf("got %d s, want 3", p.RetryAfterSeconds)
	}
	wait := problem.Of(&provider.WaitError{
		Failed: []*provider.LaunchError{{InstanceID: "i-1"}}, Pending: []provider.PendingInstance{{ID: "i-2"}},
		NotVisible: []provider.PendingInstance{{ID: "i-3"}},
	})
	if got, want := slices.Concat(wait.Failed, wait.Pending, wait.NotVisible), []string{"i-1", "i-2", "i-3"}; !slices.Equal(got, want) {
		t.Errorf("got the instances %v, want %v", got, want)
	}
}

func TestFieldsComeTogether(t *testing.T) {
	p := problem.Of(provider.FieldErrors{
		{Path: "Count", Value: "-1", Reason: "must not be negative"},
		{Driver: "ens", Path: "Zone", Reason: "no such level", Unsupported: true},
	})
	want := []problem.Field{
		{Path: "Count", Value: "-1", Reason: "must not be negative"},
		{Cloud: "ens", Path: "Zone", Reason: "no such level"},
	}
	if !slices.Equal(p.Fields, want) {
		t.Errorf("got the fields %v, want %v", p.Fields, want)
	}
}

// A problem of a file has its place.
func TestProblemsOfFilesHaveTheirPlace(t *testing.T) {
	_, err := specfile.Parse([]byte("version: 1\nspec: {imageID: x}\n"), "fleet.yaml", nil)
	got := problem.Of(err).Fields
	want := []problem.Field{{Path: "spec.imageID", Reason: "unknown field; did you mean imageId?", Line: 2, Column: 8}}
	if !slices.Equal(got, want) {
		t.Errorf("got the fields %v, want %v", got, want)
	}
}

func TestAnErrorOfAHandlerIsTheAnswer(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Handler(func(http.ResponseWriter, *http.Request) error { return provider.ErrNoStock }).ServeHTTP(w, nil)
	if w.Code != 409 {
		t.Errorf("got the status %d, want 409", w.Code)
	}
}

func TestAnAnswerIsAProblemOfHTTP(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Write(w, provider.ErrQuota)
	if w.Code != 409 {
		t.Errorf("got the status %d, want 409", w.Code)
	}
	if got, want := w.Header().Get("Content-Type"), "application/problem+json"; got != want {
		t.Errorf("got the type %q, want %q", got, want)
	}
	var p problem.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Class != "quota" {
		t.Errorf("got %s (%v), want the class quota", w.Body, err)
	}
}
