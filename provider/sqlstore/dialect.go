package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Dialect is the SQL of an engine.
type Dialect int

// The dialects. The zero value is none of them, and is refused.
const (
	SQLite Dialect = iota + 1
	PostgreSQL
	MySQL // MariaDB too
)

// String names the engine.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case PostgreSQL:
		return "PostgreSQL"
	case MySQL:
		return "MySQL"
	}
	return "dialect " + strconv.Itoa(int(d))
}

// words are what differs between the engines.
type words struct {
	now        string // microseconds since 1970 by the clock of the database, as an integer
	begin      string
	skipLocked string // ends a SELECT that takes a row which no other transaction has locked
	noOp       string // ends an INSERT of an operation that may be there already
	replace    string // ends an INSERT of records that may be there already
	quote      string // of identifiers
	flag       string // the type of small numbers
	short      string // the type of IDs: ASCII, compared byte by byte
	long       string // the type of names: UTF-8, compared byte by byte
	blob       string
	suffix     string // ends a CREATE TABLE
	inline     string // an index within a CREATE TABLE
	index      string // an index after it
	lock       string // keeps other migrations out of a transaction; "" where begin does
}

var dialects = map[Dialect]words{
	SQLite: {
		now:     "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000",
		begin:   "BEGIN IMMEDIATE",
		noOp:    "ON CONFLICT DO NOTHING",
		replace: "ON CONFLICT (id, seq) DO UPDATE SET data = excluded.data",
		quote:   `"`, flag: "INTEGER", short: "TEXT", long: "TEXT", blob: "BLOB",
		index: "CREATE INDEX IF NOT EXISTS {index} ON {indexed} (settled, held_until)",
	},
	PostgreSQL: {
		now:        "CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000000 AS BIGINT)", // now() is when the transaction began
		begin:      "BEGIN ISOLATION LEVEL READ COMMITTED",
		skipLocked: "FOR UPDATE OF o SKIP LOCKED",
		noOp:       "ON CONFLICT DO NOTHING",
		replace:    "ON CONFLICT (id, seq) DO UPDATE SET data = excluded.data",
		quote:      `"`, flag: "SMALLINT", short: `TEXT COLLATE "C"`, long: `TEXT COLLATE "C"`, blob: "BYTEA",
		index: "CREATE INDEX IF NOT EXISTS {index} ON {indexed} (settled, held_until)",
		lock:  "SELECT pg_advisory_xact_lock(hashtext('{operations}'))",
	},
	MySQL: {
		now:        "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))", // UNIX_TIMESTAMP goes through the time zone
		begin:      "START TRANSACTION",
		skipLocked: "FOR UPDATE SKIP LOCKED",
		noOp:       "ON DUPLICATE KEY UPDATE id = id", // INSERT IGNORE would hide other errors
		replace:    "ON DUPLICATE KEY UPDATE data = VALUES(data)",
		quote:      "`", flag: "SMALLINT", short: "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin",
		long: "VARBINARY(255)", blob: "LONGBLOB", // collations of text ignore spaces at the end
		inline: ",\n\tINDEX {index} (settled, held_until)", suffix: " ENGINE=InnoDB",
	},
}

// grammar writes statements.
type grammar struct {
	words
	dialect Dialect
	names   *strings.Replacer
}

func newGrammar(d Dialect, o *Options) grammar {
	g := grammar{words: dialects[d], dialect: d}
	schema := ""
	if o.Schema != "" {
		schema = g.quote + o.Schema + g.quote + "."
	}
	now := g.now
	if o.Ahead != 0 {
		now = fmt.Sprintf("(%s + %d)", now, o.Ahead.Microseconds())
	}
	indexSchema, tableOfIndex := "", schema // PostgreSQL puts an index where its table is
	if d == SQLite {
		indexSchema, tableOfIndex = schema, ""
	}
	g.names = strings.NewReplacer(
		"{operations}", schema+o.Prefix+"operations", "{records}", schema+o.Prefix+"records",
		"{meta}", schema+o.Prefix+"meta", "{now}", now, "{columns}", columns,
		"{inline}", strings.ReplaceAll(g.inline, "{index}", o.Prefix+"free"),
		"{index}", indexSchema+o.Prefix+"free", "{indexed}", tableOfIndex+o.Prefix+"operations",
		"{flag}", g.flag, "{short}", g.short, "{long}", g.long, "{blob}", g.blob, "{suffix}", g.suffix,
		"{floor}", "(SELECT fence FROM "+schema+o.Prefix+"meta)",
	)
	return g
}

// write returns a statement with its names filled in, and with the placeholders of the engine.
func (g *grammar) write(template string) string {
	text := g.names.Replace(template)
	if g.dialect != PostgreSQL {
		return text
	}
	var b strings.Builder
	n := 0
	for i := range len(text) {
		if text[i] != '?' {
			b.WriteByte(text[i])
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}

// micros returns a time of the database, and the zero time for 0.
func micros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
