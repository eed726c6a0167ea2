package alicloud

import "github.com/yunfan-cloud/yunfan/provider"

// invalidValueCodes are the documented codes of checks that find a value, or a combination
// of values, that is not allowed. They are listed one by one: neither their beginning nor
// their ending says by itself that nothing was done.
func invalidValueCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrInvalid},
		"DependencyViolation.domain.granularity", "DependencyViolation.strategy.granularity",
		"EncryptedOption.Conflict", "EnterpriseGroupLimited.MutliGroupType", "InstanceType.ParameterMismatch",
		"Invalid.PrivatePoolOptionsId", "InvalidAutoReleaseTime.Malformed",
		"InvalidAutoRenewPeriod.ValueNotSupported", "InvalidClientToken.ValueNotSupported",
		"InvalidDataDevice.Malformed", "InvalidDataDiskCategory.ValueNotSupported",
		"InvalidDataDiskSize.ValueNotSupported", "InvalidDeploymentOnHost", "InvalidDeploymentSetName.Malformed",
		"InvalidDisk.SystemDiskSize", "InvalidDiskCategory.Mismatch", "InvalidDiskCategory.ValueNotSupported",
		"InvalidDiskDescription.Malformed", "InvalidDiskIds.NotPortable", "InvalidDiskName.Malformed",
		"InvalidDiskSize.TooSmall", "InvalidFilterKey.NotFound", "InvalidHostName.Malformed",
		"InvalidHpcClusterId.Necessary", "InvalidHpcClusterId.Unnecessary", "InvalidHttpEndpoint.NotSupported",
		"InvalidHttpPutResponseHopLimit.NotSupported", "InvalidHttpTokens.NotSupported",
		"InvalidInnerIpAddress.Malformed", "InvalidInnerIpAddress.Unusable", "InvalidInstanceChargeType.NotSupport",
		"InvalidInstanceId.NotSupport", "InvalidInstanceName.Malformed", "InvalidInstanceNetworkType.NotSupport",
		"InvalidInstanceType.ElasticNetworkInterfaceNotSupported", "InvalidInstanceType.NotSupport",
		"InvalidInstanceType.NotSupported", "InvalidInstanceType.ValueNotSupported",
		"InvalidInternetChargeType.ValueNotSupported", "InvalidInternetMaxBandwidthIn.Malformed",
		"InvalidInternetMaxBandwidthOut.Malformed", "InvalidIoOptimize.ValueNotSupported",
		"InvalidIoOptimizedValue.ValueNotSupported", "InvalidIp.Address", "InvalidIp.IpRepeated",
		"InvalidLockReason.NotFound", "InvalidMarketImageChargeType.NotSupport", "InvalidMaxAmount.Malformed",
		"InvalidMinAmount.Malformed", "InvalidNetworkType.Mismatch", "InvalidNetworkType.MismatchRamRole",
		"InvalidNetworkType.NotFound", "InvalidNetworkType.NotSupported", "InvalidNodeControllerId.Malformed",
		"InvalidOperation.ExceedInstanceTypeQueueNumber", "InvalidOperation.Ipv4CountExceeded",
		"InvalidOperation.Ipv6CountExceeded", "InvalidOperation.Ipv6NotSupport",
		"InvalidOperation.MaxEniQueueNumberExceeded", "InvalidOperation.VpcHasEnabledAdvancedNetworkFeature",
		"InvalidParam.Amount", "InvalidParam.NetworkInterface", "InvalidParam.Tenancy", "InvalidParameter.Bandwidth",
		"InvalidParameter.Conflict", "InvalidParameter.CreditSpecification", "InvalidParameter.Domain",
		"InvalidParameter.EncryptedIllegal", "InvalidParameter.EncryptedNotSupported",
		"InvalidParameter.InvalidEniQueueNumber", "InvalidParameter.Mismatch", "InvalidParameter.NotMatch",
		"InvalidParameter.ResourceOwnerAccount", "InvalidParameter.granularity", "InvalidParams.HostnameExceed",
		"InvalidParams.InstanceNameExceed", "InvalidPassword.Malformed", "InvalidPeriod",
		"InvalidPeriod.ExceededDedicatedHost", "InvalidPeriodType.ValueNotSupported",
		"InvalidPeriodUnit.ValueNotSupported", "InvalidPrivateIpAddress.Malformed", "InvalidRegion.NotSupport",
		"InvalidResourceId.NotSupported", "InvalidSecurityGroup.NotInDefaultVpc",
		"InvalidSnapshotId.BasedSnapshotTooOld", "InvalidSnapshotId.NotDataDiskSnapshot", "InvalidSpotDuration",
		"InvalidSpotInterruptionBehavior", "InvalidSpotInterruptionBehavior.ClassicNetworkNotSupport",
		"InvalidSpotInterruptionBehavior.LocalDiskNotSupport", "InvalidSpotParam.EmptyZoneID", "InvalidSpotPrepaid",
		"InvalidSpotPriceLimit", "InvalidSpotStrategy", "InvalidSystemDiskCategory.ValueNotSupported",
		"InvalidSystemDiskSize", "InvalidSystemDiskSize.ImageNotSupportResize",
		"InvalidSystemDiskSize.LessThanImageSize", "InvalidSystemDiskSize.LessThanMinSize",
		"InvalidSystemDiskSize.MoreThanMaxSize", "InvalidSystemDiskSize.ValueNotSupported", "InvalidTag.Mismatch",
		"InvalidTagCount", "InvalidTagKey.Malformed", "InvalidTagValue.Malformed", "InvalidUserData.NotSupported",
		"InvalidVSwitch.Ipv6NotTurnOn", "InvalidVSwitchId.IpInvalid", "InvalidVSwitchId.Necessary",
		"MissingParameter.PrivatePoolOptionsId", "OperationDenied.LocalDiskInstance")
}
