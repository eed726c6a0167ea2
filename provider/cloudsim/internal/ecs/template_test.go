package ecs_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/ecs"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// newTemplate creates a template and returns its ID.
func (c *client) newTemplate(name string, more ...string) string {
	c.T.Helper()
	reply := c.WantOK(c.Template("CreateLaunchTemplate", append([]string{"LaunchTemplateName", name}, more...)...))
	return fmt.Sprint(reply.At("LaunchTemplateId"))
}

// newVersion adds a version and returns its number.
func (c *client) newVersion(id string, more ...string) int {
	c.T.Helper()
	reply := c.WantOK(c.Template("CreateLaunchTemplateVersion", append([]string{"LaunchTemplateId", id}, more...)...))
	n, _ := reply.At("LaunchTemplateVersionNumber").(float64)
	return int(n)
}

// templateNames returns the names in the order of DescribeLaunchTemplates.
func (c *client) templateNames(filter ...string) []string {
	c.T.Helper()
	reply := c.WantOK(c.Template("DescribeLaunchTemplates", filter...))
	list, _ := reply.At("LaunchTemplateSets", "LaunchTemplateSet").([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i] = fmt.Sprint(reply.At("LaunchTemplateSets", "LaunchTemplateSet", i, "LaunchTemplateName"))
	}
	return out
}

// versions returns the numbers in the order of DescribeLaunchTemplateVersions.
func (c *client) versions(id string, filter ...string) []int {
	c.T.Helper()
	reply := c.WantOK(c.Template("DescribeLaunchTemplateVersions", append([]string{"LaunchTemplateId", id},
		filter...)...))
	list, _ := reply.At("LaunchTemplateVersionSets", "LaunchTemplateVersionSet").([]any)
	out := make([]int, len(list))
	for i := range list {
		n, _ := reply.At("LaunchTemplateVersionSets", "LaunchTemplateVersionSet", i, "VersionNumber").(float64)
		out[i] = int(n)
	}
	return out
}

func TestCreateLaunchTemplateRefusals(t *testing.T) {
	big := base64.StdEncoding.EncodeToString(make([]byte, 16<<10+1))
	c := newClient(t, cloudsim.New(nil))
	for _, r := range []struct {
		pairs         []string
		status        int
		code, message string
	}{
		{
			[]string{"RegionId", ""},
			400, "MissingParameter",
			`The input parameter "RegionId" that is mandatory for processing this request is not supplied.`,
		},
		{
			[]string{"RegionId", "a/b"},
			404, "InvalidRegionId.NotFound",
			"The RegionId provided does not exist in our records.",
		},
		{[]string{"LaunchTemplateName", ""}, 400, "MissingParameter", `"LaunchTemplateName"`},
		{
			[]string{"LaunchTemplateName", "x"},
			400, "InvalidLaunchTemplateName.Malformed",
			"The specified parameter LaunchTemplateName is not valid.",
		},
		{[]string{"LaunchTemplateName", "1st"}, 400, "InvalidLaunchTemplateName.Malformed", ""},
		{[]string{"LaunchTemplateName", "http://x"}, 400, "InvalidLaunchTemplateName.Malformed", ""},
		{[]string{"LaunchTemplateName", strings.Repeat("x", 129)}, 400, "InvalidLaunchTemplateName.Malformed", ""},
		{[]string{"LaunchTemplateName", "web/1"}, 400, "InvalidLaunchTemplateName.Malformed", ""},
		{
			[]string{"VersionDescription", "x"},
			400, "InvalidDescription.Malformed",
			`The specified parameter "VersionDescription" is not valid.`,
		},
		{[]string{"VersionDescription", "https://x"}, 400, "InvalidDescription.Malformed", ""},
		{
			[]string{"UserData", "!"},
			400, "InvalidUserData.Base64FormatInvalid",
			"The specified parameter UserData must be base64 encoded.",
		},
		{
			[]string{"UserData", big},
			400, "InvalidUserData.SizeExceeded",
			"The specified parameter UserData exceeds the size.",
		},
		{
			[]string{"SystemDisk.Size", "big"},
			400, "InvalidParameter",
			`the parameter(s) "SystemDisk.Size" provided is(are) invalid.`,
		},
		{[]string{"DataDisk.1.Encrypted", "maybe"}, 400, "InvalidParameter", `"DataDisk.1.Encrypted"`},
		{[]string{"DataDisk.17.Size", "20"}, 400, "InvalidParameter", `"DataDisk"`},
		{[]string{"InternetMaxBandwidthOut", "fast"}, 400, "InvalidParameter", `"InternetMaxBandwidthOut"`},
		{[]string{"SpotPriceLimit", "cheap"}, 400, "InvalidParameter", `"SpotPriceLimit"`},
		{[]string{"Tag.1.Value", "v"}, 400, "MissingParameter", `"Tag.1.Key"`},
		{[]string{"Tag.21.Key", "k"}, 400, "InvalidParameter", `"Tag"`},
		{[]string{"TemplateTag.1.Value", "v"}, 400, "MissingParameter", `"TemplateTag.1.Key"`},
		{[]string{"TemplateTag.1.Key", "acs:k"}, 400, "InvalidParameter", `"TemplateTag.1.Key"`},
		{[]string{"TemplateTag.1.Key", strings.Repeat("k", 65)}, 400, "InvalidParameter", `"TemplateTag.1.Key"`},
	} {
		reply := c.Template("CreateLaunchTemplate", append([]string{"LaunchTemplateName", "lt-name1"}, r.pairs...)...)
		c.WantCode(reply, r.status, r.code)
		if message, _ := reply.Body["Message"].(string); !strings.Contains(message, r.message) {
			t.Errorf("%.40v: message %q, want it to hold %q", r.pairs, message, r.message)
		}
	}
	if got := c.templateNames(); len(got) != 0 {
		t.Errorf("refused creates made %v", got)
	}
}

