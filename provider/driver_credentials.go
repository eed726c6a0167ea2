package provider

import (
	"context"
	"errors"
)

// AskCredentials is for adapters. It asks a source for credentials and gives up when ctx ends:
// sources may renew keys over a network, and some of them ignore ctx. A source that hangs
// keeps its goroutine and nothing else. A source that panics gives an error.
func AskCredentials(ctx context.Context, s CredentialsSource) (Credentials, error) {
	if known, ok := s.(staticCredentials); ok {
		return known.Credentials(ctx)
	}
	type answer struct {
		keys Credentials
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		a := answer{err: errors.New("the source of credentials panicked")}
		defer func() {
			_ = recover() // the panic value may hold a secret
			done <- a
		}()
		keys, err := s.Credentials(ctx)
		a = answer{keys, err}
	}()
	select {
	case a := <-done:
		return a.keys, a.err
	case <-ctx.Done():
		return Credentials{}, ctx.Err()
	}
}
