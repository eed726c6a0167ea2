package oncehttp

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

// Salvaged is what a JSON text still names that ended early, or is none to its end.
type Salvaged struct {
	IDs   []string
	Texts map[string]string // other members that are texts, by name
}

// Salvage reads a JSON text as far as it goes. IDs are the texts of the lists that bear
// one of the names; one that is cut off in the middle is not among them.
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
