package main

import (
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestCallsInWords(t *testing.T) {
	create := call{provider.APIRunInstances, 3, "ok"}
	lost := call{provider.APIRunInstances, 3, string(provider.OutcomeUnknown)}
	look := call{provider.APIDescribeInstances, 3, "ok"}
	badLook := call{provider.APIDescribeInstances, 3, string(provider.OutcomeUnknown)}
	throttled := call{provider.APITerminateInstances, 3, string(provider.OutcomeThrottled)}
	refused := call{provider.APITerminateInstances, 3, string(provider.OutcomeRejected)}
	release := call{provider.APITerminateInstances, 3, "ok"}
	for _, c := range []struct {
		calls []call
		found bool // the instances of lost answers
		want  []string
	}{
		{nil, false, nil},
		{[]call{create, look, look}, false, []string{"1 create", "2 describes"}},
		{[]call{lost}, false, []string{"1 create", "1 lost answer"}},
		{[]call{lost, create}, true, []string{"1 create", "1 lost answer repeated"}},
		{[]call{lost, look}, true, []string{"1 create", "1 describe", "1 lost answer found again"}},
		{[]call{lost, lost, create, create}, false, []string{"2 creates", "2 lost answers repeated"}},
		{[]call{badLook, badLook, look}, false, []string{"1 describe", "2 failed calls repeated"}},
		{[]call{refused, refused, release}, false, []string{"1 release", "2 refused calls repeated"}},
		{[]call{throttled, release}, false, []string{"1 release", "1 throttled call repeated"}},
	} {
		sum := tally{counts: map[provider.API]int{}}
		for _, one := range c.calls {
			sum.add(one)
		}
		if c.found {
			sum.found()
		}
		if got := sum.describe(); !slices.Equal(got, c.want) {
			t.Errorf("%v in words is %q, want %q", c.calls, got, c.want)
		}
		if sum.total != len(c.calls) {
			t.Errorf("%v: %d calls were counted, want %d", c.calls, sum.total, len(c.calls))
		}
	}
}
