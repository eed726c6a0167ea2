package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// version is that of the tables as this package knows them.
const version = 1

// Migrations returns the statements that [Open] runs in an empty database, for a program whose
// user may not make tables: run them as somebody who may. Each may be run again.
func Migrations(d Dialect, o *Options) ([]string, error) {
	opts, err := o.withDefaults(d)
	if err != nil {
		return nil, err
	}
	g := newGrammar(d, &opts)
	return append(g.base(), g.from(0)...), nil
}

// base returns the statements for the table that knows the version.
func (g *grammar) base() []string {
	return []string{
		g.write(`CREATE TABLE IF NOT EXISTS {meta} (
	id {flag} NOT NULL PRIMARY KEY,
	version {flag} NOT NULL,
	fence BIGINT NOT NULL
){suffix}`),
		g.write("INSERT INTO {meta} (id, version, fence) VALUES (1, 0, 0) " + g.noOp),
	}
}

// from returns the statements that lead from a version to the current one. Each may be run again,
// since MySQL makes tables outside of transactions. A later version adds its own here.
func (g *grammar) from(old int64) (list []string) {
	if old < 1 {
		list = append(list, g.write(`CREATE TABLE IF NOT EXISTS {operations} (
	id {short} NOT NULL PRIMARY KEY,
	cloud {long} NOT NULL,
	region {long} NOT NULL,
	owner {long} NOT NULL,
	n_asked BIGINT NOT NULL,
	n_known BIGINT NOT NULL,
	n_open BIGINT NOT NULL,
	settled {flag} NOT NULL,
	definition {blob},
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	holder {long} NOT NULL,
	held_until BIGINT NOT NULL,
	fence BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	nonce {short} NOT NULL{inline}
){suffix}`), g.write(`CREATE TABLE IF NOT EXISTS {records} (
	id {short} NOT NULL,
	seq BIGINT NOT NULL,
	data {blob} NOT NULL,
	PRIMARY KEY (id, seq)
){suffix}`))
		if g.index != "" {
			list = append(list, g.write(g.index))
		}
		list = append(list, g.write("UPDATE {meta} SET version = 1 WHERE version < 1"))
	}
	return list
}

// migrate brings the tables to the current version. Several processes may do that at once.
func (s *Store) migrate(ctx context.Context) error {
	return s.try(ctx, "looking at the tables", func(attempt) error {
		found, err := s.version(ctx, s.db)
		if err == nil && found >= version {
			return checkVersion(found)
		}
		if err != nil && !isMissing(err) {
			return err
		} // otherwise another process may be making them
		if s.dialect == MySQL {
			return s.migrateLocked(ctx)
		}
		return s.inTx(ctx, func(q querier) error {
			if s.lock != "" {
				if _, err := exec(ctx, q, s.write(s.lock)); err != nil {
					return err
				}
			}
			return s.advance(ctx, q)
		})
	})
}

// advance runs what is missing. Nobody else does meanwhile.
func (s *Store) advance(ctx context.Context, q querier) error {
	for _, text := range s.base() {
		if _, err := exec(ctx, q, text); err != nil {
			return err
		}
	}
	found, err := s.version(ctx, q)
	if err != nil {
		return err
	}
	for _, text := range s.from(found) {
		if _, err := exec(ctx, q, text); err != nil {
			return err
		}
	}
	return checkVersion(found)
}

// migrateLocked keeps other processes out by a lock of MySQL, which ends with the connection.
func (s *Store) migrateLocked(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	name := "yunfan " + s.prefix
	for got := int64(0); got != 1; {
		var answer sql.NullInt64
		if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, 1)", name).Scan(&answer); err != nil {
			return err
		}
		got = answer.Int64
	}
	err = s.advance(ctx, conn)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackFor)
	defer cancel()
	var answer sql.NullInt64
	if failed := conn.QueryRowContext(end, "SELECT RELEASE_LOCK(?)", name).Scan(&answer); failed != nil {
		discard(conn)
	}
	return err
}

// version returns the version of the tables, and -1 before there is one.
func (s *Store) version(ctx context.Context, q querier) (v int64, err error) {
	v = -1
	err = each(ctx, q, s.write("SELECT version FROM {meta} WHERE id = 1"), nil, func(r *sql.Rows) error { return r.Scan(&v) })
	return v, err
}

func checkVersion(found int64) error {
	if found > version {
		return refuse("the tables have version %d, and this program knows %d: use a newer one", found, version)
	}
	return nil
}

// isMissing reports whether an error says that there is no table.
func isMissing(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState() == "42P01"
	}
	if n, ok := number(err, "Number"); ok {
		return n == 1146
	}
	return strings.Contains(err.Error(), "no such table") // SQLite has no code of its own for it
}

// checkSettings returns what is wrong with the settings of a database.
func (s *Store) checkSettings(ctx context.Context, allowLoss bool) error {
	if s.dialect == MySQL {
		if on, err := s.setting(ctx, "SELECT @@autocommit"); err != nil || on != "1" {
			return s.orRefuse(err, "autocommit is %s: what is saved would not be committed", on)
		}
	}
	if allowLoss {
		return nil
	}
	ask := map[Dialect]string{
		SQLite:     "PRAGMA synchronous",
		PostgreSQL: "SELECT current_setting('synchronous_commit')",
		MySQL:      "SELECT @@innodb_flush_log_at_trx_commit",
	}[s.dialect]
	got, err := s.setting(ctx, ask)
	safe := map[Dialect]bool{
		SQLite: got == "2" || got == "3", PostgreSQL: got != "off", MySQL: got == "1",
	}[s.dialect]
	if err == nil && safe {
		return nil
	}
	return s.orRefuse(err, "%s says %s: a power cut may lose what was saved. Change it, or set Options.AllowLoss", ask, got)
}

func (s *Store) orRefuse(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return refuse(format, args...)
}

// setting returns the answer to a question about a setting.
func (s *Store) setting(ctx context.Context, ask string) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = s.try(ctx, "reading the settings", func(attempt) error {
		return each(ctx, s.db, ask, nil, func(r *sql.Rows) error { return r.Scan(&answer) })
	})
	if err != nil {
		return "", fmt.Errorf("%s: %w", ask, err)
	}
	return answer, nil
}
