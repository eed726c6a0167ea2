package qingcloud

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/yunify/qingcloud-sdk-go/request"
	"github.com/yunify/qingcloud-sdk-go/request/data"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Patience with the service when the caller has less to say about it.
const (
	readPatience  = 30 * time.Second
	writePatience = 90 * time.Second
)

// call is one request to the cloud.
type call struct {
	action  string
	zone    string
	in      any               // pointer to a struct with the SDK's tags
	secrets map[string]string // parameters the SDK's builder would log
	params  map[string]string // raw parameters of the user
}

// call sends one request and decodes its answer into out. Its steps are those
// of the SDK's Request.Send, which has no context and repeats creates.
func (d *driver) call(ctx context.Context, c *call, out any) error {
	t := &trip{op: c.action}
	return d.wrapError(ctx, t, d.exchange(ctx, t, c, out))
}

func (d *driver) exchange(ctx context.Context, t *trip, c *call, out any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic with a %T", p)
		}
	}()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	creds, err := d.credentials(ctx)
	if err != nil {
		return err
	}
	req, err := d.build(c)
	if err != nil {
		return err
	}
	if err = sign(req, creds); err != nil {
		return err
	}
	t.secrets = redactorOf(c, creds, req)
	body, err := d.send(ctx, t, req)
	if err != nil {
		return err
	}
	return unpack(body, out)
}

// send does the one HTTP exchange and returns the body of a 200.
func (d *driver) send(ctx context.Context, t *trip, req *http.Request) ([]byte, error) {
	patience := readPatience
	if !oncehttp.IsRead(t.op) {
		patience = writePatience
		oncehttp.NoReplay(req)
	}
	inner, cancel := context.WithTimeout(t.Watch(ctx), patience)
	defer cancel()
	d.calls.add(time.Now())
	resp, err := t.RoundTrip(d.transports.For(t.op), req.WithContext(inner))
	if err == nil {
		err = t.ReadAll(resp)
		_ = resp.Body.Close()
	}
	switch {
	case err != nil && inner.Err() != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("no answer within %v", patience)
	case err != nil:
		return nil, err
	case t.Status() != http.StatusOK:
		return nil, fmt.Errorf("HTTP status %d", t.Status())
	}
	return t.Body(), nil
}

// zoneProperty is how the SDK's builder learns the zone.
type zoneProperty struct {
	Zone *string `name:"zone"`
}

// build lets the SDK build the request, and adds what the SDK must not see.
func (d *driver) build(c *call) (*http.Request, error) {
	op := &data.Operation{Config: d.sdk, Properties: &zoneProperty{&c.zone}, APIName: c.action, RequestMethod: http.MethodGet}
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
	if err := addParams(q, c.params); err != nil {
		return nil, err
	}
	req.URL.RawQuery = q.Encode()
	return req, nil
}

// sign is the SDK's WriteSignature without its log record of the signed URL.
func sign(req *http.Request, creds provider.Credentials) error {
	s := &request.Signer{AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.AccessKeySecret.Reveal()}
	_, err := s.BuildSignature(req)
	_, req.URL.RawQuery, _ = strings.Cut(s.BuiltURL, "?")
	return err
}

// unpack lets the SDK decode the answer and make its error. It sees a clean
// response: of a 200 that does not claim to be JSON it would ignore the body. Long
// answers decode themselves, in half the time, and the SDK sees those alone that
// are no success.
func unpack(body []byte, out any) error {
	own, ok := out.(interface {
		decode(body []byte) error
		succeeded() bool
	})
	if ok && own.decode(body) == nil && own.succeeded() {
		return nil
	}
	resp := &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(bytes.NewReader(body)),
	}
	ov := reflect.ValueOf(out)
	return (&request.Unpacker{}).UnpackHTTPRequest(&data.Operation{}, resp, &ov)
}

// trip is one call while it is under way.
type trip struct {
	oncehttp.Exchange
	op      string
	secrets *oncehttp.Redactor // known once there is a request
}

// outcome is what is known about a call without an answer of the cloud. What is wrong
// before it can be sent will be wrong again.
func (t *trip) outcome() provider.Outcome {
	if t.Request() == nil {
		return provider.OutcomeRejected
	}
	return outcomeOfFate(t.Fate())
}

// tally counts the calls of the last hour by minute. It tells apart the two
// meanings of code 2500.
type tally struct {
	mu    sync.Mutex
	count [60]int
	at    [60]int64 // the minute that count is for
}

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
