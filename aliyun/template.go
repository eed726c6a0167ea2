package aliyun

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	maxTags             = 20
)

// CreateLaunchTemplate implements [provider.LaunchTemplateDriver]. The call has
// no client token, but a name exists once: what a lost answer has made is found
// by it.
func (d *driver) CreateLaunchTemplate(ctx context.Context, req *provider.CreateTemplateRequest) (*provider.TemplateResult, error) {
	return d.addTemplate(ctx, "CreateLaunchTemplate", req)
}

func (d *driver) addTemplate(ctx context.Context, action string, req *provider.CreateTemplateRequest) (*provider.TemplateResult, error) {
	p, err := translateTemplate(req.Spec)
	if err != nil {
		return nil, err
	}
	p.ref(req.Template)
	r := d.request(action, req.Spec.Spec.Region, p, templateTimeout)
	r.Secrets = secretTemplateParams(req.Spec)
	var a struct {
		ID      alicloud.Text `json:"LaunchTemplateId"`
		Version alicloud.Text `json:"LaunchTemplateVersionNumber"`
	}
	resp, err := d.ask(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	return &provider.TemplateResult{ID: string(a.ID), Version: a.Version.Int(), RequestID: resp.RequestID}, nil
}

// ref names a template.
func (p params) ref(t provider.LaunchTemplateRef) {
	p.text("LaunchTemplateId", t.ID)
	p.text("LaunchTemplateName", t.Name)
}

// page asks for the page of a token, which is its number.
func (p params) page(token string, size int) error {
	if n, err := strconv.Atoi(token); token != "" && (err != nil || n < 1) {
		return &provider.FieldError{Driver: Name, Path: "PageToken", Value: token, Reason: "must be one that an earlier page named"}
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
func (d *driver) DescribeLaunchTemplates(ctx context.Context, req *provider.DescribeTemplatesRequest) (*provider.TemplatePage, error) {
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
	resp, err := d.ask(ctx, r, &a)
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

func checkTemplateQuery(q *provider.LaunchTemplateQuery) error {
	if err := adapter.CheckIDs(Name, "IDs", q.IDs, 0, templatesByID); err != nil {
		return err
	}
	c := provider.Checker{Driver: Name}
	c.Require(len(q.Tags) <= maxTags, "LaunchTemplateQuery.Tags", len(q.Tags), fmt.Sprintf("must be at most %d", maxTags))
	c.Require(len(q.InstanceTags) <= maxTags, "LaunchTemplateQuery.InstanceTags", len(q.InstanceTags), fmt.Sprintf("must be at most %d", maxTags))
	return c.Err()
}

// wanted compares what the cloud may filter loosely: an empty tag value cannot
// be asked for, so that every value comes. An answer that tells no tags at all
// cannot be compared.
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
	p.ref(ref)
	return d.tell(ctx, "DeleteLaunchTemplate", region, p)
}

// secretTemplateParams names the raw parameters, whose values no error may show.
func secretTemplateParams(t *provider.LaunchTemplateSpec) []string {
	return slices.Collect(maps.Keys(rawTemplateParams(t)))
}
