package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
)

// Conditions of a fleet.
const (
	Ready   = "Ready"   // as many instances run as are wanted, and no others are left
	Applied = "Applied" // the instances are what the spec says
)

const failing = "Failing" // the reason of a fleet that is not ready because of an error

// finish counts what there is, says what it means, and saves it.
func (p *pass) finish(ctx context.Context) error {
	p.change(func(s *api.FleetStatus) {
		s.ObservedGeneration = p.fleet.Generation
		s.Ready, s.Pending, s.Failed, s.Instances = 0, 0, 0, nil
		leaving := 0
		for _, o := range s.Operations {
			if v := p.shown[o.ID]; v != nil {
				s.Ready += int32(len(v.ready))                               //nolint:gosec // at most a thousand
				s.Pending += int32(v.owed + len(v.instances) - len(v.ready)) //nolint:gosec // at most a thousand
				s.Instances = append(s.Instances, v.instances...)
			}
			failed, others := countLeaving(&o)
			s.Failed += failed
			leaving += others
		}
		if healthy := s.Failed+s.Pending == 0 && int(s.Ready) == p.wanted; healthy {
			s.Failures, s.RetryAt = 0, nil
		}
		p.set(s, Ready, p.readiness(s, leaving))
		p.set(s, Applied, p.appliedness(s))
	})
	return p.save(ctx)
}

// countLeaving counts the instances that leave and are not gone yet. An operation that ends counts
// as one at least: some of its instances may not be known.
func countLeaving(o *api.Operation) (failed int32, others int) {
	for _, l := range o.Leaving {
		switch {
		case l.Gone:
		case l.Failed != "":
			failed++
		default:
			others++
		}
	}
	if o.Ending && failed == 0 {
		others = max(others, 1)
	}
	return failed, others
}

// reason is why a condition is not true; the zero value is one that is true.
type reason struct{ word, text string }

// readiness returns why a fleet is not ready.
func (p *pass) readiness(s *api.FleetStatus, leaving int) reason {
	isReady := int(s.Ready) == p.wanted && s.Pending == 0
	switch err := errors.Join(p.problems...); {
	case p.invalid != nil:
		return reason{"Invalid", p.invalid.Error()}
	case err != nil:
		return reason{failing, err.Error()}
	case s.Failed > 0, s.RetryAt != nil && !isReady:
		return reason{failing, lastFailure(s)}
	case p.deleting, isReady && leaving > 0:
		return reason{"Releasing", fmt.Sprintf("at least %d instances are not gone yet", leaving)}
	case !isReady:
		return reason{"Creating", fmt.Sprintf("%d of %d instances run", s.Ready, p.wanted)}
	}
	return reason{}
}

// lastFailure returns why the youngest instance that failed did so, or what an earlier pass has said
// about a create.
func lastFailure(s *api.FleetStatus) (text string) {
	text = "the last create has failed, and the next one waits"
	if c := meta.FindStatusCondition(s.Conditions, Ready); c != nil && c.Reason == failing {
		text = c.Message
	}
	for _, o := range s.Operations {
		for _, l := range o.Leaving {
			if l.Failed != "" {
				text = l.Failed
			}
		}
	}
	return text
}

// appliedness returns why the instances are not what the spec says.
func (p *pass) appliedness(s *api.FleetStatus) reason {
	if s.Applied == nil {
		return reason{}
	}
	fields := differs(s.Applied, &p.spec)
	if len(fields) == 0 {
		return reason{}
	}
	return reason{"Changed", strings.Join(fields, ", ") + " changed, and instances cannot follow: nothing is created;" +
		" set replicas to 0 and up again to replace them, or undo the change, or make another fleet"}
}

// set sets a condition.
func (p *pass) set(s *api.FleetStatus, name string, r reason) {
	c := metav1.Condition{
		Type: name, Status: metav1.ConditionFalse, Reason: r.word, Message: r.text, ObservedGeneration: p.fleet.Generation,
	}
	if r == (reason{}) {
		c.Status, c.Reason = metav1.ConditionTrue, "Done"
	}
	meta.SetStatusCondition(&s.Conditions, c)
}
