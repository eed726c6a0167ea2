package provider_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A driver that goes on using its list does not change what the operation remembers.
func TestAnswersAreNotTheDriversOwn(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := []string{"i-1"}
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{InstanceIDs: ids}, nil
		}
		op := run(t, f.client(), 1)
		ids[0] = "changed"
		if got := op.Answers()[0].InstanceIDs[0]; got != "i-1" {
			t.Errorf("the answer named %s, want i-1", got)
		}
	})
}
