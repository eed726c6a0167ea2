//go:build unix

package enginetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"testing"
)

// wire stands between database/sql and a driver. It counts statements, and loses connections.
type wire struct {
	driver.Connector

	statements, bytes atomic.Int64

	loseAt int64 // the statement, from 1, at which the connection breaks; 0 is none
	after  bool  // when the statement was done, and otherwise before
	lost   atomic.Int64
}

// wired opens a database through a wire.
func wired(t testing.TB, p place) (*sql.DB, *wire) {
	t.Helper()
	d := p.database(t).Driver()
	w := &wire{Connector: simpleConnector{d, p.DSN}}
	db := sql.OpenDB(w)
	t.Cleanup(func() { _ = db.Close() })
	return db, w
}

type simpleConnector struct {
	driver driver.Driver
	dsn    string
}

// Connect implements [driver.Connector].
func (c simpleConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if d, ok := c.driver.(driver.DriverContext); ok {
		inner, err := d.OpenConnector(c.dsn)
		if err != nil {
			return nil, err
		}
		return inner.Connect(ctx)
	}
	return c.driver.Open(c.dsn)
}

// Driver implements [driver.Connector].
func (c simpleConnector) Driver() driver.Driver { return c.driver }

// Connect implements [driver.Connector].
func (w *wire) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &wiredConn{Conn: c, wire: w}, nil
}

// wiredConn is a connection. All drivers of the tests do statements without preparing them.
type wiredConn struct {
	driver.Conn
	wire *wire
	dead atomic.Bool
}

var errLost = errors.New("the connection is lost")

// pass counts a statement, and reports whether the connection breaks before or after it.
func (c *wiredConn) pass(query string, args []driver.NamedValue) (before, after bool) {
	if c.dead.Load() {
		return true, false
	}
	n := c.wire.statements.Add(1)
	size := int64(len(query))
	for _, a := range args {
		switch v := a.Value.(type) {
		case []byte:
			size += int64(len(v))
		case string:
			size += int64(len(v))
		default:
			size += 8
		}
	}
	c.wire.bytes.Add(size)
	if n != c.wire.loseAt {
		return false, false
	}
	c.wire.lost.Add(1)
	return !c.wire.after, c.wire.after
}

// lose breaks the connection. The server ends what was not committed.
func (c *wiredConn) lose() error {
	if !c.dead.Swap(true) {
		_ = c.Conn.Close()
	}
	return errLost
}

// Close implements [driver.Conn].
func (c *wiredConn) Close() error {
	if c.dead.Swap(true) {
		return nil
	}
	return c.Conn.Close()
}

// ExecContext implements [driver.ExecerContext].
func (c *wiredConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	before, after := c.pass(query, args)
	if before {
		return nil, c.lose()
	}
	r, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	if after {
		return nil, c.lose()
	}
	return r, err
}

// QueryContext implements [driver.QueryerContext].
func (c *wiredConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	before, after := c.pass(query, args)
	if before {
		return nil, c.lose()
	}
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	if after {
		if err == nil {
			_ = rows.Close()
		}
		return nil, c.lose()
	}
	return rows, err
}

// CheckNamedValue implements [driver.NamedValueChecker].
func (c *wiredConn) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := c.Conn.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// IsValid implements [driver.Validator].
func (c *wiredConn) IsValid() bool {
	if c.dead.Load() {
		return false
	}
	inner, ok := c.Conn.(driver.Validator)
	return !ok || inner.IsValid()
}

// ResetSession implements [driver.SessionResetter].
func (c *wiredConn) ResetSession(ctx context.Context) error {
	if inner, ok := c.Conn.(driver.SessionResetter); ok {
		return inner.ResetSession(ctx)
	}
	return nil
}
