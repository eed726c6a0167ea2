package credential

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/internal/keyform"
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

// Complete returns an error when half of a key pair is missing, or when something stands around
// a part that no key has, such as a line break at its end, and nil otherwise.
func Complete(keys provider.Credentials) error {
	switch {
	case keys.AccessKeyID == "" && keys.AccessKeySecret == "":
		return errors.New("the access key ID and the secret are empty")
	case keys.AccessKeyID == "":
		return errors.New("there is a secret, but the access key ID is empty")
	case keys.AccessKeySecret == "":
		return errors.New("there is an access key ID, but its secret is empty")
	}
	for _, part := range []struct{ name, value string }{
		{"access key ID", keys.AccessKeyID},
		{"secret", keys.AccessKeySecret.Reveal()},
		{"security token", keys.SecurityToken.Reveal()},
	} {
		if fault := keyform.Fault(part.value); fault != "" {
			return fmt.Errorf("the %s %s, which no key has", part.name, fault)
		}
	}
	return nil
}
