package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// progress shows how the members go on. Its methods may be called by several goroutines.
type progress interface {
	of(*job) memberProgress
	close()
}

// memberProgress is told how one member goes on.
type memberProgress interface {
	created(n int)                // so many instances exist for certain
	event(provider.Event)         // an instance has changed its state
	unusual(provider.RunProgress) // something takes long
	end(*memberResult)            // nothing more will happen
}

// newProgress returns bars for a terminal, lines for a pipe or a file, and nothing beside JSON.
func (a *app) newProgress(jobs []*job) progress {
	switch {
	case a.output == "json":
		return newLines(io.Discard, jobs)
	case a.screen.terminal:
		return newBars(a.screen, jobs)
	default:
		return newLines(a.out, jobs)
	}
}

// tally counts the instances of a member.
type tally struct {
	mu      sync.Mutex
	wanted  int
	exist   int
	running map[string]bool
	note    string
}

func newTally(j *job) *tally {
	return &tally{wanted: max(j.file.Spec.Count, 1), running: map[string]bool{}}
}

// create notes that instances exist, and reports whether that is news.
func (t *tally) create(n int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	news := n > t.exist
	t.exist = max(t.exist, n)
	return news
}

// see notes the state of an instance, and reports whether the number of those that run has changed.
func (t *tally) see(e provider.Event) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	runs := e.Instance.State == provider.StateRunning
	if t.running[e.Instance.ID] == runs {
		return false
	}
	t.running[e.Instance.ID] = runs
	return true
}

// numbers returns how many instances exist and run.
func (t *tally) numbers() (exist, running int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, runs := range t.running {
		if runs {
			running++
		}
	}
	return t.exist, running
}

// say returns the text beside the numbers.
func (t *tally) say() string {
	exist, running := t.numbers()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.note != "":
		return t.note
	case exist < t.wanted:
		return "creating"
	case running < t.wanted:
		return "starting"
	default:
		return "running"
	}
}

func (t *tally) setNote(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note = text
}

// unusualText says what takes long.
func unusualText(p provider.RunProgress) string {
	switch p.Kind {
	case provider.Searching:
		return fmt.Sprintf("an answer was lost: looking for its instances, up to %v", p.For.Round(time.Second))
	case provider.FoundLate:
		return fmt.Sprintf("%d %s found late", len(p.InstanceIDs), plural(len(p.InstanceIDs), "instance"))
	default:
		return string(p.Kind)
	}
}

// lines writes a line for each step: for pipes and files.
type lines struct {
	mu      sync.Mutex
	out     io.Writer
	members map[*job]*lineMember
}

type lineMember struct {
	*tally
	lines *lines
	name  string
	told  int // instances that run, in the last line
}

func newLines(out io.Writer, jobs []*job) *lines {
	l := &lines{out: out, members: map[*job]*lineMember{}}
	for _, j := range jobs {
		l.members[j] = &lineMember{tally: newTally(j), lines: l, name: j.name}
	}
	return l
}

func (l *lines) of(j *job) memberProgress { return l.members[j] }

func (l *lines) close() {}

func (m *lineMember) write(format string, args ...any) {
	m.lines.mu.Lock()
	defer m.lines.mu.Unlock()
	fmt.Fprintf(m.lines.out, m.name+": "+format+"\n", args...)
}

func (m *lineMember) created(n int) {
	if m.create(n) {
		m.write("%d of %d created", n, m.wanted)
	}
}

// event writes a line when another tenth of the instances run, and when all do.
func (m *lineMember) event(e provider.Event) {
	if !m.see(e) {
		return
	}
	_, running := m.numbers()
	step := max(1, m.wanted/10)
	if running-m.told >= step || running >= m.wanted {
		m.told = running
		m.write("%d of %d running", running, m.wanted)
	}
}

func (m *lineMember) unusual(p provider.RunProgress) { m.write("%s", unusualText(p)) }

func (m *lineMember) end(r *memberResult) {
	if r.Outcome != outcomeDone {
		m.write("%s", r.Outcome)
	}
}
