package specs

import "slices"

// Print holds which fields are set in a spec and in the options that affect its creates. It
// maps the path of every set leaf ("DataDisks[0].SizeGiB", `Tags["team"]`, "Run.Owner") to a
// digest of its value. For a secret it holds "set", because the digest of a secret could be
// guessed. A struct in a list or behind a pointer has its own entry, for its presence. Nil is
// the print of a spec that is not known.
type Print map[string]string

// isThere stands for the value of a secret.
const isThere = "set"

// Differences returns, sorted, the paths that differ or that only one of the prints has. When
// only one print has a struct or list, the paths inside it are not returned. A nil print has
// no differences.
func (p Print) Differences(other Print) []string {
	if p == nil || other == nil {
		return nil
	}
	differs := map[string]bool{}
	for path, digest := range p {
		if other[path] != digest {
			differs[path] = true
		}
	}
	for path := range other {
		if _, ok := p[path]; !ok {
			differs[path] = true
		}
	}
	var list []string
	for path := range differs {
		if !insideOf(path, differs) {
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}

// insideOf reports whether a path is inside one of the others.
func insideOf(path string, others map[string]bool) bool {
	for i := range len(path) {
		isStep := path[i] == '.' || path[i] == '['
		if isStep && others[path[:i]] {
			return true
		}
	}
	return false
}
