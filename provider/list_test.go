package provider_test

import (
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A large operation whose instances bear its tag is looked at by listing who runs, as
// long as few do; without a tag, or on a cloud that cannot filter so, by ID.
func TestWaitListsWhoRunsOfALargeOperation(t *testing.T) {
	for name, tc := range map[string]struct {
		owner string
		can   bool
		most  int // that the filter may return
		want  bool
	}{
		"marked":              {"team-a", true, 0, true},
		"unmarked":            {"", true, 0, false},
		"no filter for state": {"team-a", false, 0, false},
		"more than it shows":  {"team-a", true, 399, false},
		"all that it shows":   {"team-a", true, 400, true},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.limits.ListsRunning, f.limits.TagFilterCap = tc.can, tc.most
				f.boot = 30 * time.Second
				var lists int
				f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
					if r.Running {
						lists++
						if len(r.IDs) > 0 || r.Tags[provider.OperationTag] == "" {
							t.Errorf("a listing of %+v", r)
						}
					}
					return f.look(r), nil
				}
				op, err := f.client().RunInstances(t.Context(), spec(400), &provider.RunOptions{Owner: tc.owner})
				if err != nil {
					t.Fatal(err)
				}
				list, err := op.Wait(t.Context(), nil)
				if err != nil || len(list) != 400 {
					t.Errorf("%d instances run, and %v", len(list), err)
				}
				if (lists > 0) != tc.want {
					t.Errorf("%d listings", lists)
				}
			})
		})
	}
}
