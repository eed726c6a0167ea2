package aliyun

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// TestTemplateQueriesThatAreNotSent: limits of the two reads.
func TestTemplateQueriesThatAreNotSent(t *testing.T) {
	sim := cloudsim.New(nil)
	l := templates(t, simClient(t, sim))
	many := map[string]string{}
	for i := range 21 {
		many[fmt.Sprint("k", i)] = "v"
	}
	var e *provider.FieldError
	for path, q := range map[string]launchtemplate.Query{
		"LaunchTemplateQuery.Tags": {Tags: many}, "LaunchTemplateQuery.InstanceTags": {InstanceTags: many}, "IDs": {IDs: slices.Repeat([]string{"lt-1"}, 101)},
	} {
		for _, err := range l.List(t.Context(), q) {
			if !errors.As(err, &e) {
				t.Errorf("%v: got error %v, want a %T", err, err, e)
			} else if e.Path != path {
				t.Errorf("%v: Path is %v, want %v", err, e.Path, path)
			} else if !errors.Is(err, provider.ErrInvalid) {
				t.Errorf("%v: got error %v, want %v", err, err, provider.ErrInvalid)
			}
		}
	}
	numbers := make([]int, 31)
	for i := range numbers {
		numbers[i] = i + 1
	}
	q := launchtemplate.VersionQuery{Template: provider.LaunchTemplateRef{ID: "lt-1"}, Versions: numbers}
	for _, err := range l.FindVersions(t.Context(), q) {
		if !errors.As(err, &e) {
			t.Errorf("%v: got error %v, want a %T", err, err, e)
		} else if e.Path != "LaunchTemplateVersionQuery.Versions" {
			t.Errorf(`%v: Path is %q, want "LaunchTemplateVersionQuery.Versions"`, err, e.Path)
		}
	}
	for _, api := range []string{"DescribeLaunchTemplates", "DescribeLaunchTemplateVersions"} {
		if n := sim.Calls(cloudsim.ECS, api); n != 0 {
			t.Errorf("%d requests of %s left, want none", n, api)
		}
	}
}

// TestFullTemplates: thirty templates a region, thirty versions each.
func TestFullTemplates(t *testing.T) {
	l := templates(t, simClient(t, cloudsim.New(nil)))
	spec := provider.RunInstancesSpec{ImageID: "image-1"}
	for i := range 30 {
		if _, err := l.Create(t.Context(), launchtemplate.Spec{Name: fmt.Sprint("template-", i), Spec: spec}); err != nil {
			t.Fatal(err)
		}
	}
	var e *provider.APIError
	_, err := l.Create(t.Context(), launchtemplate.Spec{Name: "template-30", Spec: spec})
	if !errors.Is(err, provider.ErrQuota) {
		t.Errorf("the 31st template: got error %v, want %v", err, provider.ErrQuota)
	} else if !errors.As(err, &e) {
		t.Errorf("the 31st template: got error %v, want a %T", err, e)
	} else if e.Code != "LaunchTemplateLimitExceed" {
		t.Errorf(`the 31st template: Code is %q, want "LaunchTemplateLimitExceed"`, e.Code)
	} else if e.RequestID == "" {
		t.Error("the 31st template: RequestID is empty, want a value")
	}
	found := 0
	for _, err := range l.List(t.Context(), launchtemplate.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		found++
	}
	if found != 30 {
		t.Errorf("the list has %d templates, want 30", found)
	}
	ref := provider.LaunchTemplateRef{Name: "template-0"}
	for range 29 {
		if _, err := l.CreateVersion(t.Context(), ref, launchtemplate.Spec{Spec: spec}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = l.CreateVersion(t.Context(), ref, launchtemplate.Spec{Spec: spec})
	if !errors.Is(err, provider.ErrQuota) {
		t.Errorf("the 31st version: got error %v, want %v", err, provider.ErrQuota)
	} else if !errors.As(err, &e) {
		t.Errorf("the 31st version: got error %v, want a %T", err, e)
	} else if e.Code != "LaunchTemplateVersionLimitExceed" {
		t.Errorf(`the 31st version: Code is %q, want "LaunchTemplateVersionLimitExceed"`, e.Code)
	}
	if got := versionNumbers(t, l, ref); len(got) != 30 {
		t.Errorf("len(got) is %d, want 30", len(got))
	} else if got[29] != 30 {
		t.Errorf("got[29] is %d, want 30", got[29])
	}
}

// TestALostTemplateIsNotMadeTwice: neither create has a token, so that neither
// is repeated; the caller is told, and finds what there is by its name.
func TestALostTemplateIsNotMadeTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		l := templates(t, simClient(t, sim))
		for _, api := range []string{"CreateLaunchTemplate", "CreateLaunchTemplateVersion"} {
			sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: api, Kind: cloudsim.ResetAfter, Times: 1})
		}
		spec := provider.RunInstancesSpec{ImageID: "image-1"}
		if _, err := l.Create(t.Context(), launchtemplate.Spec{Name: "template-1", Spec: spec}); !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("a lost template: got %v, want ErrOutcomeUnknown", err)
		}
		ref := provider.LaunchTemplateRef{Name: "template-1"}
		if _, err := l.CreateVersion(t.Context(), ref, launchtemplate.Spec{Spec: spec}); !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("a lost version: got %v, want ErrOutcomeUnknown", err)
		}
		if got := versionNumbers(t, l, ref); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("versions %v, want 1 and 2", got)
		}
		if _, err := l.Create(t.Context(), launchtemplate.Spec{Name: "template-1", Spec: spec}); !errors.Is(err, provider.ErrExists) {
			t.Errorf("the same template again: got %v, want ErrExists", err)
		}
	})
}

// TestTagsThatAnAnswerDoesNotTell: the older reference has none in its answers.
// The cloud has compared them then.
func TestTagsThatAnAnswerDoesNotTell(t *testing.T) {
	for tags, want := range map[string]int{
		``: 1, `,"Tags":{"Tag":[{"TagKey":"team","TagValue":"a"}]}`: 1,
		`,"Tags":{"Tag":[{"TagKey":"team","TagValue":"b"}]}`: 0, `,"Tags":{"Tag":[]}`: 0, `,"Tags":{}`: 0,
	} {
		body := `{"TotalCount":1,"PageNumber":1,"PageSize":10,"LaunchTemplateSets":{"LaunchTemplateSet":[{"LaunchTemplateId":"lt-1"` + tags + `}]}}`
		p, err := testDriver(t, answering(200, body)).DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{Tags: map[string]string{"team": "a"}}, "")
		if err != nil || len(p.Items) != want {
			t.Errorf("%s: found %d, %v; want %d", body, len(p.Items), err, want)
		}
	}
}
