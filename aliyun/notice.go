package aliyun

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

var _ notice.Driver = (*driver)(nil)

// Names of the questions. Those about locks each ask for one reason of a lock.
const (
	questionReclaims = "reclaims"
	questionArrears  = "arrears"
	questionSecurity = "security"
	questionEvents   = "events"
)

const (
	noticeTimeout = 40 * time.Second
	eventCall     = "DescribeInstanceHistoryEvents"

	// toldFor is how long events are told when they are over. Open ones are told whatever their age.
	toldFor = 24 * time.Hour
)

// lockQuestions are the values of the filter LockReason.
var lockQuestions = map[string]string{
	questionReclaims: "Recycling",
	questionArrears:  "financial",
	questionSecurity: "security",
}

// Questions implements [notice.Driver].
func (d *driver) Questions() []notice.Question {
	const locks = "DescribeInstances LockReason="
	return []notice.Question{
		{Name: questionReclaims, Call: locks + "Recycling", Kinds: []notice.Kind{notice.Reclaim}, Every: 30 * time.Second},
		{
			Name: questionEvents, Call: eventCall, Every: 5 * time.Minute,
			Kinds: []notice.Kind{notice.Maintenance, notice.Failure, notice.LateFailure, notice.Expired, notice.Overdue},
		},
		{
			Name: questionArrears, Call: locks + "financial", Every: 5 * time.Minute,
			Kinds: []notice.Kind{notice.Expired, notice.Overdue},
		},
		{Name: questionSecurity, Call: locks + "security", Kinds: []notice.Kind{notice.Locked}, Every: 5 * time.Minute},
	}
}

// DescribeNotices implements [notice.Driver] by DescribeInstances with a filter, and by
// DescribeInstanceHistoryEvents.
func (d *driver) DescribeNotices(
	ctx context.Context, region, question, pageToken string,
) (*provider.Page[notice.Notice], error) {
	if word := lockQuestions[question]; word != "" {
		return d.lockedInstances(ctx, region, word, pageToken)
	}
	if question == questionEvents {
		return d.events(ctx, region, pageToken)
	}
	return nil, &provider.FieldError{Driver: Name, Path: "question", Value: question, Reason: "there is no such question"}
}

// lockedAnswer has what notices need of the answer of DescribeInstances.
type lockedAnswer struct {
	pageInfo
	NextToken alicloud.Text `json:"NextToken"`
	Instances struct {
		Instance []lockedRow `json:"Instance"`
	} `json:"Instances"`
}

type lockedRow struct {
	InstanceID     alicloud.Text `json:"InstanceId"`
	ChargeType     alicloud.Text `json:"InstanceChargeType"`
	OperationLocks struct {
		LockReason []RawLock `json:"LockReason"`
	} `json:"OperationLocks"`
}

// lockedInstances reads the instances that are locked for a reason. The lock has to be in the row too: a
// service that does not know the filter would list every instance.
func (d *driver) lockedInstances(
	ctx context.Context, region, word, pageToken string,
) (*provider.Page[notice.Notice], error) {
	p := params{"LockReason": word, "MaxResults": pageSize}
	p.text("NextToken", pageToken)
	r := d.request("DescribeInstances", region, p, noticeTimeout)
	var a lockedAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if a.Instances.Instance == nil && a.lacks(resp.Body, "Instances") { // no list is not an empty list
		return nil, d.caller.Malformed(r, resp)
	}
	page := &provider.Page[notice.Notice]{RequestID: resp.RequestID, NextPage: string(a.NextToken)}
	for i := range a.Instances.Instance {
		if n, ok := lockNotice(&a.Instances.Instance[i], word); ok {
			n.Region = r.Region
			page.Items = append(page.Items, n)
		}
	}
	return page, nil
}

// lockNotice returns the notice of a row that is locked for a reason.
func lockNotice(row *lockedRow, word string) (n notice.Notice, ok bool) {
	locks := row.OperationLocks.LockReason
	i := slices.IndexFunc(locks, func(l RawLock) bool { return strings.EqualFold(strings.TrimSpace(l.LockReason), word) })
	if i < 0 || row.InstanceID == "" || isNoID(row.InstanceID) {
		return n, false
	}
	kinds := map[provider.Lock]notice.Kind{
		provider.LockReclaim:  notice.Reclaim,
		provider.LockExpired:  notice.Expired,
		provider.LockArrears:  notice.Overdue,
		provider.LockSecurity: notice.Locked,
	}
	return notice.Notice{
		Kind: kinds[lockOfWord(word, row.ChargeType == "PrePaid")], InstanceID: string(row.InstanceID),
		Reason: locks[i].LockMsg, RawKind: locks[i].LockReason,
	}, true
}

// eventsAnswer is the answer of DescribeInstanceHistoryEvents.
type eventsAnswer struct {
	pageInfo
	NextToken alicloud.Text `json:"NextToken"`
	Set       struct {
		Rows []eventRow `json:"InstanceSystemEventType"`
	} `json:"InstanceSystemEventSet"`
}

