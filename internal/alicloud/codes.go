package alicloud

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// ErrorCodes returns the rows that ECS and ENS share, for adapters to extend
// with their own. The HTTP status is no part of them: the APIs answer 404 to a
// bad disk size, 403 to missing stock and 400 to throttling.
//
// A code of a create that was or may be running is Unknown: it must be repeated
// with the same token, or looked for, and never counts as a refusal.
func ErrorCodes() []provider.ErrorCode {
	return withParents(slices.Concat(
		throttledCodes(), tokenCodes(), authCodes(), permissionCodes(), balanceCodes(),
		quotaCodes(), stockCodes(), missingCodes(), stateCodes(), unclearCodes(), invalidCodes(),
		invalidValueCodes(),
	))
}

// withParents adds the code before the last dot of each code, where all codes with that
// beginning, in whatever letters, mean the same: the APIs answer "Zone" for "Zone.NotOnSale"
// now and then.
func withParents(rows []provider.ErrorCode) []provider.ErrorCode {
	listed := map[string]bool{}
	for _, row := range rows {
		listed[plainCode(row.Code)] = true
	}
	parents, mixed, order := map[string]provider.ErrorCode{}, map[string]bool{}, []string{}
	for _, row := range rows {
		i := strings.LastIndexByte(row.Code, '.')
		if i < 0 || strings.HasPrefix(row.Code, "*") || listed[plainCode(row.Code[:i])] {
			continue
		}
		row.Code, row.Remark = row.Code[:i], ""
		key, class := plainCode(row.Code), row
		class.Code = ""
		known, ok := parents[key]
		known.Code = ""
		if !ok {
			parents[key], order = row, append(order, key)
		} else if known != class {
			mixed[key] = true
		}
	}
	for _, code := range order {
		if !mixed[code] {
			rows = append(rows, parents[code])
		}
	}
	return rows
}

// of gives the same class to several codes.
func of(class provider.ErrorCode, codes ...string) []provider.ErrorCode {
	rows := make([]provider.ErrorCode, len(codes))
	for i, code := range codes {
		rows[i] = class
		rows[i].Code = code
	}
	return rows
}

func throttledCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrThrottled},
		"Throttling", "Throttling.*", "ThrottlingException", "Rejected.Throttling")
}

func tokenCodes() []provider.ErrorCode {
	return slices.Concat(
		of(provider.ErrorCode{Kind: provider.ErrTokenMismatch},
			"IdempotentParameterMismatch", "InvalidIdempotenceParameter.Mismatch", "IdempotenceParamNotMatch",
			"IdempotentParamterMismatch", "IdempotenceParameterMismatch"),
		// The first call with this token, or the first copy of this request, is
		// or may be at work.
		of(provider.ErrorCode{Kind: provider.ErrUnavailable, Unknown: true},
			"LastTokenProcessing", "LastOrderProcessing", "LastRequestProcessing", "ProcessingSameRequest",
			"Idempotence.Processing", "IdempotentProcessing", "SignatureNonceUsed"),
		// The first call with this token failed for good: the token makes nothing more.
		of(provider.ErrorCode{Kind: provider.ErrState, TokenDead: true},
			"IdempotentFailed"),
		of(provider.ErrorCode{Kind: provider.ErrExists},
			"LaunchTemplateName.Duplicated", "InvalidPrivateIpAddress.Duplicated", "DefaultVswitch.Existed",
			"InvalidIPAddress.AlreadyUsed", "InvalidIp.IpAssigned", "InvalidDevice.InUse"),
	)
}

func authCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrAuth},
		"InvalidAccessKeyId", "InvalidAccessKeyId.*", "InvalidAccessKeySecret",
		"SignatureDoesNotMatch", "IncompleteSignature", "IllegalTimestamp",
		"InvalidTimeStamp.Expired", "InvalidSecurityToken", "InvalidSecurityToken.*", "Forbidden.AccessKeyDisabled",
		"InvalidAccount.NotFound")
}

func permissionCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrPermission},
		"Forbidden", "Forbidden.*", "NoPermission", "NoPermission.*", "UnauthorizedOperation", "InvalidUser.*",
		"InvalidRamRole.NotEcsRole", "UserNotInTheWhiteList", "InvalidUserData.NotInWhiteList", "InvalidUserData.Forbidden",
		"Forbbiden", // the vendor's own spelling
		"RegionUnauthorized", "InvalidInstanceType.ValueUnauthorized", "InvalidSystemDiskCategory.ValueUnauthorized",
		"InvalidSpotAuthorized", "InvalidSpotAliUid", "InvalidParameter.KMSKeyId.KMSUnauthorized",
		"Forbbiden.*", "Forbedden", "Forbedden.*",
		"*.NotInWhiteList", "InvalidOperation.NotInWhiteList", "InvalidOperation.ResourceManagedByCloudProduct",
		"RequestDenied.WAFIntercepted",
		"InstanceLockedForSecurity") // a person has to lift the lock
}

func balanceCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrBalance},
		"InsufficientBalance", "InvalidAccountStatus", "InvalidAccountStatus.*", "RealNameAuthenticationError",
		"InvalidPayMethod", "PaymentMethodNotFound", "SecurityRisk.3DVerification", "Account.Arrearage",
		"InvalidInstance.UnPaidOrder",
		"InsufficientBalance.*", "*.NotEnoughBalance", "*.InsufficientBalance", "*.Arrearage", "*.InArrears",
		"InstanceExpired", "InstanceExpiredOrInArrears", "DiskInArrears",
		"OperationDenied.IllegalPaymentPolicy")
}

func quotaCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrQuota},
		"QuotaExceed", "QuotaExceed.*", "QuotaExceeded", "QuotaExceeded.*", "DEPLOYMENTSET.QUOTA_FULL",
		"DeploymentSet.InstanceLimitExceeded", "LaunchTemplateLimitExceed", "LaunchTemplateVersionLimitExceed",
		"SecurityGroupInstanceLimitExceed", "InstanceDiskNumLimitExceed", "InstanceDiskLimitExceeded",
		"InstanceDiskCategoryLimitExceed", "InstanceDiskNumber.LimitExceed", "OperationDenied.QuotaExceed",
		"JoinedGroupLimitExceed", "*.QuotaExceed", "*.QuotaExceeded", "*.LimitExceed", "*.LimitExceeded")
}

// stockCodes say what is out of stock where the code itself proves it. A subnet
// that is full is among them: the next step is another subnet, not a higher quota.
func stockCodes() []provider.ErrorCode {
	return slices.Concat(
		of(provider.ErrorCode{Kind: provider.ErrNoStock, Stock: provider.StockOfType},
			"NoInstanceStock", "InstanceType.Offline", "InvalidInstanceType.ZoneNotSupported", "InvalidInstanceType.PhasedOut"),
		of(provider.ErrorCode{Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
			"Zone.NotOnSale", "Zone.NotOpen", "*.NotOnSale", "OperationDenied.ZoneNotAllowed", "InvalidVpcZone.NotSupported",
			"InvalidVSwitch.DefaultVSwitchNotSupport"), // the zone can have none
		of(provider.ErrorCode{Kind: provider.ErrNoStock, Stock: provider.StockOfDisk},
			"CategoryNotSupported", "OperationDenied.ZoneSystemCategoryNotMatch",
			"OperationDenied.CloudSSDNotSupported"),
		of(provider.ErrorCode{Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},
			"InvalidVSwitchId.IpNotEnough", "QuotaExceeded.PrivateIpAddress", "QuotaExceed.PrivateIpAddress",
			"*.IpNotEnough",
			"OperationDenied.NoVlan"), // nothing here sends a VlanId: it is out of addresses
		of(provider.ErrorCode{Kind: provider.ErrNoStock},
			"*.NoStock", "*.SoldOut", "*.OutOfStock", "OperationDenied.NoStock", "InvalidResourceType.NotSupported",
			"Invalid.PrivatePoolOptions.NoStock",
			"InvalidOperation.PublicIpAddressNoStock", "InvalidDedicatedHost.NotEnoughResource", "LackResource",
			"OperationDenied.PaygNotAvailable", "OperationDenied.PrepayNotAvailable",
			"OperationDenied.SpotPriceLowerThanPublicPrice", "InvalidSpotPriceLimit.LowerThanPublicPrice",
			"ResourceNotAvailable",
			"OperationDenied.ResourceControl", // of a region for a while
			// Of a kind of disk for one type, or of one kind of image in a zone.
			"InvalidDiskCategory.NotSupported", "InvalidInstanceType.NotSupportDiskCategory",
			"InvalidZoneId.NotSupportShareEncryptedImage",
			"StockNotEnough"),
	)
}

func missingCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrNotFound},
		"*.NotFound", "InvalidParameter.KMSKeyId.NotFound", "DeploymentSet.NotFound", "DeploymentSet.InvalidId",
		"Forbidden.InstanceNotFound", "InstanceIdNotFound",
		"VpcNotFound", "InvalidVSwitchId.NotExist", "*.NotExist", "InvalidRegion.NotExist",
		// The same without an ending, of things that have no other code.
		"InvalidSecurityGroupId", "InvalidImageId", "InvalidRegionId", "InvalidZoneId", "InvalidKeyPairName",
		"InvalidDiskId", "InvalidClusterId",
		"InvalidDedicatedHostId", "InvalidDataDiskSnapshotId", "InvalidLaunchTemplate", "InvalidLaunchTemplateVersion",
		"InvalidMarketImage", "InvalidRelationResource", "InvalidResourceGroup")
}

