package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
)

// specPrint says of a spec, and of the options that its creates follow from, what is
// set, without what it is set to: the path of every leaf ("DataDisks[0].SizeGiB",
// `Tags["team"]`, "Run.Owner") with a digest of its value, or with "set" when it is a
// secret, whose digest could be guessed back. A struct in a list or behind a pointer
// has an entry of its own, for its presence. Nil is the print of a spec that nobody
// knows.
type specPrint map[string]string

// isThere stands for the value of a secret.
const isThere = "set"

// printSpec returns the print of a spec. Digests are keyed with a salt, the ID of the
// operation: those of two operations cannot be compared.
func printSpec(spec *RunInstancesSpec, o *RunOptions, salt string) specPrint {
	mac := hmac.New(sha256.New, []byte(salt))
	leaves := setLeaves(spec, o)
	p := make(specPrint, len(leaves))
	var text, sum []byte
	for i := range leaves {
		l := &leaves[i]
		if l.secret {
			p[l.path] = isThere
			continue
		}
		text = l.appendTo(text[:0])
		mac.Reset()
		_, _ = mac.Write(text)
		sum = mac.Sum(sum[:0])
		p[l.path] = base64.RawURLEncoding.EncodeToString(sum[:6])
	}
	return p
}

// differences returns the paths that differ, that other lacks or that only other has,
// sorted. What is inside of a struct or list that only one of the two has is not named
// beside it. A nil print differs in nothing that could be named.
func (p specPrint) differences(other specPrint) []string {
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
