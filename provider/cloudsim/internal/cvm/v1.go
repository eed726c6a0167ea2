package cvm

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// openV1 authenticates a request of signature method v1. All parameters, including the
// common ones, are in the query or in the form body.
func (c *api) openV1(r *http.Request, body []byte, now time.Time) (*envelope, *refusal) {
	raw := r.URL.RawQuery
	if r.Method == http.MethodPost {
		raw = string(body)
	}
	if len(raw) > maxV1 {
		return nil, refuse("RequestSizeLimitExceeded", "A request of signature method v1 may have 1 MB.")
	}
	form, refused := readForm(raw)
	if refused != nil {
		return nil, refused
	}
	if form["Signature"] == "" && form["SecretId"] == "" {
		return nil, noAuthorization()
	}
	if refused := c.verifyV1(r, form, now); refused != nil {
		return nil, refused
	}
	product, refused := productOf(r, "")
	if refused != nil {
		return nil, refused
	}
	e := &envelope{
		product: product,
		action:  form["Action"],
		version: form["Version"],
		region:  form["Region"],
		token:   form["Token"],
	}
	e.tree, refused = FormTree(v1Own(form))
	return e, refused
}

// v1Own returns the parameters of the action, without the common ones.
func v1Own(form map[string]string) map[string]string {
	own := maps.Clone(form)
	for _, name := range []string{
		"Action", "Version", "Region", "Timestamp", "Nonce", "SecretId", "Signature",
		"SignatureMethod", "Token", "Language", "RequestClient",
	} {
		delete(own, name)
	}
	return own
}

func (c *api) verifyV1(r *http.Request, form map[string]string, now time.Time) *refusal {
	for _, name := range []string{"SecretId", "Signature", "Timestamp", "Nonce"} {
		if form[name] == "" {
			return missing(name)
		}
	}
	if refused := c.knows(form["SecretId"]); refused != nil {
		return refused
	}
	// Documented as positive; the vendor's Node SDK draws from 0.
	if _, err := strconv.ParseUint(form["Nonce"], 10, 64); err != nil {
		return invalid("Nonce")
	}
	if _, refused := fresh("Timestamp", form["Timestamp"], now); refused != nil {
		return refused
	}
	algorithm := v1Algorithm(form["SignatureMethod"])
	if algorithm == nil {
		return invalid("SignatureMethod")
	}
	if !c.matchesV1(r, form, algorithm) {
		return badSignature()
	}
	// The nonce is documented to prevent replays, together with the timestamp.
	// The code for a replay is [unverified].
	if !c.service.UseNonce(form["Nonce"]+" "+form["Timestamp"]+" "+form["Signature"], now, skew) {
		return refuse("AuthFailure.SignatureFailure", "The nonce was used before.")
	}
	return nil
}

func v1Algorithm(method string) func() hash.Hash {
	switch method {
	case "", "HmacSHA1":
		return sha1.New
	case "HmacSHA256":
		return sha256.New
	default:
		return nil
	}
}

func (c *api) matchesV1(r *http.Request, form map[string]string, algorithm func() hash.Hash) bool {
	for _, host := range hosts(r) {
		h := hmac.New(algorithm, []byte(c.service.Config.AccessKeySecret))
		h.Write([]byte(v1Text(r.Method, host, form)))
		if equal(form["Signature"], base64.StdEncoding.EncodeToString(h.Sum(nil))) {
			return true
		}
	}
	return false
}

// v1Text returns the text that both sides sign: decoded values, keys in byte order.
func v1Text(method, host string, form map[string]string) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(form)) {
		if key != "Signature" {
			pairs = append(pairs, key+"="+form[key])
		}
	}
	return method + host + "/?" + strings.Join(pairs, "&")
}
