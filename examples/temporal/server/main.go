// Command server is a Temporal server with a SQLite file: all four services in one process, on
// loopback, for the kill tests in ../kill. It is a module of its own because it is large to build.
// It ends when its standard input ends, so that it never outlives the tests.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

const clusterName = "active"

func main() {
	file := flag.String("db", "temporal.db", "the SQLite `file`; made when it is missing")
	port := flag.Int("port", 7233, "the first of four `ports`: frontend, history, matching, worker")
	flag.Parse()
	if err := run(*file, *port, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// run serves until its input ends.
func run(file string, port int, input io.Reader) error {
	db := &config.SQL{
		PluginName: sqliteplugin.PluginName, DatabaseName: file,
		ConnectAttributes: map[string]string{"mode": "rwc"},
	}
	if err := prepare(file, db); err != nil {
		return err
	}
	cfg := configure(db, port)
	s, err := temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts(port)),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithLogger(log.NewZapLogger(log.BuildZapLogger(log.Config{Stdout: true, Level: "warn"}))),
	)
	if err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, input)
	return s.Stop()
}

// prepare makes the tables in a new file, and the namespace.
func prepare(file string, db *config.SQL) error {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := sqlite.SetupSchema(db); err != nil {
			return err
		}
	}
	namespace, err := sqlite.NewNamespaceConfig(clusterName, "default", false, nil)
	if err != nil {
		return err
	}
	return sqlite.CreateNamespaces(db, namespace)
}

// services are the services in the order of their ports.
func services() []primitives.ServiceName {
	return []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	}
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// hosts says where each service is. The hosts are fixed: after a kill no service waits for a
// member that is gone.
func hosts(port int) map[primitives.ServiceName]static.Hosts {
	list := map[primitives.ServiceName]static.Hosts{}
	for n, name := range services() {
		list[name] = static.SingleLocalHost(address(port + n))
	}
	return list
}

func configure(db *config.SQL, port int) *config.Config {
	cfg := &config.Config{
		Persistence: config.Persistence{
			DefaultStore: "sqlite", VisibilityStore: "sqlite", NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{"sqlite": {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address(port)},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: address(port)},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
		}},
		Services: map[string]config.Service{},
	}
	for n, name := range services() {
		cfg.Services[string(name)] = config.Service{RPC: config.RPC{GRPCPort: port + n, BindOnLocalHost: true}}
	}
	return cfg
}
