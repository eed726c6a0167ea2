package cloudsim

import (
	"net/http"
	"strings"
	"testing"
)

func TestTC3AcceptsWhatTheDocumentsAllow(t *testing.T) {
	get := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for name, q := range map[string]tc3Request{
		"empty JSON object":       {body: "{}"},
		"empty body":              {},
		"GET":                     {method: "GET", header: get},
		"GET, unsorted with +":    {method: "GET", query: "?Offset=0&Limit=5&Filters.0.Name=tag:a&Filters.0.Values.0=x+y%20z", header: get},
		"host without the port":   {signedHost: "cvm.ap-guangzhou.tencentcloudapi.com"},
		"action signed as well":   {signed: "content-type;host;x-tc-action"},
		"body left out":           {body: "{}", payload: "UNSIGNED-PAYLOAD", header: map[string]string{"X-TC-Content-SHA256": "UNSIGNED-PAYLOAD"}},
		"headers without a rule":  {header: map[string]string{"X-TC-Language": "en-US", "X-TC-RequestClient": "SDK_GO", "X-TC-TraceId": "1"}},
		"no region where allowed": {header: map[string]string{"X-TC-Action": "DescribeRegions", "X-TC-Region": ""}},
	} {
		if got := cvmAsk(t, New(nil), q.build()); got.Error.Code != "" {
			t.Errorf("%s: refused with %+v", name, got.Error)
		}
	}
}

func TestTC3Refusals(t *testing.T) {
	header := func(name, value string) tc3Request { return tc3Request{header: map[string]string{name: value}} }
	for name, c := range map[string]struct {
		q    tc3Request
		code string
	}{
		"an algorithm that is not known":  {header("Authorization", "HMAC Credential=testid"), "AuthFailure.InvalidAuthorization"},
		"a scope that is cut off":         {header("Authorization", "TC3-HMAC-SHA256 Credential=testid/2026-01-01, SignedHeaders=host, Signature=1"), "AuthFailure.InvalidAuthorization"},
		"no signature":                    {header("Authorization", "TC3-HMAC-SHA256 Credential=testid/2026-01-01/cvm/tc3_request, SignedHeaders=host"), "AuthFailure.InvalidAuthorization"},
		"another secret":                  {tc3Request{secret: "wrong"}, "AuthFailure.SignatureFailure"},
		"another host":                    {tc3Request{signedHost: "cvm.tencentcloudapi.com"}, "AuthFailure.SignatureFailure"},
		"the date of another day":         {tc3Request{date: "2020-02-02"}, "AuthFailure.SignatureFailure"},
		"a host that is not signed":       {tc3Request{signed: "content-type"}, "AuthFailure.SignatureFailure"},
		"a content type not signed":       {tc3Request{signed: "host"}, "AuthFailure.SignatureFailure"},
		"an unsigned body undeclared":     {tc3Request{body: "{}", payload: "UNSIGNED-PAYLOAD"}, "AuthFailure.SignatureFailure"},
		"no timestamp":                    {header("X-TC-Timestamp", ""), "MissingParameter"},
		"a timestamp that is no number":   {header("X-TC-Timestamp", "now"), "InvalidParameterValue"},
		"a timestamp in milliseconds":     {header("X-TC-Timestamp", "1795353267000"), "AuthFailure.SignatureExpire"},
		"no action":                       {header("X-TC-Action", ""), "MissingParameter"},
		"an unknown action":               {header("X-TC-Action", "DescribeInstance"), "InvalidAction"},
		"no version":                      {header("X-TC-Version", ""), "MissingParameter"},
		"another version":                 {header("X-TC-Version", "2017-03-20"), "NoSuchVersion"},
		"no region":                       {header("X-TC-Region", ""), "MissingParameter"},
		"a region that is none":           {header("X-TC-Region", "Guangzhou"), "UnsupportedRegion"},
		"another method":                  {tc3Request{method: "PUT"}, "UnsupportedProtocol"},
		"parameters in a POST's query":    {tc3Request{query: "?Limit=1"}, "InvalidRequest"},
		"a form body":                     {header("Content-Type", "application/x-www-form-urlencoded"), "InvalidRequest"},
		"a body that is no JSON":          {tc3Request{body: `{"Limit":`}, "InvalidParameter"},
		"a body of two objects":           {tc3Request{body: `{}{}`}, "InvalidParameter"},
		"a body that is a list":           {tc3Request{body: `[]`}, "InvalidParameter"},
		"a body that is null":             {tc3Request{body: `null`}, "InvalidParameter"},
		"common parameters in the query":  {tc3Request{method: "GET", query: "?Action=DescribeInstances"}, "UnknownParameter"},
		"a query that is too long":        {tc3Request{method: "GET", query: "?Limit=" + strings.Repeat("1", 32<<10)}, "RequestSizeLimitExceeded"},
		"a parameter given twice":         {tc3Request{method: "GET", query: "?Limit=1&Limit=2"}, "InvalidParameter"},
		"a query that is not URL-encoded": {tc3Request{method: "GET", query: "?Limit=%GG"}, "InvalidParameter"},
	} {
		if got := cvmAsk(t, New(nil), c.q.build()); got.Error.Code != c.code {
			t.Errorf("%s: code %q, want %q", name, got.Error.Code, c.code)
		}
	}
}

