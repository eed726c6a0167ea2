package cvm_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// response calls an action through the public transport and returns the content of the
// answer.
func (c *client) response(action, body string) map[string]any {
	c.T.Helper()
	return c.sent(action, c.Request(action, body))
}

// sent sends a request through the public transport and returns the content of the answer.
func (c *client) sent(action string, r *http.Request) map[string]any {
	c.T.Helper()
	r.RequestURI, r.URL.Scheme, r.URL.Host = "", "https", r.Host
	res, err := (&http.Client{Transport: c.sim.Transport()}).Do(r)
	if err != nil {
		c.T.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	var envelope struct{ Response map[string]any }
	if err := json.Unmarshal(raw, &envelope); err != nil || envelope.Response["RequestId"] == "" {
		c.T.Fatalf("%s answers %s: no response with a RequestId", action, raw)
	}
	return envelope.Response
}

// wantOK is response for a call that must succeed.
func (c *client) wantOK(action, body string) map[string]any {
	c.T.Helper()
	got := c.response(action, body)
	if got["Error"] != nil {
		c.T.Fatalf("%s %s is refused: %v", action, body[:min(len(body), 200)], got["Error"])
	}
	return got
}

func (c *client) wantCode(action, body, code string) {
	c.T.Helper()
	failure, _ := c.response(action, body)["Error"].(map[string]any)
	if got, _ := failure["Code"].(string); got != code {
		c.T.Errorf("%s %s: code %q (%v), want %q", action, body[:min(len(body), 200)], got, failure["Message"], code)
	}
}

// member follows names and indices into an answer.
func member(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			next, ok := m[p]
			if !ok {
				t.Fatalf("no %s in %v", p, v)
			}
			v = next
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				t.Fatalf("no element %d in %v", p, v)
			}
			v = list[p]
		}
	}
	return v
}

// newTemplate creates a template with the minimal data and more members, and returns
// its ID.
func (c *client) newTemplate(members string) string {
	c.T.Helper()
	body := simtest.CVMCreate(c.T, strings.Replace(cmp.Or(members, "{}"), "{",
		`{"LaunchTemplateName":"web"`+comma(members), 1))
	return c.wantOK("CreateLaunchTemplate", body)["LaunchTemplateId"].(string)
}

func comma(members string) string {
	if strings.Trim(members, "{} ") == "" {
		return ""
	}
	return ","
}

// newVersion adds a version with the minimal data and more members, and returns its
// number.
func (c *client) newVersion(id, members string) int {
	c.T.Helper()
	got := c.wantOK("CreateLaunchTemplateVersion", versionBody(id, members))
	return int(got["LaunchTemplateVersionNumber"].(float64))
}

func versionBody(id, members string) string {
	return strings.Replace(cmp.Or(members, "{}"), "{",
		`{"LaunchTemplateId":"`+id+`","Placement":{"Zone":"ap-guangzhou-2"}`+comma(members), 1)
}

// versionNumbers returns the versions in the order of DescribeLaunchTemplateVersions.
func (c *client) versionNumbers(id, members string) string {
	c.T.Helper()
	got := c.wantOK("DescribeLaunchTemplateVersions", fmt.Sprintf(`{"LaunchTemplateId":%q%s}`, id, members))
	var numbers []string
	for _, v := range got["LaunchTemplateVersionSet"].([]any) {
		numbers = append(numbers, fmt.Sprint(member(c.T, v, "LaunchTemplateVersion")))
	}
	return strings.Join(numbers, " ")
}

func (c *client) templateNames(body string) string {
	c.T.Helper()
	var names []string
	for _, v := range c.wantOK("DescribeLaunchTemplates", body)["LaunchTemplateSet"].([]any) {
		names = append(names, fmt.Sprint(member(c.T, v, "LaunchTemplateName")))
	}
	return strings.Join(names, " ")
}

func runFrom(id, members string) string {
	return strings.Replace(cmp.Or(members, "{}"), "{", `{"LaunchTemplate":{"LaunchTemplateId":"`+id+`"}`+comma(
		members), 1)
}

