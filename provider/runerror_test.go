package provider

import (
	"errors"
	"fmt"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/journal"
)

// An error of a create is one paragraph: what exists, what happened, the operation, and
// what to do next.
func TestRunErrorParagraphs(t *testing.T) {
	lost := &APIError{Driver: "d", Op: "RunInstances", Kind: ErrUnavailable, HTTPStatus: 503, Message: "busy", RequestID: "r-1"}
	quota := &APIError{Driver: "d", Op: "RunInstances", Kind: ErrQuota, HTTPStatus: 403, Code: "Quota", Message: "full"}
	many := make([]string, 12)
	for i := range many {
		many[i] = fmt.Sprintf("i-%d", i+1)
	}
	for _, tc := range []struct {
		what string
		err  RunError
		want string
	}{
		{
			"open",
			RunError{Driver: "d", Operation: "op", Asked: 4, Created: 2, Errs: []error{lost}, unknown: true, failed: true, open: true},
			"d: 2 of 4 instances exist for certain, more may exist: RunInstances: service unavailable: HTTP 503: busy (request r-1); " +
				"operation op: resume it; do not create again",
		},
		{
			"open with all in hand",
			RunError{Driver: "d", Operation: "op", Asked: 2, Created: 2, Errs: []error{lost}, unknown: true},
			"d: 2 of 2 instances are in hand, and no answer has confirmed them: RunInstances: service unavailable: HTTP 503: busy (request r-1); " +
				"operation op: resume it; do not create again",
		},
		{
			"some left to create",
			RunError{Driver: "d", Operation: "op", Asked: 4, Created: 2, Errs: []error{errors.New("slow")}, failed: true, open: true},
			"d: 2 of 4 instances created: slow; operation op: resume it to create the rest",
		},
		{
			"refused",
			RunError{Driver: "d", Operation: "op", Asked: 4, Created: 2, Errs: []error{quota, quota}, failed: true},
			"d: 2 of 4 instances created: RunInstances: quota exceeded: HTTP 403: Quota: full (2 times); " +
				"operation op: the instances are kept; Operation.Terminate releases them",
		},
		{
			"nothing created",
			RunError{Driver: "d", Operation: "op", Asked: 4, Errs: []error{quota}, failed: true},
			"d: 0 of 4 instances created: RunInstances: quota exceeded: HTTP 403: Quota: full; operation op",
		},
		{
			"released",
			RunError{Driver: "d", Operation: "op", Asked: 4, Errs: []error{quota}, Released: []string{"i-1", "i-2"}, failed: true},
			"d: 0 of 4 instances created, 2 released again: RunInstances: quota exceeded: HTTP 403: Quota: full; operation op",
		},
		{
			"one too many",
			RunError{Driver: "d", Operation: "op", Asked: 1, Created: 2, Surplus: []string{"i-2"}},
			"d: 2 of 1 instances created, 1 beyond what was asked for (i-2); " +
				"operation op: look at the instances beyond, and release them by ID if they are not wanted",
		},
		{
			"one that may be another's",
			RunError{Driver: "d", Operation: "op", Asked: 1, Created: 1, Doubtful: []string{"i-2"}},
			"d: 1 of 1 instances created, 1 named that may not belong to it (i-2); " +
				"operation op: look at the instances beyond, and release them by ID if they are not wanted",
		},
		{
			"given up, and some left to create",
			RunError{Driver: "d", Operation: "op", Asked: 4, Created: 2, MayAppear: 2, Errs: []error{lost}, failed: true, open: true},
			"d: 2 of 4 instances created, up to 2 may still appear of creates whose answers were lost: " +
				"RunInstances: service unavailable: HTTP 503: busy (request r-1); " +
				"operation op: resume it in some minutes: it looks for those first, and creates the rest",
		},
		{
			"given up, and refused",
			RunError{Driver: "d", Operation: "op", Asked: 4, Created: 2, MayAppear: 2, Errs: []error{quota}, failed: true},
			"d: 2 of 4 instances created, up to 2 may still appear of creates whose answers were lost: " +
				"RunInstances: quota exceeded: HTTP 403: Quota: full; " +
				"operation op: resume or terminate it in some minutes: that finds them",
		},
		{
			"many too many",
			RunError{Driver: "d", Asked: 1, Created: 13, Surplus: many},
			"d: 13 of 1 instances created, 12 beyond what was asked for (i-1, i-2, i-3, i-4, i-5, i-6, i-7, i-8, i-9, i-10 and 2 more)" +
				": look at the instances beyond, and release them by ID if they are not wanted",
		},
		{
			"superseded",
			RunError{Driver: "d", Operation: "op", Asked: 1, Errs: []error{&journal.Error{Err: ErrSuperseded}}, unknown: true},
			"d: 0 of 1 instances exist for certain, more may exist: saving the operation in its journal: superseded by another process; " +
				"operation op: another process goes on with it; nothing is sent or released here",
		},
		{
			"out of stock",
			RunError{Driver: "d", Asked: 1, Tried: []TriedAlternative{
				{Alternative: Alternative{InstanceType: "t1", Zone: "a"}, Err: ErrNoStock},
				{Alternative: Alternative{InstanceType: "t2"}, Err: ErrNoStock, Skipped: true},
			}},
			"d: 0 of 1 instances created; out of stock: [t1 a] no stock, [t2] no stock (a moment ago)",
		},
	} {
		if got := tc.err.Error(); got != tc.want {
			t.Errorf("%s:\n%s\nwant\n%s", tc.what, got, tc.want)
		}
	}
}
