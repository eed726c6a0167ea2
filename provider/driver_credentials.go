package provider

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/keyform"
)

// errSourcePanicked does not hold the value of the panic, which may be a secret.
var errSourcePanicked = errors.New("the source of credentials panicked")

// promptSource is a source that returns within 100 ms of the end of its ctx, so that it needs no
// goroutine. The sources of package credential are such.
type promptSource interface {
	CredentialsSource
	ReturnsWithContext()
}

// AskCredentials is for adapters. It asks a source for credentials and gives up when ctx ends:
// sources may renew keys over a network, and some of them ignore ctx. A source that hangs
// keeps its goroutine and nothing else. A source that panics gives an error. Sources with a method
// ReturnsWithContext promise to honour ctx, and are asked without a goroutine.
//
// Keys with a blank, a line break or quotation marks around them are an error.
func AskCredentials(ctx context.Context, s CredentialsSource) (Credentials, error) {
	keys, err := askWithin(ctx, s)
	if err != nil {
		return Credentials{}, err
	}
	for _, part := range []struct{ name, value string }{
		{"ID", keys.AccessKeyID}, {"secret", string(keys.AccessKeySecret)}, {"token", string(keys.SecurityToken)},
	} {
		if fault := keyform.Fault(part.value); fault != "" {
			return Credentials{}, errors.New("the " + part.name + " of the access key " + fault + ", which no key has")
		}
	}
	return keys, nil
}

// askWithin asks a source until ctx ends.
func askWithin(ctx context.Context, s CredentialsSource) (Credentials, error) {
	switch known := s.(type) {
	case staticCredentials:
		return known.Credentials(ctx)
	case promptSource:
		return askGuarded(ctx, known)
	}
	type answer struct {
		keys Credentials
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		a := answer{err: errSourcePanicked} // also if the goroutine exits
		defer func() { done <- a }()
		a.keys, a.err = askGuarded(ctx, s)
	}()
	select {
	case a := <-done:
		return a.keys, a.err
	case <-ctx.Done():
		return Credentials{}, ctx.Err()
	}
}

// askGuarded turns a panic of a source into an error.
func askGuarded(ctx context.Context, s CredentialsSource) (keys Credentials, err error) {
	defer func() {
		if recover() != nil {
			keys, err = Credentials{}, errSourcePanicked
		}
	}()
	return s.Credentials(ctx)
}
