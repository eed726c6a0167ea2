package oncehttp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Redacted replaces a secret in a text.
const Redacted = "[redacted]"

// A piece of this many consecutive bytes is hidden. Of a value that is not longer, only
// the whole is hidden.
const (
	PieceOfKey   = 6  // passwords, keys, tokens: a few letters help to guess the rest
	PieceOfData  = 16 // user data and the like, which hold ordinary words
	PieceOfQuery = 48 // all parameters of a request as one text, which shares words with messages
)

// PieceOf returns the length of a piece that must be hidden in a parameter's value, by
// the parameter's name. The content of a raw parameter is not known, but its name may
// mean a password.
func PieceOf(name string) int {
	name = strings.ToLower(name)
	if strings.Contains(name, "passw") || strings.Contains(name, "secret") {
		return PieceOfKey
	}
	return PieceOfData
}

// maxMessage bounds the text that is kept, and maxLook the text that is examined for
// it.
const (
	maxMessage = 2048
	maxLook    = 4 * maxMessage
)

// Redactor removes secrets from a service's texts and a transport's errors. It hides
// every form in which a secret may come back: plain; escaped for URLs, JSON, Go or
// HTML, once or several times; in base64 at any place; with blanks and line ends
// changed; and long pieces of all these. See [Redactor.Hide].
//
// It undoes every escape in the text and compares the result. It does not guess how a
// service escaped a secret: there are too many ways.
//
// A nil Redactor knows no secrets. It still hides URLs and signed texts. A Redactor is
// safe for concurrent use after the last call of Hide. No format of package fmt shows
// its secrets.
type Redactor struct {
	// state is a function because package fmt cannot print its content. Nil knows no
	// secrets.
	state func() *known
}

// known is the content of a redactor.
type known struct {
	secrets []hidden
	grams   grams
}

func (k *known) add(s hidden) {
	k.secrets = append(k.secrets, s)
	k.grams.add(&s)
}

// Hide adds secrets. Any piece of that many consecutive bytes is hidden. A value of
// less than four bytes is too short to be hidden. A key of less than eight bytes is
// hidden only as a whole.
func (r *Redactor) Hide(piece int, values ...string) {
	if r.state == nil {
		k := &known{}
		r.state = func() *known { return k }
	}
	k := r.state()
	for _, value := range values {
		if len(value) < shortest {
			continue
		}
		least := piece
		if len(value) < shortKey {
			least = len(value)
		}
		k.add(hide(value, least))
		if strings.ContainsRune(value, '\\') && piece > PieceOfKey {
			// A service may escape line ends only and leave other escapes unchanged.
			k.add(hide(unescaped(value), least))
		}
	}
}

// unescaped undoes the escapes of a text that begin with a backslash.
func unescaped(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		n, plain := 0, ""
		if text[i] == '\\' {
			n, plain = backslash([]byte(text[i:min(i+12, len(text))]))
		}
		if n == 0 {
			n, plain = 1, text[i:i+1]
		}
		out.WriteString(plain)
		i += n
	}
	return out.String()
}

// Format implements fmt.Formatter.
func (r *Redactor) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Redacted)) }

var (
	// A service that finds a wrong signature quotes the signed text: every parameter,
	// including passwords.
	signed = regexp.MustCompile(`(?is)[\s,;:]*(server\s+|client\s+)?` +
		`(string\s*to\s*sign|canonical\s*(request|string)).*$`)
	signedByTC3  = regexp.MustCompile(`(?s)TC3-HMAC-SHA256.*$`)
	urlWithQuery = regexp.MustCompile(`(?i)https?://[^\s"'<>]*\?[^\s"'<>]*`)
	queryParam   = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)
)

// Text returns a service's text without secrets, without URLs that have a query, and
// without signed texts. The result has at most about 2 KiB.
func (r *Redactor) Text(text string) string {
	text = r.clean(text, Redacted)
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	return text
}

// clean masks secrets. Pieces of secrets get the mark partly.
func (r *Redactor) clean(text, partly string) string {
	if len(text) > maxLook {
		text = strings.ToValidUTF8(text[:maxLook], "")
	}
	text = signed.ReplaceAllString(text, "")
	text = signedByTC3.ReplaceAllString(text, Redacted)
	return urlWithQuery.ReplaceAllString(r.mask(text, partly), "[url]")
}