// TestTemplateValuesAreNotChecked: only a create of instances checks them.
func TestTemplateValuesAreNotChecked(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	id := c.newTemplate("odd", "ImageId", "~", "InstanceType", "none", "SystemDisk.Size", "7",
		"DataDisk.1.Category", "floppy",
		"HostName", "-", "AutoReleaseTime", "2018-01-01T12:05:00Z")
	c.WantCode(c.Call("RunInstances", "RegionId", "cn-hangzhou", "LaunchTemplateId", id), 404,
		"InvalidImageId.NotFound")
	if n := len(sim.Instances()); n != 0 {
		t.Errorf("%d instances were made from a template with wrong values, want none", n)
	}
}

func TestTemplateNamesAreUniqueInARegion(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.newTemplate("lt-name1")
	reply := c.Template("CreateLaunchTemplate", "LaunchTemplateName", "lt-name1")
	c.WantCode(reply, 403, "LaunchTemplateName.Duplicated")
	if got := reply.Body["Message"]; got != `The specified LaunchTemplateName "lt-name1" already exist.` {
		t.Errorf("message %q", got)
	}
	c.WantOK(c.Template("CreateLaunchTemplate", "LaunchTemplateName", "lt-name1", "RegionId", "cn-beijing"))
	c.WantOK(c.Template("DeleteLaunchTemplate", "LaunchTemplateId", id))
	c.newTemplate("lt-name1")
}

func TestTemplateLimits(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	var id string
	for i := range ecs.MaxTemplates {
		id = c.newTemplate("lt-" + strconv.Itoa(i))
	}
	c.WantCode(c.Template("CreateLaunchTemplate", "LaunchTemplateName", "one-more"), 403, "LaunchTemplateLimitExceed")
	c.WantOK(c.Template("CreateLaunchTemplate", "LaunchTemplateName", "one-more", "RegionId", "cn-beijing"))
	for n := 2; n <= ecs.MaxVersions; n++ {
		if got := c.newVersion(id); got != n {
			t.Fatalf("version %d got number %d", n, got)
		}
	}
	c.WantCode(c.Template("CreateLaunchTemplateVersion", "LaunchTemplateId", id), 403,
		"LaunchTemplateVersionLimitExceed")
	c.WantOK(c.Template("DeleteLaunchTemplateVersion", "LaunchTemplateId", id, "DeleteVersion.1", "30"))
	if got := c.newVersion(id); got != 31 {
		t.Errorf("after version 30 was deleted the next one is %d, want 31: numbers are not used twice", got)
	}
}