func TestTencentWantsASignature(t *testing.T) {
	for name, r := range map[string]func() *http.Request{
		"JSON": func() *http.Request { r := (tc3Request{}).build(); r.Header.Del("Authorization"); return r },
		"GET": func() *http.Request {
			r := (tc3Request{method: "GET"}).build()
			r.Header.Del("Authorization")
			return r
		},
		"form": func() *http.Request {
			r := v1POST(nil)
			r.Body = http.NoBody
			return r
		},
	} {
		if got := cvmAsk(t, New(nil), r()); got.Error.Code != "AuthFailure.InvalidAuthorization" {
			t.Errorf("%s without a signature: code %q", name, got.Error.Code)
		}
	}
}

func TestV1AbsentSignatureMethodIsHmacSHA1(t *testing.T) {
	for name, r := range map[string]*http.Request{"GET": v1GET(nil), "POST": v1POST(nil)} {
		if got := cvmAsk(t, New(nil), r); got.Error.Code != "" {
			t.Errorf("%s: refused with %+v", name, got.Error)
		}
	}
}

func TestV1Refusals(t *testing.T) {
	for name, c := range map[string]struct {
		params map[string]string
		code   string
	}{
		"no secret ID":              {map[string]string{"SecretId": ""}, "MissingParameter"},
		"another secret ID":         {map[string]string{"SecretId": "AKID"}, "AuthFailure.SecretIdNotFound"},
		"no nonce":                  {map[string]string{"Nonce": ""}, "MissingParameter"},
		"a nonce that is no number": {map[string]string{"Nonce": "abc"}, "InvalidParameterValue"},
		"no timestamp":              {map[string]string{"Timestamp": ""}, "MissingParameter"},
		"an old timestamp":          {map[string]string{"Timestamp": "1"}, "AuthFailure.SignatureExpire"},
		"an unknown method":         {map[string]string{"SignatureMethod": "HmacMD5"}, "InvalidParameterValue"},
		"a method not used":         {map[string]string{"SignatureMethod": "HmacSHA256"}, "AuthFailure.SignatureFailure"},
		"an unknown action":         {map[string]string{"Action": "Describe"}, "InvalidAction"},
		"another version":           {map[string]string{"Version": "2020-01-01"}, "NoSuchVersion"},
		"no region":                 {map[string]string{"Region": ""}, "MissingParameter"},
		"an unknown parameter":      {map[string]string{"Limits": "1"}, "UnknownParameter"},
	} {
		if got := cvmAsk(t, New(nil), v1GET(c.params)); got.Error.Code != c.code {
			t.Errorf("%s: code %q, want %q", name, got.Error.Code, c.code)
		}
	}
}

func TestV1FormOverTheLimit(t *testing.T) {
	r := v1POST(map[string]string{"Limit": strings.Repeat("1", 1<<20)})
	if got := cvmAsk(t, New(nil), r); got.Error.Code != "RequestSizeLimitExceeded" {
		t.Errorf("a form of more than 1 MB: code %q", got.Error.Code)
	}
}

func TestTencentSecurityToken(t *testing.T) {
	o := &Options{SecurityToken: "sts+token/="}
	for name, c := range map[string]struct {
		r    *http.Request
		code string
	}{
		"TC3 with the token":    {tc3Request{header: map[string]string{"X-TC-Token": "sts+token/="}}.build(), ""},
		"TC3 without":           {tc3Request{}.build(), "AuthFailure.TokenFailure"},
		"TC3 with another":      {tc3Request{header: map[string]string{"X-TC-Token": "old"}}.build(), "AuthFailure.TokenFailure"},
		"v1 with the token":     {v1GET(map[string]string{"Token": "sts+token/="}), ""},
		"v1 without":            {v1GET(nil), "AuthFailure.TokenFailure"},
		"v1 form, with another": {v1POST(map[string]string{"Token": "old"}), "AuthFailure.TokenFailure"},
	} {
		if got := cvmAsk(t, New(o), c.r); got.Error.Code != c.code {
			t.Errorf("%s: code %q, want %q", name, got.Error.Code, c.code)
		}
	}
}
