package provider

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// Secret is a text that prints, logs and marshals as "[redacted]". Only [Secret.Reveal] and a
// conversion return the text. It decodes from any text except "[redacted]": so a secret that
// was lost by encoding cannot come back as the word "[redacted]".
//
// Package fmt calls no methods of an unexported field. So a struct that may be printed keeps
// its secrets in exported fields or inside a function.
type Secret string

// Reveal returns the text itself, for the one place that must send it.
func (s Secret) Reveal() string { return string(s) }

// String returns "[redacted]", or "" when there is no secret.
func (s Secret) String() string { return mask(len(s)) }

// Format writes the redacted form for every verb except %p, which package fmt does not pass on
// and go vet rejects.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask(len(s))) }

// GoString returns the redacted form.
func (s Secret) GoString() string { return mask(len(s)) }

// MarshalText returns the redacted form, so that JSON, YAML and XML show it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask(len(s))), nil }

// UnmarshalText sets the secret to the text; "" is no secret. The redacted form is an error
// that matches [ErrInvalid], and the secret does not change.
func (s *Secret) UnmarshalText(text []byte) error {
	if specs.IsPlaceholder(text) {
		return errPlaceholder
	}
	*s = Secret(text)
	return nil
}

// LogValue returns the redacted form.
func (s Secret) LogValue() slog.Value { return slog.StringValue(mask(len(s))) }

// UserData is data for the first boot of an instance. It often holds credentials, so it
// prints, logs and marshals as "[redacted]", like [Secret]. A []byte can be assigned to it
// without a conversion. It decodes from a text and takes the bytes unchanged: base64 is not
// decoded.
type UserData []byte

// String returns "[redacted]", or "" when there is no data.
func (u UserData) String() string { return mask(len(u)) }

// Format writes the redacted form for every verb.
func (u UserData) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask(len(u))) }

// GoString returns the redacted form.
func (u UserData) GoString() string { return mask(len(u)) }

// MarshalText returns the redacted form.
func (u UserData) MarshalText() ([]byte, error) { return []byte(mask(len(u))), nil }

// UnmarshalText takes a copy of the bytes of the text; "" is no data. The redacted form, also
// in base64, is an error that matches [ErrInvalid], and the data does not change.
func (u *UserData) UnmarshalText(text []byte) error {
	if specs.IsPlaceholder(text) {
		return errPlaceholder
	}
	*u = append(UserData(nil), text...)
	return nil
}

// LogValue returns the redacted form.
func (u UserData) LogValue() slog.Value { return slog.StringValue(mask(len(u))) }

func mask(n int) string {
	if n == 0 {
		return ""
	}
	return specs.Redacted
}

// rulePlaceholder is the rule for a secret that is the placeholder: an instance would get the
// placeholder as its password.
const rulePlaceholder = "holds the placeholder that secrets marshal to; put the secret back in after decoding"

// errPlaceholder is the error when the placeholder is decoded into a secret.
var errPlaceholder = fmt.Errorf("%w: the text is the placeholder that secrets marshal to; "+
	"leave the secret out when encoding, and put it in after decoding", ErrInvalid)
