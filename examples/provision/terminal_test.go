//go:build linux || darwin

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/mattn/go-runewidth"
)

// inTerminal runs a command in a pseudo terminal of a size, and returns what it wrote.
func (p *place) inTerminal(columns, rows uint16, env []string, args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), os.Args[0], p.args(args...)...)
	cmd.Dir = p.dir
	cmd.Env = append(append(os.Environ(), "PROVISION_TEST_MAIN=1", "TERM=xterm"), env...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: columns})
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	var out strings.Builder
	buffer := make([]byte, 1<<16)
	for {
		n, err := terminal.Read(buffer)
		out.Write(buffer[:n])
		if err != nil { // the end of a terminal is an error
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		p.t.Fatalf("%v\n%s", err, out.String())
	}
	return strings.ReplaceAll(out.String(), "\r", "")
}

// frames returns the pictures that a terminal showed, one after the other, without control sequences.
func frames(out string) (list []string) {
	for _, frame := range strings.Split(out, "\x1b[J") {
		list = append(list, regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]").ReplaceAllString(frame, ""))
	}
	return list
}

// manyMembers is a fleet with more members than a small terminal has lines.
func manyMembers() string {
	text, members, _ := strings.Cut(smallFleet, "members:\n")
	text += "members:\n"
	for _, c := range "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄" {
		text += strings.Replace(strings.Replace(members, "name: web", "name: 成员"+string(c), 1), "count: 2", "count: 1", 1)
	}
	return text
}

// Bars are never wider or higher than the terminal, and end as a list of what runs.
func TestBarsFitTheTerminal(t *testing.T) {
	for name, c := range map[string]struct {
		file          string
		columns, rows uint16
		last          string
	}{
		"wide":         {exampleFleet, 80, 24, "9 of 9 instances running on 4 simulated clouds"},
		"narrow":       {exampleFleet, 40, 20, "9 of 9 instances running on 4 simulated clouds"},
		"many members": {manyMembers(), 40, 20, "26 of 26 instances running on 1 simulated cloud"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, map[string]string{"fleet.yaml": c.file})
			p.simulate()
			out := p.inTerminal(c.columns, c.rows, nil, "apply", "--simulate")
			list := frames(out)
			if len(list) < 5 {
				t.Errorf("%d frames, want bars that move", len(list))
			}
			for _, frame := range list {
				for line := range strings.Lines(frame) {
					if width := runewidth.StringWidth(strings.TrimRight(line, "\n")); width > int(c.columns) {
						t.Fatalf("a line of %d columns in %d: %q", width, c.columns, line)
					}
				}
			}
			for _, frame := range list[:len(list)-1] {
				if lines := strings.Count(frame, "\n"); lines >= int(c.rows) {
					t.Fatalf("%d lines on a terminal of %d\n%s", lines, c.rows, frame)
				}
			}
			if got := strings.Join(strings.Fields(list[len(list)-1]), " "); !strings.Contains(got, c.last) {
				t.Errorf("got\n%s\nwant %q at the end", list[len(list)-1], c.last)
			}
		})
	}
}

func TestColoursOfATerminal(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	const bold = "\x1b[1m"
	if out := p.inTerminal(80, 24, nil, "plan"); !strings.Contains(out, bold) {
		t.Errorf("a terminal gets no colours")
	}
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		if out := p.inTerminal(80, 24, []string{env}, "plan"); strings.Contains(out, "\x1b") {
			t.Errorf("%s: a control sequence in\n%q", env, out)
		}
	}
}

// A terminal that cannot move its cursor gets lines.
func TestADumbTerminalGetsLines(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": smallFleet})
	p.simulate()
	out := p.inTerminal(80, 24, []string{"TERM=dumb"}, "apply", "--simulate")
	if want := "web: 2 of 2 running\n"; strings.Contains(out, "\x1b") || !strings.Contains(out, want) {
		t.Errorf("got %q, want plain lines with %q", out, want)
	}
}
