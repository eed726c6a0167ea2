package aliyun

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunInstances implements [provider.Driver].
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	r, err := d.runRequest(spec)
	if err != nil {
		return nil, err
	}
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		if id, ok := approvedDryRun(err); ok && spec.DryRun {
			return &provider.RunResult{RequestID: id}, nil
		}
		return runFailed(resp, err)
	}
	var a runAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return runFailed(resp, err)
	}
	if !a.succeeded() {
		return runFailed(resp, d.contradiction(r, resp, &a))
	}
	named := len(a.InstanceIDSets) > 0
	switch {
	case !named && a.OrderID != "" && isUnpaid(spec):
		return a.result(), nil
	case !named:
		return nil, d.caller.Malformed(r, resp)
	case spec.Count > 1 && len(a.InstanceIDSets.Distinct()) < spec.Count && losesIDs(resp.Body):
		return a.result(), d.caller.Malformed(r, resp)
	}
	return a.result(), nil
}

// isUnpaid reports whether a spec asks for an order that is paid later: ECS answers with the
// order, and makes nothing before it is paid. Any other answer with an order and no IDs has
// lost its IDs.
func isUnpaid(spec *provider.RunInstancesSpec) bool {
	o := optionsOf(spec)
	unpaid := o.AutoPay != nil && !*o.AutoPay
	return unpaid || strings.EqualFold(o.Params["AutoPay"], "false")
}

// runFailed returns the error of a create, and the instances that its answer names. Such
// instances contradict the error, so the outcome is unknown.
func runFailed(resp *alicloud.Response, err error) (*provider.RunResult, error) {
	created := salvaged(resp)
	if e := (*provider.APIError)(nil); created != nil && errors.As(err, &e) {
		e.Outcome, e.TokenDead = provider.OutcomeUnknown, false
	}
	return created, err
}

// PreviewRun implements [provider.RunPreviewer].
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	r, err := d.runRequest(spec)
	if err != nil {
		return provider.Request{}, err
	}
	return d.caller.Preview(r)
}

// runRequest returns the request of a create, raw parameters included.
func (d *driver) runRequest(spec *provider.RunInstancesSpec) (alicloud.Request, error) {
	p, err := translateRun(spec)
	if err != nil {
		return alicloud.Request{}, err
	}
	r := d.request("RunInstances", spec.Region, p, runTimeout)
	r.Create = true
	r.Secrets = secretParams(spec)
	return r, nil
}

// DescribeInstances implements [provider.Driver]. The total of a list is documented to mean
// nothing once a token is used. So it is compared only with a list of one page.
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 0, perCall); err != nil {
		return nil, err
	}
	r := d.request("DescribeInstances", req.Region, translateDescribe(req), describeTimeout)
	a := describeAnswer{BaseResponse: &responses.BaseResponse{}}
	r.Into, r.Numbers = &a, []string{"Memory", "Cpu", "GPUAmount"}
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	unread := resp.Unread
	if alicloud.HasOddTags(resp.Body, "Tag") {
		unread = append(unread, unreadRow+".Tags")
	}
	if !a.lists(resp.Body) {
		return nil, d.caller.Malformed(r, resp)
	}
	return a.page(req, unread), nil
}

// page returns the instances of an answer. A row without an ID names no instance: it is left out,
// and the page then proves nothing about the instances that it lacks. So does a list with rows that
// could not be read at all, or that may go on.
func (a *describeAnswer) page(req *provider.DescribeRequest, unread []string) *provider.DescribePage {
	var rows []RawInstance
	if a.Instances != nil {
		rows = a.Instances.Instance
	}
	page := &provider.DescribePage{
		RequestID: a.RequestID, Instances: make([]provider.Instance, 0, len(rows)), Unread: unread,
		Short: slices.Contains(unread, unreadRow) || slices.Contains(unread, "NextToken"),
	}
	shown := make([]string, 0, len(rows))
	for i := range rows {
		if rows[i].InstanceID == "" {
			page.Short = true
			continue
		}
		shown = append(shown, rows[i].InstanceID)
		if inst := instanceOf(&rows[i]); req.Matches(&inst) {
			page.Instances = append(page.Instances, inst)
		}
	}
	at := adapter.Page{Asked: req.IDs, Shown: shown, Total: a.TotalCount, More: a.NextToken != ""}
	onePage := req.PageToken == "" && !at.More
	lacksRows := onePage && at.Total != nil && *at.Total > len(shown)
	page.Short = page.Short || lacksRows || at.Contradicts()
	if len(req.IDs) == 0 {
		page.NextPage = a.NextToken
	}
	return page
}

// unreadRow is the path of a row that is no object.
const unreadRow = "Instances.Instance[]"

// ProbeDescribe implements [provider.AccessProber] by a dry run of DescribeInstances. ECS
// approves of a dry run by an error with one code. A list in its place is no approval: keys
// without the right to describe get empty lists.
func (d *driver) ProbeDescribe(ctx context.Context, region string) error {
	r := d.request("DescribeInstances", region, params{"DryRun": "true"}, describeTimeout)
	resp, err := d.caller.Call(ctx, r)
	if _, ok := approvedDryRun(err); ok {
		return nil
	}
	if err != nil {
		return err
	}
	return d.caller.Malformed(r, resp)
}

// TerminateInstances implements [provider.Driver].
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, perCall); err != nil {
		return err
	}
	r := d.request("DeleteInstances", req.Region, translateTerminate(req), terminateTimeout)
	var a terminateAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return err
	}
	if a.RequestID == "" || !a.succeeded() { // the vendor does not answer so: the instances may still run
		return d.caller.Malformed(r, resp)
	}
	return nil
}
