package tencent

import (
	"cmp"
	"context"
	"errors"
	"slices"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// RunInstances implements [provider.Driver].
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	req, body, err := d.runRequest(spec)
	if err != nil {
		return nil, err
	}
	ex := d.newExchange(ctx, actionRun, spec.Region, runTimeout)
	ex.spec, ex.creates, ex.Keep = spec, true, oncehttp.MaxBody
	out, err := req.sendable(body)
	if err != nil {
		return nil, ex.notSent(provider.ErrInvalid, err)
	}
	resp, err := ask[cvm.RunInstancesResponseParams](d, ex, out)
	if err != nil {
		return runFailed(ex, spec, err)
	}
	return runResult(ex, spec, resp)
}

// runFailed returns the error of a create, and the instances that its answer names: the SDK
// drops those. Such instances contradict the error, so the outcome is unknown.
func runFailed(ex *exchange, spec *provider.RunInstancesSpec, err error) (*provider.RunResult, error) {
	var e *provider.APIError
	if !errors.As(err, &e) {
		return nil, err
	}
	// The documents of CVM answer an approved dry run without an error. The list of errors
	// that all APIs of Tencent share has a code for it. Which of the two CVM sends is
	// unverified.
	if spec.DryRun && e.Code == "DryRunOperation" {
		return &provider.RunResult{RequestID: e.RequestID}, nil
	}
	if ids, requestID := ex.salvaged(); len(ids) > 0 {
		e.Outcome = provider.OutcomeUnknown
		return &provider.RunResult{InstanceIDs: ids, RequestID: cmp.Or(e.RequestID, requestID)}, e
	}
	return nil, err
}

// runResult reads the answer of a create that holds no error.
func runResult(
	ex *exchange, spec *provider.RunInstancesSpec, resp *response[cvm.RunInstancesResponseParams],
) (*provider.RunResult, error) {
	named := values(resp.Response.InstanceIdSet)
	r := &provider.RunResult{RequestID: value(resp.Response.RequestId)}
	r.InstanceIDs = slices.DeleteFunc(named, func(id string) bool { return id == "" })
	empty := len(r.InstanceIDs) < len(resp.Response.InstanceIdSet)
	if anyUnread(resp.unread, "Response."+runIDs) {
		r.InstanceIDs, _ = ex.salvaged()
		empty = len(r.InstanceIDs) < spec.Count
	}
	n := len(r.InstanceIDs)
	distinct := len(adapter.Distinct(r.InstanceIDs))
	switch {
	case empty && n > 0:
		return r, ex.malformed("some of its instance IDs cannot be read", r.RequestID)
	case distinct < min(spec.Count, n): // of one instance it does not matter
		return r, ex.malformed("it names an instance twice", r.RequestID)
	case n > 0:
		return r, nil
	case spec.DryRun && !empty && r.RequestID != "":
		return r, nil
	default:
		return nil, ex.malformed("it has no instance IDs", r.RequestID)
	}
}

// PreviewRun implements [provider.RunPreviewer]. It masks the password, the user data, the
// metadata and every raw parameter: the adapter does not know which of those are secret.
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	req, _, err := d.runRequest(spec)
	if err != nil {
		return provider.Request{}, err
	}
	raw := optionsOf(spec).Params
	root, err := mergedTree(req, raw)
	if err != nil {
		return provider.Request{}, err
	}
	params := map[string]string{}
	tree.Flatten(params, "", root)
	for name, v := range params {
		if isSecret(name, raw) {
			params[name] = provider.Secret(v).String()
		}
	}
	params["Region"] = d.regionOf(spec.Region)
	at, err := d.endpointOf(params["Region"])
	if err != nil {
		return provider.Request{}, err
	}
	return provider.Request{Driver: Name, Action: actionRun, Host: at.Host, Params: params}, nil
}

// runRequest returns the request of a create, and the body to send in its place when the spec
// has raw parameters.
func (d *driver) runRequest(
	spec *provider.RunInstancesSpec,
) (req *runRequest, body map[string]any, err error) {
	req, err = translateRun(spec)
	if err != nil {
		return nil, nil, err
	}
	body, err = mergeRaw(req, optionsOf(spec).Params)
	return req, body, err
}

