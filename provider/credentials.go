package provider

import (
	"context"
	"errors"
)

// Credentials are a key pair of an account.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret Secret
	SecurityToken   Secret // of temporary credentials; "" otherwise
}

// CredentialsSource returns the credentials for one call. Adapters ask it before every call,
// so that it may renew them. It must be safe for concurrent use and should answer from memory.
// The error of a failed source stops the call with [ErrAuth].
type CredentialsSource interface {
	Credentials(ctx context.Context) (Credentials, error)
}

// StaticCredentials returns a source of one key pair that never changes. Token is empty for
// permanent keys.
func StaticCredentials(id string, secret, token Secret) CredentialsSource {
	return staticCredentials(func() Credentials { return Credentials{id, secret, token} })
}

// staticCredentials is a function because package fmt cannot print the contents of one. In an
// unexported field, fmt would print the contents of a struct and call no methods of Secret.
type staticCredentials func() Credentials

// Credentials returns the key pair, or an error when half of it is missing.
func (s staticCredentials) Credentials(context.Context) (Credentials, error) {
	c := s()
	if c.AccessKeyID == "" || c.AccessKeySecret == "" {
		return Credentials{}, errors.New("access key ID or secret is empty")
	}
	return c, nil
}
