package provider_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// sdkError stands for an error type of a vendor's SDK.
type sdkError struct{ code string }

func (e *sdkError) Error() string { return "sdk: " + e.code }

func TestAPIErrorText(t *testing.T) {
	for _, tc := range []struct {
		err  provider.APIError
		want string
	}{
		{provider.APIError{Driver: "d", Op: "Run", Kind: provider.ErrNoStock, Code: "NoStock", Message: "none left", RequestID: "r-1"}, "d: Run: no stock: NoStock: none left (request r-1)"},
		{provider.APIError{Driver: "d", Op: "Run", Code: "Odd"}, "d: Run: Odd"},
		{provider.APIError{Driver: "d", Op: "Run", Code: "Late", Message: "no", RequestID: "r-1", Hint: "set the clock"}, "d: Run: Late: no (request r-1); set the clock"},
		{provider.APIError{Driver: "d", Op: "Run"}, "d: Run"},
		{provider.APIError{Driver: "d", Op: "Run", Message: "line one\nline\ttwo\r"}, "d: Run: line one line two "},
		{provider.APIError{Driver: "d", Op: "Run", Err: errors.New("https://host/?Signature=s")}, "d: Run"},
	} {
		if got := tc.err.Error(); got != tc.want {
			t.Errorf("got  %q\nwant %q", got, tc.want)
		}
	}
}

func TestAPIErrorMatchesSentinelAndSDK(t *testing.T) {
	inner := &sdkError{"x"}
	err := fmt.Errorf("around: %w", &provider.APIError{Driver: "d", Kind: provider.ErrQuota, Err: inner})
	var api *provider.APIError
	var sdk *sdkError
	switch {
	case !errors.Is(err, provider.ErrQuota):
		t.Errorf("got error %v, want %v", err, provider.ErrQuota)
	case !errors.As(err, &api):
		t.Errorf("got error %v, want a %T", err, api)
	case !errors.As(err, &sdk):
		t.Errorf("got error %v, want a %T", err, sdk)
	case sdk != inner:
		t.Errorf("sdk: got %v, want %v", sdk, inner)
	}
	if errors.Is(err, provider.ErrNoStock) {
		t.Error("it matches another sentinel")
	}
	if bare := (&provider.APIError{}).Unwrap(); len(bare) != 0 {
		t.Errorf("an error of an unknown code unwraps to %v", bare)
	}
}

