package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// order is what a client of the service sends: a spec file, and the account to use.
type order struct {
	Version int
	Account string
	specfile.File
	client  *provider.Client
	options *provider.StoreOptions // the store keeps the text as it was sent
}

// service works on operations.
type service struct {
	ctx     context.Context // of the process
	clients map[string]*provider.Client
	store   store.Store
	log     *slog.Logger
	work    sync.WaitGroup

	mu    sync.Mutex
	tasks map[string]*task // what this process has worked on, by operation
}

// task is what this process does with an operation. Its results are for after its end.
type task struct {
	cancel    context.CancelFunc
	ended     chan struct{}
	done      atomic.Bool // the results are there
	instances []provider.Instance
	err       error
}

// read returns the order in a text.
func (s *service) read(text []byte) (*order, error) {
	o := &order{Version: 1}
	o.options = &provider.StoreOptions{Run: &o.Run, Definition: text}
	doc, err := specfile.Decode(text, "the order", o, &specfile.Options{Vendors: clouds.Vendors()})
	if doc == nil {
		return nil, err
	}
	if o.client = s.clients[o.Account]; o.client == nil {
		doc.Refuse("account", "%q is not configured", o.Account)
	}
	return o, doc.Err()
}

// resume continues what an earlier process has begun.
func (s *service) resume() error {
	for e, err := range store.Unfinished(s.ctx, s.store, store.Query{}) {
		if err != nil {
			return err
		}
		if o, err := s.read(e.Definition); err != nil {
			s.log.Error("an operation cannot be continued", "operation", e.ID, "error", err)
		} else {
			s.start(e.ID, o, false)
		}
	}
	return nil
}

// start creates or releases an operation in the background, in place of what is under way for it.
func (s *service) start(id string, o *order, release bool) *task {
	ctx, cancel := context.WithCancel(s.ctx)
	t := &task{cancel: cancel, ended: make(chan struct{})}
	s.mu.Lock()
	before := s.tasks[id]
	s.tasks[id] = t
	s.mu.Unlock()
	s.work.Go(func() {
		defer close(t.ended)
		if before != nil {
			before.cancel()
			<-before.ended
		}
		t.instances, t.err = s.run(ctx, id, o, release)
		t.done.Store(true)
		cancel()
		s.log.Info("operation", "operation", id, "running", len(t.instances), "error", t.err)
	})
	return t
}

// run takes the operation from the store, and waits while another process has it.
func (s *service) run(ctx context.Context, id string, o *order, release bool) (list []provider.Instance, err error) {
	take := o.client.Run
	if release { // without creating what is left before
		take = o.client.Open
	}
	op, err := take(ctx, id, &o.Spec, s.store, o.options)
	for held := (*store.HeldError)(nil); errors.As(err, &held) && ctx.Err() == nil; {
		select {
		case <-time.After(held.Left):
		case <-ctx.Done():
		}
		op, err = take(ctx, id, &o.Spec, s.store, o.options)
	}
	if op == nil {
		return nil, err
	}
	var late error
	if release {
		_, late = op.Terminate(ctx, &provider.TerminateOptions{Wait: true})
	} else {
		list, late = op.Wait(ctx, nil)
	}
	return list, errors.Join(err, late, op.Close())
}
