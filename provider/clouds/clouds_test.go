package clouds_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	list "github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
)

func TestNewMakesAClientOfEveryCloud(t *testing.T) {
	var names []string
	for _, c := range list.All() {
		names = append(names, c.Name)
		client, err := clouds.New(clouds.Config{Cloud: c.Name, Region: c.Spec.Region})
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if got := client.Name(); got != c.Name {
			t.Errorf("a client of %s, want %s", got, c.Name)
		}
		if got := client.Region(); got != c.Spec.Region {
			t.Errorf("%s: region %s, want %s", c.Name, got, c.Spec.Region)
		}
	}
	if got := clouds.Names(); !slices.Equal(got, names) {
		t.Errorf("Names() = %v, want %v", got, names)
	}
	if got := len(clouds.Vendors()); got != len(names) {
		t.Errorf("%d types of options, want %d", got, len(names))
	}
}

// transport is what the calls of a client arrive at.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var errStop = errors.New("stop")

// Every setting reaches the adapter: a call goes to the endpoint, through the transport, with the
// credentials, and is recorded where the options say.
func TestEverySettingReachesTheAdapter(t *testing.T) {
	for _, c := range list.All() {
		for _, byFunc := range []bool{false, true} {
			var host, signed string
			cfg := clouds.Config{
				Cloud: c.Name, Region: c.Spec.Region,
				Credentials: provider.StaticCredentials("the-key-id", "the-secret", ""),
				Endpoint:    "one.example.com",
				Options:     &provider.Options{RetryFor: -1},
				Transport: transport(func(r *http.Request) (*http.Response, error) {
					host, signed = r.URL.Hostname(), r.URL.RawQuery+r.Header.Get("Authorization")
					return nil, errStop
				}),
			}
			want := "one.example.com"
			if byFunc {
				want = "two.example.com"
				cfg.EndpointFor = func(string) string { return want }
			}
			client, err := clouds.New(cfg)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			for range client.DescribeInstances(t.Context(), provider.Query{IDs: []string{"i-1"}}) {
			}
			if host != want {
				t.Errorf("%s: a call to %q, want %q", c.Name, host, want)
			}
			if !strings.Contains(signed, "the-key-id") {
				t.Errorf("%s: a call that is not signed with the credentials", c.Name)
			}
		}
	}
}

func TestOptionsReachTheClient(t *testing.T) {
	for _, c := range list.All() {
		client, err := clouds.New(clouds.Config{
			Cloud: c.Name, Region: c.Spec.Region, Options: &provider.Options{ReadOnly: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.RunInstances(t.Context(), c.Spec, nil); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("%s: a create with ReadOnly: got %v, want ErrPermission", c.Name, err)
		}
	}
}

func TestAnUnknownCloudIsAnErrorWithTheNearestName(t *testing.T) {
	for name, want := range map[string]string{
		"":          "Config.Cloud: required: one of aliyun, ens, tencent, qingcloud",
		"tencnet":   `Config.Cloud = "tencnet": unknown cloud; did you mean tencent?`,
		"Aliyun":    `Config.Cloud = "Aliyun": unknown cloud; did you mean aliyun?`,
		"ali-cloud": `Config.Cloud = "ali-cloud": unknown cloud; did you mean aliyun?`,
		"腾讯云":       `Config.Cloud = "腾讯云": unknown cloud; did you mean tencent?`,
		"aws":       `Config.Cloud = "aws": unknown cloud; one of aliyun, ens, tencent, qingcloud`,
	} {
		_, err := clouds.New(clouds.Config{Cloud: name})
		if got := fmt.Sprint(err); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%q: %v does not match ErrInvalid", name, err)
		}
	}
}

func TestAProblemOfTheConfigurationNamesItsField(t *testing.T) {
	for _, name := range clouds.Names() {
		_, err := clouds.New(clouds.Config{Cloud: name, Endpoint: "ftp://x"})
		var problems provider.FieldErrors
		if !errors.As(err, &problems) {
			t.Errorf("%s: got %v, want FieldErrors", name, err)
			continue
		}
		var paths []string
		for _, p := range problems {
			paths = append(paths, p.Path)
		}
		slices.Sort(paths)
		if want := []string{"Config.Endpoint", "Config.Region"}; !slices.Equal(paths, want) {
			t.Errorf("%s: problems of %v, want %v", name, paths, want)
		}
	}
}
