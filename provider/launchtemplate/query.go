package launchtemplate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Query selects templates. The zero value selects all of the client's region.
type Query struct {
	Region string
	IDs    []string
	Name   string            // the exact name
	Tags   map[string]string // of the template: all of these, with these values

	// InstanceTags are tags that some version of the template gives its instances: all of
	// these, with these values. For each template that matches the other fields, the client
	// reads the versions with one call or more.
	InstanceTags map[string]string
}

// Matches reports whether a template fits the query.
func (q *Query) Matches(t *Template) bool { return q.Name == "" || q.Name == t.Name }

func (q *Query) check() error {
	var k provider.Checker
	k.NoneEmpty("LaunchTemplateQuery.IDs", q.IDs)
	for field, tags := range map[string]map[string]string{"Tags": q.Tags, "InstanceTags": q.InstanceTags} {
		_, empty := tags[""]
		k.Require(!empty, "LaunchTemplateQuery."+field, nil, "a tag key must not be empty")
	}
	return k.Err()
}

// VersionQuery selects versions of one template. Beside the template itself, every field that is
// set narrows the selection.
type VersionQuery struct {
	Region   string
	Template provider.LaunchTemplateRef // by ID or name; Version stays 0

	Versions               []int // these numbers
	MinVersion, MaxVersion int   // from and to this number; 0 is no bound
	DefaultOnly            bool  // the default version
}

// Matches reports whether a version fits the query.
func (q *VersionQuery) Matches(v *Version) bool {
	listed := len(q.Versions) == 0 || slices.Contains(q.Versions, v.Version)
	notAbove := q.MaxVersion == 0 || v.Version <= q.MaxVersion
	byDefault := !q.DefaultOnly || v.Default
	return listed && v.Version >= q.MinVersion && notAbove && byDefault
}

func (q *VersionQuery) check() error {
	var k provider.Checker
	checkRef(&k, q.Template)
	k.Require(q.Template.Version == 0, "LaunchTemplateVersionQuery.Template.Version", q.Template.Version,
		"use Versions")
	for i, n := range q.Versions {
		k.Require(n > 0, fmt.Sprintf("LaunchTemplateVersionQuery.Versions[%d]", i), n, "must be positive")
	}
	k.NotNegative("LaunchTemplateVersionQuery.MinVersion", q.MinVersion)
	k.NotNegative("LaunchTemplateVersionQuery.MaxVersion", q.MaxVersion)
	k.Require(q.MaxVersion == 0 || q.MinVersion <= q.MaxVersion, "LaunchTemplateVersionQuery.MinVersion", q.MinVersion,
		"must not be above MaxVersion")
	return k.Err()
}

// List reads templates, page by page as the loop goes on. The loop ends after
// the first error.
func (l *Templates) List(ctx context.Context, q Query) iter.Seq2[Template, error] {
	q.Region = l.region(q.Region)
	if err := q.check(); err != nil {
		return failed[Template](err)
	}
	list := provider.ReadPages(ctx, l.call(q.Region, apiDescribe),
		func(ctx context.Context, pageToken string) (*provider.Page[Template], error) {
			return l.d.DescribeLaunchTemplates(ctx, &q, pageToken)
		})
	if len(q.InstanceTags) == 0 {
		return list
	}
	return l.tagging(ctx, q, list)
}

// Versions reads all versions of a template, like List.
func (l *Templates) Versions(
	ctx context.Context, region string, ref provider.LaunchTemplateRef,
) iter.Seq2[Version, error] {
	return l.versions(ctx, &VersionQuery{Region: l.region(region), Template: ref})
}

func (l *Templates) versions(ctx context.Context, q *VersionQuery) iter.Seq2[Version, error] {
	var k provider.Checker
	if checkRef(&k, q.Template); k.Err() != nil {
		return failed[Version](k.Err())
	}
	return provider.ReadPages(ctx, l.call(q.Region, apiDescribeVersions),
		func(ctx context.Context, pageToken string) (*provider.Page[Version], error) {
			return l.d.DescribeLaunchTemplateVersions(ctx, q, pageToken)
		})
}

// Version reads one version: ref.Version, or the default version if that is 0. A version
// that does not exist is [provider.ErrNotFound].
func (l *Templates) Version(ctx context.Context, region string, ref provider.LaunchTemplateRef) (*Version, error) {
	q := VersionQuery{Region: l.region(region), Template: ref, DefaultOnly: ref.Version == 0}
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
	return nil, fmt.Errorf("%s: launch template %s has no %s: %w", l.c.Name(), textOf(ref), which, provider.ErrNotFound)
}

// FindVersions reads the versions of a template that a query selects, like List. Numbers
// that do not exist are no error. It also filters what the cloud does not filter.
func (l *Templates) FindVersions(ctx context.Context, q VersionQuery) iter.Seq2[Version, error] {
	if err := q.check(); err != nil {
		return failed[Version](err)
	}
	asked := q
	asked.Region, asked.Versions = l.region(q.Region), sorted.Distinct(q.Versions)
	return func(yield func(Version, error) bool) {
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
func (l *Templates) tagging(ctx context.Context, q Query, all iter.Seq2[Template, error]) iter.Seq2[Template, error] {
	return func(yield func(Template, error) bool) {
		for t, err := range all {
			if err == nil {
				var tags bool
				if tags, err = l.tagsInstances(ctx, q, t.ID); err != nil {
					t = Template{}
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

// tagsInstances reports whether a version of a template gives its instances the tags of a query.
func (l *Templates) tagsInstances(ctx context.Context, q Query, id string) (bool, error) {
	for v, err := range l.Versions(ctx, q.Region, provider.LaunchTemplateRef{ID: id}) {
		if errors.Is(err, provider.ErrNotFound) { // deleted since it was listed
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

// failed returns a list that has only an error.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}
