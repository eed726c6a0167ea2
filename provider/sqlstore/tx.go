package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"
)

// querier is a pool of connections, or one of them.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// rollbackFor is how long ending a transaction that failed may take. The connection is closed
// after it, which ends the transaction too.
const rollbackFor = 50 * time.Millisecond

// inTx does something in one transaction. It does not use [sql.Tx]: the Commit of that does not
// end with ctx, and its Begin cannot begin a transaction of SQLite that writes.
func (s *Store) inTx(ctx context.Context, do func(querier) error) (err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err = conn.ExecContext(ctx, s.begin); err != nil {
		if judge(err) == broken {
			discard(conn)
		}
		return err
	}
	if err = do(conn); err == nil {
		if _, err = conn.ExecContext(ctx, "COMMIT"); err == nil {
			return nil
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackFor)
	defer cancel()
	if _, failed := conn.ExecContext(end, "ROLLBACK"); failed != nil {
		discard(conn)
	}
	return err
}

// discard closes a connection instead of giving it back to the pool.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// exec runs a statement, and returns how many rows it has changed.
func exec(ctx context.Context, q querier, text string, args ...any) (int64, error) {
	r, err := q.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// each calls a function for each row of a query.
func each(ctx context.Context, q querier, text string, args []any, row func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
