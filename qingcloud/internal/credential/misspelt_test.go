package credential

import (
	"strings"
	"testing"
)

// A name that no tool reads would be passed over, and another identity or cloud would be used.
func TestMisspeltNames(t *testing.T) {
	const full = keysText + "protocol: https\nhost: api.example.com\nport: 443\nuri: /iaas\nconnection_retries: 3\nlog_level: warn\nnote: x\n"
	for wrong, right := range map[string]string{
		"access_key_id": "qy_access_key_id", "qy_acces_key_id": "qy_access_key_id", "secret_id": "qy_access_key_id",
		"secret_access_key": "qy_secret_access_key", "access_key_secret": "qy_secret_access_key", "secret_key": "qy_secret_access_key",
		"Zone": "zone", "zon": "zone", "hots": "host", "prot": "port", "protocoll": "protocol", "URI": "uri",
	} {
		path := become(t, nil, strings.Replace("\n"+full, "\n"+right+":", "\n"+wrong+":", 1))
		s := New(transport(elsewhere), "")
		_, err := s.Chain().Credentials(t.Context())
		mustBeClean(t, err)
		want := "file " + path + " has " + wrong + ", which no tool reads: it must be called " + right
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if _, _, err := s.Place(true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the place: got %v, want %s", err, want)
		}
	}
	become(t, nil, full)
	wantKeys(t, "with what other tools know", New(transport(elsewhere), "").Chain(), "file-id")
}
