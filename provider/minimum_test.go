package provider_test

import (
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A create that was refused whole proves that it would bring fewer than its
// minimum. When that cannot be enough, it is not asked for less: the caller wants
// no instances then.
func TestTooFewAreNotCreated(t *testing.T) {
	for _, tc := range []struct {
		what                            string
		count, minCount, stock, creates int
	}{
		{"one create", 10, 5, 4, 1},
		{"three creates, none of which brings its share", 30, 15, 4, 3},
	} {
		t.Run(tc.what, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.limits.InstancesPerCreate, f.limits.PartialCreates = 10, true
				stocked(f, tc.stock)
				s := spec(tc.count)
				s.MinCount = tc.minCount
				op, err := f.client().RunInstances(t.Context(), s, nil)
				if !errors.Is(err, provider.ErrNoStock) {
					t.Errorf("error: %v", err)
				}
				if made := len(f.made(provider.APIRunInstances)); made != tc.creates || len(op.InstanceIDs()) != 0 {
					t.Errorf("%d creates brought %d instances; at least %d were wanted", made, len(op.InstanceIDs()), tc.minCount)
				}
			})
		})
	}
}

// With a client token of the caller's own there is one create, and no other
// request may bear its token.
func TestOwnTokenIsNotAskedForLess(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.PartialCreates = true
		stocked(f, 3)
		s := spec(10)
		s.MinCount, s.ClientToken = 5, "mine"
		_, _ = f.client().RunInstances(t.Context(), s, nil)
		for _, c := range f.made(provider.APIRunInstances) {
			if c.spec.MinCount != 5 {
				t.Errorf("token %q went out with a minimum of %d", c.token, c.spec.MinCount)
			}
		}
	})
}
