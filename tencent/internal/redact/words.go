package redact

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

const (
	maxWords = 80      // characters that are shown of an answer that is none
	maxPage  = 1 << 16 // bytes that are looked at for them
	maxShare = 8       // bytes of a secret that may not be seen
)

var (
	unseen       = regexp.MustCompile(`(?is)<(head|script|style)\b.*?</(head|script|style)>|<!--.*?-->`)
	tag          = regexp.MustCompile(`(?s)<[^<>]*>`)
	urlWithQuery = regexp.MustCompile(`(?i)https?://[^\s"'<>]*\?[^\s"'<>]*`)
	queryParam   = regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`)
)

// FirstWords returns the beginning of an answer that the API did not write, fit for an
// error: one line of at most 80 characters, without tags and secrets. A page that quotes
// a part of a secret is withheld.
func (s Secrets) FirstWords(body []byte) string {
	page := s.Clean(strings.ToValidUTF8(string(body[:min(len(body), maxPage)]), ""))
	text := s.plainText(unseen.ReplaceAllString(page, " "))
	if text == "" {
		text = s.plainText(page) // the title is all there is
	}
	if runes := []rune(text); len(runes) > maxWords {
		text = strings.TrimSpace(string(runes[:maxWords])) + "..."
	}
	if s.quoted(text) {
		return "(withheld: it quotes the request)"
	}
	return text
}

func (s Secrets) plainText(page string) string {
	text := s.Clean(html.UnescapeString(tag.ReplaceAllString(page, " ")))
	text = urlWithQuery.ReplaceAllString(text, "[url]")
	text = queryParam.ReplaceAllString(text, "?[...]")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// quoted reports whether a text holds a part of a secret.
func (s Secrets) quoted(text string) bool {
	for _, secret := range s {
		for _, form := range forms(secret) {
			for i := 0; i+maxShare <= len(text); i++ {
				if strings.Contains(form, text[i:i+maxShare]) {
					return true
				}
			}
		}
	}
	return false
}
