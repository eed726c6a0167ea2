package provider

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// paragraph is several errors that are told in one paragraph, which names the cloud once.
type paragraph struct {
	driver string
	errs   []error
}

// oneParagraph joins errors, nil ones left out. One error stays what it is.
func oneParagraph(driver string, errs ...error) error {
	errs = compact(errs...)
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return &paragraph{driver, errs}
}

// Error tells them one after the other.
func (p *paragraph) Error() string {
	texts := make([]string, len(p.errs))
	for i, err := range p.errs {
		texts[i] = unnamed(p.driver, err.Error())
	}
	return p.driver + ": " + strings.Join(texts, "; ")
}

// Unwrap returns the errors.
func (p *paragraph) Unwrap() []error { return p.errs }

// unnamed is a text without the name of the cloud before each of its pieces. The end of a
// word, as in "tokens: ", is no name.
func unnamed(driver, text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, driver+": ")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		if unicode.IsLetter(last) || unicode.IsDigit(last) {
			b.WriteString(driver + ": ")
		}
		text = after
	}
}