func (r *Redactor) mask(text, partly string) string {
	if len(r.secrets()) == 0 {
		return text
	}
	var out strings.Builder
	end := int32(0)
	for _, s := range find(text, r.state()) {
		mark := Redacted
		if s.partly {
			mark = partly
		}
		out.WriteString(text[end:s.lo])
		out.WriteString(mark)
		end = s.hi
	}
	out.WriteString(text[end:])
	return out.String()
}

func (r *Redactor) secrets() []hidden {
	if r == nil || r.state == nil {
		return nil
	}
	return r.state().secrets
}

var (
	errTimedOut = errors.New("timed out")
	errNothing  = errors.New("the transport failed without a reason")
)

// Cause returns why a request failed, without its URL. A transport's timeout matches
// context.DeadlineExceeded although no ctx of the caller ended; the result does not
// match it. An error that repeats the request, itself or in its chain, is replaced.
func (r *Redactor) Cause(err error) error {
	for u := (*url.Error)(nil); errors.As(err, &u); {
		err = u.Err
	}
	var timeout net.Error
	isCtx := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	switch {
	case err == nil:
		return errNothing
	case isCtx, errors.As(err, &timeout) && timeout.Timeout():
		return errTimedOut
	case r.revealsSecret(err):
		return fmt.Errorf("the exchange failed with a %T, withheld because it repeats the request", err)
	default:
		return err
	}
}

// revealsSecret reports whether an error, or an error in its chain, shows a secret or a
// URL. Each error of the chain can be printed by itself.
func (r *Redactor) revealsSecret(err error) bool {
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err)} {
		if strings.Contains(text, "://") || r.clean(text, Redacted) != text {
			return true
		}
	}
	switch e := err.(type) { //nolint:errorlint // every level is examined
	case interface{ Unwrap() error }:
		return e.Unwrap() != nil && r.revealsSecret(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, below := range e.Unwrap() {
			if r.revealsSecret(below) {
				return true
			}
		}
	}
	return false
}

const (
	maxWords = 80      // characters shown of an answer that the API did not write
	maxPage  = 1 << 16 // bytes examined for them
	maxShare = 8       // so many consecutive bytes of a secret are withheld

	// partMark marks a piece of a secret until it is known whether the piece is shown.
	partMark = "\ue000"
)

var (
	unseen = regexp.MustCompile(`(?is)<(head|script|style)\b.*?</(head|script|style)>|<!--.*?-->`)
	tag    = regexp.MustCompile(`(?s)<[^<>]*>`)
)

// Strange describes an answer that the API did not write: its status, the reason for
// the refusal if that is known, and its first words. An answer that may come from the
// service itself is not quoted: it may hold passwords of instances.
func (r *Redactor) Strange(status int, body []byte) string {
	parts := []string{fmt.Sprintf("HTTP %d", status)}
	if why := VerdictOf(status).why; why != "" {
		parts = append(parts, why)
	}
	words := r.FirstWords(body)
	beginsJSON := func(b []byte) bool { return bytes.HasPrefix(b, []byte("{")) || bytes.HasPrefix(b, []byte("[")) }
	isJSON := beginsJSON([]byte(words)) || beginsJSON(bytes.TrimSpace(body))
	what := "not an answer of the API: "
	switch ok := status/100 == 2; {
	case words == "":
		what += "it is empty"
	case ok && isJSON:
		what += "JSON that lacks what it must have"
	default:
		what += `"` + words + `"`
	}
	return strings.Join(append(parts, what), ", ")
}

// FirstWords returns the beginning of an answer that the API did not write, for use in
// an error: one line of at most 80 characters, without tags and secrets. It is withheld
// if it quotes a part of a secret.
func (r *Redactor) FirstWords(body []byte) string {
	page := strings.ToValidUTF8(string(body[:min(len(body), maxPage)]), "")
	text := r.plain(unseen.ReplaceAllString(page, " "))
	if text == "" {
		text = r.plain(page) // the page has nothing but a title
	}
	if runes := []rune(text); len(runes) > maxWords {
		text = strings.TrimSpace(string(runes[:maxWords])) + "..."
	}
	if r.quotes(text) {
		return "(withheld: it quotes the request)"
	}
	return text
}

// plain returns the text of a page in one line.
func (r *Redactor) plain(page string) string {
	page = tag.ReplaceAllString(r.clean(page, partMark), " ")
	text := r.clean(html.UnescapeString(page), partMark)
	text = queryParam.ReplaceAllString(text, "?[...]")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// quotes reports whether a text holds a part of a secret.
func (r *Redactor) quotes(text string) bool {
	return strings.Contains(text, partMark) || quotes(text, r.secrets(), maxShare)
}
