package cloudsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Answer formats of the Alibaba gateway, as the Format parameter spells them
// once it is lower case.
const (
	aliJSON = "json"
	aliXML  = "xml"
)

// aliField is one named value of an answer: its name, and then a string, bool, int
// or float64, an aliObject, or a list as []any. It is an array so that answers can be
// written {"Name", value} in every package.
type aliField [2]any

// name returns the name on the wire.
func (f aliField) name() string { return f[0].(string) }

func (f aliField) value() any { return f[1] }

// aliObject is a neutral answer, written once for both formats. Its order is
// the order on the wire.
type aliObject []aliField

// aliList wraps values the vendor's usual way, twice: Instances.Instance[]. A
// list that the vendor does not wrap is a bare []any.
func aliList[T any](item string, values []T) aliObject {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = v
	}
	return aliObject{{item, items}}
}

// encodeAli turns an answer into the format that was asked for. XML needs a
// name for its root.
func encodeAli(status int, format, root string, o aliObject) *core.Answer {
	if format == aliJSON {
		return &core.Answer{Status: status, ContentType: "application/json;charset=utf-8", Body: appendAliJSON(make([]byte, 0, 4<<10), o)}
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	writeAliXML(&b, root, o)
	return &core.Answer{Status: status, ContentType: "text/xml;charset=utf-8", Body: b.Bytes()}
}

func appendAliJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case aliObject:
		b = append(b, '{')
		for i, f := range v {
			b = append(aliComma(b, i), '"') // names are ours, and plain
			b = append(b, f.name()...)
			b = appendAliJSON(append(b, '"', ':'), f.value())
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		start := len(b)
		for i, item := range v {
			b = appendAliJSON(aliComma(b, i), item)
			if i == 0 { // the others of a list are about as long
				b = slices.Grow(b, (len(v)-1)*(len(b)-start+16))
			}
		}
		return append(b, ']')
	case string:
		return appendAliText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	default:
		return append(b, aliScalar(v)...)
	}
}

// appendAliText writes a JSON string. Nearly all of an answer is plain.
func appendAliText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return append(b, aliScalar(s)...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func aliComma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// writeAliXML writes an element; a list becomes one element per item, all with
// the name of the list.
func writeAliXML(b *bytes.Buffer, name string, v any) {
	if items, ok := v.([]any); ok {
		for _, item := range items {
			writeAliXML(b, name, item)
		}
		return
	}
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case aliObject:
		for _, f := range v {
			writeAliXML(b, f.name(), f.value())
		}
	case string:
		_ = xml.EscapeText(b, []byte(v)) // a bytes.Buffer accepts every write
	default:
		b.Write(aliScalar(v))
	}
	b.WriteString("</" + name + ">")
}

// aliScalar spells numbers and booleans alike in both formats.
func aliScalar(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("cloudsim: an answer holds a value that no format can spell: " + err.Error())
	}
	return text
}

// aliError is a refusal by the vendor's code. Its message never repeats the
// value of a parameter, because that might be a password. The exceptions are
// those of the vendor: IDs and names of launch templates, and the string to
// sign, which it sends back in full.
type aliError struct {
	status  int
	code    string
	message string
}

func aliRefusal(status int, code, message string) *aliError {
	return &aliError{status: status, code: code, message: message}
}

// As is the refusal with what a fault says differently.
func (e *aliError) As(f core.Fault) *aliError {
	if f.Status != 0 {
		e.status = f.Status
	}
	e.code, e.message = cmp.Or(f.Code, e.code), cmp.Or(f.Message, e.message)
	return e
}

// success encodes the answer of a call that went well.
func (a *alibaba) success(k *core.Call, o aliObject) *core.Answer {
	o = append(aliObject{{"RequestId", k.RequestID}}, o...)
	return encodeAli(http.StatusOK, k.Format, k.Action+"Response", o)
}

// failure encodes a refusal. All four fields are strings; the vendor's SDK for
// Go panics on anything else.
func (a *alibaba) failure(k *core.Call, e *aliError) *core.Answer {
	return encodeAli(e.status, k.Format, "Error", aliObject{
		{"RequestId", k.RequestID},
		{"HostId", a.host},
		{"Code", e.code},
		{"Message", e.message},
	})
}