func TestTemplateRefusals(t *testing.T) {
	c := newClient(t, nil)
	for code, list := range map[string][]string{
		"MissingParameter": {
			`{}`, // no name
			`{"LaunchTemplateName":"web","Placement":null}`,
			`{"LaunchTemplateName":"web","ImageId":null}`,
		},
		"InvalidParameterValue.InvalidLaunchTemplateName": {
			`{"LaunchTemplateName":"w"}`,
			`{"LaunchTemplateName":"` + strings.Repeat("n", 129) + `"}`,
		},
		"": {
			`{"LaunchTemplateName":"模板"}`,
			`{"LaunchTemplateName":"` + strings.Repeat("名", 128) + `"}`,
		},
		"UnknownParameter": {`{"LaunchTemplateName":"web","MinCount":1}`},
		"InvalidParameterValue.InvalidLaunchTemplateVersionDescription": {
			`{"LaunchTemplateName":"web","LaunchTemplateVersionDescription":"d"}`,
			`{"LaunchTemplateName":"web","LaunchTemplateVersionDescription":"` + strings.Repeat("d", 257) + `"}`,
		},
		"InvalidParameter.PasswordNotSupported": {
			`{"LaunchTemplateName":"web","LoginSettings":{"Password":"Abcdefg1"}}`,
		},
		"InvalidPeriod": {
			`{"LaunchTemplateName":"web","InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":13}}`,
		},
		"InvalidParameterValue": {
			`{"LaunchTemplateName":"web","TemplateDataModifyAction":"Merge"}`,
			`{"LaunchTemplateName":"web","LaunchTemplateTagSpecification":[{"ResourceType":"vm","Tags":[]}]}`,
		},
		"InvalidClientToken.TooLong": {
			`{"LaunchTemplateName":"web","ClientToken":"` + strings.Repeat("t", 65) + `"}`,
		},
		"FailedOperation.DisasterRecoverGroupNotFound": {
			`{"LaunchTemplateName":"web","DisasterRecoverGroupIds":["ps-1"]}`,
		},
		"InvalidParameterValue.Range": {`{"LaunchTemplateName":"web","DryRun":true,"InstanceCount":501}`},
		"InvalidInstanceName.TooLong": {
			`{"LaunchTemplateName":"web","InstanceName":"` + strings.Repeat("n", 129) + `"}`,
		},
		"InvalidParameterValue.VpcIdMalformed": {
			`{"LaunchTemplateName":"web","VirtualPrivateCloud":{"VpcId":"1","SubnetId":"subnet-1"}}`,
		},
		"InvalidZone.MismatchRegion": {`{"LaunchTemplateName":"web","Placement":{"Zone":"ap-shanghai-2"}}`},
	} {
		for _, members := range list {
			c.wantCode("CreateLaunchTemplate", simtest.CVMCreate(t, members), code)
		}
	}
	if names := c.templateNames(`{}`); len(strings.Fields(names)) != 2 {
		t.Errorf("templates after the refused creates: %q, want the two that were not refused", names)
	}
}

func TestTemplatesAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		first := c.newTemplate(`{"LaunchTemplateTagSpecification":[{"ResourceType":"launch-template","Tags":[{"Key":"env","Value":"prod"}]}]}`)
		for i := range 24 {
			c.wantOK("CreateLaunchTemplate", simtest.CVMCreate(t, fmt.Sprintf(`{"LaunchTemplateName":"t%02d"}`, i)))
		}
		c.newVersion(first, `{}`)
		c.wantOK("ModifyLaunchTemplateDefaultVersion", `{"LaunchTemplateId":"`+first+`","DefaultVersion":2}`)
		got := c.wantOK("DescribeLaunchTemplates", `{"LaunchTemplateIds":["`+first+`"]}`)
		want := map[string]any{
			"LatestVersionNumber": 2.0, "LaunchTemplateId": first, "LaunchTemplateName": "web",
			"DefaultVersionNumber":       2.0,
			"LaunchTemplateVersionCount": 2.0, "CreatedBy": "100000000001", "CreationTime": "2000-01-01T00:00:00Z",
		}
		if row := member(t, got, "LaunchTemplateSet", 0); fmt.Sprint(row) != fmt.Sprint(want) {
			t.Errorf("the template is shown as %v, want %v", row, want)
		}
		for body, rows := range map[string]int{
			`{}`: 20, `{"Limit":100}`: 25, `{"Offset":20}`: 5, `{"Offset":25}`: 0,
			`{"Filters":[{"Name":"LaunchTemplateName","Values":["t03","t04","x"]}]}`: 2,
			`{"Filters":[{"Name":"tag:env","Values":["prod"]}]}`:                     1,
			`{"Filters":[{"Name":"tag-key","Values":["env"]}]}`:                      1,
			`{"Filters":[{"Name":"tag-value","Values":["env"]}]}`:                    0,
		} {
			if names := strings.Fields(c.templateNames(body)); len(names) != rows {
				t.Errorf("%s lists %v, want %d", body, names, rows)
			}
		}
		if total := c.wantOK("DescribeLaunchTemplates", `{"Limit":1}`)["TotalCount"]; total != 25.0 {
			t.Errorf("TotalCount is %v, want 25 of all pages", total)
		}
		for code, list := range map[string][]string{
			"InvalidParameterValue": {
				`{"Limit":0}`,
				`{"Limit":101}`,
			},
			"InvalidParameterValue.LaunchTemplateIdMalformed":  {`{"LaunchTemplateIds":["tpl"]}`},
			"InvalidParameterValue.LaunchTemplateIdNotExisted": {`{"LaunchTemplateIds":["lt-nothere"]}`},
			"InvalidFilter": {`{"Filters":[{"Name":"name","Values":["web"]}]}`},
			"InvalidParameter": {
				`{"LaunchTemplateIds":["` + first + `"],"Filters":[{"Name":"tag-key","Values":["env"]}]}`,
			},
		} {
			for _, body := range list {
				c.wantCode("DescribeLaunchTemplates", body, code)
			}
		}
		c.Region = "ap-shanghai"
		if names := c.templateNames(`{}`); names != "" {
			t.Errorf("ap-shanghai lists templates of ap-guangzhou: %s", names)
		}
		c.wantCode("DeleteLaunchTemplate", `{"LaunchTemplateId":"`+first+`"}`,
			"InvalidParameterValue.LaunchTemplateIdNotExisted")
	})
}

