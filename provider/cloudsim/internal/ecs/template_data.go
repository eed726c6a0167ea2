package ecs

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Fields that a template can hold, by their type in the answer. The names are those of
// RunInstances, and some that only templates have.
const (
	templateTexts = "AutoReleaseTime CreditSpecification DeploymentSetId Description HostName HttpEndpoint " +
		"HttpTokens ImageId ImageOwnerAlias InstanceChargeType InstanceName InstanceType InternetChargeType " +
		"IoOptimized KeyPairName NetworkType PeriodUnit PrivateIpAddress RamRoleName ResourceGroupId " +
		"SecurityEnhancementStrategy SecurityGroupId SpotStrategy UserData VSwitchId VpcId ZoneId"
	templateNumbers = "AutoRenewPeriod HttpPutResponseHopLimit InternetMaxBandwidthIn InternetMaxBandwidthOut " +
		"Ipv6AddressCount Period SpotDuration"
	templateFlags    = "AutoRenew DeletionProtection EnableVmOsConfig PasswordInherit"
	templateDecimals = "SpotPriceLimit"

	templateSecurity = "TrustedSystemMode" // inside SecurityOptions
	templateImage    = "LoginAsNonRoot"    // inside ImageOptions

	templateDiskTexts = "AutoSnapshotPolicyId Category Description Device DiskName KMSKeyId PerformanceLevel " +
		"SnapshotId"
	templateDiskNumbers = "Iops ProvisionedIops Size"
	templateDiskFlags   = "BurstingEnabled DeleteWithInstance Encrypted"

	templateNICTexts = "Description InstanceType NetworkInterfaceName NetworkInterfaceTrafficMode PrimaryIpAddress " +
		"SecurityGroupId VSwitchId"
)

// Limits of list items. How many interfaces an instance may have depends on its type,
// which is not checked for a template.
const (
	maxDisks      = 16
	maxTags       = 20
	maxInterfaces = 64
	maxGroups     = 16
)

// templateFields returns the present fields under a prefix, in the types of the answer.
// It refuses a value of the wrong type.
func templateFields(p *alibaba.Params, prefix, texts, numbers, flags, decimals string) alibaba.Object {
	var out alibaba.Object
	each := func(names string, read func(name string) any) {
		for _, name := range strings.Fields(names) {
			if p.Has(prefix + name) {
				out = append(out, alibaba.Field{name, read(prefix + name)})
			}
		}
	}
	each(texts, func(name string) any { return p.Text(name) })
	each(numbers, func(name string) any { return p.Number(name, 0, 0, 1<<30) })
	each(flags, func(name string) any { return p.Flag(name) })
	each(decimals, func(name string) any { return p.Decimal(name) })
	return out
}

func templateScalars(p *alibaba.Params) alibaba.Object {
	return templateFields(p, "", templateTexts, templateNumbers, templateFlags, templateDecimals)
}

func templateDisk(p *alibaba.Params, prefix string) alibaba.Object {
	return templateFields(p, prefix, templateDiskTexts, templateDiskNumbers, templateDiskFlags, "")
}

// templateObjects are the objects in newer documentation.
func templateObjects(p *alibaba.Params) alibaba.Object {
	var out alibaba.Object
	for _, f := range []alibaba.Field{
		{"SecurityOptions", templateFields(p, "SecurityOptions.", templateSecurity, "", "", "")},
		{"ImageOptions", templateFields(p, "ImageOptions.", "", "", templateImage, "")},
	} {
		if o, ok := f.Value().(alibaba.Object); ok && len(o) > 0 {
			out = append(out, f)
		}
	}
	return out
}

func templateDisks(p *alibaba.Params) []alibaba.Object {
	var out []alibaba.Object
	for _, n := range p.Indexes("DataDisk", maxDisks) {
		out = append(out, templateDisk(p, "DataDisk."+strconv.Itoa(n)+"."))
	}
	return out
}

func templateInterfaces(p *alibaba.Params) []alibaba.Object {
	var out []alibaba.Object
	for _, n := range p.Indexes("NetworkInterface", maxInterfaces) {
		prefix := "NetworkInterface." + strconv.Itoa(n) + "."
		nic := templateFields(p, prefix, templateNICTexts, "", "DeleteOnRelease", "")
		if groups := p.List(prefix+"SecurityGroupIds", maxGroups); len(groups) > 0 {
			nic = append(nic, alibaba.Field{"SecurityGroupIds", alibaba.List("SecurityGroupId", groups)})
		}
		out = append(out, nic)
	}
	return out
}

func templateTags(p *alibaba.Params) []alibaba.Object {
	var out []alibaba.Object
	for _, n := range p.Indexes("Tag", maxTags) {
		prefix := "Tag." + strconv.Itoa(n) + "."
		out = append(out, alibaba.Object{{"Key", p.Required(prefix + "Key")}, {"Value", p.Text(prefix + "Value")}})
	}
	return out
}

