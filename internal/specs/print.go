package specs

import "slices"

// Print says of a spec, and of the options that its creates follow from, what is
// set, without what it is set to: the path of every leaf ("DataDisks[0].SizeGiB",
// `Tags["team"]`, "Run.Owner") with a digest of its value, or with "set" when it is a
// secret, whose digest could be guessed back. A struct in a list or behind a pointer
// has an entry of its own, for its presence. Nil is the print of a spec that nobody
// knows.
type Print map[string]string

// isThere stands for the value of a secret.
const isThere = "set"

// Differences returns the paths that differ, that other lacks or that only other has,
// sorted. What is inside of a struct or list that only one of the two has is not named
// beside it. A nil print differs in nothing that could be named.
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

// insideOf reports whether a path leads through one of others.
func insideOf(path string, others map[string]bool) bool {
	for i := range len(path) {
		if step := path[i] == '.' || path[i] == '['; step && others[path[:i]] {
			return true
		}
	}
	return false
}
