package qingcloud

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunInstances implements [provider.Driver]. An answer with fewer IDs than asked for
// leaves open what happened to the other instances.
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	out := &runAnswer{}
	ex := &exchange{op: actionRun}
	err := d.wrapError(ctx, ex, d.exchange(ctx, ex, d.runRequest(spec), out))
	count := max(spec.Count, 1)
	if err != nil {
		return runFailed(out.salvaged(ex.Body()), count, err)
	}
	if n := len(adapter.Distinct(out.Instances)); n < count {
		lost := fmt.Sprintf("the answer names %d of %d instances", n, count)
		return runFailed(out.salvaged(ex.Body()), count, malformed(actionRun, lost))
	}
	return out.result(), nil
}

// runFailed returns the error of a create, and the instances that its answer names. Such
// instances contradict the error, so the outcome is unknown. It is also unknown when a
// create of several instances runs out of stock: the documents do not say whether it made
// some of them.
func runFailed(out *runAnswer, count int, err error) (*provider.RunResult, error) {
	r := out.result()
	severalOutOfStock := count > 1 && errors.Is(err, provider.ErrNoStock)
	isOpen := r != nil || severalOutOfStock
	if e := (*provider.APIError)(nil); isOpen && errors.As(err, &e) {
		e.Outcome = provider.OutcomeUnknown
	}
	return r, err
}

// PreviewRun implements [provider.RunPreviewer]. It masks the password, the user data and
// every raw parameter: the adapter does not know which of those are secret.
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	c := d.runRequest(spec)
	at, err := d.placeOf(c.zone)
	if err != nil {
		return provider.Request{}, err
	}
	req, err := build(at.sdk, c)
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
	return provider.Request{Driver: Name, Action: c.action, Host: at.host(), Params: params}, nil
}

// runRequest returns the call of a create.
func (d *driver) runRequest(spec *provider.RunInstancesSpec) *call {
	r := translateRun(spec)
	return &call{action: actionRun, zone: d.regionOf(spec.Region), in: &r.runInput, secrets: r.secrets, params: r.params}
}

// DescribeInstances implements [provider.Driver]. The cloud may refuse an unknown ID: a
// refusal of one ID alone as not found is an empty page.
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	offset, err := checkDescribe(req)
	if err != nil {
		return nil, err
	}
	zone, out := d.regionOf(req.Region), &describeAnswer{}
	err = d.call(ctx, &call{action: actionDescribe, zone: zone, in: translateDescribe(req, offset)}, out)
	if len(req.IDs) == 1 && errors.Is(err, provider.ErrNotFound) {
		return &provider.DescribePage{}, nil
	}
	if err != nil {
		return nil, err
	}
	return describePage(req, offset, zone, out)
}

// checkDescribe checks a request and returns the offset of the page that it asks for.
func checkDescribe(req *provider.DescribeRequest) (offset int, err error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 0, perCall); err != nil {
		return 0, err
	}
	if len(req.Tags) > 0 {
		return 0, &provider.FieldError{
			Driver: Name, Path: "Tags", Reason: "QingCloud's labels are no key-value pairs", Unsupported: true,
		}
	}
	return adapter.Offset(Name, req.PageToken)
}

// describePage turns an answer into a page. The documents do not say how search_word
// compares, so names are compared here. The next page starts after what the service sent. An
// instance without a readable ID is left out, and the page is short.
func describePage(
	req *provider.DescribeRequest, offset int, zone string, out *describeAnswer,
) (*provider.DescribePage, error) {
	if !out.lists() {
		return nil, malformed(actionDescribe, "the answer has no list of instances")
	}
	shown := make([]string, len(out.InstanceSet))
	page := &provider.DescribePage{Instances: make([]provider.Instance, 0, len(shown)), Unread: out.unreadFields()}
	for i := range out.InstanceSet {
		raw := &out.InstanceSet[i]
		if shown[i] = raw.ID; raw.ID == "" {
			continue
		}
		if inst := instanceOf(raw, zone); req.Matches(&inst) {
			page.Instances = append(page.Instances, inst)
		}
	}
	leftOut := slices.Contains(shown, "") || slices.Contains(page.Unread, "instance_set[]")
	at := adapter.Page{Asked: req.IDs, Shown: shown, Total: out.TotalCount.pointer()}
	page.Short = at.Contradicts() || leftOut
	if len(req.IDs) == 0 {
		var short bool
		page.NextPage, short = at.NextOffset(offset, perCall)
		page.Short = page.Short || short
	}
	return page, nil
}

// TerminateInstances implements [provider.Driver]. It removes instances at once, past the
// recycle bin, and removes for good those that are in it.
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, perCall); err != nil {
		return err
	}
	c := translateTerminate(req)
	c.zone = d.regionOf(req.Region)
	return d.callBare(ctx, c)
}
