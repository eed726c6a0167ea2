package alicloud

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
)

// maxMessage bounds what is kept of a vendor's message.
const maxMessage = 2048

var (
	// A server that finds a wrong signature quotes what it signed: every
	// parameter, password included.
	stringToSign = regexp.MustCompile(`(?is)[\s,;:]*(server\s+|client\s+)?(string\s*to\s*sign|canonical\s*(request|string)).*$`)
	urlWithQuery = regexp.MustCompile(`(?i)https?://[^\s"'<>]*\?[^\s"'<>]*`)

	errTransport = errors.New("the transport failed; what it said is withheld because it quotes the request")
)

// scrubber returns a function that makes a text of the server fit to be shown.
func scrubber(secrets []string) func(string) string {
	return func(s string) string {
		s = mask(s, secrets)
		if len(s) > maxMessage {
			s = strings.ToValidUTF8(s[:maxMessage], "") + "..."
		}
		return s
	}
}

// mask takes secrets, URLs and what was signed out of a text of any length.
func mask(s string, secrets []string) string {
	s = stringToSign.ReplaceAllString(s, "")
	s = urlWithQuery.ReplaceAllString(s, "[url]")
	for _, secret := range secrets {
		s = strings.ReplaceAll(s, secret, redacted)
	}
	return s
}

// forms returns a secret in the forms in which a server may quote it: as it is, as a
// part of a URL, of JSON or of Go, and in base64.
func forms(s string) []string {
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

// rebuild makes a clean copy of the SDK's error, for errors.As. It leaves out
// the response headers and the recommendation, which is a link.
func rebuild(s *sdkerrors.ServerError, clean func(string) string) error {
	body := map[string]any{
		"Code":      clean(s.ErrorCode()),
		"Message":   clean(s.Message()),
		"RequestId": clean(s.RequestId()),
		"HostId":    clean(s.HostId()),
	}
	detail := map[string]any{}
	for k, v := range s.AccessDeniedDetail() {
		if text, ok := v.(string); ok {
			detail[k] = clean(text)
		}
	}
	if len(detail) > 0 {
		body["AccessDeniedDetail"] = detail
	}
	text, err := json.Marshal(body)
	if err != nil {
		return errMalform
	}
	return sdkerrors.NewServerError(s.HttpStatus(), string(text), "")
}

// cleanTransportError strips the URL from a transport's error, and withholds
// the error when a secret or URL is still in it.
func cleanTransportError(err error, clean func(string) string) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			break
		}
		err = u.Err
	}
	if err == nil || !isClean(err, clean) {
		return errTransport
	}
	return err
}

// isClean looks at every error of a chain.
func isClean(err error, clean func(string) string) bool {
	text := err.Error()
	if strings.Contains(text, "://") || clean(text) != text {
		return false
	}
	switch e := err.(type) { //nolint:errorlint // this walks the chain itself
	case interface{ Unwrap() error }:
		return e.Unwrap() == nil || isClean(e.Unwrap(), clean)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if !isClean(inner, clean) {
				return false
			}
		}
	}
	return true
}
