package qingcloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunInstances creates spec.Count servers with one request.
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	c, out := d.runCall(spec), &runOutput{}
	t := &trip{op: c.action}
	err := d.wrapError(ctx, t, d.exchange(ctx, t, c, out))
	if err != nil && len(out.Instances) == 0 { // it could not be decoded, or was not
		found := oncehttp.Salvage(t.Body(), "instances")
		out.Instances, out.JobID = oncehttp.OnlyIDs(found.IDs), found.Texts["job_id"]
	}
	return runResult(out, max(spec.Count, 1), err)
}

// PreviewRun returns the request of RunInstances. Besides the password and the
// user data it masks every raw parameter: what those hold is not known here.
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	c := d.runCall(spec)
	req, err := d.build(c)
	if err != nil {
		return provider.Request{}, err
	}
	params := map[string]string{}
	for k, v := range req.URL.Query() {
		params[k] = v[0]
	}
	for _, masked := range []map[string]string{c.secrets, c.params} {
		for k, v := range masked {
			params[k] = provider.Secret(v).String()
		}
	}
	delete(params, "action")
	return provider.Request{Driver: Name, Action: c.action, Host: d.host(), Params: params}, nil
}

// DescribeInstances reads one page of 100.
func (d *driver) DescribeInstances(ctx context.Context, r *provider.DescribeRequest) (*provider.DescribePage, error) {
	in, err := describeInputOf(r)
	if err != nil {
		return nil, err
	}
	zone, out := d.zone(r.Region), &describeOutput{}
	err = d.call(ctx, &call{action: "DescribeInstances", zone: zone, in: in}, out)
	if len(r.IDs) == 1 && isNotFound(err) {
		return &provider.DescribePage{}, nil
	}
	if err != nil {
		return nil, err
	}
	return page(r, in, zone, out)
}

// TerminateInstances removes the servers at once, past the recycle bin, or for
// good from there.
func (d *driver) TerminateInstances(ctx context.Context, r *provider.TerminateRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(r.IDs, 1, perCall); err != nil {
		return err
	}
	c := &call{action: "TerminateInstances", zone: d.zone(r.Region)}
	c.in = &terminateInput{Instances: pointers(r.IDs), DirectCease: number(1)}
	if r.Recycled {
		c.action, c.in = "CeaseInstances", &ceaseInput{Instances: pointers(r.IDs)}
	}
	return d.call(ctx, c, &answer{})
}

func isNotFound(err error) bool { return errors.Is(err, provider.ErrNotFound) }

// answer is what every answer has: the SDK looks for these two fields.
type answer struct {
	RetCode *int    `json:"ret_code"`
	Message *string `json:"message"`
}

type runOutput struct {
	answer
	Instances []string `json:"instances"`
	JobID     string   `json:"job_id"`
}

// succeeded tells whether an answer is read and says so.
func (a *answer) succeeded() bool { return a.RetCode != nil && *a.RetCode == 0 }

func (o *runOutput) decode(b []byte) error {
	type plain runOutput
	return lenient(b, (*plain)(o))
}

// UnmarshalJSON decodes what it can.
func (o *runOutput) UnmarshalJSON(b []byte) error { return o.decode(b) }

type describeInput struct {
	Instances  []*string `name:"instances" location:"params"`
	SearchWord *string   `name:"search_word" location:"params"`
	Owner      *string   `name:"owner" location:"params"`
	Offset     *int      `name:"offset" location:"params"`
	Limit      *int      `name:"limit" location:"params"`
}

type describeOutput struct {
	answer
	InstanceSet []Instance `json:"instance_set"`
	TotalCount  *Number    `json:"total_count"`
}

func (o *describeOutput) decode(b []byte) error {
	type plain describeOutput
	return lenient(b, (*plain)(o))
}

// UnmarshalJSON decodes what it can.
func (o *describeOutput) UnmarshalJSON(b []byte) error { return o.decode(b) }

// terminateInput has direct_cease, which no struct of the SDK has.
type terminateInput struct {
	Instances   []*string `name:"instances" location:"params"`
	DirectCease *int      `name:"direct_cease" location:"params"`
}

type ceaseInput struct {
	Instances []*string `name:"instances" location:"params"`
}

// lenient decodes what it can: one odd field must not lose the IDs beside it.
// For a field of the wrong type encoding/json skips that field, finishes, and
// then reports it. Only ret_code must be what it should: skipped, it would read
// as success.
func lenient(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if odd := (*json.UnmarshalTypeError)(nil); errors.As(err, &odd) {
		var strict struct {
			RetCode *int `json:"ret_code"`
		}
		return json.Unmarshal(b, &strict)
	}
	return err
}

