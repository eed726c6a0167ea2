package credential

import (
	"context"
	"errors"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Func is a source that is a function. It must be safe for concurrent use. It is asked for every
// call, so a function that asks a network belongs into [Renewed].
type Func func(ctx context.Context) (provider.Credentials, error)

// Credentials calls f.
func (f Func) Credentials(ctx context.Context) (provider.Credentials, error) { return f(ctx) }

// prompt is a source of this package. It is a function because package fmt cannot print the
// contents of one: in unexported fields, fmt would print secrets.
type prompt func(ctx context.Context) (provider.Credentials, error)

// Credentials calls p.
func (p prompt) Credentials(ctx context.Context) (provider.Credentials, error) { return p(ctx) }

// ReturnsWithContext makes [provider.AskCredentials] ask this source without a goroutine.
func (prompt) ReturnsWithContext() {}

// Complete returns an error when half of a key pair is missing, or when one of the texts cannot be
// right because it begins or ends with a blank or holds a character that is not printed. A key that was
// read from a file often ends in a line break. It returns nil otherwise.
func Complete(keys provider.Credentials) error {
	switch {
	case keys.AccessKeyID == "" && keys.AccessKeySecret == "":
		return errors.New("the access key ID and the secret are empty")
	case keys.AccessKeyID == "":
		return errors.New("there is a secret, but the access key ID is empty")
	case keys.AccessKeySecret == "":
		return errors.New("there is an access key ID, but its secret is empty")
	case !printable(keys.AccessKeyID):
		return errors.New("the access key ID" + notPrintable)
	case !printable(keys.AccessKeySecret.Reveal()):
		return errors.New("the secret" + notPrintable)
	case !printable(keys.SecurityToken.Reveal()):
		return errors.New("the security token" + notPrintable)
	}
	return nil
}

const notPrintable = " begins or ends with a blank, or holds a line break or another character that keys do not have: " +
	"remove it where the key is kept"

// printable reports whether text has only printable ASCII characters, and no blank at an end.
func printable(text string) bool {
	odd := strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	return !odd && strings.TrimSpace(text) == text
}
