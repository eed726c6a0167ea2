package qingcloud

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	qcerrors "github.com/yunify/qingcloud-sdk-go/request/errors"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/internal/tolerant"
	"github.com/yunfan-cloud/yunfan/provider"
)

// answer is what every answer has. All structs of answers embed it.
type answer struct {
	RetCode *int    `json:"ret_code"`
	Message *string `json:"message"`

	unread []string // paths of the fields that could not be read
}

// base returns the part that every answer has.
func (a *answer) base() *answer { return a }

// reply is an answer of any action.
type reply interface{ base() *answer }

// unpack decodes an answer field by field: one odd field must not lose the IDs beside it.
// The error of the cloud is the SDK's type. The SDK's own decoder is strict.
func unpack(body []byte, out reply) error {
	unread, err := tolerant.Unmarshal(body, out)
	if err != nil {
		return err
	}
	a := out.base()
	a.unread = unread
	switch {
	case a.RetCode == nil: // must not read as success
		return errors.New("the answer has no ret_code")
	case *a.RetCode == 0:
		return nil
	}
	refused := &qcerrors.QingCloudError{RetCode: *a.RetCode}
	if a.Message != nil {
		refused.Message = *a.Message
	}
	return refused
}

// idList is a list of IDs: texts, or objects that hold one. One of these alone is a list of
// one. Other values are skipped.
type idList []string

// UnmarshalJSON takes all these forms.
func (l *idList) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, (*[]string)(l)) == nil { // the documented form
		return nil
	}
	var rows []json.RawMessage
	if json.Unmarshal(b, &rows) != nil {
		rows = []json.RawMessage{b}
	}
	*l = nil
	for _, row := range rows {
		if id := idOf(row); id != "" {
			*l = append(*l, id)
		}
	}
	return nil
}

// idOf returns the ID in a text or in an object, or "".
func idOf(row []byte) string {
	var text string
	if json.Unmarshal(row, &text) == nil {
		return text
	}
	var object struct {
		Instance string `json:"instance_id"`
		Group    string `json:"instance_group_id"`
	}
	if _, err := tolerant.Unmarshal(row, &object); err != nil {
		return ""
	}
	return cmp.Or(object.Instance, object.Group)
}

// runAnswer is the answer of RunInstances.
type runAnswer struct {
	answer
	Instances idList `json:"instances"`
	JobID     string `json:"job_id"`
}

// result returns the instances that the answer names, or nil when it names none.
func (a *runAnswer) result() *provider.RunResult {
	ids := adapter.Distinct(a.Instances)
	if len(ids) == 0 {
		return nil
	}
	return &provider.RunResult{InstanceIDs: ids, JobID: a.JobID}
}

// salvaged returns the answer, or what a body names that could not be decoded or ended
// early: instances that exist must not be lost. Other texts in such a list, as the names
// of members, are no IDs: those of instances begin with i-.
func (a *runAnswer) salvaged(body []byte) *runAnswer {
	if len(a.Instances) > 0 {
		return a
	}
	found := oncehttp.Salvage(body, "instances")
	ids := slices.DeleteFunc(oncehttp.OnlyIDs(found.IDs), func(id string) bool { return !strings.HasPrefix(id, "i-") })
	return &runAnswer{Instances: ids, JobID: found.Texts["job_id"]}
}

// describeAnswer is the answer of DescribeInstances.
type describeAnswer struct {
	answer
	InstanceSet []Instance `json:"instance_set"`
	TotalCount  *Number    `json:"total_count"`
}

// lists reports whether the answer has a list. An answer without one is an empty list only
// if its total is 0.
func (a *describeAnswer) lists() bool {
	saysNone := a.TotalCount != nil && *a.TotalCount == 0
	return a.InstanceSet != nil || saysNone
}

// unreadFields returns the paths of the fields that could not be read.
func (a *describeAnswer) unreadFields() []string {
	paths := a.unread
	for i := range a.InstanceSet {
		for _, name := range a.InstanceSet[i].oddWords() {
			path := "instance_set[]." + name
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}
