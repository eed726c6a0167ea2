package tencent

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
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

// notInTemplates are the leaves that a create takes and a template cannot hold.
var notInTemplates = map[string]string{
	"MinCount":                  "a template holds how many servers to create, and no minimum",
	"CPUOptions.Cores":          "a template has no CpuTopology",
	"CPUOptions.ThreadsPerCore": "a template has no CpuTopology",
	"Login.Password":            "CVM keeps no password in a template; give it to RunInstances, or name KeyPairs",
	"LaunchTemplate":            "a template cannot refer to another one",
	"LaunchTemplate.ID":         "a template cannot refer to another one",
	"LaunchTemplate.Version":    "a template cannot refer to another one",
	"DryRun":                    "a template creates no servers",
	"ClientToken":               "a token is for one create",
}

// TemplateSupport is the table of a create without what a template cannot hold:
// the parameters have the same names in both.
func (d *driver) TemplateSupport() provider.Support {
	fields := d.support.Fields()
	for i, f := range fields {
		if reason, ok := notInTemplates[f.Path]; ok && f.Param != "" {
			fields[i] = provider.Refused(f.Path, reason)
		}
	}
	return provider.NewSupport(Name, fields)
}

// ValidateTemplate checks what CVM documents of templates, and of servers. A new
// version inherits what it leaves out, so nothing is required of it.
func (d *driver) ValidateTemplate(t *provider.LaunchTemplateSpec, version bool) error {
	c := &provider.Checker{Driver: Name}
	if !version {
		checkBetween(c, "Name", t.Name, 2, 128)
	}
	if t.VersionDescription != "" {
		checkBetween(c, "VersionDescription", t.VersionDescription, 2, 256)
	}
	checkTags(c, "Tags", t.Tags)
	for i, v := range t.Vendor {
		c.Require(v.VendorName() != Name, fmt.Sprintf("Vendor[%d]", i), nil, "CVM has no options of templates; options of their servers belong into Spec.Vendor")
	}
	spec := &provider.Checker{Driver: Name}
	opts, err := optionsOf(&t.Spec)
	checkSpec(spec, &t.Spec, opts, !version)
	const absent = "a template has no such parameter"
	spec.Require(opts.PartitionNumber == 0, "Vendor.PartitionNumber", opts.PartitionNumber, absent)
	spec.Require(opts.DedicatedClusterID == "", "Vendor.DedicatedClusterID", opts.DedicatedClusterID, absent)
	spec.Require(len(opts.CHCIDs) == 0, "Vendor.CHCIDs", nil, absent)
	for _, name := range sorted.Keys(opts.Params) {
		spec.Require(!strings.HasPrefix(name, "LaunchTemplate"), fmt.Sprintf("Vendor.Params[%q]", name), nil, "use the fields of the template")
	}
	spec.Add(err)
	if spec.Err() == nil {
		_, err = templateParams(cvm.NewCreateLaunchTemplateRequest(), &t.Spec)
		spec.Add(err)
	}
	c.In("Spec").Add(spec.Err())
	return c.Err()
}

// CreateLaunchTemplate implements [provider.LaunchTemplateDriver].
func (d *driver) CreateLaunchTemplate(
	ctx context.Context, t *provider.LaunchTemplateSpec, token string,
) (id, requestID string, err error) {
	req, err := newTemplate(t, token)
	if err != nil {
		return "", "", err
	}
	resp := cvm.NewCreateLaunchTemplateResponse()
	ex, err := d.addTemplate(ctx, t, req, resp)
	if err != nil {
		return "", "", err
	}
	if resp.Response == nil || value(resp.Response.LaunchTemplateId) == "" {
		return "", "", ex.malformed("it has no template ID", "")
	}
	return *resp.Response.LaunchTemplateId, value(resp.Response.RequestId), nil
}

// CreateLaunchTemplateVersion implements [provider.LaunchTemplateDriver].
func (d *driver) CreateLaunchTemplateVersion(
	ctx context.Context, ref provider.LaunchTemplateRef, t *provider.LaunchTemplateSpec, token string,
) (version int, requestID string, err error) {
	if err := byID(ref); err != nil {
		return 0, "", err
	}
	req, err := newTemplateVersion(ref, t, token)
	if err != nil {
		return 0, "", err
	}
	resp := cvm.NewCreateLaunchTemplateVersionResponse()
	ex, err := d.addTemplate(ctx, t, req, resp)
	if err != nil {
		return 0, "", err
	}
	if resp.Response == nil || value(resp.Response.LaunchTemplateVersionNumber) == 0 {
		return 0, "", ex.malformed("it has no version number", "")
	}
	return int(*resp.Response.LaunchTemplateVersionNumber), value(resp.Response.RequestId), nil
}

