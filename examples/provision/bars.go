package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/yunfan-cloud/yunfan/provider"
)

// bars shows a bar for each member, on a terminal. It is never wider than the screen. When there are
// more members than lines, the lowest line counts those that are not shown.
type bars struct {
	box     *mpb.Progress
	members map[*job]*barMember
	rest    *mpb.Bar
}

type barMember struct {
	*tally
	bar   *mpb.Bar // nil for a member without a line of its own
	began time.Time
	took  time.Duration
	ended bool
}

func newBars(s *screen, jobs []*job) *bars {
	b := &bars{members: map[*job]*barMember{}}
	b.box = mpb.New(mpb.WithConsoleWriter(&console{screen: s}), mpb.WithAutoRefresh(),
		mpb.WithRefreshRate(100*time.Millisecond))
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.name
	}
	nameWidth := min(widestOf(names), s.width/3)
	shown := min(len(jobs), max(1, s.height-3))
	for i, j := range jobs {
		m := &barMember{tally: newTally(j), began: time.Now()}
		b.members[j] = m
		if i < shown {
			m.bar = b.add(s, m, runewidth.FillRight(runewidth.Truncate(j.name, nameWidth, "…"), nameWidth))
		}
	}
	if more := len(jobs) - shown; more > 0 {
		b.rest = b.box.New(0, mpb.NopStyle(), mpb.PrependDecorators(decor.Name(fmt.Sprintf("and %d more", more))))
	}
	return b
}

// add adds the bar of a member. Narrow terminals get numbers only.
func (b *bars) add(s *screen, m *barMember, name string) *mpb.Bar {
	numbers := decor.Any(func(decor.Statistics) string {
		_, running := m.numbers()
		return fmt.Sprintf(" %*d/%d", len(fmt.Sprint(m.wanted)), running, m.wanted)
	}, decor.WC{C: decor.DSyncWidth})
	elapsed := decor.Any(func(decor.Statistics) string { return fmt.Sprintf(" %4ds", int(m.elapsed().Seconds())) })
	text := decor.Any(func(decor.Statistics) string { return "  " + m.say() })
	style := mpb.BarFillerBuilder(mpb.BarStyle().Lbound("[").Filler("=").Tip(">").Padding("-").Rbound("]"))
	if s.width < 60 {
		style = mpb.NopStyle()
	}
	return b.box.New(int64(m.wanted), style, mpb.BarWidth(20), mpb.BarFillerTrim(),
		mpb.PrependDecorators(decor.Name(s.bold(name)+" ")),
		mpb.AppendDecorators(numbers, elapsed, text))
}

func (m *barMember) elapsed() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return m.took
	}
	return time.Since(m.began)
}

func (b *bars) of(j *job) memberProgress { return b.members[j] }

func (b *bars) close() {
	if b.rest != nil {
		b.rest.Abort(true)
	}
	b.box.Wait()
}

func (m *barMember) created(n int) { m.create(n) }

func (m *barMember) event(e provider.Event) {
	m.see(e)
	m.setNote("")
	if m.bar == nil {
		return
	}
	// The last step is made by end: a bar that is full stops to change.
	_, running := m.numbers()
	m.bar.SetCurrent(int64(min(running, m.wanted-1)))
}

func (m *barMember) unusual(p provider.RunProgress) { m.setNote(unusualText(p)) }

func (m *barMember) end(r *memberResult) {
	m.mu.Lock()
	m.ended, m.took, m.note = true, time.Since(m.began), ""
	m.mu.Unlock()
	if r.Outcome != outcomeDone {
		m.setNote(r.Outcome)
	}
	switch {
	case m.bar == nil:
	case r.Outcome == outcomeDone:
		m.bar.SetCurrent(int64(m.wanted))
	default:
		m.bar.Abort(false)
	}
}

// console is a terminal as mpb writes to it, with the size of a screen.
type console struct {
	bytes.Buffer
	screen *screen
}

// IsTerminal returns true: bars are for terminals only.
func (c *console) IsTerminal() bool { return true }

// GetTermSize returns the size of the screen as it is now. The last line is for the cursor.
func (c *console) GetTermSize() (width, height int, err error) {
	width, height = c.screen.size()
	return width, height - 1, nil
}

// Flush writes what is in the buffer, and moves the cursor up for the next time.
func (c *console) Flush(lines int) error {
	if _, err := c.WriteTo(c.screen.out); err != nil {
		return err
	}
	if lines > 0 {
		_, _ = fmt.Fprintf(c, "\x1b[%dA\x1b[J", lines)
	}
	return nil
}
