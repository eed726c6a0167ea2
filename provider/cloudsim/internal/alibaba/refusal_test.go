package alibaba_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestRPCRefusals sends good requests with one mistake each.
func TestRPCRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change []string // applied before signing; an empty value removes
		status int
		code   string
		says   string
	}{
		{"no action", []string{"Action", ""}, 400, "MissingParameter", `"Action"`},
		{"no version", []string{"Version", ""}, 400, "MissingParameter", `"Version"`},
		{"no key", []string{"AccessKeyId", ""}, 400, "MissingParameter", `"AccessKeyId"`},
		{"no nonce", []string{"SignatureNonce", ""}, 400, "MissingParameter", `"SignatureNonce"`},
		{"no time", []string{"Timestamp", ""}, 400, "MissingParameter", `"Timestamp"`},
		{"time in another form", []string{"Timestamp", "2026-01-02 03:04:05"}, 400, "IllegalTimestamp", `"Timestamp"`},
		{"signature method", []string{"SignatureMethod", "HMAC-SHA256"}, 400, "InvalidParamater", `"SignatureMethod"`},
		{"signature version", []string{"SignatureVersion", "2.0"}, 400, "InvalidParamater", `"SignatureVersion"`},
		{"unknown key", []string{"AccessKeyId", "nobody"}, 400, "InvalidAccessKeyId.NotFound", "Access Key"},
		{"unknown action", []string{"Action", "MakeCoffee"}, 403, "InvalidAction", "action"},
		{"another product's version", []string{"Version", "2017-11-10"}, 400, "InvalidParameter", "Action or Version"},
		{
			"an unexpected token",
			[]string{"SecurityToken", "tok"},
			400,
			"InvalidSecurityToken.MismatchWithAccessKey", "token",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim := cloudsim.New(nil)
			client := newECS(t, sim)
			params := client.System("DescribeRegions")
			maps.Copy(params, simtest.Pairs(c.change))
			maps.DeleteFunc(params, func(_, v string) bool { return v == "" })
			reply := client.Send("GET", alibaba.EncodeParams(
				simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params), ""), "")
			client.WantCode(reply, c.status, c.code)
			if message, _ := reply.Body["Message"].(string); !strings.Contains(message, c.says) {
				t.Errorf("message %q does not mention %s", message, c.says)
			}
			if n := sim.Calls(cloudsim.ECS, ""); n != 0 {
				t.Errorf("a request without a valid signature counts as %d calls, want 0", n)
			}
		})
	}
}

func TestRPCWithoutSignature(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	c.WantCode(c.Send("GET", alibaba.EncodeParams(c.System("DescribeRegions"), ""), ""), 400, "MissingParameter")
}

func TestRPCSignatureThatIsNone(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	params := c.System("DescribeRegions")
	params["Signature"] = "not base64"
	c.WantCode(c.Send("GET", alibaba.EncodeParams(params, ""), ""), 400, "IncompleteSignature")
}

// TestRPCWrongSecret: the answer has the text that the service signed, so that the
// client can tell a wrong secret from a wrong encoding.
func TestRPCWrongSecret(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	params := c.System("DescribeRegions")
	reply := c.Send("POST", alibaba.EncodeParams(simtest.SignRPC("POST", "guess", params), ""), "")
	c.WantCode(reply, 400, "SignatureDoesNotMatch")
	message, _ := reply.Body["Message"].(string)
	_, signed, _ := strings.Cut(message, "server string to sign is:")
	if want := alibaba.RPCStringToSign("POST", params); signed != want {
		t.Errorf("the message ends with\n%s\nwant the string to sign\n%s", signed, want)
	}
}

func TestRPCMethodIsSigned(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	query := alibaba.EncodeParams(simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret,
		c.System("DescribeRegions")), "")
	c.WantCode(c.Send("POST", query, ""), 400, "SignatureDoesNotMatch")
}

func TestReplayedNonce(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	query := alibaba.EncodeParams(simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret,
		c.System("DescribeRegions")), "")
	c.WantOK(c.Send("GET", query, ""))
	c.WantCode(c.Send("GET", query, ""), 400, "SignatureNonceUsed")
}

// TestForgedNonceIsNotSpent: a request with a bad signature must not use up the nonce
// of a good one.
func TestForgedNonceIsNotSpent(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	params := c.System("DescribeRegions")
	c.WantCode(c.Send("GET", alibaba.EncodeParams(simtest.SignRPC("GET", "guess", params), ""), ""), 400,
		"SignatureDoesNotMatch")
	c.WantOK(c.Send("GET", alibaba.EncodeParams(simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params), ""),
		""))
}

func TestTimestampWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, w := range []struct {
			off  time.Duration
			code string
		}{
			{-15 * time.Minute, ""},
			{15 * time.Minute, ""},
			{-15*time.Minute - time.Second, "InvalidTimeStamp.Expired"},
			{15*time.Minute + time.Second, "InvalidTimeStamp.Expired"},
		} {
			c := newECS(t, cloudsim.New(nil))
			params := c.System("DescribeRegions")
			params["Timestamp"] = time.Now().UTC().Add(w.off).Format(alibaba.TimeFormat)
			rpc := c.Send("GET", alibaba.EncodeParams(simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params),
				""), "")
			req := c.ACS3("POST", "DescribeRegions", "", "")
			req.Header.Set("x-acs-date", params["Timestamp"])
			simtest.SignACS3(t, req, cloudsim.DefaultAccessKeySecret)
			for name, reply := range map[string]simtest.AlibabaAnswer{"RPC": rpc, "ACS3": c.Do(req)} {
				if got, _ := reply.Body["Code"].(string); got != w.code {
					t.Errorf("%s: a clock off by %v got %q, want %q", name, w.off, got, w.code)
				}
			}
		}
	})
}

