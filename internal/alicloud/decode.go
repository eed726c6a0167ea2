package alicloud

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/tolerant"
)

// Decode reads an answer into out, a pointer to a struct. An answer that is
// empty, null, HTML or truncated is an error with [provider.OutcomeUnknown]: a 200
// without sense may follow a real effect. A field in another form than the one of out
// is converted, or is left zero and named in resp.Unread.
//
// An out that is the request's Into has been read already by the SDK's own decoder,
// which takes half the time of encoding/json for long lists, and takes numbers and
// strings for each other. Only what it could not read is read again.
func (c *Caller) Decode(r Request, resp *Response, out any) error {
	body := bytes.TrimSpace(resp.Body)
	if len(body) == 0 || body[0] != '{' {
		return c.Malformed(r, resp)
	}
	err := resp.decoded
	switch {
	case r.Into == nil:
		err = json.Unmarshal(body, out)
	case err == nil && isMisread(body, r.Numbers):
		err = errMisread
	}
	if err == nil {
		return nil
	}
	forget(out) // what was read before the first odd field
	if resp.Unread, err = tolerant.Unmarshal(body, out); err != nil {
		return c.Malformed(r, resp)
	}
	return nil
}

// forget makes the fields of an answer zero. It keeps the SDK's part, which is embedded.
func forget(out any) {
	v := reflect.ValueOf(out).Elem()
	zero := reflect.New(v.Type()).Elem()
	if sdk := v.FieldByName("BaseResponse"); sdk.IsValid() {
		zero.FieldByName("BaseResponse").Set(sdk)
	}
	v.Set(zero)
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
// show: a list, a list inside objects, or one text "[i-a,i-b]". Without brackets a text
// counts only as the member of an object, and if it begins as an ID of an instance does.
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
	member := false        // the value of a member
	for alone := true; ; { // not in a list
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			return nil
		}
		alone = alone && !bytes.ContainsRune(b[:i], '[')
		literal := b[i : i+stringLength(b[i:])]
		b = bytes.TrimLeft(b[i+len(literal):], " \t\r\n")
		if len(b) > 0 && b[0] == ':' { // the name of a member
			alone, member = true, true
			continue
		}
		var s string
		if err := text(&s, literal); err != nil {
			return err
		}
		listed := !alone || strings.ContainsRune(s, '[')
		if oneID := member && strings.HasPrefix(s, "i-"); !listed && !oneID {
			continue
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
