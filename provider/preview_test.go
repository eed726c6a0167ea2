package provider_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// showing is a cloud without client tokens whose previews show the name.
type showing struct{ *marking }

func (showing) PreviewRun(s *provider.RunInstancesSpec) (provider.Request, error) {
	return provider.Request{Params: map[string]string{"Name": s.Name}}, nil
}

// A preview shows where the marker would stand, and is the same each time.
func TestPreviewShowsTheMarker(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		c := provider.NewClient(showing{m}, &provider.Options{Region: "region-1"})
		reqs, err := c.Preview(named(1, "web"))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := reqs[0].Params["Name"], "web-yf-drawn-for-each-create"; got != want {
			t.Errorf("the name is %q, want %q", got, want)
		}
	})
}

// A cloud without client tokens numbers host names only: names are given once the
// instances are known.
func TestNumbersThatAreSentWithAMarker(t *testing.T) {
	for _, tc := range []struct {
		unique bool
		host   string
		sent   bool
	}{
		{false, "", false},
		{false, "web", false},
		{true, "", false},
		{true, "web", true},
	} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			s := named(2, "web")
			s.UniqueSuffix, s.HostName = tc.unique, tc.host
			if _, err := m.client().RunInstances(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
			if got := m.made(provider.APIRunInstances)[0].spec.UniqueSuffix; got != tc.sent {
				t.Errorf("unique %v with the host name %q: sent as %v, want %v", tc.unique, tc.host, got, tc.sent)
			}
		})
	}
}