// TestUnknownTemplate: every action that names a template, by ID and by name.
func TestUnknownTemplate(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.newTemplate("lt-name1")
	for action, more := range map[string][]string{
		"CreateLaunchTemplateVersion":        nil,
		"DeleteLaunchTemplate":               nil,
		"DeleteLaunchTemplateVersion":        {"DeleteVersion.1", "2"},
		"DescribeLaunchTemplateVersions":     nil,
		"ModifyLaunchTemplateDefaultVersion": {"DefaultVersionNumber", "1"},
	} {
		call := func(pairs ...string) simtest.AlibabaAnswer { return c.Template(action, append(pairs, more...)...) }
		c.WantCode(call("LaunchTemplateId", "lt-unknown"), 400, "InvalidLaunchTemplate.NotFound")
		c.WantCode(call("LaunchTemplateName", "unknown"), 400, "InvalidLaunchTemplate.NotFound")
		c.WantCode(call("LaunchTemplateId", id, "LaunchTemplateName", "unknown"), 400, "InvalidLaunchTemplate.NotFound")
		c.WantCode(call("LaunchTemplateId", id, "RegionId", "cn-beijing"), 400, "InvalidLaunchTemplate.NotFound")
		c.WantCode(call(), 400, "MissingParameter")
		c.WantCode(call("RegionId", "", "LaunchTemplateId", id), 400, "MissingParameter")
	}
	reply := c.Template("DeleteLaunchTemplate", "LaunchTemplateId", "lt-unknown")
	if got := reply.Body["Message"]; got != `The specified LaunchTemplateId "lt-unknown" LaunchTemplateName "" is not found.` {
		t.Errorf("message %q", got)
	}
}

func TestDescribeLaunchTemplates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.newTemplate("wd-1526307480xxx", "TemplateTag.1.Key", "k", "TemplateTag.1.Value", "v",
			"TemplateResourceGroupId", "rg-1")
		time.Sleep(time.Minute)
		c.newVersion(id)
		reply := c.WantOK(c.Template("DescribeLaunchTemplates"))
		for _, w := range []struct {
			path []any
			want any
		}{
			{[]any{"TotalCount"}, 1.0},
			{[]any{"PageNumber"}, 1.0},
			{[]any{"PageSize"}, 10.0},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "LaunchTemplateName"}, "wd-1526307480xxx"},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "CreatedBy"}, ecs.Account},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "CreateTime"}, "2000-01-01T00:00:00Z"},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "ModifiedTime"}, "2000-01-01T00:01:00Z"},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "DefaultVersionNumber"}, 1.0},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "LatestVersionNumber"}, 2.0},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "LaunchTemplateId"}, id},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "ResourceGroupId"}, "rg-1"},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "Tags", "Tag", 0, "TagKey"}, "k"},
			{[]any{"LaunchTemplateSets", "LaunchTemplateSet", 0, "Tags", "Tag", 0, "TagValue"}, "v"},
		} {
			if got := reply.At(w.path...); got != w.want {
				t.Errorf("%v is %v, want %v", w.path, got, w.want)
			}
		}
		var xml struct {
			TotalCount, PageNumber, PageSize int
			LaunchTemplateSets               struct {
				LaunchTemplateSet []struct {
					CreateTime, ModifiedTime, LaunchTemplateId, LaunchTemplateName, CreatedBy string
					DefaultVersionNumber, LatestVersionNumber                                 int
				}
			}
		}
		simtest.WantXML(t, c.XML("DescribeLaunchTemplates", "RegionId", "cn-hangzhou"),
			"DescribeLaunchTemplatesResponse", &xml)
		if list := xml.LaunchTemplateSets.LaunchTemplateSet; xml.TotalCount != 1 || len(list) != 1 ||
			list[0].LaunchTemplateId != id ||
			list[0].LatestVersionNumber != 2 || list[0].CreatedBy != ecs.Account ||
			list[0].CreateTime != "2000-01-01T00:00:00Z" {
			t.Errorf("XML holds %+v", xml)
		}
	})
}