// runResult keeps every ID of the answer, whatever else is wrong with it. Fewer
// than asked for leave open what became of the others, and IDs beside an error
// contradict it. Whether a create of several servers that runs out of stock has
// made some of them is not documented.
func runResult(out *runOutput, count int, err error) (*provider.RunResult, error) {
	var ids []string
	for _, id := range out.Instances {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err == nil && len(ids) < count {
		err = badAnswer("RunInstances", fmt.Sprintf("the answer names %d of %d instances", len(ids), count))
	}
	if e := (*provider.APIError)(nil); errors.As(err, &e) && (len(ids) > 0 || count > 1 && errors.Is(err, provider.ErrNoStock)) {
		e.Outcome = provider.OutcomeUnknown
	}
	if len(ids) == 0 {
		return nil, err
	}
	return &provider.RunResult{InstanceIDs: ids, JobID: out.JobID}, err
}

// describeInputOf always sends a limit: without it the service answers 20.
func describeInputOf(r *provider.DescribeRequest) (*describeInput, error) {
	switch {
	case len(r.IDs) > perCall:
		return nil, (&provider.Checker{Driver: Name}).CheckIDs(r.IDs, 0, perCall)
	case len(r.Tags) > 0:
		return nil, &provider.FieldError{Driver: Name, Path: "Tags", Reason: "QingCloud's labels are no key-value pairs", Unsupported: true}
	}
	in := &describeInput{Limit: number(perCall)}
	if len(r.IDs) > 0 {
		in.Instances = pointers(r.IDs)
		return in, nil
	}
	in.SearchWord = text(r.Name)
	if r.For != nil { // without an owner the service lists one's own servers
		in.Owner = text(runOptions(r.For).TargetUser)
	}
	if r.PageToken != "" {
		offset, err := strconv.Atoi(r.PageToken)
		if err != nil || offset < 1 {
			return nil, fieldError("PageToken", "is not one of this driver")
		}
		in.Offset = number(offset)
	}
	return in, nil
}

// page turns an answer into a page. How search_word matches is not documented,
// so names are compared here; the next page starts after what the service sent.
func page(r *provider.DescribeRequest, in *describeInput, zone string, out *describeOutput) (*provider.DescribePage, error) {
	total := len(out.InstanceSet)
	if out.TotalCount != nil {
		total = int(*out.TotalCount)
	}
	if out.InstanceSet == nil && (out.TotalCount == nil || total > 0) {
		return nil, badAnswer("DescribeInstances", "the answer has no list of servers")
	}
	p := &provider.DescribePage{Instances: make([]provider.Instance, 0, len(out.InstanceSet))}
	shown := make(map[string]bool, len(out.InstanceSet))
	for i := range out.InstanceSet {
		raw := &out.InstanceSet[i]
		if raw.ID == "" {
			return nil, badAnswer("DescribeInstances", "the answer has an instance without an ID")
		}
		shown[raw.ID] = true
		if inst := instanceOf(raw, zone); r.Matches(&inst) {
			p.Instances = append(p.Instances, inst)
		}
	}
	repeats := len(shown) < len(out.InstanceSet)
	if len(r.IDs) > 0 {
		p.Short = repeats || contradicts(r.IDs, shown, out.TotalCount)
		return p, nil
	}
	var short bool
	p.NextPage, short = nextPage(in.Offset, len(out.InstanceSet), out.TotalCount)
	p.Short = repeats || short
	return p, nil
}

// contradicts reports whether an answer about some IDs, which fits into one page, counts
// another number of instances than it shows, or shows one that nobody asked for.
func contradicts(ids []string, shown map[string]bool, total *Number) bool {
	if total != nil && int(*total) != len(shown) {
		return true
	}
	for id := range shown {
		if !slices.Contains(ids, id) {
			return true
		}
	}
	return false
}

// nextPage trusts the total over the page size, which the service may lower. A
// total below what was seen already is none, and every list ends with an empty page.
// Short reports of the last page that the total is another number than all pages showed.
func nextPage(offset *int, got int, total *Number) (token string, short bool) {
	next := got
	if offset != nil {
		next += *offset
	}
	more := got >= perCall
	if total != nil && int(*total) >= next {
		more = int(*total) > next
	}
	if more && got > 0 {
		return strconv.Itoa(next), false
	}
	return "", total != nil && int(*total) != next
}

// call is one request to the cloud.
type call struct {
	action  string
	zone    string
	in      any               // pointer to a struct with the SDK's tags
	secrets map[string]string // parameters the SDK's builder would log
	params  map[string]string // raw parameters of the user
}

func (d *driver) runCall(spec *provider.RunInstancesSpec) *call {
	r := translateRun(spec)
	return &call{action: "RunInstances", zone: d.zone(spec.Region), in: &r.runInput, secrets: r.secrets, params: r.params}
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

// Patience with the service when the caller has less to say about it.
const (
	readPatience  = 30 * time.Second
	writePatience = 90 * time.Second
)

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

func pointers(list []string) []*string {
	out := make([]*string, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}
