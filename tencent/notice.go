package tencent

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

var _ notice.Driver = (*driver)(nil)

// Names of the questions.
const (
	questionTasks = "repair tasks"
	questionHeld  = "held instances"
)

const (
	noticeTimeout = 20 * time.Second
	taskCall      = "DescribeTaskInfo"

	// openSince and overSince are how old tasks may be that are asked for: without a time the call
	// shows those of today only. A task that is over is told for a day.
	openSince = 180 * 24 * time.Hour
	overSince = 30 * 24 * time.Hour
	toldFor   = 24 * time.Hour
)

// Questions implements [notice.Driver]. No call tells of a spot instance before it is taken back: the
// instance itself can ask its metadata.
func (d *driver) Questions() []notice.Question {
	return []notice.Question{
		{
			Name: questionTasks, Call: taskCall, Every: 5 * time.Minute,
			Kinds: []notice.Kind{notice.Maintenance, notice.Failure},
		},
		{
			Name: questionHeld, Call: "DescribeInstances instance-state=SHUTDOWN,LAUNCH_FAILED", Every: 5 * time.Minute,
			Kinds: []notice.Kind{notice.Expired, notice.Overdue, notice.Recycled, notice.Locked, notice.LateFailure},
		},
	}
}

// DescribeNotices implements [notice.Driver] by DescribeTaskInfo, and by DescribeInstances with a filter.
func (d *driver) DescribeNotices(
	ctx context.Context, region, question, pageToken string,
) (*provider.Page[notice.Notice], error) {
	switch question {
	case questionTasks:
		return d.tasks(ctx, region, pageToken)
	case questionHeld:
		return d.held(ctx, region, pageToken)
	}
	return nil, &provider.FieldError{Driver: Name, Path: "question", Value: question, Reason: "there is no such question"}
}

// States of repair tasks, by the numbers of the API.
const (
	taskAsks      = 1
	taskRuns      = 2
	taskEnded     = 3
	taskScheduled = 4
	taskCanceled  = 5
	taskAvoided   = 6
)

// taskStages are the stages of repair tasks.
var taskStages = map[uint64]notice.Stage{
	taskAsks: notice.Asked, taskRuns: notice.Running, taskScheduled: notice.Scheduled,
	taskEnded: notice.Done, taskCanceled: notice.Avoided, taskAvoided: notice.Avoided,
}

// finished begins the tokens of pages with tasks that are over. They come after those that are not: a
// task that moves on between two pages is then seen twice, and never missed.
const finished = "finished:"

// tasksAnswer is the answer of DescribeTaskInfo. The SDK's type has the rows as it reads them.
type tasksAnswer struct {
	TotalCount        *int64
	RepairTaskInfoSet []*cvm.RepairTaskInfo
	RequestID         *string `json:"RequestId"`
}

// tasks reads a page of the repair tasks: first those that are not over, then those of a day that are.
func (d *driver) tasks(ctx context.Context, region, pageToken string) (*provider.Page[notice.Notice], error) {
	token, over := strings.CutPrefix(pageToken, finished)
	offset, err := adapter.Offset(Name, token)
	if err != nil {
		return nil, err
	}
	out := cvm.NewDescribeTaskInfoRequest()
	out.Product = text("CVM")
	out.Offset, out.Limit = new(int64(offset)), number(perCall)
	out.TaskStatus, out.StartDate = numbers(taskAsks, taskRuns, taskScheduled), since(openSince)
	if over {
		out.TaskStatus, out.StartDate = numbers(taskEnded, taskCanceled, taskAvoided), since(overSince)
	}
	ex := d.newExchange(ctx, taskCall, region, noticeTimeout)
	resp, err := ask[tasksAnswer](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.RepairTaskInfoSet, r.TotalCount) || resp.lostRows("RepairTaskInfoSet") {
		return nil, ex.malformed("it has no list of repair tasks", value(r.RequestID))
	}
	page := &provider.Page[notice.Notice]{RequestID: value(r.RequestID)}
	more := ""
	if n := len(r.RepairTaskInfoSet); n > 0 && offset+n < int(value(r.TotalCount)) {
		more = strconv.Itoa(offset + n)
	}
	switch {
	case !over:
		page.NextPage = cmp.Or(more, finished)
	case more != "":
		page.NextPage = finished + more
	}
	for _, row := range r.RepairTaskInfoSet {
		if n, ok := taskNotice(row, ex.region); ok {
			page.Items = append(page.Items, n)
		}
	}
	return page, nil
}

