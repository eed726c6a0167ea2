package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"text/tabwriter"
	"time"
)

// row is one line of the progress display.
type row struct {
	cloud, id, state, ip string
	took                 time.Duration
}

// display shows progress: a table that updates in place on a terminal, plain
// lines elsewhere. It is safe for concurrent use.
type display struct {
	out      io.Writer
	terminal bool

	mu    sync.Mutex
	rows  []row
	drawn int // lines of the table on the screen
}

func newDisplay(out io.Writer) *display {
	f, ok := out.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
	}
	return &display{out: out, terminal: ok}
}

// set adds or updates the row of an instance.
func (d *display) set(r row) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.terminal {
		fmt.Fprintf(d.out, "%6.1fs  %-10s %-24s %-10s %s\n", r.took.Seconds(), r.cloud, r.id, r.state, r.ip)
		return
	}
	d.keep(r)
	d.draw()
}

func (d *display) keep(r row) {
	for i := range d.rows {
		if d.rows[i].id == r.id && d.rows[i].cloud == r.cloud {
			d.rows[i] = r
			return
		}
	}
	d.rows = append(d.rows, r)
}

// draw writes the table over the previous one: it moves up to the first line of that
// table and clears to the end of the screen.
func (d *display) draw() {
	d.erase()
	t := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, r := range d.rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.1fs\n", r.cloud, r.id, r.state, r.ip, r.took.Seconds())
	}
	_ = t.Flush()
	d.drawn = len(d.rows)
}

func (d *display) erase() {
	if d.drawn > 0 {
		fmt.Fprintf(d.out, "\x1b[%dA\x1b[J", d.drawn)
	}
	d.drawn = 0
}

// done removes the table from the screen: the result follows.
func (d *display) done() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.erase()
}
