package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// screen is where people read. A terminal has a size, and may show bars and colours; a pipe and a
// file get plain lines, without any control character.
type screen struct {
	out      io.Writer
	width    int
	height   int
	terminal bool
	colours  bool
}

const (
	narrowest = 30
	widest    = 110 // longer lines are hard to read
)

func newScreen(out io.Writer) *screen {
	s := &screen{out: out, width: 80, height: 24}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		s.width = columns
	}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		s.terminal = true
		s.width, s.height = s.size()
	}
	s.width = min(max(s.width, narrowest), widest)
	s.colours = s.terminal && os.Getenv("NO_COLOR") == ""
	return s
}

// size returns the size of a terminal now, or the size that was known last.
func (s *screen) size() (width, height int) {
	if f, ok := s.out.(*os.File); ok {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 && h > 0 {
			return w, h
		}
	}
	return s.width, s.height
}

// Colours. Without them, a text stays as it is.

func (s *screen) bold(text string) string  { return s.paint("1", text) }
func (s *screen) green(text string) string { return s.paint("32", text) }
func (s *screen) red(text string) string   { return s.paint("31", text) }
func (s *screen) dim(text string) string   { return s.paint("2", text) }

func (s *screen) paint(code, text string) string {
	if !s.colours || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// line writes a line as it is.
func (s *screen) line(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// text writes a text with an indent, broken at blanks where it is wider than the screen. Words that
// are wider than a line are broken anywhere: nothing is cut off.
func (s *screen) text(indent int, text string) {
	for _, line := range wrap(text, s.width-indent) {
		fmt.Fprintln(s.out, strings.Repeat(" ", indent)+line)
	}
}

// item is text with a name before it, which is as wide as the other names of a list. On a narrow
// screen the text is below its name, unless both fit into one line.
func (s *screen) item(indent, nameWidth int, name, text string) {
	narrow := indent+nameWidth+2 > s.width/2
	fits := indent+runewidth.StringWidth(name)+2+runewidth.StringWidth(text) <= s.width
	switch {
	case narrow && fits:
		s.text(indent, name+"  "+text)
		return
	case narrow:
		s.text(indent, name)
		s.text(indent+2, text)
		return
	}
	at := indent + nameWidth + 2
	for i, line := range wrap(text, s.width-at) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintln(s.out, strings.Repeat(" ", indent)+runewidth.FillRight(name, nameWidth)+"  "+line)
	}
}

// wrap breaks a text into lines of a width at most. Chinese letters count as two.
func wrap(text string, width int) []string {
	width = max(width, 10)
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for runewidth.StringWidth(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			head := runewidth.Truncate(word, width, "")
			lines, word = append(lines, head), word[len(head):]
		}
		switch {
		case line == "":
			line = word
		case runewidth.StringWidth(line)+1+runewidth.StringWidth(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}

// widestOf returns the width of the widest text.
func widestOf(texts []string) int {
	most := 0
	for _, t := range texts {
		most = max(most, runewidth.StringWidth(t))
	}
	return most
}
