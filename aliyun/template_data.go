package aliyun

import (
	"errors"
	"maps"

	"github.com/yunfan-cloud/yunfan/provider"
)

// TemplateSupport implements [provider.LaunchTemplateDriver].
func (d *driver) TemplateSupport() provider.Support { return templateTable() }

// noTemplateKey is why templates refuse KMS keys. Newer documentation has them.
const noTemplateKey = "the vendor's typed request has Encrypted alone, with the default key; RunOptions.Params take it by its wire name"

// templateTable says what becomes of every leaf of a template's spec. Whatever a
// template does not hold would be dropped by the cloud without a word.
func templateTable() provider.Support {
	no := map[string]string{
		"Count":                          "a template has no count: give it to RunInstances",
		"MinCount":                       "a template has no count: give it to RunInstances",
		"UniqueSuffix":                   "a template has none: give it to RunInstances, or number the names by [begin,bits]",
		"Login.Password":                 "a template holds no password: give it to RunInstances",
		"Network.IPv6Addresses":          "a template holds IPv6Count only",
		"Billing.Spot.Interruption":      "a template has none: give it to RunInstances",
		"SystemDisk.KMSKeyID":            noTemplateKey,
		"DataDisks[].KMSKeyID":           noTemplateKey,
		"CPUOptions.Cores":               "a template has no CPU options: give them to RunInstances",
		"CPUOptions.ThreadsPerCore":      "a template has no CPU options: give them to RunInstances",
		"CPUOptions.NUMANodes":           "a template has no CPU options: give them to RunInstances",
		"Placement.DedicatedHostIDs":     "a template has no dedicated hosts: give them to RunInstances",
		"Placement.DedicatedHostGroupID": "a template has no dedicated hosts: give them to RunInstances",
		"Placement.Tenancy":              "a template has no dedicated hosts: give it to RunInstances",
		"Placement.Affinity":             "a template has no dedicated hosts: give it to RunInstances",
		"Placement.HPCClusterID":         "a template has no cluster: give it to RunInstances",
		"LaunchTemplate":                 "a template cannot refer to another one",
		"LaunchTemplate.ID":              "a template cannot refer to another one",
		"LaunchTemplate.Name":            "a template cannot refer to another one",
		"LaunchTemplate.Version":         "a template cannot refer to another one",
		"DryRun":                         "a template is not a request: give it to RunInstances",
		"ClientToken":                    "a template is not a request: give it to RunInstances",
	}
	more := map[string]string{ // what RunInstances itself does not have
		"Network.VPCID":                 "VpcId",
		"SystemDisk.DeleteWithInstance": "SystemDisk.DeleteWithInstance",
	}
	fields := supportTable().Fields()
	for i, f := range fields {
		if why, ok := no[f.Path]; ok {
			fields[i] = provider.Refused(f.Path, why)
		} else if param, ok := more[f.Path]; ok {
			fields[i] = provider.To(f.Path, param)
		}
	}
	return provider.NewSupport(Name, fields)
}

