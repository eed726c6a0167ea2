package cvm_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestTC3AcceptsDocumentedRequests(t *testing.T) {
	get := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for name, q := range map[string]simtest.TC3Request{
		"empty JSON object": {Body: "{}"},
		"empty body":        {},
		"GET":               {Method: "GET", Header: get},
		"GET, unsorted with +": {
			Method: "GET",
			Query:  "?Offset=0&Limit=5&Filters.0.Name=tag:a&Filters.0.Values.0=x+y%20z", Header: get,
		},
		"host without the port": {SignedHost: "cvm.ap-guangzhou.tencentcloudapi.com"},
		"action signed as well": {Signed: "content-type;host;x-tc-action"},
		"body left out": {
			Body: "{}", Payload: "UNSIGNED-PAYLOAD",
			Header: map[string]string{"X-TC-Content-SHA256": "UNSIGNED-PAYLOAD"},
		},
		"headers without a rule": {Header: map[string]string{
			"X-TC-Language": "en-US", "X-TC-RequestClient": "SDK_GO",
			"X-TC-TraceId": "1",
		}},
		"no region where allowed": {Header: map[string]string{"X-TC-Action": "DescribeRegions", "X-TC-Region": ""}},
	} {
		if got := ask(t, cloudsim.New(nil), q.Build()); got.Error.Code != "" {
			t.Errorf("%s: refused with %+v", name, got.Error)
		}
	}
}

func TestTC3Refusals(t *testing.T) {
	header := func(name, value string) simtest.TC3Request {
		return simtest.TC3Request{Header: map[string]string{name: value}}
	}
	for name, c := range map[string]struct {
		q    simtest.TC3Request
		code string
	}{
		"an algorithm that is not known": {
			header("Authorization", "HMAC Credential=testid"),
			"AuthFailure.InvalidAuthorization",
		},
		"a scope that is cut off": {
			header(
				"Authorization", "TC3-HMAC-SHA256 Credential=testid/2026-01-01, SignedHeaders=host, Signature=1"),
			"AuthFailure.InvalidAuthorization",
		},
		"no signature": {
			header(
				"Authorization", "TC3-HMAC-SHA256 Credential=testid/2026-01-01/cvm/tc3_request, SignedHeaders=host"),
			"AuthFailure.InvalidAuthorization",
		},
		"another secret": {simtest.TC3Request{Secret: "wrong"}, "AuthFailure.SignatureFailure"},
		"another host": {
			simtest.TC3Request{SignedHost: "cvm.tencentcloudapi.com"},
			"AuthFailure.SignatureFailure",
		},
		"the date of another day":   {simtest.TC3Request{Date: "2020-02-02"}, "AuthFailure.SignatureFailure"},
		"a host that is not signed": {simtest.TC3Request{Signed: "content-type"}, "AuthFailure.SignatureFailure"},
		"a content type not signed": {simtest.TC3Request{Signed: "host"}, "AuthFailure.SignatureFailure"},
		"an unsigned body undeclared": {
			simtest.TC3Request{Body: "{}", Payload: "UNSIGNED-PAYLOAD"},
			"AuthFailure.SignatureFailure",
		},
		"no timestamp":                  {header("X-TC-Timestamp", ""), "MissingParameter"},
		"a timestamp that is no number": {header("X-TC-Timestamp", "now"), "InvalidParameterValue"},
		"a timestamp in milliseconds":   {header("X-TC-Timestamp", "1795353267000"), "AuthFailure.SignatureExpire"},
		"no action":                     {header("X-TC-Action", ""), "MissingParameter"},
		"an unknown action":             {header("X-TC-Action", "DescribeInstance"), "InvalidAction"},
		"no version":                    {header("X-TC-Version", ""), "MissingParameter"},
		"another version":               {header("X-TC-Version", "2017-03-20"), "NoSuchVersion"},
		"no region":                     {header("X-TC-Region", ""), "MissingParameter"},
		"a region that is none":         {header("X-TC-Region", "Guangzhou"), "UnsupportedRegion"},
		"another method":                {simtest.TC3Request{Method: "PUT"}, "UnsupportedProtocol"},
		"parameters in a POST's query":  {simtest.TC3Request{Query: "?Limit=1"}, "InvalidRequest"},
		"a form body": {
			header("Content-Type", "application/x-www-form-urlencoded"),
			"InvalidRequest",
		},
		"a body that is no JSON": {simtest.TC3Request{Body: `{"Limit":`}, "InvalidParameter"},
		"a body of two objects":  {simtest.TC3Request{Body: `{}{}`}, "InvalidParameter"},
		"a body that is a list":  {simtest.TC3Request{Body: `[]`}, "InvalidParameter"},
		"a body that is null":    {simtest.TC3Request{Body: `null`}, "InvalidParameter"},
		"common parameters in the query": {
			simtest.TC3Request{Method: "GET", Query: "?Action=DescribeInstances"},
			"UnknownParameter",
		},
		"a query that is too long": {simtest.TC3Request{
			Method: "GET",
			Query:  "?Limit=" + strings.Repeat("1", 32<<10),
		}, "RequestSizeLimitExceeded"},
		"a parameter given twice": {
			simtest.TC3Request{Method: "GET", Query: "?Limit=1&Limit=2"},
			"InvalidParameter",
		},
		"a query that is not URL-encoded": {simtest.TC3Request{Method: "GET", Query: "?Limit=%GG"}, "InvalidParameter"},
	} {
		if got := ask(t, cloudsim.New(nil), c.q.Build()); got.Error.Code != c.code {
			t.Errorf("%s: code %q, want %q", name, got.Error.Code, c.code)
		}
	}
}

