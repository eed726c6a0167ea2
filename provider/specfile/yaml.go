package specfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// yamlReader builds the tree of a YAML input.
type yamlReader struct {
	*problems
	nodes  int
	copied int                 // nodes that were reached through an alias
	within map[*yaml.Node]bool // nodes that are being built
}

func parseYAML(data []byte, p *problems) *node {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	var document, next yaml.Node
	if err == nil {
		err = loader.Load(&document)
	}
	if err != nil {
		failYAML(err, data, p)
		return nil
	}
	if err := loader.Load(&next); !errors.Is(err, io.EOF) {
		if err != nil {
			failYAML(err, data, p)
		} else {
			p.add(place{next.Line, next.Column}, "", "a second document begins here: a file holds one")
		}
		return nil
	}
	r := &yamlReader{problems: p, within: map[*yaml.Node]bool{}}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		p.add(place{1, 1}, "", "the file is empty")
		return nil
	}
	root, err := r.node(document.Content[0], 0, false)
	if err != nil {
		p.add(place{1, 1}, "", "%v", err)
		return nil
	}
	return root
}

// node builds the tree of a node. It returns an error when the file is beyond the limits.
func (r *yamlReader) node(y *yaml.Node, depth int, copied bool) (*node, error) {
	if r.nodes++; copied {
		r.copied++
	}
	if r.nodes > maxNodes || r.copied > maxCopied || depth > maxDepth {
		return nil, errTooLarge
	}
	n := &node{at: place{y.Line, y.Column}}
	if y.Kind != yaml.AliasNode && !hasPlainTag(y) {
		r.add(n.at, "", "a tag is not allowed: remove what begins with \"!\", or write the text in quotes")
		n.kind = badNode
		return n, nil
	}
	r.within[y] = true
	defer delete(r.within, y)
	switch y.Kind {
	case yaml.AliasNode:
		return r.alias(y, depth)
	case yaml.SequenceNode:
		return n, r.list(n, y, depth, copied)
	case yaml.MappingNode:
		return n, r.fields(n, y, depth, copied)
	default:
		n.kind, n.text = scalarKind(y), y.Value
		return n, nil
	}
}

// alias builds the tree of what an alias stands for, at the place of the alias.
func (r *yamlReader) alias(y *yaml.Node, depth int) (*node, error) {
	at := place{y.Line, y.Column}
	if y.Alias == nil || r.within[y.Alias] {
		r.add(at, "", "an alias stands for something that it is a part of")
		return &node{kind: badNode, at: at}, nil
	}
	n, err := r.node(y.Alias, depth, true)
	if err != nil {
		return nil, err
	}
	n.at = at
	return n, nil
}

func (r *yamlReader) list(n *node, y *yaml.Node, depth int, copied bool) error {
	n.kind = listNode
	for _, c := range y.Content {
		item, err := r.node(c, depth+1, copied)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return nil
}

func (r *yamlReader) fields(n *node, y *yaml.Node, depth int, copied bool) error {
	n.kind = fieldsNode
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		at := place{key.Line, key.Column}
		switch {
		case key.Tag == "!!merge":
			r.add(at, "", "a merge key (<<) is not allowed: write the fields out, or use an alias as a value")
			continue
		case key.Kind != yaml.ScalarNode || key.Tag == "!!null" || !hasPlainTag(key):
			r.add(at, "", "a key must be a text")
			continue
		}
		value, err := r.node(y.Content[i+1], depth+1, copied)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{key.Value, at, value})
	}
	return nil
}

// hasPlainTag reports whether a node has no tag of its own.
func hasPlainTag(y *yaml.Node) bool {
	if y.Style&yaml.TaggedStyle != 0 {
		return false
	}
	switch y.Tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!seq", "!!map", "!!merge":
		return true
	default:
		return false
	}
}

// scalarKind returns what YAML takes a scalar for. A time without quotes is a text.
func scalarKind(y *yaml.Node) kind {
	switch y.Tag {
	case "!!int", "!!float":
		return numberNode
	case "!!bool":
		return boolNode
	case "!!null":
		return nullNode
	default:
		return textNode
	}
}

// failYAML adds the problem of an error of the parser.
func failYAML(err error, data []byte, p *problems) {
	var load *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		p.add(place{1, 1}, "", "the file is empty")
	case !errors.As(err, &load):
		p.add(place{1, 1}, "", "not YAML")
	default:
		at := place{max(load.Mark.Line, 1), max(load.Mark.Column, 1)}
		p.add(at, "", "not YAML: %s", yamlReason(load, data, at))
	}
}

// yamlReason says in our words what the parser stumbled over, where it is a frequent mistake.
func yamlReason(load *yaml.LoadError, data []byte, at place) string {
	message := load.Message
	lines := bytes.Split(data, []byte("\n"))
	line := ""
	if at.line <= len(lines) {
		line = string(lines[at.line-1])
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return "a tab cannot indent: use blanks"
	case strings.HasPrefix(message, "unknown anchor"):
		return "an alias without its anchor; a text that begins with \"*\" needs quotes"
	case strings.HasPrefix(message, "found incompatible YAML"):
		return "this line of %YAML is not known: remove it"
	case strings.HasPrefix(message, "mapping values are not allowed"):
		return "a second \": \" in one line; a text that holds \": \" needs quotes"
	case strings.HasPrefix(message, "found character that cannot start any token"):
		return "a text that begins with this character needs quotes"
	case strings.Contains(load.ContextMsg, "a block scalar"):
		return "a text that begins with \">\" or \"|\" needs quotes"
	case load.ContextMsg != "" && load.ContextMark.Line > 0:
		return fmt.Sprintf("%s, %s that begins in line %d", withoutContent(message), load.ContextMsg, load.ContextMark.Line)
	default:
		return withoutContent(message)
	}
}

// writeYAML writes a tree.
func writeYAML(n *node) ([]byte, error) {
	document := &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{yamlNode(n)}}
	return yaml.Dump(document, yaml.WithLineWidth(-1), yaml.WithUnicode(true), yaml.WithCompactSeqIndent(false))
}

func yamlNode(n *node) *yaml.Node {
	switch n.kind {
	case listNode:
		y := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range n.items {
			y.Content = append(y.Content, yamlNode(item))
		}
		return flowIfEmpty(y)
	case fieldsNode:
		y := &yaml.Node{Kind: yaml.MappingNode}
		for _, m := range n.members {
			y.Content = append(y.Content, yamlText(m.key), yamlNode(m.value))
		}
		return flowIfEmpty(y)
	case textNode:
		if n.bare {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: n.text}
		}
		return yamlText(n.text)
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: n.text}
	}
}

// flowIfEmpty returns the node, which is written as [] or {} when nothing is in it.
func flowIfEmpty(y *yaml.Node) *yaml.Node {
	if len(y.Content) == 0 {
		y.Style = yaml.FlowStyle
	}
	return y
}

// bareText matches texts that every version of YAML reads as that text without quotes.
var bareText = regexp.MustCompile(`^[A-Za-z_]([A-Za-z0-9_./:@-]*[A-Za-z0-9_./-])?$`)

// reservedText matches the words that some version of YAML reads as something else.
var reservedText = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)

func yamlText(text string) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if !bareText.MatchString(text) || reservedText.MatchString(text) {
		y.Style = yaml.DoubleQuotedStyle
	}
	return y
}
