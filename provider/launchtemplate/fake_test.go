package launchtemplate_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// templateCloud is a fake with launch templates. Without a script it behaves:
// creates are idempotent by token, and lists come in pages of two.
type templateCloud struct {
	*fakedriver.Cloud
	table  provider.Support // of templates
	refuse func(s *launchtemplate.Spec, version bool) error
	loose  bool // reads of a version name every version

	templates []*keptTemplate
	requests  []templateRequest
	results   map[string]kept // by token
}

type keptTemplate struct {
	launchtemplate.Template
	region   string
	versions []launchtemplate.Version
}

// templateRequest is what a call was about.
type templateRequest struct {
	api      provider.API
	region   string
	ref      provider.LaunchTemplateRef
	token    string
	versions []int
	only     bool // the default version
	query    launchtemplate.Query
	page     string
}

func newTemplateCloud() *templateCloud {
	f := &templateCloud{Cloud: fakedriver.New(), table: provider.NewSupport("fake", fakedriver.Everything()), results: map[string]kept{}}
	f.Max.Idempotent = []provider.API{"CreateLaunchTemplate", "CreateLaunchTemplateVersion"}
	return f
}

// client returns a client of the cloud in region-1.
func (f *templateCloud) client(change ...func(*provider.Options)) *provider.Client {
	o := &provider.Options{Region: "region-1"}
	for _, c := range change {
		c(o)
	}
	return provider.NewClient(f, o)
}

// open returns the launch templates of the cloud.
func (f *templateCloud) open(t *testing.T) *launchtemplate.Templates {
	t.Helper()
	l, err := launchtemplate.Of(f.client())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// withTemplates runs a test in a bubble of fake time with a fresh cloud.
func withTemplates(t *testing.T, test func(t *testing.T, f *templateCloud, l *launchtemplate.Templates)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newTemplateCloud()
		test(t, f, f.open(t))
	})
}

func (f *templateCloud) TemplateSupport() provider.Support { return f.table }

func (f *templateCloud) ValidateTemplate(s *launchtemplate.Spec, version bool) error {
	if f.refuse == nil {
		return nil
	}
	return f.refuse(s, version)
}

// do writes a call down and carries it out between the two scripts.
func (f *templateCloud) do(ctx context.Context, r templateRequest, work func() error) error {
	return f.Do(ctx, fakedriver.Call{API: r.api, Token: r.token}, func() { f.requests = append(f.requests, r) }, work)
}

// find returns a template, or the cloud's error.
func (f *templateCloud) find(region string, ref provider.LaunchTemplateRef) (*keptTemplate, error) {
	for _, t := range f.templates {
		named := t.ID == ref.ID
		if ref.ID == "" {
			named = t.Name == ref.Name
		}
		if named && t.region == region {
			return t, nil
		}
	}
	return nil, fakedriver.Refusal(provider.ErrNotFound, "InvalidLaunchTemplate.NotFound")
}

func (t *keptTemplate) add(s *launchtemplate.Spec) int {
	t.LatestVersion++
	t.versions = append(t.versions, launchtemplate.Version{
		TemplateID: t.ID, TemplateName: t.Name, Version: t.LatestVersion, Description: s.VersionDescription, CreatedAt: time.Now(), Spec: s.Spec,
	})
	return t.LatestVersion
}

// kept is what a token has made.
type kept struct {
	id      string
	version int
}

func (f *templateCloud) CreateLaunchTemplate(
	ctx context.Context, s *launchtemplate.Spec, token string,
) (id, requestID string, err error) {
	asked := templateRequest{api: "CreateLaunchTemplate", region: s.Spec.Region, token: token}
	err = f.do(ctx, asked, func() error {
		if res, ok := f.results[token]; ok {
			id = res.id
			return nil
		}
		if _, err := f.find(asked.region, provider.LaunchTemplateRef{Name: s.Name}); err == nil {
			return fakedriver.Refusal(provider.ErrExists, "LaunchTemplateName.Duplicated")
		}
		t := &keptTemplate{region: asked.region, Template: launchtemplate.Template{
			ID: fmt.Sprintf("lt-%d", len(f.templates)+1), Name: s.Name, DefaultVersion: 1, Tags: s.Tags, CreatedAt: time.Now(),
		}}
		t.add(s)
		f.templates = append(f.templates, t)
		id = f.keep(token, kept{id: t.ID}).id
		return nil
	})
	if err != nil {
		return "", "", err
	}
	return id, "req-template", nil
}

