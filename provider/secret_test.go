package provider_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
)

const planted = fakedriver.Planted

// shows reports whether a text shows the planted secret.
func shows(text string) bool { return fakedriver.Shows(text) }

// secretive are values that hold the planted secret somewhere.
func secretive() map[string]any {
	s := provider.RunInstancesSpec{Login: provider.Login{Password: planted}, UserData: []byte(planted)}
	secret, data := provider.Secret(planted), provider.UserData(planted)
	return map[string]any{
		"a Secret":                      secret,
		"a pointer to a Secret":         &secret,
		"user data":                     data,
		"a pointer to user data":        &data,
		"a login":                       s.Login,
		"a spec":                        s,
		"a pointer to a spec":           &s,
		"a list of specs":               []provider.RunInstancesSpec{s},
		"a map of secrets":              map[string]provider.Secret{"k": secret},
		"credentials":                   provider.Credentials{AccessKeyID: "id", AccessKeySecret: planted, SecurityToken: planted},
		"a source of credentials":       provider.StaticCredentials("id", planted, planted),
		"a source in a field of a user": struct{ src provider.CredentialsSource }{provider.StaticCredentials("id", planted, planted)},
	}
}

func TestNoVerbShowsASecret(t *testing.T) {
	for what, v := range secretive() {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%08.3f", "%t", "%c", "%U", "%z"} {
			if text := fmt.Sprintf(verb, v); shows(text) {
				t.Errorf("%s shows %s", verb, what)
			}
		}
	}
}

func TestNoEncodingShowsASecret(t *testing.T) {
	for what, v := range secretive() {
		b, err := json.Marshal(v) // a source has no JSON, and that is an error
		if shows(string(b)) {
			t.Errorf("JSON shows %s", what)
		}
		if err != nil && shows(err.Error()) {
			t.Errorf("the error of JSON shows %s", what)
		}
	}
	type login struct{ Password provider.Secret }
	if b, err := xml.Marshal(login{planted}); err != nil || shows(string(b)) {
		t.Errorf("XML shows a secret (error: %v)", err)
	}
}

func TestNoLogShowsASecret(t *testing.T) {
	var out bytes.Buffer
	for what, v := range secretive() {
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			out.Reset()
			slog.New(h).With("with", v).Info("message", "value", v)
			if shows(out.String()) {
				t.Errorf("%T shows %s", h, what)
			}
		}
	}
}

func TestSecretsTellOnlyWhetherTheyAreThere(t *testing.T) {
	for _, tc := range []struct {
		value any
		want  string
	}{
		{provider.Secret("x"), "[redacted]"},
		{provider.Secret("a much longer one"), "[redacted]"},
		{provider.Secret(""), ""},
		{provider.UserData("x"), "[redacted]"},
		{provider.UserData{}, ""},
		{provider.UserData(nil), ""},
	} {
		m := tc.value.(interface {
			fmt.Stringer
			fmt.GoStringer
			slog.LogValuer
			MarshalText() ([]byte, error)
		})
		text, err := m.MarshalText()
		got := []string{fmt.Sprint(tc.value), m.String(), m.GoString(), m.LogValue().String(), string(text)}
		for _, g := range got {
			if g != tc.want || err != nil {
				t.Errorf("a %T of length %d shows as %q, want %q everywhere", tc.value, len(fmt.Sprint(tc.value)), got, tc.want)
				break
			}
		}
	}
}

func TestRevealGivesTheSecret(t *testing.T) {
	if got := provider.Secret(planted).Reveal(); got != planted {
		t.Error("Reveal gives something else")
	}
}
