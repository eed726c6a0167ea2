package keysource

import (
	"context"
	"sync/atomic"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Source is a source that returns soon after the end of its ctx, so that it is asked without a
// goroutine. It is a function because package fmt cannot print the contents of one.
type Source func(ctx context.Context) (provider.Credentials, error)

// Credentials calls s.
func (s Source) Credentials(ctx context.Context) (provider.Credentials, error) { return s(ctx) }

// ReturnsWithContext makes [provider.AskCredentials] ask this source without a goroutine.
func (Source) ReturnsWithContext() {}

// Later returns a source that is made by the first call that asks it: until then nothing is read.
// A source that cannot be made is tried again by the next call. Make must not use a network.
func Later(make func() (provider.CredentialsSource, error)) provider.CredentialsSource {
	made := &atomic.Pointer[provider.CredentialsSource]{}
	return Source(func(ctx context.Context) (provider.Credentials, error) {
		if s := made.Load(); s != nil {
			return provider.AskCredentials(ctx, *s)
		}
		s, err := make()
		if err != nil {
			return provider.Credentials{}, err
		}
		if !made.CompareAndSwap(nil, &s) {
			s = *made.Load() // of a call at the same time
		}
		return provider.AskCredentials(ctx, s)
	})
}

// Failed returns a source that always fails.
func Failed(err error) provider.CredentialsSource {
	return Source(func(context.Context) (provider.Credentials, error) { return provider.Credentials{}, err })
}