// taskNotice returns the notice of a task in a region. The call answers for all regions. A task that is
// over is told until a day after its end.
func taskNotice(row *cvm.RepairTaskInfo, region string) (n notice.Notice, ok bool) {
	if row == nil || value(row.InstanceId) == "" {
		return n, false
	}
	of := value(row.Region)
	elsewhere := strings.Contains(of, "-") && isPlace(of) && of != region // another text may be a name of the region
	ended := taskTime(row.EndTime)
	old := !ended.IsZero() && time.Since(ended) > toldFor
	if elsewhere || old {
		return n, false
	}
	status := value(row.TaskStatus)
	n = notice.Notice{
		Kind: taskKind(value(row.TaskTypeId)), Stage: taskStages[status], InstanceID: value(row.InstanceId), Region: region,
		EventID: value(row.TaskId), Published: taskTime(row.CreateTime), Reason: value(row.TaskDetail),
		RawKind: strings.TrimSpace(strconv.FormatUint(value(row.TaskTypeId), 10) + " " + value(row.TaskTypeName)),
	}
	if row.TaskStatus != nil {
		n.RawStage = strconv.FormatUint(status, 10)
	}
	if status == taskScheduled {
		n.NotBefore = taskTime(row.AuthTime)
	}
	return n, true
}

// taskKind returns the kind of a type of task. A running instance, its disk or its network has failed;
// or they may fail, and the cloud wants to repair them. A type that is not known here is its own kind.
func taskKind(id uint64) notice.Kind {
	switch id {
	case 102, 103, 104:
		return notice.Failure
	case 101, 105, 106, 107:
		return notice.Maintenance
	}
	return notice.Kind(strconv.FormatUint(id, 10))
}

// taskForm is the form of the times of repair tasks. They name no zone; that they are those of China is
// unverified.
const taskForm = "2006-01-02 15:04:05"

func china() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// taskTime reads the time of a task. A text in another form is no time.
func taskTime(s *string) time.Time {
	t, err := time.ParseInLocation(taskForm, value(s), china())
	if err != nil {
		return timeOf(value(s))
	}
	return t
}

// since returns a time of the past as the call takes it.
func since(age time.Duration) *string { return text(time.Now().Add(-age).In(china()).Format(taskForm)) }

func numbers(list ...int64) (out []*int64) {
	for _, n := range list {
		out = append(out, &n)
	}
	return out
}

// held reads a page of the instances in the recycle bin, and of those whose create has failed late.
func (d *driver) held(ctx context.Context, region, pageToken string) (*provider.Page[notice.Notice], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := cvm.NewDescribeInstancesRequest()
	out.Filters = []*cvm.Filter{{Name: text("instance-state"), Values: list([]string{"SHUTDOWN", "LAUNCH_FAILED"})}}
	out.Offset, out.Limit = new(int64(offset)), number(perCall)
	ex := d.newExchange(ctx, actionDescribe, region, noticeTimeout)
	resp, err := ask[describeResponse](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.InstanceSet, r.TotalCount) || resp.lostRows("InstanceSet") {
		return nil, ex.malformed("it has no list of instances", value(r.RequestID))
	}
	page := &provider.Page[notice.Notice]{RequestID: value(r.RequestID)}
	if n := len(r.InstanceSet); n > 0 && offset+n < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(offset + n)
	}
	for _, row := range r.InstanceSet {
		if n, ok := heldNotice(row, ex.region); ok {
			page.Items = append(page.Items, n)
		}
	}
	return page, nil
}

// heldKinds are the kinds of locks.
var heldKinds = map[provider.Lock]notice.Kind{
	provider.LockExpired:  notice.Expired,
	provider.LockArrears:  notice.Overdue,
	provider.LockSecurity: notice.Locked,
}

// heldNotice returns the notice of an instance that is held. The state has to be in the row too: a service
// that does not know the filter would list every instance.
func heldNotice(row *instanceRow, region string) (n notice.Notice, ok bool) {
	if row == nil || value(row.InstanceId) == "" {
		return n, false
	}
	inst := instanceOf(row, region)
	n = notice.Notice{InstanceID: inst.ID, Region: region, Reason: inst.Reason, RawKind: inst.RawState}
	switch inst.RawState {
	case "LAUNCH_FAILED":
		n.Kind, n.Stage = notice.LateFailure, notice.Done
	case "SHUTDOWN":
		n.Kind = cmp.Or(heldKinds[inst.Lock], notice.Recycled)
	default:
		return n, false
	}
	return n, true
}
