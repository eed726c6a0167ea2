package ens

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Announced implements [core.Announcer]. The API shows nothing of a spot instance before it is taken back.
// An instance that failed late is not listed any more. What it shows of unpaid bills and of security locks is
// not documented.
func (e *api) Announced(v *core.Event) error {
	switch v.Kind {
	case core.Overdue, core.Locked:
		return errors.New("ENS does not document what it shows of " + string(v.Kind) + " instances")
	case core.InRecycleBin:
		return errors.New("ENS has no recycle bin in its API")
	case core.Maintenance:
		v.Type = cmp.Or(v.Type, "Instance:SystemMaintenance.Reboot")
	case core.Failure:
		v.Type = cmp.Or(v.Type, "Instance:SystemFailure.Reboot")
	default: // the state of the instance tells, or its absence
	}
	v.ID = core.UnusedID(e.Service.Rand, "e-", 17, e.Service.HasEvent)
	v.ByReboot = v.ByReboot && strings.HasSuffix(v.Type, ".Reboot")
	return nil
}

// stages are the vendor's words for the stages of an event.
var stages = map[core.EventStage]string{
	core.EventAsked:     "Inquiring",
	core.EventScheduled: "Scheduled",
	core.EventExecuting: "Executing",
	core.EventExecuted:  "Executed",
	core.EventAvoided:   "Avoided",
	core.EventCanceled:  "Canceled",
}

// describeEvents serves DescribeHistoryEvents, which is about all nodes. Lists are JSON text. The most rows of a
// page are not documented; here it is the number of other lists.
func (e *api) describeEvents(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	p.Required("EventTypes")
	page := p.Page(50)
	kind, stage, level, id := p.JSONFilter("EventTypes"), p.JSONFilter("EventStatus"), p.JSONFilter("EventLevels"), p.JSONFilter("ResourceIds")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []*core.Event
	for _, v := range e.Service.Events() {
		if v.Type != "" && kind(v.Type) && stage(stages[v.StageAt(k.Now)]) && level("WARN") && id(v.Instance.ID) {
			all = append(all, v)
		}
	}
	slices.Reverse(all) // the order is not documented
	rows := []any{}
	for _, v := range alibaba.Cut(page, all) {
		rows = append(rows, alibaba.Object{
			{"EventId", v.ID},
			{"EventType", v.Type},
			{"EventStatus", stages[v.StageAt(k.Now)]},
			{"EventLevel", "WARN"},
			{"ResourceId", v.Instance.ID},
			{"NotBefore", v.NotBefore.UnixMilli()},
			{"PublishTime", v.Published.UnixMilli()},
			{"Reason", v.Reason},
			{"ExtendedAttribute", "{}"},
		})
	}
	return alibaba.Object{
		{"TotalCount", len(all)},
		{"PageNumber", page.Number},
		{"PageSize", page.Size},
		{"Events", rows},
	}, nil
}
