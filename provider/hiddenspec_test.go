package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestAHiddenSpecShowsNothing(t *testing.T) {
	h := hide(&RunInstancesSpec{Name: "name-in-clear", Login: Login{Password: "planted-password"}})
	within := struct {
		Spec   hiddenSpec
		hidden hiddenSpec
	}{h, h}
	var text strings.Builder
	for _, v := range []any{h, &h, within, &within} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&text, verb+"\n", v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Errorf("encoding: %v, want no error", err)
		}
		text.Write(b)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("a spec", "spec", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("a spec", "spec", v)
		text.Write(log.Bytes())
	}
	for _, secret := range []string{"name-in-clear", "planted-password", "706c616e746564"} {
		if strings.Contains(text.String(), secret) {
			t.Errorf("%q is in %s", secret, text.String())
		}
	}
	if got, want := h().Name, "name-in-clear"; got != want {
		t.Errorf("the spec has the name %q, want %q", got, want)
	}
}

func TestNoSpecHidesNothing(t *testing.T) {
	var h hiddenSpec
	if got := fmt.Sprint(h); got != "" {
		t.Errorf("no spec prints as %q, want nothing", got)
	}
	if got, err := json.Marshal(h); string(got) != `""` || err != nil {
		t.Errorf("no spec is encoded as %s, %v, want nothing", got, err)
	}
}
