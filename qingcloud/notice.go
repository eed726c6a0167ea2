package qingcloud

import (
	"context"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

var _ notice.Driver = (*driver)(nil)

// Names of the questions.
const (
	questionSuspended = "suspended instances"
	questionJobs      = "failed jobs"
)

// toldFor is how long failed creates are told.
const toldFor = 24 * time.Hour

// Questions implements [notice.Driver]. The vendor has no calls about maintenance and failures of hosts.
func (d *driver) Questions() []notice.Question {
	return []notice.Question{
		{
			Name: questionSuspended, Call: "DescribeInstances status=suspended",
			Kinds: []notice.Kind{notice.Overdue}, Every: 5 * time.Minute,
		},
		{
			Name: questionJobs, Call: "DescribeJobs status=failed",
			Kinds: []notice.Kind{notice.LateFailure}, Every: 5 * time.Minute,
		},
	}
}

// DescribeNotices implements [notice.Driver] by DescribeInstances and by DescribeJobs, both with a filter.
func (d *driver) DescribeNotices(
	ctx context.Context, region, question, pageToken string,
) (*provider.Page[notice.Notice], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	zone := d.regionOf(region)
	switch question {
	case questionSuspended:
		return d.suspended(ctx, zone, offset)
	case questionJobs:
		return d.failedJobs(ctx, zone, offset)
	}
	return nil, &provider.FieldError{Driver: Name, Path: "question", Value: question, Reason: "there is no such question"}
}

// suspendedInput is a request of DescribeInstances.
type suspendedInput struct {
	Status []*string `name:"status" location:"params"`
	Offset *int      `name:"offset" location:"params"`
	Limit  *int      `name:"limit" location:"params"`
}

// suspendedAnswer has what notices need of the answer of DescribeInstances.
type suspendedAnswer struct {
	answer
	Instances  []suspendedRow `json:"instance_set"`
	TotalCount *Number        `json:"total_count"`
}

type suspendedRow struct {
	ID         string `json:"instance_id"`
	Status     Word   `json:"status"`
	Transition Word   `json:"transition_status"`
}

// suspended reads a page of the instances that are suspended, which the service does for one reason: the
// account owes money. The status has to be in the row too: a service that does not know the filter would
// list every instance.
func (d *driver) suspended(ctx context.Context, zone string, offset int) (*provider.Page[notice.Notice], error) {
	in := &suspendedInput{Status: list([]string{"suspended"}), Offset: number(offset), Limit: number(perCall)}
	out := &suspendedAnswer{}
	if err := d.call(ctx, &call{action: actionDescribe, zone: zone, in: in}, out); err != nil {
		return nil, err
	}
	return noticePage(actionDescribe, out.Instances, out.TotalCount, offset, func(row *suspendedRow) (list []notice.Notice, id string) {
		held := lockOf(string(row.Status), string(row.Transition)) == provider.LockArrears
		if held {
			raw := Instance{Status: row.Status, Transition: row.Transition}
			list = []notice.Notice{{Kind: notice.Overdue, InstanceID: row.ID, Region: zone, RawKind: raw.rawState()}}
		}
		return list, row.ID
	})
}

// failedJobs reads a page of the jobs that have failed, and keeps the creates of the last day. The answer does
// not say which instances of a create have failed: all of them are told.
func (d *driver) failedJobs(ctx context.Context, zone string, offset int) (*provider.Page[notice.Notice], error) {
	in := &jobsInput{Status: list([]string{"failed"}), Offset: number(offset), Limit: number(perCall)}
	out := &jobsAnswer{}
	if err := d.call(ctx, &call{action: actionJobs, zone: zone, in: in}, out); err != nil {
		return nil, err
	}
	return noticePage(actionJobs, out.JobSet, out.TotalCount, offset, func(j *job) (list []notice.Notice, id string) {
		ended := timeOf(j.StatusTime)
		old := !ended.IsZero() && time.Since(ended) > toldFor
		create := j.Action == actionRun && strings.EqualFold(string(j.Status), "failed")
		if old || !create {
			return nil, j.ID
		}
		for _, instance := range j.instances() {
			list = append(list, notice.Notice{
				Kind: notice.LateFailure, Stage: notice.Done, InstanceID: instance, Region: zone, EventID: j.ID,
				Published: ended, Reason: string(j.ErrorCodes), RawKind: j.Action, RawStage: string(j.Status),
			})
		}
		return list, j.ID
	})
}

// instances returns the IDs of the instances of a job. The documents have them as one text, with blanks between
// them.
func (j *job) instances() (ids []string) {
	for _, word := range strings.FieldsFunc(string(j.ResourceIDs), func(r rune) bool { return strings.ContainsRune(" ,[]\"", r) }) {
		if strings.HasPrefix(word, "i-") {
			ids = append(ids, word)
		}
	}
	return ids
}

// noticePage turns the rows of an answer into a page. Of returns the notices of a row, and its ID. A row
// without one is left out.
func noticePage[R any](
	action string, rows []R, total *Number, offset int, of func(*R) (list []notice.Notice, id string),
) (*provider.Page[notice.Notice], error) {
	page, err := listPage(action, rows, total, offset, of)
	if err != nil {
		return nil, err
	}
	flat := &provider.Page[notice.Notice]{NextPage: page.NextPage}
	for _, list := range page.Items {
		flat.Items = append(flat.Items, list...)
	}
	return flat, nil
}
