package main

import (
	"fmt"
	"strings"
)

// count returns a number and a noun.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// wide are the runes that take two columns of a terminal: Chinese, Japanese and Korean text, full-width
// forms and emoji.
var wide = [][2]rune{
	{0x1100, 0x115f},
	{0x2e80, 0x303e},
	{0x3041, 0xa4cf},
	{0xac00, 0xd7a3},
	{0xf900, 0xfaff},
	{0xfe30, 0xfe6f},
	{0xff00, 0xff60},
	{0xffe0, 0xffe6},
	{0x1f300, 0x1faff},
	{0x20000, 0x3fffd},
}

// columns returns how many columns of a terminal a text takes.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	for _, span := range wide {
		if r >= span[0] && r <= span[1] {
			return 2
		}
	}
	return 1
}

// cut returns as much of a text as fits.
func cut(text string, width int) string {
	n := 0
	for i, r := range text {
		n += runeColumns(r)
		if n > width {
			return text[:i]
		}
	}
	return text
}

// padded returns a text with spaces after it, width columns wide.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columns(text)))
}

// fit joins the last of the parts that fit: they are the most remarkable.
func fit(parts []string, width int) string {
	for len(parts) > 0 {
		if text := strings.Join(parts, ", "); columns(text) <= width {
			return text
		}
		parts = parts[1:]
	}
	return ""
}

// wrap breaks lines between words. A line that goes on is indented as it began. A word that is too long
// for a line is cut into pieces.
func wrap(text string, width int) []string {
	var lines []string
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		if columns(l) <= width {
			lines = append(lines, l)
			continue
		}
		indent := len(l) - len(strings.TrimLeft(l, " "))
		lines = append(lines, wrapLine(l, l[:indent], max(width, indent+2))...)
	}
	return lines
}

func wrapLine(text, indent string, width int) []string {
	var lines []string
	now := indent
	next := func() {
		lines = append(lines, now)
		now = indent
	}
	for word := range strings.FieldsSeq(text) {
		switch {
		case now == indent:
		case columns(now)+1+columns(word) <= width:
			now += " "
		default:
			next()
		}
		for columns(now)+columns(word) > width {
			piece := cut(word, width-columns(now))
			now += piece
			word = word[len(piece):]
			next()
		}
		now += word
	}
	return append(lines, now)
}
