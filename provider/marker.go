package provider

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"strconv"
	"strings"
)

// What marks the servers of an operation in the cloud itself: a client token
// where the cloud has one, a name where it has none, and tags for owners who ask
// for them. All follow from the operation, so that any process can compute them.

// Keys of the tags that [RunOptions].Owner adds.
const (
	OwnerTag     = ReservedTagPrefix + "owner"
	OperationTag = ReservedTagPrefix + "operation"
)

// randomID draws the name of an operation.
func randomID() string { return strings.ToLower(rand.Text()) }

// digest is a short text that only the same parts give, n letters and digits
// long. Every create has one or several, and each is one allocation.
func digest(n int, text string, numbers ...int) string {
	var room [128]byte
	b := append(room[:0], text...)
	for _, i := range numbers {
		b = strconv.AppendInt(append(b, '|'), int64(i), 10)
	}
	sum := sha256.Sum256(b)
	var out [56]byte // base32 of 32 bytes, padded
	base32.StdEncoding.Encode(out[:], sum[:])
	return string(bytes.ToLower(out[:n]))
}

// clientToken is the idempotency token of one create: the same intent gives the
// same token, in any process.
//
// Two runs with one operation ID that have found different numbers of instances before a
// later generation ask for different numbers under one token. The cloud refuses the second
// ([ErrTokenMismatch]), which is right: with a token for each number both would be made.
func clientToken(op string, part, generation int) string {
	return digest(52, op, part, generation)
}

// Lengths of the pieces of a marker.
const (
	markerHead   = "-yf"
	ownerDigits  = 4
	opDigits     = 8
	partDigits   = 8
	markerLength = len(markerHead) + ownerDigits + opDigits + partDigits
)

// runDigits is how many letters tell runs with the same operation ID apart.
const runDigits = 8

// markerOf is the end of the name that the instances of one create have until their
// IDs are known. Runs with an ID of the caller's own share its beginning, by which a
// later run finds what an earlier one made; the rest is of this run alone, so that no
// run takes what another has just made for its own.
func (op *Operation) markerOf(part, generation int) string {
	seed := op.id
	if op.run != "" {
		seed += "/" + op.run
	}
	return markerStart(op.owner, op.id) + digest(partDigits, seed, part, generation)
}

// markerIn returns the marker in a name, or "".
func markerIn(name string) string {
	i := strings.LastIndex(name, markerHead)
	if i < 0 || len(name)-i < markerLength {
		return ""
	}
	return name[i : i+markerLength]
}

// marked is a name with the marker of one create. Of a name that is too long
// with it, the end is left out for the time.
func (op *Operation) marked(name string, part, generation int) string {
	if name == "" {
		name = "server" // some clouds want a letter first
	}
	r := []rune(name)
	return string(r[:min(len(r), op.c.limits.NameLength-markerLength-numberLength)]) + op.markerOf(part, generation)
}

// numberLength is what a cloud may add behind a name to tell servers apart.
const numberLength = 4

// isMarked tells whether a name is that of the servers of one create: the name
// they were sent with and, if the cloud was asked for numbers, one of those. Whatever
// else stands around a marker was written by somebody, into the name of a server
// that is not ours. But how names with other than plain characters come back no
// vendor says, so that of those the marker alone counts.
func isMarked(name, marked string, numbered bool) bool {
	end, ok := strings.CutPrefix(name, marked)
	if !ok && !isPlain(marked) {
		_, end, ok = strings.Cut(name, marked[len(marked)-markerLength:])
	}
	return ok && (end == "" || numbered && isNumber(end))
}

// isNumber tells whether the end of a name is a number that clouds add.
func isNumber(end string) bool {
	return len(end) >= 3 && len(end) <= numberLength && strings.Trim(end, "0123456789") == ""
}

// isPlain tells whether no cloud has a reason to write a name another way.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:", r)
	})
}

// tags adds the owner's tags.
func (op *Operation) tags(own map[string]string) map[string]string {
	if !op.marksByOwner() {
		return own
	}
	all := maps.Clone(own)
	if all == nil {
		all = map[string]string{}
	}
	all[OwnerTag], all[OperationTag] = op.owner, op.id
	return all
}

// marksByTags tells whether the cloud takes tags with a create.
func (c *Client) marksByTags() bool { return c.support.Field("Tags").Param != "" }
