package oncehttp

import (
	"bytes"
	"slices"
	"strings"
	"sync"
)

const (
	// shortest is the length from which a value counts as a secret. If every "1" or
	// "yes" were masked, no message would be readable.
	shortest = 4

	// shortKey is a length. Of a shorter key only the whole value is searched for.
	shortKey = 8

	// gram is the length of the keys in the index. No searched piece is shorter.
	gram = 6

	// maxWork bounds the bytes that are compared to about 10 ms. Repetitive texts and
	// secrets would need more. A text that needs more is hidden as a whole.
	maxWork = 1 << 20
)

// hidden is a value that must not be seen.
type hidden struct {
	raw   string
	bare  []byte // without the bytes that services change or drop
	piece int    // so many consecutive bytes of raw are hidden
}

// places returns bare with each byte's place in raw. It is computed on demand, because
// few texts show a secret.
func (s *hidden) places() *view { return viewOf(s.raw).compact() }

func hide(raw string, piece int) hidden {
	bare := make([]byte, 0, len(raw))
	for i := range len(raw) {
		if !isBlank(raw[i]) {
			bare = append(bare, raw[i])
		}
	}
	return hidden{raw, bare, piece}
}

// step is the distance between the bytes that are looked up. For pieces of eleven bytes
// or more every sixth place is enough: each such piece holds six bytes that start at
// such a place.
func (s *hidden) step() int {
	if s.piece >= PieceOfData {
		return gram
	}
	return 1
}

// grams is a set of the keys of some secrets. It may report keys that are not in it.
// With it most of a text is skipped in 2 ns a byte.
type grams [1 << 12]uint64

func (g *grams) add(s *hidden) {
	for at := 0; at+gram <= len(s.bare); at += s.step() {
		word, bit := slot(key(s.bare[at:]))
		g[word] |= bit
	}
}

func (g *grams) has(k uint64) bool {
	word, bit := slot(k)
	return g[word]&bit != 0
}

// slot spreads the keys over the bits of a set.
func slot(k uint64) (word int, bit uint64) {
	n := k * 0x9e3779b97f4a7c15 >> (64 - 18)
	return int(n >> 6), 1 << (n & 63)
}

// stretch is a part of a text that shows a secret, or a piece of one.
type stretch struct {
	lo, hi int32
	partly bool
}

// search looks for secrets in one text. The text is indexed, not the secrets: it is
// short, and user data may be long.
type search struct {
	text  string
	known *known
	views []*view // compact
	first map[uint64]int32
	spots []spot
	found []stretch
	work  int
}

// spot is a place of a key in a view. Next is another spot of the same key, or -1.
type spot struct{ view, at, next int32 }

// find returns the stretches of a text to mask, in order and without overlaps.
func find(text string, k *known) []stretch {
	x := &search{text: text, known: k, first: map[uint64]int32{}}
	for _, v := range views(text) {
		x.short(v, k.secrets)
		x.add(v.compact())
	}
	for i := range k.secrets {
		x.secret(&k.secrets[i])
	}
	if x.work > maxWork {
		return []stretch{{hi: int32(len(text)), partly: true}}
	}
	return merged(x.found)
}

// add indexes a view.
func (x *search) add(v *view) {
	n := int32(len(x.views))
	x.views = append(x.views, v)
	for at := 0; at+gram <= len(v.text); at++ {
		k := key(v.text[at:])
		if !x.known.grams.has(k) {
			continue
		}
		next, ok := x.first[k]
		if !ok {
			next = -1
		}
		x.first[k] = int32(len(x.spots))
		x.spots = append(x.spots, spot{n, int32(at), next})
	}
}

// key packs the first bytes of a text.
func key(b []byte) (k uint64) {
	for _, c := range b[:gram] {
		k = k<<8 | uint64(c)
	}
	return k
}

// secret looks for a secret and its pieces.
func (x *search) secret(s *hidden) {
	compared := map[[2]int32]int32{} // by view and shift: how far it was compared
	places := sync.OnceValue(s.places)
	for at := 0; at+gram <= len(s.bare) && x.work <= maxWork; at += s.step() {
		n, ok := x.first[key(s.bare[at:])]
		for ok && n >= 0 && x.work <= maxWork {
			spot := x.spots[n]
			n = spot.next
			line := [2]int32{spot.view, int32(at) - spot.at}
			if x.work++; int32(at) >= compared[line] {
				compared[line] = int32(x.compare(s, places, x.views[spot.view], int(spot.at), at))
			}
		}
	}
}

