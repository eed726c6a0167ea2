package ens

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunInstances implements [provider.Driver] by CreateInstance or RunInstances,
// whichever can express the spec. An answer with fewer IDs than asked for is a
// result beside an error with an unknown outcome: neither call documents that
// it makes fewer. A prepaid create that is answered with an order alone waits to be
// paid.
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	r := d.runRequest(spec)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return createdAnyway(resp, ofSeveral(err, spec.Count))
	}
	var a runAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return createdAnyway(resp, err)
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return createdAnyway(resp, ofSeveral(err, spec.Count))
	}
	ids := a.InstanceIDs.Distinct()
	ordered := len(ids) == 0 && a.OrderID != "" && spec.Billing.Mode == provider.Prepaid
	if ordered {
		return a.result(resp), nil
	}
	if len(ids) < max(spec.Count, 1) {
		err = d.caller.Malformed(r, resp)
	}
	if len(ids) == 0 {
		return nil, err
	}
	return a.result(resp), err
}

// createdAnyway returns what an answer names although it is an error, or ended early:
// instances that exist must not be lost. They contradict the error, so that it proves
// nothing about the others.
func createdAnyway(resp *alicloud.Response, err error) (*provider.RunResult, error) {
	if resp == nil {
		return nil, err
	}
	var a runAnswer
	if json.Unmarshal(resp.Body, &a) != nil {
		ids, order := resp.Salvage("InstanceIds", "InstanceId")
		a = runAnswer{OrderID: alicloud.Text(order), InstanceIDs: ids}
	}
	if len(a.InstanceIDs.Distinct()) == 0 {
		return nil, err
	}
	if e := (*provider.APIError)(nil); errors.As(err, &e) {
		e.Outcome = provider.OutcomeUnknown
	}
	return a.result(resp), err
}

// PreviewRun implements [provider.RunPreviewer].
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	return d.caller.Preview(d.runRequest(spec))
}

func (d *driver) runRequest(spec *provider.RunInstancesSpec) alicloud.Request {
	action, p := translateRun(spec)
	if p["EnsRegionId"] == "" && !byArea(spec) {
		p["EnsRegionId"] = d.region
	}
	r := request(action, p, runTimeout)
	r.Create = true
	r.Secrets = secretParams(spec)
	return r
}

// DescribeInstances implements [provider.Driver].
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	at, err := cursorOf(req)
	if err != nil {
		return nil, err
	}
	r := request("DescribeInstances", translateDescribe(req, at.page, cmp.Or(req.Region, d.region)), describeTimeout)
	a := describeAnswer{BaseResponse: &responses.BaseResponse{}}
	r.Into = &a
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return nil, err
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return nil, err
	}
	if !a.lists() {
		return nil, d.caller.Malformed(r, resp)
	}
	shown := make([]string, len(a.Instances.Instance))
	out := &provider.DescribePage{RequestID: resp.RequestID, Instances: make([]provider.Instance, 0, len(shown))}
	for i := range a.Instances.Instance {
		raw := &a.Instances.Instance[i]
		shown[i] = raw.InstanceID
		if inst := instanceOf(raw); req.Matches(&inst) {
			out.Instances = append(out.Instances, inst)
		}
	}
	if len(req.IDs) == 0 {
		out.NextPage, out.Short = at.next(&a)
	}
	shows := adapter.Page{Asked: req.IDs, Shown: shown, Total: a.TotalCount}
	out.Short = out.Short || shows.Contradicts()
	return out, nil
}

// cursor is a place in a list: the number of a page, and how many servers the
// pages before it had. Seen is -1 when those were full.
type cursor struct{ page, seen int }

// cursorOf checks a request and returns the page that it asks for.
func cursorOf(req *provider.DescribeRequest) (cursor, error) {
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 0, perCall); err != nil {
		return cursor{}, err
	}
	page, seen, short := strings.Cut(cmp.Or(req.PageToken, "1"), "+")
	at := cursor{seen: -1}
	var err error
	if at.page, err = strconv.Atoi(page); err == nil && short {
		at.seen, err = strconv.Atoi(seen)
	}
	if err != nil || at.page < 1 || short && at.seen < 0 {
		return cursor{}, &provider.FieldError{Driver: Name, Path: "PageToken", Value: req.PageToken, Reason: "must come from the page before"}
	}
	return at, nil
}

// next trusts the servers of the answer and its total over every page size: ENS
// may have lowered it, whatever size it names. An answer without a total ends
// with its first page that is not full, and every list with an empty page. Short
// reports of the last page that the total is another number than all pages showed.
func (c cursor) next(a *describeAnswer) (token string, short bool) {
	size, got := cmp.Or(a.PageSize, perCall), len(a.Instances.Instance)
	seen := c.seen
	if seen < 0 {
		seen = (c.page - 1) * size
	}
	more := got >= size
	if a.TotalCount != nil && *a.TotalCount >= seen+got { // below what was seen it is none
		more = *a.TotalCount > seen+got
	}
	switch {
	case got == 0 || !more:
		return "", a.TotalCount != nil && *a.TotalCount != seen+got
	case seen+got == c.page*size:
		return strconv.Itoa(c.page + 1), false
	default:
		return strconv.Itoa(c.page+1) + "+" + strconv.Itoa(seen+got), false
	}
}

// TerminateInstances implements [provider.Driver].
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 1, 1); err != nil {
		return err
	}
	action, p := translateTerminate(req)
	r := request(action, p, terminateTimeout)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return err
	}
	var a terminateAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return err
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return err
	}
	if resp.RequestID == "" { // every answer of the vendor has one
		return d.caller.Malformed(r, resp)
	}
	return nil
}