func TestDescribeLaunchTemplatesFilters(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids, all := map[string]string{}, []string{}
	for i := range 12 {
		name := "lt-" + strconv.Itoa(i)
		all = append(all, name)
		ids[name] = c.newTemplate(name, "TemplateTag.1.Key", "n", "TemplateTag.1.Value", strconv.Itoa(i),
			"Tag.1.Key", "of-machines", "Tag.1.Value", strconv.Itoa(i%2))
	}
	for _, f := range []struct{ filter, want []string }{
		{nil, all[:10]},
		{[]string{"PageNumber", "2"}, all[10:]},
		{[]string{"PageSize", "50"}, all},
		{[]string{"LaunchTemplateId", ids["lt-3"]}, all[3:4]},
		{[]string{
			"LaunchTemplateId.1", ids["lt-3"], "LaunchTemplateId.2", ids["lt-4"],
			"LaunchTemplateId.3", "lt-unknown",
		}, all[3:5]},
		{[]string{"LaunchTemplateName", "lt-5"}, all[5:6]},
		{[]string{"LaunchTemplateName.1", "lt-5", "LaunchTemplateName.2", "lt-6"}, all[5:7]},
		{[]string{"LaunchTemplateId", ids["lt-3"], "LaunchTemplateName", "lt-4"}, nil},
		{[]string{"TemplateTag.1.Key", "n", "TemplateTag.1.Value", "7"}, all[7:8]},
		{[]string{"TemplateTag.1.Key", "n", "PageSize", "50"}, all},
		{[]string{"Tag.1.Key", "of-machines", "Tag.1.Value", "1", "PageSize", "2"}, []string{"lt-1", "lt-3"}},
		{[]string{"TemplateResourceGroupId", "rg-1"}, nil},
		{[]string{"RegionId", "cn-beijing"}, nil},
	} {
		if got := c.templateNames(f.filter...); !slices.Equal(got, f.want) {
			t.Errorf("filter %v lists %v, want %v", f.filter, got, f.want)
		}
	}
	c.WantCode(c.Template("DescribeLaunchTemplates", "PageSize", "51"), 400, "InvalidParameter")
	c.WantCode(c.Template("DescribeLaunchTemplates", "LaunchTemplateId.101", "lt-1"), 400, "InvalidParameter")
	c.WantCode(c.Template("DescribeLaunchTemplates", "RegionId", ""), 400, "MissingParameter")
}

func TestDefaultVersion(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.newTemplate("lt-name1")
	c.newVersion(id)
	set := func(pairs ...string) simtest.AlibabaAnswer {
		return c.Template("ModifyLaunchTemplateDefaultVersion", append([]string{"LaunchTemplateName", "lt-name1"},
			pairs...)...)
	}
	if got := c.versions(id, "DefaultVersion", "true"); !slices.Equal(got, []int{1}) {
		t.Errorf("the default version is %v, want the first", got)
	}
	reply := set("DefaultVersionNumber", "3")
	c.WantCode(reply, 400, "InvalidLaunchTemplateVersion.NotFound")
	if got := reply.Body["Message"]; got != `The specified LaunchTemplateId "`+id+`" Version "3" is not found.` {
		t.Errorf("message %q", got)
	}
	c.WantCode(set(), 400, "MissingParameter")
	c.WantCode(set("DefaultVersionNumber", "second"), 400, "InvalidParameter")
	c.WantOK(set("DefaultVersionNumber", "2"))
	if got := c.versions(id, "DefaultVersion", "true"); !slices.Equal(got, []int{2}) {
		t.Errorf("the default version is %v, want 2", got)
	}
}

