package oncehttp

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

// Salvaged is the content of a JSON text that ended early or is damaged.
type Salvaged struct {
	IDs   []string
	Texts map[string]string // other members that are texts, by name
}

// Salvage reads a JSON text up to the first error. IDs are the texts in the lists with
// one of the names; an ID that is cut off in the middle is left out.
func Salvage(text []byte, lists ...string) Salvaged {
	out := Salvaged{Texts: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(text))
	name, inside := "", false
	for {
		token, err := dec.Token()
		if err != nil {
			return out
		}
		text, isText := token.(string)
		switch _, known := out.Texts[name]; {
		case isText && inside:
			out.IDs = append(out.IDs, text)
		case isText && name != "" && !known:
			out.Texts[name] = text
		case token == json.Delim('['):
			inside = slices.Contains(lists, name)
		case token == json.Delim(']'):
			inside = false
		}
		name = text
	}
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// OnlyIDs returns the texts that look like an ID, in order. It changes the list.
func OnlyIDs(list []string) []string {
	return slices.DeleteFunc(list, func(id string) bool { return !idForm.MatchString(id) })
}
