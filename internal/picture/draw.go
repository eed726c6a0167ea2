package main

import (
	"fmt"
	"html"
	"strings"
)

// Sizes in pixels. A column is 0.6 of the size of the font, as in most fonts of fixed width; every
// piece says its length, so that another font changes no column.
const (
	fontSize   = 13
	columnSize = 7.8
	lineSize   = 18
	margin     = 14
	barSize    = 32
)

// palette are the 16 colours of a terminal on a dark ground.
var palette = [16]string{
	"#6e7681", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
	"#8b949e", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
}

// draw returns the picture. It has its own ground, so that it looks alike on light and dark pages.
func draw(title string, screen [][]piece, columns int) string {
	width := int(float64(columns)*columnSize) + 2*margin
	height := barSize + len(screen)*lineSize + 2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	b.WriteString(`<style>text{font:` + fmt.Sprint(fontSize) +
		`px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;` +
		`fill:#e6edf3;white-space:pre}.b{font-weight:bold}</style>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#0d1117" stroke="#30363d"/>`+"\n", width, height)
	for i, color := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="5" fill="%s"/>`+"\n", 20+18*i, color)
	}
	fmt.Fprintf(&b, `<text x="80" y="21" fill="#8b949e">$ %s</text>`+"\n", html.EscapeString(title))
	for n, row := range screen {
		for _, p := range row {
			b.WriteString(p.svg(barSize + margin + n*lineSize))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// svg returns a piece of text whose line begins at y. Blanks need no drawing.
func (p piece) svg(y int) string {
	text := strings.TrimLeft(p.text, " ")
	skipped := len(p.text) - len(text)
	text = strings.TrimRight(text, " ")
	if text == "" {
		return ""
	}
	_, columns := fit(text, p.width)
	style := ""
	if p.look.bold {
		style += ` class="b"`
	}
	if p.look.color != plain {
		style += fmt.Sprintf(` style="fill:%s"`, palette[p.look.color])
	}
	x, length := margin+float64(p.column+skipped)*columnSize, float64(columns)*columnSize
	return fmt.Sprintf(`<text x="%.1f" y="%d" textLength="%.1f"%s xml:space="preserve">%s</text>`+"\n",
		x, y, length, style, html.EscapeString(text))
}
