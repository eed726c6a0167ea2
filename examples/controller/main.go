// Command controller makes Fleets of Kubernetes exist on four clouds. Without flags it shows that on
// a fake API server and simulated clouds, in some seconds. With -accounts it is the controller.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var s settings
	flag.StringVar(&s.accounts, "accounts", "", "the `file` with the cloud accounts; without it, a demonstration runs")
	flag.StringVar(&s.owner, "owner", "fleets", "the `name` of this controller in the tags of its instances: one per cluster")
	flag.StringVar(&s.namespace, "lock-namespace", "", "the `namespace` of the leader's lease; needed outside of a cluster")
	flag.StringVar(&s.metrics, "metrics", "0", "the `address` of the page of metrics; 0 means none")
	flag.IntVar(&s.parallel, "parallel", 50, "how many fleets are worked on at once")
	flag.DurationVar(&s.lease, "lease", leaseFor, "how long a leader that is silent stays one")
	flag.Parse() // -kubeconfig is a flag of controller-runtime
	log.SetLogger(logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, nil)))
	err := errors.New("a demonstration takes no arguments")
	switch {
	case s.accounts != "":
		err = serve(ctx, ctrl.GetConfig, &s)
	case flag.NArg() == 0:
		err = demonstrate(ctx, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