// TestDeleteLaunchTemplateVersion: all or none, and never the default.
func TestDeleteLaunchTemplateVersion(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.newTemplate("lt-name1")
	for range 3 {
		c.newVersion(id)
	}
	del := func(pairs ...string) simtest.AlibabaAnswer {
		return c.Template("DeleteLaunchTemplateVersion", append([]string{"LaunchTemplateId", id}, pairs...)...)
	}
	c.WantCode(del(), 400, "MissingParameter")
	c.WantCode(del("DeleteVersion.1", "two"), 400, "InvalidParameter")
	c.WantCode(del("DeleteVersion.30", "2"), 400, "InvalidParameter")
	c.WantCode(del("DeleteVersion.1", "2", "DeleteVersion.2", "1"), 403, "InvalidOperation.DeleteDefaultVersion")
	c.WantCode(del("DeleteVersion.1", "2", "DeleteVersion.2", "9"), 400, "InvalidLaunchTemplateVersion.NotFound")
	if got := c.versions(id); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Fatalf("refused deletes left %v", got)
	}
	reply := c.WantOK(del("DeleteVersion.1", "2", "DeleteVersion.2", "4"))
	if len(reply.Body) != 1 {
		t.Errorf("answered %s, want the RequestId alone", reply.Raw)
	}
	if got := c.versions(id); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("got %v left, want 1 and 3", got)
	}
}

func TestDeleteLaunchTemplate(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.newTemplate("lt-name1")
	c.newVersion(id)
	reply := c.WantOK(c.Template("DeleteLaunchTemplate", "LaunchTemplateName", "lt-name1"))
	if got := reply.Strings("LaunchTemplateVersionNumbers", "versionNumbers"); !slices.Equal(
		got, []string{"1", "2"}) || reply.At("LaunchTemplateId") != id {
		t.Errorf("answered %s, want the template and its versions", reply.Raw)
	}
	if got := c.templateNames(); len(got) != 0 {
		t.Errorf("got %v left, want none", got)
	}
	c.WantCode(c.Template("DeleteLaunchTemplate", "LaunchTemplateId", id), 400, "InvalidLaunchTemplate.NotFound")
	c.WantCode(c.Template("DeleteLaunchTemplate", "LaunchTemplateId", "no ID"), 400, "InvalidParameter")
	c.WantCode(c.Template("DeleteLaunchTemplate"), 400, "MissingParameter")
}

// TestTemplateActionsInXML: the small answers as in the reference.
func TestTemplateActionsInXML(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	for _, w := range []struct {
		action, want string
		pairs        []string
	}{
		{"CreateLaunchTemplate", "</RequestId><LaunchTemplateId>lt-", []string{"LaunchTemplateName", "lt-name1"}},
		{"CreateLaunchTemplateVersion", "<LaunchTemplateVersionNumber>2</LaunchTemplateVersionNumber></CreateLaunchTemplateVersionResponse>", []string{"LaunchTemplateName", "lt-name1"}},
		{
			"ModifyLaunchTemplateDefaultVersion", "</RequestId></ModifyLaunchTemplateDefaultVersionResponse>",
			[]string{"LaunchTemplateName", "lt-name1", "DefaultVersionNumber", "2"},
		},
		{
			"DeleteLaunchTemplateVersion", "</RequestId></DeleteLaunchTemplateVersionResponse>",
			[]string{"LaunchTemplateName", "lt-name1", "DeleteVersion.1", "1"},
		},
		{"DeleteLaunchTemplate", "<LaunchTemplateVersionNumbers><versionNumbers>2</versionNumbers></LaunchTemplateVersionNumbers>", []string{"LaunchTemplateName", "lt-name1"}},
		{
			"DeleteLaunchTemplate", "<Code>InvalidLaunchTemplate.NotFound</Code>",
			[]string{"LaunchTemplateName", "lt-name1"},
		},
	} {
		if body := c.XML(w.action, append([]string{"RegionId", "cn-hangzhou"}, w.pairs...)...); !strings.Contains(
			body, w.want) {
			t.Errorf("%s answers %s\nwant it to hold %s", w.action, body, w.want)
		}
	}
}
