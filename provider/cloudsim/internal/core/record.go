package core

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record is cloudsim.Call, which documents the fields. The two types convert into each
// other, so a field in only one of them does not compile.
type Record struct {
	Cloud  Cloud
	Time   time.Time
	Took   time.Duration
	Action string
	Known  bool
	Region string
	Status int
	Code   string
	Reason string
	Params map[string]string
	Masked int
	Faults []FaultKind
}

// Masked stands in a record for a text that is not shown.
const Masked = "(masked)"

// recordOf returns the record of a call. Call and answer may be nil.
func (c *Service) recordOf(k *Call, a *Answer, began time.Time) Record {
	r := Record{Cloud: c.Name, Time: began, Took: time.Since(began)}
	if k == nil {
		k = &Call{}
	}
	r.Known = slices.Contains(c.Wire.Actions(), k.Action)
	r.Action = mask(k.Action, r.Known || actionForm.MatchString(k.Action))
	region := cmp.Or(k.Params["EnsRegionId"], k.Region) // every call of ENS also names a region of the gateway
	r.Region = mask(region, isRegion(c, k, region))
	for _, f := range k.Faults {
		if !slices.Contains(r.Faults, f.Kind) {
			r.Faults = append(r.Faults, f.Kind)
		}
	}
	var params map[string]string
	if k.admitted {
		params = k.flat()
		r.Params, r.Masked = c.shown(k, params)
	}
	if a == nil {
		return r
	}
	r.Status = a.Status
	if len(r.Faults) == 0 { // a fault brings a code and a text of its own
		r.Code, r.Reason = a.Code, safe(a.Reason, params)
	}
	return r
}

func mask(text string, show bool) string {
	if show || text == "" {
		return text
	}
	return Masked
}

// Forms of words that may be shown although the cloud does not know them, so that a
// spelling mistake can be found: the name of an action, and a region.
var (
	actionForm = regexp.MustCompile(`^[A-Z][a-zA-Z]{3,50}$`)
	regionForm = regexp.MustCompile(`^((cn|ap|us|eu|na|sa|me|rus)-[a-z]{3,20}(-[0-9]{1,3})?|[a-z]{2,4}[0-9][a-z]?)$`)
)

// safe returns a reason, or "" if it quotes the value of a parameter or the name of one
// that no API has: either may be a secret.
func safe(reason string, params map[string]string) string {
	const short = 3 // a value that short is found in any text, and is no secret
	for name, value := range params {
		quoted := len(value) > short && strings.Contains(reason, value)
		odd := !nameForm.MatchString(name) && strings.Contains(reason, name)
		if quoted || odd {
			return ""
		}
	}
	return reason
}

// nameForm is the form of a parameter's name: words, and the numbers of lists.
var nameForm = regexp.MustCompile(`^[A-Za-z_]{1,40}(\.([A-Za-z_]{1,40}|[0-9]{1,3}))*$`)

// flat returns the parameters of a call by name, also those that came as a tree.
func (k *Call) flat() map[string]string {
	if k.Tree == nil {
		return k.Params
	}
	text, err := json.Marshal(k.Tree)
	var tree any
	if err != nil || json.Unmarshal(text, &tree) != nil {
		return nil
	}
	out := map[string]string{}
	flatten(out, "", tree)
	return out
}

func flatten(out map[string]string, path string, v any) {
	under := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			flatten(out, under(name), member)
		}
	case []any:
		for i, item := range v {
			flatten(out, under(strconv.Itoa(i)), item)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}
