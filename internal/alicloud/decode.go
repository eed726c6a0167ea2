package alicloud

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
)

// Decode reads an answer into out, a pointer to a struct. An answer that is
// empty, null, HTML, truncated or of other types is an error with
// [provider.OutcomeUnknown]: a 200 without sense may follow a real effect.
//
// An out that is the request's Into has been read already by the SDK's own decoder,
// which takes half the time of encoding/json for long lists, and takes numbers and
// strings for each other.
func (c *Caller) Decode(r Request, resp *Response, out any) error {
	body := bytes.TrimSpace(resp.Body)
	err := resp.decoded
	if r.Into == nil {
		err = json.Unmarshal(body, out)
	}
	if len(body) == 0 || body[0] != '{' || err != nil {
		return c.Malformed(r, resp)
	}
	return nil
}

// Text is a string that may arrive as a number or boolean. Null is "".
type Text string

// UnmarshalJSON accepts any JSON value; what is not a string is kept as it is
// written.
func (t *Text) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		*t = ""
	case b[0] == '"':
		return text((*string)(t), b)
	default:
		*t = Text(b)
	}
	return nil
}

// Int returns the whole number in t, or 0 when there is none.
func (t Text) Int() int {
	f, err := strconv.ParseFloat(string(t), 64)
	if err != nil {
		return 0
	}
	return int(f)
}

// IDs is a list of IDs in any of the shapes that the APIs and their documents
// show: a list, a list inside objects, or one text "[i-a,i-b]". A text alone, without
// brackets, is no list.
type IDs []string

// Distinct returns every ID once, in order, without empty ones.
func (ids IDs) Distinct() []string { return adapter.Distinct(ids) }

// text reads a JSON string, which seldom needs more than its quotes taken off.
func text(s *string, b []byte) error {
	if plain := b[1 : len(b)-1]; !bytes.ContainsRune(plain, '\\') && utf8.Valid(plain) {
		*s = string(plain)
		return nil
	}
	return json.Unmarshal(b, s)
}

// UnmarshalJSON collects every text below b, which is valid JSON.
func (ids *IDs) UnmarshalJSON(b []byte) error {
	*ids = nil
	for alone := true; ; { // not in a list
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			return nil
		}
		alone = alone && !bytes.ContainsRune(b[:i], '[')
		literal := b[i : i+stringLength(b[i:])]
		b = bytes.TrimLeft(b[i+len(literal):], " \t\r\n")
		if len(b) > 0 && b[0] == ':' { // the name of a member
			alone = true
			continue
		}
		if alone && !bytes.ContainsRune(literal, '[') {
			continue
		}
		var s string
		if err := text(&s, literal); err != nil {
			return err
		}
		*ids = append(*ids, splitIDs(s)...)
	}
}

// splitIDs takes a text like "[i-1,i-2]" apart.
func splitIDs(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("[], \"", r) })
}

// stringLength is how long the JSON string is that b begins with, quotes included.
func stringLength(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// requestID finds the request ID in an answer without decoding the rest.
func requestID(body []byte) string {
	_, rest, ok := bytes.Cut(body, []byte(`"RequestId"`))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, ": \t\r\n")
	if len(rest) == 0 || rest[0] != '"' {
		return ""
	}
	id, _, ok := bytes.Cut(rest[1:], []byte(`"`))
	if !ok || len(id) > 128 || bytes.ContainsAny(id, "\\ \n") {
		return ""
	}
	return string(id)
}
