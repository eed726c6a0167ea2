package tencent

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// oddRows answers a describe of two instances, of which the first has one member in an odd form.
func oddRows(member string) string {
	return `{"Response":{"TotalCount":2,"InstanceSet":[` +
		`{"InstanceId":"ins-1","InstanceState":"RUNNING","InstanceName":"one","PrivateIpAddresses":["10.0.0.1"],` + member + `},` +
		`{"InstanceId":"ins-2","InstanceState":"PENDING","InstanceName":"two","CPU":2,"PrivateIpAddresses":["10.0.0.2"]}` +
		`],"RequestId":"req-1"}}`
}

// describeOdd returns the two instances of oddRows, and the page.
func describeOdd(t *testing.T, member string) *provider.DescribePage {
	t.Helper()
	req := &provider.DescribeRequest{IDs: []string{"ins-1", "ins-2"}}
	page, err := testDriver(t, always(200, oddRows(member))).DescribeInstances(t.Context(), req)
	if err != nil {
		t.Fatalf("%s: got error %v, want none", member, err)
	}
	if len(page.Instances) != 2 {
		t.Fatalf("%s: %d instances, want 2", member, len(page.Instances))
	}
	if page.Short {
		t.Errorf("%s: Short is true, want false", member)
	}
	if got := page.Instances[0]; got.ID != "ins-1" || got.State != provider.StateRunning || len(got.PrivateIPs) != 1 {
		t.Errorf("%s: the odd row: got %+v, want a running instance with an address", member, got)
	}
	if got := page.Instances[1]; got.ID != "ins-2" || got.CPUs != 2 {
		t.Errorf("%s: the row behind it: got %+v, want ins-2 with 2 CPUs", member, got)
	}
	return page
}

func TestAnOddFieldThatMeansTheSameIsRead(t *testing.T) {
	for _, c := range []struct {
		member string
		get    func(*provider.Instance) any
		want   any
	}{
		{`"SystemDisk":{"DiskSize":50.0}`, func(i *provider.Instance) any { return i.Disks[0].SizeGiB }, 50},
		{`"SystemDisk":{"DiskSize":"50"}`, func(i *provider.Instance) any { return i.Disks[0].SizeGiB }, 50},
		{`"DataDisks":{"DiskSize":"5e1"}`, func(i *provider.Instance) any { return i.Disks[0].SizeGiB }, 50},
		{`"DataDisks":"","CPU":"4"`, func(i *provider.Instance) any { return len(i.Disks) }, 0},
		{`"CPU":"4"`, func(i *provider.Instance) any { return i.CPUs }, 4},
		{`"Memory":8.0`, func(i *provider.Instance) any { return i.MemoryMiB }, 8192},
		{`"Placement":{"ProjectId":"0","Zone":7}`, func(i *provider.Instance) any { return i.ProjectID + i.Zone }, "07"},
		{`"Placement":"","CPU":"4"`, func(i *provider.Instance) any { return i.Zone }, ""},
		{`"VirtualPrivateCloud":[{"VpcId":"vpc-1"}]`, func(i *provider.Instance) any { return i.VPCID }, "vpc-1"},
		{`"VirtualPrivateCloud":[]`, func(i *provider.Instance) any { return i.VPCID }, ""},
		{`"Tags":{"Key":"a","Value":1}`, func(i *provider.Instance) any { return i.Tags["a"] }, "1"},
		{`"Tags":""`, func(i *provider.Instance) any { return len(i.Tags) }, 0},
		{`"Tags":{}`, func(i *provider.Instance) any { return len(i.Tags) }, 0},
		{`"DisableApiTermination":"true"`, func(i *provider.Instance) any { return *i.DeletionProtection }, true},
		{`"LoginSettings":{"KeyIds":"skey-1"}`, func(i *provider.Instance) any { return i.KeyPairs[0] }, "skey-1"},
		{`"SecurityGroupIds":"sg-1"`, func(i *provider.Instance) any { return i.SecurityGroupIDs[0] }, "sg-1"},
		{`"GPUInfo":{"GPUCount":"0.25"}`, func(i *provider.Instance) any { return i.GPUs }, 1},
		{`"CreatedTime":"2026-01-02 03:04:05"`, func(i *provider.Instance) any { return i.CreatedAt.Minute() }, 4},
		{`"CreatedTime":"2026-01-02T03:04Z"`, func(i *provider.Instance) any { return i.CreatedAt.Minute() }, 4},
		{`"CreatedTime":"2026-01-02T11:04:05+08:00"`, func(i *provider.Instance) any { return i.CreatedAt.UTC().Hour() }, 3},
		{`"PublicIpAddresses":["",null]`, func(i *provider.Instance) any { return len(i.PublicIPs) }, 0},
		{`"PublicIpAddresses":"192.0.2.1"`, func(i *provider.Instance) any { return len(i.PublicIPs) }, 1},
		{`"RenewFlag":null,"Tags":null,"SystemDisk":null`, func(i *provider.Instance) any { return i.AutoRenew == nil }, true},
	} {
		page := describeOdd(t, c.member)
		if got := c.get(&page.Instances[0]); got != c.want {
			t.Errorf("%s: got %v, want %v", c.member, got, c.want)
		}
		if len(page.Unread) > 0 {
			t.Errorf("%s: unread: got %v, want none", c.member, page.Unread)
		}
	}
}

