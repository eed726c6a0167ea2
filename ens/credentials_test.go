package ens

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// emptyHome takes away all that tells of credentials and regions, and returns an empty home directory.
func emptyHome(t *testing.T) string {
	t.Helper()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "ALIBABA") || strings.HasPrefix(name, "ALICLOUD_") {
			t.Setenv(name, "") // so that it is restored
			_ = os.Unsetenv(name)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	return home
}

const aProfile = `{"current":"one","profiles":[
	{"name":"one","mode":"AK","access_key_id":"id-one","access_key_secret":"planted","region_id":"cn-hangzhou"}]}`

// Regions of the environment and of profiles are regions of ECS. A create at a node that does not
// exist would fail, and a sweep there would find nothing.
func TestTheNodeIsNeverTakenFromOtherPlaces(t *testing.T) {
	home := emptyHome(t)
	path := filepath.Join(home, ".aliyun", "config.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(aProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou")
	_, err := New(Config{Profile: "one"})
	if !errors.Is(err, provider.ErrInvalid) || !strings.Contains(err.Error(), "one of ECS, and no edge node") {
		t.Errorf("got %v, want an error that says why the region is not taken", err)
	}
	var key string
	ctx, cancel := context.WithCancel(t.Context())
	c, err := New(Config{Region: "node-1", Profile: "one", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		key = r.URL.Query().Get("AccessKeyId")
		cancel() // reads are repeated
		return nil, errors.New("connection refused")
	})})
	if err != nil {
		t.Fatal(err)
	}
	for range c.DescribeInstances(ctx, provider.Query{IDs: []string{"i-1"}}) {
	}
	if key != "id-one" {
		t.Errorf("calls are signed with %q, want the key of the profile", key)
	}
}

func TestProfileAndCredentialsAreOneTooMany(t *testing.T) {
	_, err := New(Config{Region: "node-1", Profile: "one", Credentials: provider.StaticCredentials("id", "secret", "")})
	if !errors.Is(err, provider.ErrInvalid) || !strings.Contains(err.Error(), "Config.Profile") {
		t.Errorf("got %v, want a problem of Config.Profile", err)
	}
}

func TestEverySourceIsExported(t *testing.T) {
	emptyHome(t)
	offline := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
	o := &CredentialsOptions{Transport: offline}
	for what, s := range map[string]provider.CredentialsSource{
		"default": DefaultCredentials(o), "environment": EnvironmentCredentials(nil), "profile": ProfileCredentials("", nil),
		"OIDC": OIDCCredentials(OIDCOptions{}), "URI": URICredentials("", nil),
		"instance": InstanceRoleCredentials(InstanceRoleOptions{Transport: offline}),
	} {
		if _, err := s.Credentials(t.Context()); !errors.Is(err, credential.ErrAbsent) {
			t.Errorf("%s: got %v, want ErrAbsent", what, err)
		}
	}
	for what, s := range map[string]provider.CredentialsSource{
		"file": FileCredentials("none", "", o),
		"role": AssumeRoleCredentials(AssumeRoleOptions{Source: EnvironmentCredentials(nil)}),
	} {
		if _, err := s.Credentials(t.Context()); err == nil || errors.Is(err, credential.ErrAbsent) {
			t.Errorf("%s: got %v, want an error that no chain goes on past", what, err)
		}
	}
}
