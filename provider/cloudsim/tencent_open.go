package cloudsim

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
	tencentSkew    = 5 * time.Minute // between the request's clock and ours
	tencentGETSize = 32 << 10
	tencentV1Size  = 1 << 20
)

// tencentEnvelope is what a request says apart from its parameters, however it
// was signed.
type tencentEnvelope struct {
	action, version, region, token string

	tree any // the action's own parameters, still undecoded
}

// Open implements wire.
func (c *cvm) Open(r *http.Request, body []byte, now time.Time) (*core.Call, *core.Answer) {
	id := c.cloud.RequestID(c.requests)
	e, refused := c.authenticate(r, body, now)
	if refused == nil {
		refused = c.admit(e)
	}
	if refused != nil {
		return nil, refused.answer(id)
	}
	return &core.Call{Action: e.action, Region: e.region, Now: now, Tree: e.tree, RequestID: id}, nil
}

// authenticate checks the signature by whichever method the request uses.
// A JSON body takes TC3, a form body v1, and a GET either.
func (c *cvm) authenticate(r *http.Request, body []byte, now time.Time) (*tencentEnvelope, *tencentRefusal) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return nil, tencentRefuse("UnsupportedProtocol", "Only GET and POST requests are supported.")
	case r.Method == http.MethodGet && len(r.URL.RawQuery) > tencentGETSize:
		return nil, tencentRefuse("RequestSizeLimitExceeded", "The query of a GET request may have 32 KB.")
	case r.Method == http.MethodPost && r.URL.RawQuery != "":
		// Neither method signs it, so nobody can have meant it. Code [unverified].
		return nil, tencentRefuse("InvalidRequest", "A POST request carries its parameters in the body, not in the query.")
	case r.Header.Get("Authorization") != "":
		return c.openTC3(r, body, now)
	case r.Method == http.MethodPost && tencentMediaType(r) != "application/x-www-form-urlencoded":
		return nil, tencentNoAuthorization()
	default:
		return c.openV1(r, body, now)
	}
}

func tencentNoAuthorization() *tencentRefusal {
	return tencentRefuse("AuthFailure.InvalidAuthorization", "The request carries no valid Authorization header.")
}

func tencentBadSignature() *tencentRefusal {
	return tencentRefuse("AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct.")
}

// admit checks what is left of the envelope once the signature is good.
func (c *cvm) admit(e *tencentEnvelope) *tencentRefusal {
	action, known := c.actions[e.action]
	switch {
	case !tencentEqual(e.token, cmp.Or(c.cloud.Config.SecurityToken, e.token)):
		return tencentRefuse("AuthFailure.TokenFailure", "The token is wrong or missing.")
	case e.action == "":
		return tencentMissing("Action")
	case !known:
		return tencentRefuse("InvalidAction", "The action is invalid or not found.")
	case e.version == "":
		return tencentMissing("Version")
	case e.version != cvmVersion:
		return tencentRefuse("NoSuchVersion", "The version is not supported.")
	case e.region == "" && !action.regionless:
		return tencentMissing("Region")
	case e.region != "" && !cvmRegionForm(e.region):
		return tencentRefuse("UnsupportedRegion", "The region is not supported.")
	default:
		return nil
	}
}

// knows checks a secret ID.
func (c *cvm) knows(secretID string) *tencentRefusal {
	if !tencentEqual(secretID, c.cloud.Config.AccessKeyID) {
		return tencentRefuse("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
	}
	return nil
}

// tencentFresh checks a timestamp (Unix seconds) against the clock.
func tencentFresh(name, timestamp string, now time.Time) (time.Time, *tencentRefusal) {
	if timestamp == "" {
		return time.Time{}, tencentMissing(name)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return time.Time{}, tencentInvalid(name)
	}
	at := time.Unix(seconds, 0)
	if now.Truncate(time.Second).Sub(at).Abs() > tencentSkew {
		return at, tencentRefuse("AuthFailure.SignatureExpire", "The timestamp differs from the time of the server by more than five minutes.")
	}
	return at, nil
}

// tencentHosts are the spellings of the host that a signature may cover: as the
// Host header has it, and without the port, which the vendor's Node SDK leaves
// out. The two are one on the vendor's own endpoints.
func tencentHosts(r *http.Request) []string {
	hosts := []string{r.Host}
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		hosts = append(hosts, name)
	}
	return hosts
}

func tencentMediaType(r *http.Request) string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return strings.ToLower(r.Header.Get("Content-Type"))
	}
	return media
}

// tencentEqual compares in constant time.
func tencentEqual(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
