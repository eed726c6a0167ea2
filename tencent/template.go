package tencent

import (
	"context"
	"fmt"
	"strconv"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// templateTimeout is that of a release.
const templateTimeout = 30 * time.Second

const (
	// lastVersion is the end of a search for versions. Without it CVM ends the search at 30, but
	// the numbers of versions go on when older ones are deleted.
	lastVersion = 9999

	// setAlready is the code about a version that is the default one already.
	setAlready = "InvalidParameterValue.LaunchTemplateIdVerSetAlready"
)

// CreateLaunchTemplate implements [launchtemplate.Driver].
func (d *driver) CreateLaunchTemplate(
	ctx context.Context, t *launchtemplate.Spec, token string,
) (id, requestID string, err error) {
	out, err := newTemplate(t, token)
	if err != nil {
		return "", "", err
	}
	ex := d.newTemplateExchange(ctx, t, out)
	resp, err := ask[cvm.CreateLaunchTemplateResponseParams](d, ex, out)
	if err != nil {
		return "", "", err
	}
	if value(resp.Response.LaunchTemplateId) == "" {
		return "", "", ex.malformed("it has no template ID", "")
	}
	return *resp.Response.LaunchTemplateId, value(resp.Response.RequestId), nil
}

// newTemplateExchange returns a call that makes a template or a version.
func (d *driver) newTemplateExchange(
	ctx context.Context, t *launchtemplate.Spec, out tchttp.Request,
) *exchange {
	ex := d.newExchange(ctx, out.GetAction(), t.Spec.Region, templateTimeout)
	ex.creates, ex.spec = true, &t.Spec
	return ex
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

// DescribeLaunchTemplates implements [launchtemplate.Driver].
func (d *driver) DescribeLaunchTemplates(
	ctx context.Context, q *launchtemplate.Query, pageToken string,
) (*provider.Page[launchtemplate.Template], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out, more, err := translateDescribeTemplates(q, offset)
	if err != nil {
		return nil, err
	}
	ex := d.newExchange(ctx, out.GetAction(), q.Region, templateTimeout)
	resp, err := ask[cvm.DescribeLaunchTemplatesResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	page, err := templatePage(ex, q, resp)
	if err != nil {
		return nil, err
	}
	next, rows := offset+perCall, len(resp.Response.LaunchTemplateSet)
	if len(q.IDs) == 0 {
		next = offset + rows
		more = rows > 0 && next < int(value(resp.Response.TotalCount))
	}
	if more {
		page.NextPage = strconv.Itoa(next)
	}
	return page, nil
}

// templatePage turns an answer into a page.
func templatePage(
	ex *exchange, q *launchtemplate.Query, resp *response[cvm.DescribeLaunchTemplatesResponseParams],
) (*provider.Page[launchtemplate.Template], error) {
	r := resp.Response
	if !lists(r.LaunchTemplateSet, r.TotalCount) || resp.lostRows("LaunchTemplateSet") {
		return nil, ex.malformed("it has no list of templates", value(r.RequestId))
	}
	page := &provider.Page[launchtemplate.Template]{RequestID: value(r.RequestId)}
	for _, raw := range r.LaunchTemplateSet {
		if raw == nil || value(raw.LaunchTemplateId) == "" {
			return nil, ex.malformed("a template in it has no ID", page.RequestID)
		}
		if t := templateOf(raw); q.Matches(&t) {
			page.Items = append(page.Items, t)
		}
	}
	return page, nil
}

// translateDescribeTemplates asks for IDs, a hundred at a time, or for what matches filters: CVM takes
// either. More reports that there are further IDs.
func translateDescribeTemplates(
	q *launchtemplate.Query, offset int,
) (out *cvm.DescribeLaunchTemplatesRequest, more bool, err error) {
	c := provider.Checker{Driver: Name}
	out = cvm.NewDescribeLaunchTemplatesRequest()
	out.Limit = number(perCall)
	if len(q.IDs) > 0 {
		c.Require(len(q.Tags) == 0, "LaunchTemplateQuery.Tags", nil, "CVM searches templates by IDs or by tags")
		rest := q.IDs[min(offset, len(q.IDs)):]
		out.LaunchTemplateIds = list(rest[:min(perCall, len(rest))])
		return out, len(rest) > perCall, c.Err()
	}
	out.Offset = new(int64(offset))
	if q.Name != "" {
		out.Filters = append(out.Filters, filter("LaunchTemplateName", q.Name))
	}
	for _, k := range sorted.Keys(q.Tags) {
		out.Filters = append(out.Filters, filter("tag:"+k, q.Tags[k]))
	}
	// The answer has no tags, so that only the filters can compare them.
	c.Require(len(out.Filters) <= filtersPerCall, "LaunchTemplateQuery.Tags", len(q.Tags),
		fmt.Sprintf("CVM takes %d filters, the name being one", filtersPerCall))
	return out, false, c.Err()
}

// templateOf translates a described template.
func templateOf(raw *cvm.LaunchTemplateInfo) launchtemplate.Template {
	return launchtemplate.Template{
		ID:             value(raw.LaunchTemplateId),
		Name:           value(raw.LaunchTemplateName),
		DefaultVersion: int(value(raw.DefaultVersionNumber)),
		LatestVersion:  int(value(raw.LatestVersionNumber)),
		Versions:       int(value(raw.LaunchTemplateVersionCount)),
		CreatedBy:      value(raw.CreatedBy),
		CreatedAt:      timeOf(value(raw.CreationTime)),
	}
}

// DeleteLaunchTemplate implements [launchtemplate.Driver].
func (d *driver) DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	if err := byID(ref); err != nil {
		return err
	}
	out := cvm.NewDeleteLaunchTemplateRequest()
	out.LaunchTemplateId = text(ref.ID)
	_, err := d.askBare(d.newExchange(ctx, out.GetAction(), region, templateTimeout), out)
	return err
}
