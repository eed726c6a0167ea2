package sqlstore

import (
	"cmp"
	"fmt"
	"regexp"
	"time"
)

// Options are for [Open]. Nil is the default.
type Options struct {
	// Prefix begins the names of the tables, so that a database can have several stores. Lower
	// case letters, digits and "_", not a digit first, at most 32. "" means "yunfan_".
	Prefix string

	// Schema is the schema of the tables in PostgreSQL, the database in MySQL, and the attached
	// database in SQLite. It must exist, and has the form of Prefix. "" means that of the connection.
	Schema string

	// Patience is for how long a method goes on after connections to the database began to
	// fail, while ctx lasts. 0 means 30 s; less than 0 means that the first failure is returned.
	Patience time.Duration

	// AllowLoss accepts a database that is set to lose what it has committed when its computer
	// loses power: synchronous below FULL in SQLite, synchronous_commit=off in PostgreSQL,
	// innodb_flush_log_at_trx_commit other than 1 in MySQL. An operation that is continued from
	// an older state may create its instances again.
	AllowLoss bool

	// Ahead is added to the clock of the database, for tests.
	Ahead time.Duration
}

var nameForm = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,31}$`)

// withDefaults returns the options that count.
func (o *Options) withDefaults(d Dialect) (Options, error) {
	out := Options{}
	if o != nil {
		out = *o
	}
	out.Prefix, out.Patience = cmp.Or(out.Prefix, "yunfan_"), cmp.Or(out.Patience, 30*time.Second)
	if _, ok := dialects[d]; !ok {
		return out, fmt.Errorf("sqlstore: %v is not known", d)
	}
	for what, name := range map[string]string{"Prefix": out.Prefix, "Schema": cmp.Or(out.Schema, "_")} {
		if !nameForm.MatchString(name) {
			return out, fmt.Errorf("sqlstore: %s %q must be lower case letters, digits and _, at most 32", what, name)
		}
	}
	return out, nil
}