func stateCodes() []provider.ErrorCode {
	return slices.Concat(
		of(provider.ErrorCode{Kind: provider.ErrState},
			"ChargeTypeViolation", "DependencyViolation", "DependencyViolation.*", "DeploymentSet.ModificationFailed",
			"DependencyViolation.NotEmpty", "InvalidOperation.DeleteDefaultVersion", "InvalidOperation.DeletionProtection",
			"IncorrectDedicatedHostStatus", "InvalidDedicatedHostStatus.NotSupport", "IncorrectImageStatus",
			"IncorrectRecycleBinStatus", "DependencyViolation.ReferByHPC",
			"OperationDenied.UnstoppedInstance", "InvalidOperation.EniLinked", "InvalidInstanceStatus",
			"InvalidInstanceStatus.*", "InvalidParameter.KMSKeyId.CMKNotEnabled",
			"InvalidParameter.Encrypted.KmsNotEnabled"),
		of(provider.ErrorCode{Kind: provider.ErrState, Temporary: true},
			"IncorrectInstanceStatus", "IncorrectInstanceStatus.*", "DependencyViolation.RouteEntry",
			"InstanceNotReady", "DiskError", "IncorrectDiskStatus", "IncorrectDiskStatus.*", "InvalidStatus.DiskNotReady",
			"DependencyViolation.SLBConfiguring", "IncorrectVSwitchStatus", "IncorrectVpcStatus",
			"IncorrectDefaultVpcStatus", // a VPC that is not Available is Pending
			"InvalidOperation.InvalidEniState", "InvalidOperation.InvalidEcsState",
			"InvalidHpcClusterId.Creating", "InvalidSnapshotId.NotReady"),
		// Refused because of another request, which may be this create's own
		// first attempt.
		of(provider.ErrorCode{Kind: provider.ErrState, Temporary: true, Unknown: true},
			"OperationConflict", "Operation.Conflict", "InvalidOperation.Conflict", "TaskConflict"),
	)
}

func unclearCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrUnavailable, Unknown: true},
		"SystemBusy", "NodeControllerUnavailable", "OperationDenied.CreatingConflict", "InternalError", "InternalError.*",
		"Mayi.InternalError", "ServiceUnavailable", "ServiceUnavailable.*", "UnknownError", "InnerServiceFailed",
		"CallInterface")
}

func invalidCodes() []provider.ErrorCode {
	return of(provider.ErrorCode{Kind: provider.ErrInvalid},
		"MissingParameter", "MissingParameter.*", "InvalidParameter", "InvalidParameter.*",
		"InvalidParamater", "MissingParamter", // the vendor's own spellings
		"InvalidAction", "InvalidOwner", "InvalidOwnerId", "InvalidOwnerAccount", "UnsupportedParameter",
		"UnsupportedHTTPMethod", "InvalidLaunchTemplateName.Malformed", "InvalidDescription.Malformed",
		"InvalidUserData.SizeExceeded", "InvalidUserData.Base64FormatInvalid", "HOSTNAME_ILLEGAL",
		"InvalidDiskSize.ValueNotSupported", "InvalidPrivateIpAddress", "InvalidPasswordParam.Mismatch",
		"unsupported_Ipv6Feature", "Duplicate.TagKey", "OperationDenied.PerformanceLevelNotMatch",
		"InvalidParameter.Strategy",
		"MissingParameter.LaunchTemplateId",
		// Combinations that no waiting mends.
		"DependencyViolation.WindowsInstance", "DependencyViolation.IoOptimized", "ChargeTypeViolation.PostPaidDedicatedHost",
		"IoOptimized.NotSupported", "DeleteWithInstance.Conflict", "DedicatedHostType.Unmatched", "ResourcesNotInSameZone",
		"ImageNotSupportCloudInit", "ImageNotSupportInstanceType", "ImageNotSubscribed", "ImageRemovedInMarket",
		"OperationDenied.ImageNotValid", "OperationDenied.SnapshotNotValid", "OperationDenied.SnapshotNotAllowed",
		"OperationDenied.SnapshotParamsNotValid", "OperationDenied.DiskTypeNotSupport", "OperationDenied.InvalidNetworkType",
		"OperationDenied.InconsistentNetwork", "OperationDenied.LocalDiskUnsupported",
		"CategoryViolation", "MaxEniIpv6IpsCountExceeded",
		// Values that are none of the few there are; nothing is missing.
		"InvalidInstanceChargeType.NotFound", "InvalidStatus.NotFound")
}
