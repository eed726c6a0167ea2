package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// choice is what was chosen for a member that has a type. It is kept beside the record before anything
// is created: whatever continues the member has the same types, and never chooses again.
type choice struct {
	Version      int                    `json:"version"`
	Want         *specfile.Want         `json:"want"`
	Chosen       chosenType             `json:"chosen"`
	Billing      provider.BillingMode   `json:"billing"`
	Alternatives []provider.Alternative `json:"alternatives"`
}

const choiceVersion = 1

// use makes a choice the spec of a member.
func (ch *choice) use(m *member) {
	m.Spec.InstanceType, m.Spec.Billing.Mode = ch.Chosen.InstanceType, ch.Billing
	if ch.Chosen.Zone != "" {
		m.Spec.Zone = ch.Chosen.Zone
	}
	if ch.Chosen.SubnetID != "" {
		m.Spec.Network.SubnetID = ch.Chosen.SubnetID
	}
	m.Run.Alternatives = ch.Alternatives
}

// changes says what a member wants that differs from what the choice was made for.
func (ch *choice) changes(m *member) []string {
	was, now := flatWant(ch.Want), flatWant(m.Type)
	var list []string
	for _, path := range slices.Sorted(maps.Keys(merged(now, was))) {
		if now[path] != was[path] {
			list = append(list, fmt.Sprintf("%s was %s and is %s", path, orNothing(was[path]), orNothing(now[path])))
		}
	}
	return list
}

// flatWant returns the fields of a want that are set, by path.
func flatWant(w *specfile.Want) map[string]string {
	out := map[string]string{}
	data, err := json.Marshal(w)
	if err != nil {
		return out
	}
	var tree any
	if json.Unmarshal(data, &tree) != nil {
		return out
	}
	all := map[string]string{}
	flatten("", tree, all)
	for path, value := range all {
		if unset := value == "0" || value == "" || value == "<nil>"; unset {
			continue
		}
		parts := strings.Split(path, ".")
		for i, part := range parts {
			parts[i] = specfile.FieldName(part)
		}
		out["type."+strings.Join(parts, ".")] = value
	}
	return out
}

func (s *state) choicePath(member string) string {
	return filepath.Join(s.dir, "members", member+".choice.json") // no name of a member has a dot
}

// saveChoice keeps a choice. It returns once it is on disk.
func (s *state) saveChoice(member string, ch *choice) error {
	data, err := json.MarshalIndent(ch, "", "  ")
	if err != nil {
		return err
	}
	return writeSafely(s.choicePath(member), append(data, '\n'))
}

// choice returns the kept choice of a member, or nil.
func (s *state) choice(member string) (*choice, error) {
	path := s.choicePath(member)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // there is none
	}
	ch := &choice{}
	if err == nil {
		err = json.Unmarshal(data, ch)
	}
	if err == nil && ch.Version != choiceVersion {
		err = fmt.Errorf("has version %d; this program knows %d", ch.Version, choiceVersion)
	}
	if err != nil {
		return nil, &failure{
			code: exitUsage, err: fmt.Errorf("%s cannot be read: %w", path, err), next: "name another directory with --state",
		}
	}
	return ch, nil
}

// useChoice gives a member with a type what was chosen for it. It returns nil for members without one.
func (s *state) useChoice(m *member) (*choice, error) {
	if m.Type == nil {
		return nil, nil //nolint:nilnil // nothing is to choose
	}
	ch, err := s.choice(m.Name)
	if err != nil {
		return nil, err
	}
	if ch == nil {
		return nil, &failure{
			code: exitUsage, err: fmt.Errorf("the type of %s is not chosen yet", m.Name), next: "apply again: nothing of it exists",
		}
	}
	ch.use(m)
	return ch, nil
}

// chooseAll returns what is chosen for the members that have a type. Those that exist keep their choice.
func (s *state) chooseAll(
	ctx context.Context, f *fleet, doc *specfile.Document, clients map[string]*provider.Client, known map[string][]byte,
) (map[string]*choice, error) {
	choices := map[string]*choice{}
	for _, m := range f.Members {
		if m.Type == nil {
			continue
		}
		if known[m.Name] != nil {
			ch, err := s.choice(m.Name)
			if err != nil {
				return nil, err
			}
			choices[m.Name] = ch
			continue
		}
		found, err := m.choose(ctx, clients[m.Account])
		if err == nil {
			choices[m.Name] = m.take(found)
			continue
		}
		if err := m.refuseChoice(doc, err); err != nil {
			return nil, err
		}
	}
	return choices, doc.Err()
}
