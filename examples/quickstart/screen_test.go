package main

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// terminal is what a terminal shows after some output: it knows new lines, the way up, clearing and
// colours. It breaks lines at its width as terminals do.
type terminal struct {
	bytes.Buffer
	width int
}

var sequence = regexp.MustCompile(`^\x1b\[(\d*)([A-Za-z])`)

// lines returns what is on the screen, and the sequences that the terminal does not know.
func (s *terminal) lines() (lines []string, odd []string) {
	lines = []string{""}
	y := 0
	for text := s.String(); text != ""; {
		switch m := sequence.FindStringSubmatch(text); {
		case m != nil && m[2] == "A":
			n, _ := strconv.Atoi(m[1])
			y = max(0, y-n)
		case m != nil && m[2] == "J":
			lines = append(lines[:y], "")
		case m != nil && m[2] != "m":
			odd = append(odd, m[0])
		case m == nil && text[0] == '\n':
			if y++; y == len(lines) {
				lines = append(lines, "")
			}
		case m == nil && text[0] != '\r':
			lines[y] += text[:1]
		}
		text = text[max(1, len(sequence.FindString(text))):]
	}
	return lines, odd
}

func (s *terminal) size() (int, int) { return s.width, 24 }

func TestTheFrameIsRedrawnInPlace(t *testing.T) {
	out := &terminal{width: 80}
	s := &screen{out: out, size: out.size, frames: true, color: true}
	s.print("about to begin\n\n")
	s.show(starting(3))
	s.show(starting(3))
	s.print("a note that stays")
	s.show(ending(3))
	s.leave()
	s.print("the end")
	got, odd := out.lines()
	want := append([]string{"about to begin", "", "a note that stays"}, frame(ending(3), 80, 24)...)
	want = append(want, "the end", "")
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the screen shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(odd) > 0 {
		t.Errorf("sequences %q, want only the way up, clearing and colours", odd)
	}
	if !strings.Contains(out.String(), "\x1b[32m#") {
		t.Error("the bars have no colour")
	}
}

// A terminal that becomes narrower breaks the lines of the frame: all of their pieces are cleared.
func TestANarrowerTerminalIsCleared(t *testing.T) {
	out := &terminal{width: 200}
	s := &screen{out: out, size: out.size, frames: true}
	s.show(starting(3))
	pieces := 0
	out.width = 40
	for _, l := range s.drawn {
		pieces += (columns(l) + 39) / 40
	}
	out.Reset()
	s.show(starting(3))
	want := "\r\x1b[" + strconv.Itoa(pieces) + "A\x1b[J"
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("the output begins with %.20q, want %q", got, want)
	}
	for _, l := range s.drawn {
		if columns(l) >= 40 {
			t.Errorf("after the change %q is %d columns wide, want less than 40", l, columns(l))
		}
	}
}

func TestPlainOutputSaysWhatChanged(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out)
	s.show(starting(3))
	s.show(starting(3))
	first := strings.Count(out.String(), "\n")
	s.show(ending(3))
	if first != 4 {
		t.Errorf("%d lines for the first board shown twice, want 4:\n%s", first, out.String())
	}
	if got := strings.Count(out.String(), "\n"); got != 7 {
		t.Errorf("%d lines after three of four clouds changed, want 7:\n%s", got, out.String())
	}
	if strings.ContainsAny(out.String(), "\x1b\r") {
		t.Errorf("control characters in %q", out.String())
	}
}

func TestWithoutColourTheFirstFrameIsPlainText(t *testing.T) {
	out := &terminal{width: 80}
	s := &screen{out: out, size: out.size, frames: true}
	s.show(starting(3))
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("the first frame without colour has sequences: %q", out.String())
	}
}

// A terminal that cannot move up gets lines too, as wide as it is.
func TestADumbTerminalGetsLines(t *testing.T) {
	out := &terminal{width: 40}
	s := &screen{out: out, size: out.size, last: map[string]string{}}
	s.show(ending(100))
	s.print("a sentence that is longer than the terminal is wide")
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("the output has sequences: %q", out.String())
	}
	lines, _ := out.lines()
	for _, l := range lines {
		if columns(l) >= 40 {
			t.Errorf("%q is %d columns wide, want less than 40", l, columns(l))
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"one two three", 8, "one two|three"},
		{"  one two three", 8, "  one|  two|  three"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"a\n\nb", 4, "a||b"},
		{"云帆 云帆云帆", 6, "云帆|云帆云|帆"},
		{"  x  aligned", 40, "  x  aligned"},
	} {
		if got := strings.Join(wrap(c.text, c.width), "|"); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
