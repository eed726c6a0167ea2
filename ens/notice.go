package ens

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

var _ notice.Driver = (*driver)(nil)

// Names of the questions.
const (
	questionExpired = "expired instances"
	questionEvents  = "events"
)

const (
	eventCall = "DescribeHistoryEvents"

	// toldFor is how long events are told when they are over. Open ones are told whatever their age.
	toldFor = 24 * time.Hour
)

// Questions implements [notice.Driver]. No call tells of a spot instance before it is taken back, nor of
// an instance that is held for an unpaid bill.
func (d *driver) Questions() []notice.Question {
	return []notice.Question{
		{
			Name: questionExpired, Call: "DescribeInstances Status=Expired",
			Kinds: []notice.Kind{notice.Expired}, Every: 5 * time.Minute,
		},
		{
			Name: questionEvents, Call: eventCall,
			Kinds: []notice.Kind{notice.Maintenance, notice.Failure}, Every: 5 * time.Minute,
		},
	}
}

// DescribeNotices implements [notice.Driver] by DescribeInstances with a filter, and by
// DescribeHistoryEvents.
func (d *driver) DescribeNotices(
	ctx context.Context, region, question, pageToken string,
) (*provider.Page[notice.Notice], error) {
	switch question {
	case questionExpired:
		return d.expired(ctx, region, pageToken)
	case questionEvents:
		return d.events(ctx, pageToken)
	}
	return nil, &provider.FieldError{Driver: Name, Path: "question", Value: question, Reason: "there is no such question"}
}

// expiredAnswer has what notices need of the answer of DescribeInstances.
type expiredAnswer struct {
	listHead
	Instances *struct{ Instance []expiredRow }
}

type expiredRow struct {
	InstanceID    alicloud.Text `json:"InstanceId"`
	Status        alicloud.Text
	StatusDescrip alicloud.Text
	ServiceStatus alicloud.Text
}

func (a *expiredAnswer) head() *listHead { return &a.listHead }

func (a *expiredAnswer) rows() ([]expiredRow, bool, string) {
	if a.Instances == nil {
		return nil, false, "Instances"
	}
	return a.Instances.Instance, a.Instances.Instance != nil, "Instances"
}

// expired reads a page of the instances whose prepaid time is over. The state has to be in the row too: a
// service that does not know the filter would list every instance.
func (d *driver) expired(ctx context.Context, region, pageToken string) (*provider.Page[notice.Notice], error) {
	at, err := readCursor(pageToken)
	if err != nil {
		return nil, err
	}
	node := d.regionOf(region)
	p := params{"EnsRegionId": node, "Status": "Expired"}.paged(at)
	r := request("DescribeInstances", p, describeTimeout)
	page, err := listPage(ctx, d, r, &expiredAnswer{}, &at, func(raw *expiredRow) (notice.Notice, string) {
		return notice.Notice{
			Kind: notice.Expired, InstanceID: string(raw.InstanceID), Region: node,
			Reason: string(cmp.Or(raw.StatusDescrip, raw.ServiceStatus)), RawKind: string(raw.Status),
		}, string(raw.InstanceID)
	})
	if err != nil {
		return nil, err
	}
	return keepNotices(page, func(n *notice.Notice) bool { return n.RawKind == "Expired" }), nil
}

// keepNotices leaves out the others of a page.
func keepNotices(page *provider.Page[notice.Notice], keep func(*notice.Notice) bool) *provider.Page[notice.Notice] {
	var kept []notice.Notice
	for i := range page.Items {
		if keep(&page.Items[i]) {
			kept = append(kept, page.Items[i])
		}
	}
	page.Items = kept
	return page
}

// eventsAnswer is the answer of DescribeHistoryEvents, whose list has no object around it.
type eventsAnswer struct {
	listHead
	Events []eventRow
}

// eventRow is an event. Its times are milliseconds.
type eventRow struct {
	ID          alicloud.Text `json:"EventId"`
	Type        alicloud.Text `json:"EventType"`
	Status      alicloud.Text `json:"EventStatus"`
	ResourceID  alicloud.Text `json:"ResourceId"`
	NotBefore   alicloud.Text
	PublishTime alicloud.Text
	Reason      alicloud.Text
}

func (a *eventsAnswer) head() *listHead { return &a.listHead }

func (a *eventsAnswer) rows() ([]eventRow, bool, string) { return a.Events, a.Events != nil, "Events" }

// eventTypes are the documented types that are about instances: the call requires a list.
func eventTypes() []string {
	return []string{
		"Instance:SystemFailure.Redeploy", "Instance:SystemFailure.Reboot", "Instance:SystemMaintenance.Redeploy",
		"Instance:SystemMaintenance.Reboot", "Instance:SystemUpgrade.Migrate", "Instance:RegionNetworkDown",
	}
}

// finished begins the tokens of pages with events that are over. They come after those that are not: an
// event that moves on between two pages is then seen twice, and never missed.
const finished = "finished:"

// events reads a page of the events: first those that are not over, then those of a day that are. The call
// is about all nodes, and its answer does not say of which an instance is.
func (d *driver) events(ctx context.Context, pageToken string) (*provider.Page[notice.Notice], error) {
	token, over := strings.CutPrefix(pageToken, finished)
	at, err := readCursor(token)
	if err != nil {
		return nil, err
	}
	stages := []string{"Inquiring", "Scheduled", "Executing"}
	if over {
		stages = []string{"Executed", "Failed", "Canceled", "Avoided"}
	}
	p := params{"EventTypes": jsonText(eventTypes()), "EventStatus": jsonText(stages)}.paged(at)
	r := request(eventCall, p, describeTimeout)
	page, err := listPage(ctx, d, r, &eventsAnswer{}, &at, eventNotice)
	if err != nil {
		return nil, err
	}
	switch {
	case !over:
		page.NextPage = cmp.Or(page.NextPage, finished)
	case page.NextPage != "":
		page.NextPage = finished + page.NextPage
	}
	return keepNotices(page, isRecent), nil
}

// isRecent reports whether an event is to be told. The answer has no time of its end: one that is over is
// told until a day after it was due or published.
func isRecent(n *notice.Notice) bool {
	last := n.Published
	if n.NotBefore.After(last) {
		last = n.NotBefore
	}
	open := n.Stage == notice.Asked || n.Stage == notice.Scheduled || n.Stage == notice.Running
	return open || last.IsZero() || time.Since(last) <= toldFor
}

func eventNotice(row *eventRow) (n notice.Notice, id string) {
	return notice.Notice{
		Kind: eventKind(string(row.Type)), Stage: eventStages[string(row.Status)],
		InstanceID: string(row.ResourceID), EventID: string(row.ID),
		NotBefore: milliseconds(row.NotBefore), Published: milliseconds(row.PublishTime),
		Reason: string(row.Reason), RawKind: string(row.Type), RawStage: string(row.Status),
	}, string(row.ResourceID)
}

// milliseconds reads a time. Something else in its place is no time.
func milliseconds(text alicloud.Text) time.Time {
	ms, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
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
	subject, _, _ := strings.Cut(strings.TrimPrefix(name, "Instance:"), ".")
	switch subject {
	case "SystemMaintenance", "SystemUpgrade":
		return notice.Maintenance
	case "SystemFailure", "RegionNetworkDown":
		return notice.Failure
	}
	return notice.Kind(name)
}
