package cvm

import (
	"cmp"
	"crypto/hmac"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Documented limits of the protocol.
const (
	skew     = 5 * time.Minute // between the request's timestamp and our clock
	maxQuery = 32 << 10
	maxV1    = 1 << 20
)

// envelope is the content of a request apart from its parameters, for both signature
// methods.
type envelope struct {
	action, version, region, token string

	product string // that of the signature or the host; "" if neither names one
	tree    any    // the action's own parameters, still undecoded
}

// Open implements [core.Wire].
func (c *api) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
	id := c.service.RequestID(c.requests)
	e, refused := c.authenticate(r, body, now)
	if refused == nil {
		refused = c.admit(e)
	}
	if refused != nil {
		return readable(r, e), refused.answer(id)
	}
	return &core.Call{Action: c.route(e), Region: e.region, Now: now, Tree: e.tree, RequestID: id}, nil
}

// route returns the name that the action of a request has here, or "" for an unknown one. A client that
// names no known product, such as the vendor's Node SDK at an address without a name, means the product
// that has the action in the version of the request.
func (c *api) route(e *envelope) string {
	for _, product := range []string{cvmProduct, vpcProduct, regionProduct, tagProduct} {
		name := ofProduct(product, e.action)
		action, known := c.actions[name]
		same := known && cmp.Or(action.product, cvmProduct) == product
		byVersion := e.product == "" && e.version == products()[product]
		asked := e.product == product || byVersion
		if same && asked {
			return name
		}
	}
	return ""
}

// productOf returns the product that a request is for: that of the scope of its signature, if it has
// one, or else that of its host. Both must agree. Neither may be known.
func productOf(r *http.Request, scope string) (product string, refused *refusal) {
	label, _, _ := strings.Cut(r.Host, ".")
	_, named := products()[label]
	_, scoped := products()[scope]
	switch {
	case named && scope != "" && scope != label:
		return "", refuse("AuthFailure.SignatureFailure", "The scope of the signature is not the service of the host.")
	case named:
		return label, nil
	case scoped:
		return scope, nil
	}
	return "", nil
}

// readable returns what is known of a refused request: its action and its region.
func readable(r *http.Request, e *envelope) *core.Call {
	if e != nil {
		return &core.Call{Action: e.action, Region: e.region}
	}
	return &core.Call{Action: r.Header.Get("X-TC-Action"), Region: r.Header.Get("X-TC-Region")}
}

// authenticate checks the signature with the method that the request uses. A JSON body
// uses TC3, a form body v1, and a GET either.
func (c *api) authenticate(r *http.Request, body []byte, now time.Time) (*envelope, *refusal) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return nil, refuse("UnsupportedProtocol", "Only GET and POST requests are supported.")
	case r.Method == http.MethodGet && len(r.URL.RawQuery) > maxQuery:
		return nil, refuse("RequestSizeLimitExceeded", "The query of a GET request may have 32 KB.")
	case r.Method == http.MethodPost && r.URL.RawQuery != "":
		// Neither method signs the query of a POST. Code [unverified].
		return nil, refuse("InvalidRequest", "A POST request carries its parameters in the body, not in the query.")
	case r.Header.Get("Authorization") != "":
		return c.openTC3(r, body, now)
	case r.Method == http.MethodPost && mediaType(r) != "application/x-www-form-urlencoded":
		return nil, noAuthorization()
	default:
		return c.openV1(r, body, now)
	}
}

func noAuthorization() *refusal {
	return refuse("AuthFailure.InvalidAuthorization", "The request carries no valid Authorization header.")
}

func badSignature() *refusal {
	return refuse("AuthFailure.SignatureFailure",
		"The provided credentials could not be validated. Please check your signature is correct.")
}

// admit checks the rest of the envelope after the signature.
func (c *api) admit(e *envelope) *refusal {
	name := c.route(e)
	action := c.actions[name]
	// A wrong version must not look like an unknown action.
	otherVersion := e.product == "" && c.actions[e.action].run != nil
	known := name != "" || otherVersion
	switch {
	case !equal(e.token, cmp.Or(c.service.Config.SecurityToken, e.token)):
		return refuse("AuthFailure.TokenFailure", "The token is wrong or missing.")
	case e.action == "":
		return missing("Action")
	case !known:
		return refuse("InvalidAction", "The action is invalid or not found.")
	case e.version == "":
		return missing("Version")
	case name == "", e.version != products()[cmp.Or(action.product, cvmProduct)]:
		return refuse("NoSuchVersion", "The version is not supported.")
	case e.region == "" && !action.regionless:
		return missing("Region")
	case e.region != "" && !c.service.Knows(e.region):
		return refuse("UnsupportedRegion", "The region is not supported.")
	default:
		return nil
	}
}

// knows checks a secret ID.
func (c *api) knows(secretID string) *refusal {
	if !equal(secretID, c.service.Config.AccessKeyID) {
		return refuse("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
	}
	return nil
}

// fresh checks a timestamp (Unix seconds) against the clock.
func fresh(name, timestamp string, now time.Time) (time.Time, *refusal) {
	if timestamp == "" {
		return time.Time{}, missing(name)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return time.Time{}, invalid(name)
	}
	at := time.Unix(seconds, 0)
	if now.Truncate(time.Second).Sub(at).Abs() > skew {
		return at, refuse("AuthFailure.SignatureExpire",
			"The timestamp differs from the time of the server by more than five minutes.")
	}
	return at, nil
}

// hosts returns the forms of the host that a signature may cover: the Host header, and
// the same without its port, which the vendor's Node SDK leaves out. On the vendor's
// own endpoints both are the same.
func hosts(r *http.Request) []string {
	hosts := []string{r.Host}
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		hosts = append(hosts, name)
	}
	return hosts
}

func mediaType(r *http.Request) string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return strings.ToLower(r.Header.Get("Content-Type"))
	}
	return media
}

// equal compares in constant time.
func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
