package tencent

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

func groups(t *testing.T, rt http.RoundTripper) *placement.Groups {
	t.Helper()
	g, err := placement.Of(testClient(t, rt))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// The documented example, and what the levels become.
func TestCreateGroup(t *testing.T) {
	for want, spec := range map[string]placement.Spec{
		`{"Name":"web","Type":"HOST"}`: {Name: "web"},
		`{"Name":"web","Type":"SW","Affinity":3,"TagSpecification":[{"ResourceType":"ps","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}]}`: {
			Name: "web", Level: placement.Switch, Strategy: placement.Spread, PerUnit: 3, Tags: map[string]string{"b": "2", "a": "1"},
		},
		`{"Name":"web","Type":"RACK","Affinity":10}`:                              {Name: "web", Level: placement.Rack, PerUnit: 10},
		`{"Name":"web","Type":"HOST","Strategy":"PARTITION","PartitionCount":30}`: {Name: "web", Strategy: placement.Partition, Partitions: 30},
		`{"Name":"` + strings.Repeat("名", 60) + `","Type":"HOST"}`:                {Name: strings.Repeat("名", 60), Level: placement.Host},
	} {
		r := &recorder{body: `{"Response":{"CreateTime":"2025-11-17 07:43:06","CurrentNum":0,"CvmQuotaTotal":20,"DisasterRecoverGroupId":"ps-1","Name":"web","RequestId":"r","Type":"SW"}}`}
		id, err := groups(t, r).Create(t.Context(), spec)
		if err != nil {
			t.Errorf("%s: got error %v, want none", want, err)
			continue
		}
		if id != "ps-1" {
			t.Errorf(`%s: id is %q, want "ps-1"`, want, id)
			continue
		}
		token, _ := r.sent[0]["ClientToken"].(string)
		if got := strings.Replace(r.texts[0], fmt.Sprintf(`,"ClientToken":%q`, token), "", 1); got != want {
			t.Errorf("%v: got is %v, want %v", want, got, want)
		} else if token == "" {
			t.Errorf("%v: token is empty, want a value", want)
		} else if len(token) > 64 {
			t.Errorf("%v: len(token) is %v, want at most 64", want, len(token))
		}
		if h := r.reqs[0].Header; h.Get("X-TC-Action") != "CreateDisasterRecoverGroup" {
			t.Errorf(`%v: X-TC-Action is %q, want "CreateDisasterRecoverGroup"`, want, h.Get("X-TC-Action"))
		} else if got := h.Get("X-TC-Region"); got != "region-1" {
			t.Errorf(`%v: X-TC-Region is %q, want "region-1"`, want, got)
		}
	}
}

func TestGroupsThatCVMDoesNotHave(t *testing.T) {
	r := &recorder{body: terminated}
	for name, c := range map[string]struct {
		spec        placement.Spec
		path        string
		unsupported bool
	}{
		"no name":     {placement.Spec{}, "Name", false},
		"long name":   {placement.Spec{Name: strings.Repeat("x", 61)}, "Name", false},
		"description": {placement.Spec{Name: "n", Description: "d"}, "Description", true},
		"cluster":     {placement.Spec{Name: "n", Strategy: placement.Cluster}, "Strategy", true},
		"partitions":  {placement.Spec{Name: "n", Strategy: placement.Partition}, "Partitions", false},
		"partition":   {placement.Spec{Name: "n", Strategy: placement.Partition, Partitions: 1}, "Partitions", false},
		"31":          {placement.Spec{Name: "n", Strategy: placement.Partition, Partitions: 31}, "Partitions", false},
		"long key":    {placement.Spec{Name: "n", Tags: map[string]string{strings.Repeat("k", 128): ""}}, "Tags", false},
		"eleven":      {placement.Spec{Name: "n", PerUnit: 11}, "PerUnit", false},
		"region":      {placement.Spec{Name: "n", Region: "a\nb"}, "Region", false},
		"options":     {placement.Spec{Name: "n", Vendor: []provider.VendorOption{RunOptions{}}}, "Vendor[0]", true},
	} {
		_, err := groups(t, r).Create(t.Context(), c.spec)
		var list provider.FieldErrors
		if !errors.As(err, &list) {
			t.Errorf("%s: got error %v, want a %T", name, err, list)
		} else if len(list) != 1 {
			t.Errorf("%s: len(list) is %d, want 1", name, len(list))
		} else if list[0].Path != c.path {
			t.Errorf("%s: list[0].Path is %v, want %v", name, list[0].Path, c.path)
		} else if list[0].Unsupported != c.unsupported {
			t.Errorf("%s: list[0].Unsupported is %v, want %v", name, list[0].Unsupported, c.unsupported)
		} else if list[0].Driver != Name {
			t.Errorf("%s: list[0].Driver is %v, want %v", name, list[0].Driver, Name)
		}
	}
	var list provider.FieldErrors
	err := groups(t, r).Modify(t.Context(), "", "ps-1", placement.Change{Name: strings.Repeat("x", 61), Description: "d"})
	if !errors.As(err, &list) {
		t.Errorf("a change that cannot be: got error %v, want a %T", err, list)
	}
	if len(list) != 2 {
		t.Errorf("a change that cannot be: len(list) is %d, want 2", len(list))
	}
	if len(r.reqs) != 0 {
		t.Errorf("%d requests were sent", len(r.reqs))
	}
}

const twoGroups = `{"Response":{"TotalCount":3,"DisasterRecoverGroupSet":[
{"DisasterRecoverGroupId":"ps-1","Name":"web","Type":"SW","CvmQuotaTotal":20,"CurrentNum":2,"InstanceIds":["ins-1","ins-2"],"CreateTime":"2018-06-08T07:26:38Z","Affinity":3,"Strategy":"SPREAD","Tags":[{"Key":"team","Value":"web"},{"Key":"idle","Value":""}]},
{"DisasterRecoverGroupId":"ps-2","Name":"web-2","Type":"RACK","CreateTime":"2020-09-22 01:02:03","Strategy":"PARTITION","PartitionCount":4}],"RequestId":"r"}}`

func TestDescribeGroups(t *testing.T) {
	r := &recorder{body: twoGroups}
	d := testDriver(t, r)
	page, err := d.DescribePlacementGroups(t.Context(), &placement.Query{}, "100")
	want := []placement.Group{
		{
			ID: "ps-1", Name: "web", Strategy: placement.Spread, RawStrategy: "SPREAD", Level: placement.Switch, PerUnit: 3,
			InstanceIDs: []string{"ins-1", "ins-2"}, Capacity: 20, CreatedAt: time.Date(2018, 6, 8, 7, 26, 38, 0, time.UTC),
			Tags: map[string]string{"team": "web", "idle": ""},
		},
		{
			ID: "ps-2", Name: "web-2", Strategy: placement.Partition, RawStrategy: "PARTITION", Level: placement.Rack, Partitions: 4,
			CreatedAt: time.Date(2020, 9, 22, 1, 2, 3, 0, time.UTC),
		},
	}
	if err != nil || !reflect.DeepEqual(page.Items, want) || page.RequestID != "r" || page.NextPage != "" {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, page, want)
	}
	page, err = d.DescribePlacementGroups(t.Context(), &placement.Query{Name: "web"}, "")
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != "ps-1" || page.NextPage != "2" {
		t.Errorf("the name is searched for loosely, and compared exactly: %+v, %v", page, err)
	}
	for i, want := range []string{`{"Offset":100,"Limit":100}`, `{"Name":"web","Offset":0,"Limit":100}`} {
		if r.texts[i] != want {
			t.Errorf("asked %s, want %s", r.texts[i], want)
		}
	}
	if _, err := d.DescribePlacementGroups(t.Context(), &placement.Query{IDs: make([]string, 11)}, ""); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("eleven groups at once: %v", err)
	}
}