// TestVersionsInherit: a version takes missing values from the version that it starts
// from: the default one, or another.
func TestVersionsInherit(t *testing.T) {
	c := newClient(t, nil)
	id := c.newTemplate(`{"InstanceType":"S5.MEDIUM2","HostName":"web","SystemDisk":{"DiskType":"CLOUD_SSD","DiskSize":60}}`)
	c.newVersion(id, `{"InstanceType":"S5.LARGE8","SystemDisk":{"DiskSize":80}}`)
	c.newVersion(id, `{"LaunchTemplateVersion":2,"HostName":"db"}`)
	c.newVersion(id, `{"LaunchTemplateVersionDescription":"from one"}`)
	got := c.wantOK("DescribeLaunchTemplateVersions", `{"LaunchTemplateId":"`+id+`"}`)
	for i, want := range []string{
		"S5.MEDIUM2 web 60 CLOUD_SSD", "S5.LARGE8 web 80 <nil>", "S5.LARGE8 db 80 <nil>",
		"S5.MEDIUM2 web 60 CLOUD_SSD",
	} {
		data := member(t, got, "LaunchTemplateVersionSet", i, "LaunchTemplateVersionData")
		text := fmt.Sprint(member(t, data, "InstanceType"), " ", member(t, data, "HostName"), " ",
			member(t, data, "SystemDisk", "DiskSize"), " ", member(t, data, "SystemDisk", "DiskType"))
		if text != want || member(t, data, "ImageId") != "img-pmqg1cw7" {
			t.Errorf("version %d has %s and image %v, want %s and the image of version 1", i+1, text,
				member(t, data, "ImageId"), want)
		}
	}
	if d := member(t, got, "LaunchTemplateVersionSet", 3, "LaunchTemplateVersionDescription"); d != "from one" {
		t.Errorf("description %q", d)
	}
	for members, code := range map[string]string{
		`{"LaunchTemplateVersion":9}`:               "InvalidParameterValue.LaunchTemplateIdVerNotExisted",
		`{"LaunchTemplateVersion":0}`:               "InvalidParameterValue.LaunchTemplateVersion",
		`{"LaunchTemplateVersion":-1}`:              "InvalidParameterValue.LaunchTemplateVersion",
		`{"InstanceChargeType":"PREPAID"}`:          "MissingParameter",
		`{"LoginSettings":{"Password":"Abcdefg1"}}`: "InvalidParameter.PasswordNotSupported",
		`{"LaunchTemplateVersionDescription":"d"}`:  "InvalidParameterValue.InvalidLaunchTemplateVersionDescription",
	} {
		c.wantCode("CreateLaunchTemplateVersion", versionBody(id, members), code)
	}
	c.wantCode("CreateLaunchTemplateVersion", `{"LaunchTemplateId":"`+id+`"}`, "MissingParameter")
	c.wantCode("CreateLaunchTemplateVersion", `{"Placement":{"Zone":"ap-guangzhou-2"}}`, "MissingParameter")
	c.wantCode("CreateLaunchTemplateVersion", versionBody("lt-nothere", ""),
		"InvalidParameterValue.LaunchTemplateIdNotExisted")
	if numbers := c.versionNumbers(id, ""); numbers != "1 2 3 4" {
		t.Errorf("versions %s after the refusals", numbers)
	}
}

