package qingcloud

import (
	"encoding/json"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// answer is what every answer has: the SDK looks for these two fields.
type answer struct {
	RetCode *int    `json:"ret_code"`
	Message *string `json:"message"`
}

// succeeded reports whether the answer was read and says that the call succeeded.
func (a *answer) succeeded() bool { return a.RetCode != nil && *a.RetCode == 0 }

// lenient decodes what it can: one odd field must not lose the IDs beside it. When a field
// has the wrong type, encoding/json skips that field, finishes, and then reports it. Only
// ret_code must have its type: skipped, it would read as success.
func lenient(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if odd := (*json.UnmarshalTypeError)(nil); errors.As(err, &odd) {
		var strict struct {
			RetCode *int `json:"ret_code"`
		}
		return json.Unmarshal(b, &strict)
	}
	return err
}

// runAnswer is the answer of RunInstances.
type runAnswer struct {
	answer
	Instances []string `json:"instances"`
	JobID     string   `json:"job_id"`
}

func (a *runAnswer) decode(b []byte) error {
	type plain runAnswer
	return lenient(b, (*plain)(a))
}

// UnmarshalJSON decodes what it can.
func (a *runAnswer) UnmarshalJSON(b []byte) error { return a.decode(b) }

// result returns the instances that the answer names, or nil when it names none.
func (a *runAnswer) result() *provider.RunResult {
	ids := adapter.Distinct(a.Instances)
	if len(ids) == 0 {
		return nil
	}
	return &provider.RunResult{InstanceIDs: ids, JobID: a.JobID}
}

// salvaged returns the answer, or what a body names that could not be decoded or ended
// early: instances that exist must not be lost.
func (a *runAnswer) salvaged(body []byte) *runAnswer {
	if len(a.Instances) > 0 {
		return a
	}
	found := oncehttp.Salvage(body, "instances")
	return &runAnswer{Instances: oncehttp.OnlyIDs(found.IDs), JobID: found.Texts["job_id"]}
}

// describeAnswer is the answer of DescribeInstances.
type describeAnswer struct {
	answer
	InstanceSet []Instance `json:"instance_set"`
	TotalCount  *Number    `json:"total_count"`
}

func (a *describeAnswer) decode(b []byte) error {
	type plain describeAnswer
	return lenient(b, (*plain)(a))
}

// UnmarshalJSON decodes what it can.
func (a *describeAnswer) UnmarshalJSON(b []byte) error { return a.decode(b) }

// lists reports whether the answer has a list. An answer without one is an empty list only
// if its total is 0.
func (a *describeAnswer) lists() bool {
	saysNone := a.TotalCount != nil && *a.TotalCount == 0
	return a.InstanceSet != nil || saysNone
}
