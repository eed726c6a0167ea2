package alibaba

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Answer formats of the Alibaba gateway: values of the Format parameter in lower case.
const (
	JSON = "json"
	XML  = "xml"
)

// Field is one named value of an answer: a name, and a value that is a string, bool,
// int, float64, Object or []any. It is an array, so that every package can write an
// answer as {"Name", value}.
type Field [2]any

// Name returns the name on the wire.
func (f Field) Name() string { return f[0].(string) }

// Value returns the value.
func (f Field) Value() any { return f[1] }

// Object is an answer in a neutral form for both formats. Its order is the order on the
// wire.
type Object []Field

// List wraps values twice, as the vendor usually does: Instances.Instance[]. A list
// that the vendor does not wrap is a plain []any.
func List[T any](item string, values []T) Object {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = v
	}
	return Object{{item, items}}
}

// encodeAnswer encodes an answer in the requested format. XML needs a name for its
// root.
func encodeAnswer(status int, format, root string, o Object) *core.Answer {
	if format == JSON {
		return &core.Answer{
			Status: status, ContentType: "application/json;charset=utf-8",
			Body: appendJSON(make([]byte, 0, 4<<10), o),
		}
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	writeXML(&b, root, o)
	return &core.Answer{Status: status, ContentType: "text/xml;charset=utf-8", Body: b.Bytes()}
}

func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case Object:
		b = append(b, '{')
		for i, f := range v {
			b = append(comma(b, i), '"') // names are our own and need no escape
			b = append(b, f.Name()...)
			b = appendJSON(append(b, '"', ':'), f.Value())
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		start := len(b)
		for i, item := range v {
			b = appendJSON(comma(b, i), item)
			if i == 0 { // the other items have about the same length
				b = slices.Grow(b, (len(v)-1)*(len(b)-start+16))
			}
		}
		return append(b, ']')
	case string:
		return appendText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	default:
		return append(b, scalar(v)...)
	}
}

// appendText writes a JSON string. Most text needs no escape.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return append(b, scalar(s)...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// writeXML writes an element; a list becomes one element per item, all with
// the name of the list.
func writeXML(b *bytes.Buffer, name string, v any) {
	if items, ok := v.([]any); ok {
		for _, item := range items {
			writeXML(b, name, item)
		}
		return
	}
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case Object:
		for _, f := range v {
			writeXML(b, f.Name(), f.Value())
		}
	case string:
		_ = xml.EscapeText(b, []byte(v)) // a bytes.Buffer accepts every write
	default:
		b.Write(scalar(v))
	}
	b.WriteString("</" + name + ">")
}

// scalar returns the text of numbers and booleans, the same in both formats.
func scalar(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("cloudsim: an answer holds a value that no format can spell: " + err.Error())
	}
	return text
}

// Refusal is a refusal with the vendor's code. Its message never repeats the value of a
// parameter, because it might be a password. The vendor's own exceptions stay: IDs and
// names of launch templates, and the string to sign, which the vendor returns in full.
type Refusal struct {
	Status  int
	Code    string
	Message string
}

// Refuse returns a refusal.
func Refuse(status int, code, message string) *Refusal {
	return &Refusal{Status: status, Code: code, Message: message}
}

// as returns the refusal with the changes of a fault.
func (e *Refusal) as(f core.Fault) *Refusal {
	if f.Status != 0 {
		e.Status = f.Status
	}
	e.Code, e.Message = cmp.Or(f.Code, e.Code), cmp.Or(f.Message, e.Message)
	return e
}

// success encodes the answer of a successful call.
func (a *Gateway) success(k *core.Call, o Object) *core.Answer {
	o = append(Object{{"RequestId", k.RequestID}}, o...)
	return encodeAnswer(http.StatusOK, k.Format, k.Action+"Response", o)
}

// failure encodes a refusal. All four fields are strings; the vendor's SDK for
// Go panics on anything else.
func (a *Gateway) failure(k *core.Call, e *Refusal) *core.Answer {
	out := encodeAnswer(e.Status, k.Format, "Error", Object{
		{"RequestId", k.RequestID},
		{"HostId", a.host},
		{"Code", e.Code},
		{"Message", e.Message},
	})
	out.Code = e.Code
	out.Reason, _, _ = strings.Cut(e.Message, signedText) // that text holds every parameter
	return out
}