func TestAFieldThatCannotBeReadIsReported(t *testing.T) {
	for member, want := range map[string]string{
		`"SystemDisk":{"DiskSize":50.5}`:           "InstanceSet[].SystemDisk.DiskSize",
		`"SystemDisk":"CLOUD_SSD"`:                 "InstanceSet[].SystemDisk",
		`"CPU":"many"`:                             "InstanceSet[].CPU",
		`"Memory":{"GiB":4}`:                       "InstanceSet[].Memory",
		`"Tags":{"env":"prod"}`:                    "InstanceSet[].Tags",
		`"Tags":"env=prod"`:                        "InstanceSet[].Tags",
		`"Tags":[["env","prod"]]`:                  "InstanceSet[].Tags[]",
		`"Placement":"zone-1"`:                     "InstanceSet[].Placement",
		`"VirtualPrivateCloud":7`:                  "InstanceSet[].VirtualPrivateCloud",
		`"PublicIpAddresses":[{"Ip":"192.0.2.1"}]`: "InstanceSet[].PublicIpAddresses[]",
		`"DisableApiTermination":"perhaps"`:        "InstanceSet[].DisableApiTermination",
		`"CreatedTime":{"t":1}`:                    "InstanceSet[].CreatedTime",
		`"ExpiredTime":"soon"`:                     "InstanceSet[].ExpiredTime",
		`"PublicIpAddresses":["none yet"]`:         "InstanceSet[].PublicIpAddresses[]",
		`"Tags":[{"TagKey":"a","TagValue":"b"}]`:   "InstanceSet[].Tags[]",
	} {
		if got := describeOdd(t, member).Unread; !slices.Equal(got, []string{want}) {
			t.Errorf("%s: unread: got %v, want %s", member, got, want)
		}
	}
}

// Every member of a row, in every form, leaves the rest of the answer readable.
func TestNoMemberHidesAnother(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "instance.json"))
	if err != nil {
		t.Fatal(err)
	}
	var row map[string]json.RawMessage
	if err := json.Unmarshal(text, &row); err != nil {
		t.Fatal(err)
	}
	forms := []string{`null`, `""`, `"x"`, `7`, `7.5`, `true`, `[]`, `{}`, `[null]`, `["x"]`, `[7]`, `{"x":1}`, `[[]]`, `[{"x":1}]`}
	for name := range row {
		if slices.Contains([]string{"InstanceId", "InstanceState", "PrivateIpAddresses", "RestrictState", "IsolatedSource"}, name) {
			continue
		}
		for _, form := range forms {
			describeOdd(t, fmt.Sprintf("%q:%s", name, form))
		}
	}
}

func TestAStateThatCannotBeReadIsUnknown(t *testing.T) {
	for form, raw := range map[string]string{`16`: "16", `true`: "true", `"MELTING"`: "MELTING", `{"a":1}`: "", `null`: "", `""`: ""} {
		body := `{"Response":{"TotalCount":1,"InstanceSet":[{"InstanceId":"ins-1","CPU":"2","InstanceState":` + form + `}],"RequestId":"r"}}`
		page, err := testDriver(t, always(200, body)).DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"ins-1"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Instances[0].State; got != provider.StateUnknown {
			t.Errorf("%s: state: got %q, want unknown", form, got)
		}
		if got := page.Instances[0].RawState; got != raw {
			t.Errorf("%s: raw state: got %q, want %q", form, got, raw)
		}
	}
}