// ValidateTemplate implements [provider.LaunchTemplateDriver]. A template may
// leave out what a create must have. The cloud looks at values only when servers
// are made of it; here they are looked at before.
func (d *driver) ValidateTemplate(t *provider.LaunchTemplateSpec, version bool) error {
	in := provider.Checker{Driver: Name}
	checkSpec(&in, &t.Spec)
	checkKind[RunOptions](&in, "Vendor", t.Spec.Vendor)
	checkForms(&in, &t.Spec)
	o := optionsOf(&t.Spec)
	in.Require(t.Spec.Billing.Mode != provider.DedicatedHost, "Billing.Mode", t.Spec.Billing.Mode, "a template has no dedicated hosts: give it to RunInstances")
	const elsewhere = "a template has none: give it to RunInstances"
	in.Require(o.StorageSetID == "", "Vendor.StorageSetID", o.StorageSetID, elsewhere)
	in.Require(o.StorageSetPartitionNumber == 0, "Vendor.StorageSetPartitionNumber", o.StorageSetPartitionNumber, elsewhere)
	in.Require(o.DeploymentSetGroupNo == 0, "Vendor.DeploymentSetGroupNo", o.DeploymentSetGroupNo, elsewhere)
	in.Require(o.ImageFamily == "", "Vendor.ImageFamily", o.ImageFamily, elsewhere)
	in.Require(o.AutoPay == nil, "Vendor.AutoPay", nil, elsewhere)
	checkOneOf(&in, "Vendor.IoOptimized", o.IoOptimized, "none", "optimized")

	checkShortTags(&in, t.Spec.Tags)

	c := provider.Checker{Driver: Name}
	checkPlainName(&c, "Name", t.Name, "")
	checkText(&c, "VersionDescription", t.VersionDescription, 256)
	checkTags(&c, t.Tags)
	checkShortTags(&c, t.Tags)
	checkKind[TemplateOptions](&c, "Vendor", t.Vendor)
	own := vendorOptions[TemplateOptions](t.Vendor)
	c.Require(own.ResourceGroupID == "" || !version, "Vendor.ResourceGroupID", own.ResourceGroupID, "belongs to the template, not to a version")
	checkOneOf(&c, "Vendor.NetworkType", own.NetworkType, "classic", "vpc")
	return fieldErrors(c.Err(), within("Spec.", in.Err()), rawProblems(t))
}

// rawProblems finds raw parameters that a template cannot take.
func rawProblems(t *provider.LaunchTemplateSpec) error {
	_, err := translateTemplate(t)
	return err
}

// within puts the paths of problems inside a field.
func within(prefix string, err error) error {
	var list provider.FieldErrors
	if !errors.As(err, &list) {
		return err
	}
	out := make(provider.FieldErrors, len(list))
	for i, e := range list {
		inner := *e
		inner.Path = prefix + e.Path
		out[i] = &inner
	}
	return out
}

// fieldErrors makes one list of several, or nil.
func fieldErrors(errs ...error) error {
	var all provider.FieldErrors
	for _, err := range errs {
		var list provider.FieldErrors
		if errors.As(err, &list) {
			all = append(all, list...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// translateTemplate returns the parameters of CreateLaunchTemplate and
// CreateLaunchTemplateVersion: flat, under the names of RunInstances. Security
// groups are a list here too, so that a create that names others replaces them.
func translateTemplate(t *provider.LaunchTemplateSpec) (params, error) {
	p := make(params, 48)
	p.text("LaunchTemplateName", t.Name)
	p.text("VersionDescription", t.VersionDescription)
	p.tags("TemplateTag", t.Tags)
	translateSpec(p, &t.Spec)
	o := optionsOf(&t.Spec)
	translateOptions(p, &o)
	if o.SendFalse {
		p.denyAll(&t.Spec, "PasswordInherit", "DeletionProtection")
	}
	own := vendorOptions[TemplateOptions](t.Vendor)
	p.text("NetworkType", own.NetworkType)
	p.text("ImageOwnerAlias", own.ImageOwnerAlias)
	p.choice("EnableVmOsConfig", own.EnableVMOSConfig)
	p.text("TemplateResourceGroupId", own.ResourceGroupID)
	c := provider.Checker{Driver: Name}
	checkTemplateRaw(&c, "Spec.Vendor.Params", p, o.Params)
	maps.Copy(p, o.Params)
	checkTemplateRaw(&c, "Vendor.Params", p, own.Params)
	maps.Copy(p, own.Params)
	return p, c.Err()
}

// rawTemplateParams returns the raw parameters of both kinds of options.
func rawTemplateParams(t *provider.LaunchTemplateSpec) map[string]string {
	out := map[string]string{}
	maps.Copy(out, optionsOf(&t.Spec).Params)
	maps.Copy(out, vendorOptions[TemplateOptions](t.Vendor).Params)
	return out
}

// checkTemplateRaw is checkRaw for templates. The cloud would drop a password
// without a word, and there is one template to a call.
func checkTemplateRaw(c *provider.Checker, path string, params, raw map[string]string) {
	checkRaw(c, path, params, raw)
	for _, name := range []string{"Password", "LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateVersion"} {
		_, given := raw[name]
		_, taken := params[name]
		c.Entry(path, name).Require(!given || taken, "", nil, "is not what a template holds")
	}
}
