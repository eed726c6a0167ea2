package cvm

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Announced implements [core.Announcer]. Maintenance and failures are repair tasks. The API shows nothing
// of a spot instance before it is taken back. Instances that expire, or whose bill is not paid, go to the
// recycle bin.
func (c *api) Announced(v *core.Event) error {
	v.ID = core.UnusedID(c.service.Rand, "rep-", 8, c.service.HasEvent)
	switch v.Kind {
	case core.Maintenance:
		v.Type = cmp.Or(v.Type, "107")
	case core.Failure:
		v.Type = cmp.Or(v.Type, "102")
	case core.Expired, core.Overdue:
		v.Then = core.Recycled
	case core.InRecycleBin:
		if v.Instance.Charge != core.Prepaid {
			return errors.New("only prepaid instances go to the recycle bin")
		}
	default: // no more to set
	}
	if _, known := taskTypes[v.Type]; v.Type != "" && !known {
		return errors.New("the types of tasks are 101 to 107")
	}
	v.Lock = lockWords[v.Kind]
	return nil
}

// taskTypes are the types of repair tasks, with their names.
var taskTypes = map[string]string{
	"101": "实例运行隐患", "102": "实例运行异常", "103": "实例硬盘异常", "104": "实例网络连接异常",
	"105": "实例运行预警", "106": "实例硬盘预警", "107": "实例维护升级",
}

// isolated is the word of a security lock, which is one of RestrictState. The others are of IsolatedSource.
const isolated = "PROTECTIVELY_ISOLATED"

// lockWords are the words that announcements bring.
var lockWords = map[core.NoticeKind]string{
	core.Expired:      "EXPIRE",
	core.Overdue:      "ARREAR",
	core.InRecycleBin: "MANMADE",
	core.Locked:       isolated,
}

// addLocks shows why an instance is held back.
func (i *instance) addLocks(words []string) {
	for _, word := range words {
		switch word {
		case isolated:
			i.RestrictState = isolated
		case "MANMADE":
			i.IsolatedSource = word
		default:
			i.IsolatedSource = word
			if i.RestrictState != isolated {
				i.RestrictState = "EXPIRED"
			}
		}
	}
}

// taskStatus are the numbers of stages.
var taskStatus = map[core.EventStage]int64{
	core.EventAsked: 1, core.EventExecuting: 2, core.EventExecuted: 3, core.EventScheduled: 4,
	core.EventCanceled: 5, core.EventAvoided: 6,
}

// taskInfo is the documented data type RepairTaskInfo.
type taskInfo struct {
	TaskId, InstanceId                                 string
	Alias                                              *string
	TaskTypeId                                         int64
	TaskTypeName                                       string
	TaskStatus, DeviceStatus, OperateStatus            int64
	CreateTime                                         string
	AuthTime, EndTime, TaskDetail                      *string
	Zone, Region, VpcId, VpcName, SubnetId, SubnetName *string
	WanIp, LanIp, Product, TaskSubType                 *string
	AuthType                                           int64
	AuthSource                                         string
}

// tasksRequest is the schema of DescribeTaskInfo.
type tasksRequest struct {
	page
	Product                       *string
	TaskStatus, TaskTypeIds       []int64
	TaskIds, InstanceIds, Aliases []string
	StartDate, EndDate            *string
	OrderField                    *string
	Order                         *int64
}

// localTime is the form of the times of repair tasks. That they are those of China is [unverified].
const localTime = "2006-01-02 15:04:05"

func china() *time.Location { return time.FixedZone("", 8*60*60) }