func TestUnsupportedHTTPMethodAndPath(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	sign := func(method string) string {
		return alibaba.EncodeParams(simtest.SignRPC(method, cloudsim.DefaultAccessKeySecret,
			c.System("DescribeRegions")), "")
	}
	c.WantCode(c.Send(http.MethodPut, sign("PUT"), ""), 403, "UnsupportedHTTPMethod")
	req := c.Request("GET", sign("GET"), "")
	req.URL.Path = "/v1"
	c.WantCode(c.Do(req), 403, "InvalidAction")
}

func TestBadlyEncodedQuery(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	req := c.Request("GET", "", "")
	req.URL.RawQuery = "Action=%zz"
	status, body := c.Raw(req)
	if status != 400 || !strings.Contains(body, "<Code>InvalidParameter</Code>") {
		t.Errorf("answered %d %s", status, body)
	}
}

// TestACS3Refusals changes one thing after signing, or signs it wrongly.
func TestACS3Refusals(t *testing.T) {
	drop := func(name string) func(*testing.T, *http.Request) {
		return func(_ *testing.T, r *http.Request) { r.Header.Del(name) }
	}
	for _, c := range []struct {
		name   string
		spoil  func(*testing.T, *http.Request)
		status int
		code   string
	}{
		{"no action", drop("x-acs-action"), 400, "MissingParameter"},
		{"no date", drop("x-acs-date"), 400, "MissingParameter"},
		{"no nonce", drop("x-acs-signature-nonce"), 400, "MissingParameter"},
		{"no content hash", drop("x-acs-content-sha256"), 400, "MissingParameter"},
		{"authorization without a signature", func(_ *testing.T, r *http.Request) {
			r.Header.Set("Authorization", alibaba.ACS3Name+" Credential=testid")
		}, 400, "IncompleteSignature"},
		{"signature that is no hash", func(_ *testing.T, r *http.Request) {
			r.Header.Set("Authorization", r.Header.Get("Authorization")+"zz")
		}, 400, "IncompleteSignature"},
		{"host not signed", func(t *testing.T, r *http.Request) {
			simtest.SignACS3Headers(t, r, cloudsim.DefaultAccessKeySecret, strings.Fields(alibaba.ACS3Signed)[1:])
		}, 400, "IncompleteSignature"},
		{"wrong secret", func(t *testing.T, r *http.Request) {
			simtest.SignACS3(t, r, "guess")
		}, 400, "SignatureDoesNotMatch"},
		{"another host", func(_ *testing.T, r *http.Request) {
			r.Host = "ecs.aliyuncs.com:80"
		}, 400, "SignatureDoesNotMatch"},
		{"query changed on the way", func(_ *testing.T, r *http.Request) {
			r.URL.RawQuery = "a=b"
		}, 400, "SignatureDoesNotMatch"},
		{"unknown action", func(t *testing.T, r *http.Request) {
			r.Header.Set("x-acs-action", "MakeCoffee")
			simtest.SignACS3(t, r, cloudsim.DefaultAccessKeySecret)
		}, 403, "InvalidAction"},
		{"wrong version", func(t *testing.T, r *http.Request) {
			r.Header.Set("x-acs-version", "2014-05-27")
			simtest.SignACS3(t, r, cloudsim.DefaultAccessKeySecret)
		}, 400, "InvalidParameter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newECS(t, cloudsim.New(nil))
			req := client.ACS3("POST", "DescribeRegions", "", "")
			c.spoil(t, req)
			client.WantCode(client.Do(req), c.status, c.code)
		})
	}
}

func TestACS3BodyChangedOnTheWay(t *testing.T) {
	c := newECS(t, cloudsim.New(nil))
	signed := c.ACS3("POST", "DescribeInstances", "", "RegionId=cn-hangzhou")
	changed := c.Request("POST", "", "RegionId=cn-beijing")
	changed.Header = signed.Header
	c.WantCode(c.Do(changed), 400, "SignatureDoesNotMatch")
}

func TestSecurityToken(t *testing.T) {
	sim := cloudsim.New(&cloudsim.Options{SecurityToken: "sts"})
	for _, v := range []struct{ token, code string }{
		{"sts", ""}, {"", "InvalidSecurityToken.Malformed"}, {"old", "InvalidSecurityToken.MismatchWithAccessKey"},
	} {
		c := newECS(t, sim)
		c.Nonces = 100 * len(v.token) // one simulator, several clients: no nonce twice
		params := c.System("DescribeRegions")
		if v.token != "" {
			params["SecurityToken"] = v.token
		}
		rpc := c.Send("GET", alibaba.EncodeParams(simtest.SignRPC("GET", cloudsim.DefaultAccessKeySecret, params),
			""), "")
		req := c.ACS3("POST", "DescribeRegions", "", "")
		if v.token != "" {
			req.Header.Set("x-acs-security-token", v.token)
			simtest.SignACS3(t, req, cloudsim.DefaultAccessKeySecret)
		}
		for name, reply := range map[string]simtest.AlibabaAnswer{"RPC": rpc, "ACS3": c.Do(req)} {
			if got, _ := reply.Body["Code"].(string); got != v.code {
				t.Errorf("%s with token %q: code %q, want %q", name, v.token, got, v.code)
			}
		}
	}
}
