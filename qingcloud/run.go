package qingcloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

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

func (d *driver) runCall(spec *provider.RunInstancesSpec) *call {
	r := translateRun(spec)
	return &call{action: "RunInstances", zone: d.zone(spec.Region), in: &r.runInput, secrets: r.secrets, params: r.params}
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

// TerminateInstances removes the servers at once, past the recycle bin, or for
// good from there.
func (d *driver) TerminateInstances(ctx context.Context, r *provider.TerminateRequest) error {
	if len(r.IDs) == 0 || len(r.IDs) > perCall {
		return fieldError("IDs", fmt.Sprintf("must be 1 to %d IDs", perCall))
	}
	c := &call{action: "TerminateInstances", zone: d.zone(r.Region)}
	c.in = &terminateInput{Instances: pointers(r.IDs), DirectCease: number(1)}
	if r.Recycled {
		c.action, c.in = "CeaseInstances", &ceaseInput{Instances: pointers(r.IDs)}
	}
	return d.call(ctx, c, &answer{})
}

func isNotFound(err error) bool { return errors.Is(err, provider.ErrNotFound) }
