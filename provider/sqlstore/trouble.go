package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// trouble is what an error of a database means for the next step.
type trouble int

const (
	final    trouble = iota // the same again ends the same
	conflict                // another transaction was in the way; nothing has happened
	broken                  // of the connection; what became of the statement is not known
)

// judge returns what an error means. The engine is known by the error itself: no driver is
// imported. An error without a code does not come from the engine, so it is about the connection.
func judge(err error) trouble {
	if isOurs(err) || strings.HasPrefix(err.Error(), "sql: ") { // of database/sql: closed, or a wrong type
		return final
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return judgeState(state.SQLState())
	}
	if n, ok := number(err, "Number"); ok {
		return judgeMySQL(n)
	}
	if n, ok := number(err, "Code"); ok {
		return judgeSQLite(n)
	}
	return broken
}

func isOurs(err error) bool {
	for _, own := range []error{store.ErrSuperseded, store.ErrHeld, store.ErrNotFound, errRefused} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

func judgeState(s string) trouble {
	switch s {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available
		return conflict
	case "57P01", "57P02", "57P03", "53300": // the server ends, crashed, starts; too many connections
		return broken
	}
	if strings.HasPrefix(s, "08") {
		return broken
	}
	return final
}

func judgeMySQL(n int64) trouble {
	switch n {
	case 1205, 1213, 1020: // lock wait timeout, deadlock, "record has changed since last read"
		return conflict
	case 1040, 1053, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1317, 1927: // too many connections, shutdown, network, killed
		return broken
	}
	return final
}

func judgeSQLite(n int64) trouble {
	switch n & 0xff { // the rest says more about the same
	case 5, 6, 17: // busy, locked, the schema has changed
		return conflict
	case 9: // interrupted, by a ctx
		return broken
	}
	return final
}

// number returns the code of an error: the field of a struct, or what a method of that name
// returns, in the error or in one that it wraps.
func number(err error, name string) (n int64, ok bool) {
	v := reflect.ValueOf(err)
	if m := v.MethodByName(name); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		if n, ok = integer(m.Call(nil)[0]); ok {
			return n, true
		}
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if n, ok = integer(v.FieldByName(name)); ok {
			return n, true
		}
	}
	switch w := err.(type) { //nolint:errorlint // the tree of errors is walked here
	case interface{ Unwrap() error }:
		if inner := w.Unwrap(); inner != nil {
			return number(inner, name)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range w.Unwrap() {
			if n, ok = number(inner, name); ok {
				return n, true
			}
		}
	}
	return 0, false
}

func integer(v reflect.Value) (n int64, ok bool) {
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), true //nolint:gosec // codes are small
	}
	return 0, false
}

// attempt is one of several at the same.
type attempt struct {
	unknown bool // what became of an earlier one is not known: it may have had its effect
}

// try does something until it succeeds, ends in an error that the next time would not change, or
// ctx ends. What it does must be right also when an earlier attempt has had its effect.
func (s *Store) try(ctx context.Context, what string, do func(attempt) error) error {
	var now attempt
	var brokenSince time.Time
	for n := 0; ; n++ {
		err := do(now)
		if err == nil {
			return nil
		}
		t := judge(err)
		if ctx.Err() != nil && !isOurs(err) {
			return fmt.Errorf("sqlstore: %s: %w", what, ctx.Err())
		}
		if t == broken && brokenSince.IsZero() {
			brokenSince = time.Now()
		}
		given := !brokenSince.IsZero() && time.Since(brokenSince) >= s.patience
		if hopeless := t == broken && given; t == final || hopeless {
			return fmt.Errorf("sqlstore: %s: %w", what, err)
		}
		now.unknown = now.unknown || t == broken
		if t == conflict {
			brokenSince = time.Time{} // the database answers
		}
		if err := rest(ctx, n, t); err != nil {
			return fmt.Errorf("sqlstore: %s: %w", what, err)
		}
	}
}

// rest pauses between two attempts.
func rest(ctx context.Context, n int, t trouble) error {
	longest := 50 * time.Millisecond
	if t == broken {
		longest = 500 * time.Millisecond
	}
	pause := min(longest, 2*time.Millisecond<<min(n, 10))
	timer := time.NewTimer(pause/2 + rand.N(pause))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// errRefused is beneath errors of values that no database gets.
var errRefused = errors.New("refused")

// refuse returns the error of a value.
func refuse(format string, args ...any) error {
	return fmt.Errorf("sqlstore: "+format+": %w", slices.Concat(args, []any{errRefused})...)
}
