package keysource_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
)

func TestNamesThatAreNotMisspelt(t *testing.T) {
	names := keysource.KeyNames{ID: "qy_access_key_id", Secret: "qy_secret_access_key", Others: []string{"zone", "port"}}
	for _, have := range [][]string{
		nil,
		{"qy_access_key_id", "qy_secret_access_key", "zone", "port"},
		{"qy_access_key_id", "access_key_id", "zones", "zone"}, // the right one is there, too
		{"security_token", "colour", "notes"},                  // the file has no token
	} {
		if err := names.Misspelt("file x", have, false); err != nil {
			t.Errorf("%q: %v", have, err)
		}
	}
	wantError(t, names.Misspelt("file x", []string{"ZONE"}, false), "file x has ZONE, which no tool reads: it must be called zone")
	if err := names.Misspelt("file x", []string{"ZONE"}, true); err != nil {
		t.Errorf("where case does not count: %v", err)
	}
}
