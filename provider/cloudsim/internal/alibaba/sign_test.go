package alibaba_test

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestRPCSignatureVectors compares signatures with independent results: the example in
// the vendor's reference, and one with every difficult character.
func TestRPCSignatureVectors(t *testing.T) {
	for _, v := range []struct{ name, method, query, want string }{
		{
			"the reference's example", "GET",
			"Timestamp=2016-02-23T12:46:24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions&SignatureMethod=HMAC-SHA1" +
				"&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&SignatureVersion=1.0",
			"OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
		},
		{
			"empty value, index order, reserved characters", "POST",
			"AccessKeyId=testid&Action=RunInstances&Description=a%20b%2Bc%2Ad~e%2F%E7%A9%BA%3D%28%27%29%21&Format=JSON" +
				"&RegionId=cn-hangzhou&SignatureMethod=HMAC-SHA1&SignatureNonce=n-1&SignatureType=&SignatureVersion=1.0" +
				"&Tag.1.Key=k&Tag.10.Key=k10&Tag.2.Key=k2&Timestamp=2026-01-02T03%3A04%3A05Z&Version=2014-05-26",
			"s/+790iTZVaGWRs/rM5WV85IztI=",
		},
	} {
		params, err := alibaba.DecodeParams(v.query)
		if err != nil {
			t.Fatal(err.Message)
		}
		text := alibaba.RPCStringToSign(v.method, params)
		if got := base64.StdEncoding.EncodeToString(alibaba.RPCSign("testsecret", text)); got != v.want {
			t.Errorf("%s: signature %s, want %s\nsigned %s", v.name, got, v.want, text)
		}
	}
}

// TestReferenceRequestIsAccepted sends the reference's example unchanged, at the time
// of the example.
func TestReferenceRequestIsAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at, _ := time.Parse(alibaba.TimeFormat, "2016-02-23T12:46:24Z")
		time.Sleep(time.Until(at))
		c := newECS(t, cloudsim.New(nil))
		status, body := c.Raw(c.Request(http.MethodGet, "SignatureVersion=1.0&Action=DescribeRegions&Format=XML"+
			"&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&AccessKeyId=testid"+
			"&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D&SignatureMethod=HMAC-SHA1&Timestamp=2016-02-23T12%3A46%3A24Z", ""))
		var got struct {
			Regions struct{ Region []struct{ RegionId string } }
		}
		simtest.WantXML(t, body, "DescribeRegionsResponse", &got)
		if status != 200 || len(got.Regions.Region) == 0 || got.Regions.Region[0].RegionId != "cn-qingdao" {
			t.Errorf("answered %d:\n%s", status, body)
		}
	})
}

func TestACS3SignatureVector(t *testing.T) {
	const query = "InstanceName=a%20b%2Bc*d~e%2F%E7%A9%BA%3D(')!&RegionId=cn-hangzhou"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:18080/?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"x-acs-action":          "DescribeInstances",
		"x-acs-version":         "2014-05-26",
		"x-acs-date":            "2026-01-02T03:04:05Z",
		"x-acs-signature-nonce": "n-1",
		"x-acs-content-sha256":  alibaba.ACS3Hash(nil),
	} {
		req.Header.Set(name, value)
	}
	params, aerr := alibaba.DecodeParams(query)
	if aerr != nil {
		t.Fatal(aerr.Message)
	}
	canonical := alibaba.ACS3Canonical(req, params, strings.Fields(alibaba.ACS3Signed))
	if got, want := alibaba.ACS3Hash([]byte(canonical)),
		"b165ec11037b3155c6b2c2177cfac08d4c345d50ce4f0cc20cdc56246c43efa7"; got != want {
		t.Errorf("hash of the canonical request %s, want %s\n%s", got, want, canonical)
	}
	got := hex.EncodeToString(alibaba.ACS3Sign("testsecret", alibaba.ACS3StringToSign(canonical)))
	if want := "2b91a19773b6aa834354e6f606b4b43027c1c8d08be8146553c8827e248886bd"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// hardParams are parameters that are difficult to encode.
var hardParams = []string{
	"RegionId", "cn-hangzhou", "InstanceName", "a b+c*d~e/空=(')!", "Tag.1.Key", "k", "Tag.10.Key", "k10",
	"Tag.2.Key", "k2",
}