func (d *driver) addTemplate(
	ctx context.Context, t *provider.LaunchTemplateSpec, req tchttp.Request, resp tchttp.Response,
) (*exchange, error) {
	ex := d.exchange(ctx, req.GetAction(), t.Spec.Region, templateTimeout)
	ex.creates, ex.spec = true, &t.Spec
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
func (d *driver) DescribeLaunchTemplates(
	ctx context.Context, in *provider.LaunchTemplateQuery, pageToken string,
) (*provider.Page[provider.LaunchTemplate], error) {
	offset, err := pageOffset(pageToken)
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
	page := &provider.Page[provider.LaunchTemplate]{RequestID: value(r.RequestId)}
	for _, raw := range r.LaunchTemplateSet {
		if raw == nil || value(raw.LaunchTemplateId) == "" {
			return nil, ex.malformed("a template in it has no ID", page.RequestID)
		}
		if t := templateOf(raw); in.Matches(&t) {
			page.Items = append(page.Items, t)
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
func describeTemplates(
	in *provider.LaunchTemplateQuery, offset int,
) (req *cvm.DescribeLaunchTemplatesRequest, more bool, err error) {
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

// DescribeLaunchTemplateVersions implements [provider.LaunchTemplateDriver].
func (d *driver) DescribeLaunchTemplateVersions(
	ctx context.Context, in *provider.LaunchTemplateVersionQuery, pageToken string,
) (*provider.Page[provider.LaunchTemplateVersion], error) {
	if err := byID(in.Template); err != nil {
		return nil, err
	}
	offset, err := pageOffset(pageToken)
	if err != nil {
		return nil, err
	}
	req := describeVersions(in, offset)
	ex := d.exchange(ctx, req.GetAction(), in.Region, templateTimeout)
	resp := &versionsResponse{BaseResponse: &tchttp.BaseResponse{}}
	if err := d.ask(ex, req, resp); err != nil {
		return nil, err
	}
	r := resp.Response
	if r == nil || r.LaunchTemplateVersionSet == nil && (r.TotalCount == nil || *r.TotalCount != 0) {
		return nil, ex.malformed("it has no list of versions", "")
	}
	page := &provider.Page[provider.LaunchTemplateVersion]{RequestID: value(r.RequestId)}
	for _, raw := range r.LaunchTemplateVersionSet {
		v, err := versionOf(raw)
		if err != nil {
			return nil, ex.malformed(err.Error(), page.RequestID)
		}
		v.TemplateID, v.Spec.Region = in.Template.ID, ex.region
		page.Items = append(page.Items, *v)
	}
	if next := offset + len(page.Items); req.Limit != nil && len(page.Items) > 0 && next < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(next)
	}
	return page, nil
}

// describeVersions asks in one of three ways, which exclude each other.
func describeVersions(in *provider.LaunchTemplateVersionQuery, offset int) *cvm.DescribeLaunchTemplateVersionsRequest {
	req := cvm.NewDescribeLaunchTemplateVersionsRequest()
	req.LaunchTemplateId = text(in.Template.ID)
	switch {
	case in.Template.Version != 0:
		req.LaunchTemplateVersions = []*uint64{unsigned(in.Template.Version)}
	case in.DefaultOnly:
		req.DefaultVersion, req.MaxVersion = pointer(true), unsigned(lastVersion)
	default:
		req.MaxVersion = unsigned(lastVersion)
		req.Offset = pointer(uint64(offset))
		req.Limit = unsigned(idsPerCall)
	}
	return req
}

// SetDefaultLaunchTemplateVersion implements [provider.LaunchTemplateDriver].
func (d *driver) SetDefaultLaunchTemplateVersion(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	if err := byID(ref); err != nil {
		return err
	}
	req := cvm.NewModifyLaunchTemplateDefaultVersionRequest()
	req.LaunchTemplateId = text(ref.ID)
	req.DefaultVersion = number(ref.Version)
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, templateTimeout), req)
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == setAlready {
		return nil
	}
	return err
}

// DeleteLaunchTemplateVersions implements [provider.LaunchTemplateDriver].
func (d *driver) DeleteLaunchTemplateVersions(ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int) error {
	if err := byID(ref); err != nil {
		return err
	}
	req := cvm.NewDeleteLaunchTemplateVersionsRequest()
	req.LaunchTemplateId = text(ref.ID)
	for _, v := range versions {
		req.LaunchTemplateVersions = append(req.LaunchTemplateVersions, number(v))
	}
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, templateTimeout), req)
	return err
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
