package aliyun

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

const (
	// templateTimeout is the longest that the vendor's own SDK gives these calls.
	templateTimeout = 16 * time.Second

	templatePageSize    = 50  // the most that a page holds
	templatesByID       = 100 // IDs in one question
	maxVersions         = 30  // of one template
	versionsPerDeletion = 29  // one call cannot name more: all but the default version
)

// CreateLaunchTemplate implements [launchtemplate.Driver]. The call has no client token, but a
// name can exist only once: it finds what a lost answer has made.
func (d *driver) CreateLaunchTemplate(
	ctx context.Context, t *launchtemplate.Spec, _ string,
) (id, requestID string, err error) {
	a, requestID, err := d.addTemplate(ctx, "CreateLaunchTemplate", provider.LaunchTemplateRef{}, t)
	return string(a.ID), requestID, err
}

// addedAnswer is the answer of both calls that add a template or a version.
type addedAnswer struct {
	ID      alicloud.Text `json:"LaunchTemplateId"`
	Version alicloud.Text `json:"LaunchTemplateVersionNumber"`
}

// addTemplate makes a template or a version.
func (d *driver) addTemplate(
	ctx context.Context, action string, ref provider.LaunchTemplateRef, t *launchtemplate.Spec,
) (a addedAnswer, requestID string, err error) {
	c := &provider.Checker{Driver: Name}
	p := translateTemplate(c, t)
	if err := c.Err(); err != nil {
		return addedAnswer{}, "", err
	}
	p.template(ref)
	r := d.request(action, t.Spec.Region, p, templateTimeout)
	r.Secrets = secretTemplateParams(t)
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return addedAnswer{}, "", err
	}
	return a, resp.RequestID, nil
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

// DescribeLaunchTemplates implements [launchtemplate.Driver].
func (d *driver) DescribeLaunchTemplates(
	ctx context.Context, q *launchtemplate.Query, pageToken string,
) (*provider.Page[launchtemplate.Template], error) {
	if err := checkTemplateQuery(q); err != nil {
		return nil, err
	}
	p := params{}
	if err := p.page(pageToken, templatePageSize); err != nil {
		return nil, err
	}
	p.list("LaunchTemplateId", q.IDs)
	p.text("LaunchTemplateName.1", q.Name)
	p.tags("TemplateTag", q.Tags)
	p.tags("Tag", q.InstanceTags) // of the older reference; the client compares them itself
	r := d.request("DescribeLaunchTemplates", q.Region, p, templateTimeout)
	var a templatesAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Sets == nil && a.lacks(resp.Body, "LaunchTemplateSets"): // an answer without the list is not an empty list
		return nil, d.caller.Malformed(r, resp)
	case a.Sets == nil:
		return &provider.Page[launchtemplate.Template]{RequestID: resp.RequestID}, nil
	}
	page := &provider.Page[launchtemplate.Template]{
		RequestID: resp.RequestID,
		NextPage:  a.next(pageToken, len(a.Sets.Set), templatePageSize),
	}
	for i := range a.Sets.Set {
		if isNoID(a.Sets.Set[i].ID) {
			continue
		}
		if t := templateOf(&a.Sets.Set[i]); q.Matches(&t) && wanted(q, &a.Sets.Set[i]) {
			page.Items = append(page.Items, t)
		}
	}
	return page, nil
}

// checkTemplateQuery checks the documented limits of a query.
func checkTemplateQuery(q *launchtemplate.Query) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(q.IDs, 0, templatesByID); err != nil {
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
func wanted(q *launchtemplate.Query, raw *rawTemplate) bool {
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
func templateOf(raw *rawTemplate) launchtemplate.Template {
	t := launchtemplate.Template{
		ID:             string(raw.ID),
		Name:           string(raw.Name),
		DefaultVersion: raw.DefaultVersion.Int(),
		LatestVersion:  raw.LatestVersion.Int(),
		CreatedBy:      string(raw.CreatedBy),
		CreatedAt:      alicloud.TimeOf(raw.CreateTime),
		ModifiedAt:     alicloud.TimeOf(raw.ModifiedTime),
	}
	if raw.Tags != nil {
		t.Tags = tagsOf(raw.Tags.Tag)
	}
	return t
}

// DeleteLaunchTemplate implements [launchtemplate.Driver].
func (d *driver) DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	p := params{}
	p.template(ref)
	return d.callBare(ctx, d.request("DeleteLaunchTemplate", region, p, templateTimeout))
}
