package control

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// planted are secrets in the forms that parameters may have.
var planted = []string{
	"Planted-pass1", "planted", "plantedsecretword", "planted.secret", `{"Key":"planted"}`, `["planted"]`, "cn-planted-x9",
	base64.StdEncoding.EncodeToString([]byte("#!planted 7x")),
}

// leaks returns the planted secrets in a text.
func leaks(text string) (found []string) {
	for _, secret := range append(planted, "lanted") {
		if strings.Contains(text, secret) {
			found = append(found, secret)
		}
	}
	return found
}

// isWord reports whether a secret has the form of a name. Names of actions and of parameters
// are shown, so that a spelling mistake in one can be found.
func isWord(secret string) bool {
	return strings.Trim(secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.") == ""
}

// alibabaNames are parameters of ECS and ENS.
var alibabaNames = strings.Fields(`
	RegionId ZoneId EnsRegionId EnsRegionIds Amount MinAmount Quantity ImageId ImageFamily InstanceType InstanceName
	Description HostName Password UserData ClientToken KeyPairName RamRoleName ResourceGroupId SecurityGroupId
	VSwitchId VpcId PrivateIpAddress InstanceChargeType SpotStrategy Period Status InstanceId InstanceIds InstanceId.1
	Tag.1.Key Tag.1.Value Tags NextToken DryRun PageSize MaxResults LaunchTemplateName LaunchTemplateId
	LaunchTemplateVersion DeploymentSetId DataDisk DataDisk.1.Size DataDisk.1.SnapshotId DataDisk.1.KMSKeyId SystemDisk
	SystemDisk.Category SystemDisk.DiskName NetworkInterface.1.VSwitchId SearchKey Unheard.1 NetDistrictCode Carrier
	ScheduleAreaLevel SignatureNonce SecurityToken`)

var cvmNames = strings.Fields(`
	ImageId InstanceType InstanceName HostName UserData ClientToken Password KeyIds SecurityGroupIds InstanceChargeType
	InstanceCount DryRun CamRoleName InstanceIds Limit Offset Unheard LaunchTemplateName`)

var qingNames = strings.Fields(`
	zone image_id instance_type instance_class cpu memory count instance_name login_mode login_passwd login_keypair
	userdata_value userdata_type userdata_path security_group vxnets.1 volumes.1 hostname need_userdata instances.1
	search_word tags.1 status.1 limit offset unheard token access_key_id`)

func TestNoSecretIsShown(t *testing.T) {
	var log bytes.Buffer
	sim := cloudsim.New(&cloudsim.Options{
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	h := Handler(sim)
	for _, secret := range planted {
		plantAlibaba(t, sim, secret)
		plantCVM(t, sim, secret)
		plantQing(t, sim, secret)
		for _, path := range []string{"/calls?n=1000", "/state", "/status", "/faults"} {
			if found := leaks(ask(t, h, "GET", path, "").text); len(found) > 0 {
				t.Errorf("with %q planted, %s shows %q", secret, path, found)
			}
		}
	}
	if found := leaks(log.String()); len(found) > 0 {
		t.Errorf("the log shows %q", found)
	}
	if n := strings.Count(log.String(), "level=WARN"); n < 100 {
		t.Errorf("the log has %d refusals, want at least 100: the test plants in vain", n)
	}
	if n := len(sim.Instances()); n < 50 {
		t.Errorf("%d instances were made, want at least 50: the test plants in vain", n)
	}
}

func plantAlibaba(t *testing.T, sim *cloudsim.Sim, secret string) {
	ecs, ens := simtest.NewECS(t, sim.Transport()), simtest.NewENS(t, sim.Transport())
	for _, c := range []*simtest.Alibaba{ecs, ens} {
		for _, name := range alibabaNames {
			c.Call("RunInstances", simtest.ECSCreate(name, secret)...)
			c.Call("RunInstances", simtest.ENSCreate(name, secret)...)
			c.Call("DescribeInstances", "RegionId", "cn-hangzhou", name, secret)
			c.Call("CreateLaunchTemplate", "RegionId", "cn-hangzhou", "LaunchTemplateName", secret, name, secret)
			c.Call("StopInstances", "RegionId", "cn-hangzhou", name, secret)
		}
		if !isWord(secret) {
			c.Call(secret, "RegionId", "cn-hangzhou")
			c.Call("DescribeInstances", "RegionId", "cn-hangzhou", secret, "x")
		}
		params := c.System("RunInstances")
		params["Password"] = secret
		c.Send(http.MethodPost, "Format=JSON&Action=RunInstances&Signature="+params["SignatureNonce"], "")
		signed := simtest.SignRPC(http.MethodPost, "a wrong secret", params) // the refusal repeats what was signed
		c.Send(http.MethodPost, query(signed), "")
	}
}

// query encodes parameters.
func query(params map[string]string) string {
	var parts []string
	for name, value := range params {
		parts = append(parts, name+"="+strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D", "{", "%7B", `"`, "%22").Replace(value))
	}
	return strings.Join(parts, "&")
}

func plantCVM(t *testing.T, sim *cloudsim.Sim, secret string) {
	c := simtest.NewCVM(t, sim.Handler(cloudsim.CVM))
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range cvmNames {
		for _, value := range []string{string(quoted), "[" + string(quoted) + "]", `{"x":` + string(quoted) + `}`} {
			c.Call("RunInstances", simtest.CVMCreate(t, fmt.Sprintf("{%q:%s}", name, value)))
			c.Call("DescribeInstances", fmt.Sprintf("{%q:%s}", name, value))
			c.Call("CreateLaunchTemplate", simtest.CVMCreate(t, fmt.Sprintf("{%q:%s}", name, value)))
		}
	}
	for _, members := range []string{
		`{"LoginSettings":{"Password":%s}}`, `{"Placement":{"Zone":%s}}`,
		`{"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":%[1]s,"Value":%[1]s}]}]}`, `{"Metadata":{"Items":[{"Key":"a","Value":%s}]}}`,
	} {
		c.Call("RunInstances", simtest.CVMCreate(t, fmt.Sprintf(members, quoted)))
	}
	if !isWord(secret) {
		c.Call("RunInstances", simtest.CVMCreate(t, fmt.Sprintf(`{%s:1}`, quoted)))
		c.Call("X"+secret, `{}`)
	}
	c.Region = secret
	c.Call("RunInstances", simtest.CVMMinimal)
}

func plantQing(t *testing.T, sim *cloudsim.Sim, secret string) {
	c := simtest.NewQingCloud(t, sim.Transport())
	for _, name := range qingNames {
		c.Call("RunInstances", simtest.QingCloudCreate(name+"="+secret)...)
		c.Call("DescribeInstances", name+"="+secret)
		c.Call("StopInstances", name+"="+secret)
	}
	if !isWord(secret) {
		c.Call(secret)
		c.Call("DescribeInstances", secret+"=x")
	}
	name := url.QueryEscape(`{"password":"` + secret + `"}`) // JSON where a form belongs
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/iaas/?"+name+"=1&"+name+"=2", nil)
	sim.Handler(cloudsim.QingCloud).ServeHTTP(httptest.NewRecorder(), req)
	c.Secret = "a wrong secret"
	c.Call("RunInstances", "login_passwd="+secret)
}