func TestWantsASignature(t *testing.T) {
	for name, r := range map[string]func() *http.Request{
		"JSON": func() *http.Request { r := (simtest.TC3Request{}).Build(); r.Header.Del("Authorization"); return r },
		"GET": func() *http.Request {
			r := (simtest.TC3Request{Method: "GET"}).Build()
			r.Header.Del("Authorization")
			return r
		},
		"form": func() *http.Request {
			r := simtest.V1POST(nil)
			r.Body = http.NoBody
			return r
		},
	} {
		if got := ask(t, cloudsim.New(nil), r()); got.Error.Code != "AuthFailure.InvalidAuthorization" {
			t.Errorf("%s without a signature: code %q", name, got.Error.Code)
		}
	}
}

func TestV1AbsentSignatureMethodIsHmacSHA1(t *testing.T) {
	for name, r := range map[string]*http.Request{"GET": simtest.V1GET(nil), "POST": simtest.V1POST(nil)} {
		if got := ask(t, cloudsim.New(nil), r); got.Error.Code != "" {
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
		"a method not used": {
			map[string]string{"SignatureMethod": "HmacSHA256"},
			"AuthFailure.SignatureFailure",
		},
		"an unknown action":    {map[string]string{"Action": "Describe"}, "InvalidAction"},
		"another version":      {map[string]string{"Version": "2020-01-01"}, "NoSuchVersion"},
		"no region":            {map[string]string{"Region": ""}, "MissingParameter"},
		"an unknown parameter": {map[string]string{"Limits": "1"}, "UnknownParameter"},
	} {
		if got := ask(t, cloudsim.New(nil), simtest.V1GET(c.params)); got.Error.Code != c.code {
			t.Errorf("%s: code %q, want %q", name, got.Error.Code, c.code)
		}
	}
}

func TestV1FormOverTheLimit(t *testing.T) {
	r := simtest.V1POST(map[string]string{"Limit": strings.Repeat("1", 1<<20)})
	if got := ask(t, cloudsim.New(nil), r); got.Error.Code != "RequestSizeLimitExceeded" {
		t.Errorf("a form of more than 1 MB: code %q", got.Error.Code)
	}
}

func TestSecurityToken(t *testing.T) {
	o := &cloudsim.Options{SecurityToken: "sts+token/="}
	for name, c := range map[string]struct {
		r    *http.Request
		code string
	}{
		"TC3 with the token": {
			simtest.TC3Request{Header: map[string]string{"X-TC-Token": "sts+token/="}}.Build(),
			"",
		},
		"TC3 without": {simtest.TC3Request{}.Build(), "AuthFailure.TokenFailure"},
		"TC3 with another": {
			simtest.TC3Request{Header: map[string]string{"X-TC-Token": "old"}}.Build(),
			"AuthFailure.TokenFailure",
		},
		"v1 with the token":     {simtest.V1GET(map[string]string{"Token": "sts+token/="}), ""},
		"v1 without":            {simtest.V1GET(nil), "AuthFailure.TokenFailure"},
		"v1 form, with another": {simtest.V1POST(map[string]string{"Token": "old"}), "AuthFailure.TokenFailure"},
	} {
		if got := ask(t, cloudsim.New(o), c.r); got.Error.Code != c.code {
			t.Errorf("%s: code %q, want %q", name, got.Error.Code, c.code)
		}
	}
}
