package cloudsim

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// NoticeKind is what a [Notice] is about. The words are those of package notice.
type NoticeKind = core.NoticeKind

// Kinds of notices, and what they do.
const (
	Reclaim      NoticeKind = core.Reclaim      // a spot instance is taken back: it vanishes after Lead
	Maintenance  NoticeKind = core.Maintenance  // a restart by the cloud, for Takes
	Failure      NoticeKind = core.Failure      // the same after its host has failed
	Expired      NoticeKind = core.Expired      // the time of a prepaid instance ends: it is stopped
	Overdue      NoticeKind = core.Overdue      // a bill is not paid: it is stopped
	Locked       NoticeKind = core.Locked       // locked for security: it runs on, and calls about it are refused
	InRecycleBin NoticeKind = core.InRecycleBin // a person has returned it
	LateFailure  NoticeKind = core.LateFailure  // its create was accepted, and fails now
)

// Notice is what a cloud will do, or has done, to an instance: see [Sim.Announce].
type Notice struct {
	InstanceID string
	Kind       NoticeKind

	Lead  time.Duration // from the announcement until it happens; 0 = it happens at once
	Takes time.Duration // how long it lasts; 0 = a minute for maintenance and failures
	Keep  time.Duration // how long after it happened the cloud releases the instance; 0 = never

	// Asks lets maintenance wait until the account accepts it.
	Asks bool

	Type   string // the cloud's own word for the event; "" = the usual one of the kind
	Reason string // in words, for clouds that show one
}

// Announce makes a cloud announce something about an instance. The describes and event calls of
// the cloud show it as its documents say: locks and states of the instance, and an event that goes
// from scheduled to executing to executed. A reboot before the time of maintenance avoids it. It
// returns the ID of the event, also where the cloud shows none: [Sim.Withdraw] takes it.
//
// It returns an error if there is no such instance, if the kind makes no sense for it (only spot
// instances are taken back, only prepaid ones expire), and for kinds that the cloud does not have.
func (s *Sim) Announce(name Cloud, n Notice) (eventID string, err error) {
	return s.cloud(name).Announce(core.Notice(n))
}

// Withdraw ends what was announced: it does not happen, or it is settled, such as a bill that is
// paid. The instance is then as if it had not happened. It returns an error if the cloud has
// announced no such event, or if nothing of it is left to end.
func (s *Sim) Withdraw(name Cloud, eventID string) error { return s.cloud(name).Withdraw(eventID) }