func TestVersionsAreListed(t *testing.T) {
	c := newClient(t, nil)
	id := c.newTemplate(``)
	for range 29 {
		c.newVersion(id, ``)
	}
	c.wantCode("CreateLaunchTemplateVersion", versionBody(id, ""), "LimitExceeded.LaunchTemplateVersionQuota")
	c.wantOK("DeleteLaunchTemplateVersions", `{"LaunchTemplateId":"`+id+`","LaunchTemplateVersions":[2,3]}`)
	if n := c.newVersion(id, ``); n != 31 {
		t.Errorf("the version after 30, two of them deleted, has the number %d", n)
	}
	for members, want := range map[string]string{
		`,"Limit":4`:                            "1 4 5 6",
		`,"Limit":2,"Offset":1`:                 "4 5",
		`,"MinVersion":5,"MaxVersion":7`:        "5 6 7",
		`,"MinVersion":30`:                      "30", // the range ends at 30
		`,"MinVersion":30,"MaxVersion":99`:      "30 31",
		`,"DefaultVersion":true`:                "1",
		`,"DefaultVersion":true,"MinVersion":2`: "",
		`,"LaunchTemplateVersions":[31,4]`:      "4 31",
	} {
		if got := c.versionNumbers(id, members); got != want {
			t.Errorf("%s lists %q, want %q", members, got, want)
		}
	}
	if n := len(strings.Fields(c.versionNumbers(id, ""))); n != 20 {
		t.Errorf("%d versions on the page of default size, want 20", n)
	}
	for members, code := range map[string]string{
		`,"LaunchTemplateVersions":[4],"Limit":1`:              "InvalidParameterCombination",
		`,"LaunchTemplateVersions":[4],"MaxVersion":9`:         "InvalidParameterCombination",
		`,"LaunchTemplateVersions":[4],"DefaultVersion":false`: "InvalidParameterCombination",
		`,"LaunchTemplateVersions":[2]`:                        "InvalidParameterValue.LaunchTemplateIdVerNotExisted",
		`,"LaunchTemplateVersions":[0]`:                        "InvalidParameterValue.LaunchTemplateVersion",
		`,"MinVersion":3,"MaxVersion":2`:                       "InvalidParameterValue",
		`,"MinVersion":-1`:                                     "InvalidParameterValue",
		`,"Limit":101`:                                         "InvalidParameterValue",
	} {
		c.wantCode("DescribeLaunchTemplateVersions", `{"LaunchTemplateId":"`+id+`"`+members+`}`, code)
	}
	c.wantCode("DescribeLaunchTemplateVersions", `{}`, "MissingParameter")
}

func TestDefaultVersionAndDeletion(t *testing.T) {
	c := newClient(t, nil)
	id := c.newTemplate(``)
	c.newVersion(id, ``)
	c.newVersion(id, ``)
	set := func(n int) string { return fmt.Sprintf(`{"LaunchTemplateId":%q,"DefaultVersion":%d}`, id, n) }
	drop := func(list string) string {
		return fmt.Sprintf(`{"LaunchTemplateId":%q,"LaunchTemplateVersions":[%s]}`, id, list)
	}
	c.wantCode("ModifyLaunchTemplateDefaultVersion", set(1), "InvalidParameterValue.LaunchTemplateIdVerSetAlready")
	c.wantCode("ModifyLaunchTemplateDefaultVersion", set(4), "InvalidParameterValue.LaunchTemplateIdVerNotExisted")
	c.wantCode("ModifyLaunchTemplateDefaultVersion", set(0), "InvalidParameterValue.LaunchTemplateVersion")
	c.wantCode("ModifyLaunchTemplateDefaultVersion", `{"LaunchTemplateId":"`+id+`"}`, "MissingParameter")
	c.wantOK("ModifyLaunchTemplateDefaultVersion", set(2))
	c.wantCode("DeleteLaunchTemplateVersions", drop("1,2"), "InvalidParameterValue.LaunchTemplateDefaultVersion")
	c.wantCode("DeleteLaunchTemplateVersions", drop("1,9"), "InvalidParameterValue.LaunchTemplateIdVerNotExisted")
	c.wantCode("DeleteLaunchTemplateVersions", drop(""), "MissingParameter")
	if got := c.versionNumbers(id, ""); got != "1 2 3" {
		t.Errorf("versions %s after refused deletions, want all", got)
	}
	c.wantOK("DeleteLaunchTemplateVersions", drop("1,3"))
	if got := c.versionNumbers(id, ""); got != "2" {
		t.Errorf("versions %s after the deletion, want 2", got)
	}
	c.wantOK("DeleteLaunchTemplate", `{"LaunchTemplateId":"`+id+`"}`)
	c.wantCode("DeleteLaunchTemplate", `{"LaunchTemplateId":"`+id+`"}`,
		"InvalidParameterValue.LaunchTemplateIdNotExisted")
	c.wantCode("DeleteLaunchTemplate", `{"LaunchTemplateId":"template"}`,
		"InvalidParameterValue.LaunchTemplateIdMalformed")
	c.wantCode("DeleteLaunchTemplate", `{}`, "MissingParameter")
	c.wantCode("RunInstances", runFrom(id, ""), "InvalidParameterValue.LaunchTemplateIdNotExisted")
}

