package ecs

import (
	"cmp"
	"errors"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Announced implements [core.Announcer]. The cloud shows a reclaim and a security lock as locks of the
// instance only: the event of a reclaim is in another product (CloudMonitor). An instance that failed
// late is not listed any more, and only the event tells of it.
func (e *api) Announced(v *core.Event) error {
	if v.Kind == core.InRecycleBin {
		return errors.New("ECS has no recycle bin in its API")
	}
	v.ID = core.UnusedID(e.Service.Rand, "e-bp", 17, e.Service.HasEvent)
	v.Type = cmp.Or(v.Type, usualTypes[v.Kind])
	v.Lock = lockWords[v.Kind]
	v.ByReboot = v.ByReboot && strings.HasSuffix(v.Type, ".Reboot")
	return nil
}

// usualTypes are the types of events; a kind without one has no event.
var usualTypes = map[core.NoticeKind]string{
	core.Maintenance: "SystemMaintenance.Reboot",
	core.Failure:     "SystemFailure.Reboot",
	core.LateFailure: "SystemFailure.Delete",
	core.Expired:     "InstanceExpiration.Stop",
	core.Overdue:     "AccountUnbalanced.Stop",
}

// lockWords are the reasons of locks that announcements bring.
var lockWords = map[core.NoticeKind]string{
	core.Reclaim: "Recycling",
	core.Expired: "financial",
	core.Overdue: "financial",
	core.Locked:  "security",
}
