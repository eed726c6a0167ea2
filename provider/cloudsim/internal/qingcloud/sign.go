package qingcloud

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	timeFormat = "2006-01-02T15:04:05Z"
	window     = 60 * time.Second // how far a time_stamp may be off
)

// readParams reads the parameters of a request: the query of a GET, the form of a POST.
// A name must not occur twice.
func readParams(r *http.Request, body []byte) (map[string]string, *refusal) {
	raw := r.URL.RawQuery
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		raw = string(body)
	default:
		return nil, refusef(invalid, "InvalidRequestFormat, method must be GET or POST")
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refusef(invalid, "InvalidRequestFormat, parameters can not be decoded")
	}
	params := make(map[string]string, len(values))
	for name, v := range values {
		if len(v) > 1 {
			return nil, refusef(invalid, "InvalidRequestFormat, parameter [%s] is given twice", paramName(name))
		}
		params[name] = v[0]
	}
	return params, nil
}

// paramName returns a name for a message. A body of another kind, such as JSON, is one long
// name, which may hold a password.
func paramName(name string) string {
	if len(name) > 40 || !isID(name) {
		return "?"
	}
	return name
}

// authenticate checks the common parameters, the signature and the time stamp. The
// action checks the zone. The version is optional: the official Go SDK never sends it.
func (q *api) authenticate(method, path string, params map[string]string, now time.Time) *refusal {
	a := &args{params: params}
	for _, name := range []string{"action", "access_key_id", "time_stamp", "signature"} {
		a.required(name)
	}
	a.oneOf("signature_version", "1")
	a.required("signature_version")
	newHash := hashOf(a.required("signature_method"))
	if newHash == nil {
		a.unknown("signature_method", "must be HmacSHA256 or HmacSHA1")
	}
	stamp, err := time.Parse(timeFormat, params["time_stamp"])
	if err != nil {
		a.invalid("time_stamp", "must look like 2006-01-02T15:04:05Z")
	}
	if a.err != nil {
		return a.err
	}
	if !q.knows(params) || !q.signed(newHash, method, path, params) {
		return refusef(unauthorized, "AuthFailure, access key or signature is wrong")
	}
	// The documents mention stamps that are too old. It is unverified that the window
	// is as wide into the future; it catches local time sent as UTC.
	if now.Sub(stamp).Abs() > window {
		return refusef(expired, "RequestHasExpired, time_stamp is off by more than 60 seconds")
	}
	return nil
}

// knows reports whether the access key, and the token if one is required, are correct.
// It is unverified that a missing token gets the same answer as a wrong key.
func (q *api) knows(params map[string]string) bool {
	o := q.service.Config
	key := subtle.ConstantTimeCompare([]byte(params["access_key_id"]), []byte(o.AccessKeyID))
	token := 1
	if o.SecurityToken != "" {
		token = subtle.ConstantTimeCompare([]byte(params["token"]), []byte(o.SecurityToken))
	}
	return key&token == 1
}

// signed verifies the signature. It is computed over the decoded parameters, sorted and
// encoded again: the official Python SDK posts unsorted forms with plus signs for
// blanks.
func (q *api) signed(newHash func() hash.Hash, method, path string, params map[string]string) bool {
	// A client that does not encode the plus signs of its signature sends blanks.
	got, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(params["signature"], " ", "+"))
	if err != nil {
		return false
	}
	ok := 0
	for _, p := range signedPaths(path) {
		mac := hmac.New(newHash, []byte(q.service.Config.AccessKeySecret))
		mac.Write([]byte(method + "\n" + p + "\n" + canonical(params)))
		ok |= subtle.ConstantTimeCompare(got, mac.Sum(nil))
	}
	return ok == 1
}

// signedPaths returns the paths that a signature may cover. Normally it is the
// request's path. A client with only a host and port sends to the root, and may sign
// one of the two documented paths.
func signedPaths(received string) []string {
	if received == "" || received == "/" {
		return []string{"/", "/iaas/", "/iaas"}
	}
	return []string{received}
}

func hashOf(method string) func() hash.Hash {
	switch method {
	case "HmacSHA256":
		return sha256.New
	case "HmacSHA1":
		return sha1.New
	default:
		return nil
	}
}

// canonical encodes all parameters except the signature, sorted by name, with a blank
// as %20.
func canonical(params map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name == "signature" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(name) + "=" + escape(params[name]))
	}
	return b.String()
}

// escape leaves only letters, digits and -_.~ unchanged. QueryEscape differs only for
// the blank.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
