package tencent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunInstances sends one create.
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	req, raw, err := d.runRequest(spec)
	if err != nil {
		return nil, err
	}
	ex := d.exchange(ctx, actionRun, spec.Region, runTimeout)
	ex.spec, ex.creates, ex.Keep = spec, true, oncehttp.MaxBody
	var resp *cvm.RunInstancesResponse
	err = d.call(ex, func(ctx context.Context, c api) (err error) {
		if raw != nil {
			resp, err = c.RunRaw(ctx, raw)
		} else {
			resp, err = c.RunInstances(ctx, req)
		}
		return err
	})
	if err != nil {
		return runFailed(ex, spec, err)
	}
	return runResult(ex, spec, resp)
}

// runFailed returns the error of a create, and the IDs that stand beside it in
// the answer: the SDK drops them. Machines that exist make the outcome unknown,
// whatever the code says.
func runFailed(ex *exchange, spec *provider.RunInstancesSpec, err error) (*provider.RunResult, error) {
	var e *provider.APIError
	if !errors.As(err, &e) {
		return nil, err
	}
	// Approved dry runs are documented to be plain answers; the common error
	// list of Tencent's APIs has a code for them instead. Which one CVM sends is
	// not verified.
	if spec.DryRun && e.Code == "DryRunOperation" {
		return &provider.RunResult{RequestID: e.RequestID}, nil
	}
	if ids, requestID := ex.savedIDs(); len(ids) > 0 {
		e.Outcome = provider.OutcomeUnknown
		return &provider.RunResult{InstanceIDs: ids, RequestID: cmp.Or(e.RequestID, requestID)}, e
	}
	return nil, err
}

// runResult reads the answer of a create that the SDK takes for a success.
func runResult(ex *exchange, spec *provider.RunInstancesSpec, resp *cvm.RunInstancesResponse) (*provider.RunResult, error) {
	if resp == nil || resp.Response == nil {
		return nil, ex.malformed("it has no Response", "")
	}
	r := &provider.RunResult{RequestID: value(resp.Response.RequestId)}
	r.InstanceIDs = slices.DeleteFunc(values(resp.Response.InstanceIdSet), func(id string) bool { return id == "" })
	switch {
	case len(r.InstanceIDs) < len(resp.Response.InstanceIdSet):
		return r, ex.malformed("some of its instance IDs are empty", r.RequestID)
	case len(r.InstanceIDs) > 1 && len(distinct(r.InstanceIDs)) < min(spec.Count, len(r.InstanceIDs)):
		return r, ex.malformed("it names an instance twice", r.RequestID)
	case len(r.InstanceIDs) > 0, spec.DryRun && r.RequestID != "":
		return r, nil
	default:
		return nil, ex.malformed("it has no instance IDs", r.RequestID)
	}
}

// PreviewRun shows the request with its secrets masked. Values of raw parameters
// are masked too: only their writer knows which of them are secret.
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	req, _, err := d.runRequest(spec)
	if err != nil {
		return provider.Request{}, err
	}
	opts, err := optionsOf(spec)
	if err != nil {
		return provider.Request{}, err
	}
	tree, err := mergedTree(req, opts.Params)
	if err != nil {
		return provider.Request{}, err
	}
	params := map[string]string{}
	flatten(params, "", tree)
	for name, v := range params {
		if isSecret(name, opts.Params) {
			params[name] = provider.Secret(v).String()
		}
	}
	params["Region"] = d.regionOf(spec.Region)
	return provider.Request{Driver: Name, Action: actionRun, Host: d.host, Params: params}, nil
}

// runRequest returns the typed request, and the body to send in its place when
// the spec has raw parameters.
func (d *driver) runRequest(spec *provider.RunInstancesSpec) (*cvm.RunInstancesRequest, map[string]any, error) {
	req, err := translateRun(spec)
	if err != nil {
		return nil, nil, err
	}
	opts, _ := optionsOf(spec) // translateRun has accepted them
	raw, err := mergeParams(req, opts.Params)
	return req, raw, err
}

// DescribeInstances reads one page. It uses full records also for polling, not
// DescribeInstancesStatus: one call then tells state, reason and addresses, at
// the same documented rate. With IDs every other condition is ignored: the cloud
// takes either.
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	offset, err := checkDescribe(req)
	if err != nil {
		return nil, err
	}
	ex := d.exchange(ctx, actionDescribe, req.Region, describeTimeout)
	var resp *cvm.DescribeInstancesResponse
	err = d.call(ex, func(ctx context.Context, c api) (err error) {
		resp, err = c.DescribeInstances(ctx, describeRequest(req, offset))
		return err
	})
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.Response == nil {
		return nil, ex.malformed("it has no Response", "")
	}
	return describePage(ex, req, offset, resp.Response)
}

