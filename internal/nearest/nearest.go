// Package nearest finds the name that a mistyped word was meant to be. It proposes only what is
// really near: a wrong proposal costs its reader more than none.
package nearest

import "strings"

const (
	longest = 64 // longer words are no slip of the keyboard
	least   = 3  // of shorter words and names each letter counts
	perEdit = 4  // one wrong letter in so many
)

// Of returns the name that a word is most likely meant to be, or "" when no name is near. Case, blanks,
// "_" and "-" do not count. A name is near when
//
//   - one letter is inserted, removed, replaced or swapped with its neighbour, where the shorter of word
//     and name has three to seven letters; two letters where it has eight to eleven, and so on, or
//   - the word has three letters or more, and this is the only name that begins with it.
//
// Words and names of one or two letters are near only to themselves. Of names that are equally near
// the first is returned.
func Of(word string, names []string) string {
	if len(word) > longest {
		return ""
	}
	text := plain(word)
	best, edits := "", len(text)+1
	for _, name := range names {
		other := plain(name)
		if d := distance(text, other); d < edits && d <= allowed(text, other) {
			best, edits = name, d
		}
	}
	if best == "" {
		return beginning(text, names)
	}
	return best
}

// allowed returns how many letters may differ.
func allowed(a, b string) int {
	shorter := min(len(a), len(b))
	if shorter < least {
		return 0
	}
	return max(1, shorter/perEdit)
}

// beginning returns the only name that begins with a text.
func beginning(text string, names []string) string {
	if len(text) < least {
		return ""
	}
	found := ""
	for _, name := range names {
		begins := strings.HasPrefix(plain(name), text)
		if begins && found != "" {
			return ""
		}
		if begins {
			found = name
		}
	}
	return found
}

func plain(word string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(word))
}

// distance is how many letters have to be inserted, removed or replaced to make b of a. Two
// letters in the wrong order count once.
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
