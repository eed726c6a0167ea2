package account_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
)

// A refusal for the state of IDs stands for those that still need the change, and passes when
// all of them are on their way. An ID that is new is waited for.
func TestAChangeSettlesItsRefusals(t *testing.T) {
	unknown, state := errors.New("unknown"), errors.New("wrong state")
	synctest.Test(t, func(t *testing.T) {
		soon := time.Now().Add(time.Minute)
		moving, blind := false, error(nil)
		b := account.Batches{Judge: func(err error) account.Verdict {
			return account.Verdict{Unknown: errors.Is(err, unknown), ByState: errors.Is(err, state)}
		}}
		account.Change{
			NewUntil: func(id string) (until time.Time) {
				if id == "new" {
					until = soon
				}
				return until
			},
			Look: func(_ context.Context, ids []string) (left []string, all bool, err error) {
				left = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "done" })
				return left, moving, blind
			},
		}.Prepare(&b)
		for _, tc := range []struct {
			name      string
			ids       []string
			err       error
			moving    bool
			blind     error
			left      []string
			transient bool
		}{
			{"a new ID", []string{"new"}, unknown, false, nil, []string{"new"}, true},
			{"an old ID", []string{"old"}, unknown, false, nil, []string{"old"}, false},
			{"a new ID beside another", []string{"new", "old"}, unknown, false, nil, []string{"new", "old"}, false},
			{"a state", []string{"done", "old"}, state, false, nil, []string{"old"}, false},
			{"a passing state", []string{"done", "old"}, state, true, nil, []string{"old"}, true},
			{"a state without a look", []string{"done", "old"}, state, true, errors.New("blind"), []string{"done", "old"}, false},
		} {
			moving, blind = tc.moving, tc.blind
			r := b.Settle(t.Context(), tc.ids, tc.err)
			if !slices.Equal(r.Left, tc.left) {
				t.Errorf("%s: the refusal stands for %q, want %q", tc.name, r.Left, tc.left)
			}
			if r.Transient != tc.transient {
				t.Errorf("%s: the refusal is transient: %t, want %t", tc.name, r.Transient, tc.transient)
			}
			if !errors.Is(r.Err, tc.err) {
				t.Errorf("%s: the error is %v, want %v", tc.name, r.Err, tc.err)
			}
			if tc.blind != nil && !errors.Is(r.Err, tc.blind) {
				t.Errorf("%s: the error is %v, want %v in it", tc.name, r.Err, tc.blind)
			}
		}
	})
}

// Groups are as few as the limit of a call allows.
func TestGroupsArePacked(t *testing.T) {
	for n, sizes := range map[int][]int{0: nil, 3: {3}, 4: {3, 1}, 6: {3, 3}} {
		var got []int
		for _, g := range account.Groups(make([]string, n), 3, nil) {
			got = append(got, len(g.IDs))
		}
		if !slices.Equal(got, sizes) {
			t.Errorf("%d IDs are packed into groups of %v, want %v", n, got, sizes)
		}
	}
}
