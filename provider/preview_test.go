package provider_test

import (
	"slices"
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
		reqs, err := c.Preview(named(1, "web"), nil)
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

// What the options add is shown as it would be sent: the owner's tags, the tokens of an ID of the caller's
// own, and each alternative behind the spec.
func TestPreviewShowsWhatTheOptionsAdd(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := provider.NewClient(optioned{f}, &provider.Options{Region: "region-1"})
		o := &provider.RunOptions{OperationID: "web", Owner: "shop", Alternatives: []provider.Alternative{{InstanceType: "t2.small"}}}
		reqs, err := c.Preview(spec(150), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(reqs) != 4 {
			t.Fatalf("got %d requests, want 2 for the spec and 2 for the alternative", len(reqs))
		}
		for i, r := range reqs {
			if want := i / 2; r.Alternative != want {
				t.Errorf("request %d is for alternative %d, want %d", i, r.Alternative, want)
			}
			if got := r.Params["Owner"]; got != "shop web" {
				t.Errorf("request %d has the tags %q, want those of the owner", i, got)
			}
		}
		if got := reqs[2].Params["Type"]; got != "t2.small" {
			t.Errorf("the alternative asks for %q, want t2.small", got)
		}
		if _, err := c.RunInstances(t.Context(), spec(150), &provider.RunOptions{OperationID: "web", Owner: "shop"}); err != nil {
			t.Fatal(err)
		}
		shown := []string{reqs[0].Params["Token"], reqs[1].Params["Token"]}
		for _, sent := range f.made(provider.APIRunInstances) {
			if !slices.Contains(shown, sent.token) {
				t.Errorf("the tokens %q are shown, and %q was sent", shown, sent.token)
			}
		}
		if reqs, err = c.Preview(spec(1), &provider.RunOptions{Owner: "shop"}); err != nil {
			t.Fatal(err)
		}
		if got, want := reqs[0].Params["Owner"], "shop drawn-for-each-operation"; got != want {
			t.Errorf("without an ID the tags are %q, want %q", got, want)
		}
		if _, err := c.Preview(spec(1), &provider.RunOptions{OperationID: "a b"}); err == nil {
			t.Error("options that RunInstances refuses are shown")
		}
	})
}

// optioned is a cloud whose previews show what options add.
type optioned struct{ *fake }

func (optioned) PreviewRun(s *provider.RunInstancesSpec) (provider.Request, error) {
	return provider.Request{Params: map[string]string{
		"Token": s.ClientToken, "Type": s.InstanceType, "Owner": s.Tags[provider.OwnerTag] + " " + s.Tags[provider.OperationTag],
	}}, nil
}
