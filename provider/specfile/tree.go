package specfile

import (
	"strconv"
	"strings"
)

// kind is what a node of a file is.
type kind string

const (
	textNode   kind = "text"
	numberNode kind = "a number"
	boolNode   kind = "true or false"
	nullNode   kind = "null"
	listNode   kind = "a list"
	fieldsNode kind = "fields"
	badNode    kind = "" // its problem is told already
)

// place is where something is in a file, from 1. The zero value is nowhere.
type place struct{ line, column int }

// node is a value of a file. YAML and JSON are read into the same tree, and written from it.
type node struct {
	kind    kind
	at      place
	text    string // of a scalar, as the file has it; a text without quotes and escapes
	bare    bool   // a text that YAML needs no quotes for, such as a time
	items   []*node
	members []member
}

// member is a key of a file with its value.
type member struct {
	key   string
	at    place // of the key
	value *node
}

// find returns the value of a key. It returns nil when there is none.
func (n *node) find(key string) *node {
	for i := range n.members {
		if n.members[i].key == key {
			return n.members[i].value
		}
	}
	return nil
}

// put appends a key.
func (n *node) put(key string, value *node) {
	n.members = append(n.members, member{key: key, value: value})
}

// set replaces the value of a key that is there.
func (n *node) set(key string, value *node) {
	for i := range n.members {
		if n.members[i].key == key {
			n.members[i].value = value
		}
	}
}

// Paths. They are built for every value of a file, so none of this formats.

func fieldPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func itemPath(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func keyPath(path, key string) string { return path + "[" + strconv.Quote(key) + "]" }

// Limits of a file. They are far above what any spec needs: 100,000 instances with a fixed
// address each take two megabytes.
const (
	maxBytes  = 8 << 20
	maxNodes  = 400_000
	maxCopied = 10_000 // nodes that are there only because of aliases
	maxDepth  = 40
)

// shown returns a value of a file for an error: quoted, one line, and not long.
func shown(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "..."
	}
	return strconv.Quote(strings.ToValidUTF8(text, "?"))
}
