package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// Activities are what a worker does for fleets. Every activity may be attempted again, at any
// moment and by any worker: the store says what was done before. Several goroutines may use it.
type Activities struct {
	// Clients are the accounts by name. Every worker of a task queue needs the same ones.
	Clients map[string]*provider.Client

	// Store is the journal. All workers share it: a database (provider/sqlstore), or a
	// directory (provider/filestore) when all of them run on one computer.
	Store store.Store

	// Files are the options to read the files of groups: the vendor options, and who resolves
	// the references of secrets.
	Files *specfile.Options

	// Lease and Margin are those of [provider.StoreOptions]. 0 means their defaults. Shorten
	// them for simulators only.
	Lease, Margin time.Duration
}

// Register registers the workflow and its activities.
func Register(r worker.Registry, a *Activities) {
	r.RegisterWorkflow(Workflow)
	r.RegisterActivity(a)
}

// job is a step with what a worker needs for it.
type job struct {
	a      *Activities
	step   Step
	client *provider.Client
	file   *specfile.File
}

// job reads the file of a step. Secrets are resolved here: they are in no history.
func (a *Activities) job(s Step) (*job, error) {
	c := a.Clients[s.Account]
	if c == nil {
		return nil, refused("account %q is not configured on this worker: add it to Activities.Clients", s.Account)
	}
	f, err := specfile.Parse([]byte(s.File), "the file of the group", a.Files)
	if err != nil {
		return nil, classified(err)
	}
	f.Spec.Count = s.Count
	return &job{a: a, step: s, client: c, file: f}, nil
}

func (j *job) options() (*provider.StoreOptions, error) {
	o, err := j.file.StoreOptions()
	if err != nil {
		return nil, err
	}
	o.Lease, o.Margin = j.a.Lease, j.a.Margin
	return o, nil
}

// run takes the operation of a step from a store and continues it.
func (j *job) run(ctx context.Context, s store.Store) (*provider.Operation, error) {
	o, err := j.options()
	if err != nil {
		return nil, err
	}
	return j.client.Run(ctx, j.step.Operation, &j.file.Spec, s, o)
}

// Submit puts the operation into the store. Nothing is sent to the cloud.
func (a *Activities) Submit(ctx context.Context, s Step) error {
	defer beat(ctx)()
	j, err := a.job(s)
	if err != nil {
		return err
	}
	o, err := j.options()
	if err != nil {
		return classified(err)
	}
	return classified(j.client.Submit(ctx, s.Operation, &j.file.Spec, a.Store, o))
}

// Create creates what the operation has not created yet. A refusal of the cloud is a result,
// not an error: another attempt would be refused as well.
func (a *Activities) Create(ctx context.Context, s Step) (Made, error) {
	defer beat(ctx)()
	j, err := a.job(s)
	if err != nil {
		return Made{}, err
	}
	op, err := j.run(ctx, submitted{a.Store})
	if op == nil {
		return Made{}, classified(err)
	}
	made, infoErr := madeBy(op)
	if err := errors.Join(infoErr, op.Close()); err != nil {
		return Made{}, classified(err)
	}
	switch {
	case err == nil:
		return made, nil
	case made.Open && !permanent(err):
		return Made{}, classified(err)
	}
	made.Problem = err.Error()
	return made, nil
}

// madeBy returns what an operation has made so far.
func madeBy(op *provider.Operation) (Made, error) {
	token, err := op.MarshalText()
	if err != nil {
		return Made{}, err
	}
	info, err := provider.ReadToken(token)
	return Made{Count: len(info.InstanceIDs), Open: info.Planned+info.Unknown > 0}, err
}

// beat tells the server, until the function that it returns is called, that this worker lives.
// The SDK may hold a heartbeat back, and a crash loses it. Nothing depends on that: what was done
// is in the store. Heartbeats also bring the cancellation of the activity.
func beat(ctx context.Context) (stop func()) {
	every := activity.GetInfo(ctx).HeartbeatTimeout / 3
	if every <= 0 {
		return func() {}
	}
	end := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				activity.RecordHeartbeat(ctx)
			case <-end:
				return
			}
		}
	})
	return func() { close(end); beating.Wait() }
}

// submitted is a store in which an operation that was never submitted cannot begin. A worker that
// was stopped for long may wake with a create whose fleet was released meanwhile.
type submitted struct{ store.Store }

// Claim implements store.Store.
func (s submitted) Claim(ctx context.Context, e store.Entry, holder string, lease time.Duration) (store.Claim, error) {
	e.Definition = nil // an entry that the store has keeps its own
	c, err := s.Store.Claim(ctx, e, holder, lease)
	if err != nil || len(c.Entry.Definition) > 0 {
		return c, err
	}
	err = fmt.Errorf("operation %s was released, or never submitted: %w", e.ID, store.ErrNotFound)
	return store.Claim{}, errors.Join(err, s.Delete(ctx, c))
}
