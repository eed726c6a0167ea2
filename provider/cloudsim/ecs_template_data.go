package cloudsim

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// What a template can hold, by the type in which a version shows it again. The
// names are those of RunInstances, and a few that only templates have.
const (
	ecsTemplateTexts = "AutoReleaseTime CreditSpecification DeploymentSetId Description HostName HttpEndpoint HttpTokens " +
		"ImageId ImageOwnerAlias InstanceChargeType InstanceName InstanceType InternetChargeType IoOptimized KeyPairName " +
		"NetworkType PeriodUnit PrivateIpAddress RamRoleName ResourceGroupId SecurityEnhancementStrategy SecurityGroupId " +
		"SpotStrategy UserData VSwitchId VpcId ZoneId"
	ecsTemplateNumbers = "AutoRenewPeriod HttpPutResponseHopLimit InternetMaxBandwidthIn InternetMaxBandwidthOut " +
		"Ipv6AddressCount Period SpotDuration"
	ecsTemplateFlags    = "AutoRenew DeletionProtection EnableVmOsConfig PasswordInherit"
	ecsTemplateDecimals = "SpotPriceLimit"

	ecsTemplateSecurity = "TrustedSystemMode" // of SecurityOptions
	ecsTemplateImage    = "LoginAsNonRoot"    // of ImageOptions

	ecsTemplateDiskTexts   = "AutoSnapshotPolicyId Category Description Device DiskName KMSKeyId PerformanceLevel SnapshotId"
	ecsTemplateDiskNumbers = "Iops ProvisionedIops Size"
	ecsTemplateDiskFlags   = "BurstingEnabled DeleteWithInstance Encrypted"

	ecsTemplateNICTexts = "Description InstanceType NetworkInterfaceName NetworkInterfaceTrafficMode PrimaryIpAddress " +
		"SecurityGroupId VSwitchId"
)

// Numbers of list items. How many interfaces a machine takes depends on its
// type, which a template is not held to.
const (
	ecsMaxDisks      = 16
	ecsMaxTags       = 20
	ecsMaxInterfaces = 64
	ecsMaxGroups     = 16
)

