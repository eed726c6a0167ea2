// Package fake is Fifth Cloud in memory, for tests and for the program of this module. It speaks
// the cloud's HTTP API, verifies signatures by itself, and shares no code with the driver, so that
// it cannot share its mistakes. As a [providertest.Cloud] it fails in every way that the suite
// asks for; [providertest.Faults] does what is the same for every cloud.
package fake

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// The calls of the API.
const (
	create   = "POST /v1/instances"
	describe = "GET /v1/instances"
	release  = "DELETE /v1/instances"
)

// Cloud is one account. It is an [http.Handler], and safe for concurrent use.
type Cloud struct {
	providertest.Faults
	options providertest.CloudOptions

	mu     sync.Mutex
	rand   *rand.Rand
	all    []*instance // in order of creation
	tokens map[string]*remembered
}

// remembered is what a client token stands for.
type remembered struct {
	body string // of the create that came with it
	ids  []string
	at   time.Time
}

var _ providertest.Cloud = (*Cloud)(nil)

// New returns a cloud without instances. It is what a harness of package providertest wants.
func New(o providertest.CloudOptions) providertest.Cloud { return NewCloud(o) }

// NewCloud is New for programs.
func NewCloud(o providertest.CloudOptions) *Cloud {
	o.Boot = cmp.Or(o.Boot, 2*time.Second)
	return &Cloud{options: o, rand: rand.New(rand.NewPCG(o.Seed, 5)), tokens: map[string]*remembered{}}
}

// Facts implements [providertest.Cloud].
func (c *Cloud) Facts() providertest.Facts {
	return providertest.Facts{
		Creates: []string{create}, Describe: describe, Releases: []string{release},
		Elsewhere: "south-1", ShowsReason: true,
		Kinds: []cloudsim.FaultKind{
			cloudsim.Throttle, cloudsim.NoStock, cloudsim.Quota, cloudsim.Balance, cloudsim.Refuse,
			cloudsim.LaunchFailure, cloudsim.Partial, cloudsim.ServerErrorBefore, cloudsim.ServerErrorAfter,
			cloudsim.ResetBefore, cloudsim.ResetAfter, cloudsim.Slow, cloudsim.Malformed,
			cloudsim.LateVisibility, cloudsim.ShortList, cloudsim.LongList, cloudsim.ForeignList,
			cloudsim.ForgetToken, cloudsim.Blind, cloudsim.Flap, cloudsim.WrongTotal, cloudsim.Proxy,
			cloudsim.CutBody,
		},
	}
}

// Transport implements [providertest.Cloud].
func (c *Cloud) Transport() http.RoundTripper { return cloudsim.InMemory(c) }

// request is an authenticated request.
type request struct {
	*http.Request
	name string
	body []byte
	hits providertest.Hits
}

// ServeHTTP implements [http.Handler].
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	req := &request{Request: r, name: r.Method + " " + r.URL.Path, body: body}
	if code := c.verify(req); code != "" {
		quoted := "check the key; what was signed is " + toSign(req) // as many a real cloud answers
		providertest.Hits{}.Serve(w, r, func() providertest.Reply { return refusal(401, code, quoted) })
		return
	}
	req.hits = c.Take(req.name, func(k cloudsim.FaultKind) bool { return c.applies(req, k) })
	req.hits.Serve(w, r, func() providertest.Reply { return c.execute(req) })
}

// verify checks the signature, and returns a code or "".
func (c *Cloud) verify(r *request) string {
	id, signature, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "Fifth "), ":")
	if id != c.options.AccessKeyID {
		return "unknown_key"
	}
	mac := hmac.New(sha256.New, []byte(c.options.AccessKeySecret))
	mac.Write([]byte(toSign(r)))
	sent, err := time.Parse(http.TimeFormat, r.Header.Get("Date"))
	isFresh := err == nil && time.Since(sent).Abs() < 15*time.Minute
	if !isFresh || signature != hex.EncodeToString(mac.Sum(nil)) {
		return "bad_signature"
	}
	return ""
}

// toSign is the text that a signature is for.
func toSign(r *request) string {
	return strings.Join([]string{r.Method, r.URL.RequestURI(), r.Header.Get("Date"), string(r.body)}, "\n")
}

// execute answers a call.
func (c *Cloud) execute(r *request) providertest.Reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	if reply, refused := refuse(r); refused {
		return reply
	}
	var reply providertest.Reply
	switch r.name {
	case create:
		reply = c.create(r)
	case describe:
		reply = c.describe(r)
	case release:
		reply = c.release(r)
	default:
		reply = refusal(http.StatusNotFound, "no_such_call", "there is no call "+r.name)
	}
	if r.hits.Has(cloudsim.ServerErrorAfter) {
		return refusal(http.StatusInternalServerError, "internal_error", "something broke")
	}
	return reply
}

// release releases all instances of a call, or none.
func (c *Cloud) release(r *request) providertest.Reply {
	var found []*instance
	for id := range strings.SplitSeq(r.URL.Query().Get("ids"), ",") {
		i := c.find(id)
		if i == nil || i.Region != r.URL.Query().Get("region") || !i.visible() {
			return refusal(http.StatusNotFound, "instance_not_found", "no instance "+id)
		}
		found = append(found, i)
	}
	for _, i := range found {
		i.gone = true
	}
	return accepted(map[string]any{})
}

// find returns an instance that exists, or nil.
func (c *Cloud) find(id string) *instance {
	at := slices.IndexFunc(c.all, func(i *instance) bool { return i.ID == id && !i.gone })
	if at < 0 {
		return nil
	}
	return c.all[at]
}

// Instances implements [providertest.Cloud].
func (c *Cloud) Instances() []cloudsim.Instance {
	return slices.DeleteFunc(c.Everything(), func(i cloudsim.Instance) bool { return i.Phase == cloudsim.Gone })
}

// Everything implements [providertest.Cloud].
func (c *Cloud) Everything() (list []cloudsim.Instance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range c.all {
		list = append(list, cloudsim.Instance{
			ID: i.ID, Name: i.Name, InstanceType: i.Type, ImageID: i.Image, Region: i.Region, Phase: i.phase(),
		})
	}
	return list
}

// requestID numbers nothing: a fake need not be told apart by it.
const requestID = "req-5"

// accepted is the answer of a call that was carried out.
func accepted(fields map[string]any) providertest.Reply {
	fields["requestId"] = requestID
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(fields); err != nil {
		return refusal(http.StatusInternalServerError, "internal_error", err.Error())
	}
	return providertest.Reply{Body: b.Bytes()}
}

// refusal is the answer of a call that was not.
func refusal(status int, code, message string) providertest.Reply {
	reply := accepted(map[string]any{"code": code, "message": message})
	reply.Status = status
	return reply
}
