package aliyun

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

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
func (d *driver) CreateLaunchTemplate(
	ctx context.Context, t *provider.LaunchTemplateSpec, _ string,
) (id, requestID string, err error) {
	a, requestID, err := d.addTemplate(ctx, "CreateLaunchTemplate", provider.LaunchTemplateRef{}, t)
	return string(a.ID), requestID, err
}

// CreateLaunchTemplateVersion implements [provider.LaunchTemplateDriver]. It has
// no client token: a repeated call makes one more version.
func (d *driver) CreateLaunchTemplateVersion(
	ctx context.Context, ref provider.LaunchTemplateRef, t *provider.LaunchTemplateSpec, _ string,
) (version int, requestID string, err error) {
	a, requestID, err := d.addTemplate(ctx, "CreateLaunchTemplateVersion", ref, t)
	return a.Version.Int(), requestID, err
}

// addedAnswer is the answer of both calls that add a template or a version.
type addedAnswer struct {
	ID      alicloud.Text `json:"LaunchTemplateId"`
	Version alicloud.Text `json:"LaunchTemplateVersionNumber"`
}

func (d *driver) addTemplate(
	ctx context.Context, action string, ref provider.LaunchTemplateRef, t *provider.LaunchTemplateSpec,
) (a addedAnswer, requestID string, err error) {
	p, err := translateTemplate(t)
	if err != nil {
		return a, "", err
	}
	p.ref(ref)
	r := d.request(action, t.Spec.Region, p, templateTimeout)
	r.Secrets = secretTemplateParams(t)
	resp, err := d.ask(ctx, r, &a)
	if err != nil {
		return addedAnswer{}, "", err
	}
	return a, resp.RequestID, nil
}

