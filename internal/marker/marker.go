// Package marker computes the marks of an operation's instances in the cloud: client tokens,
// and markers in names. Everything is computed from the IDs in the arguments, so that any
// process computes the same.
package marker

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

// Head begins every marker.
const Head = "-yf"

// Lengths of the parts of a marker.
const (
	ownerDigits = 4
	opDigits    = 8
	partDigits  = 8
	tokenDigits = 52

	// Length is how long a marker is, in bytes.
	Length = len(Head) + ownerDigits + opDigits + partDigits
)

// NumberLength is the longest number that a cloud may add to a name.
const NumberLength = 4

// RandomID returns a random ID for an operation.
func RandomID() string { return strings.ToLower(rand.Text()) }

// Token returns the client token of one create: the same intent gives the same token, in any
// process.
//
// Two runs with one operation ID may have found different numbers of instances before a later
// generation. They then ask for different numbers under one token. The cloud refuses the
// second request, which is right: with a token for each number, both would be made.
func Token(op string, part, generation int) string {
	var room [tokenDigits]byte
	return string(appendDigest(room[:0], tokenDigits, "", op, part, generation))
}

// Start returns the beginning that the markers of one owner share, or the markers of one
// operation if op is given.
func Start(owner, op string) string {
	var room [Length]byte
	return string(appendStart(room[:0], owner, op))
}

func appendStart(b []byte, owner, op string) []byte {
	b = appendDigest(append(b, Head...), ownerDigits, "owner|", owner)
	if op != "" {
		b = appendDigest(b, opDigits, "operation|", op)
	}
	return b
}

// Of returns the marker of one create: the start of its operation, and a part of its own. The
// seed is the operation's ID. When several runs have one ID, the seed is the run's own.
func Of(owner, op, seed string, part, generation int) string {
	var room [Length]byte
	return string(appendDigest(appendStart(room[:0], owner, op), partDigits, "", seed, part, generation))
}

// In returns the marker in a name, or "".
func In(name string) string {
	i := strings.LastIndex(name, Head)
	if i < 0 || len(name)-i < Length {
		return ""
	}
	return name[i : i+Length]
}

// Owned reports whether a name ends with a marker of an owner. The cloud may have added a
// number.
func Owned(name, owner string) bool {
	i := strings.LastIndex(name, Start(owner, ""))
	if i < 0 || len(name)-i < Length {
		return false
	}
	end := name[i+Length:]
	return end == "" || isNumber(end)
}

// Matches reports whether a name belongs to the instances of one create. The name must equal
// the name that was sent, followed by a number if the cloud was asked for numbers. Other text
// around a marker was written by a person, into the name of an instance that is not ours. No
// vendor says how names with special characters are returned: there only the marker is
// compared.
func Matches(name, marked string, numbered bool) bool {
	end, ok := strings.CutPrefix(name, marked)
	if !ok && !IsPlain(marked) {
		_, end, ok = strings.Cut(name, marked[len(marked)-Length:])
	}
	withNumber := numbered && isNumber(end)
	fits := end == "" || withNumber
	return ok && fits
}

// isNumber reports whether the end of a name is a number that clouds add.
func isNumber(end string) bool {
	return len(end) >= 3 && len(end) <= NumberLength && strings.Trim(end, "0123456789") == ""
}

// IsPlain reports whether a name has only characters that every cloud returns unchanged.
func IsPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		lower := 'a' <= r && r <= 'z'
		upper := 'A' <= r && r <= 'Z'
		digit := '0' <= r && r <= '9'
		return !lower && !upper && !digit && !strings.ContainsRune("-_.:", r)
	})
}

// appendDigest appends n letters and digits that identify the arguments. Every create needs
// several: without a text of its own for each, a marker is one allocation.
func appendDigest(dst []byte, n int, kind, text string, numbers ...int) []byte {
	var room [128]byte
	b := append(append(room[:0], kind...), text...)
	for _, i := range numbers {
		b = strconv.AppendInt(append(b, '|'), int64(i), 10)
	}
	sum := sha256.Sum256(b)
	var out [56]byte // base32 of 32 bytes, padded
	base32.StdEncoding.Encode(out[:], sum[:])
	for _, c := range out[:n] {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
