package aliyun

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// methods are the calls of the driver.
func methods() map[string]func(*driver, context.Context) error {
	return map[string]func(*driver, context.Context) error{
		"RunInstances": func(d *driver, ctx context.Context) error {
			_, err := d.RunInstances(ctx, onDemandSpec())
			return err
		},
		"DescribeInstances": func(d *driver, ctx context.Context) error {
			_, err := d.DescribeInstances(ctx, &provider.DescribeRequest{IDs: []string{"i-1"}})
			return err
		},
		"TerminateInstances": func(d *driver, ctx context.Context) error {
			return d.TerminateInstances(ctx, &provider.TerminateRequest{IDs: []string{"i-1"}})
		},
		"DescribeImages": func(d *driver, ctx context.Context) error {
			_, err := d.DescribeImages(ctx, &catalog.ImageQuery{}, "")
			return err
		},
		"DescribeVSwitches": func(d *driver, ctx context.Context) error {
			_, err := d.DescribeSubnets(ctx, &catalog.NetworkQuery{}, "")
			return err
		},
		"DescribePrice": func(d *driver, ctx context.Context) error {
			_, _, err := d.DescribePrice(ctx, minimalSpec())
			return err
		},
		"ChangePower": func(d *driver, ctx context.Context) error {
			_, err := d.ChangePower(ctx, &provider.PowerRequest{IDs: []string{"i-1"}, Action: provider.PowerStop})
			return err
		},
	}
}

func hanging(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestCancelReturnsAtOnce(t *testing.T) {
	for name, call := range methods() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
				defer cancel()
				start := time.Now()
				err := call(testDriver(t, roundTrip(hanging)), ctx)
				if took := time.Since(start); took > 7*time.Second+100*time.Millisecond {
					t.Errorf("the call returned %v after its start, ctx ended after 7s", took)
				}
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
				}
				if errors.Is(err, provider.ErrUnavailable) {
					t.Errorf("got error %v, want one that is not %v", err, provider.ErrUnavailable)
				}
				if outcome(err) != provider.OutcomeUnknown {
					t.Errorf("the outcome is %q, want unknown: the request may have arrived", outcome(err))
				}
			})
		})
	}
}

func TestAServerThatNeverAnswersEndsTheCall(t *testing.T) {
	for name, call := range methods() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := call(testDriver(t, roundTrip(hanging)), t.Context())
				took := time.Since(start)
				least := 10 * time.Second
				if name == "RunInstances" {
					least = time.Minute
				}
				if took < least {
					t.Errorf("gave up after %v, want at least %v", took, least)
				}
				if took > 2*time.Minute {
					t.Errorf("gave up after %v, want at most 2m", took)
				}
				if errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got error %v, want one that is not %v", err, context.DeadlineExceeded)
				}
				if !errors.Is(err, provider.ErrUnavailable) {
					t.Errorf("got error %v, want %v", err, provider.ErrUnavailable)
				}
				if got := outcome(err); got != provider.OutcomeUnknown {
					t.Errorf("outcome(err) is %v, want %v", got, provider.OutcomeUnknown)
				}
			})
		})
	}
}

func outcome(err error) provider.Outcome {
	var e *provider.APIError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Outcome
}

func TestParallelCreatesDoNotMix(t *testing.T) {
	d := testDriver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		var got wire
		if _, err := capture(&got, "")(r); err != nil {
			return nil, err
		}
		return respond(200, fmt.Sprintf(`{"RequestId":"r","InstanceIdSets":{"InstanceIdSet":["i-%s"]}}`, got.Params["ClientToken"]))
	}))
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			s := onDemandSpec()
			s.ClientToken = fmt.Sprint("token-", i)
			got, err := d.RunInstances(t.Context(), s)
			if err != nil {
				t.Errorf("%v: got error %v, want none", i, err)
			} else if !slices.Equal(got.InstanceIDs, []string{"i-" + s.ClientToken}) {
				t.Errorf("%v: InstanceIDs is %v, want %v", i, got.InstanceIDs, []string{"i-" + s.ClientToken})
			}
		})
	}
	wg.Wait()
}