func TestTemplateQuota(t *testing.T) {
	c := newClient(t, nil)
	for range 200 {
		c.newTemplate(``)
	}
	body := simtest.CVMCreate(t, `{"LaunchTemplateName":"one more"}`)
	c.wantCode("CreateLaunchTemplate", body, "LimitExceeded.LaunchTemplateQuota")
	c.Region = "ap-shanghai"
	c.wantOK("CreateLaunchTemplate", simtest.CVMCreate(
		t, `{"LaunchTemplateName":"one more","Placement":{"Zone":"ap-shanghai-2"}}`))
}

// TestTemplateTokens: the same token makes one template, one version, one group. Each
// action has its own tokens. A dry run uses none.
func TestTemplateTokens(t *testing.T) {
	c := newClient(t, nil)
	body := simtest.CVMCreate(t, `{"LaunchTemplateName":"web","ClientToken":"t"}`)
	dry := simtest.CVMCreate(t, `{"LaunchTemplateName":"web","ClientToken":"t","DryRun":true}`)
	if got := c.wantOK("CreateLaunchTemplate", dry); got["LaunchTemplateId"] != nil {
		t.Errorf("a dry run answers %v", got)
	}
	id := c.wantOK("CreateLaunchTemplate", body)["LaunchTemplateId"].(string)
	if again := c.wantOK("CreateLaunchTemplate", body)["LaunchTemplateId"]; again != id {
		t.Errorf("the same token made %s and then %s", id, again)
	}
	c.wantCode("CreateLaunchTemplate", simtest.CVMCreate(t, `{"LaunchTemplateName":"db","ClientToken":"t"}`),
		"InvalidParameterValue")
	first, again := c.newVersion(id, `{"ClientToken":"t"}`), c.newVersion(id, `{"ClientToken":"t"}`)
	if first != 2 || again != 2 {
		t.Errorf("the same token made versions %d and %d, want 2", first, again)
	}
	c.wantOK("CreateLaunchTemplateVersion", versionBody(id, `{"DryRun":true}`))
	if got := c.versionNumbers(id, ""); got != "1 2" {
		t.Errorf("versions %s, want 1 2", got)
	}
	c.Run(`{"ClientToken":"t"}`)
	c.newGroup(`{"Name":"g","Type":"HOST","ClientToken":"t"}`)
	c.newGroup(`{"Name":"g","Type":"HOST","ClientToken":"t"}`)
	if q := c.wantOK("DescribeDisasterRecoverGroupQuota", `{}`); q["CurrentNum"] != 1.0 {
		t.Errorf("%v groups of one token", q["CurrentNum"])
	}
}

