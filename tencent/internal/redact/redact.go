// Package redact takes secrets and URLs out of what an error says.
package redact

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// shortest is the length from which a text counts as a secret: masking every
// "1" or "yes" would leave no message readable.
const shortest = 4

// scheme begins every text that Tencent's version 3 signature is made of.
const scheme = "TC3-HMAC-SHA256"

// Secrets are texts that must not be seen.
type Secrets []string

// Clean masks the secrets in a text, in the forms in which an answer may repeat
// them: plain, as JSON, as part of a URL and in base64. What begins like a string to
// sign is cut off.
func (s Secrets) Clean(text string) string {
	mask := provider.Secret("value").String()
	for _, secret := range s {
		for _, form := range forms(secret) {
			text = strings.ReplaceAll(text, form, mask)
		}
	}
	if i := strings.Index(text, scheme); i >= 0 {
		text = text[:i] + mask
	}
	return text
}

// forms returns a secret in the forms in which a server may quote it. A text that is
// too short to be one has none.
func forms(s string) []string {
	if len(s) < shortest {
		return nil
	}
	query := url.QueryEscape(s)
	blanks := strings.ReplaceAll(query, "+", "%20")
	out := []string{s, query, blanks, url.QueryEscape(query), url.QueryEscape(blanks), strings.Trim(strconv.Quote(s), `"`)}
	if text, err := json.Marshal(s); err == nil {
		out = append(out, string(text[1:len(text)-1]))
	}
	out = append(out, base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) }) // no form is left as a part of another
	return slices.Compact(out)
}

// Cause returns what made a request fail, without its URL. A timeout of net/http
// matches context.DeadlineExceeded although no ctx of the caller ended; the
// result does not. An error that says too much is replaced by its type.
func (s Secrets) Cause(err error) error {
	for u := (*url.Error)(nil); errors.As(err, &u); {
		err = u.Err
	}
	var timeout net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("timed out")
	case s.tells(err):
		return fmt.Errorf("error of type %T", err)
	default:
		return err
	}
}

// tells reports whether an error, or one below it, says too much.
func (s Secrets) tells(err error) bool {
	if text := err.Error(); strings.Contains(text, "://") || s.Clean(text) != text {
		return true
	}
	switch u := err.(type) { //nolint:errorlint // every level is looked at
	case interface{ Unwrap() error }:
		return u.Unwrap() != nil && s.tells(u.Unwrap())
	case interface{ Unwrap() []error }:
		for _, below := range u.Unwrap() {
			if s.tells(below) {
				return true
			}
		}
	}
	return false
}
