package ens

import (
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/tolerant"
	"github.com/yunfan-cloud/yunfan/provider"
)

// bareAnswer is an answer with a code and nothing else to read.
type bareAnswer struct {
	Code alicloud.Text
}

// runAnswer is the answer of both create calls. CreateInstance puts the list of IDs into an object, and
// RunInstances does not. Only CreateInstance has a Code.
type runAnswer struct {
	Code        alicloud.Text
	OrderID     alicloud.Text `json:"OrderId"`
	InstanceIDs alicloud.IDs  `json:"InstanceIds"`
}

// result returns what the answer names.
func (a *runAnswer) result(resp *alicloud.Response) *provider.RunResult {
	return &provider.RunResult{
		InstanceIDs: a.InstanceIDs.Distinct(),
		RequestID:   resp.RequestID,
		OrderID:     string(a.OrderID),
	}
}

// salvaged returns what an answer names that is an error, or that ended early: instances that exist
// must not be lost. It returns nil when there are none.
func salvaged(resp *alicloud.Response) *provider.RunResult {
	if resp == nil {
		return nil
	}
	var a runAnswer
	if _, err := tolerant.Unmarshal(resp.Body, &a); err != nil {
		ids, order := resp.Salvage("InstanceIds", "InstanceId")
		a = runAnswer{OrderID: alicloud.Text(order), InstanceIDs: ids}
	}
	if len(a.InstanceIDs.Distinct()) == 0 {
		return nil
	}
	return a.result(resp)
}

// describeAnswer is read by the SDK's decoder, because it is long. Its pointers tell an empty list
// from no list, and a total of 0 from no total.
type describeAnswer struct {
	*responses.BaseResponse
	Code       alicloud.Text
	PageSize   int
	TotalCount *int
	Instances  *struct{ Instance []RawInstance }
}

// unreadRow is the path of an instance that could not be read at all.
const unreadRow = "Instances.Instance[]"

// lists reports whether the answer has a list. An answer without one, or with an empty value in its
// place, is an empty list only if its total is 0.
func (a *describeAnswer) lists(body []byte) bool {
	if a.Instances != nil && a.Instances.Instance != nil {
		return true
	}
	named := a.Instances != nil || alicloud.HasEmpty(body, "Instances")
	return named && a.TotalCount != nil && *a.TotalCount == 0
}

// rows returns the instances.
func (a *describeAnswer) rows() []RawInstance {
	if a.Instances == nil {
		return nil
	}
	return a.Instances.Instance
}
