package ens

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunInstances implements [provider.Driver] by CreateInstance or RunInstances: the one that can
// express the spec. Neither documents that it makes fewer instances than asked for, so an answer
// with fewer IDs leaves open what happened to the others. A prepaid create that is answered with an
// order alone waits to be paid.
func (d *driver) RunInstances(ctx context.Context, spec *provider.RunInstancesSpec) (*provider.RunResult, error) {
	r := d.runRequest(spec)
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return runFailed(resp, ofSeveral(err, spec.Count))
	}
	var a runAnswer
	if err := d.caller.Decode(r, resp, &a); err != nil {
		return runFailed(resp, err)
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return runFailed(resp, ofSeveral(err, spec.Count))
	}
	named := len(a.InstanceIDs.Distinct())
	switch {
	case named == 0 && a.OrderID != "" && spec.Billing.Mode == provider.Prepaid:
		return a.result(resp), nil
	case named == 0:
		return nil, d.caller.Malformed(r, resp)
	case named < max(spec.Count, 1):
		return a.result(resp), d.caller.Malformed(r, resp)
	}
	return a.result(resp), nil
}

// runFailed returns the error of a create, and the instances that its answer names. Such instances
// contradict the error, so the outcome is unknown.
func runFailed(resp *alicloud.Response, err error) (*provider.RunResult, error) {
	created := salvaged(resp)
	if e := (*provider.APIError)(nil); created != nil && errors.As(err, &e) {
		e.Outcome = provider.OutcomeUnknown
	}
	return created, err
}

// PreviewRun implements [provider.RunPreviewer].
func (d *driver) PreviewRun(spec *provider.RunInstancesSpec) (provider.Request, error) {
	return d.caller.Preview(d.runRequest(spec))
}

// runRequest returns the request of a create, raw parameters included.
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
	at, err := checkDescribe(req)
	if err != nil {
		return nil, err
	}
	r := request("DescribeInstances", translateDescribe(req, at.page, d.regionOf(req.Region)), describeTimeout)
	a := describeAnswer{BaseResponse: &responses.BaseResponse{}}
	r.Into, r.Numbers = &a, []string{"Cpu", "Memory", "Size", "InternetMaxBandwidthIn", "InternetMaxBandwidthOut"}
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if err := d.checkCode(r, resp, a.Code); err != nil {
		return nil, err
	}
	if alicloud.HasOddTags(resp.Body, "Tags", "TagKey", "TagValue") {
		resp.Unread = append(resp.Unread, unreadRow+".Tags")
	}
	if !a.lists(resp.Body) {
		return nil, d.caller.Malformed(r, resp)
	}
	return a.page(req, at, resp), nil
}

// page turns an answer into a page. An instance without a readable ID is left out, and the page is
// short.
func (a *describeAnswer) page(
	req *provider.DescribeRequest, at cursor, resp *alicloud.Response,
) *provider.DescribePage {
	rows := a.rows()
	shown := make([]string, len(rows))
	page := &provider.DescribePage{
		RequestID: resp.RequestID, Instances: make([]provider.Instance, 0, len(shown)), Unread: resp.Unread,
	}
	for i := range rows {
		raw := &rows[i]
		if shown[i] = raw.InstanceID; raw.InstanceID == "" {
			continue
		}
		if inst := instanceOf(raw); req.Matches(&inst) {
			page.Instances = append(page.Instances, inst)
		}
	}
	shows := adapter.Page{Asked: req.IDs, Shown: shown, Total: a.TotalCount}
	leftOut := slices.Contains(shown, "") || slices.Contains(resp.Unread, unreadRow)
	page.Short = leftOut || shows.Contradicts()
	if len(req.IDs) == 0 {
		var short bool
		page.NextPage, short = at.next(cmp.Or(a.PageSize, perCall), len(rows), a.TotalCount)
		page.Short = page.Short || short
	}
	return page
}

// cursor is a place in a list: the number of a page, and how many rows the pages before it
// had. Seen is -1 when those pages were full.
type cursor struct{ page, seen int }

// checkDescribe checks a request and returns the page that it asks for.
func checkDescribe(req *provider.DescribeRequest) (cursor, error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 0, perCall); err != nil {
		return cursor{}, err
	}
	return readCursor(req.PageToken)
}

// readCursor reads the token of a page.
func readCursor(token string) (cursor, error) {
	page, seen, short := strings.Cut(cmp.Or(token, "1"), "+")
	at := cursor{seen: -1}
	var err error
	if at.page, err = strconv.Atoi(page); err == nil && short {
		at.seen, err = strconv.Atoi(seen)
	}
	negative := short && at.seen < 0
	if err != nil || at.page < 1 || negative {
		return cursor{}, noSuchPage(token)
	}
	return at, nil
}

// noSuchPage refuses a token that no page has named.
func noSuchPage(token string) error {
	return &provider.FieldError{
		Driver: Name, Path: "PageToken", Value: token, Reason: "must be the NextPage of an earlier page",
	}
}

// next returns the token of the page after this one, or "" for the last page. The rows of the
// answer and its total count more than any size of a page: ENS may have lowered that, whatever size
// it names. A page without a total is the last one when it is not full. An empty page is always the
// last one. Size is how many rows a page has, and got how many this one has.
//
// Short reports, for the last page, that the total differs from what all pages showed.
func (c cursor) next(size, got int, total *int) (token string, short bool) {
	seen := c.seen
	if seen < 0 {
		seen = (c.page - 1) * size
	}
	more := got >= size
	if total != nil && *total >= seen+got { // a total below what was seen is not believed
		more = *total > seen+got
	}
	switch {
	case got == 0 || !more:
		return "", total != nil && *total != seen+got
	case seen+got == c.page*size:
		return strconv.Itoa(c.page + 1), false
	default:
		return strconv.Itoa(c.page+1) + "+" + strconv.Itoa(seen+got), false
	}
}

// TerminateInstances implements [provider.Driver].
func (d *driver) TerminateInstances(ctx context.Context, req *provider.TerminateRequest) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(req.IDs, 1, 1); err != nil {
		return err
	}
	action, p := translateTerminate(req)
	_, err := d.callBare(ctx, request(action, p, terminateTimeout))
	return err
}