func TestFieldErrorText(t *testing.T) {
	for _, tc := range []struct {
		err  provider.FieldError
		want string
	}{
		{provider.FieldError{Path: "Count", Value: "-1", Reason: "must not be negative"}, `Count = "-1": must not be negative`},
		{provider.FieldError{Driver: "ens", Path: "Zone", Reason: "no zones"}, "ens: Zone: no zones"},
	} {
		if got := tc.err.Error(); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestCheckerCollects(t *testing.T) {
	c := provider.Checker{Driver: "d"}
	if c.Err() != nil {
		t.Errorf("a fresh checker has %v", c.Err())
	}
	c.Require(true, "A", 1, "never")
	c.Require(false, "B", 2, "two")
	c.Fail("C", nil, "three")
	c.Refuse("D", "four")
	err := c.Err()
	if got, want := err.Error(), "d: B = \"2\": two\nd: C: three\nd: D: four"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var one *provider.FieldError
	if !errors.Is(err, provider.ErrInvalid) || !errors.Is(err, errors.ErrUnsupported) || !errors.As(err, &one) || one.Path != "B" {
		t.Errorf("ErrInvalid, ErrUnsupported and the first problem must be found; got %v, %+v", err, one)
	}
	c.Fail("E", provider.Secret(planted), "a secret passed by mistake")
	if shows(c.Err().Error()) {
		t.Error("a Secret shows")
	}
}

// Checkers within others find what is wrong for the outermost, at its path.
func TestCheckerWritesPathsOfParts(t *testing.T) {
	c := &provider.Checker{Driver: "d"}
	disk := c.Item("DataDisks", 2)
	disk.Require(true, "Never", nil, "never")
	disk.Require(false, "SizeGiB", 5, "too small")
	disk.Fail("", nil, "the disk itself")
	c.In("Network").Item("Interfaces", 0).Refuse("Name", "has none")
	c.Entry("Tags", `a"b`).Fail("", "v", "too long")
	want := "d: DataDisks[2].SizeGiB = \"5\": too small\nd: DataDisks[2]: the disk itself\n" +
		"d: Network.Interfaces[0].Name: has none\nd: Tags[\"a\\\"b\"] = \"v\": too long"
	for _, k := range []*provider.Checker{c, disk} {
		if got := k.Err().Error(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestACallTakesSoManyIDs(t *testing.T) {
	c := provider.Checker{Driver: "mine"}
	for n, refused := range []bool{true, false, false, true} {
		err := c.CheckIDs(make([]string, n), 1, 2)
		if got := err != nil; got != refused {
			t.Errorf("%d IDs: error %v, want one: %v", n, err, refused)
		}
	}
	if err := c.Err(); err != nil {
		t.Errorf("the check of a call recorded %v, want nothing", err)
	}
}

func TestLaunchErrorText(t *testing.T) {
	for _, tc := range []struct {
		err  provider.LaunchError
		want string
	}{
		{provider.LaunchError{Driver: "d", InstanceID: "i-1", RawState: "LAUNCH_FAILED", Reason: "no disk"}, "d: i-1: launch failed: LAUNCH_FAILED: no disk"},
		{provider.LaunchError{Driver: "d", InstanceID: "i-1"}, "d: i-1: launch failed"},
	} {
		switch got := tc.err.Error(); {
		case got != tc.want:
			t.Errorf("result: got %v, want %v", got, tc.want)
		case !errors.Is(&tc.err, provider.ErrLaunchFailed):
			t.Errorf("got error %v, want %v", &tc.err, provider.ErrLaunchFailed)
		}
	}
}

func TestRunErrorText(t *testing.T) {
	e := &provider.RunError{Driver: "d", Asked: 300, Created: 100, Errs: []error{errors.New("full"), errors.New("odd"), errors.New("full")}}
	if got, want := e.Error(), "d: 100 of 300 instances created: full (2 times); odd"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	e.Errs = nil
	for i := range 30 {
		e.Errs = append(e.Errs, fmt.Errorf("reason %d", i))
	}
	if got := e.Error(); !strings.Contains(got, "reason 9") || strings.Contains(got, "reason 10") || !strings.Contains(got, "20 more") {
		t.Errorf("thirty reasons read %q", got)
	}
	if errors.Is(e, provider.ErrOutcomeUnknown) {
		t.Error("nothing says that instances may exist")
	}
}

func TestWaitErrorText(t *testing.T) {
	e := &provider.WaitError{Driver: "d", Target: provider.StateRunning, Err: context.DeadlineExceeded}
	for i := range 12 {
		e.Pending = append(e.Pending, provider.PendingInstance{ID: fmt.Sprintf("i-%02d", i), RawState: "BUILD"})
	}
	e.Pending[1].RawState = ""
	e.Failed = []*provider.LaunchError{{Driver: "d", InstanceID: "i-x", Reason: "broken"}}
	got := e.Error()
	for _, want := range []string{"d: waiting for running", "deadline exceeded", "1 failed: [i-x: launch failed: broken]", "12 still pending", "i-00 (BUILD)", "i-01 (never seen)", "i-09"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if strings.Contains(got, "i-10") {
		t.Errorf("more than ten are named: %q", got)
	}
	var launch *provider.LaunchError
	switch {
	case !errors.Is(e, context.DeadlineExceeded):
		t.Errorf("got error %v, want %v", e, context.DeadlineExceeded)
	case !errors.Is(e, provider.ErrLaunchFailed):
		t.Errorf("got error %v, want %v", e, provider.ErrLaunchFailed)
	case !errors.As(e, &launch):
		t.Errorf("got error %v, want a %T", e, launch)
	}
}
