package aliyun

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// decoded reads an answer as the calls for templates and sets do.
func decoded(t *testing.T, body string, out any) {
	t.Helper()
	d := testDriver(t, answering(200, body))
	if _, err := d.call(t.Context(), d.request("Describe", "", params{}, templateTimeout), out); err != nil {
		t.Fatal(err)
	}
}

func TestAnOddFieldOfATemplateHidesNoTemplate(t *testing.T) {
	var a templatesAnswer
	decoded(t, `{"RequestId":"r","TotalCount":"2","PageSize":50.0,"LaunchTemplateSets":{"LaunchTemplateSet":[
		{"LaunchTemplateId":"lt-1","LaunchTemplateName":{},"CreateTime":7,"DefaultVersionNumber":"1","Tags":""},
		{"LaunchTemplateId":"lt-2","LaunchTemplateName":"name-2","LatestVersionNumber":3.0,
			"Tags":{"Tag":{"TagKey":"k","TagValue":"v"}}}]}}`, &a)
	if a.Sets == nil || len(a.Sets.Set) != 2 {
		t.Fatalf("got %+v, want 2 templates", a.Sets)
	}
	if got := templateOf(&a.Sets.Set[0]); got.ID != "lt-1" || got.DefaultVersion != 1 {
		t.Errorf("the first is %s with version %d, want lt-1 with 1", got.ID, got.DefaultVersion)
	}
	if got := templateOf(&a.Sets.Set[1]); got.Name != "name-2" || got.LatestVersion != 3 || got.Tags["k"] != "v" {
		t.Errorf("the second is %+v, want name-2, 3 and a tag", got)
	}
}

func TestAnOddFieldOfASetHidesNoSet(t *testing.T) {
	var a setsAnswer
	decoded(t, `{"RequestId":"r","DeploymentSets":[
		{"DeploymentSetId":"ds-1","CreationTime":{},"InstanceIds":{"InstanceId":["i-1",7]},"Affinity":"x"},
		{"DeploymentSetId":"ds-2","DeploymentSetName":"name-2","GroupCount":"3"}]}`, &a)
	if a.Sets == nil || len(a.Sets.Set) != 2 {
		t.Fatalf("got %+v, want 2 sets", a.Sets)
	}
	if got := groupOf(&a.Sets.Set[0]); got.ID != "ds-1" || len(got.InstanceIDs) != 1 {
		t.Errorf("the first is %s with %v, want ds-1 with i-1", got.ID, got.InstanceIDs)
	}
	if got := groupOf(&a.Sets.Set[1]).Name; got != "name-2" {
		t.Errorf("the second is %q, want name-2", got)
	}
}

// A row without an ID that can be read is no template and no set; the others are.
func TestRowsWithoutAnIDAreLeftOut(t *testing.T) {
	for _, id := range []string{`{}`, `{"x":1}`, `["a"]`} {
		d := testDriver(t, answering(200, `{"RequestId":"r","TotalCount":2,
			"LaunchTemplateSets":{"LaunchTemplateSet":[{"LaunchTemplateId":`+id+`},{"LaunchTemplateId":"lt-2"}]},
			"DeploymentSets":{"DeploymentSet":[{"DeploymentSetId":`+id+`},{"DeploymentSetId":"ds-2"}]}}`))
		templates, err := d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{}, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(templates.Items) != 1 || templates.Items[0].ID != "lt-2" {
			t.Errorf("%s: got %+v, want lt-2 alone", id, templates.Items)
		}
		sets, err := d.DescribePlacementGroups(t.Context(), &placement.Query{}, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(sets.Items) != 1 || sets.Items[0].ID != "ds-2" {
			t.Errorf("%s: got %+v, want ds-2 alone", id, sets.Items)
		}
	}
}

func TestAnEmptyValueIsAnEmptyListOfTemplatesAndSets(t *testing.T) {
	for value, ok := range map[string]bool{
		`"TotalCount":0,"LaunchTemplateSets":[],"DeploymentSets":[]`:     true,
		`"TotalCount":"0","LaunchTemplateSets":"","DeploymentSets":""`:   true,
		`"TotalCount":0,"LaunchTemplateSets":null,"DeploymentSets":null`: true,
		`"TotalCount":2,"LaunchTemplateSets":[],"DeploymentSets":[]`:     false,
		`"LaunchTemplateSets":[],"DeploymentSets":[]`:                    false,
		`"TotalCount":0`: false,
	} {
		d := testDriver(t, answering(200, `{"RequestId":"r",`+value+`}`))
		_, err := d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{}, "")
		if read := err == nil; read != ok {
			t.Errorf("templates, %s: got error %v, want a page: %v", value, err, ok)
		}
		_, err = d.DescribePlacementGroups(t.Context(), &placement.Query{}, "")
		if read := err == nil; read != ok {
			t.Errorf("sets, %s: got error %v, want a page: %v", value, err, ok)
		}
	}
}