// DescribeInstances implements [provider.Driver]. It uses full records also for polling, not
// DescribeInstancesStatus: one call then has state, reason and addresses, at the same
// documented rate.
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	offset, err := checkDescribe(req)
	if err != nil {
		return nil, err
	}
	ex := d.newExchange(ctx, actionDescribe, req.Region, describeTimeout)
	resp, err := ask[describeResponse](d, ex, translateDescribe(req, offset))
	if err != nil {
		return nil, err
	}
	return describePage(ex, req, offset, resp)
}

// checkDescribe checks a request and returns the offset of the page that it asks for.
func checkDescribe(req *provider.DescribeRequest) (offset int, err error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 0, perCall); err != nil {
		return 0, err
	}
	return adapter.Offset(Name, req.PageToken)
}

// describePage turns an answer into a page.
func describePage(
	ex *exchange, req *provider.DescribeRequest, offset int, resp *response[describeResponse],
) (*provider.DescribePage, error) {
	r := resp.Response
	if !lists(r.InstanceSet, r.TotalCount) {
		return nil, ex.malformed("it has no list of instances", value(r.RequestID))
	}
	page := &provider.DescribePage{
		RequestID: value(r.RequestID), Unread: resp.unreadFields(),
		Instances: make([]provider.Instance, 0, len(r.InstanceSet)),
	}
	shown := make([]string, 0, len(r.InstanceSet))
	for _, raw := range r.InstanceSet {
		if raw == nil || value(raw.InstanceId) == "" {
			continue
		}
		shown = append(shown, *raw.InstanceId)
		for _, field := range oddTexts(raw) {
			if !slices.Contains(page.Unread, field) {
				page.Unread = append(page.Unread, field)
			}
		}
		if inst := instanceOf(raw, ex.region); req.Matches(&inst) {
			page.Instances = append(page.Instances, inst)
		}
	}
	at := adapter.Page{Asked: req.IDs, Shown: shown, Total: totalOf(r.TotalCount)}
	nameless := len(r.InstanceSet) - len(shown)
	page.Short = at.Contradicts() || nameless > 0 || hidesInstances(req, page.Unread)
	if len(req.IDs) == 0 {
		var short bool
		page.NextPage, short = at.NextOffset(offset+nameless, perCall)
		page.Short = page.Short || short
	}
	return page, nil
}

// hidesInstances reports whether fields that could not be read may have left an instance out of
// a page: a whole row, or what the request compares.
func hidesInstances(req *provider.DescribeRequest, unread []string) bool {
	const row = "InstanceSet[]"
	if slices.Contains(unread, row) || anyUnread(unread, row+".InstanceId") {
		return true
	}
	if len(req.IDs) > 0 {
		return false
	}
	name := req.Name != "" && anyUnread(unread, row+".InstanceName")
	state := req.Running && anyUnread(unread, row+".InstanceState")
	tags := len(req.Tags) > 0 && anyUnread(unread, row+".Tags")
	return name || state || tags
}

// TerminateInstances implements [provider.Driver]. A first call sends prepaid instances to the
// recycle bin, and a second one removes them for good. Both are the same call, so that
// Recycled changes nothing here. Prepaid data disks and elastic addresses are kept, unless
// Ordered is set. CVM destroys running instances without being asked, so that Force changes
// nothing either.
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, perCall); err != nil {
		return err
	}
	ex := d.newExchange(ctx, actionTerminate, req.Region, terminateTimeout)
	if _, err := d.askBare(ex, translateTerminate(req)); err != nil {
		return terminateFailed(err, len(req.IDs))
	}
	return nil
}

// vanishing are the codes about an instance that needs no terminating. It never came up and is
// removed by the cloud, or it is being terminated already.
var vanishing = []string{
	"UnsupportedOperation.InstanceStateLaunchFailed",
	"UnsupportedOperation.InstanceStateTerminating",
	"UnsupportedOperation.InstanceStateTerminated",
	"InvalidInstanceState.Terminating",
}

// terminateFailed takes a vanishing instance for a success when the call was about it alone. In
// a call about several the code does not say which instance it is about, nor what happened to
// the others.
func terminateFailed(err error, ids int) error {
	var e *provider.APIError
	if !errors.As(err, &e) || !slices.Contains(vanishing, e.Code) {
		return err
	}
	if ids == 1 {
		return nil
	}
	e.Message += " (one of the instances needs no terminating; terminate the others one at a time)"
	return e
}
