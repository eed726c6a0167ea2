package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// The tags of an owner would take the place of a template's without a word: who
// wants both says which tags the instances shall have.
func TestOwnerDoesNotDropTheTagsOfATemplate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := provider.RunInstancesSpec{Region: "r", LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}}
		mine := &provider.RunOptions{Owner: "team-a"}
		op, err := f.client().RunInstances(t.Context(), s, mine)
		switch {
		case op != nil:
			t.Errorf("op: got %v, want nil", op)
		case !slices.Equal(paths(t, err), []string{"RunOptions.Owner"}):
			t.Errorf("paths of the error: got %v, want %v", paths(t, err), []string{"RunOptions.Owner"})
		case len(f.calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.calls))
		}
		if _, err := f.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Errorf("without an owner nothing is lost: %v", err)
		}
		for _, tags := range []map[string]string{{}, {"team": "a"}} {
			s.Tags = tags
			if _, err := f.client().RunInstances(t.Context(), s, mine); err != nil {
				t.Fatalf("Tags %v: %v", tags, err)
			}
			made := f.made(provider.APIRunInstances)
			got := maps.Clone(made[len(made)-1].spec.Tags)
			delete(got, provider.OwnerTag)
			delete(got, provider.OperationTag)
			if !maps.Equal(got, tags) {
				t.Errorf("the instances have the tags %v beside their owner's, want %v", got, tags)
			}
		}
	})
}

// A cloud without tags bears the owner in names, which no template is asked for.
func TestOwnerInNamesIsNoMatterOfTemplates(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.fields = everything()
		for i, field := range f.fields {
			if field.Path == "Tags" {
				f.fields[i] = provider.Refused("Tags", "none")
			}
		}
		s := provider.RunInstancesSpec{Region: "r", LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}}
		if _, err := f.client().RunInstances(t.Context(), s, &provider.RunOptions{Owner: "team-a"}); err != nil {
			t.Error(err)
		}
	})
}

// An owner has at most 64 characters of valid UTF-8, and no blanks around.
func TestHowAnOwnerIsWritten(t *testing.T) {
	for _, tc := range []struct {
		owner string
		fine  bool
	}{
		{strings.Repeat("a", 64), true},
		{strings.Repeat("云", 64), true},
		{strings.Repeat("a", 65), false},
		{" team-a", false},
		{"team-a ", false},
		{"team\xffa", false},
	} {
		err := newFake().client().Validate(spec(1), &provider.RunOptions{Owner: tc.owner})
		if (err == nil) != tc.fine {
			t.Errorf("owner %q: fine %v, want %v: %v", tc.owner, err == nil, tc.fine, err)
		}
	}
}

// The tags of an owner count against the limit of a cloud that takes tags.
func TestTheTagsOfAnOwnerAreChecked(t *testing.T) {
	f := newFake()
	f.valid = func(s *provider.RunInstancesSpec) error {
		var k provider.Checker
		k.Require(len(s.Tags) <= 2, "Tags", nil, "at most 2")
		return k.Err()
	}
	s := spec(1)
	s.Tags = map[string]string{"team": "a"}
	if err := f.client().Validate(s, nil); err != nil {
		t.Errorf("without an owner: %v", err)
	}
	err := f.client().Validate(s, &provider.RunOptions{Owner: "team-a"})
	if got := paths(t, err); !slices.Equal(got, []string{"RunOptions.Owner.Tags"}) {
		t.Errorf("refused are %v, want the tags of the owner", got)
	}
}

// A cloud without tags has no limit that an owner counts against.
func TestAnOwnerWithoutTagsIsNotChecked(t *testing.T) {
	f := newFake()
	f.fields = everything()
	for i, field := range f.fields {
		if field.Path == "Tags" {
			f.fields[i] = provider.Refused("Tags", "none")
		}
	}
	f.valid = func(s *provider.RunInstancesSpec) error {
		var k provider.Checker
		k.Require(len(s.Tags) == 0, "Tags", nil, "none")
		return k.Err()
	}
	if err := f.client().Validate(spec(1), &provider.RunOptions{Owner: "team-a"}); err != nil {
		t.Errorf("got %v, want the owner to be fine", err)
	}
}
