package seeds_test

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/provider/placement"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// arguments are those of every method that calls an action of the ECS reference:
// a setting names one by its type, or by its name where it is a plain value.
type arguments struct {
	Launchtemplate struct {
		Spec         launchtemplate.Spec
		Query        launchtemplate.Query
		VersionQuery launchtemplate.VersionQuery
	}
	Placement struct {
		Spec        placement.Spec
		Query       placement.Query
		Change      placement.Change
		MoveOptions placement.MoveOptions
	}
	LaunchTemplateRef provider.LaunchTemplateRef

	RunOptions       aliyun.RunOptions
	TemplateOptions  aliyun.TemplateOptions
	PlacementOptions aliyun.PlacementOptions

	Region      string
	ID          string
	Versions    []int
	InstanceIDs []string
}

// assign carries out assignments, as request.assign does.
func (a *arguments) assign(t *testing.T, lists ...string) {
	t.Helper()
	for _, text := range lists {
		for one := range strings.SplitSeq(text, "; ") {
			if one == "" {
				continue
			}
			path, value, ok := strings.Cut(one, "=")
			if !ok {
				t.Fatalf("%q is no assignment", one)
			}
			path = strings.ToUpper(path[:1]) + path[1:]
			if path == "Id" {
				path = "ID"
			}
			if err := setIn(reflect.ValueOf(a).Elem(), strings.Split(path, "."), value); err != nil {
				t.Fatalf("%s: %v", one, err)
			}
		}
	}
}

// methodOf returns the method that makes a call of the reference.
func methodOf(t *testing.T, action string) string {
	t.Helper()
	for _, c := range seeds.Calls() {
		if c[0] == action {
			return c[1]
		}
	}
	t.Fatalf("no method calls %s", action)
	return ""
}

// call makes a call by a method and returns what the method returns: a value, a
// list of what its loop yields, or nil.
func (a *arguments) call(ctx context.Context, c *provider.Client, method string) (any, error) {
	_, name, _ := strings.Cut(method, "s.")
	if strings.HasPrefix(method, "placement.Groups.") {
		groups, err := placement.Of(c)
		if err != nil {
			return nil, err
		}
		return a.callGroups(ctx, groups, name)
	}
	templates, err := launchtemplate.Of(c)
	if err != nil {
		return nil, err
	}
	return a.callTemplates(ctx, templates, name)
}

func (a *arguments) callTemplates(ctx context.Context, templates *launchtemplate.Templates, name string) (any, error) {
	spec, ref := a.Launchtemplate.Spec, a.LaunchTemplateRef
	spec.Vendor = []provider.VendorOption{a.TemplateOptions}
	spec.Spec.Vendor = []provider.VendorOption{a.RunOptions}
	switch name {
	case "Create":
		return templates.Create(ctx, spec)
	case "CreateVersion":
		return templates.CreateVersion(ctx, ref, spec)
	case "Delete":
		return nil, templates.Delete(ctx, a.Region, ref)
	case "DeleteVersions":
		return nil, templates.DeleteVersions(ctx, a.Region, ref, a.Versions...)
	case "List":
		return collect(templates.List(ctx, a.Launchtemplate.Query))
	case "FindVersions":
		return collect(templates.FindVersions(ctx, a.Launchtemplate.VersionQuery))
	case "SetDefault":
		return nil, templates.SetDefault(ctx, a.Region, ref)
	}
	return nil, fmt.Errorf("no method %s of launch templates", name)
}

func (a *arguments) callGroups(ctx context.Context, groups *placement.Groups, name string) (any, error) {
	spec := a.Placement.Spec
	spec.Vendor = []provider.VendorOption{a.PlacementOptions}
	switch name {
	case "Create":
		return groups.Create(ctx, spec)
	case "MoveIn":
		return nil, groups.MoveIn(ctx, a.Region, a.ID, a.InstanceIDs, &a.Placement.MoveOptions)
	case "Modify":
		return nil, groups.Modify(ctx, a.Region, a.ID, a.Placement.Change)
	case "Delete":
		return nil, groups.Delete(ctx, a.Region, a.ID)
	case "List":
		return collect(groups.List(ctx, a.Placement.Query))
	}
	return nil, fmt.Errorf("no method %s of placement groups", name)
}

func collect[T any](loop iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range loop {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// connectECS returns a client of ECS that repeats nothing. Log may be nil.
func connectECS(t *testing.T, rt http.RoundTripper, log *slog.Logger) *provider.Client {
	t.Helper()
	return vendors()["aliyun"].connect(t, "cn-beijing", rt, log)
}

// sendCall returns the request that a method makes of arguments.
func sendCall(t *testing.T, method string, assignments ...string) providertest.Wire {
	t.Helper()
	var capture providertest.Capture
	var a arguments
	a.assign(t, assignments...)
	_, err := a.call(t.Context(), connectECS(t, &capture, nil), method)
	sent := capture.Take()
	if len(sent) != 1 {
		t.Fatalf("%d requests left, want 1: %v", len(sent), err)
	}
	return sent[0]
}

// enough are arguments that a call cannot do without.
func enough(action string) string {
	switch action {
	case "CreateLaunchTemplate":
		return "launchtemplate.Spec.Name=template"
	case "CreateDeploymentSet":
		return ""
	case "DeleteLaunchTemplateVersion":
		return "LaunchTemplateRef.ID=lt-1; versions=2"
	case "ModifyLaunchTemplateDefaultVersion":
		return "LaunchTemplateRef.ID=lt-1; LaunchTemplateRef.Version=3"
	case "ModifyInstanceDeployment":
		return "id=ds-1; instanceIDs=i-1"
	case "ModifyDeploymentSetAttributes":
		return "id=ds-1; placement.Change.Name=old; placement.Change.Description=of old"
	case "DeleteDeploymentSet":
		return "id=ds-1"
	case "DescribeDeploymentSets", "DescribeLaunchTemplates":
		return ""
	case "DescribeLaunchTemplateVersions":
		return "launchtemplate.VersionQuery.Template.ID=lt-1"
	default:
		return "LaunchTemplateRef.ID=lt-1"
	}
}
