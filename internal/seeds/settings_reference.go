package seeds

import (
	"slices"
	"strings"
)

// Calls are the actions of the ECS reference, in its order, with the method of
// the client that makes each.
func Calls() [][2]string {
	return [][2]string{
		{"CreateLaunchTemplate", "launchtemplate.Templates.Create"},
		{"CreateLaunchTemplateVersion", "launchtemplate.Templates.CreateVersion"},
		{"DeleteLaunchTemplate", "launchtemplate.Templates.Delete"},
		{"DeleteLaunchTemplateVersion", "launchtemplate.Templates.DeleteVersions"},
		{"DescribeLaunchTemplates", "launchtemplate.Templates.List"},
		{"DescribeLaunchTemplateVersions", "launchtemplate.Templates.FindVersions"},
		{"ModifyLaunchTemplateDefaultVersion", "launchtemplate.Templates.SetDefault"},
		{"CreateDeploymentSet", "placement.Groups.Create"},
		{"ModifyInstanceDeployment", "placement.Groups.MoveIn"},
		{"ModifyDeploymentSetAttributes", "placement.Groups.Modify"},
		{"DeleteDeploymentSet", "placement.Groups.Delete"},
		{"DescribeDeploymentSets", "placement.Groups.List"},
	}
}

// SentAs is the name of an action on the wire: that of the reference, but for one
// that it has in a plural that the service and its SDKs do not know.
func SentAs(action string) string {
	if action == "ModifyDeploymentSetAttributes" {
		return "ModifyDeploymentSetAttribute"
	}
	return action
}

// ReferenceSettings returns how each parameter of the ECS reference is set. A
// path begins with the type of the argument ("launchtemplate.Spec.Name"), or is
// the name of a plain one ("versions"), of the method that [Calls] names.
func ReferenceSettings() []Setting {
	return slices.Concat(
		of("CreateLaunchTemplate", createTemplate(), templateData()),
		of("CreateLaunchTemplateVersion", createVersion(), templateData()),
		of("DeleteLaunchTemplate", templateRef("region")),
		of("DeleteLaunchTemplateVersion", templateRef("region"), []Setting{{Param: "DeleteVersion.n", Field: "versions"}}),
		of("DescribeLaunchTemplates", listTemplates(), pages()),
		of("DescribeLaunchTemplateVersions", listVersions(), pages()),
		of("ModifyLaunchTemplateDefaultVersion", templateRef("region"), []Setting{{Param: "DefaultVersionNumber", Field: "LaunchTemplateRef.Version"}}),
		of("CreateDeploymentSet", createSet()),
		of("ModifyInstanceDeployment", moveIntoSet()),
		of("ModifyDeploymentSetAttributes", modifySet()),
		of("DeleteDeploymentSet", []Setting{{Param: "RegionId", Field: "region"}, {Param: "DeploymentSetId", Field: "id"}}),
		of("DescribeDeploymentSets", listSets(), pages()),
	)
}

// of says which action the settings belong to.
func of(action string, lists ...[]Setting) []Setting {
	out := slices.Concat(lists...)
	for i := range out {
		out[i].Action = action
	}
	return out
}

// Reasons why no argument sets a parameter, or not with its example.
const (
	ownPages = "the loop itself asks for page after page, each of the largest size, as long as it goes on"
	notValue = "the example is no value that the reference itself allows"
)

func pages() []Setting {
	return []Setting{{Param: "PageNumber", Gap: ownPages}, {Param: "PageSize", Gap: ownPages}}
}

// templateRef is how a call names the template it is about.
func templateRef(region string) []Setting {
	return []Setting{
		{Param: "RegionId", Field: region},
		{Param: "LaunchTemplateId", Field: "LaunchTemplateRef.ID"},
		{Param: "LaunchTemplateName", Field: "LaunchTemplateRef.Name", With: "LaunchTemplateRef.ID=", Tied: "LaunchTemplateId"},
	}
}

func createTemplate() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "launchtemplate.Spec.Spec.Region"},
		{Param: "LaunchTemplateName", Field: "launchtemplate.Spec.Name"},
		{Param: "VersionDescription", Field: "launchtemplate.Spec.VersionDescription"},
		{Param: "TemplateTag.n.Key", Field: "launchtemplate.Spec.Tags[team]", Value: "web", Wire: "team", Tied: "TemplateTag.n.Value"},
		{Param: "TemplateTag.n.Value", Field: "launchtemplate.Spec.Tags[team]", Value: "web", On: "launchtemplate.Spec.Tags[team]=old"},
	}
}

