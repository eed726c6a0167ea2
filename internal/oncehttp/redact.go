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

// Redacted is what a secret shows of itself.
const Redacted = "[redacted]"

// How much of a secret must not be seen: so many bytes in a row are hidden. Of a value
// that is not longer only the whole is.
const (
	PieceOfKey   = 6  // passwords, keys, tokens: a few letters help to guess the rest
	PieceOfData  = 16 // user data and the like, which hold ordinary words
	PieceOfQuery = 48 // the parameters of a request as one text, which hold what messages say
)

// PieceOf returns how much of a parameter must not be seen, by its name. What a raw
// parameter holds is not known; its name tells a password.
func PieceOf(name string) int {
	name = strings.ToLower(name)
	if strings.Contains(name, "passw") || strings.Contains(name, "secret") {
		return PieceOfKey
	}
	return PieceOfData
}

// maxMessage bounds what is kept of a text, and maxLook what is looked at for it.
const (
	maxMessage = 2048
	maxLook    = 4 * maxMessage
)

// Redactor makes texts of a server, and errors of a transport, fit to be shown. It
// hides secrets in every form in which they may come back: as they are, escaped for
// URLs, JSON, Go or HTML, once or several times, in base64 at any place, with blanks
// and line ends changed, and long pieces of all these. See [Redactor.Hide].
//
// It reads a text as if every escape in it were undone, instead of guessing how a
// server may have escaped a secret: there are too many ways.
//
// A nil Redactor knows no secrets, and still hides URLs and what was signed. It is
// safe for concurrent use once it hides all that it should. No format of package fmt
// shows what it hides.
type Redactor struct {
	// state is a function because package fmt cannot look into one. Nil knows nothing.
	state func() *known
}

// known is what a redactor knows.
type known struct {
	secrets []hidden
	grams   grams
}

func (k *known) add(s hidden) {
	k.secrets = append(k.secrets, s)
	k.grams.add(&s)
}

// Hide adds secrets, of which so many bytes in a row must not be seen. A value of less
// than four bytes is too short to be hidden. A key of less than eight bytes is hidden as
// a whole only.
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
			// A server that escapes line ends alone leaves other escapes as they were.
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
	// A server that finds a wrong signature quotes what it signed: every parameter,
	// password included.
	signed       = regexp.MustCompile(`(?is)[\s,;:]*(server\s+|client\s+)?(string\s*to\s*sign|canonical\s*(request|string)).*$`)
	signedByTC3  = regexp.MustCompile(`(?s)TC3-HMAC-SHA256.*$`)
	urlWithQuery = regexp.MustCompile(`(?i)https?://[^\s"'<>]*\?[^\s"'<>]*`)
	queryParam   = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)
)

// Text returns a text of a server without secrets, URLs with a query, and what was
// signed. It is at most about 2 KiB long.
func (r *Redactor) Text(text string) string {
	text = r.clean(text, Redacted)
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	return text
}

// clean masks secrets, and pieces of them with a mark of their own.
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

// Cause returns what made a request fail, without its URL. A timeout of a transport
// matches context.DeadlineExceeded although no ctx of the caller ended; the result does
// not. An error that repeats the request, or any error below it, is replaced.
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
	case r.tells(err):
		return fmt.Errorf("the exchange failed with a %T, withheld because it repeats the request", err)
	default:
		return err
	}
}

// tells reports whether an error, or one below it, says too much. Each can be printed
// by itself.
func (r *Redactor) tells(err error) bool {
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err)} {
		if strings.Contains(text, "://") || r.clean(text, Redacted) != text {
			return true
		}
	}
	switch e := err.(type) { //nolint:errorlint // every level is looked at
	case interface{ Unwrap() error }:
		return e.Unwrap() != nil && r.tells(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, below := range e.Unwrap() {
			if r.tells(below) {
				return true
			}
		}
	}
	return false
}

const (
	maxWords = 80      // characters that are shown of an answer that is none
	maxPage  = 1 << 16 // bytes that are looked at for them
	maxShare = 8       // bytes of a secret that may not be seen in them

	// partMark stands for a piece of a secret until it is known whether it is shown.
	partMark = "\ue000"
)

var (
	unseen = regexp.MustCompile(`(?is)<(head|script|style)\b.*?</(head|script|style)>|<!--.*?-->`)
	tag    = regexp.MustCompile(`(?s)<[^<>]*>`)
)

// Strange says what arrived in place of an answer of the API: its status, why it was
// refused if that is known, and its first words. What may be the service's own, and as
// such hold passwords of instances, is not quoted.
func (r *Redactor) Strange(status int, body []byte) string {
	parts := []string{fmt.Sprintf("HTTP %d", status)}
	if why := VerdictOf(status).why; why != "" {
		parts = append(parts, why)
	}
	words := r.FirstWords(body)
	isJSON := func(b []byte) bool { return bytes.HasPrefix(b, []byte("{")) || bytes.HasPrefix(b, []byte("[")) }
	what := "not an answer of the API: "
	switch ok := status/100 == 2; {
	case words == "":
		what += "it is empty"
	case ok && (isJSON([]byte(words)) || isJSON(bytes.TrimSpace(body))):
		what += "JSON that lacks what it must have"
	default:
		what += `"` + words + `"`
	}
	return strings.Join(append(parts, what), ", ")
}

// FirstWords returns the beginning of an answer that the API did not write, fit for an
// error: one line of at most 80 characters, without tags and secrets. It is withheld if
// it quotes a part of a secret.
func (r *Redactor) FirstWords(body []byte) string {
	page := strings.ToValidUTF8(string(body[:min(len(body), maxPage)]), "")
	text := r.plain(unseen.ReplaceAllString(page, " "))
	if text == "" {
		text = r.plain(page) // the title is all there is
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