// An instance whose tags cannot be read may be one that a search by tags is about.
func TestASearchByAnUnreadableFieldIsShort(t *testing.T) {
	for member, req := range map[string]*provider.DescribeRequest{
		`"Tags":{"owner":"me"}`:     {Tags: map[string]string{"owner": "me"}},
		`"Tags":[{"Name":"owner"}]`: {Tags: map[string]string{"owner": "me"}},
		`"InstanceName":{"a":1}`:    {Name: "web"},
		`"InstanceState":{"a":"b"}`: {Running: true},
	} {
		body := `{"Response":{"TotalCount":1,"InstanceSet":[{"InstanceId":"ins-1",` + member + `}],"RequestId":"r"}}`
		page, err := testDriver(t, always(200, body)).DescribeInstances(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if !page.Short {
			t.Errorf("%s: Short is false, want true", member)
		}
	}
}

// IDs of a create are found in whatever form they are.
func TestNoOddFieldLosesTheIDs(t *testing.T) {
	spec := bare()
	spec.Count, spec.MinCount = 2, 2
	both := []string{"ins-1", "ins-2"}
	for name, c := range map[string]struct {
		body string
		ids  []string
		open bool
	}{
		"request ID as a number":   {`{"Response":{"InstanceIdSet":["ins-1","ins-2"],"RequestId":7}}`, both, false},
		"request ID as an object":  {`{"Response":{"InstanceIdSet":["ins-1","ins-2"],"RequestId":{"a":1}}}`, both, false},
		"error as a text":          {`{"Response":{"Error":"","InstanceIdSet":["ins-1","ins-2"],"RequestId":"r"}}`, both, false},
		"error as a list":          {`{"Response":{"Error":[],"InstanceIdSet":["ins-1","ins-2"],"RequestId":"r"}}`, both, false},
		"IDs one level deeper":     {`{"Response":{"InstanceIdSet":{"InstanceId":["ins-1","ins-2"]},"RequestId":"r"}}`, both, false},
		"IDs in objects":           {`{"Response":{"InstanceIdSet":[{"InstanceId":"ins-1"},{"InstanceId":"ins-2"}],"RequestId":"r"}}`, both, false},
		"IDs in objects with more": {`{"Response":{"InstanceIdSet":[{"Zone":"ap-guangzhou-3","InstanceId":"ins-1"},{"InstanceId":"ins-2","Index":2}],"RequestId":"r"}}`, both, false},
		"objects that end early":   {`{"Response":{"InstanceIdSet":[{"InstanceId":"ins-1"},{"InstanceId":"ins-2"`, both, true},
		"an error without a code":  {`{"Response":{"Error":"busy","InstanceIdSet":["ins-1","ins-2"],"RequestId":"r"}}`, both, true},
		"one ID is no text":        {`{"Response":{"InstanceIdSet":["ins-1",{"id":null}],"RequestId":"r"}}`, []string{"ins-1"}, true},
		"one ID as a text":         {`{"Response":{"InstanceIdSet":"ins-1","RequestId":"r"}}`, []string{"ins-1"}, false},
		"an error with an odd message": {
			`{"Response":{"Error":{"Code":"LimitExceeded","Message":{"zh":"x"}},"InstanceIdSet":["ins-1"],"RequestId":"r"}}`, []string{"ins-1"}, true,
		},
	} {
		got, err := testDriver(t, always(200, c.body)).RunInstances(t.Context(), spec)
		if got == nil {
			t.Errorf("%s: no result beside %v, want %v", name, err, c.ids)
			continue
		}
		if !slices.Equal(got.InstanceIDs, c.ids) {
			t.Errorf("%s: IDs: got %v, want %v", name, got.InstanceIDs, c.ids)
		}
		var e *provider.APIError
		open := errors.As(err, &e) && e.Outcome == provider.OutcomeUnknown
		if open != c.open {
			t.Errorf("%s: the outcome of %v is open: %v, want %v", name, err, open, c.open)
		}
	}
}

// A refusal keeps its code when another of its members is odd.
func TestARefusalKeepsItsCode(t *testing.T) {
	for _, message := range []string{`7`, `null`, `{"zh":"x"}`, `["x"]`} {
		body := `{"Response":{"Error":{"Code":"LimitExceeded.InstanceQuota","Message":` + message + `},"RequestId":["r"]}}`
		for op, call := range callsOf(testDriver(t, always(200, body))) {
			err := call(t.Context())
			var e *provider.APIError
			if !errors.As(err, &e) {
				t.Errorf("%s, message %s: got error %v, want a %T", op, message, err, e)
			} else if e.Code != "LimitExceeded.InstanceQuota" {
				t.Errorf("%s, message %s: code: got %q, want that of the quota", op, message, e.Code)
			} else if !errors.Is(err, provider.ErrQuota) {
				t.Errorf("%s, message %s: got %v, want ErrQuota", op, message, err)
			}
		}
	}
}

// A code counts with every status below 500, whatever stands beside it. A status of 500 and more leaves
// open what happened, and keeps the code.
func TestARefusalWithAnotherStatus(t *testing.T) {
	for _, status := range []int{200, 400, 403, 404, 409, 429, 500, 503} {
		for _, message := range []string{`"m"`, `{"zh":"x"}`, `7`} {
			body := `{"Response":{"Error":{"Code":"UnauthorizedOperation.X","Message":` + message + `},"RequestId":"r"}}`
			for op, call := range callsOf(testDriver(t, always(status, body))) {
				err := call(t.Context())
				want := provider.ErrPermission
				if status >= 500 {
					want = provider.ErrUnavailable
				}
				var e *provider.APIError
				if !errors.As(err, &e) {
					t.Errorf("%s, %d, %s: got error %v, want a %T", op, status, message, err, e)
				} else if e.Code != "UnauthorizedOperation.X" {
					t.Errorf("%s, %d, %s: code: got %q, want it as it came", op, status, message, e.Code)
				} else if !errors.Is(err, want) {
					t.Errorf("%s, %d, %s: got %v, want %v", op, status, message, err, want)
				}
			}
		}
	}
}

// Calls that only accept something succeed whatever stands beside the request ID.
func TestOddFieldsOfAnswersThatOnlyAccept(t *testing.T) {
	for _, body := range []string{
		`{"Response":{"RequestId":7}}`, `{"Response":{"RequestId":"r","TaskId":{"a":[1]}}}`, `{"Response":[{"RequestId":"r"}]}`,
	} {
		d := testDriver(t, always(200, body))
		if err := d.TerminateInstances(t.Context(), &provider.TerminateRequest{IDs: []string{"ins-1"}}); err != nil {
			t.Errorf("terminate, %s: got error %v, want none", body, err)
		}
		if _, err := d.ChangePower(t.Context(), &provider.PowerRequest{IDs: []string{"ins-1"}, Action: provider.PowerStop}); err != nil {
			t.Errorf("stop, %s: got error %v, want none", body, err)
		}
	}
}

// An error that cannot be read must not pass for a release.
func TestAnErrorThatCannotBeReadIsNoSuccess(t *testing.T) {
	for _, text := range []string{`"no"`, `{"Message":"no"}`, `{"Code":{"a":1}}`, `7`} {
		body := `{"Response":{"Error":` + text + `,"RequestId":"r"}}`
		for op, call := range callsOf(testDriver(t, always(200, body))) {
			if err := call(t.Context()); !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %s: got %v, want ErrUnavailable", op, text, err)
			}
		}
	}
}

