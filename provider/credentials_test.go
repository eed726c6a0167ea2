package provider_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestStaticCredentialsGiveTheirKeys(t *testing.T) {
	got, err := provider.StaticCredentials("id", "secret", "token").Credentials(t.Context())
	if err != nil || got.AccessKeyID != "id" || got.AccessKeySecret.Reveal() != "secret" || got.SecurityToken.Reveal() != "token" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := provider.StaticCredentials("id", "secret", "").Credentials(t.Context()); err != nil || got.SecurityToken != "" {
		t.Errorf("permanent keys have no token; got %+v, %v", got, err)
	}
}

func TestHalfAKeyPairIsAnError(t *testing.T) {
	for _, pair := range [][2]string{{"", ""}, {"id", ""}, {"", planted}} {
		_, err := provider.StaticCredentials(pair[0], provider.Secret(pair[1]), "").Credentials(t.Context())
		if err == nil {
			t.Errorf("ID present: %v, secret present: %v; want an error", pair[0] != "", pair[1] != "")
		} else if shows(err.Error()) {
			t.Error("the error shows the secret")
		}
	}
}

// oddSource is a source that does not do what it should.
type oddSource func() (provider.Credentials, error)

func (f oddSource) Credentials(context.Context) (provider.Credentials, error) { return f() }

func TestASourceOfCredentialsHoldsUpNobody(t *testing.T) {
	_, err := provider.AskCredentials(t.Context(), oddSource(func() (provider.Credentials, error) { panic(planted) }))
	if err == nil || shows(err.Error()) {
		t.Errorf("a source that panics: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := make(chan struct{})
	defer close(stop)
	_, err = provider.AskCredentials(ctx, oddSource(func() (provider.Credentials, error) {
		cancel()
		<-stop
		return provider.Credentials{}, nil
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a source that hangs: %v", err)
	}
	if got, err := provider.AskCredentials(t.Context(), oddSource(func() (provider.Credentials, error) {
		return provider.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}, nil
	})); err != nil || got.AccessKeyID != "id" {
		t.Errorf("an honest source: %v, %v", got, err)
	}
}

// promptSource promises to honour ctx.
type promptSource struct{ oddSource }

func (promptSource) ReturnsWithContext() {}

func TestASourceThatHonoursItsContextIsAskedWithoutAGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	during := 0
	got, err := provider.AskCredentials(t.Context(), promptSource{func() (provider.Credentials, error) {
		during = runtime.NumGoroutine()
		return provider.Credentials{AccessKeyID: "id"}, nil
	}})
	if err != nil || got.AccessKeyID != "id" {
		t.Errorf("got %v, %v", got, err)
	}
	if during > before {
		t.Errorf("%d goroutines while it is asked, want %d", during, before)
	}
	if _, err := provider.AskCredentials(t.Context(), promptSource{func() (provider.Credentials, error) { panic(planted) }}); err == nil || shows(err.Error()) {
		t.Errorf("a source that panics: %v", err)
	}
}
