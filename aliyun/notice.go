package aliyun

import (
	"context"
	"slices"
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

	// toldFor is how long events are told after they were published, when they are over. Open ones are
	// told whatever their age.
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
	Reason      alicloud.Text `json:"Reason"`
}

type eventWord struct {
	Name alicloud.Text `json:"Name"`
}

// Stages of events: the call lists only those that it is asked for, and without any only the second.
var (
	openStages     = []string{"Scheduled", "Inquiring", "Executing"}
	finishedStages = []string{"Executed", "Avoided", "Canceled", "Failed"}
)

// finished begins the tokens of pages with events that are over. They come after those that are not:
// an event that moves on between two pages is then seen twice, and never missed.
const finished = "finished:"

// events reads a page of the events of a region: first those that are not over, then those of a day
// that are.
func (d *driver) events(ctx context.Context, region, pageToken string) (*provider.Page[notice.Notice], error) {
	token, over := strings.CutPrefix(pageToken, finished)
	p := params{"MaxResults": pageSize}
	p.text("NextToken", token)
	if !over {
		p.list("InstanceEventCycleStatus", openStages)
	} else {
		p.list("InstanceEventCycleStatus", finishedStages)
		p["EventPublishTime.Start"] = time.Now().Add(-toldFor).UTC().Format(timeFormat)
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
	page := &provider.Page[notice.Notice]{RequestID: resp.RequestID, NextPage: string(a.NextToken)}
	switch {
	case !over && a.NextToken == "":
		page.NextPage = finished
	case over && a.NextToken != "":
		page.NextPage = finished + string(a.NextToken)
	}
	for i := range a.Set.Rows {
		row := &a.Set.Rows[i]
		if row.InstanceID == "" || isNoID(row.InstanceID) {
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