// TestRPCRequestShapes sends requests in the form of each known client.
func TestRPCRequestShapes(t *testing.T) {
	shapes := []struct {
		name, method string
		extra        []string
		spell        func(system, business, signature map[string]string) (query, form string)
	}{
		{"GET, all in the query, sorted (pop-core)", "GET", nil, func(s, b, sig map[string]string) (string, string) {
			return alibaba.EncodeParams(union(s, b, sig), ""), ""
		}},
		{"POST, all in the form (pop-core)", "POST", nil, func(s, b, sig map[string]string) (string, string) {
			return "", alibaba.EncodeParams(union(s, b, sig), "")
		}},
		{
			"POST, all in the query, raw punctuation, lower-case format (openapi-core)", "POST",
			[]string{"Format", "json"},
			func(s, b, sig map[string]string) (string, string) {
				raw := strings.NewReplacer("%28", "(", "%29", ")", "%2A", "*", "%27", "'", "%21", "!")
				return raw.Replace(alibaba.EncodeParams(union(s, b, sig), "")), ""
			},
		},
		{
			"POST, all in the query, plus for space, empty SignatureType (Go SDK, typed)", "POST",
			[]string{"SignatureType", ""},
			func(s, b, sig map[string]string) (string, string) { return formEncode(union(s, b, sig)), "" },
		},
		{
			"POST, system in the query, business in the form (Go SDK, common)", "POST",
			[]string{"SignatureType", ""},
			func(s, b, sig map[string]string) (string, string) { return formEncode(union(s, sig)), formEncode(b) },
		},
	}
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			c := newECS(t, cloudsim.New(nil))
			system, business := c.System("DescribeInstances"), simtest.Pairs(hardParams)
			maps.Copy(system, simtest.Pairs(shape.extra))
			signed := simtest.SignRPC(shape.method, cloudsim.DefaultAccessKeySecret, union(system, business))
			query, form := shape.spell(system, business, map[string]string{"Signature": signed["Signature"]})
			c.WantOK(c.Send(shape.method, query, form))
		})
	}
}

// TestGoSDKNamesAFormThatIsEmpty: the SDK sends the content type of a form although all
// parameters are in the query.
func TestGoSDKNamesAFormThatIsEmpty(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	params := simtest.SignRPC("POST", cloudsim.DefaultAccessKeySecret, c.System("DescribeRegions"))
	req := c.Request("POST", formEncode(params), "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c.WantOK(c.Do(req))
}

func TestACS3RequestShapes(t *testing.T) {
	query := alibaba.EncodeParams(simtest.Pairs(hardParams), "")
	raw := strings.NewReplacer("%28", "(", "%29", ")", "%2A", "*", "%27", "'", "%21", "!").Replace(query)
	for _, shape := range []struct{ name, method, query, form string }{
		{"POST, business in the query", "POST", query, ""},
		{"POST, business in the query, raw punctuation, unsorted", "POST", "Z=1&" + raw, ""},
		{"POST, business in the form", "POST", "", query},
		{"POST, business in both", "POST", "RegionId=cn-hangzhou", "InstanceName=a%20b"},
		{"GET", "GET", query, ""},
	} {
		t.Run(shape.name, func(t *testing.T) {
			c := newECS(t, cloudsim.New(nil))
			c.WantOK(c.Do(c.ACS3(shape.method, "DescribeInstances", shape.query, shape.form)))
		})
	}
}

// TestACS3AcceptsALongerListOfHeaders: clients may sign additional headers.
func TestACS3AcceptsALongerListOfHeaders(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	req := c.ACS3("POST", "DescribeRegions", "", "")
	req.Header.Set("x-acs-credentials-provider", " static_ak ")
	simtest.SignACS3Headers(t, req, cloudsim.DefaultAccessKeySecret, strings.Split(
		"host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version", ";"))
	c.WantOK(c.Do(req))
}

func union(sets ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range sets {
		maps.Copy(out, m)
	}
	return out
}

// formEncode encodes as HTML forms do: a space is a plus.
func formEncode(params map[string]string) string {
	values := url.Values{}
	for name, value := range params {
		values.Set(name, value)
	}
	return values.Encode()
}
