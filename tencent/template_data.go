package tencent

import (
	"strings"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// TemplateSupport implements [launchtemplate.Driver]. It is the table of a create without
// what a template cannot hold: the parameters have the same names in both.
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
	"MinCount":                              "a template holds how many instances to create, and no minimum",
	"CPUOptions.Cores":                      "a template has no CpuTopology",
	"CPUOptions.ThreadsPerCore":             "a template has no CpuTopology",
	"Login.Password":                        "CVM keeps no password in a template; give it to RunInstances, or name KeyPairs",
	"Network.Interfaces[]":                  noTemplateNIC,
	"Network.Interfaces[].SubnetID":         noTemplateNIC,
	"Network.Interfaces[].SecurityGroupIDs": noTemplateNIC,
	"LaunchTemplate":                        "a template cannot refer to another one",
	"LaunchTemplate.ID":                     "a template cannot refer to another one",
	"LaunchTemplate.Version":                "a template cannot refer to another one",
	"DryRun":                                "a template creates no instances",
	"ClientToken":                           "a token is for one create",
}

// noTemplateNIC is why templates have no interfaces.
const noTemplateNIC = "CVM does not document interfaces in the data of a version, so that they could not be read back"

// ValidateTemplate implements [launchtemplate.Driver]. A new version inherits what it leaves
// out, so nothing is required of it.
func (d *driver) ValidateTemplate(t *launchtemplate.Spec, version bool) error {
	c := &provider.Checker{Driver: Name}
	if !version {
		checkLength(c, "Name", t.Name, 2, maxName)
	}
	if t.VersionDescription != "" {
		checkLength(c, "VersionDescription", t.VersionDescription, 2, 256)
	}
	checkTags(c, "Tags", t.Tags)
	adapter.RefuseOptions(c, t.Vendor,
		"CVM has no options of templates; options of their instances belong into Spec.Vendor")
	in := c.In("Spec")
	checkSpec(in, &t.Spec, !version)
	checkTemplateOptions(in, &t.Spec)
	checkTemplateRaw(in, &t.Spec)
	return c.Err()
}

// checkTemplateOptions refuses options that a create takes and a template cannot hold.
func checkTemplateOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	const absent = "a template has no such parameter"
	o := optionsOf(spec)
	c.Require(o.PartitionNumber == 0, "Vendor.PartitionNumber", o.PartitionNumber, absent)
	c.Require(o.DedicatedClusterID == "", "Vendor.DedicatedClusterID", o.DedicatedClusterID, absent)
	c.Require(len(o.CHCIDs) == 0, "Vendor.CHCIDs", nil, absent)
	c.Require(o.PrimaryIPv4Count == 0, "Vendor.PrimaryIPv4Count", o.PrimaryIPv4Count, noTemplateNIC)
	c.Require(len(o.Interfaces) == 0, "Vendor.Interfaces", nil, noTemplateNIC)
}

// checkTemplateRaw is checkRaw for templates.
func checkTemplateRaw(c *provider.Checker, spec *provider.RunInstancesSpec) {
	raw := optionsOf(spec).Params
	for _, name := range sorted.Keys(raw) {
		ofTemplate := strings.HasPrefix(name, "LaunchTemplate")
		c.Entry("Vendor.Params", name).Require(!ofTemplate, "", nil, "use the fields of the template")
	}
	checkRawTexts(c, raw)
	out := cvm.NewCreateLaunchTemplateRequest()
	if translateTemplate(out, spec) == nil { // else it has been reported before
		checkTaken(c, raw, out)
	}
}

// newTemplate returns the request for a new template.
func newTemplate(t *launchtemplate.Spec, token string) (tchttp.Request, error) {
	out := cvm.NewCreateLaunchTemplateRequest()
	if err := translateTemplate(out, &t.Spec); err != nil {
		return nil, err
	}
	out.LaunchTemplateName = text(t.Name)
	out.LaunchTemplateVersionDescription = text(t.VersionDescription)
	// The documents of the type list no templates. This is the word in the product's names of
	// resources.
	out.LaunchTemplateTagSpecification = tags("launch-template", t.Tags)
	out.ClientToken = text(token)
	return withRaw(out, &t.Spec)
}

// newTemplateVersion returns the request for a new version.
func newTemplateVersion(
	ref provider.LaunchTemplateRef, t *launchtemplate.Spec, token string,
) (tchttp.Request, error) {
	out := cvm.NewCreateLaunchTemplateVersionRequest()
	if err := translateTemplate(out, &t.Spec); err != nil {
		return nil, err
	}
	out.LaunchTemplateId = text(ref.ID)
	out.LaunchTemplateVersion = number(t.BaseVersion)
	out.LaunchTemplateVersionDescription = text(t.VersionDescription)
	out.ClientToken = text(token)
	return withRaw(out, &t.Spec)
}

// templateRequest is one of the SDK's requests that carry a template.
type templateRequest interface {
	tchttp.Request
	tree.Typed
	FromJsonString(body string) error
}

// translateTemplate fills a request with the parameters that a create from the spec would have. The
// SDK refuses a parameter that the request does not know.
func translateTemplate(out templateRequest, spec *provider.RunInstancesSpec) error {
	run, err := translateRun(spec)
	if err != nil {
		return err
	}
	if spec.Count == 0 {
		run.InstanceCount = nil // left to the create
	}
	run.DryRun = nil // it would be one of the template
	if err := out.FromJsonString(run.ToJsonString()); err != nil {
		c := provider.Checker{Driver: Name}
		c.Refuse("Spec", "has a parameter that templates do not know")
		return c.Err()
	}
	return nil
}

// withRaw puts the raw parameters of a spec into a request, if there are any.
func withRaw(out templateRequest, spec *provider.RunInstancesSpec) (tchttp.Request, error) {
	body, err := mergeRaw(out, optionsOf(spec).Params)
	if err != nil || body == nil {
		return out, err
	}
	return rawRequest(out.GetAction(), body)
}