func TestOddFieldsOfTemplatesAndGroups(t *testing.T) {
	body := `{"Response":{"TotalCount":"1","LaunchTemplateSet":[{"LaunchTemplateId":"lt-1","LatestVersionNumber":"3","CreatedBy":{"a":1}}],"RequestId":1}}`
	templates, err := testDriver(t, always(200, body)).DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := templates.Items[0]; got.ID != "lt-1" || got.LatestVersion != 3 {
		t.Errorf("template: got %+v, want lt-1 with 3 versions", got)
	}
	body = `{"Response":{"TotalCount":1.0,"DisasterRecoverGroupSet":{"DisasterRecoverGroupId":"ps-1","Affinity":"2","Tags":"x"},"RequestId":"r"}}`
	groups, err := testDriver(t, always(200, body)).DescribePlacementGroups(t.Context(), &placement.Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := groups.Items[0]; got.ID != "ps-1" || got.PerUnit != 2 {
		t.Errorf("group: got %+v, want ps-1 with 2 a unit", got)
	}
	body = `{"Response":{"DisasterRecoverGroupId":"ps-1","Name":{},"CvmQuotaTotal":"many","RequestId":"r"}}`
	id, _, err := testDriver(t, always(200, body)).CreatePlacementGroup(t.Context(), &placement.Spec{Name: "n"}, "token-1")
	if err != nil || id != "ps-1" {
		t.Errorf("create of a group: got %q, %v, want ps-1", id, err)
	}
	body = `{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":[{"LaunchTemplateVersion":"2","LaunchTemplateVersionData":` +
		`{"ImageId":"img-1","InstanceCount":"3","SystemDisk":{"DiskSize":50.0},"Placement":"zone"}}],"RequestId":"r"}}`
	versions, err := testDriver(t, always(200, body)).DescribeLaunchTemplateVersions(
		t.Context(), &launchtemplate.VersionQuery{Template: provider.LaunchTemplateRef{ID: "lt-1"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	v := versions.Items[0]
	if v.Version != 2 || v.Spec.Count != 3 || v.Spec.SystemDisk.SizeGiB != 50 {
		t.Errorf("version: got %+v, want version 2 of 3 instances with 50 GiB", v)
	}
	if got := optionsOf(&v.Spec).Params["Placement"]; !strings.Contains(got, "zone") {
		t.Errorf("what cannot be read is a raw parameter: got %q, want zone", got)
	}
}
