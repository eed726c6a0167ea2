package provider

import (
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/creating"
)

// limited is a driver of which nothing but its limits may be asked.
type limited struct {
	Driver
	limits Limits
}

func (limited) Name() string     { return "limited" }
func (limited) Support() Support { return Support{} }
func (l limited) Limits() Limits { return l.limits }

// Once an operation is being released no create of it goes out, whatever led to it.
func TestNothingIsSentOfAnOperationThatIsBeingReleased(t *testing.T) {
	c := NewClient(limited{limits: Limits{InstancesPerCreate: 10, ClientToken: true}}, &Options{Region: "region-1"})
	op := newOperation(c, &RunOptions{}, &RunInstancesSpec{Region: "region-1", Count: 1})
	op.ledger.BeginRelease()
	if err := (creates{op}).Call(0, op.ledger.Part(0))(t.Context()); !errors.Is(err, creating.ErrReleasing) {
		t.Errorf("got %v, want %v", err, creating.ErrReleasing)
	}
}
