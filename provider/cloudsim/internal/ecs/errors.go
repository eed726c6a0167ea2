package ecs

import (
	"regexp"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

var regionForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// fault is the documented answer to a fault.
func fault(k core.FaultKind) *alibaba.Refusal {
	switch k {
	case core.NoStock:
		return alibaba.Refuse(403, "OperationDenied.NoStock",
			"The requested resource is sold out in the specified zone; try other types of resources or other "+
				"regions and zones.")
	case core.Quota:
		return alibaba.Refuse(403, "QuotaExceed.ElasticQuota",
			"The number of instances exceeds the quota of the account in this region.")
	case core.Balance:
		return alibaba.Refuse(400, "InsufficientBalance", "Your account does not have enough balance.")
	default:
		return alibaba.CommonFault(k)
	}
}

// missing names the parameter in code and message, like the error example in the
// reference.
func missing(name string) *alibaba.Refusal {
	return alibaba.Refuse(400, "MissingParameter."+name, alibaba.MissingText(name))
}

// conflict refuses two parameters that exclude each other.
func conflict(a, b string) *alibaba.Refusal {
	return alibaba.Refuse(400, "InvalidParameter.Conflict",
		`The specified parameters "`+a+`" and "`+b+`" exclude each other.`)
}

// invalid refuses a value with the code documented for its parameter, or
// with the general one.
func invalid(name string) *alibaba.Refusal {
	status, code := 400, "InvalidParameter"
	if c := malformed(alibaba.GenericName(name)); c != "" {
		code = c
	} else if c := unknown(alibaba.GenericName(name)); c != "" {
		status, code = 404, c
	} else if c := forbidden(alibaba.GenericName(name)); c != "" {
		status, code = 403, c
	}
	if name == "RegionId" {
		return alibaba.Refuse(status, code, "The RegionId provided does not exist in our records.")
	}
	return alibaba.Refuse(status, code, `The specified parameter "`+name+`" is not valid.`)
}

// malformed are the codes of status 400.
func malformed(name string) string {
	switch name {
	case "InstanceName", "Description", "Password":
		return "Invalid" + name + ".Malformed"
	case "InstanceType", "InternetChargeType", "PeriodUnit", "AutoRenewPeriod":
		return "Invalid" + name + ".ValueNotSupported"
	case "Period", "SpotStrategy", "SpotPriceLimit", "SpotDuration", "SpotInterruptionBehavior":
		return "Invalid" + name
	case "InternetMaxBandwidthIn", "InternetMaxBandwidthOut":
		return "InvalidParameter.Bandwidth"
	case "SystemDisk.Category":
		return "InvalidSystemDiskCategory.ValueNotSupported"
	case "DataDisk.n.Category":
		return "InvalidDataDiskCategory.ValueNotSupported"
	case "DataDisk.n.Size":
		return "InvalidDataDiskSize.ValueNotSupported"
	case "SystemDisk.DiskName", "DataDisk.n.DiskName":
		return "InvalidDiskName.Malformed"
	case "SystemDisk.Description", "DataDisk.n.Description":
		return "InvalidDiskDescription.Malformed"
	case "IoOptimized":
		return "InvalidIoOptimizedValue.ValueNotSupported"
	case "PrivateIpAddress":
		return "InvalidPrivateIpAddress.Malformed"
	case "Tag.n.Key":
		return "InvalidTagKey.Malformed"
	case "Tag.n.Value":
		return "InvalidTagValue.Malformed"
	case "AutoReleaseTime":
		return "InvalidAutoReleaseTime.Malformed"
	case "ClientToken":
		return "InvalidClientToken.ValueNotSupported"
	case "HttpEndpoint", "HttpTokens":
		return "Invalid" + name + ".NotSupported"
	case "DedicatedHostId", "HpcClusterId":
		return "Invalid" + name + ".NotFound"
	case "Tenancy":
		return "InvalidParam.Tenancy"
	case "NetworkInterface":
		return "InvalidParam.NetworkInterface"
	case "CreditSpecification":
		return "InvalidParameter.CreditSpecification"
	default:
		return ""
	}
}

// forbidden are the codes of status 403.
func forbidden(name string) string {
	switch name {
	case "UserData":
		return "InvalidUserData.Base64FormatInvalid"
	case "DataDisk":
		return "InstanceDiskNumLimitExceed"
	case "Ipv6Address.n":
		return "InvalidIp.Address"
	case "StorageSetId", "StorageSetPartitionNumber":
		return "InvalidParameter." + name
	default:
		return ""
	}
}

// unknown are the codes of status 404, odd ones among them.
func unknown(name string) string {
	switch name {
	case "RegionId", "ZoneId", "ImageId", "SecurityGroupId", "VSwitchId", "KeyPairName", "InstanceChargeType":
		return "Invalid" + name + ".NotFound"
	case "SecurityGroupIds.n":
		return "InvalidSecurityGroupId.NotFound"
	case "RamRoleName":
		return "InvalidRamRole.NotFound"
	case "ResourceGroupId":
		return "InvalidResourceGroup.NotFound"
	case "Status", "LockReason":
		return "Invalid" + name + ".NotFound"
	case "HostName":
		return "HOSTNAME_ILLEGAL"
	case "SystemDisk.Size":
		return "InvalidSystemDiskSize"
	case "DataDisk.n.SnapshotId":
		return "InvalidSnapshotId.NotFound"
	case "DataDisk.n.KMSKeyId":
		return "InvalidParameter.KMSKeyId.NotFound"
	default:
		return ""
	}
}

func noInstance() *alibaba.Refusal {
	return alibaba.Refuse(404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")
}

func wrongStatus() *alibaba.Refusal {
	return alibaba.Refuse(403, "IncorrectInstanceStatus",
		"The current status of the resource does not support this operation.")
}

// dryRun is the answer of ECS to a dry run that would be accepted.
func dryRun() *alibaba.Refusal {
	return alibaba.Refuse(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
}

// batchDryRun is the same for calls about several instances. The status is not
// verified.
func batchDryRun() *alibaba.Refusal {
	return alibaba.Refuse(400, "DRYRUN.SUCCESS", "Request validation has been passed with DryRun flag set.")
}

// forbiddenRAM refuses a key that lacks a permission.
func forbiddenRAM() *alibaba.Refusal {
	return alibaba.Refuse(403, "Forbidden.RAM",
		"User not authorized to operate on the specified resource, or this API doesn't support RAM.")
}
