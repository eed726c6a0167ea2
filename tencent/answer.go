package tencent

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/internal/tolerant"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

// response is the answer of a call, read field by field: one field in an odd form hides no other. R
// is the SDK's type of what is in "Response".
type response[R any] struct {
	Response *R

	unread []string // the paths of fields that could not be read
}

// describeResponse is what DescribeInstances answers.
type describeResponse struct {
	TotalCount  *int64
	InstanceSet []*instanceRow
	RequestID   *string `json:"RequestId"`
}

// instanceRow is a described instance: the SDK's type, and what it lacks.
type instanceRow struct {
	cvm.Instance
	HostName *string
}

// bareResponse is what calls answer that only accept something.
type bareResponse struct {
	RequestID *string `json:"RequestId"`
}

// errRead ends the SDK's own reading of an answer that has been read.
var errRead = errors.New("the answer has been read")

// ParseErrorFromHTTPResponse is asked by the SDK before it decodes an answer. It reads the answer
// and returns errRead: the SDK's decoder fails as a whole when one field is odd.
func (a *response[R]) ParseErrorFromHTTPResponse(body []byte) error {
	if err := wire.Refusal(body); err != nil {
		return err
	}
	unread, err := tolerant.Unmarshal(body, a)
	if err != nil {
		return tcerr.NewTencentCloudSDKError("ClientError.ParseJsonError", "the answer cannot be read", "")
	}
	a.unread = unread
	return errRead
}

// unreadFields returns the paths of the fields that could not be read, as seen from inside of
// "Response".
func (a *response[R]) unreadFields() []string {
	var out []string
	for _, path := range a.unread {
		out = append(out, strings.TrimPrefix(path, "Response."))
	}
	return out
}

// lostRows reports whether a row of a list could not be read. A list without it is not the whole
// one.
func (a *response[R]) lostRows(list string) bool {
	return slices.Contains(a.unread, "Response."+list+"[]")
}

// noRows reports whether a list has rows of which none could be read, or is no list.
func (a *response[R]) noRows(list string, rows int) bool {
	return rows == 0 && anyUnread(a.unread, "Response."+list)
}

// anyUnread reports whether a field, or a part of it, could not be read.
func anyUnread(unread []string, field string) bool {
	for _, path := range unread {
		rest, ok := strings.CutPrefix(path, field)
		if whole := rest == "" || rest[0] == '.' || rest[0] == '['; ok && whole {
			return true
		}
	}
	return false
}

// salvaged reads the instance IDs of an answer to a create in whatever form they are, and its
// request ID if that arrived: instances that exist must not be lost. The answer may hold an error
// too, be of another form than documented, or end early.
func (ex *exchange) salvaged() (ids []string, requestID string) {
	found := oncehttp.Salvage(ex.Body(), runIDs)
	dec := json.NewDecoder(bytes.NewReader(ex.Body()))
	dec.UseNumber()
	var root any
	if dec.Decode(&root) == nil {
		found.IDs = textsIn(root, runIDs, false, nil)
	}
	ids = adapter.Distinct(oncehttp.OnlyIDs(found.IDs))
	// Other texts may stand beside the IDs, such as a zone.
	isID := func(text string) bool { return strings.HasPrefix(text, "ins-") }
	if slices.ContainsFunc(ids, isID) {
		ids = slices.DeleteFunc(ids, func(text string) bool { return !isID(text) })
	}
	return ids, found.Texts["RequestId"]
}

// runIDs is the member with the instance IDs of a create.
const runIDs = "InstanceIdSet"

// textsIn appends the texts and numbers that stand at or below members with a name.
func textsIn(node any, name string, inside bool, out []string) []string {
	switch n := node.(type) {
	case map[string]any:
		for _, key := range sorted.Keys(n) {
			out = textsIn(n[key], name, inside || strings.EqualFold(key, name), out)
		}
	case []any:
		for _, item := range n {
			out = textsIn(item, name, inside, out)
		}
	case string:
		if inside {
			out = append(out, n)
		}
	case json.Number:
		if inside {
			out = append(out, n.String())
		}
	}
	return out
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
