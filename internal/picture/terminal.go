package main

import (
	"strconv"
	"strings"
)

// piece is a part of a line that has one look.
type piece struct {
	column int
	text   string
	width  int
	look   look
}

// look is how text is shown: a colour from 0 to 15, or none, and bold.
type look struct {
	color int // plain, or 0 to 15
	bold  bool
}

// plain is the colour of text without one.
const plain = -1

// parse turns the output of a command into lines of pieces.
func parse(text string, columns, lines int) [][]piece {
	var screen [][]piece
	now := look{color: plain}
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		if len(screen) == lines {
			break
		}
		var row []piece
		row, now = parseLine(strings.TrimRight(line, "\r\n"), columns, now)
		screen = append(screen, row)
	}
	return screen
}

// parseLine returns the pieces of one line, and the look of what follows.
func parseLine(line string, columns int, now look) ([]piece, look) {
	var row []piece
	column := 0
	for line != "" {
		if after, ok := strings.CutPrefix(line, "\x1b["); ok {
			now, line = escape(after, now)
			continue
		}
		var text string
		text, line = line, ""
		if at := strings.IndexByte(text, '\x1b'); at > 0 {
			text, line = text[:at], text[at:]
		}
		text, width := fit(text, columns-column)
		if text != "" {
			row = append(row, piece{column, text, width, now})
		}
		column += width
	}
	return row, now
}

// escape reads the rest of an escape sequence. Only colours and bold mean something.
func escape(text string, now look) (look, string) {
	end := strings.IndexFunc(text, func(r rune) bool { return r >= '@' && r <= '~' })
	if end < 0 {
		return now, ""
	}
	if text[end] != 'm' {
		return now, text[end+1:]
	}
	for code := range strings.SplitSeq(text[:end], ";") {
		n, err := strconv.Atoi(code)
		switch {
		case err != nil, n == 0:
			now = look{color: plain}
		case n == 1:
			now.bold = true
		case n >= 30 && n <= 37:
			now.color = n - 30
		case n == 39:
			now.color = plain
		case n >= 90 && n <= 97:
			now.color = n - 90 + 8
		}
	}
	return now, text[end+1:]
}

// fit returns the beginning of text that has room in some columns, and its width.
func fit(text string, room int) (string, int) {
	width := 0
	for at, r := range text {
		w := columnsOf(r)
		if width+w > room {
			return text[:at], width
		}
		width += w
	}
	return text, width
}

// columnsOf returns how many columns a terminal gives to a character: 2 to Chinese, Japanese and
// Korean and to wide forms, 0 to control characters.
func columnsOf(r rune) int {
	switch {
	case r < ' ', r == 0x7f:
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}
