package cloudsim

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Call is the record of one request to a cloud. It holds no secret: Params has only
// parameters of a fixed list, such as counts, regions, types and IDs of instances, and of
// those only values of the expected form. Passwords, user data, tokens, signatures, names,
// tags and raw vendor text are never recorded.
type Call struct {
	Cloud  Cloud
	Time   time.Time     // when it arrived
	Took   time.Duration // until its answer was ready
	Action string        // "" = none could be read; "(masked)" = not the name of any API
	Known  bool          // the cloud has that action
	Region string        // as the call named it
	Status int           // of HTTP; 0 = the connection was cut
	Code   string        // the cloud's own refusal; "" = none, or a fault decided the answer
	Reason string        // the refusal in the cloud's words; "" also when it quotes a parameter

	Params map[string]string // the shown parameters, by wire name
	Masked int               // number of parameters that are not shown
	Faults []FaultKind       // faults that hit the call
}

// record keeps the latest calls and reports calls to a logger.
type record struct {
	mu   sync.Mutex
	keep int // how many calls are kept
	last []Call
	log  *slog.Logger // nil = none
}

// KeepCalls makes the simulator keep records of the latest n calls of all clouds together,
// for [Sim.LastCalls]. It keeps none before the first KeepCalls. A smaller n drops the
// oldest records; 0 drops all and ends the recording.
func (s *Sim) KeepCalls(n int) {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	s.record.keep = max(n, 0)
	s.record.trim()
}

// LastCalls returns the records of at most the latest n calls, the oldest first. See
// [Sim.KeepCalls].
func (s *Sim) LastCalls(n int) []Call {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	list := slices.Clone(s.record.last[max(len(s.record.last)-max(n, 0), 0):])
	return list
}

// observer returns what receives the records of calls, or nil if nobody wants them.
func (s *Sim) observer() func(core.Record) {
	r := &s.record
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keep == 0 && r.log == nil {
		return nil
	}
	return func(c core.Record) {
		r.add(Call(c))
		r.report(Call(c))
	}
}

func (r *record) add(c Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = append(r.last, c)
	r.trim()
}

// clear drops all records.
func (r *record) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = nil
}

// trim drops the oldest records. Callers hold the lock.
func (r *record) trim() {
	if more := len(r.last) - r.keep; more > 0 {
		r.last = slices.Delete(r.last, 0, more)
	}
}

// report writes a call to the log: refusals of the cloud as warnings, calls that a fault hit
// as information, the others for debugging.
func (r *record) report(c Call) {
	if r.log == nil {
		return
	}
	level, text := slog.LevelDebug, "call"
	switch {
	case !c.Known && c.Action != "":
		level, text = slog.LevelWarn, "unknown action"
	case c.Code != "":
		level, text = slog.LevelWarn, "refused"
	case len(c.Faults) > 0:
		level, text = slog.LevelInfo, "hit by a fault"
	}
	attrs := []slog.Attr{
		slog.String("cloud", string(c.Cloud)), slog.String("action", c.Action), slog.String("region", c.Region),
		slog.Int("status", c.Status),
	}
	if c.Code != "" {
		attrs = append(attrs, slog.String("code", c.Code), slog.String("reason", c.Reason))
	}
	if len(c.Faults) > 0 {
		attrs = append(attrs, slog.Any("faults", c.Faults))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		attrs = append(attrs, slog.String(name, c.Params[name]))
	}
	r.log.LogAttrs(context.Background(), level, text, attrs...)
}
