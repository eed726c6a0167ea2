package aliyun

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	// templateTimeout is the longest that the vendor's own SDK gives these calls.
	templateTimeout = 16 * time.Second

	templatePageSize    = 50  // the most that a page holds
	templatesByID       = 100 // IDs in one question
	maxVersions         = 30  // of one template
	versionsPerDeletion = 29  // one call cannot name more: all but the default version
)

// CreateLaunchTemplate implements [provider.LaunchTemplateDriver]. The call has no client token, but a
// name can exist only once: it finds what a lost answer has made.
func (d *driver) CreateLaunchTemplate(
	ctx context.Context, req *provider.CreateTemplateRequest,
) (*provider.TemplateResult, error) {
	return d.addTemplate(ctx, "CreateLaunchTemplate", req)
}

// addTemplate makes a template or a version.
func (d *driver) addTemplate(
	ctx context.Context, action string, req *provider.CreateTemplateRequest,
) (*provider.TemplateResult, error) {
	c := &provider.Checker{Driver: Name}
	p := translateTemplate(c, req.Spec)
	if err := c.Err(); err != nil {
		return nil, err
	}
	p.template(req.Template)
	r := d.request(action, req.Spec.Spec.Region, p, templateTimeout)
	r.Secrets = secretTemplateParams(req.Spec)
	var a struct {
		ID      alicloud.Text `json:"LaunchTemplateId"`
		Version alicloud.Text `json:"LaunchTemplateVersionNumber"`
	}
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	return &provider.TemplateResult{ID: string(a.ID), Version: a.Version.Int(), RequestID: resp.RequestID}, nil
}

// template names a template.
func (p params) template(t provider.LaunchTemplateRef) {
	p.text("LaunchTemplateId", t.ID)
	p.text("LaunchTemplateName", t.Name)
}

// page asks for the page of a token, which is its number.
func (p params) page(token string, size int) error {
	if _, err := adapter.Offset(Name, token); err != nil {
		return err
	}
	p.text("PageNumber", token)
	p.number("PageSize", size)
	return nil
}

// templatesAnswer is the answer of DescribeLaunchTemplates.
type templatesAnswer struct {
	pageInfo
	Sets *struct {
		Set []rawTemplate `json:"LaunchTemplateSet"`
	} `json:"LaunchTemplateSets"`
}

// rawTemplate is a described template.
type rawTemplate struct {
	ID             alicloud.Text `json:"LaunchTemplateId"`
	Name           alicloud.Text `json:"LaunchTemplateName"`
	DefaultVersion alicloud.Text `json:"DefaultVersionNumber"`
	LatestVersion  alicloud.Text `json:"LatestVersionNumber"`
	CreatedBy      alicloud.Text `json:"CreatedBy"`
	CreateTime     string        `json:"CreateTime"`
	ModifiedTime   string        `json:"ModifiedTime"`
	Tags           *RawTags      `json:"Tags"` // nil in answers of older editions
}

// DescribeLaunchTemplates implements [provider.LaunchTemplateDriver].
func (d *driver) DescribeLaunchTemplates(
	ctx context.Context, req *provider.DescribeTemplatesRequest,
) (*provider.TemplatePage, error) {
	if err := checkTemplateQuery(&req.LaunchTemplateQuery); err != nil {
		return nil, err
	}
	p := params{}
	if err := p.page(req.PageToken, templatePageSize); err != nil {
		return nil, err
	}
	p.list("LaunchTemplateId", req.IDs)
	p.text("LaunchTemplateName.1", req.Name)
	p.tags("TemplateTag", req.Tags)
	p.tags("Tag", req.InstanceTags) // of the older reference; the client compares them itself
	r := d.request("DescribeLaunchTemplates", req.Region, p, templateTimeout)
	var a templatesAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if a.Sets == nil { // an answer without the list is not an empty list
		return nil, d.caller.Malformed(r, resp)
	}
	page := &provider.TemplatePage{
		RequestID: resp.RequestID,
		NextPage:  a.next(req.PageToken, len(a.Sets.Set), templatePageSize),
	}
	for i := range a.Sets.Set {
		if t := templateOf(&a.Sets.Set[i]); req.Matches(&t) && wanted(&req.LaunchTemplateQuery, &a.Sets.Set[i]) {
			page.Templates = append(page.Templates, t)
		}
	}
	return page, nil
}

// checkTemplateQuery checks the documented limits of a query.
func checkTemplateQuery(q *provider.LaunchTemplateQuery) error {
	if err := adapter.CheckIDs(Name, "IDs", q.IDs, 0, templatesByID); err != nil {
		return err
	}
	c := provider.Checker{Driver: Name}
	rule, own, ofInstances := fmt.Sprintf("must be at most %d", maxTags), len(q.Tags), len(q.InstanceTags)
	c.Require(own <= maxTags, "LaunchTemplateQuery.Tags", own, rule)
	c.Require(ofInstances <= maxTags, "LaunchTemplateQuery.InstanceTags", ofInstances, rule)
	return c.Err()
}

// wanted reports whether a template matches what the cloud may filter loosely: an empty value of a tag
// cannot be asked for, so that the cloud answers every value. An answer without any tags cannot be
// compared.
func wanted(q *provider.LaunchTemplateQuery, raw *rawTemplate) bool {
	if raw.Tags != nil {
		have := tagsOf(raw.Tags.Tag)
		for key, value := range q.Tags {
			if v, ok := have[key]; !ok || v != value {
				return false
			}
		}
	}
	return len(q.IDs) == 0 || slices.Contains(q.IDs, string(raw.ID))
}

// templateOf translates a described template.
func templateOf(raw *rawTemplate) provider.LaunchTemplate {
	t := provider.LaunchTemplate{
		ID:             string(raw.ID),
		Name:           string(raw.Name),
		DefaultVersion: raw.DefaultVersion.Int(),
		LatestVersion:  raw.LatestVersion.Int(),
		CreatedBy:      string(raw.CreatedBy),
		CreatedAt:      timeOf(raw.CreateTime),
		ModifiedAt:     timeOf(raw.ModifiedTime),
	}
	if raw.Tags != nil {
		t.Tags = tagsOf(raw.Tags.Tag)
	}
	return t
}

// DeleteLaunchTemplate implements [provider.LaunchTemplateDriver].
func (d *driver) DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	p := params{}
	p.template(ref)
	return d.callBare(ctx, d.request("DeleteLaunchTemplate", region, p, templateTimeout))
}
