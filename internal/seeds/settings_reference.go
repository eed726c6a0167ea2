package seeds

import (
	"slices"
	"strings"
)

// Calls are the actions of the ECS reference, in its order, with the method of
// the client that makes each.
func Calls() [][2]string {
	return [][2]string{
		{"CreateLaunchTemplate", "LaunchTemplates.Create"},
		{"CreateLaunchTemplateVersion", "LaunchTemplates.CreateVersion"},
		{"DeleteLaunchTemplate", "LaunchTemplates.Delete"},
		{"DeleteLaunchTemplateVersion", "LaunchTemplates.DeleteVersions"},
		{"DescribeLaunchTemplates", "LaunchTemplates.List"},
		{"DescribeLaunchTemplateVersions", "LaunchTemplates.Versions"},
		{"ModifyLaunchTemplateDefaultVersion", "LaunchTemplates.SetDefault"},
		{"CreateDeploymentSet", "PlacementGroups.Create"},
		{"ModifyInstanceDeployment", "PlacementGroups.MoveIn"},
		{"ModifyDeploymentSetAttributes", "PlacementGroups.Modify"},
		{"DeleteDeploymentSet", "PlacementGroups.Delete"},
		{"DescribeDeploymentSets", "PlacementGroups.List"},
	}
}

// ReferenceSettings returns how each parameter of the ECS reference is set. A
// path begins with the type of the argument ("LaunchTemplateSpec.Name"), or is
// the name of a plain one ("versions"), of the method that [Calls] names.
func ReferenceSettings() []Setting {
	return slices.Concat(
		of("CreateLaunchTemplate", createTemplate(), templateData()),
		of("CreateLaunchTemplateVersion", createVersion(), templateData()),
		of("DeleteLaunchTemplate", templateRef("region")),
		of("DeleteLaunchTemplateVersion", templateRef("region"), []Setting{{Param: "DeleteVersion.n", Field: "versions"}}),
		of("DescribeLaunchTemplates", listTemplates(), pages()),
		of("DescribeLaunchTemplateVersions", templateRef("region"), listVersions(), pages()),
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

// Reasons why nothing sets a parameter.
const (
	ownPages = "the client asks for the pages itself, of the largest size"
	ownToken = "the client draws the token itself, and keeps it when it repeats the call"
	oneTag   = "the reference has the words of another call here; the tags of a template are TemplateTag.n"
	ranges   = "a query has no range of versions: the loop over all of them can be left at any"
	byName   = "a query has no strategy: PlacementGroup.Strategy tells it for each group"
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
		{Param: "RegionId", Field: "LaunchTemplateSpec.Spec.Region"},
		{Param: "LaunchTemplateName", Field: "LaunchTemplateSpec.Name"},
		{Param: "VersionDescription", Field: "LaunchTemplateSpec.VersionDescription"},
		{Param: "TemplateTag.n.Key", Field: "LaunchTemplateSpec.Tags[team]", Value: "web", Wire: "team", Tied: "TemplateTag.n.Value"},
		{Param: "TemplateTag.n.Value", Field: "LaunchTemplateSpec.Tags[team]", Value: "web", On: "LaunchTemplateSpec.Tags[team]=old"},
	}
}

func createVersion() []Setting {
	return slices.Concat(templateRef("LaunchTemplateSpec.Spec.Region"), []Setting{
		{Param: "VersionDescription", Field: "LaunchTemplateSpec.VersionDescription"},
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
		{Param: "SecurityGroupId", As: "SecurityGroupIds.N", Field: "Network.SecurityGroupIDs"},
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
		{Param: "NetworkInterface.n.SecurityGroupId", As: "NetworkInterface.n.SecurityGroupIds.N", Field: "Network.Interfaces[].SecurityGroupIDs", On: nic},
		{Param: "NetworkInterface.n.NetworkInterfaceName", Field: "Network.Interfaces[].Name", On: nic},
		{Param: "NetworkInterface.n.Description", Field: "Network.Interfaces[].Description", On: nic},
		{Param: "InternetChargeType", Field: "Network.PublicIP.ChargeType", Value: "by-bandwidth", Wire: "PayByBandwidth", On: net},
		{Param: "UserData", Field: "UserData", Value: "echo hello ecs!", Wire: "ZWNobyBoZWxsbyBlY3Mh", Why: notValue},
		{Param: "KeyPairName", Field: "Login.KeyPairs"},
		{Param: "RamRoleName", Field: "RoleName"},
		{Param: "AutoReleaseTime", Field: "AutoReleaseTime"},
		{Param: "SpotStrategy", Field: "Billing.Spot.MaxPrice", Value: "1", Wire: "SpotWithPriceLimit", On: spot, Tied: "SpotPriceLimit"},
		{Param: "SpotPriceLimit", Field: "Billing.Spot.MaxPrice", On: "Billing.Mode=spot; Billing.Spot.MaxPrice=0.5"},
		{Param: "SecurityEnhancementStrategy", Field: "SecurityAgent", Value: "true", Wire: "Active"},
		{Param: "Tag.n.Key", Field: "Tags[ss]", Value: "bb", Wire: "ss", Tied: "Tag.n.Value"},
		{Param: "Tag.n.Value", Field: "Tags[ss]", On: "Tags[ss]=old"},
	}
	for i := range list {
		list[i].Field = inTemplate(list[i].Field)
		list[i].On = inTemplate(list[i].On)
	}
	return append(list,
		Setting{Param: "IoOptimized", Field: "RunOptions.IoOptimized", Value: "optimized", Why: notValue},
		Setting{Param: "NetworkType", Field: "TemplateOptions.NetworkType", Value: "vpc", Why: notValue},
	)
}

// inTemplate turns paths of a spec into those of the spec of a template.
func inTemplate(assignments string) string {
	if assignments == "" {
		return ""
	}
	const spec = "LaunchTemplateSpec.Spec."
	return spec + strings.ReplaceAll(assignments, "; ", "; "+spec)
}

func listTemplates() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "LaunchTemplateQuery.Region"},
		{Param: "LaunchTemplateId", As: "LaunchTemplateId.N", Field: "LaunchTemplateQuery.IDs"},
		{Param: "LaunchTemplateName", As: "LaunchTemplateName.N", Field: "LaunchTemplateQuery.Name"},
		{Param: "Tag.n.Key", Gap: oneTag},
		{Param: "Tag.n.Value", Gap: oneTag},
		{Param: "TemplateTag.n.Key", Field: "LaunchTemplateQuery.Tags[team]", Value: "web", Wire: "team", Tied: "TemplateTag.n.Value"},
		{Param: "TemplateTag.n.Value", Field: "LaunchTemplateQuery.Tags[team]", Value: "web", On: "LaunchTemplateQuery.Tags[team]=old"},
	}
}

