package ecs

import (
	"regexp"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// cycles are the vendor's words for the stages of an event.
var cycles = map[core.EventStage]string{
	core.EventAsked:     "Inquiring",
	core.EventScheduled: "Scheduled",
	core.EventExecuting: "Executing",
	core.EventExecuted:  "Executed",
	core.EventAvoided:   "Avoided",
	core.EventCanceled:  "Canceled",
}

// finishedFor is how long finished events are listed.
const finishedFor = 30 * 24 * time.Hour

// describeEvents serves DescribeInstanceHistoryEvents. Without a stage it lists only events that are
// over. EventType is ignored beside InstanceEventType.N, as documented.
func (e *api) describeEvents(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	keep := e.eventFilter(k, p)
	byToken := p.Has("MaxResults") || p.Has("NextToken")
	page := p.Page(100)
	size, from := p.Number("MaxResults", 10, 10, 100), p.Resume()
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []*core.Event
	for _, v := range e.Service.Events() {
		if keep(v) {
			all = append(all, v)
		}
	}
	if !byToken {
		return alibaba.Object{
			{"TotalCount", len(all)},
			{"PageNumber", page.Number},
			{"PageSize", page.Size},
			{"NextToken", ""},
			{"InstanceSystemEventSet", events(k, alibaba.Cut(page, all))},
		}, nil
	}
	rows, next := all[min(from, len(all)):], ""
	if len(rows) > size {
		rows, next = rows[:size], alibaba.NextToken(from+size)
	}
	return alibaba.Object{
		{"TotalCount", 0},
		{"PageNumber", 0},
		{"PageSize", 0},
		{"NextToken", next},
		{"InstanceSystemEventSet", events(k, rows)},
	}, nil
}

// eventFilter turns the filters into a predicate.
func (e *api) eventFilter(k *core.Call, p *alibaba.Params) func(*core.Event) bool {
	p.Unsupported("Tag.1.Key ImpactLevel ResourceGroupId")
	p.Choice("ResourceType", "instance")
	stages := append(p.List("InstanceEventCycleStatus", 7), p.Text("EventCycleStatus"))
	stages = slices.DeleteFunc(stages, func(s string) bool { return s == "" })
	if len(stages) == 0 {
		stages = []string{"Avoided", "Executed", "Canceled", "Failed"}
	}
	types := p.List("InstanceEventType", 30)
	if p.Has("EventType") && len(types) == 0 {
		types = []string{p.Text("EventType")}
	}
	ids, events := append(p.List("ResourceId", 100), p.Text("InstanceId")), p.List("EventId", 100)
	ids = slices.DeleteFunc(ids, func(s string) bool { return s == "" })
	published, due := timeRange(p, "EventPublishTime"), timeRange(p, "NotBefore")
	among := func(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
	return func(v *core.Event) bool {
		over := v.Finished(k.Now)
		listed := v.Type != "" && v.Instance.Region == k.Region && (over.IsZero() || k.Now.Sub(over) < finishedFor)
		return listed && slices.Contains(stages, cycles[v.StageAt(k.Now)]) && among(types, v.Type) &&
			among(ids, v.Instance.ID) && among(events, v.ID) && published(v.Published) && due(v.NotBefore)
	}
}

// timeRange reads name.Start and name.End, and returns what is inside.
func timeRange(p *alibaba.Params, name string) func(time.Time) bool {
	read := func(at string) time.Time {
		text := p.Text(name + at)
		if text == "" {
			return time.Time{}
		}
		t, err := time.Parse(alibaba.TimeFormat, text)
		if err != nil {
			p.Bad(name+at, "yyyy-MM-ddTHH:mm:ssZ")
		}
		return t
	}
	start, end := read(".Start"), read(".End")
	return func(t time.Time) bool {
		late := !end.IsZero() && t.After(end)
		return !t.Before(start) && !late
	}
}

// events are the rows of an answer. The type and the stage of an event are objects with a code and a
// name. The codes are not verified.
func events(k *core.Call, list []*core.Event) alibaba.Object {
	out := make([]alibaba.Object, len(list))
	for i, v := range list {
		stage, finished := cycles[v.StageAt(k.Now)], ""
		if at := v.Finished(k.Now); !at.IsZero() {
			finished = at.UTC().Format(alibaba.TimeFormat)
		}
		out[i] = alibaba.Object{
			{"EventId", v.ID},
			{"InstanceId", v.Instance.ID},
			{"ResourceType", "instance"},
			{"EventType", alibaba.Object{{"Code", 1}, {"Name", v.Type}}},
			{"EventCycleStatus", alibaba.Object{{"Code", 24}, {"Name", stage}}},
			{"EventPublishTime", v.Published.UTC().Format(alibaba.TimeFormat)},
			{"NotBefore", v.NotBefore.UTC().Format(alibaba.TimeFormat)},
			{"EventFinishTime", finished},
			{"Reason", v.Reason},
			{"ReasonCode", ""},
			{"ImpactLevel", "100"},
			{"ExtendedAttribute", alibaba.Object{{"DiskId", ""}, {"Device", ""}, {"PunishType", ""}}},
		}
	}
	return alibaba.List("InstanceSystemEventType", out)
}

var eventForm = regexp.MustCompile(`^e-[A-Za-z0-9*]+$`)

// acceptEvent serves AcceptInquiredSystemEvent: what was asked for happens now. It is not verified
// which code an event has that waits for no answer.
func (e *api) acceptEvent(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	id := p.Required("EventId")
	p.Matching("EventId", eventForm, "the ID of an event")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for _, v := range e.Service.Events() {
		if v.ID == id && v.Accept(k.Now, k.Now) {
			return nil, nil
		}
	}
	return nil, alibaba.Refuse(404, "InvalidEventId.NotFound", "The specified event does not exist, or waits for no answer.")
}