func checkDescribe(req *provider.DescribeRequest) (offset int, err error) {
	if len(req.IDs) > idsPerCall {
		return 0, &provider.FieldError{Driver: Name, Path: "IDs", Value: strconv.Itoa(len(req.IDs)), Reason: fmt.Sprintf("one describe takes at most %d", idsPerCall)}
	}
	return pageOffset(req.PageToken)
}

// pageOffset reads a page token: the offset of the page's first row.
func pageOffset(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	offset, err := strconv.Atoi(token)
	if err != nil || offset < 0 {
		return 0, &provider.FieldError{Driver: Name, Path: "PageToken", Value: token, Reason: "is not a NextPage of this driver"}
	}
	return offset, nil
}

func describePage(ex *exchange, req *provider.DescribeRequest, offset int, r *cvm.DescribeInstancesResponseParams) (*provider.DescribePage, error) {
	// Without this, an answer that lost its list would read as "all gone".
	if r.InstanceSet == nil && (r.TotalCount == nil || *r.TotalCount != 0) {
		return nil, ex.malformed("it has no list of instances", value(r.RequestId))
	}
	page := &provider.DescribePage{RequestID: value(r.RequestId), Instances: make([]provider.Instance, 0, len(r.InstanceSet))}
	shown := make(map[string]bool, len(r.InstanceSet))
	for _, raw := range r.InstanceSet {
		if raw == nil || value(raw.InstanceId) == "" {
			return nil, ex.malformed("an instance in it has no ID", page.RequestID)
		}
		shown[*raw.InstanceId] = true
		i := instanceOf(raw)
		i.Region = ex.region
		if req.Matches(&i) {
			page.Instances = append(page.Instances, i)
		}
	}
	repeats := len(shown) < len(r.InstanceSet)
	if len(req.IDs) > 0 {
		page.Short = repeats || contradicts(req.IDs, shown, r.TotalCount)
		return page, nil
	}
	var short bool
	page.NextPage, short = nextPage(offset, len(r.InstanceSet), r.TotalCount)
	page.Short = repeats || short
	return page, nil
}

// contradicts reports whether an answer about some IDs, which fits into one page, counts
// another number of instances than it shows, or shows one that nobody asked for.
func contradicts(ids []string, shown map[string]bool, total *int64) bool {
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

// nextPage trusts the total over the page size. An answer without a total ends with its
// first page that is not full, and every list with an empty page. Short reports of the
// last page that the total is another number than all pages showed.
func nextPage(offset, got int, total *int64) (token string, short bool) {
	next := offset + got
	more := got >= idsPerCall
	if total != nil && int(*total) >= next { // below what was seen it is none
		more = int(*total) > next
	}
	if more && got > 0 {
		return strconv.Itoa(next), false
	}
	return "", total != nil && int(*total) != next
}

// TerminateInstances releases servers. Prepaid ones go to the recycle bin by the
// first call and for good by a second, which is the same call: Recycled changes
// nothing here. Their prepaid data disks are kept.
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if n := len(req.IDs); n == 0 || n > idsPerCall {
		return &provider.FieldError{Driver: Name, Path: "IDs", Value: strconv.Itoa(n), Reason: fmt.Sprintf("one terminate takes 1 to %d", idsPerCall)}
	}
	ex := d.exchange(ctx, actionTerminate, req.Region, terminateTimeout)
	var resp *cvm.TerminateInstancesResponse
	err := d.call(ex, func(ctx context.Context, c api) (err error) {
		out := cvm.NewTerminateInstancesRequest()
		out.InstanceIds = list(req.IDs)
		resp, err = c.TerminateInstances(ctx, out)
		return err
	})
	if err != nil {
		return terminateFailed(err, len(req.IDs))
	}
	if resp == nil || resp.Response == nil || value(resp.Response.RequestId) == "" {
		return ex.malformed("it has no RequestId", "")
	}
	return nil
}

// vanishing are the codes about a server that needs no terminating: it never
// came up and is removed by the cloud, or it is being terminated already.
var vanishing = []string{
	"UnsupportedOperation.InstanceStateLaunchFailed",
	"UnsupportedOperation.InstanceStateTerminating",
	"UnsupportedOperation.InstanceStateTerminated",
	"InvalidInstanceState.Terminating",
}

// terminateFailed takes a vanishing server for a success when the call was about
// it alone. In a batch the code does not tell which server it is about, nor what
// became of the others.
func terminateFailed(err error, ids int) error {
	var e *provider.APIError
	if !errors.As(err, &e) || !slices.Contains(vanishing, e.Code) {
		return err
	}
	if ids == 1 {
		return nil
	}
	e.Message += " (one of the servers needs no terminating; terminate the others one at a time)"
	return e
}
