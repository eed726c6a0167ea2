package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// message is a line of govulncheck's output. Only findings matter here.
type message struct {
	Config  *struct{} `json:"config"`
	Finding *struct {
		OSV          string  `json:"osv"`
		FixedVersion string  `json:"fixed_version"`
		Trace        []frame `json:"trace"`
	} `json:"finding"`
}

// frame is a place in the code. Function is empty when only the package or only the module is
// known to be used.
type frame struct {
	Module   string `json:"module"`
	Version  string `json:"version"`
	Function string `json:"function"`
}

// readFindings prints what govulncheck found. The error is what the code reaches in
// dependencies.
func readFindings(in io.Reader, out io.Writer) error {
	reached, toolchain, began := map[string]string{}, map[string]string{}, false
	for dec := json.NewDecoder(in); ; {
		var m message
		switch err := dec.Decode(&m); {
		case errors.Is(err, io.EOF):
			return report(out, reached, toolchain, began)
		case err != nil:
			return fmt.Errorf("the output of govulncheck cannot be read: %w", err)
		}
		began = began || m.Config != nil
		if m.Finding == nil || len(m.Finding.Trace) == 0 {
			continue
		}
		place := m.Finding.Trace[0]
		text := fmt.Sprintf("%s: %s@%s, mended in %s", m.Finding.OSV, place.Module, place.Version, m.Finding.FixedVersion)
		switch {
		case place.Function == "":
		case place.Module == "stdlib":
			toolchain[m.Finding.OSV] = text
		default:
			reached[m.Finding.OSV] = text
		}
	}
}

func report(out io.Writer, reached, toolchain map[string]string, began bool) error {
	if !began {
		return errors.New("govulncheck printed nothing: it did not run")
	}
	for _, osv := range slices.Sorted(maps.Keys(toolchain)) {
		if _, err := fmt.Fprintln(out, "in the toolchain, not a failure:", toolchain[osv]); err != nil {
			return err
		}
	}
	if len(reached) > 0 {
		var problems []error
		for _, osv := range slices.Sorted(maps.Keys(reached)) {
			problems = append(problems, errors.New(reached[osv]))
		}
		return errors.Join(problems...)
	}
	_, err := fmt.Fprintln(out, "no known weakness of a dependency is reached")
	return err
}