func createVersion() []Setting {
	return slices.Concat(templateRef("launchtemplate.Spec.Spec.Region"), []Setting{
		{Param: "VersionDescription", Field: "launchtemplate.Spec.VersionDescription"},
	})
}

// templateData is what a version holds, in the spec of the template.
func templateData() []Setting {
	const (
		disk = "DataDisks[].SizeGiB=30"
		nic  = "Network.Interfaces[].SubnetID=vsw-2"
		net  = "Network.PublicIP.BandwidthMbps=7"
	)
	list := []Setting{
		{Param: "ImageId", Field: "ImageID"},
		{Param: "InstanceType", Field: "InstanceType"},
		{Param: "VSwitchId", Field: "Network.SubnetID"},
		{Param: "InstanceName", Field: "Name"},
		{Param: "Description", Field: "Description"},
		{Param: "InternetMaxBandwidthIn", Field: "Network.PublicIP.InboundMbps", On: net},
		{Param: "InternetMaxBandwidthOut", Field: "Network.PublicIP.BandwidthMbps"},
		{Param: "HostName", Field: "HostName"},
		{Param: "ZoneId", Field: "Zone"},
		{Param: "SystemDisk.Category", Field: "SystemDisk.Type"},
		{Param: "SystemDisk.Size", Field: "SystemDisk.SizeGiB"},
		{Param: "SystemDisk.DiskName", Field: "SystemDisk.Name"},
		{Param: "SystemDisk.Description", Field: "SystemDisk.Description"},
		{Param: "DataDisk.n.Category", Field: "DataDisks[].Type", On: disk},
		{Param: "DataDisk.n.Size", Field: "DataDisks[].SizeGiB"},
		{Param: "DataDisk.n.SnapshotId", Field: "DataDisks[].SnapshotID"},
		{Param: "DataDisk.n.Encrypted", Field: "DataDisks[].Encrypted", Value: "true", On: disk, False: inWords, Why: IsFalse},
		{Param: "DataDisk.n.DiskName", Field: "DataDisks[].Name", On: disk},
		{Param: "DataDisk.n.Description", Field: "DataDisks[].Description", On: disk},
		{Param: "DataDisk.n.DeleteWithInstance", Field: "DataDisks[].DeleteWithInstance", On: disk},
		{Param: "NetworkInterface.n.PrimaryIpAddress", Field: "Network.Interfaces[].PrivateIP", Value: "172.16.236.9", On: nic, Why: notValue},
		{Param: "NetworkInterface.n.VSwitchId", Field: "Network.Interfaces[].SubnetID"},
		{Param: "NetworkInterface.n.NetworkInterfaceName", Field: "Network.Interfaces[].Name", On: nic},
		{Param: "NetworkInterface.n.Description", Field: "Network.Interfaces[].Description", On: nic},
		{Param: "InternetChargeType", Field: "Network.PublicIP.ChargeType", Value: "by-bandwidth", Wire: "PayByBandwidth", On: net},
		{Param: "UserData", Field: "UserData", Value: "echo hello ecs!", Wire: "ZWNobyBoZWxsbyBlY3Mh", Why: notValue},
		{Param: "KeyPairName", Field: "Login.KeyPairs"},
		{Param: "RamRoleName", Field: "RoleName"},
		{Param: "AutoReleaseTime", Field: "AutoReleaseTime"},
		{Param: "SpotStrategy", Field: "Billing.Spot.Strategy", Value: "price-limit", Wire: "SpotWithPriceLimit", On: spot, With: "Billing.Spot.MaxPrice=1", Tied: "SpotPriceLimit"},
		{Param: "SpotPriceLimit", Field: "Billing.Spot.MaxPrice", On: "Billing.Mode=spot; Billing.Spot.MaxPrice=0.5"},
		{Param: "SecurityEnhancementStrategy", Field: "SecurityAgent", Value: "true", Wire: "Active"},
		{Param: "Tag.n.Key", Field: "Tags[ss]", Value: "bb", Wire: "ss", Tied: "Tag.n.Value"},
		{Param: "Tag.n.Value", Field: "Tags[ss]", On: "Tags[ss]=old"},
	}
	for i := range list {
		list[i].Field = inTemplate(list[i].Field)
		list[i].On, list[i].With = inTemplate(list[i].On), inTemplate(list[i].With)
	}
	return append(list,
		Setting{Param: "SecurityGroupId", Field: "RunOptions.SecurityGroupID"},
		Setting{Param: "NetworkInterface.n.SecurityGroupId", Field: "RunOptions.InterfaceSecurityGroupIDs", On: inTemplate(nic)},
		Setting{Param: "IoOptimized", Field: "RunOptions.IoOptimized", Value: "optimized", Why: notValue},
		Setting{Param: "NetworkType", Field: "TemplateOptions.NetworkType", Value: "vpc", Why: notValue},
	)
}