// shownData returns LaunchTemplateData. The system disk is there twice: older clients
// read keys with a dot, "SystemDisk.Size", newer ones an object. Unset values are left
// out; it is not verified that the service does so. The lists are always there. The
// reference's XML has these names in lower case, but its JSON and its SDK do not.
func shownData(data map[string]string) alibaba.Object {
	p := &alibaba.Params{Values: data, Missing: alibaba.Missing, Invalid: templateInvalid}
	out, disk := templateScalars(p), templateDisk(p, "SystemDisk.")
	for _, f := range disk {
		out = append(out, alibaba.Field{"SystemDisk." + f.Name(), f.Value()})
	}
	out = append(out, templateObjects(p)...)
	return append(out,
		alibaba.Field{"SystemDisk", disk},
		alibaba.Field{"SecurityGroupIds", alibaba.List("SecurityGroupId", p.List("SecurityGroupIds", maxGroups))},
		alibaba.Field{"DataDisks", alibaba.List("DataDisk", templateDisks(p))},
		alibaba.Field{"NetworkInterfaces", alibaba.List("NetworkInterface", templateInterfaces(p))},
		alibaba.Field{"Tags", alibaba.List("InstanceTag", templateTags(p))},
	)
}

// templateData returns the parameters that a template keeps. It ignores the others, as
// the gateway ignores every unknown parameter: a template holds no password and no
// count.
func templateData(p *alibaba.Params) map[string]string {
	const top = " " + templateTexts + " " + templateNumbers + " " + templateFlags + " " + templateDecimals + " "
	const disk = " " + templateDiskTexts + " " + templateDiskNumbers + " " + templateDiskFlags + " "
	const nic = " " + templateNICTexts + " DeleteOnRelease SecurityGroupIds "
	known := map[string]string{
		"DataDisk": disk, "NetworkInterface": nic, "Tag": " Key Value ",
	}
	out := map[string]string{}
	for name, value := range p.Values {
		parts := strings.Split(name, ".")
		var in, leaf string
		switch fields, list := known[parts[0]]; {
		case list && len(parts) > 2:
			in, leaf = fields, parts[2]
		case parts[0] == "SystemDisk" && len(parts) == 2:
			in, leaf = disk, parts[1]
		case parts[0] == "SecurityOptions" && len(parts) == 2:
			in, leaf = " "+templateSecurity+" ", parts[1]
		case parts[0] == "ImageOptions" && len(parts) == 2:
			in, leaf = " "+templateImage+" ", parts[1]
		case parts[0] == "SecurityGroupIds" && len(parts) == 2:
			in, leaf = " n ", "n"
		case len(parts) == 1:
			in, leaf = top, name
		}
		if strings.Contains(in, " "+leaf+" ") && leaf != "" {
			out[name] = value
		}
	}
	return out
}

// checkTemplate checks the content of a version. Values are checked when instances are
// created. Here only types count, and values for which the reference gives these
// actions a code.
func checkTemplate(p *alibaba.Params) {
	p.Description("VersionDescription")
	templateScalars(p)
	templateObjects(p)
	templateDisk(p, "SystemDisk.")
	templateDisks(p)
	templateInterfaces(p)
	templateTags(p)
	p.List("SecurityGroupIds", maxGroups)
	checkTemplateUserData(p)
}

func checkTemplateUserData(p *alibaba.Params) {
	raw, err := base64.StdEncoding.DecodeString(p.Text("UserData"))
	switch {
	case err != nil:
		p.Refuse(alibaba.Refuse(400, "InvalidUserData.Base64FormatInvalid",
			"The specified parameter UserData must be base64 encoded."))
	case len(raw) > maxUserData:
		p.Refuse(alibaba.Refuse(400, "InvalidUserData.SizeExceeded",
			"The specified parameter UserData exceeds the size."))
	}
}

// checkTemplateTags checks the tags of a template itself. Their rules have no code of
// their own.
func checkTemplateTags(p *alibaba.Params) {
	for _, n := range p.Indexes("TemplateTag", maxTags) {
		prefix := "TemplateTag." + strconv.Itoa(n) + "."
		p.Required(prefix + "Key")
		for name, most := range map[string]int{prefix + "Key": 64, prefix + "Value": 128} {
			if s := p.Text(name); len([]rune(s)) > most || alibaba.IsURL(s) || strings.HasPrefix(s, "aliyun") ||
				strings.HasPrefix(s, "acs:") {
				p.Bad(name, "at most "+strconv.Itoa(most)+" characters, no aliyun, acs: or URL in front")
			}
		}
	}
}

// templateParams is regional with the codes and messages of the template actions. For
// CreateLaunchTemplate the reference leaves the parameter's name out of both messages;
// here it is always there.
func (e *api) templateParams(k *core.Call) *alibaba.Params {
	p := &alibaba.Params{Values: k.Params, Missing: alibaba.Missing, Invalid: templateInvalid}
	requireRegion(p)
	return p
}

func templateInvalid(name string) *alibaba.Refusal {
	switch name {
	case "RegionId":
		return invalid(name)
	case "LaunchTemplateName":
		return alibaba.Refuse(400, "InvalidLaunchTemplateName.Malformed",
			"The specified parameter LaunchTemplateName is not valid.")
	case "VersionDescription":
		return alibaba.Refuse(400, "InvalidDescription.Malformed",
			`The specified parameter "VersionDescription" is not valid.`)
	default:
		return alibaba.Refuse(400, "InvalidParameter", `the parameter(s) "`+name+`" provided is(are) invalid.`)
	}
}
