package tencent

import (
	"encoding/json"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

// salvaged reads the instance IDs of an answer that the SDK took for an error, or that ended
// early, and its request ID if that arrived: instances that exist must not be lost.
func (ex *exchange) salvaged() (ids []string, requestID string) {
	var a struct {
		Response struct {
			InstanceIDSet []string `json:"InstanceIdSet"`
			RequestID     string   `json:"RequestId"`
		}
	}
	if json.Unmarshal(ex.Body(), &a) == nil {
		ids, requestID = a.Response.InstanceIDSet, a.Response.RequestID
	} else {
		found := oncehttp.Salvage(ex.Body(), "InstanceIdSet")
		ids, requestID = found.IDs, found.Texts["RequestId"]
	}
	return oncehttp.OnlyIDs(ids), requestID
}

// lists reports whether an answer has a list. An answer without one is an empty list only if its
// total is 0.
func lists[T any, N int64 | uint64](rows []T, total *N) bool {
	saysNone := total != nil && *total == 0
	return rows != nil || saysNone
}

// totalOf returns the total of an answer, or nil when it has none.
func totalOf[N int64 | uint64](total *N) *int {
	if total == nil {
		return nil
	}
	return new(int(*total))
}

// value is the zero value for nil: everything in the SDK's answers is a pointer.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// values are the texts of a list, without those that are nil.
func values(ps []*string) []string {
	var out []string
	for _, p := range ps {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out
}
