package tencent

import (
	"context"
	"fmt"
	"strconv"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// templateTimeout is how long a call about templates may take when the caller's
// ctx allows more.
const templateTimeout = 30 * time.Second

const (
	// lastVersion is the end of a search for versions. Left out, it would be 30:
	// the numbers of a template's versions go on when older ones are deleted.
	lastVersion = 9999

	// setAlready is the code about a version that is the default one already.
	setAlready = "InvalidParameterValue.LaunchTemplateIdVerSetAlready"
)

// CreateLaunchTemplate implements [provider.LaunchTemplateDriver].
func (d *driver) CreateLaunchTemplate(ctx context.Context, in *provider.CreateTemplateRequest) (*provider.TemplateResult, error) {
	req, err := newTemplate(in)
	if err != nil {
		return nil, err
	}
	resp := cvm.NewCreateLaunchTemplateResponse()
	ex, err := d.addTemplate(ctx, in, req, resp)
	if err != nil {
		return nil, err
	}
	if resp.Response == nil || value(resp.Response.LaunchTemplateId) == "" {
		return nil, ex.malformed("it has no template ID", "")
	}
	return &provider.TemplateResult{ID: *resp.Response.LaunchTemplateId, RequestID: value(resp.Response.RequestId)}, nil
}

func (d *driver) addTemplate(ctx context.Context, in *provider.CreateTemplateRequest, req tchttp.Request, resp tchttp.Response) (*exchange, error) {
	ex := d.exchange(ctx, req.GetAction(), in.Spec.Spec.Region, templateTimeout)
	ex.creates, ex.spec = true, &in.Spec.Spec
	return ex, d.ask(ex, req, resp)
}

// byID refuses names: every call about a template takes its ID.
func byID(ref provider.LaunchTemplateRef) error {
	if ref.ID != "" {
		return nil
	}
	return &provider.FieldError{
		Driver: Name, Path: "LaunchTemplateRef.Name", Value: ref.Name, Unsupported: true,
		Reason: "CVM addresses templates by ID only; List finds the ID of a name",
	}
}

// DescribeLaunchTemplates implements [provider.LaunchTemplateDriver].
func (d *driver) DescribeLaunchTemplates(ctx context.Context, in *provider.DescribeTemplatesRequest) (*provider.TemplatePage, error) {
	offset, err := pageOffset(in.PageToken)
	if err != nil {
		return nil, err
	}
	req, more, err := describeTemplates(in, offset)
	if err != nil {
		return nil, err
	}
	ex := d.exchange(ctx, req.GetAction(), in.Region, templateTimeout)
	resp := cvm.NewDescribeLaunchTemplatesResponse()
	if err := d.ask(ex, req, resp); err != nil {
		return nil, err
	}
	if resp.Response == nil {
		return nil, ex.malformed("it has no Response", "")
	}
	r := resp.Response
	if r.LaunchTemplateSet == nil && (r.TotalCount == nil || *r.TotalCount != 0) {
		return nil, ex.malformed("it has no list of templates", value(r.RequestId))
	}
	page := &provider.TemplatePage{RequestID: value(r.RequestId)}
	for _, raw := range r.LaunchTemplateSet {
		if raw == nil || value(raw.LaunchTemplateId) == "" {
			return nil, ex.malformed("a template in it has no ID", page.RequestID)
		}
		if t := templateOf(raw); in.Matches(&t) {
			page.Templates = append(page.Templates, t)
		}
	}
	next, rows := offset+idsPerCall, len(r.LaunchTemplateSet) // of the IDs
	if len(in.IDs) == 0 {
		next = offset + rows
		more = rows > 0 && next < int(value(r.TotalCount))
	}
	if more {
		page.NextPage = strconv.Itoa(next)
	}
	return page, nil
}

// describeTemplates asks for IDs, a hundred at a time, or for what matches
// filters: CVM takes one or the other. More tells that there are further IDs.
func describeTemplates(in *provider.DescribeTemplatesRequest, offset int) (req *cvm.DescribeLaunchTemplatesRequest, more bool, err error) {
	req = cvm.NewDescribeLaunchTemplatesRequest()
	req.Limit = number(idsPerCall)
	if len(in.IDs) > 0 {
		if len(in.Tags) > 0 {
			return nil, false, &provider.FieldError{Driver: Name, Path: "LaunchTemplateQuery.Tags", Reason: "CVM searches templates by IDs or by tags"}
		}
		rest := in.IDs[min(offset, len(in.IDs)):]
		req.LaunchTemplateIds = list(rest[:min(idsPerCall, len(rest))])
		return req, len(rest) > idsPerCall, nil
	}
	req.Offset = pointer(int64(offset))
	if in.Name != "" {
		req.Filters = append(req.Filters, filter("LaunchTemplateName", in.Name))
	}
	for _, k := range sorted.Keys(in.Tags) {
		req.Filters = append(req.Filters, filter("tag:"+k, in.Tags[k]))
	}
	// The answer has no tags: nothing but the filters can compare them.
	if n := len(req.Filters); n > filtersPerCall {
		return nil, false, &provider.FieldError{Driver: Name, Path: "LaunchTemplateQuery.Tags", Value: strconv.Itoa(len(in.Tags)), Reason: fmt.Sprintf("CVM takes %d filters, the name being one", filtersPerCall)}
	}
	return req, false, nil
}

func templateOf(raw *cvm.LaunchTemplateInfo) provider.LaunchTemplate {
	return provider.LaunchTemplate{
		ID:             value(raw.LaunchTemplateId),
		Name:           value(raw.LaunchTemplateName),
		DefaultVersion: int(value(raw.DefaultVersionNumber)),
		LatestVersion:  int(value(raw.LatestVersionNumber)),
		Versions:       int(value(raw.LaunchTemplateVersionCount)),
		CreatedBy:      value(raw.CreatedBy),
		CreatedAt:      parseTime(value(raw.CreationTime)),
	}
}

// DeleteLaunchTemplate implements [provider.LaunchTemplateDriver].
func (d *driver) DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	if err := byID(ref); err != nil {
		return err
	}
	req := cvm.NewDeleteLaunchTemplateRequest()
	req.LaunchTemplateId = text(ref.ID)
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, templateTimeout), req)
	return err
}
