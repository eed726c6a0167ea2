// Command service is a small platform service on the library: it creates, shows and releases
// operations over HTTP, survives being killed, and has a page of metrics. README.md shows it.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/filestore"
	"github.com/yunfan-cloud/yunfan/provider/problem"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// config is the file of the service.
type config struct {
	Version int
	Listen  string // host:port
	Store   string // the directory of operations
	Clouds  clouds.Accounts
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	path := flag.String("config", "service.yaml", "the `file` with listen, store and clouds")
	flag.Parse()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(ctx, *path, log); err != nil {
		log.Error("the service ends", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, path string, log *slog.Logger) error {
	cfg := config{Version: 1, Listen: "127.0.0.1:8080", Store: "operations"}
	doc, err := specfile.DecodeFile(path, &cfg, nil)
	if doc == nil {
		return err
	}
	cfg.Clouds.Check(doc, "clouds")
	if err := doc.Err(); err != nil {
		return err
	}
	operations, err := filestore.Open(cfg.Store, nil)
	if err != nil {
		return err
	}
	registry := client.NewRegistry()
	exporter, err := prometheus.New(prometheus.WithRegisterer(registry))
	if err != nil {
		return err
	}
	meter := metric.NewMeterProvider(metric.WithReader(exporter))
	clients, err := cfg.Clouds.Clients(func(name string, c *clouds.Config) {
		c.Options.Logger, c.Options.Meter = log.With("account", name), meter
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return err
	}
	log.Info("listening", "address", listener.Addr().String())
	s := &service{ctx: ctx, clients: clients, store: operations, log: log, tasks: map[string]*task{}}
	return s.serve(listener, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
}

// serve continues what an earlier process left, and answers requests, until ctx ends.
func (s *service) serve(listener net.Listener, metrics http.Handler) error {
	err := s.resume()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("PUT /operations/{id}", problem.Handler(s.put))
	mux.Handle("GET /operations/{id}", problem.Handler(s.get))
	mux.Handle("DELETE /operations/{id}", problem.Handler(s.delete))
	mux.Handle("GET /metrics", metrics)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	defer s.work.Wait() // each operation gives itself back to the store
	defer context.AfterFunc(s.ctx, func() { _ = server.Close() })()
	if err = server.Serve(listener); errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
