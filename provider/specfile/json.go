package specfile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonReader builds the tree of a JSON input.
type jsonReader struct {
	*problems
	data  []byte
	in    *jsontext.Decoder
	nodes int

	// The place of the byte at known. Offsets only grow, so each line is counted once.
	known int
	at    place
}

func parseJSON(data []byte, p *problems) *node {
	r := &jsonReader{problems: p, data: data, at: place{1, 1}}
	// Keys that are there twice are found later, with their places.
	r.in = jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	root, err := r.value(0)
	if err == nil {
		_, err = r.in.ReadToken()
		if err == nil {
			p.add(r.begin(), "", "there is something after the end of the JSON value")
			return nil
		}
	}
	failed := err != nil && !errors.Is(err, io.EOF)
	if failed || root == nil {
		r.fail(err)
		return nil
	}
	return root
}

// value reads one value. It returns nil and no error after a problem that it has added.
func (r *jsonReader) value(depth int) (*node, error) {
	token, err := r.in.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{at: r.begin()}
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, errTooLarge
	}
	switch token.Kind() {
	case jsontext.KindString:
		n.kind, n.text = textNode, token.String()
	case jsontext.KindNumber:
		n.kind, n.text = numberNode, token.String()
	case jsontext.KindTrue, jsontext.KindFalse:
		n.kind, n.text = boolNode, token.String()
	case jsontext.KindBeginArray:
		return n, r.list(n, depth)
	case jsontext.KindBeginObject:
		return n, r.fields(n, depth)
	default:
		n.kind = nullNode
	}
	return n, nil
}

func (r *jsonReader) list(n *node, depth int) error {
	n.kind = listNode
	for r.in.PeekKind() != jsontext.KindEndArray {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return r.end()
}

func (r *jsonReader) fields(n *node, depth int) error {
	n.kind = fieldsNode
	for r.in.PeekKind() != jsontext.KindEndObject {
		key, err := r.in.ReadToken()
		if err != nil {
			return err
		}
		m := member{key: key.String(), at: r.begin()}
		if m.value, err = r.value(depth + 1); err != nil {
			return err
		}
		n.members = append(n.members, m)
	}
	return r.end()
}

// end reads the end of a list or of fields.
func (r *jsonReader) end() error {
	_, err := r.in.ReadToken()
	if err == nil {
		r.begin()
	}
	return err
}

// begin returns the place of the token that was just read, whose end the decoder knows, and
// goes on to that end.
func (r *jsonReader) begin() place {
	end := int(r.in.InputOffset())
	at := r.advance(r.tokenStart(end))
	r.advance(end)
	return at
}

// tokenStart returns where the token that ends here starts. Between the token before and it are
// only blanks, commas and colons.
func (r *jsonReader) tokenStart(end int) int {
	start := r.known
	for start < end && strings.IndexByte(" \t\r\n,:", r.data[start]) >= 0 {
		start++
	}
	return start
}

// advance moves the known place to a later byte.
func (r *jsonReader) advance(to int) place {
	for _, c := range string(r.data[r.known:to]) {
		if c == '\n' {
			r.at = place{r.at.line + 1, 1}
		} else {
			r.at.column++
		}
	}
	r.known = to
	return r.at
}

// errTooLarge ends the reading of a file that is beyond the limits.
var errTooLarge = errors.New("the file has too many values, or they are nested too deep")

// fail adds the problem of an error of the decoder.
func (r *jsonReader) fail(err error) {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, errTooLarge):
		r.add(r.at, "", "%v", errTooLarge)
	case errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF):
		r.add(placeOf(r.data, int(syntax.ByteOffset)), "", "not JSON: %s", withoutContent(syntax.Err.Error()))
	default:
		r.add(placeOf(r.data, len(r.data)), "", "not JSON: the file ends too early")
	}
}

// quoted finds what an error of a parser quotes.
var quoted = regexp.MustCompile("\\s*(\"(\\\\.|[^\"])*\"|'[^']*'|`[^`]*`)")

// withoutContent returns an error of a parser without what it quotes of the file, which may be
// a part of a secret.
func withoutContent(text string) string {
	text = strings.TrimPrefix(text, "jsontext: ")
	return strings.TrimSpace(quoted.ReplaceAllString(text, ""))
}

// writeJSON writes a tree.
func writeJSON(n *node) ([]byte, error) {
	var out bytes.Buffer
	enc := jsontext.NewEncoder(&out, jsontext.WithIndent("  "))
	if err := writeTokens(enc, n); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func writeTokens(enc *jsontext.Encoder, n *node) error {
	switch n.kind {
	case listNode:
		err := enc.WriteToken(jsontext.BeginArray)
		for _, item := range n.items {
			err = errors.Join(err, writeTokens(enc, item))
		}
		return errors.Join(err, enc.WriteToken(jsontext.EndArray))
	case fieldsNode:
		err := enc.WriteToken(jsontext.BeginObject)
		for _, m := range n.members {
			err = errors.Join(err, enc.WriteToken(jsontext.String(m.key)), writeTokens(enc, m.value))
		}
		return errors.Join(err, enc.WriteToken(jsontext.EndObject))
	case textNode:
		return enc.WriteToken(jsontext.String(n.text))
	default:
		return enc.WriteValue(jsontext.Value(n.text))
	}
}
