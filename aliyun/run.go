package aliyun

import (
	"context"
	"encoding/json"
	"errors"
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
		return besideError(resp, err)
	}
	var a runAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return createdAnyway(resp), err
	}
	if !successful(string(a.Code)) {
		return createdAnyway(resp), d.contradiction(r, resp, &a)
	}
	if len(a.InstanceIDSets) == 0 && a.OrderID != "" && unpaid(spec) {
		return a.result(), nil
	}
	if len(a.InstanceIDSets) == 0 {
		return nil, d.caller.Malformed(r, resp)
	}
	if spec.Count > 1 && len(a.InstanceIDSets.Distinct()) < spec.Count && losesIDs(resp.Body) {
		return a.result(), d.caller.Malformed(r, resp)
	}
	return a.result(), nil
}

// unpaid reports whether a spec asks for an order that somebody pays later: ECS answers
// with the order and makes nothing before. Without that wish an answer with an order
// alone has lost its IDs.
func unpaid(spec *provider.RunInstancesSpec) bool {
	o := optionsOf(spec)
	return o.AutoPay != nil && !*o.AutoPay || strings.EqualFold(o.Params["AutoPay"], "false")
}

// besideError returns the servers that an answer names although it is an error.
// A refusal that names some contradicts itself: it does not prove that there are
// no others.
func besideError(resp *alicloud.Response, err error) (*provider.RunResult, error) {
	created := createdAnyway(resp)
	if e := (*provider.APIError)(nil); created != nil && errors.As(err, &e) {
		e.Outcome, e.TokenDead = provider.OutcomeUnknown, false
	}
	return created, err
}

// createdAnyway returns what an answer names although it is an error, or ended early:
// instances that exist must not be lost. It returns nil when there are none.
func createdAnyway(resp *alicloud.Response) *provider.RunResult {
	if resp == nil {
		return nil
	}
	var a runAnswer
	if json.Unmarshal(resp.Body, &a) != nil {
		ids, order := resp.Salvage("InstanceIdSet", "InstanceIdSets")
		a = runAnswer{RequestID: alicloud.Text(resp.RequestID), OrderID: alicloud.Text(order), InstanceIDSets: ids}
	}
	if len(a.InstanceIDSets) == 0 {
		return nil
	}
	return a.result()
}

// PreviewRun implements [provider.RunPreviewer].
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	r, err := d.runRequest(spec)
	if err != nil {
		return provider.Request{}, err
	}
	return d.caller.Preview(r)
}

func (d *driver) runRequest(spec *provider.RunInstancesSpec) (alicloud.Request, error) {
	params, err := translateRun(spec)
	if err != nil {
		return alicloud.Request{}, err
	}
	r := d.request("RunInstances", spec.Region, params, runTimeout)
	r.Create = true
	r.Secrets = secretParams(spec)
	return r, nil
}

// DescribeInstances implements [provider.Driver]. Of a list the total is documented to
// mean nothing once a token is used, so that only the one page of a short list is
// measured by it.
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 0, d.Limits().IDsPerDescribe); err != nil {
		return nil, err
	}
	r := d.request("DescribeInstances", req.Region, translateDescribe(req), describeTimeout)
	a := describeAnswer{BaseResponse: &responses.BaseResponse{}}
	r.Into = &a
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return nil, err
	}
	if !a.lists() {
		return nil, d.caller.Malformed(r, resp)
	}
	shown := make([]string, len(a.Instances.Instance))
	page := &provider.DescribePage{RequestID: a.RequestID, Instances: make([]provider.Instance, 0, len(shown))}
	for i := range a.Instances.Instance {
		raw := &a.Instances.Instance[i]
		shown[i] = raw.InstanceID
		if inst := instanceOf(raw); req.Matches(&inst) {
			page.Instances = append(page.Instances, inst)
		}
	}
	at := adapter.Page{Asked: req.IDs, Shown: shown, Total: a.TotalCount, More: a.NextToken != ""}
	page.Short = at.Contradicts() || req.PageToken == "" && !at.More && at.Total != nil && *at.Total > len(shown)
	if len(req.IDs) == 0 {
		page.NextPage = a.NextToken
	}
	return page, nil
}

// ProbeDescribe implements [provider.AccessProber] by a dry run of DescribeInstances,
// which ends in an error of one code when nothing stands in its way. A list in its place
// is no approval: keys without the right get empty ones.
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
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 1, d.Limits().IDsPerTerminate); err != nil {
		return err
	}
	r := d.request("DeleteInstances", req.Region, translateTerminate(req), terminateTimeout)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return err
	}
	var a terminateAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return err
	}
	if a.RequestID == "" || !successful(string(a.Code)) { // no answer of the vendor is like that: the servers may run on
		return d.caller.Malformed(r, resp)
	}
	return nil
}
