package alibaba

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// system are the parameters of the protocol; the others belong to the API.
const system = " Action Version Format AccessKeyId Timestamp Signature SignatureMethod " +
	"SignatureVersion SignatureNonce SignatureType SecurityToken "

// request is a request before its authentication.
type request struct {
	http   *http.Request
	body   []byte
	query  map[string]string
	params map[string]string // query and form together, empty values included
	claims claims
}

// claims are the protocol's values in a request, for both protocols.
type claims struct {
	action, version string
	keyID, token    string
	nonce, date     string

	// check recomputes the signature and compares.
	check func(secret string) *Refusal
}

// readRequest parses a request. It returns the request also with an error if its answer
// format is known.
func readRequest(r *http.Request, body []byte) (*request, *Refusal) {
	query, err := DecodeParams(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	q := &request{http: r, body: body, query: query, params: map[string]string{}}
	if q.hasForm() {
		form, err := DecodeParams(string(body))
		if err != nil {
			return nil, err
		}
		q.params = form
	}
	for name, value := range query {
		q.params[name] = value
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return q, Refuse(403, "UnsupportedHTTPMethod", "This http method is not supported.")
	}
	if r.URL.Path != "" && r.URL.Path != "/" {
		return q, unknownAction()
	}
	if q.acs3() {
		q.claims, err = q.acs3Claims()
	} else {
		q.claims, err = q.rpcClaims()
	}
	return q, err
}

// hasForm reports whether the body carries parameters. The vendor's SDK for Go sends
// the content type of a form even if all parameters are in the query.
func (q *request) hasForm() bool {
	kind := q.http.Header.Get("Content-Type")
	return q.http.Method == http.MethodPost && strings.HasPrefix(kind, "application/x-www-form-urlencoded")
}

// format returns the answer format: JSON for ACS3. RPC requests choose it; their
// default is XML.
func (q *request) format() string {
	if q.acs3() || strings.EqualFold(q.params["Format"], JSON) {
		return JSON
	}
	return XML
}

// action returns the name of the action, also of a request that is refused.
func (q *request) action() string {
	return cmp.Or(q.claims.action, q.http.Header.Get("x-acs-action"), q.params["Action"])
}

// business returns the parameters of the API. Empty values are part of the signature,
// but after that they count as absent.
func (q *request) business() map[string]string {
	out := map[string]string{}
	for name, value := range q.params {
		if value != "" && !strings.Contains(system, " "+name+" ") {
			out[name] = value
		}
	}
	return out
}

// DecodeParams reads urlencoded parameters: a plus is a space. If a name has two
// values, the first counts.
func DecodeParams(s string) (map[string]string, *Refusal) {
	values, err := url.ParseQuery(s)
	if err != nil {
		return nil, Refuse(400, "InvalidParameter", "The request parameters are not properly encoded.")
	}
	out := make(map[string]string, len(values))
	for name, v := range values {
		out[name] = v[0]
	}
	return out, nil
}

// EncodeParams returns the canonical form of parameters: names in byte order, names and
// values encoded by RFC 3986, empty values with an equals sign.
func EncodeParams(params map[string]string, without string) string {
	names := make([]string, 0, len(params))
	for name := range params {
		if name != without {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = escape(name) + "=" + escape(params[name])
	}
	return strings.Join(names, "&")
}

// escape encodes by RFC 3986: Go's form encoding differs only for the space.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
