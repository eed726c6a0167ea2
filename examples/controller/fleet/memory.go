package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/provider"
)

// memory is a fleet while one pass works on it. Its status is the journal of the operations. It
// is safe for concurrent use: the library may leave a save behind that does not return in time.
type memory struct {
	client client.Client

	mu    sync.Mutex
	fleet *api.Fleet
	saved []byte // the status as the API server has it
}

func remember(c client.Client, f *api.Fleet) *memory {
	m := &memory{client: c, fleet: f}
	m.saved = written(&f.Status)
	return m
}

// written returns a status as the API server keeps it.
func written(s *api.FleetStatus) []byte {
	text, err := json.Marshal(s)
	if err != nil { // a template that is no JSON: the API server has none
		return nil
	}
	return text
}

// status returns a copy of the status.
func (m *memory) status() *api.FleetStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fleet.Status.DeepCopy()
}

// change changes the status in memory.
func (m *memory) change(how func(*api.FleetStatus)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	how(&m.fleet.Status)
}

// changeOperation changes an operation in memory.
func (m *memory) changeOperation(id string, how func(*api.Operation)) {
	m.change(func(s *api.FleetStatus) {
		if n := slices.IndexFunc(s.Operations, func(o api.Operation) bool { return o.ID == id }); n >= 0 {
			how(&s.Operations[n])
		}
	})
}

// operation returns a copy of an operation, or its zero value.
func (m *memory) operation(id string) (o api.Operation) {
	for _, have := range m.status().Operations {
		if have.ID == id {
			return have
		}
	}
	return o
}

// save writes the status if it has changed. Its resource version is the fence: when anybody else
// has written the fleet since it was read, nothing is saved, and the error matches
// [provider.ErrSuperseded].
func (m *memory) save(ctx context.Context) error {
	m.mu.Lock()
	next := m.fleet.DeepCopy()
	m.mu.Unlock()
	text := written(&next.Status)
	if bytes.Equal(text, m.savedText()) {
		return nil
	}
	err := m.client.Status().Update(ctx, next)
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err):
		return fmt.Errorf("%w: %w", provider.ErrSuperseded, err)
	case err != nil:
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fleet.ResourceVersion, m.saved = next.ResourceVersion, text
	return nil
}

func (m *memory) savedText() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saved
}

// Save implements [provider.Journal] for every operation of the fleet. The instances of an operation
// that is being released are known to be leaving before the first release is sent.
func (m *memory) Save(ctx context.Context, token []byte) error {
	info, err := provider.ReadToken(token)
	if err != nil {
		return err
	}
	before := m.status()
	m.change(func(s *api.FleetStatus) {
		n := slices.IndexFunc(s.Operations, func(o api.Operation) bool { return o.ID == info.Operation })
		if n < 0 {
			s.Operations = append(s.Operations, api.Operation{ID: info.Operation})
			n = len(s.Operations) - 1
		}
		o := &s.Operations[n]
		o.Token = string(token)
		if info.Over {
			leave(o, info.InstanceIDs, "")
		}
	})
	if err = m.save(ctx); err != nil {
		m.change(func(s *api.FleetStatus) { *s = *before })
	}
	return err
}

// leave records that instances are not wanted any more.
func leave(o *api.Operation, ids []string, why string) {
	for _, id := range ids {
		if !isLeaving(o, id) {
			o.Leaving = append(o.Leaving, api.Leaving{ID: id, Failed: why})
		}
	}
}

func isLeaving(o *api.Operation, id string) bool {
	return slices.ContainsFunc(o.Leaving, func(l api.Leaving) bool { return l.ID == id })
}
