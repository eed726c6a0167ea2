package aliyun

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// status is what every answer says about its own success: nothing, unless it is an error.
type status struct {
	RequestID alicloud.Text `json:"RequestId"`
	Code      alicloud.Text `json:"Code"`
	Message   alicloud.Text `json:"Message"`
}

// succeeded reports whether the code in an answer with HTTP 2xx means success.
func (s *status) succeeded() bool { return alicloud.Succeeded(s.Code) }

// runAnswer is the answer of RunInstances.
type runAnswer struct {
	status
	OrderID        alicloud.Text `json:"OrderId"`
	InstanceIDSets alicloud.IDs  `json:"InstanceIdSets"`
}

// result returns what the answer names.
func (a *runAnswer) result() *provider.RunResult {
	return &provider.RunResult{
		InstanceIDs: a.InstanceIDSets.Distinct(),
		RequestID:   string(a.RequestID),
		OrderID:     string(a.OrderID),
	}
}

// salvaged returns what an answer names that is an error, or that ended early: instances that
// exist must not be lost. It returns nil when there are none.
func salvaged(resp *alicloud.Response) *provider.RunResult {
	if resp == nil {
		return nil
	}
	var a runAnswer
	if json.Unmarshal(resp.Body, &a) != nil {
		ids, order := resp.Salvage("InstanceIdSet", "InstanceIdSets")
		a = runAnswer{OrderID: alicloud.Text(order), InstanceIDSets: ids}
		a.RequestID = alicloud.Text(resp.RequestID)
	}
	if len(a.InstanceIDSets) == 0 {
		return nil
	}
	return a.result()
}

// losesIDs reports whether the list of IDs in an answer has an entry that names no instance, or
// one that was named before. Such an answer does not say that fewer instances were made.
func losesIDs(body []byte) bool {
	var a struct {
		InstanceIDSets struct {
			InstanceIDSet []any `json:"InstanceIdSet"`
		} `json:"InstanceIdSets"`
	}
	if json.Unmarshal(body, &a) != nil { // the list has another shape
		return false
	}
	seen := map[any]bool{"": true}
	for _, entry := range a.InstanceIDSets.InstanceIDSet {
		id, ok := entry.(string)
		if !ok || seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
}

// describeAnswer is read by the SDK's decoder, because it is long.
type describeAnswer struct {
	*responses.BaseResponse
	RequestID  string `json:"RequestId"`
	NextToken  string `json:"NextToken"`
	TotalCount *int   `json:"TotalCount"`
	Instances  *struct {
		Instance []RawInstance `json:"Instance"`
	} `json:"Instances"`
}

// lists reports whether the answer has a list. An answer without one, or with an empty value in its
// place, is an empty list only if its total is 0.
func (a *describeAnswer) lists(body []byte) bool {
	if a.Instances != nil && a.Instances.Instance != nil {
		return true
	}
	named := a.Instances != nil || alicloud.HasEmpty(body, "Instances")
	return named && a.TotalCount != nil && *a.TotalCount == 0
}

// terminateAnswer is the answer of DeleteInstances.
type terminateAnswer struct{ status }

// pageInfo is what every answer with page numbers says about itself.
type pageInfo struct {
	TotalCount alicloud.Text `json:"TotalCount"`
	PageSize   alicloud.Text `json:"PageSize"`
}

// lacks reports whether an answer without a list is no empty list either: that has an empty value in
// place of the list, and a total of 0.
func (a *pageInfo) lacks(body []byte, list string) bool {
	return a.TotalCount.Int() != 0 || a.TotalCount == "" || !alicloud.HasEmpty(body, list)
}

// isNoID reports whether an object or a list stands in place of an ID.
func isNoID(text alicloud.Text) bool {
	return strings.HasPrefix(string(text), "{") || strings.HasPrefix(string(text), "[")
}

// next returns the token of the page after the one of a token, or "" for the last page. A page
// that is not full is the last one whatever the total says, because what else is counted may be
// gone by then. The answer says how much a full page holds: a service may make pages smaller
// than it was asked for.
func (a *pageInfo) next(token string, got, asked int) string {
	n, size := max(alicloud.Text(token).Int(), 1), asked
	if says := a.PageSize.Int(); says > 0 {
		size = min(asked, says)
	}
	complete := a.TotalCount != "" && n*size >= a.TotalCount.Int()
	if got < size || complete {
		return ""
	}
	return strconv.Itoa(n + 1)
}
