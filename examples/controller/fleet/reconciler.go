// Package fleet makes the instances of Fleets exist, each exactly once.
package fleet

import (
	"context"
	"errors"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Finalizer keeps a fleet until its instances are gone.
const Finalizer = "yunfan.example.com/instances"

// How long a pass takes, and when the next one comes.
const (
	// passFor ends a pass. Only one thing takes longer than some seconds: on a cloud without
	// client tokens, the search for the instances of a create whose answer was lost takes two
	// minutes, and begins anew when it is cut off.
	passFor = 5 * time.Minute

	again       = time.Second      // after a pass that has changed something
	whileGoing  = 5 * time.Second  // while releases are under way
	steadily    = 5 * time.Minute  // when there is nothing to do
	retryFirst  = 10 * time.Second // after the first failure, then twice as long each time
	retryMost   = 10 * time.Minute
	missingLong = 5 * time.Second // from the first answer without a released instance to the last
)

// Reconciler makes fleets true. It is safe for concurrent use, for different fleets.
type Reconciler struct {
	Client client.Client

	// Clients are the cloud accounts by name. Those of one account should share a Poller and a
	// Budget with all else that uses the account.
	Clients map[string]*provider.Client

	// Owner marks the instances, on clouds with tags: see [provider.RunOptions]. With it, a create
	// that was cut off is settled also after hours.
	Owner string
}

// Reconcile takes one pass: it asks about the instances of a fleet once, begins what is to be
// begun, and says when to come again.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, passFor)
	defer cancel()
	var f api.Fleet
	if err := r.Client.Get(ctx, req.NamespacedName, &f); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if done, err := r.ready(ctx, &f); done || err != nil {
		return r.result(ctx, 0, err)
	}
	p := r.newPass(&f)
	next, err := p.run(ctx)
	if err == nil && p.over() {
		return r.result(ctx, 0, r.forget(ctx, &f))
	}
	return r.result(ctx, next, err)
}

// ready puts the finalizer on a new fleet, before anything is created for it. It reports whether
// there is nothing more to do: a fleet that is deleted without it has no instances.
func (r *Reconciler) ready(ctx context.Context, f *api.Fleet) (done bool, err error) {
	has := slices.Contains(f.Finalizers, Finalizer)
	if deleting := !f.DeletionTimestamp.IsZero(); has || deleting {
		return !has, nil
	}
	f.Finalizers = append(f.Finalizers, Finalizer)
	return false, r.Client.Update(ctx, f)
}

// forget takes the finalizer away: the instances are gone.
func (r *Reconciler) forget(ctx context.Context, f *api.Fleet) error {
	f.Finalizers = slices.DeleteFunc(f.Finalizers, func(name string) bool { return name == Finalizer })
	return client.IgnoreNotFound(r.Client.Update(ctx, f))
}

// result returns when the next pass comes. A pass that somebody else has overtaken comes again
// soon: the cache of the client may be behind.
func (r *Reconciler) result(ctx context.Context, next time.Duration, err error) (reconcile.Result, error) {
	if errors.Is(err, provider.ErrSuperseded) || apierrors.IsConflict(err) {
		log.FromContext(ctx).Info("the fleet was written meanwhile: nothing more is sent in this pass")
		return reconcile.Result{RequeueAfter: again}, nil
	}
	return reconcile.Result{RequeueAfter: next}, err
}
