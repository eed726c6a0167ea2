// Package sqlstore is a [store.Store] in a database: SQLite, PostgreSQL, MySQL or MariaDB, through
// database/sql. The program imports the driver and opens the *sql.DB; this package imports the
// standard library only.
//
//	db, err := sql.Open("pgx", dsn)
//	operations, err := sqlstore.Open(ctx, db, sqlstore.PostgreSQL, nil)
//	op, err := client.Run(ctx, "job-4711", &spec, operations, nil)
//
// # Engines
//
// The suite of package storetest passes on these, with the drivers named. Its tests are a module
// of their own, provider/sqlstore/enginetest.
//
//	engine             tested version  driver                             needs at least
//	SQLite             3.54.1          modernc.org/sqlite v1.62.0         3.24
//	PostgreSQL         15.18           github.com/jackc/pgx/v5 v5.13.0    9.5
//	MariaDB            10.11.19        github.com/go-sql-driver/mysql     10.6
//	                                   v1.10.1
//	MySQL              not tested      github.com/go-sql-driver/mysql     8.0.1
//
// "Needs at least" follows from the statements that are used: upserts everywhere, and SKIP LOCKED
// on the servers, which only [Store.Take] needs.
//
// # Clocks
//
// Leases are counted by the clock of the database server, in UTC, in microseconds since 1970, as
// integers: time zones of sessions do not matter, and clocks of callers are never compared. SQLite
// has no server: its clock is that of the computer, which all processes that use the file share.
// A clock that jumps ahead ends claims early, and their fences with them; nothing is made twice.
//
// # Connections
//
// Nothing relies on the state of a session: each method is one statement, or one transaction on
// one connection. So a pooler in transaction mode is fine; pgx behind an old PgBouncer needs
// default_query_exec_mode=exec in its DSN, since its prepared statements are state of a session.
// The *sql.DB must reach the primary: a proxy that sends reads to a replica hides what was saved
// last. A standby that takes over must have every commit (synchronous replication): an operation
// that is continued from an older state may create its instances again.
//
// Deadlocks, serialization failures, and a busy SQLite file are tried again until ctx ends. A
// connection that breaks is tried again for [Options].Patience, which covers the restart of a
// server. When it breaks in the middle of a COMMIT, what became of it is read back.
//
// All methods end within 100 ms of their ctx with the drivers above.
//
// # Isolation
//
// Each decision is one conditional UPDATE, so the store is right at every isolation level from
// READ COMMITTED up, whatever the default of the database is. MySQL may run with or without
// clientFoundRows: each UPDATE changes its row, by a counter.
//
// # SQLite
//
// The file must be on a local disk. WAL mode (PRAGMA journal_mode=WAL) lets readers and a writer
// work at the same time. PRAGMA synchronous must stay FULL: with NORMAL a power cut may undo a
// commit. [Open] refuses databases that are set to lose commits; see [Options].AllowLoss.
//
// # Tables
//
// Three, whose names begin with [Options].Prefix: operations, with a row for each operation;
// records, with a row for each record; and meta, with one row. Open makes them, see [Migrations].
// IDs are compared byte by byte.
package sqlstore
