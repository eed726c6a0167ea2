package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// errInterrupted is the error of a run that a signal ended early.
var errInterrupted = errors.New("interrupted")

// interrupts says what happens when the user wants to stop.
type interrupts struct {
	board     *board
	show      *screen
	simulated bool
	last      io.Writer // for what is left
}

// watch waits for signals until the returned function is called. The first one ends the work, so that what
// was created is released. The second one ends the process.
func (i *interrupts) watch(signals <-chan os.Signal, interrupt context.CancelCauseFunc) (stop func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-done:
			return
		case <-signals:
		}
		i.show.print("Interrupted: what was created is released now. Press Ctrl-C again to leave at once." + i.known())
		interrupt(errInterrupted)
		select {
		case <-done:
		case <-signals:
			i.show.leave()
			fmt.Fprintln(i.last, i.second())
			os.Exit(exitInterrupted)
		}
	}()
	return func() { close(done) }
}

// known lists what is being released already. Before the release begins, creates that end now come first.
func (i *interrupts) known() string {
	rows := i.board.rows()
	isReleasing := func(r row) bool { return r.phase == releasing }
	if !slices.ContainsFunc(rows, isReleasing) {
		return ""
	}
	return remaining(rows)
}

// second says what is left, and how to look at it.
func (i *interrupts) second() string {
	rows := i.board.rows()
	text := "Left at once. These instances may still exist and cost money:"
	if i.simulated {
		text = "Left at once. The clouds were simulated, so nothing is left." +
			" On real clouds these instances might still exist and cost money:"
	}
	left := remaining(rows)
	for j := range rows {
		if ids := rows[j].remaining(); len(ids) > 0 {
			left += "\nLook with: " + cloudNamed(rows[j].name).look(rows[j].region, ids)
		}
	}
	return text + left
}

// remaining lists the instances that may exist, by cloud.
func remaining(rows []row) string {
	var b strings.Builder
	for i := range rows {
		r := &rows[i]
		if ids := r.remaining(); len(ids) > 0 {
			fmt.Fprintf(&b, "\n  %s: %s", r.name, strings.Join(ids, " "))
		}
		if r.underWay() {
			fmt.Fprintf(&b, "\n  %s: a create was under way; it may have made instances whose names begin with %s",
				r.name, instanceName)
		}
	}
	if b.Len() == 0 {
		return " nothing"
	}
	return b.String()
}
