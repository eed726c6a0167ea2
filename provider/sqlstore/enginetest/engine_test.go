//go:build unix

package enginetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/yunfan-cloud/yunfan/provider/sqlstore"
	"github.com/yunfan-cloud/yunfan/provider/store"
	"github.com/yunfan-cloud/yunfan/provider/storetest"
)

func TestMain(m *testing.M) {
	storetest.Child(open)
	_ = mysql.SetLogger(log.New(io.Discard, "", 0)) // of connections that the tests break
	code := m.Run()
	privatePostgres.remove()
	privateMariaDB.remove()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// engine is a database to test with.
type engine struct {
	name     string
	dialect  sqlstore.Dialect
	driver   string
	variable string // the environment variable with its DSN
	private  *privateServer
	version  string // asks for it
	modes    []mode
}

// mode is a way to connect.
type mode struct{ name, settings string }

var engines = []engine{
	{
		name: "SQLite", dialect: sqlstore.SQLite, driver: "sqlite", version: "SELECT sqlite_version()",
		modes: []mode{{"WAL", "?_pragma=journal_mode(WAL)"}, {"journal, busy timeout", "?_pragma=busy_timeout(5000)"}},
	},
	{
		name: "PostgreSQL", dialect: sqlstore.PostgreSQL, driver: "pgx", version: "SELECT version()",
		variable: "YUNFAN_TEST_POSTGRES", private: privatePostgres,
		modes: []mode{
			{"default", ""},
			{"no prepared statements", " default_query_exec_mode=exec timezone=Asia/Shanghai"},
			{"simple protocol, serializable", " default_query_exec_mode=simple_protocol default_transaction_isolation=serializable"},
		},
	},
	{
		name: "MariaDB", dialect: sqlstore.MySQL, driver: "mysql", version: "SELECT version()",
		variable: "YUNFAN_TEST_MARIADB", private: privateMariaDB,
		modes: []mode{
			{"default", ""},
			{
				"interpolated, found rows, Shanghai, serializable",
				"?interpolateParams=true&clientFoundRows=true&time_zone=%27%2B08%3A00%27&tx_isolation=%27SERIALIZABLE%27",
			},
			{"read committed, not strict", "?tx_isolation=%27READ-COMMITTED%27&sql_mode=%27%27"},
		},
	},
}

// place is where a store is, for other processes too.
type place struct {
	Dialect        sqlstore.Dialect
	Driver, DSN    string
	Prefix, Schema string
}

func (p place) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// dsn returns where the engine is. The test is skipped where it cannot be had.
func (e *engine) dsn(t testing.TB, settings string) string {
	t.Helper()
	if e.dialect == sqlstore.SQLite {
		return filepath.Join(t.TempDir(), "store.db") + settings
	}
	if testing.Short() {
		t.Skipf("skipped: %s: no servers in short tests", e.name)
	}
	dsn := os.Getenv(e.variable)
	if dsn == "" {
		dsn = e.server(t).dsn
	}
	switch {
	case e.driver == "pgx" && strings.Contains(dsn, "://") && settings != "":
		sep := "?"
		if strings.Contains(dsn, "?") {
			sep = "&"
		}
		return dsn + sep + strings.ReplaceAll(strings.TrimSpace(settings), " ", "&")
	case strings.Contains(dsn, "?"):
		settings = strings.Replace(settings, "?", "&", 1)
	}
	return dsn + settings
}

// server returns the private server. The test is skipped where there is none.
func (e *engine) server(t testing.TB) *server {
	t.Helper()
	switch {
	case testing.Short():
		t.Skipf("skipped: %s: no servers in short tests", e.name)
	case os.Getenv(e.variable) != "":
		t.Skipf("skipped: %s: the server of %s is not the tests' own to kill", e.name, e.variable)
	}
	s, err := e.private.get()
	if err != nil {
		t.Skipf("skipped: %s cannot be started here: %v", e.name, err)
	}
	return s
}

// place returns an empty place, which the end of the test removes.
func (e *engine) place(t testing.TB, settings string) place {
	t.Helper()
	p := place{Dialect: e.dialect, Driver: e.driver, DSN: e.dsn(t, settings)}
	p.Prefix = "t" + strings.ToLower(rand.Text()[:10]) + "_"
	t.Cleanup(func() { p.drop(t) })
	return p
}

func (p place) drop(t testing.TB) {
	if p.Dialect == sqlstore.SQLite {
		return // the file goes with its directory
	}
	db := p.database(t)
	for _, table := range []string{"operations", "records", "meta"} {
		if _, err := db.ExecContext(context.Background(), "DROP TABLE IF EXISTS "+p.Prefix+table); err != nil {
			t.Error(err)
		}
	}
	_ = db.Close()
}

// database opens the database of a place.
func (p place) database(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(p.Driver, p.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// closing is a store with its connections.
type closing struct {
	*sqlstore.Store
	db *sql.DB
}

// Close closes the connections.
func (c closing) Close() error { return c.db.Close() }

func (p place) open(ahead time.Duration) (store.Store, error) {
	db, err := sql.Open(p.Driver, p.DSN)
	if err != nil {
		return nil, err
	}
	o := &sqlstore.Options{Prefix: p.Prefix, Schema: p.Schema, Ahead: ahead}
	s, err := sqlstore.Open(context.Background(), db, p.Dialect, o)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return closing{s, db}, nil
}

func placeOf(text string) (p place, err error) { return p, json.Unmarshal([]byte(text), &p) }

// open opens a store for the suite.
func open(text string) (store.Store, error) {
	p, err := placeOf(text)
	if err != nil {
		return nil, err
	}
	return p.open(0)
}

// openLater opens a store with its clock a day ahead.
func openLater(text string) (store.Store, error) {
	p, err := placeOf(text)
	if err != nil {
		return nil, err
	}
	return p.open(24 * time.Hour)
}

// onEach runs a test on each engine.
func onEach(t *testing.T, test func(t *testing.T, e *engine)) {
	for i := range engines {
		t.Run(engines[i].name, func(t *testing.T) { test(t, &engines[i]) })
	}
}

// onEachServer runs a test on each engine that has a server.
func onEachServer(t *testing.T, test func(t *testing.T, e *engine)) {
	onEach(t, func(t *testing.T, e *engine) {
		if e.private != nil {
			test(t, e)
		}
	})
}

// opened returns an empty store, and its place.
func opened(t *testing.T, e *engine) (store.Store, place) {
	t.Helper()
	p := e.place(t, "")
	s, err := p.open(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(closing).Close() })
	return s, p
}
