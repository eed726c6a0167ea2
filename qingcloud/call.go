package qingcloud

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/yunify/qingcloud-sdk-go/config"
	"github.com/yunify/qingcloud-sdk-go/request"
	"github.com/yunify/qingcloud-sdk-go/request/data"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// The vendor's names of the calls about instances.
const (
	actionRun       = "RunInstances"
	actionDescribe  = "DescribeInstances"
	actionTerminate = "TerminateInstances"
	actionCease     = "CeaseInstances"
	actionRename    = "ModifyInstanceAttributes"
)

// Timeouts of the calls beside ctx. They are the same for all actions of a kind, because
// the vendor publishes none.
const (
	readTimeout  = 30 * time.Second
	writeTimeout = 90 * time.Second
)

// call is one request to the cloud.
type call struct {
	action  string
	zone    string            // also decides where the call goes
	global  bool              // the action takes no zone
	in      any               // pointer to a struct with the SDK's tags
	secrets map[string]string // parameters that the SDK's builder would log
	params  map[string]string // raw parameters of the user
}

// exchange is one call on its way.
type exchange struct {
	oncehttp.Exchange
	op      string
	zone    string
	at      place
	secrets *oncehttp.Redactor // nil until there is a request
}

// call sends one request and decodes its answer into out. Its steps are those of the SDK's
// Request.Send, which has no ctx and repeats creates.
func (d *driver) call(ctx context.Context, c *call, out reply) error {
	ex := &exchange{op: c.action}
	return d.wrapError(ctx, ex, d.exchange(ctx, ex, c, out))
}

// callBare sends one request whose answer has nothing to read.
func (d *driver) callBare(ctx context.Context, c *call) error { return d.call(ctx, c, &answer{}) }

// exchange is call without the translation of errors. It survives the SDK's panics.
func (d *driver) exchange(ctx context.Context, ex *exchange, c *call, out reply) (err error) {
	defer func() {
		if p := recover(); p != nil { // the value is not kept: it may quote the request
			err = fmt.Errorf("panic with a %T", p)
		}
	}()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	creds, err := d.askCredentials(ctx)
	if err != nil {
		return err
	}
	at, err := d.placeOf(c.zone)
	if err != nil {
		return err
	}
	ex.at, ex.zone = at, c.zone
	if creds.SecurityToken != "" {
		at.sdk.URI = identityPath
	}
	req, err := build(at.sdk, c)
	if err != nil {
		return err
	}
	addToken(req, creds.SecurityToken)
	if err = sign(req, creds); err != nil {
		return err
	}
	ex.secrets = redactorOf(c, creds, req)
	body, err := d.send(ctx, ex, req)
	if err != nil {
		return err
	}
	return unpack(body, out)
}

// send does the one HTTP exchange and returns the body of a 200.
func (d *driver) send(ctx context.Context, ex *exchange, req *http.Request) ([]byte, error) {
	timeout, transport := readTimeout, d.transports.Reads
	if !isRead(ex.op) {
		timeout, transport = writeTimeout, d.transports.Creates
		oncehttp.NoReplay(req)
	}
	inner, cancel := context.WithTimeout(ex.Watch(ctx), timeout)
	defer cancel()
	d.calls.add(time.Now())
	resp, err := ex.RoundTrip(transport, req.WithContext(inner))
	d.answered.Record(&ex.Exchange)
	if err == nil {
		err = ex.ReadAll(resp)
		_ = resp.Body.Close()
	}
	switch {
	case err != nil && inner.Err() != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("no answer within %v", timeout)
	case err != nil:
		return nil, err
	case ex.Status() != http.StatusOK:
		return nil, fmt.Errorf("HTTP status %d", ex.Status())
	}
	return ex.Body(), nil
}

// isRead reports whether an action changes nothing. The names of all but one say so.
func isRead(action string) bool { return oncehttp.IsRead(action) || action == actionQuotas }

// outcome returns what is known about a call without an answer of the cloud. A request that
// could not be built or signed cannot be the next time either.
func (ex *exchange) outcome() provider.Outcome {
	if ex.Request() == nil {
		return provider.OutcomeRejected
	}
	return adapter.OutcomeOf(ex.Fate())
}

// zoneProperty is how the SDK's builder learns the zone.
type zoneProperty struct {
	Zone *string `name:"zone"`
}

// build lets the SDK build the request, and adds what the SDK must not see, because it would log it.
func build(sdk *config.Config, c *call) (*http.Request, error) {
	zone := &zoneProperty{&c.zone}
	if c.global {
		zone.Zone = nil
	}
	op := &data.Operation{Config: sdk, Properties: zone, APIName: c.action, RequestMethod: http.MethodGet}
	in := reflect.ValueOf(c.in)
	req, err := (&request.Builder{}).BuildHTTPRequest(op, &in)
	if err != nil {
		return nil, err
	}
	if len(c.secrets)+len(c.params) == 0 {
		return req, nil
	}
	q := req.URL.Query()
	for k, v := range c.secrets {
		q.Set(k, v)
	}
	if err := mergeRaw(q, c.params); err != nil {
		return nil, err
	}
	req.URL.RawQuery = q.Encode()
	return req, nil
}

// addToken adds the token of temporary keys. The SDK's builder would add it too, and log it.
func addToken(req *http.Request, token provider.Secret) {
	if token == "" {
		return
	}
	q := req.URL.Query()
	q.Set("token", token.Reveal())
	req.URL.RawQuery = q.Encode()
}

// sign is the SDK's WriteSignature without its log record of the signed URL.
func sign(req *http.Request, creds provider.Credentials) error {
	s := &request.Signer{AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.AccessKeySecret.Reveal()}
	_, err := s.BuildSignature(req)
	_, req.URL.RawQuery, _ = strings.Cut(s.BuiltURL, "?")
	return err
}

// tally counts the calls of the last hour by minute. It tells apart the two meanings of
// code 2500. It is safe for concurrent use.
type tally struct {
	mu    sync.Mutex
	count [60]int
	at    [60]int64 // the minute that count is for
}

// add counts a call.
func (t *tally) add(now time.Time) {
	minute := now.Unix() / 60
	t.mu.Lock()
	defer t.mu.Unlock()
	i := minute % 60
	if t.at[i] != minute {
		t.at[i], t.count[i] = minute, 0
	}
	t.count[i]++
}

// lastHour returns the number of calls of the last 60 minutes.
func (t *tally) lastHour(now time.Time) int {
	minute, n := now.Unix()/60, 0
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.count {
		if minute-t.at[i] < 60 {
			n += t.count[i]
		}
	}
	return n
}