// TestRunFromATemplate: values of the request override the template. Without a version
// the default version is used.
func TestRunFromATemplate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.newTemplate(`{"InstanceType":"S5.MEDIUM2","InstanceName":"web","InstanceCount":2,"SecurityGroupIds":["sg-1","sg-2"],
			"DisableApiTermination":true,"LoginSettings":{"KeyIds":["skey-1"]}}`)
		c.newVersion(id, `{"InstanceType":"S5.LARGE8","InstanceCount":1}`)
		version := `"LaunchTemplate":{"LaunchTemplateId":"` + id + `","LaunchTemplateVersion":2}`
		for name, run := range map[string]struct{ body, want string }{
			"default version": {
				runFrom(id, ""),
				"web1 S5.MEDIUM2 [sg-1 sg-2] [skey-1] img-pmqg1cw7, web2 S5.MEDIUM2 [sg-1 sg-2] [skey-1] img-pmqg1cw7",
			},
			"version 2": {`{` + version + `}`, "web S5.LARGE8 [sg-1 sg-2] [skey-1] img-pmqg1cw7"},
			"request over it": {
				`{` + version + `,"InstanceName":"db","SecurityGroupIds":["sg-3"],"ImageId":"img-2"}`,
				"db S5.LARGE8 [sg-3] [skey-1] img-2",
			},
		} {
			var rows []string
			for _, id := range c.wantOK("RunInstances", run.body)["InstanceIdSet"].([]any) {
				i := c.Instance(id.(string))
				rows = append(rows, fmt.Sprint(i["InstanceName"], " ", i["InstanceType"], " ",
					i["SecurityGroupIds"], " ",
					member(t, i, "LoginSettings", "KeyIds"), " ", i["ImageId"]))
				if i["DisableApiTermination"] != true {
					t.Errorf("%s: not protected, as the template has it", name)
				}
			}
			if got := strings.Join(rows, ", "); got != run.want {
				t.Errorf("%s makes %s, want %s", name, got, run.want)
			}
		}
		for code, list := range map[string][]string{
			"MissingParameter": {`{"LaunchTemplate":{}}`},
			"InvalidParameterValue.LaunchTemplateIdNotExisted": {
				`{"LaunchTemplate":{"LaunchTemplateId":"lt-1","LaunchTemplateVersion":1}}`,
			},
			"InvalidParameterValue.LaunchTemplateVersion": {
				`{"LaunchTemplate":{"LaunchTemplateId":"` + id + `","LaunchTemplateVersion":3}}`,
				`{"LaunchTemplate":{"LaunchTemplateId":"` + id + `","LaunchTemplateVersion":0}}`,
				`{"LaunchTemplate":{"LaunchTemplateId":"` + id + `","LaunchTemplateVersion":18446744073709551615}}`,
			},
			"InvalidZone.MismatchRegion": {runFrom(id, `{"Placement":{"Zone":"ap-shanghai-2"}}`)},
		} {
			for _, body := range list {
				c.wantCode("RunInstances", body, code)
			}
		}
		before := len(c.sim.Instances(cloudsim.CVM))
		token := runFrom(id, `{"ClientToken":"t"}`)
		first := c.Call("RunInstances", token).InstanceIdSet
		c.wantOK("DeleteLaunchTemplate", `{"LaunchTemplateId":"`+id+`"}`)
		if again := c.Call("RunInstances", token).InstanceIdSet; !slices.Equal(first, again) ||
			len(c.sim.Instances(cloudsim.CVM)) != before+2 {
			t.Errorf("a repeated create after its template was deleted makes %v, want %v again", again, first)
		}
		c.Region = "ap-shanghai"
		c.wantCode("RunInstances", runFrom(id, ""), "InvalidParameterValue.LaunchTemplateIdNotExisted")
	})
}

func TestTemplateMetadata(t *testing.T) {
	for action, want := range map[string]string{"": "k2:v3", "Replace": "k2:v3", "Update": "k1:v1 k2:v3"} {
		c := newClient(t, nil)
		members := `{"Metadata":{"Items":[{"Key":"k1","Value":"v1"},{"Key":"k2","Value":"v2"}]}}`
		if action != "" {
			members = strings.Replace(members, "{", `{"TemplateDataModifyAction":"`+action+`",`, 1)
		}
		id := c.newTemplate(members)
		ids := c.wantOK("RunInstances", runFrom(
			id, `{"Metadata":{"Items":[{"Key":"k2","Value":"v3"}]}}`))["InstanceIdSet"].([]any)
		var got []string
		for _, item := range member(t, c.Instance(ids[0].(string)), "Metadata", "Items").([]any) {
			got = append(got, fmt.Sprint(member(t, item, "Key"), ":", member(t, item, "Value")))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("action %q makes metadata %v, want %s", action, got, want)
		}
	}
}

func TestTemplateTimerRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.newTemplate(`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"` +
			time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `"}}`)
		c.wantOK("RunInstances", runFrom(id, ""))
		time.Sleep(time.Hour)
		c.wantCode("RunInstances", runFrom(id, ""), "InvalidParameterValue.Range")
	})
}
