package ens

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Timeouts of the calls beside ctx. ENS asks for long ones: it answers a create
// late.
const (
	runTimeout       = 90 * time.Second
	describeTimeout  = 20 * time.Second
	terminateTimeout = 60 * time.Second
)

// RunInstances implements [provider.Driver] by CreateInstance or RunInstances,
// whichever can express the spec. An answer with fewer IDs than asked for is a
// result beside an error with an unknown outcome: neither call documents that
// it makes fewer.
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	r := d.runRequest(spec)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	var a runAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return nil, err
	}
	err = d.checkCode(r, resp, a.Code)
	if err == nil && len(a.InstanceIDs) < max(spec.Count, 1) {
		err = d.caller.Senseless(r, resp)
	}
	if len(a.InstanceIDs) == 0 {
		return nil, err
	}
	return &provider.RunResult{InstanceIDs: a.InstanceIDs, RequestID: resp.RequestID, OrderID: string(a.OrderID)}, err
}

// PreviewRun implements [provider.RunPreviewer].
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	return d.caller.Preview(d.runRequest(spec))
}

// DescribeInstances implements [provider.Driver].
func (d *driver) DescribeInstances(ctx context.Context, req *provider.DescribeRequest) (*provider.DescribePage, error) {
	page, err := pageOf(req)
	if err != nil {
		return nil, err
	}
	r := request("DescribeInstances", translateDescribe(req, cmp.Or(req.Region, d.region)), describeTimeout)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	a := describeAnswer{BaseResponse: &responses.BaseResponse{}}
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return nil, err
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return nil, err
	}
	if a.Instances == nil { // an answer without the list is not an empty list
		return nil, d.caller.Senseless(r, resp)
	}
	out := &provider.DescribePage{RequestID: resp.RequestID}
	if len(req.IDs) == 0 {
		out.NextPage = nextPage(&a, page)
	}
	for i := range a.Instances.Instance {
		if inst := instanceOf(&a.Instances.Instance[i]); req.Matches(&inst) {
			out.Instances = append(out.Instances, inst)
		}
	}
	return out, nil
}

// TerminateInstances implements [provider.Driver].
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := alicloud.CheckIDs(Name, req.IDs, 1, 1); err != nil {
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
		return d.caller.Senseless(r, resp)
	}
	return nil
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

func request(action string, p params, timeout time.Duration) alicloud.Request {
	return alicloud.Request{
		Product: "Ens",
		Version: apiVersion,
		Action:  action,
		Region:  apiRegion,
		Params:  p,
		Timeout: timeout,
	}
}

// pageOf checks a request and returns the number of the page it asks for.
func pageOf(req *provider.DescribeRequest) (int, error) {
	if err := alicloud.CheckIDs(Name, req.IDs, 0, perCall); err != nil {
		return 0, err
	}
	page, err := strconv.Atoi(cmp.Or(req.PageToken, "1"))
	if err != nil || page < 1 {
		return 0, &provider.FieldError{Driver: Name, Path: "PageToken", Value: req.PageToken, Reason: "must come from the page before"}
	}
	return page, nil
}

// nextPage trusts the page size of the answer: ENS may have lowered it. An
// answer without a total ends with its first page that is not full.
func nextPage(a *describeAnswer, page int) string {
	size := cmp.Or(a.PageSize, perCall)
	more := len(a.Instances.Instance) >= size
	if a.TotalCount != nil {
		more = page*size < *a.TotalCount
	}
	if !more {
		return ""
	}
	return strconv.Itoa(page + 1)
}
