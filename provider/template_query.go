package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/pages"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// LaunchTemplateVersionQuery selects versions of one template. Beside the
// template itself, every field that is set narrows the selection.
type LaunchTemplateVersionQuery struct {
	Region   string
	Template LaunchTemplateRef // by ID or name; Version stays 0

	Versions               []int // these numbers
	MinVersion, MaxVersion int   // from and to this number; 0 is no bound
	DefaultOnly            bool  // the default version
}

// Matches reports whether a version fits the query.
func (q *LaunchTemplateVersionQuery) Matches(v *LaunchTemplateVersion) bool {
	listed := len(q.Versions) == 0 || slices.Contains(q.Versions, v.Version)
	notAbove := q.MaxVersion == 0 || v.Version <= q.MaxVersion
	byDefault := !q.DefaultOnly || v.Default
	return listed && v.Version >= q.MinVersion && notAbove && byDefault
}

func (q *LaunchTemplateVersionQuery) check() error {
	var k Checker
	checkRef(&k, q.Template)
	k.Require(q.Template.Version == 0, "LaunchTemplateVersionQuery.Template.Version", q.Template.Version,
		"use Versions")
	for i, n := range q.Versions {
		k.Require(n > 0, fmt.Sprintf("LaunchTemplateVersionQuery.Versions[%d]", i), n, "must be positive")
	}
	notNegative(&k, "LaunchTemplateVersionQuery.MinVersion", q.MinVersion)
	notNegative(&k, "LaunchTemplateVersionQuery.MaxVersion", q.MaxVersion)
	k.Require(q.MaxVersion == 0 || q.MinVersion <= q.MaxVersion, "LaunchTemplateVersionQuery.MinVersion", q.MinVersion,
		"must not be above MaxVersion")
	return k.Err()
}

// List implements [LaunchTemplates].
func (l *launchTemplates) List(ctx context.Context, q LaunchTemplateQuery) iter.Seq2[LaunchTemplate, error] {
	q.Region = l.c.region(q.Region)
	if len(q.InstanceTags) == 0 {
		return l.list(ctx, q)
	}
	return l.tagging(ctx, q, l.list(ctx, q))
}

func (l *launchTemplates) list(ctx context.Context, q LaunchTemplateQuery) iter.Seq2[LaunchTemplate, error] {
	return pages.All(func(token string) ([]LaunchTemplate, string, error) {
		var k Checker
		k.NoneEmpty("LaunchTemplateQuery.IDs", q.IDs)
		for field, tags := range map[string]map[string]string{"Tags": q.Tags, "InstanceTags": q.InstanceTags} {
			_, empty := tags[""]
			k.Require(!empty, "LaunchTemplateQuery."+field, nil, "a tag key must not be empty")
		}
		if k.Err() != nil {
			return nil, "", k.Err()
		}
		var page *Page[LaunchTemplate]
		err := l.c.read(ctx, q.Region, apiDescribeLaunchTemplates, func(ctx context.Context) (_ string, err error) {
			page, err = l.d.DescribeLaunchTemplates(ctx, &q, token)
			if err != nil {
				return "", err
			}
			return page.RequestID, nil
		})
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextPage, nil
	})
}

// Versions implements [LaunchTemplates].
func (l *launchTemplates) Versions(
	ctx context.Context, region string, ref LaunchTemplateRef,
) iter.Seq2[LaunchTemplateVersion, error] {
	return l.versions(ctx, &LaunchTemplateVersionQuery{Region: l.c.region(region), Template: ref})
}

func (l *launchTemplates) versions(
	ctx context.Context, q *LaunchTemplateVersionQuery,
) iter.Seq2[LaunchTemplateVersion, error] {
	return pages.All(func(token string) ([]LaunchTemplateVersion, string, error) {
		var k Checker
		if checkRef(&k, q.Template); k.Err() != nil {
			return nil, "", k.Err()
		}
		var page *Page[LaunchTemplateVersion]
		err := l.c.read(ctx, q.Region, apiDescribeLaunchTemplateVersions, func(ctx context.Context) (_ string, err error) {
			page, err = l.d.DescribeLaunchTemplateVersions(ctx, q, token)
			if err != nil {
				return "", err
			}
			return page.RequestID, nil
		})
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextPage, nil
	})
}

// Version implements [LaunchTemplates].
func (l *launchTemplates) Version(
	ctx context.Context, region string, ref LaunchTemplateRef) (*LaunchTemplateVersion, error,
) {
	q := LaunchTemplateVersionQuery{Region: l.c.region(region), Template: ref, DefaultOnly: ref.Version == 0}
	for v, err := range l.versions(ctx, &q) {
		if err != nil {
			return nil, err
		}
		wantedDefault := ref.Version == 0 && v.Default
		if v.Version == ref.Version || wantedDefault {
			return &v, nil
		}
	}
	which := "default version"
	if ref.Version != 0 {
		which = fmt.Sprintf("version %d", ref.Version)
	}
	return nil, fmt.Errorf("%s: launch template %s has no %s: %w", l.c.name, ref.text(), which, ErrNotFound)
}

// FindVersions implements [LaunchTemplates]. It also filters what the cloud does not filter.
func (l *launchTemplates) FindVersions(
	ctx context.Context, q LaunchTemplateVersionQuery,
) iter.Seq2[LaunchTemplateVersion, error] {
	return func(yield func(LaunchTemplateVersion, error) bool) {
		if err := q.check(); err != nil {
			yield(LaunchTemplateVersion{}, err)
			return
		}
		asked := q
		asked.Region, asked.Versions = l.c.region(q.Region), sorted.Distinct(q.Versions)
		for v, err := range l.versions(ctx, &asked) {
			if err == nil && !q.Matches(&v) {
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// tagging keeps only the templates that have a version which gives its instances these tags.
// The cloud may have filtered the list before, but no cloud returns the tags in it.
func (l *launchTemplates) tagging(
	ctx context.Context, q LaunchTemplateQuery, all iter.Seq2[LaunchTemplate, error],
) iter.Seq2[LaunchTemplate, error] {
	return func(yield func(LaunchTemplate, error) bool) {
		for t, err := range all {
			if err == nil {
				var tags bool
				if tags, err = l.tagsServers(ctx, q, t.ID); err != nil {
					t = LaunchTemplate{}
				} else if !tags {
					continue
				}
			}
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

func (l *launchTemplates) tagsServers(ctx context.Context, q LaunchTemplateQuery, id string) (bool, error) {
	for v, err := range l.Versions(ctx, q.Region, LaunchTemplateRef{ID: id}) {
		if errors.Is(err, ErrNotFound) { // deleted since it was listed
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("reading the versions of launch template %s: %w", id, err)
		}
		if hasTags(v.Spec.Tags, q.InstanceTags) {
			return true, nil
		}
	}
	return false, nil
}

// hasTags reports whether all wanted tags are there, with their values.
func hasTags(have, want map[string]string) bool {
	for k, v := range want {
		if value, ok := have[k]; !ok || value != v {
			return false
		}
	}
	return true
}
