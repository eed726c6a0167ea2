package tencent

import (
	"errors"
	"fmt"
	"strings"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

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
	found := joined(spec.Err(), err)
	if found == nil {
		_, found = templateParams(cvm.NewCreateLaunchTemplateRequest(), &t.Spec)
	}
	return joined(c.Err(), inside("Spec", found))
}

// inside puts the paths of field errors inside a field.
func inside(field string, err error) error {
	var list provider.FieldErrors
	if !errors.As(err, &list) {
		return err
	}
	out := make(provider.FieldErrors, len(list))
	for i, e := range list {
		inner := *e
		inner.Path = field + "." + e.Path
		out[i] = &inner
	}
	return out
}

// newTemplate is the request for a new template.
func newTemplate(in *provider.CreateTemplateRequest) (tchttp.Request, error) {
	req := cvm.NewCreateLaunchTemplateRequest()
	params, err := templateParams(req, &in.Spec.Spec)
	if err != nil {
		return nil, err
	}
	req.LaunchTemplateName = text(in.Spec.Name)
	req.LaunchTemplateVersionDescription = text(in.Spec.VersionDescription)
	// The documentation of the type lists no templates: this is the word of the
	// product's resource names.
	req.LaunchTemplateTagSpecification = tagSpecification("launch-template", in.Spec.Tags)
	req.ClientToken = text(in.ClientToken)
	return withRaw(req, params)
}

// newTemplateVersion is the request for a new version.
func newTemplateVersion(in *provider.CreateTemplateRequest) (tchttp.Request, error) {
	req := cvm.NewCreateLaunchTemplateVersionRequest()
	params, err := templateParams(req, &in.Spec.Spec)
	if err != nil {
		return nil, err
	}
	req.LaunchTemplateId = text(in.Template.ID)
	req.LaunchTemplateVersion = number(in.Spec.BaseVersion)
	req.LaunchTemplateVersionDescription = text(in.Spec.VersionDescription)
	req.ClientToken = text(in.ClientToken)
	return withRaw(req, params)
}

// templateRequest is one of the SDK's requests that carry a template.
type templateRequest interface {
	tchttp.Request
	typed
	FromJsonString(body string) error
}

// templateParams fills a request with the parameters that a create from the spec
// would have, and returns the raw ones, which fit in. The SDK refuses what the
// request does not know.
func templateParams(req templateRequest, spec *provider.RunInstancesSpec) (map[string]string, error) {
	run, err := translateRun(spec)
	if err != nil {
		return nil, err
	}
	if spec.Count == 0 {
		run.InstanceCount = nil // left to the create
	}
	run.DryRun = nil // which would be one of the template
	if err := req.FromJsonString(run.ToJsonString()); err != nil {
		return nil, provider.FieldErrors{{Driver: Name, Path: "Spec", Reason: "has a parameter that templates do not know", Unsupported: true}}
	}
	opts, _ := optionsOf(spec) // translateRun has accepted them
	if len(opts.Params) > 0 {
		err = checkMerge(req, opts.Params)
	}
	return opts.Params, err
}

// withRaw puts raw parameters into a request, if there are any.
func withRaw(req templateRequest, params map[string]string) (tchttp.Request, error) {
	body, err := mergeParams(req, params)
	if err != nil || body == nil {
		return req, err
	}
	return rawRequest(req.GetAction(), body)
}
