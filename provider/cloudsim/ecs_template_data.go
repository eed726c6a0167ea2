package cloudsim

import (
	"encoding/base64"
	"strconv"
	"strings"

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
func ecsTemplateFields(p *aliParams, prefix, texts, numbers, flags, decimals string) aliObject {
	var out aliObject
	each := func(names string, read func(name string) any) {
		for _, name := range strings.Fields(names) {
			if p.has(prefix + name) {
				out = append(out, aliField{name, read(prefix + name)})
			}
		}
	}
	each(texts, func(name string) any { return p.text(name) })
	each(numbers, func(name string) any { return p.number(name, 0, 0, 1<<30) })
	each(flags, func(name string) any { return p.flag(name) })
	each(decimals, func(name string) any { return p.decimal(name) })
	return out
}

func ecsTemplateScalars(p *aliParams) aliObject {
	return ecsTemplateFields(p, "", ecsTemplateTexts, ecsTemplateNumbers, ecsTemplateFlags, ecsTemplateDecimals)
}

func ecsTemplateDisk(p *aliParams, prefix string) aliObject {
	return ecsTemplateFields(p, prefix, ecsTemplateDiskTexts, ecsTemplateDiskNumbers, ecsTemplateDiskFlags, "")
}

// ecsTemplateObjects are those that newer documentation has.
func ecsTemplateObjects(p *aliParams) aliObject {
	var out aliObject
	for _, f := range []aliField{
		{"SecurityOptions", ecsTemplateFields(p, "SecurityOptions.", ecsTemplateSecurity, "", "", "")},
		{"ImageOptions", ecsTemplateFields(p, "ImageOptions.", "", "", ecsTemplateImage, "")},
	} {
		if o, ok := f.value().(aliObject); ok && len(o) > 0 {
			out = append(out, f)
		}
	}
	return out
}

func ecsTemplateDisks(p *aliParams) []aliObject {
	var out []aliObject
	for _, n := range p.indexes("DataDisk", ecsMaxDisks) {
		out = append(out, ecsTemplateDisk(p, "DataDisk."+strconv.Itoa(n)+"."))
	}
	return out
}

func ecsTemplateInterfaces(p *aliParams) []aliObject {
	var out []aliObject
	for _, n := range p.indexes("NetworkInterface", ecsMaxInterfaces) {
		prefix := "NetworkInterface." + strconv.Itoa(n) + "."
		nic := ecsTemplateFields(p, prefix, ecsTemplateNICTexts, "", "DeleteOnRelease", "")
		if groups := p.list(prefix+"SecurityGroupIds", ecsMaxGroups); len(groups) > 0 {
			nic = append(nic, aliField{"SecurityGroupIds", aliList("SecurityGroupId", groups)})
		}
		out = append(out, nic)
	}
	return out
}

func ecsTemplateTags(p *aliParams) []aliObject {
	var out []aliObject
	for _, n := range p.indexes("Tag", ecsMaxTags) {
		prefix := "Tag." + strconv.Itoa(n) + "."
		out = append(out, aliObject{{"Key", p.required(prefix + "Key")}, {"Value", p.text(prefix + "Value")}})
	}
	return out
}

// ecsShownData is LaunchTemplateData. The system disk is there twice: older
// clients read keys with a dot, "SystemDisk.Size", newer ones an object. What a
// template does not set is left out; that the service does so is not verified.
// The lists are always there. The reference's XML has these names in lower case
// throughout, which its JSON and its SDK contradict.
func ecsShownData(data map[string]string) aliObject {
	p := &aliParams{values: data, missing: aliMissing, invalid: ecsTemplateInvalid}
	out, disk := ecsTemplateScalars(p), ecsTemplateDisk(p, "SystemDisk.")
	for _, f := range disk {
		out = append(out, aliField{"SystemDisk." + f.name(), f.value()})
	}
	out = append(out, ecsTemplateObjects(p)...)
	return append(out,
		aliField{"SystemDisk", disk},
		aliField{"SecurityGroupIds", aliList("SecurityGroupId", p.list("SecurityGroupIds", ecsMaxGroups))},
		aliField{"DataDisks", aliList("DataDisk", ecsTemplateDisks(p))},
		aliField{"NetworkInterfaces", aliList("NetworkInterface", ecsTemplateInterfaces(p))},
		aliField{"Tags", aliList("InstanceTag", ecsTemplateTags(p))},
	)
}

// ecsTemplateData returns what of a request a template keeps. The rest is
// ignored, as the gateway ignores every parameter that an action does not have:
// a template holds no password and no count.
func ecsTemplateData(p *aliParams) map[string]string {
	const top = " " + ecsTemplateTexts + " " + ecsTemplateNumbers + " " + ecsTemplateFlags + " " + ecsTemplateDecimals + " "
	const disk = " " + ecsTemplateDiskTexts + " " + ecsTemplateDiskNumbers + " " + ecsTemplateDiskFlags + " "
	const nic = " " + ecsTemplateNICTexts + " DeleteOnRelease SecurityGroupIds "
	known := map[string]string{
		"DataDisk": disk, "NetworkInterface": nic, "Tag": " Key Value ",
	}
	out := map[string]string{}
	for name, value := range p.values {
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
func checkECSTemplate(p *aliParams) {
	p.description("VersionDescription")
	ecsTemplateScalars(p)
	ecsTemplateObjects(p)
	ecsTemplateDisk(p, "SystemDisk.")
	ecsTemplateDisks(p)
	ecsTemplateInterfaces(p)
	ecsTemplateTags(p)
	p.list("SecurityGroupIds", ecsMaxGroups)
	checkTemplateUserData(p)
}

func checkTemplateUserData(p *aliParams) {
	raw, err := base64.StdEncoding.DecodeString(p.text("UserData"))
	switch {
	case err != nil:
		p.refuse(aliRefusal(400, "InvalidUserData.Base64FormatInvalid", "The specified parameter UserData must be base64 encoded."))
	case len(raw) > ecsMaxUserData:
		p.refuse(aliRefusal(400, "InvalidUserData.SizeExceeded", "The specified parameter UserData exceeds the size."))
	}
}

// checkTemplateTags checks the tags of a template itself. Their rules have no
// code of their own.
func checkTemplateTags(p *aliParams) {
	for _, n := range p.indexes("TemplateTag", ecsMaxTags) {
		prefix := "TemplateTag." + strconv.Itoa(n) + "."
		p.required(prefix + "Key")
		for name, most := range map[string]int{prefix + "Key": 64, prefix + "Value": 128} {
			if s := p.text(name); len([]rune(s)) > most || aliIsURL(s) || strings.HasPrefix(s, "aliyun") || strings.HasPrefix(s, "acs:") {
				p.bad(name, "at most "+strconv.Itoa(most)+" characters, no aliyun, acs: or URL in front")
			}
		}
	}
}

// templateParams is regional with the codes and messages of the template
// actions. For CreateLaunchTemplate the reference leaves the name of the
// parameter out of both messages; here it is always there.
func (e *ecs) templateParams(k *core.Call) *aliParams {
	p := &aliParams{values: k.Params, missing: aliMissing, invalid: ecsTemplateInvalid}
	requireECSRegion(p)
	return p
}

func ecsTemplateInvalid(name string) *aliError {
	switch name {
	case "RegionId":
		return ecsInvalid(name)
	case "LaunchTemplateName":
		return aliRefusal(400, "InvalidLaunchTemplateName.Malformed", "The specified parameter LaunchTemplateName is not valid.")
	case "VersionDescription":
		return aliRefusal(400, "InvalidDescription.Malformed", `The specified parameter "VersionDescription" is not valid.`)
	default:
		return aliRefusal(400, "InvalidParameter", `the parameter(s) "`+name+`" provided is(are) invalid.`)
	}
}