// eventRow is an event. Its type and its stage are objects.
type eventRow struct {
	EventID     alicloud.Text `json:"EventId"`
	InstanceID  alicloud.Text `json:"InstanceId"`
	Type        eventWord     `json:"EventType"`
	Stage       eventWord     `json:"EventCycleStatus"`
	PublishTime alicloud.Text `json:"EventPublishTime"`
	NotBefore   alicloud.Text `json:"NotBefore"`
	FinishTime  alicloud.Text `json:"EventFinishTime"`
	Reason      alicloud.Text `json:"Reason"`
}

type eventWord struct {
	Name alicloud.Text `json:"Name"`
}

// eventList is one of the lists that make up the answer about events.
type eventList struct {
	stages []string
	since  string // the time that must be within the last day; "" = any
}

// eventLists returns the lists, in the order in which they are read. The call shows only the stages that
// it is asked for. First come the events that are not over: one that moves on between two pages is then
// seen twice, and never missed. Those that are over are found by two times, because the call cannot
// filter by the time of their end: failures by when they were published, and maintenance, which is
// published long before, by when it was due.
func eventLists() []eventList {
	finished := []string{"Executed", "Avoided", "Canceled", "Failed"}
	return []eventList{
		{stages: []string{"Scheduled", "Inquiring", "Executing"}},
		{stages: finished, since: "EventPublishTime.Start"},
		{stages: finished, since: "NotBefore.Start"},
	}
}

// eventToken reads the token of a page: the number of its list, and the cloud's own token.
func eventToken(pageToken string) (list int, token string) {
	number, token, _ := strings.Cut(pageToken, ":")
	list = alicloud.Text(number).Int() // 0 on the first page
	return min(max(list, 0), len(eventLists())-1), token
}

// afterEvents returns the token of the next page, "" after the last list.
func afterEvents(list int, next string) string {
	switch {
	case next != "":
		return strconv.Itoa(list) + ":" + next
	case list+1 < len(eventLists()):
		return strconv.Itoa(list+1) + ":"
	default:
		return ""
	}
}

// events reads a page of the events of a region.
func (d *driver) events(ctx context.Context, region, pageToken string) (*provider.Page[notice.Notice], error) {
	number, token := eventToken(pageToken)
	list, dayAgo := eventLists()[number], time.Now().Add(-toldFor)
	p := params{"MaxResults": pageSize}
	p.text("NextToken", token)
	p.list("InstanceEventCycleStatus", list.stages)
	if list.since != "" {
		p[list.since] = dayAgo.UTC().Format(timeFormat)
	}
	r := d.request(eventCall, region, p, noticeTimeout)
	var a eventsAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if a.Set.Rows == nil && a.lacks(resp.Body, "InstanceSystemEventSet") {
		return nil, d.caller.Malformed(r, resp)
	}
	page := &provider.Page[notice.Notice]{RequestID: resp.RequestID, NextPage: afterEvents(number, string(a.NextToken))}
	for i := range a.Set.Rows {
		row := &a.Set.Rows[i]
		ended := alicloud.TimeOf(string(row.FinishTime))
		old := !ended.IsZero() && ended.Before(dayAgo)
		if row.InstanceID == "" || isNoID(row.InstanceID) || old {
			continue
		}
		page.Items = append(page.Items, eventNotice(row, r.Region))
	}
	return page, nil
}

func eventNotice(row *eventRow, region string) notice.Notice {
	return notice.Notice{
		Kind: eventKind(string(row.Type.Name)), Stage: eventStages[string(row.Stage.Name)],
		InstanceID: string(row.InstanceID), Region: region, EventID: string(row.EventID),
		NotBefore: alicloud.TimeOf(string(row.NotBefore)), Published: alicloud.TimeOf(string(row.PublishTime)),
		Reason: string(row.Reason), RawKind: string(row.Type.Name), RawStage: string(row.Stage.Name),
	}
}

// eventStages are the stages of the vendor. Failed has none: what was to be done has failed, and the
// cloud will announce it again or not.
var eventStages = map[string]notice.Stage{
	"Scheduled": notice.Scheduled,
	"Inquiring": notice.Asked,
	"Executing": notice.Running,
	"Executed":  notice.Done,
	"Avoided":   notice.Avoided,
	"Canceled":  notice.Avoided,
}

// eventKind returns the kind of a type of event. A type that is not known here is its own kind.
func eventKind(name string) notice.Kind {
	subject, what, _ := strings.Cut(name, ".")
	switch subject {
	case "SystemMaintenance":
		return notice.Maintenance
	case "SystemFailure", "InstanceFailure":
		if what == "Delete" {
			return notice.LateFailure
		}
		return notice.Failure
	case "InstanceExpiration":
		return notice.Expired
	case "AccountUnbalanced":
		return notice.Overdue
	}
	return notice.Kind(name)
}
