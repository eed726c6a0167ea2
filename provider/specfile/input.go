package specfile

import (
	"bytes"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format is a way to write a file.
type Format string

// Formats. The zero value is decided by the name of the file, and by its first character when
// the name says nothing: "{" means JSON.
const (
	YAML Format = "yaml"
	JSON Format = "json"
)

// formatOf returns the format of an input.
func formatOf(name string, data []byte) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return JSON
	case ".yaml", ".yml":
		return YAML
	}
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return JSON
	}
	return YAML
}

// parse reads the tree of an input. It returns nil after a problem that leaves no tree.
func parse(data []byte, format Format, p *problems) *node {
	if at, reason := unreadable(data, format); reason != "" {
		p.add(at, "", "%s", reason)
		return nil
	}
	if format == JSON {
		return parseJSON(data, p)
	}
	return parseYAML(data, p)
}

// unreadable returns why an input cannot be read at all, or "".
func unreadable(data []byte, format Format) (at place, reason string) {
	start := place{1, 1}
	switch {
	case len(data) > maxBytes:
		return start, "the file is larger than 8 MiB"
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return start, "the file begins with a byte order mark: save it as UTF-8 without one"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return start, "the file is in UTF-16: save it as UTF-8"
	case len(bytes.TrimSpace(data)) == 0:
		return start, "the file is empty"
	}
	return oddCharacter(data, format)
}

// oddCharacter looks for what no text of the format has.
func oddCharacter(data []byte, format Format) (at place, reason string) {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return placeOf(data, i), "the file is not in UTF-8"
		case r == 0:
			return placeOf(data, i), "a NUL character is not allowed"
		case r == '\r' && !bytes.HasPrefix(data[i+1:], []byte{'\n'}):
			return placeOf(data, i), "a carriage return without a line feed is not allowed"
		case isControl(r, format):
			return placeOf(data, i), "a control character is not allowed"
		}
		i += size
	}
	return place{}, ""
}

// isControl reports whether a character has to be written as an escape. JSON has more freedom.
func isControl(r rune, format Format) bool {
	if r < ' ' {
		return r != '\t' && r != '\r' && r != '\n'
	}
	const nextLine = 0x85
	return format == YAML && unicode.IsControl(r) && r != nextLine
}

// placeOf returns the place of a byte.
func placeOf(data []byte, offset int) place {
	before := data[:min(max(offset, 0), len(data))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return place{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1}
}