// describeTasks serves DescribeTaskInfo, which is about all regions. Without StartDate it shows the tasks
// of today only.
func (c *api) describeTasks(k *core.Call, r *tasksRequest) (fields, *refusal) {
	if r.Limit == nil {
		return nil, missing("Limit")
	}
	now := k.Now.In(china())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, china())
	start, refused := dateOr("StartDate", r.StartDate, today)
	end, other := dateOr("EndDate", r.EndDate, k.Now)
	if refused = cmp.Or(r.check(), refused, other, oneOf("Product", r.Product, "CVM", "CDH", "CPM2.0"),
		oneOf("OrderField", r.OrderField, "CreateTime", "AuthTime", "EndTime")); refused != nil {
		return nil, refused
	}
	set := []taskInfo{}
	for _, v := range c.service.Events() {
		inTime := !v.Published.Before(start) && !v.Published.After(end)
		if v.Type == "" || !inTime {
			continue
		}
		if t := task(v, k.Now); r.fits(&t) {
			set = append(set, t)
		}
	}
	if valueOr(r.Order, 0) == 1 {
		slices.Reverse(set)
	}
	return fields{"TotalCount": len(set), "RepairTaskInfoSet": cutPage(r.page, set)}, nil
}

// dateOr reads a time, or returns another one without it.
func dateOr(name string, text *string, otherwise time.Time) (time.Time, *refusal) {
	if text == nil {
		return otherwise, nil
	}
	at, err := time.ParseInLocation(localTime, *text, china())
	if err != nil {
		return at, invalidAs("InvalidParameterValue.InvalidTimeFormat", name)
	}
	return at, nil
}

// fits reports whether a task passes the filters.
func (r *tasksRequest) fits(t *taskInfo) bool {
	return among(r.TaskStatus, t.TaskStatus) && among(r.TaskTypeIds, t.TaskTypeId) && among(r.TaskIds, t.TaskId) &&
		among(r.InstanceIds, t.InstanceId) && among(r.Aliases, *t.Alias) && valueOr(r.Product, "CVM") == "CVM"
}

func among[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// task is a row of an answer.
func task(v *core.Event, now time.Time) taskInfo {
	m, status := v.Instance, taskStatus[v.StageAt(now)]
	kind, _ := strconv.ParseInt(v.Type, 10, 64) // one of taskTypes
	t := taskInfo{
		TaskId: v.ID, InstanceId: m.ID, Alias: &m.Name, TaskTypeId: kind, TaskTypeName: taskTypes[v.Type],
		TaskStatus: status, DeviceStatus: max(status, 1), OperateStatus: status,
		CreateTime: v.Published.In(china()).Format(localTime), TaskDetail: &v.Reason,
		Zone: &m.Zone, Region: &m.Region, VpcId: &m.VPCID, SubnetId: &m.SubnetID, LanIp: &m.PrivateIPs[0],
		Product: new("CVM"), AuthType: 2, AuthSource: "Waiting_auth",
	}
	if status != taskStatus[core.EventAsked] {
		t.AuthSource, t.AuthTime = "System_mandatory_auth", new(v.NotBefore.In(china()).Format(localTime))
	}
	if over := v.Finished(now); !over.IsZero() {
		t.EndTime = new(over.In(china()).Format(localTime))
	}
	return t
}

// repairRequest is the schema of RepairTaskControl.
type repairRequest struct {
	Product       *string
	InstanceIds   []string
	TaskId        *string
	Operate       *string
	OrderAuthTime *string
	TaskSubMethod *string
}

// controlTask serves RepairTaskControl: a task that waits is carried out now, or at a time. The code for
// one that does not wait is [unverified].
func (c *api) controlTask(k *core.Call, r *repairRequest) (fields, *refusal) {
	at, refused := dateOr("OrderAuthTime", r.OrderAuthTime, k.Now)
	ahead := at.Sub(k.Now)
	switch {
	case r.Product == nil:
		return nil, missing("Product")
	case r.TaskId == nil:
		return nil, missing("TaskId")
	case len(r.InstanceIds) == 0:
		return nil, missing("InstanceIds")
	case valueOr(r.Operate, "") != "AuthorizeRepair":
		return nil, invalid("Operate")
	case refused != nil:
		return nil, refused
	case r.OrderAuthTime != nil && (ahead < 5*time.Minute || ahead > 48*time.Hour):
		return nil, invalid("OrderAuthTime")
	}
	for _, v := range c.service.Events() {
		if v.ID == *r.TaskId && slices.Contains(r.InstanceIds, v.Instance.ID) && v.Accept(k.Now, at) {
			return fields{"TaskId": v.ID}, nil
		}
	}
	return nil, refuse("InvalidParameterValue", "The task does not exist, or waits for no answer.")
}
