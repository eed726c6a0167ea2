package provider_test

import (
	"errors"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// An operation that released its instances is over: a process that resumes it makes no
// others, neither from the alternatives that are left nor for creates that were
// never made.
func TestAnOperationThatWasGivenUpStaysSo(t *testing.T) {
	var began time.Time
	for name, tc := range map[string]struct {
		alternatives []provider.Alternative
		answers      func(f *fake)
	}{
		"stock ran out half way, then the quota": {
			alternatives: []provider.Alternative{{InstanceType: "t2.small"}, {InstanceType: "t3.small"}},
			answers: func(f *fake) {
				f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
					switch n {
					case 1, 2: // two of three, asked for twice
						less := *s
						less.Count = 2
						return f.create(&less), nil
					case 3:
						return nil, refusal(provider.ErrQuota, "Quota")
					default:
						return f.create(s), nil
					}
				}
			},
		},
		"a short answer, asked for again in vain": {
			alternatives: []provider.Alternative{{InstanceType: "t2.small"}},
			answers: func(f *fake) {
				f.limits.PartialCreates = false
				f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
					switch n {
					case 1:
						less := *s
						less.Count = 1
						return f.create(&less), nil
					case 2:
						return nil, refusal(provider.ErrBalance, "Balance")
					default: // the token still stands for the instance that was released
						return f.create(s), nil
					}
				}
			},
		},
		"one create was never taken": {
			answers: func(f *fake) {
				f.limits.InstancesPerCreate = 2
				f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
					if s.Count == 1 && time.Since(began) < 10*time.Minute {
						return nil, refusal(provider.ErrUnavailable, "Busy")
					}
					return f.create(s), nil
				}
			},
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.PartialCreates = true
			began = time.Now()
			tc.answers(f)
			var book notebook
			want := spec(3)
			run := provider.RunOptions{OnFailure: provider.TerminateOnFailure, Alternatives: tc.alternatives, Journal: &book}
			first, err := f.client().RunInstances(t.Context(), want, &run)
			if err == nil || len(f.alive()) != 0 {
				t.Fatalf("%s: %v, with %v alive", name, err, f.alive())
			}
			time.Sleep(20 * time.Minute)
			made := f.created
			var e *provider.RunError
			if _, err := first.Wait(t.Context(), nil); err == nil {
				t.Errorf("%s: there is nothing to wait for, and no error", name)
			}
			op, err := f.client().Resume(t.Context(), book.saved[len(book.saved)-1], &provider.ResumeOptions{Spec: &want, Run: &run})
			// What another process released is unknown to this one: it stays in hand, and is told.
			inHand := len(op.InstanceIDs()) != 0 && !errors.Is(err, provider.ErrNotFound)
			switch {
			case !errors.As(err, &e):
				t.Errorf("%s: got error %v, want a %T", name, err, e)
			case inHand:
				t.Errorf("%s: the instances that were given up are in hand: %v", name, err)
			case f.created != made:
				t.Errorf("%s: instances created: got %v, want %v", name, f.created, made)
			}
			if _, err = f.client().Resume(t.Context(), tokenOf(t, op), nil); !errors.As(err, &e) && !errors.Is(err, provider.ErrInvalid) {
				t.Errorf("%s: resumed without a spec: %v", name, err)
			}
		})
	}
}
