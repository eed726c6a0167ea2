package seeds_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// rawECS calls the simulator without the client, which never asks for XML.
type rawECS struct {
	t     *testing.T
	sim   *cloudsim.Sim
	calls int
}

// call returns the elements of the answer in XML.
func (r *rawECS) call(action string, params map[string]string) []element {
	r.t.Helper()
	status, body := r.send(action, params)
	if status != http.StatusOK {
		r.t.Fatalf("%s: %d %s", action, status, body)
	}
	return elements(r.t, body)
}

func (r *rawECS) send(action string, params map[string]string) (status int, body string) {
	r.t.Helper()
	r.calls++
	all := map[string]string{
		"Action": action, "Format": "xml", "Version": "2014-05-26", "AccessKeyId": cloudsim.DefaultAccessKeyID,
		"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": "raw-" + strconv.Itoa(r.calls),
		"Timestamp": time.Now().UTC().Format("2006-01-02T15:04:05Z"), "RegionId": "cn-hangzhou",
	}
	maps.Copy(all, params)
	all["Signature"] = sign(all)
	query := url.Values{}
	for name, value := range all {
		query.Set(name, value)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, "https://ecs-cn-hangzhou.aliyuncs.com/?"+query.Encode(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := r.sim.Transport().RoundTrip(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s: %v", action, err)
	}
	return resp.StatusCode, string(text)
}

// sign is version 1 of the vendor's signature for a GET.
func sign(params map[string]string) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, escape(name)+"="+escape(params[name]))
	}
	mac := hmac.New(sha1.New, []byte(cloudsim.DefaultAccessKeySecret+"&"))
	mac.Write([]byte("GET&%2F&" + escape(strings.Join(pairs, "&"))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// element is one of an answer in XML, by its path in lower case: the reference
// writes some names so that the service does not.
type element struct{ path, text string }

func elements(t *testing.T, text string) []element {
	t.Helper()
	var out []element
	var path []string
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, strings.ToLower(token.Name.Local))
			out = append(out, element{path: strings.Join(path, "/")})
		case xml.CharData:
			if len(out) > 0 {
				out[len(out)-1].text += strings.TrimSpace(string(token))
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

func textOf(list []element, suffix string) string {
	for _, e := range list {
		if strings.HasSuffix(e.path, suffix) {
			return e.text
		}
	}
	return ""
}

// Every element of the examples in XML is in the simulator's answer too, and
// what a template holds has the same values.
func TestXMLExamplesOfTheReference(t *testing.T) {
	for _, e := range callExamples(t) {
		t.Run(e.Action, func(t *testing.T) { synctest.Test(t, e.checkXML) })
	}
}

func (e *callExample) checkXML(t *testing.T) {
	// The example has user data that is no Base64, which no call lets through.
	want := elements(t, strings.Replace(e.XML, ">UserData1<", ">VXNlckRhdGEx<", 1))
	ecs := &rawECS{t: t, sim: cloudsim.New(nil)}
	got := ecs.call(e.Action, ecs.prepare(e.Action, want))
	for _, w := range want {
		i := slices.IndexFunc(got, func(g element) bool { return g.path == w.path })
		switch {
		case i < 0:
			t.Errorf("the answer has no %s", w.path)
		case strings.Contains(w.path, "launchtemplatedata/") && got[i].text != w.text:
			t.Errorf("%s is %q, want %q", w.path, got[i].text, w.text)
		}
	}
}

// prepare makes what a call is about, and returns its parameters.
func (r *rawECS) prepare(action string, want []element) map[string]string {
	switch action {
	case "CreateLaunchTemplate":
		return map[string]string{"LaunchTemplateName": "lt-name1"}
	case "CreateDeploymentSet":
		return map[string]string{"DeploymentStrategy": "Availability"}
	}
	if strings.Contains(action, "Deployment") {
		return r.prepareSet(action)
	}
	first := map[string]string{"LaunchTemplateName": "lt-name1", "VersionDescription": "wwww"}
	if action == "DescribeLaunchTemplateVersions" {
		maps.Copy(first, dataOf(want))
	}
	r.call("CreateLaunchTemplate", first)
	if action == "ModifyLaunchTemplateDefaultVersion" || action == "DeleteLaunchTemplateVersion" {
		r.call("CreateLaunchTemplateVersion", map[string]string{"LaunchTemplateName": "lt-name1"})
	}
	return map[string]map[string]string{
		"CreateLaunchTemplateVersion":        {"LaunchTemplateName": "lt-name1"},
		"DeleteLaunchTemplate":               {"LaunchTemplateName": "lt-name1"},
		"DeleteLaunchTemplateVersion":        {"LaunchTemplateName": "lt-name1", "DeleteVersion.1": "2"},
		"DescribeLaunchTemplates":            {},
		"DescribeLaunchTemplateVersions":     {"LaunchTemplateName": "lt-name1"},
		"ModifyLaunchTemplateDefaultVersion": {"LaunchTemplateName": "lt-name1", "DefaultVersionNumber": "2"},
	}[action]
}

// prepareSet makes a deployment set, with an instance for the calls about instances.
func (r *rawECS) prepareSet(action string) map[string]string {
	set := textOf(r.call("CreateDeploymentSet", map[string]string{
		"DeploymentStrategy": "Availability", "DeploymentSetName": "test default", "Description": "default",
	}), "/deploymentsetid")
	switch action {
	case "ModifyInstanceDeployment":
		return map[string]string{"DeploymentSetId": set, "InstanceId": r.instance(nil)}
	case "DescribeDeploymentSets":
		r.instance(map[string]string{"DeploymentSetId": set})
		return map[string]string{"DeploymentSetIds": `["` + set + `"]`}
	case "ModifyDeploymentSetAttributes":
		return map[string]string{"DeploymentSetId": set, "DeploymentSetName": "AvailMySet", "Strategy": "Availability"}
	default:
		return map[string]string{"DeploymentSetId": set}
	}
}

// instance makes one that runs.
func (r *rawECS) instance(params map[string]string) string {
	all := map[string]string{"ImageId": "image-0", "InstanceType": "ecs.g6.large", "SecurityGroupId": "sg-1", "VSwitchId": "vsw-1"}
	maps.Copy(all, params)
	id := textOf(r.call("RunInstances", all), "/instanceidset")
	time.Sleep(time.Hour)
	return id
}

// dataOf turns the data of a template in the answer into parameters that make
// such a template, by their names in the list.
func dataOf(want []element) map[string]string {
	lists, _ := seeds.Reference()
	out := map[string]string{"SystemDisk.Iops": "22", "Period": "1", "ImageOwnerAlias": "ImageOwnerAlias1", "ResourceGroupId": "ResourceGroupId1"}
	for _, w := range want {
		_, in, data := strings.Cut(w.path, "launchtemplatedata/")
		if !data || w.text == "" {
			continue
		}
		in = strings.NewReplacer("datadisks/datadisk/", "datadisk.n.", "networkinterfaces/networkinterface/", "networkinterface.n.", "tags/instancetag/", "tag.n.").Replace(in)
		for _, p := range lists {
			if p.Action == "CreateLaunchTemplate" && strings.EqualFold(p.Name, in) {
				out[strings.Replace(p.Name, ".n.", ".1.", 1)] = w.text
			}
		}
	}
	return out
}