func (f *templateCloud) CreateLaunchTemplateVersion(
	ctx context.Context, ref provider.LaunchTemplateRef, s *launchtemplate.Spec, token string,
) (version int, requestID string, err error) {
	asked := templateRequest{api: "CreateLaunchTemplateVersion", region: s.Spec.Region, ref: ref, token: token}
	err = f.do(ctx, asked, func() error {
		if res, ok := f.results[token]; ok {
			version = res.version
			return nil
		}
		t, err := f.find(asked.region, ref)
		if err != nil {
			return err
		}
		version = f.keep(token, kept{version: t.add(s)}).version
		return nil
	})
	if err != nil {
		return 0, "", err
	}
	return version, "req-version", nil
}

// keep remembers the result of a token.
func (f *templateCloud) keep(token string, res kept) kept {
	if token != "" {
		f.results[token] = res
	}
	return res
}

func (f *templateCloud) DescribeLaunchTemplates(
	ctx context.Context, r *launchtemplate.Query, token string,
) (page *provider.Page[launchtemplate.Template], err error) {
	asked := templateRequest{api: "DescribeLaunchTemplates", region: r.Region, query: *r, page: token}
	err = f.do(ctx, asked, func() error {
		var all []launchtemplate.Template
		for _, t := range f.templates {
			named := len(r.IDs) == 0 || slices.Contains(r.IDs, t.ID)
			if named && t.region == r.Region && r.Matches(&t.Template) {
				all = append(all, t.Template)
			}
		}
		page = &provider.Page[launchtemplate.Template]{RequestID: "req-list"}
		page.Items, page.NextPage = fakedriver.Paged(all, token)
		return nil
	})
	return page, err
}

func (f *templateCloud) DescribeLaunchTemplateVersions(
	ctx context.Context, r *launchtemplate.VersionQuery, token string,
) (page *provider.Page[launchtemplate.Version], err error) {
	asked := templateRequest{api: "DescribeLaunchTemplateVersions", region: r.Region, ref: r.Template, only: r.DefaultOnly, page: token}
	err = f.do(ctx, asked, func() error {
		t, err := f.find(r.Region, r.Template)
		if err != nil {
			return err
		}
		var all []launchtemplate.Version
		for _, v := range t.versions {
			v.Default = v.Version == t.DefaultVersion
			ofVersion := r.Template.Version == 0 || r.Template.Version == v.Version
			ofDefault := !r.DefaultOnly || v.Default
			if wanted := ofVersion && ofDefault; f.loose || wanted {
				all = append(all, v)
			}
		}
		page = &provider.Page[launchtemplate.Version]{RequestID: "req-versions"}
		page.Items, page.NextPage = fakedriver.Paged(all, token)
		return nil
	})
	return page, err
}

func (f *templateCloud) SetDefaultLaunchTemplateVersion(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	return f.do(ctx, templateRequest{api: "SetDefaultLaunchTemplateVersion", region: region, ref: ref}, func() error {
		t, err := f.find(region, ref)
		if err != nil {
			return err
		}
		t.DefaultVersion = ref.Version
		return nil
	})
}

func (f *templateCloud) DeleteLaunchTemplateVersions(ctx context.Context, region string, ref provider.LaunchTemplateRef, versions []int) error {
	return f.do(ctx, templateRequest{api: "DeleteLaunchTemplateVersions", region: region, ref: ref, versions: versions}, func() error {
		t, err := f.find(region, ref)
		if err != nil {
			return err
		}
		for _, n := range versions {
			switch {
			case n == t.DefaultVersion:
				return fakedriver.Refusal(provider.ErrState, "DeleteDefaultVersion")
			case !slices.ContainsFunc(t.versions, func(v launchtemplate.Version) bool { return v.Version == n }):
				return fakedriver.Refusal(provider.ErrNotFound, "InvalidLaunchTemplateVersion.NotFound")
			}
		}
		t.versions = slices.DeleteFunc(t.versions, func(v launchtemplate.Version) bool { return slices.Contains(versions, v.Version) })
		return nil
	})
}

func (f *templateCloud) DeleteLaunchTemplate(ctx context.Context, region string, ref provider.LaunchTemplateRef) error {
	return f.do(ctx, templateRequest{api: "DeleteLaunchTemplate", region: region, ref: ref}, func() error {
		t, err := f.find(region, ref)
		if err != nil {
			return err
		}
		f.templates = slices.DeleteFunc(f.templates, func(other *keptTemplate) bool { return other == t })
		return nil
	})
}
