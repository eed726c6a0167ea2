package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// compare returns the tokens of the members that were applied before. A file that asks for something
// else than what exists is an error: this program creates and releases, it changes nothing.
func (s *state) compare(f *fleet, simulate bool) (known map[string][]byte, err error) {
	if slices.ContainsFunc(s.meta.Members, s.begun) && simulate != s.meta.Simulated {
		return nil, s.otherKind()
	}
	known = map[string][]byte{}
	var errs []error
	for _, name := range s.meta.Members {
		if !s.begun(name) {
			continue
		}
		i := slices.IndexFunc(f.Members, func(m *member) bool { return m.Name == name })
		if i < 0 {
			errs = append(errs, fmt.Errorf("%s: %s was applied, and is not in the file", f.path, name))
			continue
		}
		r, _, err := s.load(name)
		if err != nil {
			return nil, err
		}
		known[name] = r.Token
		errs = append(errs, s.compareMember(f, f.Members[i], r))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, &failure{
			code: exitUsage, err: err,
			next: "release such members first: provision down MEMBER; or give what is new another name",
		}
	}
	return known, nil
}

func (s *state) otherKind() error {
	what, next := "a live fleet", "leave --simulate out, or name another directory with --state"
	if s.meta.Simulated {
		what, next = "a simulated fleet", "use --simulate, or name another directory with --state"
	}
	return usageFailure("the state directory "+s.dir+" has "+what, next)
}

// compareMember returns an error when a member differs from its record.
func (s *state) compareMember(f *fleet, m *member, r *specfile.Record) error {
	if info, err := provider.ReadToken(r.Token); err == nil && info.Over {
		return fmt.Errorf("%s: the instances of %s are being released", f.path, m.Name)
	}
	ch, err := s.useChoice(m)
	if err != nil {
		return err
	}
	var changes []string
	if ch != nil {
		changes = ch.changes(m)
	}
	now, err := flat(&m.File)
	if err != nil {
		return err
	}
	was, err := flat(r.File)
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(merged(now, was))) {
		if now[path] != was[path] {
			changes = append(changes, fmt.Sprintf("%s was %s and is %s", path, orNothing(was[path]), orNothing(now[path])))
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s was applied with another spec: %s", f.path, m.Name, strings.Join(changes, "; "))
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// flat returns what a file sets, by path. Secrets are there as their references.
func flat(f *specfile.File) (map[string]string, error) {
	data, err := f.Marshal(specfile.JSON)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	out := map[string]string{}
	flatten("", tree, out)
	return out, nil
}

func flatten(path string, v any, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			flatten(strings.TrimPrefix(path+"."+key, "."), child, out)
		}
	case []any:
		for i, child := range v {
			flatten(path+"["+strconv.Itoa(i)+"]", child, out)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}
