package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/examples/controller/fleet"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// settings are the flags.
type settings struct {
	accounts, owner, namespace, metrics string
	parallel                            int
	lease                               time.Duration
}

// leaseFor is how long another replica waits for a leader that is silent. The leader itself stops
// when it could not renew for less than half of that, and its longest call takes 90 s: it is over
// before the next leader begins.
const leaseFor = 3 * time.Minute

// serve is the controller, until ctx ends or another replica leads.
func serve(ctx context.Context, config func() (*rest.Config, error), s *settings) error {
	clients, err := accounts(s.accounts)
	if err != nil {
		return err
	}
	cfg, err := config()
	if err != nil {
		return fmt.Errorf("finding the API server: %w", err)
	}
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	renew := s.lease * 4 / 9 // 80 s of three minutes
	retry := s.lease / 18
	m, err := ctrl.NewManager(cfg, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: s.metrics},
		LeaderElection: true, LeaderElectionID: "yunfan-fleets", LeaderElectionNamespace: s.namespace,
		LeaderElectionReleaseOnCancel: true, LeaseDuration: &s.lease, RenewDeadline: &renew, RetryPeriod: &retry,
		// A Secret is read where it is needed, and not kept.
		Client: client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
	})
	if err != nil {
		return err
	}
	r := &fleet.Reconciler{Client: m.GetClient(), Clients: clients, Owner: s.owner}
	err = ctrl.NewControllerManagedBy(m).
		For(&api.Fleet{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(controller.Options{MaxConcurrentReconciles: s.parallel}).
		Complete(r)
	if err != nil {
		return err
	}
	return m.Start(ctx)
}

// newScheme returns the types that the controller reads and writes.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	if err := clientscheme.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return scheme, api.AddToScheme(scheme)
}

// accounts returns a client of each account in a file.
func accounts(path string) (map[string]*provider.Client, error) {
	file := struct {
		Version int
		Clouds  clouds.Accounts
	}{Version: 1}
	doc, err := specfile.DecodeFile(path, &file, nil)
	if doc == nil {
		return nil, err
	}
	file.Clouds.Check(doc, "clouds")
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return file.Clouds.Clients(nil)
}