// ecsTemplateFields reads the fields under a prefix that are there, in the
// types of the answer. A value that is not of its type is refused.
func ecsTemplateFields(p *alibaba.Params, prefix, texts, numbers, flags, decimals string) alibaba.Object {
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

func ecsTemplateScalars(p *alibaba.Params) alibaba.Object {
	return ecsTemplateFields(p, "", ecsTemplateTexts, ecsTemplateNumbers, ecsTemplateFlags, ecsTemplateDecimals)
}

func ecsTemplateDisk(p *alibaba.Params, prefix string) alibaba.Object {
	return ecsTemplateFields(p, prefix, ecsTemplateDiskTexts, ecsTemplateDiskNumbers, ecsTemplateDiskFlags, "")
}

// ecsTemplateObjects are those that newer documentation has.
func ecsTemplateObjects(p *alibaba.Params) alibaba.Object {
	var out alibaba.Object
	for _, f := range []alibaba.Field{
		{"SecurityOptions", ecsTemplateFields(p, "SecurityOptions.", ecsTemplateSecurity, "", "", "")},
		{"ImageOptions", ecsTemplateFields(p, "ImageOptions.", "", "", ecsTemplateImage, "")},
	} {
		if o, ok := f.Value().(alibaba.Object); ok && len(o) > 0 {
			out = append(out, f)
		}
	}
	return out
}

func ecsTemplateDisks(p *alibaba.Params) []alibaba.Object {
	var out []alibaba.Object
	for _, n := range p.Indexes("DataDisk", ecsMaxDisks) {
		out = append(out, ecsTemplateDisk(p, "DataDisk."+strconv.Itoa(n)+"."))
	}
	return out
}

func ecsTemplateInterfaces(p *alibaba.Params) []alibaba.Object {
	var out []alibaba.Object
	for _, n := range p.Indexes("NetworkInterface", ecsMaxInterfaces) {
		prefix := "NetworkInterface." + strconv.Itoa(n) + "."
		nic := ecsTemplateFields(p, prefix, ecsTemplateNICTexts, "", "DeleteOnRelease", "")
		if groups := p.List(prefix+"SecurityGroupIds", ecsMaxGroups); len(groups) > 0 {
			nic = append(nic, alibaba.Field{"SecurityGroupIds", alibaba.List("SecurityGroupId", groups)})
		}
		out = append(out, nic)
	}
	return out
}

func ecsTemplateTags(p *alibaba.Params) []alibaba.Object {
	var out []alibaba.Object
	for _, n := range p.Indexes("Tag", ecsMaxTags) {
		prefix := "Tag." + strconv.Itoa(n) + "."
		out = append(out, alibaba.Object{{"Key", p.Required(prefix + "Key")}, {"Value", p.Text(prefix + "Value")}})
	}
	return out
}

// ecsShownData is LaunchTemplateData. The system disk is there twice: older
// clients read keys with a dot, "SystemDisk.Size", newer ones an object. What a
// template does not set is left out; that the service does so is not verified.
// The lists are always there. The reference's XML has these names in lower case
// throughout, which its JSON and its SDK contradict.
func ecsShownData(data map[string]string) alibaba.Object {
	p := &alibaba.Params{Values: data, Missing: alibaba.Missing, Invalid: ecsTemplateInvalid}
	out, disk := ecsTemplateScalars(p), ecsTemplateDisk(p, "SystemDisk.")
	for _, f := range disk {
		out = append(out, alibaba.Field{"SystemDisk." + f.Name(), f.Value()})
	}
	out = append(out, ecsTemplateObjects(p)...)
	return append(out,
		alibaba.Field{"SystemDisk", disk},
		alibaba.Field{"SecurityGroupIds", alibaba.List("SecurityGroupId", p.List("SecurityGroupIds", ecsMaxGroups))},
		alibaba.Field{"DataDisks", alibaba.List("DataDisk", ecsTemplateDisks(p))},
		alibaba.Field{"NetworkInterfaces", alibaba.List("NetworkInterface", ecsTemplateInterfaces(p))},
		alibaba.Field{"Tags", alibaba.List("InstanceTag", ecsTemplateTags(p))},
	)
}

// ecsTemplateData returns what of a request a template keeps. The rest is
// ignored, as the gateway ignores every parameter that an action does not have:
// a template holds no password and no count.
func ecsTemplateData(p *alibaba.Params) map[string]string {
	const top = " " + ecsTemplateTexts + " " + ecsTemplateNumbers + " " + ecsTemplateFlags + " " + ecsTemplateDecimals + " "
	const disk = " " + ecsTemplateDiskTexts + " " + ecsTemplateDiskNumbers + " " + ecsTemplateDiskFlags + " "
	const nic = " " + ecsTemplateNICTexts + " DeleteOnRelease SecurityGroupIds "
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
			in, leaf = " "+ecsTemplateSecurity+" ", parts[1]
		case parts[0] == "ImageOptions" && len(parts) == 2:
			in, leaf = " "+ecsTemplateImage+" ", parts[1]
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

// checkECSTemplate checks what goes into a version. Values are looked at when
// machines are made, not here: only their types count, and what the reference
// gives these actions codes for.
func checkECSTemplate(p *alibaba.Params) {
	p.Description("VersionDescription")
	ecsTemplateScalars(p)
	ecsTemplateObjects(p)
	ecsTemplateDisk(p, "SystemDisk.")
	ecsTemplateDisks(p)
	ecsTemplateInterfaces(p)
	ecsTemplateTags(p)
	p.List("SecurityGroupIds", ecsMaxGroups)
	checkTemplateUserData(p)
}

func checkTemplateUserData(p *alibaba.Params) {
	raw, err := base64.StdEncoding.DecodeString(p.Text("UserData"))
	switch {
	case err != nil:
		p.Refuse(alibaba.Refuse(400, "InvalidUserData.Base64FormatInvalid", "The specified parameter UserData must be base64 encoded."))
	case len(raw) > ecsMaxUserData:
		p.Refuse(alibaba.Refuse(400, "InvalidUserData.SizeExceeded", "The specified parameter UserData exceeds the size."))
	}
}

// checkTemplateTags checks the tags of a template itself. Their rules have no
// code of their own.
func checkTemplateTags(p *alibaba.Params) {
	for _, n := range p.Indexes("TemplateTag", ecsMaxTags) {
		prefix := "TemplateTag." + strconv.Itoa(n) + "."
		p.Required(prefix + "Key")
		for name, most := range map[string]int{prefix + "Key": 64, prefix + "Value": 128} {
			if s := p.Text(name); len([]rune(s)) > most || alibaba.IsURL(s) || strings.HasPrefix(s, "aliyun") || strings.HasPrefix(s, "acs:") {
				p.Bad(name, "at most "+strconv.Itoa(most)+" characters, no aliyun, acs: or URL in front")
			}
		}
	}
}

// templateParams is regional with the codes and messages of the template
// actions. For CreateLaunchTemplate the reference leaves the name of the
// parameter out of both messages; here it is always there.
func (e *ecs) templateParams(k *core.Call) *alibaba.Params {
	p := &alibaba.Params{Values: k.Params, Missing: alibaba.Missing, Invalid: ecsTemplateInvalid}
	requireECSRegion(p)
	return p
}

func ecsTemplateInvalid(name string) *alibaba.Refusal {
	switch name {
	case "RegionId":
		return ecsInvalid(name)
	case "LaunchTemplateName":
		return alibaba.Refuse(400, "InvalidLaunchTemplateName.Malformed", "The specified parameter LaunchTemplateName is not valid.")
	case "VersionDescription":
		return alibaba.Refuse(400, "InvalidDescription.Malformed", `The specified parameter "VersionDescription" is not valid.`)
	default:
		return alibaba.Refuse(400, "InvalidParameter", `the parameter(s) "`+name+`" provided is(are) invalid.`)
	}
}