// inTemplate turns paths of a spec into those of the spec of a template.
func inTemplate(assignments string) string {
	if assignments == "" {
		return ""
	}
	const spec = "launchtemplate.Spec.Spec."
	return spec + strings.ReplaceAll(assignments, "; ", "; "+spec)
}

func listTemplates() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "launchtemplate.Query.Region"},
		{Param: "LaunchTemplateId", As: "LaunchTemplateId.N", Field: "launchtemplate.Query.IDs"},
		{Param: "LaunchTemplateName", As: "LaunchTemplateName.N", Field: "launchtemplate.Query.Name"},
		{Param: "Tag.n.Key", Field: "launchtemplate.Query.InstanceTags[ss]", Value: "bb", Wire: "ss", Tied: "Tag.n.Value"},
		{Param: "Tag.n.Value", Field: "launchtemplate.Query.InstanceTags[ss]", Value: "bb", On: "launchtemplate.Query.InstanceTags[ss]=old"},
		{Param: "TemplateTag.n.Key", Field: "launchtemplate.Query.Tags[team]", Value: "web", Wire: "team", Tied: "TemplateTag.n.Value"},
		{Param: "TemplateTag.n.Value", Field: "launchtemplate.Query.Tags[team]", Value: "web", On: "launchtemplate.Query.Tags[team]=old"},
	}
}

func listVersions() []Setting {
	const q = "launchtemplate.VersionQuery."
	return []Setting{
		{Param: "RegionId", Field: q + "Region"},
		{Param: "LaunchTemplateId", Field: q + "Template.ID"},
		{Param: "LaunchTemplateName", Field: q + "Template.Name", With: q + "Template.ID=", Tied: "LaunchTemplateId"},
		{Param: "LaunchTemplateVersion.N", Field: q + "Versions"},
		{Param: "MinVersion", Field: q + "MinVersion", Value: "1"},
		{Param: "MaxVersion", Field: q + "MaxVersion", Value: "10"},
		{Param: "DefaultVersion", Field: q + "DefaultOnly"},
	}
}

func createSet() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "placement.Spec.Region"},
		{Param: "DeploymentStrategy", As: "Strategy", Field: "placement.Spec.Strategy", Value: "spread", Wire: "Availability", On: "placement.Spec.Strategy=cluster"},
		{Param: "DeploymentSetName", Field: "placement.Spec.Name"},
		{Param: "Description", Field: "placement.Spec.Description"},
		{Param: "OnUnableToRedeployFailedInstance", Field: "PlacementOptions.OnUnableToRedeployFailedInstance", Value: "KeepStopped"},
		{Param: "ClientToken", Field: "placement.Spec.ClientToken", Value: "123e4567-e89b-12d3-a456-426655440000"},
	}
}

func moveIntoSet() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "region"},
		{Param: "DeploymentSetId", Field: "id"},
		{Param: "InstanceId", Field: "instanceIDs"},
		{Param: "Force", Field: "placement.MoveOptions.Force", Value: "true"},
	}
}

func modifySet() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "region"},
		{Param: "DeploymentSetId", Field: "id"},
		{Param: "DeploymentSetName", Field: "placement.Change.Name"},
		{Param: "Description", Field: "placement.Change.Description"},
	}
}

func listSets() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "placement.Query.Region"},
		{Param: "DeploymentSetIds", Field: "placement.Query.IDs", Value: "ds-bp13v7bjnj9gisnlo1", Wire: `["ds-bp13v7bjnj9gisnlo1"]`},
		{Param: "DeploymentSetName", Field: "placement.Query.Name"},
		{Param: "Strategy", Field: "placement.Query.Strategy", Value: "spread", Wire: "Availability"},
	}
}
