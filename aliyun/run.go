package aliyun

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

const apiVersion = "2014-05-26"

// pageSize is the most that DescribeInstances returns. Its default is 10: asked
// for 100 IDs without a page size, it silently answers 10.
const pageSize = "100"

// Timeouts of the calls beside ctx, near those of the vendor's own SDK.
const (
	runTimeout       = 90 * time.Second
	describeTimeout  = 20 * time.Second
	terminateTimeout = 66 * time.Second
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
		return nil, d.caller.Senseless(r, resp)
	}
	if spec.Count > 1 && len(a.InstanceIDSets.Distinct()) < spec.Count && losesIDs(resp.Body) {
		return a.result(), d.caller.Senseless(r, resp)
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

// losesIDs tells of an answer with fewer IDs than asked for whether its list has
// entries that name no server, or one named already: it is not that fewer were made.
func losesIDs(body []byte) bool {
	var a struct {
		InstanceIDSets struct {
			InstanceIDSet []any `json:"InstanceIdSet"`
		} `json:"InstanceIdSets"`
	}
	if json.Unmarshal(body, &a) != nil { // the list has another shape
		return false
	}
	seen := map[any]bool{"": true}
	for _, entry := range a.InstanceIDSets.InstanceIDSet {
		id, ok := entry.(string)
		if !ok || seen[id] {
			return true
		}
		seen[id] = true
	}
	return false
}

// contradiction is the error of an answer that says both, success by its status
// and failure by its code. ECS does not answer so: it proves nothing.
func (d *driver) contradiction(r alicloud.Request, resp *alicloud.Response, a *runAnswer) error {
	e := d.caller.Refusal(r, resp, string(a.Code), string(a.Message))
	e.Outcome, e.TokenDead = provider.OutcomeUnknown, false
	if e.Kind == nil {
		e.Kind = provider.ErrUnavailable
	}
	return e
}

// successful tells whether a code of an answer with status 2xx is none of an
// error: the words that the vendor's own clients accept.
func successful(code string) bool {
	switch strings.ToLower(code) {
	case "", "0", "200", "ok", "success":
		return true
	}
	return false
}

func (a *runAnswer) result() *provider.RunResult {
	return &provider.RunResult{
		InstanceIDs: a.InstanceIDSets.Distinct(),
		RequestID:   string(a.RequestID),
		OrderID:     string(a.OrderID),
	}
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

// DescribeInstances implements [provider.Driver]. Of a list the total is documented to
// mean nothing once a token is used, so that only the one page of a short list is
// measured by it.
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 0, d.Limits().IDsPerDescribe); err != nil {
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
		return nil, d.caller.Senseless(r, resp)
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
	at := alicloud.Page{Asked: req.IDs, Shown: shown, Total: a.TotalCount, More: a.NextToken != ""}
	page.Short = at.Contradicts() || req.PageToken == "" && !at.More && at.Total != nil && *at.Total > len(shown)
	if len(req.IDs) == 0 {
		page.NextPage = a.NextToken
	}
	return page, nil
}

// lists reports whether there is a list: an answer without one is no empty list,
// unless it says that there is nothing.
func (a *describeAnswer) lists() bool {
	return a.Instances != nil && (a.Instances.Instance != nil || a.TotalCount != nil && *a.TotalCount == 0)
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
	return d.caller.Senseless(r, resp)
}

// TerminateInstances implements [provider.Driver].
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, d.Limits().IDsPerTerminate); err != nil {
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
		return d.caller.Senseless(r, resp)
	}
	return nil
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

func (d *driver) request(action, region string, params map[string]string, timeout time.Duration) alicloud.Request {
	return alicloud.Request{
		Product: "Ecs",
		Version: apiVersion,
		Action:  action,
		Region:  cmp.Or(region, d.region),
		Params:  params,
		Timeout: timeout,
	}
}

// jsonList writes IDs as the JSON text that DescribeInstances wants.
func jsonList(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil { // a list of strings always has a JSON form
		return "[]"
	}
	return string(text)
}