// compare compares a place in a view with a place in a secret that has the same key. It
// records the stretch to mask, and returns the position in the secret where the two
// begin to differ.
func (x *search) compare(s *hidden, places func() *view, v *view, i, j int) int {
	lo, hi := common(v.text, s.bare, i, j)
	x.work += hi - lo
	shift := j - i
	partly := hi-lo < len(s.bare)
	if partly {
		if from := places(); s.piece < PieceOfData {
			lo, hi = unbroken(v, from, lo, hi, i, shift)
			if hi-lo < s.piece {
				return j + 1
			}
		} else if from.hi[hi-1+shift]-from.lo[lo+shift] < int32(s.piece) {
			return hi + shift
		}
	}
	found := stretch{lo: v.lo[lo], hi: v.hi[hi-1], partly: partly}
	if lo+shift == 0 {
		found.lo = before(v, s.raw, lo)
	}
	if hi+shift == len(s.bare) {
		found.hi = after(v, s.raw, hi-1)
	}
	if !partly || !isWord(x.text[found.lo:found.hi]) {
		x.found = append(x.found, found)
	}
	return hi + shift - gram + 1
}

// common returns the longest range [lo, hi) of a text around i that is equal to the
// secret around j.
func common(text, secret []byte, i, j int) (lo, hi int) {
	lo, hi = i, i+gram
	for end := j + gram; hi < len(text) && end < len(secret) && text[hi] == secret[end]; end++ {
		hi++
	}
	for ; lo > 0 && j > 0 && text[lo-1] == secret[j-1]; j-- {
		lo--
	}
	return lo, hi
}

// before returns where a secret begins in a text, given the place of its first byte
// that is not a blank. A secret in base64 may begin with a plus, which counts as a
// blank.
func before(v *view, secret string, first int) int32 {
	at := v.at[first]
	begin := len(secret) - len(strings.TrimLeftFunc(secret, isBlankRune))
	for begin > 0 && at > 0 && v.full.text[at-1] == secret[begin-1] {
		begin, at = begin-1, at-1
	}
	return v.full.lo[at]
}

// after returns where a secret ends in a text, given the place of its last byte that is
// not a blank.
func after(v *view, secret string, last int) int32 {
	at := int(v.at[last])
	end := len(strings.TrimRightFunc(secret, isBlankRune))
	for end < len(secret) && at+1 < len(v.full.text) && v.full.text[at+1] == secret[end] {
		end, at = end+1, at+1
	}
	return v.full.hi[at]
}

func isBlankRune(r rune) bool { return r < 0x80 && isBlank(byte(r)) }

// unbroken returns the part of [lo, hi) around a place in which blanks stand only where
// the secret has blanks. Neighboring words of a message are not a piece of a key.
func unbroken(v, secret *view, lo, hi, at, shift int) (int, int) {
	for i := hi - 1; i > lo; i-- {
		inText, inSecret := v.lo[i] > v.hi[i-1], secret.lo[i+shift] > secret.hi[i+shift-1]
		if !inText || inSecret {
			continue
		}
		if i <= at {
			return i, hi
		}
		hi = i
	}
	return lo, hi
}

// short finds secrets that are shorter than an index key. It does not skip blanks.
func (x *search) short(v *view, secrets []hidden) {
	for _, s := range secrets {
		if len(s.bare) >= gram {
			continue
		}
		for from := 0; ; {
			i := bytes.Index(v.text[from:], []byte(s.raw))
			if i < 0 {
				break
			}
			x.found = append(x.found, stretch{lo: v.lo[from+i], hi: v.hi[from+i+len(s.raw)-1]})
			from += i + len(s.raw)
		}
	}
}

// merged sorts stretches and joins those that overlap. A stretch inside a whole secret
// is dropped.
func merged(list []stretch) (out []stretch) {
	slices.SortFunc(list, func(a, b stretch) int {
		if a.lo != b.lo {
			return int(a.lo - b.lo)
		}
		return int(b.hi - a.hi)
	})
	whole := int32(0) // end of the last whole secret
	for _, s := range list {
		if s.partly && s.hi <= whole {
			continue
		}
		if !s.partly {
			whole = max(whole, s.hi)
		}
		if last := len(out) - 1; last >= 0 && s.lo < out[last].hi {
			startsLater := s.lo > out[last].lo
			stillPartly := out[last].partly && startsLater
			out[last].partly = stillPartly || s.partly
			out[last].hi = max(out[last].hi, s.hi)
			continue
		}
		out = append(out, s)
	}
	return out
}

// isWord reports whether a piece of a secret is a word that messages need and that
// reveals nothing.
func isWord(text string) bool {
	return slices.Contains([]string{"password", "passwd", "secret"}, strings.ToLower(text))
}

// quotes reports whether a text shows that many consecutive bytes of any secret.
func quotes(text string, secrets []hidden, most int) bool {
	for _, v := range views(text) {
		c := v.compact().text
		for i := 0; i+most <= len(c); i++ {
			if isWord(string(c[i : i+most])) {
				continue
			}
			for _, s := range secrets {
				if s.piece != PieceOfQuery && bytes.Contains(s.bare, c[i:i+most]) {
					return true
				}
			}
		}
	}
	return false
}
