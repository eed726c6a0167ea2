package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

const newTemplateAnswer = `{"Response":{"LaunchTemplateId":"lt-1","RequestId":"req-1"}}`

// templates returns the neutral API over a transport.
func templates(t *testing.T, rt http.RoundTripper) *launchtemplate.Templates {
	t.Helper()
	l, err := launchtemplate.Of(testClient(t, rt))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func testClient(t *testing.T, rt http.RoundTripper) *provider.Client {
	t.Helper()
	c, err := New(Config{
		Region: "region-1", Credentials: provider.StaticCredentials(keyID, keyValue, keyToken), Transport: rt,
		Options: &provider.Options{RetryFor: time.Nanosecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The SDK's own types refuse what they do not know.
func TestTemplateRequestsAreOnesOfTheSDK(t *testing.T) {
	r := mirror(t)
	d := testDriver(t, r)
	spec := &launchtemplate.Spec{
		Name: "web", VersionDescription: "first one", Spec: *storable(), Tags: map[string]string{"b": "2", "a": "1"}, BaseVersion: 4,
	}
	if _, _, err := d.CreateLaunchTemplate(t.Context(), spec, "token-1"); err != nil {
		t.Fatal(err)
	}
	r.body = `{"Response":{"LaunchTemplateVersionNumber":5,"RequestId":"req-2"}}`
	number, request, err := d.CreateLaunchTemplateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, spec, "token-2")
	if err != nil || number != 5 || request != "req-2" {
		t.Fatalf("%d, %s, %v", number, request, err)
	}
	create, version := cvm.NewCreateLaunchTemplateRequest(), cvm.NewCreateLaunchTemplateVersionRequest()
	if err := errors.Join(create.FromJsonString(r.texts[0]), version.FromJsonString(r.texts[1])); err != nil {
		t.Fatal(err)
	}
	if got := value(create.LaunchTemplateName); got != "web" {
		t.Errorf(`LaunchTemplateName is %q, want "web"`, got)
	}
	if got := value(create.LaunchTemplateVersionDescription); got != "first one" {
		t.Errorf(`LaunchTemplateVersionDescription is %q, want "first one"`, got)
	}
	if got := value(create.ClientToken); got != "token-1" {
		t.Errorf(`ClientToken is %q, want "token-1"`, got)
	}
	wantTagsOfTheTemplate(t, create.LaunchTemplateTagSpecification)
	if got := value(version.LaunchTemplateId); got != "lt-1" {
		t.Errorf(`LaunchTemplateId is %q, want "lt-1"`, got)
	}
	if got := value(version.LaunchTemplateVersion); got != 4 {
		t.Errorf("LaunchTemplateVersion is %d, want 4", got)
	}
	if got := value(version.ClientToken); got != "token-2" {
		t.Errorf(`ClientToken is %q, want "token-2"`, got)
	}
	if got := value(create.InstanceCount); got != 3 {
		t.Errorf("value(create.InstanceCount) is %d, want 3", got)
	} else if len(create.Metadata.Items) != 3 {
		t.Errorf("len(create.Metadata.Items) is %d, want 3",
			len(create.Metadata.Items))
	} else if got := value(create.Metadata.Items[0].Value); got != "item-a" {
		t.Errorf(`value(create.Metadata.Items[0].Value) is %q, want "item-a"`, got)
	} else if *create.EnableJumboFrame {
		t.Error("*create.EnableJumboFrame is true, want false")
	}
	for i, action := range []string{"CreateLaunchTemplate", "CreateLaunchTemplateVersion"} {
		if h := r.reqs[i].Header; h.Get("X-TC-Action") != action {
			t.Errorf("%v: X-TC-Action is %q, want %q", i, h.Get("X-TC-Action"), action)
		} else if got := h.Get("X-TC-Version"); got != "2017-03-12" {
			t.Errorf(`%v: X-TC-Version is %q, want "2017-03-12"`, i, got)
		} else if got := h.Get("X-TC-Region"); got != "region-1" {
			t.Errorf(`%v: X-TC-Region is %q, want "region-1"`, i, got)
		}
	}
}

// wantTagsOfTheTemplate checks the tags of the template itself.
func wantTagsOfTheTemplate(t *testing.T, tags []*cvm.TagSpecification) {
	t.Helper()
	if len(tags) != 1 {
		t.Errorf("len(tags) is %d, want 1", len(tags))
	} else if len(tags[0].Tags) != 2 {
		t.Errorf("len(tags[0].Tags) is %d, want 2", len(tags[0].Tags))
	} else if *tags[0].Tags[0].Key != "a" {
		t.Errorf(`*tags[0].Tags[0].Key is %q, want "a"`, *tags[0].Tags[0].Key)
	} else if *tags[0].ResourceType != "launch-template" {
		t.Errorf(`*tags[0].ResourceType is %q, want "launch-template"`, *tags[0].ResourceType)
	}
}

// A version takes over what it does not set: nobody may get a key that way
// without a word.
func TestWhatAVersionWouldInheritIsNamed(t *testing.T) {
	r := &recorder{body: documentedVersion}
	l := templates(t, r)
	spec := documentedSpec()
	spec.Count, spec.Tags, spec.Billing.Mode, spec.DataDisks[0].DeleteWithInstance = 0, nil, "", nil
	_, err := l.CreateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, launchtemplate.Spec{Spec: spec})
	var list provider.FieldErrors
	if !errors.As(err, &list) {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range list {
		paths = append(paths, e.Path)
	}
	if want := []string{"Spec.DataDisks[0].DeleteWithInstance", "Spec.Billing.Mode", "Spec.Tags"}; !slices.Equal(paths, want) {
		t.Errorf("named are %v, want %v: one instance is what no count means", paths, want)
	}
	if len(r.reqs) != 1 {
		t.Error("the version was made all the same")
	}
}

func TestDescribeVersionsAsksForOneThingOnly(t *testing.T) {
	type asks = launchtemplate.VersionQuery
	for want, in := range map[string]struct {
		asks
		page string
	}{
		`{"LaunchTemplateId":"lt-1","LaunchTemplateVersions":[7]}`:               {asks{Template: provider.LaunchTemplateRef{ID: "lt-1", Version: 7}}, ""},
		`{"LaunchTemplateId":"lt-1","MaxVersion":9999,"DefaultVersion":true}`:    {asks{Template: provider.LaunchTemplateRef{ID: "lt-1"}, DefaultOnly: true}, ""},
		`{"LaunchTemplateId":"lt-1","MaxVersion":9999,"Offset":0,"Limit":100}`:   {asks{Template: provider.LaunchTemplateRef{ID: "lt-1"}}, ""},
		`{"LaunchTemplateId":"lt-1","MaxVersion":9999,"Offset":100,"Limit":100}`: {asks{Template: provider.LaunchTemplateRef{ID: "lt-1"}}, "100"},
	} {
		r := &recorder{body: `{"Response":{"TotalCount":0,"LaunchTemplateVersionSet":[],"RequestId":"r"}}`}
		if _, err := testDriver(t, r).DescribeLaunchTemplateVersions(t.Context(), &in.asks, in.page); err != nil || r.texts[0] != want {
			t.Errorf("got %s, want %s, %v", r.texts[0], want, err)
		}
	}
}

func TestVersionsArePaged(t *testing.T) {
	rt := transport(func(req *http.Request) (*http.Response, error) {
		var body struct{ Offset int }
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			return nil, err
		}
		return answer(200, fmt.Sprintf(`{"Response":{"TotalCount":3,"LaunchTemplateVersionSet":[{"LaunchTemplateVersion":%d}],"RequestId":"r"}}`, body.Offset+1)), nil
	})
	var got []int
	for v, err := range templates(t, rt).Versions(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v.Version)
	}
	if !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("versions are %v", got)
	}
}

func TestListTemplates(t *testing.T) {
	const rows = `{"Response":{"TotalCount":3,"LaunchTemplateSet":[{"LatestVersionNumber":4,"LaunchTemplateId":"lt-1","LaunchTemplateName":"web","DefaultVersionNumber":2,"LaunchTemplateVersionCount":3,"CreatedBy":"9","CreationTime":"2020-12-17T01:54:31Z"},{"LaunchTemplateId":"lt-2","LaunchTemplateName":"web-2"}],"RequestId":"r"}}`
	r := &recorder{body: rows}
	d := testDriver(t, r)
	page, err := d.DescribeLaunchTemplates(t.Context(), &launchtemplate.Query{Name: "web", Tags: map[string]string{"b": "2", "a": "1"}}, "")
	want := &provider.Page[launchtemplate.Template]{NextPage: "2", RequestID: "r", Items: []launchtemplate.Template{{
		ID: "lt-1", Name: "web", DefaultVersion: 2, LatestVersion: 4, Versions: 3, CreatedBy: "9", CreatedAt: time.Date(2020, 12, 17, 1, 54, 31, 0, time.UTC),
	}}}
	if err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !reflect.DeepEqual(page, want) {
		t.Errorf("page is %v, want %v", page, want)
	}
	const asked = `{"Filters":[{"Name":"LaunchTemplateName","Values":["web"]},{"Name":"tag:a","Values":["1"]},{"Name":"tag:b","Values":["2"]}],"Offset":0,"Limit":100}`
	if r.texts[0] != asked {
		t.Errorf("asked %s, want %s", r.texts[0], asked)
	}
	ids := make([]string, 150)
	for i := range ids {
		ids[i] = fmt.Sprint("lt-", i)
	}
	r.body = `{"Response":{"TotalCount":1,"LaunchTemplateSet":[{"LaunchTemplateId":"lt-1"}],"RequestId":"r"}}`
	n := 0
	for _, err := range templates(t, r).List(t.Context(), launchtemplate.Query{IDs: ids}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	first, second := r.sent[1]["LaunchTemplateIds"].([]any), r.sent[2]["LaunchTemplateIds"].([]any)
	if n != 2 {
		t.Errorf("n is %d, want 2", n)
	} else if len(r.sent) != 3 {
		t.Errorf("len(r.sent) is %d, want 3", len(r.sent))
	} else if len(first) != 100 {
		t.Errorf("len(first) is %d, want 100", len(first))
	} else if len(second) != 50 {
		t.Errorf("len(second) is %d, want 50", len(second))
	} else if second[0] != "lt-100" {
		t.Errorf(`second[0] is %q, want "lt-100"`, second[0])
	} else if r.sent[1]["Offset"] != nil {
		t.Errorf(`r.sent[1]["Offset"] is %v, want nil`, r.sent[1]["Offset"])
	}
	many := map[string]string{}
	for i := range 11 {
		many[fmt.Sprint(i)] = ""
	}
	for name, q := range map[string]launchtemplate.Query{"too many": {Tags: many}, "with IDs": {IDs: ids, Tags: many}} {
		if _, err := d.DescribeLaunchTemplates(t.Context(), &q, ""); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTemplateChanges(t *testing.T) {
	r := &recorder{body: terminated}
	l := templates(t, r)
	ref := provider.LaunchTemplateRef{ID: "lt-1"}
	err := errors.Join(
		l.SetDefault(t.Context(), "region-2", provider.LaunchTemplateRef{ID: "lt-1", Version: 3}),
		l.DeleteVersions(t.Context(), "", ref, 4, 5),
		l.Delete(t.Context(), "", ref))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		`ModifyLaunchTemplateDefaultVersion region-2 {"LaunchTemplateId":"lt-1","DefaultVersion":3}`,
		`DeleteLaunchTemplateVersions region-1 {"LaunchTemplateId":"lt-1","LaunchTemplateVersions":[4,5]}`,
		`DeleteLaunchTemplate region-1 {"LaunchTemplateId":"lt-1"}`,
	} {
		h := r.reqs[i].Header
		if got := h.Get("X-TC-Action") + " " + h.Get("X-TC-Region") + " " + r.texts[i]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func refusal(code string) transport {
	return always(200, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"m"},"RequestId":"r"}}`, code))
}

func TestRefusalsAboutTemplates(t *testing.T) {
	ref := provider.LaunchTemplateRef{ID: "lt-1", Version: 2}
	if err := templates(t, refusal(setAlready)).SetDefault(t.Context(), "", ref); err != nil {
		t.Errorf("it is the default already, which is what was wanted: %v", err)
	}
	for code, want := range map[string]error{
		"InvalidParameterValue.LaunchTemplateDefaultVersion":  provider.ErrState,
		"InvalidParameterValue.LaunchTemplateIdVerNotExisted": provider.ErrNotFound,
		"InvalidParameterValue.LaunchTemplateIdNotExisted":    provider.ErrNotFound,
		"InvalidParameterValue.LaunchTemplateIdMalformed":     provider.ErrInvalid,
	} {
		l := templates(t, refusal(code))
		if err := l.DeleteVersions(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"}, 1); !errors.Is(err, want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for code, want := range map[string]error{
		"LimitExceeded.LaunchTemplateQuota":               provider.ErrQuota,
		"InvalidParameter.PasswordNotSupported":           provider.ErrInvalid,
		"InvalidParameterValue.InvalidLaunchTemplateName": provider.ErrInvalid,
	} {
		_, err := templates(t, refusal(code)).Create(t.Context(), launchtemplate.Spec{Name: "web", Spec: *bareTemplate()})
		if !errors.Is(err, want) {
			t.Errorf("%s: got error %v, want %v", code, err, want)
		}
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%s: got error %v, want one that is not %v", code, err, provider.ErrOutcomeUnknown)
		}
	}
}

func bareTemplate() *provider.RunInstancesSpec {
	return &provider.RunInstancesSpec{Zone: "zone-1", ImageID: "img-1"}
}

func TestTemplatesByNameAreRefused(t *testing.T) {
	r := &recorder{body: terminated}
	l := templates(t, r)
	ref := provider.LaunchTemplateRef{Name: "web"}
	_, read := l.Version(t.Context(), "", ref)
	_, create := l.CreateVersion(t.Context(), ref, launchtemplate.Spec{Spec: *bareTemplate()})
	withVersion := ref
	withVersion.Version = 1
	for name, err := range map[string]error{
		"read": read, "create": create, "default": l.SetDefault(t.Context(), "", withVersion),
		"versions": l.DeleteVersions(t.Context(), "", ref, 1), "delete": l.Delete(t.Context(), "", ref),
	} {
		var f *provider.FieldError
		if !errors.As(err, &f) {
			t.Errorf("%s: got error %v, want a %T", name, err, f)
		} else if f.Path != "LaunchTemplateRef.Name" {
			t.Errorf(`%s: Path is %q, want "LaunchTemplateRef.Name"`, name, f.Path)
		} else if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: got error %v, want %v", name, err, errors.ErrUnsupported)
		}
	}
	if len(r.reqs) != 0 {
		t.Errorf("%d requests were sent", len(r.reqs))
	}
}

func TestWhatATemplateCannotHoldIsNamed(t *testing.T) {
	r := &recorder{body: newTemplateAnswer}
	l := templates(t, r)
	for path, change := range map[string]func(*launchtemplate.Spec){
		"Spec.MinCount":                  func(s *launchtemplate.Spec) { s.Spec.MinCount = 1 },
		"Spec.CPUOptions.Cores":          func(s *launchtemplate.Spec) { s.Spec.CPUOptions.Cores = 1 },
		"Spec.CPUOptions.ThreadsPerCore": func(s *launchtemplate.Spec) { s.Spec.CPUOptions.ThreadsPerCore = 1 },
		"Spec.Login.Password":            func(s *launchtemplate.Spec) { s.Spec.Login.Password = "planted-Pass-1" },
		"Spec.LaunchTemplate":            func(s *launchtemplate.Spec) { s.Spec.LaunchTemplate = &provider.LaunchTemplateRef{ID: "lt-2"} },
		"Spec.DryRun":                    func(s *launchtemplate.Spec) { s.Spec.DryRun = true },
		"Spec.ClientToken":               func(s *launchtemplate.Spec) { s.Spec.ClientToken = "t" },
		"Spec.Zone":                      func(s *launchtemplate.Spec) { s.Spec.Zone = "" },
		"Spec.ImageID":                   func(s *launchtemplate.Spec) { s.Spec.ImageID = "" },
		"Spec.HostName":                  func(s *launchtemplate.Spec) { s.Spec.HostName = "." },
		"Name":                           func(s *launchtemplate.Spec) { s.Name = "x" },
		"VersionDescription":             func(s *launchtemplate.Spec) { s.VersionDescription = "x" },
		"Vendor[0]":                      func(s *launchtemplate.Spec) { s.Vendor = []provider.VendorOption{RunOptions{}} },
		"Spec.Vendor[0]":                 func(s *launchtemplate.Spec) { s.Spec.Vendor = []provider.VendorOption{impostor{}} },
		"Spec.Vendor.PartitionNumber": func(s *launchtemplate.Spec) {
			s.Spec.Vendor = []provider.VendorOption{RunOptions{PartitionNumber: 1}}
		},
		"Spec.Vendor.DedicatedClusterID": func(s *launchtemplate.Spec) {
			s.Spec.Vendor = []provider.VendorOption{RunOptions{DedicatedClusterID: "c"}}
		},
		"Spec.Vendor.CHCIDs": func(s *launchtemplate.Spec) {
			s.Spec.Vendor = []provider.VendorOption{RunOptions{CHCIDs: []string{"chc-1"}}}
		},
		`Spec.Vendor.Params["LaunchTemplateName"]`: func(s *launchtemplate.Spec) { s.Spec.Vendor = raw("LaunchTemplateName", "planted") },
		`Spec.Vendor.Params["ImageId"]`:            func(s *launchtemplate.Spec) { s.Spec.Vendor = raw("ImageId", "planted") },
	} {
		spec := launchtemplate.Spec{Name: "web", Spec: *bareTemplate()}
		change(&spec)
		_, err := l.Create(t.Context(), spec)
		var list provider.FieldErrors
		if !errors.As(err, &list) {
			t.Errorf("%s is not named: got error %v, want a %T", path, err, list)
		}
		if list[0].Path != path {
			t.Errorf("%s is not named: list[0].Path is %v, want %v", path, list[0].Path, path)
		}
		mustNotTell(t, err, "planted")
	}
	if len(r.reqs) != 0 {
		t.Errorf("%d requests were sent", len(r.reqs))
	}
}

func TestTemplateTableMapsWhatARequestKnows(t *testing.T) {
	d := testDriver(t, nil)
	for _, f := range d.TemplateSupport().Fields() {
		if f.Param == "" || f.Path == "Region" {
			continue
		}
		top, _, _ := strings.Cut(f.Param, ".")
		body := fmt.Sprintf(`{%q:null}`, top)
		if err := errors.Join(cvm.NewCreateLaunchTemplateRequest().FromJsonString(body), cvm.NewCreateLaunchTemplateVersionRequest().FromJsonString(body)); err != nil {
			t.Errorf("%s becomes %s: %v", f.Path, f.Param, err)
		}
	}
}

func TestLostAnswerOfATemplate(t *testing.T) {
	const data = "#!/bin/sh\nplanted-data"
	spec := launchtemplate.Spec{Name: "web", Spec: *bareTemplate()}
	spec.Spec.UserData = []byte(data)
	for name, rt := range malformedAnswers() {
		if name == "wrong types" {
			continue // of a list that this answer has not
		}
		_, err := templates(t, rt).Create(t.Context(), spec)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%s: a template may exist, but the error is %v", name, err)
		}
		for ref, list := range map[string]func() error{
			"List": func() error {
				for _, err := range templates(t, rt).List(t.Context(), launchtemplate.Query{}) {
					return err
				}
				return nil
			},
			"Version": func() error {
				_, err := templates(t, rt).Version(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"})
				return err
			},
		} {
			if err := list(); !errors.Is(err, provider.ErrUnavailable) {
				t.Errorf("%s, %s: an answer that says nothing reads as %v", name, ref, err)
			}
		}
	}
	_, err := templates(t, talkative(t, "InvalidParameterValue")).Create(t.Context(), spec)
	mustNotTell(t, err, data, "planted-data", keyValue, keyToken)
	for _, body := range []string{
		`{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":[null],"RequestId":"r"}}`,
		`{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":[{"LaunchTemplateVersionData":{}}],"RequestId":"r"}}`,
		`{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":["?"],"RequestId":"r"}}`,
		`{"Response":{"TotalCount":1,"LaunchTemplateVersionSet":[{"LaunchTemplateVersion":1,"LaunchTemplateVersionData":7}],"RequestId":"r"}}`,
	} {
		if _, err := templates(t, always(200, body)).Version(t.Context(), "", provider.LaunchTemplateRef{ID: "lt-1"}); !errors.Is(err, provider.ErrUnavailable) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLostAnswerOfAVersion(t *testing.T) {
	spec := &launchtemplate.Spec{Spec: *bareTemplate()}
	for name, rt := range malformedAnswers() {
		got, _, err := testDriver(t, rt).CreateLaunchTemplateVersion(t.Context(), provider.LaunchTemplateRef{ID: "lt-1"}, spec, "token-1")
		var e *provider.APIError
		if got != 0 || !errors.As(err, &e) || e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: a version may exist, but the answer is %d, %v", name, got, err)
		}
	}
}

// What was not sent has made nothing.
func TestCreatesUnderAContextThatHasEnded(t *testing.T) {
	r := &recorder{body: newTemplateAnswer}
	d := testDriver(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	spec := &launchtemplate.Spec{Name: "web", Spec: *bareTemplate()}
	_, _, template := d.CreateLaunchTemplate(ctx, spec, "")
	_, _, group := d.CreatePlacementGroup(ctx, &placement.Spec{Name: "web"}, "")
	for name, err := range map[string]error{"template": template, "group": group} {
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Errorf("%s: got error %v, want a %T", name, err, e)
		} else if e.Outcome != provider.OutcomeUnsent {
			t.Errorf("%s: Outcome is %v, want %v", name, e.Outcome, provider.OutcomeUnsent)
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got error %v, want %v", name, err, context.Canceled)
		}
	}
	if len(r.reqs) != 0 {
		t.Error("something was sent")
	}
}

// Numbers of versions go on when older ones are deleted, and a describe that does not
// say otherwise ends at 30. A template holds 30 of them.
func TestDefaultVersionBeyondThirty(t *testing.T) {
	synctest.Test(t, defaultVersionBeyondThirty)
}

func defaultVersionBeyondThirty(t *testing.T) {
	c, err := New(Config{
		Region: "ap-guangzhou", Transport: cloudsim.New(nil).Transport(),
		Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		Options:     &provider.Options{RetryFor: -1},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := launchtemplate.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	spec := launchtemplate.Spec{Name: "web", Spec: provider.RunInstancesSpec{Zone: "ap-guangzhou-3", ImageID: "img-1"}}
	id, err := l.Create(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	spec.Name = ""
	ref := provider.LaunchTemplateRef{ID: id}
	for n := 2; n <= 30; n++ {
		if got, err := l.CreateVersion(t.Context(), ref, spec); err != nil {
			t.Fatalf("got error %v, want none", err)
		} else if got != n {
			t.Fatalf("got %v, want %v", got, n)
		}
	}
	if _, err := l.CreateVersion(t.Context(), ref, spec); !errors.Is(err, provider.ErrQuota) {
		t.Errorf("a 31st version: %v", err)
	}
	if err := l.DeleteVersions(t.Context(), "", ref, 2, 3); err != nil {
		t.Fatal(err)
	}
	last, err := l.CreateVersion(t.Context(), ref, spec)
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
	if last != 31 {
		t.Fatalf("last is %d, want 31", last)
	}
	if err := l.SetDefault(t.Context(), "", provider.LaunchTemplateRef{ID: id, Version: last}); err != nil {
		t.Fatal(err)
	}
	if v, err := l.Version(t.Context(), "", ref); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if v.Version != last {
		t.Errorf("Version is %v, want %v", v.Version, last)
	} else if !v.Default {
		t.Error("Default is false, want true")
	}
	if got, err := l.CreateVersion(t.Context(), ref, spec); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if got != 32 {
		t.Errorf("got %d, want 32", got)
	}
}

// Over a template, absence says what the template says.
func TestFalseInSoManyWords(t *testing.T) {
	spec := provider.RunInstancesSpec{LaunchTemplate: &provider.LaunchTemplateRef{ID: "lt-1"}, ClientToken: "token-1"}
	r := &recorder{body: oneServer}
	d := testDriver(t, r)
	for always, want := range map[bool]string{
		false: `{"InstanceCount":1,"ClientToken":"token-1","LaunchTemplate":{"LaunchTemplateId":"lt-1"}}`,
		true:  `{"InstanceCount":1,"ClientToken":"token-1","DryRun":false,"LaunchTemplate":{"LaunchTemplateId":"lt-1"},"DisableApiTermination":false}`,
	} {
		spec.Vendor = []provider.VendorOption{RunOptions{SendFalse: always}}
		if _, err := d.RunInstances(t.Context(), &spec); err != nil {
			t.Fatal(err)
		}
		if got := r.texts[len(r.texts)-1]; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	r.body = newTemplateAnswer
	small := provider.RunInstancesSpec{Zone: "zone-1", ImageID: "img-1", Vendor: []provider.VendorOption{RunOptions{SendFalse: true}}}
	if _, err := templates(t, r).Create(t.Context(), launchtemplate.Spec{Name: "web", Spec: small}); err != nil {
		t.Fatal(err)
	}
	if last := r.sent[len(r.sent)-1]; last["DryRun"] != nil {
		t.Errorf(`last["DryRun"] is %v, want nil`, last["DryRun"])
	} else if last["DisableApiTermination"] != false {
		t.Errorf(`last["DisableApiTermination"] is %v, want %v`, last["DisableApiTermination"], false)
	}
}