func listVersions() []Setting {
	return []Setting{
		{Param: "LaunchTemplateVersion.N", Field: "LaunchTemplateRef.Version", Method: "LaunchTemplates.Version"},
		{Param: "MinVersion", Gap: ranges},
		{Param: "MaxVersion", Gap: ranges},
		{Param: "DefaultVersion", Field: "LaunchTemplateRef.Version", Value: "0", Wire: "true", Method: "LaunchTemplates.Version"},
	}
}

func createSet() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "PlacementGroupSpec.Region"},
		{Param: "DeploymentStrategy", As: "Strategy", Field: "PlacementGroupSpec.Strategy", Value: "spread", Wire: "Availability", On: "PlacementGroupSpec.Strategy=cluster"},
		{Param: "DeploymentSetName", Field: "PlacementGroupSpec.Name"},
		{Param: "Description", Field: "PlacementGroupSpec.Description"},
		{Param: "OnUnableToRedeployFailedInstance", Field: "PlacementOptions.OnUnableToRedeployFailedInstance", Value: "KeepStopped"},
		{Param: "ClientToken", Gap: ownToken},
	}
}

func moveIntoSet() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "region"},
		{Param: "DeploymentSetId", Field: "id"},
		{Param: "InstanceId", Field: "instanceIDs"},
		{Param: "Force", Field: "MoveOptions.Force", Value: "true"},
	}
}

func modifySet() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "region"},
		{Param: "DeploymentSetId", Field: "id"},
		{Param: "DeploymentSetName", Field: "PlacementGroupChange.Name"},
		{Param: "Description", Field: "PlacementGroupChange.Description"},
	}
}

func listSets() []Setting {
	return []Setting{
		{Param: "RegionId", Field: "PlacementGroupQuery.Region"},
		{Param: "DeploymentSetIds", Field: "PlacementGroupQuery.IDs", Value: "ds-bp13v7bjnj9gisnlo1", Wire: `["ds-bp13v7bjnj9gisnlo1"]`},
		{Param: "DeploymentSetName", Field: "PlacementGroupQuery.Name"},
		{Param: "Strategy", Gap: byName},
	}
}