// ask makes a call and reads its answer.
func (d *driver) ask(ctx context.Context, r alicloud.Request, out any) (*alicloud.Response, error) {
	resp, err := d.caller.Call(ctx, r)
	if err != nil {
		return nil, err
	}
	return resp, d.caller.Decode(r, resp, out)
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

// pageInfo is what every answer that is a page says of itself.
type pageInfo struct {
	TotalCount alicloud.Text `json:"TotalCount"`
	PageSize   alicloud.Text `json:"PageSize"`
}

// next is the token of the page after the one of a token, or "" when that was
// the last. A page that is not full is the last whatever the total says: what
// else is counted may be gone by then. How much a full page holds is for the
// answer to say: a service that makes smaller ones than it was asked for would
// otherwise seem to have no more.
func (a *pageInfo) next(token string, got, asked int) string {
	n, size := max(alicloud.Text(token).Int(), 1), asked
	if says := a.PageSize.Int(); says > 0 {
		size = min(asked, says)
	}
	if got < size || n*size >= a.TotalCount.Int() {
		return ""
	}
	return strconv.Itoa(n + 1)
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
func (d *driver) DescribeLaunchTemplates(
	ctx context.Context, q *provider.LaunchTemplateQuery, pageToken string,
) (*provider.Page[provider.LaunchTemplate], error) {
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
	resp, err := d.ask(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if a.Sets == nil { // an answer without the list is not an empty list
		return nil, d.caller.Senseless(r, resp)
	}
	page := &provider.Page[provider.LaunchTemplate]{
		RequestID: resp.RequestID,
		NextPage:  a.next(pageToken, len(a.Sets.Set), templatePageSize),
	}
	for i := range a.Sets.Set {
		if t := templateOf(&a.Sets.Set[i]); q.Matches(&t) && wanted(q, &a.Sets.Set[i]) {
			page.Items = append(page.Items, t)
		}
	}
	return page, nil
}

func checkTemplateQuery(q *provider.LaunchTemplateQuery) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(q.IDs, 0, templatesByID); err != nil {
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

// versionsAnswer is the answer of DescribeLaunchTemplateVersions.
type versionsAnswer struct {
	pageInfo
	Sets *struct {
		Set []rawVersion `json:"LaunchTemplateVersionSet"`
	} `json:"LaunchTemplateVersionSets"`
}

type rawVersion struct {
	TemplateID   alicloud.Text   `json:"LaunchTemplateId"`
	TemplateName alicloud.Text   `json:"LaunchTemplateName"`
	Version      alicloud.Text   `json:"VersionNumber"`
	Description  alicloud.Text   `json:"VersionDescription"`
	Default      alicloud.Text   `json:"DefaultVersion"`
	CreatedBy    alicloud.Text   `json:"CreatedBy"`
	CreateTime   string          `json:"CreateTime"`
	ModifiedTime string          `json:"ModifiedTime"`
	Data         json.RawMessage `json:"LaunchTemplateData"`
}

// DescribeLaunchTemplateVersions implements [provider.LaunchTemplateDriver].
func (d *driver) DescribeLaunchTemplateVersions(
	ctx context.Context, q *provider.LaunchTemplateVersionQuery, pageToken string,
) (*provider.Page[provider.LaunchTemplateVersion], error) {
	if n := len(q.Versions); n > maxVersions {
		return nil, &provider.FieldError{
			Driver: Name, Path: "LaunchTemplateVersionQuery.Versions", Value: strconv.Itoa(n),
			Reason: fmt.Sprintf("must be at most %d: a template has no more", maxVersions),
		}
	}
	p := params{"DetailFlag": "true"}
	if err := p.page(pageToken, templatePageSize); err != nil {
		return nil, err
	}
	p.ref(q.Template)
	p.number("LaunchTemplateVersion.1", q.Template.Version)
	for i, n := range q.Versions {
		p.number(fmt.Sprintf("LaunchTemplateVersion.%d", i+1), n)
	}
	p.number("MinVersion", q.MinVersion)
	p.number("MaxVersion", q.MaxVersion)
	p.flag("DefaultVersion", q.DefaultOnly)
	r := d.request("DescribeLaunchTemplateVersions", q.Region, p, templateTimeout)
	var a versionsAnswer
	resp, err := d.ask(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	if a.Sets == nil {
		return nil, d.caller.Senseless(r, resp)
	}
	page := &provider.Page[provider.LaunchTemplateVersion]{
		RequestID: resp.RequestID,
		NextPage:  a.next(pageToken, len(a.Sets.Set), templatePageSize),
	}
	for i := range a.Sets.Set {
		v, ok := versionOf(&a.Sets.Set[i])
		if !ok { // a version without what it holds would look like an empty one
			return nil, d.caller.Senseless(r, resp)
		}
		v.Spec.Region = r.Region
		page.Items = append(page.Items, v)
	}
	return page, nil
}

func versionOf(raw *rawVersion) (v provider.LaunchTemplateVersion, ok bool) {
	v = provider.LaunchTemplateVersion{
		TemplateID:   string(raw.TemplateID),
		TemplateName: string(raw.TemplateName),
		Version:      raw.Version.Int(),
		Description:  string(raw.Description),
		Default:      raw.Default == "true",
		CreatedBy:    string(raw.CreatedBy),
		CreatedAt:    timeOf(raw.CreateTime),
		ModifiedAt:   timeOf(raw.ModifiedTime),
	}
	data, ok := flatten(raw.Data)
	if ok {
		v.Spec = templateSpec(data)
	}
	return v, ok
}

// SetDefaultLaunchTemplateVersion implements [provider.LaunchTemplateDriver].
func (d *driver) SetDefaultLaunchTemplateVersion(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	p := params{}
	p.ref(ref)
	p.number("DefaultVersionNumber", ref.Version)
	return d.tell(ctx, "ModifyLaunchTemplateDefaultVersion", region, p)
}

// DeleteLaunchTemplateVersions implements [provider.LaunchTemplateDriver]: all
// of the versions, or none.
func (d *driver) DeleteLaunchTemplateVersions(ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int) error {
	if len(versions) > versionsPerDeletion {
		return &provider.FieldError{
			Driver: Name, Path: "versions", Value: strconv.Itoa(len(versions)),
			Reason: fmt.Sprintf("must be at most %d in one call", versionsPerDeletion),
		}
	}
	p := params{}
	p.ref(ref)
	for i, v := range versions {
		p.number(fmt.Sprintf("DeleteVersion.%d", i+1), v)
	}
	return d.tell(ctx, "DeleteLaunchTemplateVersion", region, p)
}

// DeleteLaunchTemplate implements [provider.LaunchTemplateDriver].
func (d *driver) DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	p := params{}
	p.ref(ref)
	return d.tell(ctx, "DeleteLaunchTemplate", region, p)
}

// tell makes a call whose answer holds nothing that is not known.
func (d *driver) tell(ctx context.Context, action, region string, p params) error {
	r := d.request(action, region, p, templateTimeout)
	resp, err := d.ask(ctx, r, &struct{}{})
	if err == nil && resp.RequestID == "" { // every answer of the vendor has one
		err = d.caller.Senseless(r, resp)
	}
	return err
}

// secretTemplateParams names the raw parameters, whose values no error may show.
func secretTemplateParams(t *provider.LaunchTemplateSpec) []string {
	return slices.Collect(maps.Keys(rawTemplateParams(t)))
}