func TestGroupsAreAskedForByTens(t *testing.T) {
	r := &recorder{body: `{"Response":{"TotalCount":0,"DisasterRecoverGroupSet":[],"RequestId":"r"}}`}
	ids := make([]string, 25)
	for i := range ids {
		ids[i] = fmt.Sprint("ps-", i)
	}
	for _, err := range groups(t, r).List(t.Context(), placement.Query{IDs: ids}) {
		t.Fatal(err)
	}
	var asked []int
	for _, body := range r.sent {
		asked = append(asked, len(body["DisasterRecoverGroupIds"].([]any)))
	}
	if !slices.Equal(asked, []int{10, 10, 5}) {
		t.Errorf("asked for %v", asked)
	}
}

func TestGroupChanges(t *testing.T) {
	r := &recorder{body: terminated}
	g := groups(t, r)
	err := errors.Join(
		g.Modify(t.Context(), "region-2", "ps-1", placement.Change{Name: "other"}),
		g.MoveIn(t.Context(), "", "ps-1", []string{"ins-1", "ins-2"}, nil),
		g.MoveIn(t.Context(), "", "ps-1", []string{"ins-1"}, &placement.MoveOptions{Force: true, Partition: 3}),
		g.Delete(t.Context(), "", "ps-1"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		`ModifyDisasterRecoverGroupAttribute region-2 {"DisasterRecoverGroupId":"ps-1","Name":"other"}`,
		`ModifyInstancesDisasterRecoverGroup region-1 {"InstanceIds":["ins-1","ins-2"],"DisasterRecoverGroupIds":["ps-1"]}`,
		`ModifyInstancesDisasterRecoverGroup region-1 {"InstanceIds":["ins-1"],"Force":true,"DisasterRecoverGroupIds":["ps-1"],"PartitionNumber":3}`,
		`DeleteDisasterRecoverGroups region-1 {"DisasterRecoverGroupIds":["ps-1"]}`,
	} {
		h := r.reqs[i].Header
		if got := h.Get("X-TC-Action") + " " + h.Get("X-TC-Region") + " " + r.texts[i]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, n := range []int{0, 101} {
		if err := testDriver(t, r).MoveIntoPlacementGroup(t.Context(), "", "", make([]string, n), placement.MoveOptions{}); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%d instances in one call: %v", n, err)
		}
	}
}

func TestRefusalsAboutGroups(t *testing.T) {
	for code, want := range map[string]error{
		"FailedOperation.PlacementSetNotEmpty":                  provider.ErrState,
		"FailedOperation.AlreadyInDisasterRecoverGroup":         provider.ErrState,
		"ResourceNotFound.InvalidPlacementSet":                  provider.ErrNotFound,
		"FailedOperation.DisasterRecoverGroupNotFound":          provider.ErrNotFound,
		"ResourceInsufficient.DisasterRecoverGroupCvmQuota":     provider.ErrQuota,
		"ResourceInsufficient.InsufficientGroupQuota":           provider.ErrQuota,
		"LimitExceeded.DisasterRecoverGroup":                    provider.ErrQuota,
		"InvalidParameterValue.DisasterRecoverGroupIdMalformed": provider.ErrInvalid,
		"InvalidParameterValue.TooLong":                         provider.ErrInvalid,
	} {
		g := groups(t, refusal(code))
		_, create := g.Create(t.Context(), placement.Spec{Name: "n"})
		for call, err := range map[string]error{
			"create": create, "modify": g.Modify(t.Context(), "", "ps-1", placement.Change{Name: "n"}),
			"move": g.MoveIn(t.Context(), "", "ps-1", []string{"ins-1"}, nil), "delete": g.Delete(t.Context(), "", "ps-1"),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s, %s: got error %v, want %v", call, code, err, want)
			}
			if errors.Is(err, provider.ErrOutcomeUnknown) {
				t.Errorf("%s, %s: got error %v, want one that is not %v",
					call, code, err, provider.ErrOutcomeUnknown)
			}
		}
	}
}

func TestMalformedAnswersAboutGroups(t *testing.T) {
	for name, rt := range malformedAnswers() {
		g := groups(t, rt)
		if _, err := g.Create(t.Context(), placement.Spec{Name: "n"}); !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%s: a group may exist, but the error is %v", name, err)
		}
		n := 0
		for _, err := range g.List(t.Context(), placement.Query{}) {
			if n++; !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s: an answer that says nothing reads as %v", name, err)
			}
			mustNotTell(t, err, keyValue, keyToken, "://")
		}
		if n != 1 {
			t.Errorf("%s: %d rows out of nowhere", name, n)
		}
	}
	for _, row := range []string{"null", `{"Name":"n"}`} {
		body := `{"Response":{"TotalCount":1,"DisasterRecoverGroupSet":[` + row + `],"RequestId":"r"}}`
		if _, err := testDriver(t, always(200, body)).DescribePlacementGroups(t.Context(), &placement.Query{}, ""); !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: %v", row, err)
		}
	}
}
