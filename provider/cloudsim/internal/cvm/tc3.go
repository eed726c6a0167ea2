package cvm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

const tc3Algorithm = "TC3-HMAC-SHA256"

// tc3Authorization is the Authorization header of signature method v3.
type tc3Authorization struct {
	secretID, date, service string
	signedHeaders           []string // lower case, in the order of the header
	signature               string
}

// parseTC3 reads an Authorization header. It returns nil if the header is not in TC3
// form.
func parseTC3(header string) *tc3Authorization {
	list, ok := strings.CutPrefix(header, tc3Algorithm+" ")
	if !ok {
		return nil
	}
	part := map[string]string{}
	for field := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		part[name] = value
	}
	scope := strings.Split(part["Credential"], "/")
	if len(scope) != 4 || scope[3] != "tc3_request" || part["SignedHeaders"] == "" || part["Signature"] == "" {
		return nil
	}
	return &tc3Authorization{
		secretID:      scope[0],
		date:          scope[1],
		service:       scope[2],
		signedHeaders: strings.Split(strings.ToLower(part["SignedHeaders"]), ";"),
		signature:     part["Signature"],
	}
}

// openTC3 authenticates a request of signature method v3. The method has no nonce: the
// same bytes may be sent again while their timestamp is fresh. A client does that when
// it repeats a call after a lost answer.
func (c *api) openTC3(r *http.Request, body []byte, now time.Time) (*envelope, *refusal) {
	auth := parseTC3(r.Header.Get("Authorization"))
	if auth == nil {
		return nil, noAuthorization()
	}
	if refused := c.knows(auth.secretID); refused != nil {
		return nil, refused
	}
	at, refused := fresh("X-TC-Timestamp", r.Header.Get("X-TC-Timestamp"), now)
	if refused != nil {
		return nil, refused
	}
	if auth.date != at.UTC().Format(time.DateOnly) || !auth.verify(r, body, c.service.Config.AccessKeySecret) {
		return nil, badSignature()
	}
	product, refused := productOf(r, auth.service)
	if refused != nil {
		return nil, refused
	}
	tree, refused := tc3Params(r, body)
	if refused != nil {
		return nil, refused
	}
	return &envelope{
		product: product,
		action:  r.Header.Get("X-TC-Action"),
		version: r.Header.Get("X-TC-Version"),
		region:  r.Header.Get("X-TC-Region"),
		token:   r.Header.Get("X-TC-Token"),
		tree:    tree,
	}, nil
}

// verify computes the signature from the secret and the received request.
func (a *tc3Authorization) verify(r *http.Request, body []byte, secret string) bool {
	// The document requires these two headers in the signature.
	if !slices.Contains(a.signedHeaders, "host") || !slices.Contains(a.signedHeaders, "content-type") {
		return false
	}
	for _, host := range hosts(r) {
		if equal(a.signature, a.sign(r, host, body, secret)) {
			return true
		}
	}
	return false
}

func (a *tc3Authorization) sign(r *http.Request, host string, body []byte, secret string) string {
	toSign := strings.Join([]string{
		tc3Algorithm,
		r.Header.Get("X-TC-Timestamp"),
		a.date + "/" + a.service + "/tc3_request",
		sha256Hex([]byte(a.canonical(r, host, body))),
	}, "\n")
	key := hmacSHA256(hmacSHA256(hmacSHA256([]byte("TC3"+secret), a.date), a.service), "tc3_request")
	return hex.EncodeToString(hmacSHA256(key, toSign))
}

// canonical returns the text that both sides hash. The path is always "/". The query is
// the received bytes: clients sort and escape in different ways.
func (a *tc3Authorization) canonical(r *http.Request, host string, body []byte) string {
	query := ""
	if r.Method == http.MethodGet {
		query = r.URL.RawQuery
	}
	var headers strings.Builder
	for _, name := range a.signedHeaders {
		value := r.Header.Get(name)
		if name == "host" {
			value = host
		}
		headers.WriteString(name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n")
	}
	if r.Header.Get("X-TC-Content-SHA256") == "UNSIGNED-PAYLOAD" {
		body = []byte("UNSIGNED-PAYLOAD")
	}
	return strings.Join([]string{
		r.Method, "/", query, headers.String(), strings.Join(a.signedHeaders, ";"), sha256Hex(body),
	}, "\n")
}

// tc3Params reads the parameters. The common ones are headers, so the whole query or
// body belongs to the action.
func tc3Params(r *http.Request, body []byte) (any, *refusal) {
	switch {
	case r.Method == http.MethodGet:
		values, refused := readForm(r.URL.RawQuery)
		if refused != nil {
			return nil, refused
		}
		return FormTree(values)
	case mediaType(r) != "application/json":
		// Documented as a rule; the code is [unverified].
		return nil, refuse("InvalidRequest", "A TC3 POST request must have the content type application/json.")
	default:
		return jsonTree(body)
	}
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}
