package aliyun

import (
	"maps"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// TemplateSupport implements [launchtemplate.Driver].
func (d *driver) TemplateSupport() provider.Support { return templateTable() }

// noTemplateKey is why templates refuse KMS keys. Newer documents have them.
const noTemplateKey = "the vendor's typed request has Encrypted alone, with the default key; " +
	"RunOptions.Params take it by its wire name"

// templateTable says what happens to every leaf of a template's spec. The cloud would drop without a
// word what a template does not hold.
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

// ValidateTemplate implements [launchtemplate.Driver]. A template may leave out what a create
// must have. The cloud checks its values only when instances are made of it; here they are checked
// before.
func (d *driver) ValidateTemplate(t *launchtemplate.Spec, version bool) error {
	c := &provider.Checker{Driver: Name}
	checkPlainName(c, "Name", t.Name, "")
	checkText(c, "VersionDescription", t.VersionDescription, maxDescription)
	checkTags(c, t.Tags)
	checkShortTags(c, t.Tags)
	adapter.CheckKind[TemplateOptions](c, t.Vendor)
	own := adapter.OptionsOf[TemplateOptions](t.Vendor)
	c.Require(own.ResourceGroupID == "" || !version, "Vendor.ResourceGroupID", own.ResourceGroupID,
		"belongs to the template, not to a version")
	c.OneOf("Vendor.NetworkType", own.NetworkType, "classic", "vpc")
	in := c.In("Spec")
	checkSpec(in, &t.Spec)
	checkShortTags(in, t.Spec.Tags)
	checkTemplateOptions(in, &t.Spec)
	translateTemplate(c, t)
	return c.Err()
}

// checkTemplateOptions refuses options that a create takes and a template cannot hold.
func checkTemplateOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	mode, o := spec.Billing.Mode, optionsOf(spec)
	c.Require(mode != provider.DedicatedHost, "Billing.Mode", mode,
		"a template has no dedicated hosts: give it to RunInstances")
	const elsewhere = "a template has none: give it to RunInstances"
	partition, group := o.StorageSetPartitionNumber, o.DeploymentSetGroupNo
	c.Require(o.StorageSetID == "", "Vendor.StorageSetID", o.StorageSetID, elsewhere)
	c.Require(partition == 0, "Vendor.StorageSetPartitionNumber", partition, elsewhere)
	c.Require(group == 0, "Vendor.DeploymentSetGroupNo", group, elsewhere)
	c.Require(o.ImageFamily == "", "Vendor.ImageFamily", o.ImageFamily, elsewhere)
	c.Require(o.AutoPay == nil, "Vendor.AutoPay", nil, elsewhere)
	checkNewerOfTemplate(c, &o)
}

// translateTemplate returns the parameters of CreateLaunchTemplate and CreateLaunchTemplateVersion:
// flat, under the names of RunInstances. Security groups are a list here too, so that a create that
// names others replaces them. It records the raw parameters that a template cannot take.
func translateTemplate(c *provider.Checker, t *launchtemplate.Spec) params {
	p := make(params, 48)
	p.text("LaunchTemplateName", t.Name)
	p.text("VersionDescription", t.VersionDescription)
	p.tags("TemplateTag", t.Tags)
	translateCommon(p, &t.Spec)
	o := optionsOf(&t.Spec)
	if o.SendFalse {
		translateFalse(p, &t.Spec, "PasswordInherit", "DeletionProtection")
	}
	own := adapter.OptionsOf[TemplateOptions](t.Vendor)
	p.text("NetworkType", own.NetworkType)
	p.text("ImageOwnerAlias", own.ImageOwnerAlias)
	p.choice("EnableVmOsConfig", own.EnableVMOSConfig)
	p.text("TemplateResourceGroupId", own.ResourceGroupID)
	checkTemplateRaw(c, "Spec.Vendor.Params", o.Params, p)
	maps.Copy(p, o.Params)
	checkTemplateRaw(c, "Vendor.Params", own.Params, p)
	maps.Copy(p, own.Params)
	return p
}

// checkTemplateRaw is checkTaken for templates. The cloud would drop a password without a word, and
// the client names the template of a call.
func checkTemplateRaw(c *provider.Checker, path string, raw, set map[string]string) {
	checkTaken(c, path, raw, set)
	for _, name := range []string{"Password", "LaunchTemplateId", "LaunchTemplateName", "LaunchTemplateVersion"} {
		_, given := raw[name]
		_, taken := set[name]
		c.Entry(path, name).Require(!given || taken, "", nil, "is not what a template holds")
	}
}

// secretTemplateParams returns the names of the raw parameters of both kinds of options: no error may
// show their values.
func secretTemplateParams(t *launchtemplate.Spec) []string {
	own := adapter.OptionsOf[TemplateOptions](t.Vendor).Params
	return slices.AppendSeq(secretParams(&t.Spec), maps.Keys(own))
}
