package provider_test

import (
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
