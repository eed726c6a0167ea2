package tencent

import (
	"strings"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider"
)

// errorTable has the documented codes of the calls of this package, and the common ones of every
// API (cloud.tencent.com/document/api/213/30435). A whole code counts more than its family,
// because a family has codes of several kinds.
var errorTable = provider.NewErrorTable([]provider.ErrorCode{
	// Throttled before execution.
	{Code: "RequestLimitExceeded", Kind: provider.ErrThrottled},
	{Code: "RequestLimitExceeded.*", Kind: provider.ErrThrottled},

	// Quotas.
	{Code: "InstancesQuotaLimitExceeded", Kind: provider.ErrQuota},
	{Code: "ImageQuotaLimitExceeded", Kind: provider.ErrQuota},
	{Code: "LimitExceeded", Kind: provider.ErrQuota},
	{Code: "LimitExceeded.*", Kind: provider.ErrQuota},
	{Code: "OverQuota", Kind: provider.ErrQuota},
	{Code: "InvalidParameterValue.ExternalIpQuotaLimited", Kind: provider.ErrQuota},
	{Code: "InvalidParameterValue.TagQuotaLimitExceeded", Kind: provider.ErrQuota},
	{Code: "ResourceInsufficient.InsufficientGroupQuota", Kind: provider.ErrQuota},
	{Code: "ResourceInsufficient.DisasterRecoverGroupCvmQuota", Kind: provider.ErrQuota},
	{Code: "UnsupportedOperation.InsufficientClusterQuota", Kind: provider.ErrQuota},
	{Code: "UnsupportedOperation.UserLimitOperationExceedQuota", Kind: provider.ErrQuota},
	{Code: "UnsupportedOperation.ReservedInstanceOutofQuata", Kind: provider.ErrQuota},
	{Code: "InvalidKeyPair.LimitExceeded", Kind: provider.ErrQuota},

	// No stock: of a type or in a zone, of disks, of spot capacity at the price,
	// of addresses. VpcSubnetNum is about the addresses of a subnet, whatever its family says.
	// Stock is what a code proves beyond the combination that was asked for. A spot bid that is too
	// low proves nothing about other combinations, and neither do too few instances for MinCount.
	// CloudDiskUnavailable may be about the disk's size, and ZoneNotSupported about something else
	// in the request.
	{Code: "ResourceInsufficient", Kind: provider.ErrNoStock},
	{Code: "ResourceInsufficient.AvailabilityZoneSoldOut", Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
	{Code: "ResourceInsufficient.SpecifiedInstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceInsufficient.ZoneSoldOutForSpecifiedInstance", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceInsufficient.InsufficientOfferingMinimum", Kind: provider.ErrNoStock},
	{Code: "ResourceInsufficient.CloudDiskSoldOut", Kind: provider.ErrNoStock, Stock: provider.StockOfDisk},
	{Code: "ResourceInsufficient.CloudDiskUnavailable", Kind: provider.ErrNoStock},
	{Code: "ResourceInsufficient.CidrBlock", Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},
	{Code: "LimitExceeded.VpcSubnetNum", Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},
	{Code: "ResourcesSoldOut.SpecifiedInstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourcesSoldOut.AvailableZone", Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
	{Code: "ResourcesSoldOut", Kind: provider.ErrNoStock},
	{Code: "ResourcesSoldOut.*", Kind: provider.ErrNoStock},
	{Code: "ResourceUnavailable.InstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceNotFound.InvalidZoneInstanceType", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "ResourceNotFound.NoDefaultCbs", Kind: provider.ErrNoStock},
	{Code: "ResourceNotFound.NoDefaultCbsWithReason", Kind: provider.ErrNoStock},
	{Code: "InvalidParameter.InvalidCloudDiskSoldOut", Kind: provider.ErrNoStock, Stock: provider.StockOfDisk},
	{Code: "InvalidParameterValue.ZoneNotSupported", Kind: provider.ErrNoStock},
	{Code: "InvalidParameterValue.InsufficientOffering", Kind: provider.ErrNoStock},
	{Code: "InvalidParameterValue.InsufficientPrice", Kind: provider.ErrNoStock},
	{Code: "UnsupportedOperation.EdgeZoneNotSupportCloudDisk", Kind: provider.ErrNoStock},
	{Code: "UnsupportedOperation.InvalidZone", Kind: provider.ErrNoStock, Stock: provider.StockOfZone},
	{Code: "UnsupportedOperation.NoInstanceTypeSupportSpot", Kind: provider.ErrNoStock, Stock: provider.StockOfType},
	{Code: "FailedOperation.NoAvailableIpAddressCountInSubnet", Kind: provider.ErrNoStock, Stock: provider.StockOfSubnet},

	// Something named does not exist.
	{Code: "*.NotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidZone", Kind: provider.ErrNotFound},
	{Code: "InvalidProjectId", Kind: provider.ErrNotFound},
	{Code: "InvalidSecurityGroupId", Kind: provider.ErrNotFound},
	{Code: "InvalidZone.MismatchRegion", Kind: provider.ErrNotFound},
	{Code: "ResourceNotFound", Kind: provider.ErrNotFound},
	{Code: "ResourceNotFound.*", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.VpcIdNotExist", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.SubnetNotExist", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.KeyPairNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.LaunchTemplateNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.LaunchTemplateIdNotExisted", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.LaunchTemplateIdVerNotExisted", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.BandwidthPackageIdNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.InstanceTypeNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.InvalidVpcIdSubnetIdNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.ElasticNetworkNotExist", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.ChcHostsNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.DedicatedResourcePackIdsNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.DedicatedResourcePackNotValid", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.BucketNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.TagKeyNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameter.InstanceTypeSupportedHostNotFound", Kind: provider.ErrNotFound},
	{Code: "FailedOperation.NotFoundEIP", Kind: provider.ErrNotFound},
	{Code: "InvalidParameter.SnapshotNotFound", Kind: provider.ErrNotFound},
	{Code: "FailedOperation.DisasterRecoverGroupNotFound", Kind: provider.ErrNotFound},
	{Code: "InvalidParameterValue.ResourceIdInvalid", Kind: provider.ErrNotFound}, // of the product of tags

	// Something with this name is there already.
	{Code: "InvalidImageName.Duplicate", Kind: provider.ErrExists},
	{Code: "InvalidKeyPairName.Duplicate", Kind: provider.ErrExists},
	{Code: "InvalidPublicKey.Duplicate", Kind: provider.ErrExists},
	{Code: "FailedOperation.AccountAlreadyExists", Kind: provider.ErrExists},
	{Code: "FailedOperation.MutActionTimerExist", Kind: provider.ErrExists},
	{Code: "InvalidParameterValue.DeployVpcAlreadyExists", Kind: provider.ErrExists},
	{Code: "ResourceInUse.TagKeyAttached", Kind: provider.ErrExists},
	{Code: "ResourceInUse.TagDuplicate", Kind: provider.ErrExists},

	// Who is calling.
	{Code: "AuthFailure", Kind: provider.ErrAuth},
	{Code: "AuthFailure.*", Kind: provider.ErrAuth},
	{Code: "UnauthorizedOperation.InvalidToken", Kind: provider.ErrAuth},
	{Code: "UnauthorizedOperation.MFAExpired", Kind: provider.ErrAuth},
	{Code: "UnauthorizedOperation.MFANotFound", Kind: provider.ErrAuth},
	{Code: "ClientError.CredentialError", Kind: provider.ErrAuth},

	// What the caller may do.
	{Code: "AccountQualificationRestrictions", Kind: provider.ErrPermission},
	{Code: "InvalidPermission", Kind: provider.ErrPermission},
	{Code: "UnauthorizedOperation", Kind: provider.ErrPermission},
	{Code: "UnauthorizedOperation.*", Kind: provider.ErrPermission},
	{Code: "AuthFailure.UnauthorizedOperation", Kind: provider.ErrPermission},
	{Code: "AuthFailure.CamRoleNameAuthenticateFailed", Kind: provider.ErrPermission},
	{Code: "OperationDenied.AccountNotSupported", Kind: provider.ErrPermission},
	{Code: "OperationDenied.InnerUserProhibitAction", Kind: provider.ErrPermission},
	{Code: "OperationDenied.NotBandwidthShiftUpUserApplyEdgeZoneEip", Kind: provider.ErrPermission},
	{Code: "InvalidParameter.SpecialParameterForSpecialAccount", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.OnlyForPrepaidAccount", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.UnsupportedInternationalUser", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.InvalidPermissionNonInternationalAccount", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.InvalidInstancesOwner", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.PreheatImage", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.ResourcePoolPackageInvisibleForUser", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.ReservedInstanceInvisibleForUser", Kind: provider.ErrPermission},
	{Code: "UnsupportedOperation.UserConvertOsNotSupport", Kind: provider.ErrPermission},
	{Code: "FailedOperation.NotMasterAccount", Kind: provider.ErrPermission},
	{Code: "InvalidParameterValue.InvalidBucketPermissionForExport", Kind: provider.ErrPermission},
	{Code: "IpInBlacklist", Kind: provider.ErrPermission},
	{Code: "IpNotInWhitelist", Kind: provider.ErrPermission},

	// Money.
	{Code: "InvalidAccount", Kind: provider.ErrBalance},
	{Code: "InvalidAccount.InsufficientBalance", Kind: provider.ErrBalance},
	{Code: "InvalidAccount.UnpaidOrder", Kind: provider.ErrBalance},
	{Code: "UnsupportedOperation.NotSupportUnpaidOrder", Kind: provider.ErrBalance},
	{Code: "FailedOperation.InquiryPriceFailed", Kind: provider.ErrBalance},

	// The request itself. A used address (VpcIpIsUsed) is among them: the way
	// out is another address.
	{Code: "InvalidParameter", Kind: provider.ErrInvalid},
	{Code: "InvalidParameter.*", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValue", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValue.*", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterCombination", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterConflict", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValueLimit", Kind: provider.ErrInvalid},
	{Code: "InvalidParameterValueOffset", Kind: provider.ErrInvalid},
	{Code: "InvalidFilter", Kind: provider.ErrInvalid},
	{Code: "InvalidFilterValue", Kind: provider.ErrInvalid},
	{Code: "InvalidFilterValue.*", Kind: provider.ErrInvalid},
	{Code: "*.Malformed", Kind: provider.ErrInvalid},
	{Code: "*.TooLong", Kind: provider.ErrInvalid},
	{Code: "*.TooLarge", Kind: provider.ErrInvalid},
	{Code: "*.NotSupported", Kind: provider.ErrInvalid},
	{Code: "*.Unsupported", Kind: provider.ErrInvalid},
	{Code: "MissingParameter", Kind: provider.ErrInvalid},
	{Code: "MissingParameter.*", Kind: provider.ErrInvalid},
	{Code: "UnknownParameter", Kind: provider.ErrInvalid},
	{Code: "InvalidClientToken", Kind: provider.ErrInvalid},
	{Code: "InvalidHost", Kind: provider.ErrInvalid},
	{Code: "InvalidHostId", Kind: provider.ErrInvalid},
	{Code: "InvalidImageId", Kind: provider.ErrInvalid},
	{Code: "InvalidImageName", Kind: provider.ErrInvalid},
	{Code: "InvalidImageOsType", Kind: provider.ErrInvalid},
	{Code: "InvalidImageOsVersion", Kind: provider.ErrInvalid},
	{Code: "InvalidInstance", Kind: provider.ErrInvalid},
	{Code: "InvalidInstanceId", Kind: provider.ErrInvalid},
	{Code: "InvalidInstanceName", Kind: provider.ErrInvalid},
	{Code: "InvalidInstanceType", Kind: provider.ErrInvalid},
	{Code: "InvalidKeyPair", Kind: provider.ErrInvalid},
	{Code: "InvalidKeyPairId", Kind: provider.ErrInvalid},
	{Code: "InvalidKeyPairName", Kind: provider.ErrInvalid},
	{Code: "InvalidPublicKey", Kind: provider.ErrInvalid},
	{Code: "InvalidRegion", Kind: provider.ErrInvalid},
	{Code: "InvalidSgId", Kind: provider.ErrInvalid},
	{Code: "InvalidPassword", Kind: provider.ErrInvalid},
	{Code: "InvalidPeriod", Kind: provider.ErrInvalid},
	{Code: "InvalidInstanceNotSupportedPrepaidInstance", Kind: provider.ErrInvalid},
	{Code: "InvalidAccountIs.YourSelf", Kind: provider.ErrInvalid},
	{Code: "InvalidRegion.Unavailable", Kind: provider.ErrInvalid},
	{Code: "InvalidKeyPairNameEmpty", Kind: provider.ErrInvalid},
	{Code: "InvalidKeyPairNameIncludeIllegalChar", Kind: provider.ErrInvalid},
	{Code: "InvalidKeyPairNameTooLong", Kind: provider.ErrInvalid},
	{Code: "EniNotAllowedChangeSubnet", Kind: provider.ErrInvalid},
	{Code: "LimitExceeded.InstanceTypeBandwidth", Kind: provider.ErrInvalid},
	{Code: "RegionAbilityLimit.*", Kind: provider.ErrInvalid},
	{Code: "VpcAddrNotInSubNet", Kind: provider.ErrInvalid},
	{Code: "VpcIpIsUsed", Kind: provider.ErrInvalid},
	{Code: "UnsupportedOperation", Kind: provider.ErrInvalid},
	{Code: "UnsupportedOperation.*", Kind: provider.ErrInvalid},
	{Code: "OperationDenied", Kind: provider.ErrInvalid},
	{Code: "OperationDenied.*", Kind: provider.ErrInvalid},
	{Code: "LimitExceeded.ResourceNumPerRequest", Kind: provider.ErrInvalid},
	{Code: "LimitExceeded.TagNumPerRequest", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.ResourceAppIdNotSame", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.IllegalTagKey", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.IllegalTagValue", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.TagKeyReserved", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.SnapshotSizeLargerThanDataSize", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.SnapshotSizeLessThanDataSize", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.PromotionalRegionRestriction", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.Unreturnable", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.InvalidInstanceApplicationRole", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.InvalidInstanceApplicationRoleEmr", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.AccountIsYourSelf", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.BYOLImageShareFailed", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.DisasterRecoverGroupNotMatch", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.PromotionalPerioRestriction", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.TatAgentNotSupport", Kind: provider.ErrInvalid},
	{Code: "FailedOperation.ZoneInconsistent", Kind: provider.ErrInvalid},
	{Code: "UnsupportedRegion", Kind: provider.ErrInvalid},
	{Code: "InvalidAction", Kind: provider.ErrInvalid},
	{Code: "ActionOffline", Kind: provider.ErrInvalid},
	{Code: "NoSuchProduct", Kind: provider.ErrInvalid},
	{Code: "NoSuchVersion", Kind: provider.ErrInvalid},
	{Code: "UnsupportedProtocol", Kind: provider.ErrInvalid},
	{Code: "InvalidRequest", Kind: provider.ErrInvalid},
	{Code: "RequestSizeLimitExceeded", Kind: provider.ErrInvalid},

	// The state of an instance or of another resource.
	{Code: "MutexOperation", Kind: provider.ErrState, Temporary: true},
	{Code: "MutexOperation.*", Kind: provider.ErrState, Temporary: true},
	{Code: "OperationDenied.InstanceOperationInProgress", Kind: provider.ErrState, Temporary: true},
	{Code: "FailedOperation.ResourceTagProcessing", Kind: provider.ErrState, Temporary: true},
	{Code: "ResourceInUse", Kind: provider.ErrState, Temporary: true},
	{Code: "ResourceInUse.*", Kind: provider.ErrState, Temporary: true},
	{Code: "ResourceUnavailable.SnapshotCreating", Kind: provider.ErrState, Temporary: true},
	{Code: "FailedOperation.InvalidImageState", Kind: provider.ErrState, Temporary: true},
	{Code: "InvalidParameterValue.InvalidImageState", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.LocalDiskMigratingToCloudDisk", Kind: provider.ErrState, Temporary: true},
	{Code: "InvalidInstanceState", Kind: provider.ErrState},
	{Code: "InvalidInstanceState.*", Kind: provider.ErrState},
	{Code: "InvalidImageId.InShared", Kind: provider.ErrState},
	{Code: "InvalidImageId.IncorrectState", Kind: provider.ErrState},
	{Code: "InvalidParameter.HostIdStatusNotSupport", Kind: provider.ErrState},
	{Code: "InvalidParameterValue.ResourcePoolPackStatus", Kind: provider.ErrState},
	{Code: "OperationDenied.ChcHostStateNotSupported", Kind: provider.ErrState},
	{Code: "FailedOperation.InquiryRefundPriceFailed", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InvalidInstanceNotSupportedProtectedInstance", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.TatAgentNotOnline", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.DiskSnapCreateTimeTooOld", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.ElasticNetworkInterface", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.ModifyVPCWithCLB", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.ModifyVPCWithClassLink", Kind: provider.ErrState},
	{Code: "FailedOperation.AlreadyInDisasterRecoverGroup", Kind: provider.ErrState},
	{Code: "FailedOperation.PlacementSetNotEmpty", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.StoppedModeStopChargingSameFamily", Kind: provider.ErrState},
	{Code: "InvalidParameterValue.LaunchTemplateDefaultVersion", Kind: provider.ErrState},
	{Code: "InvalidParameterValue.LaunchTemplateIdVerSetAlready", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstancesProtected", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceReinstallFailed", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStatePending", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateStarting", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateStopping", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateRebooting", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateIsolating", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateEnterRescueMode", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateExitRescueMode", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateEnterServiceLiveMigrate", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateServiceLiveMigrate", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateExitServiceLiveMigrate", Kind: provider.ErrState, Temporary: true},
	{Code: "UnsupportedOperation.InstanceStateRunning", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateNotRunning", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateStopped", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateShutdown", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateTerminating", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateTerminated", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateLaunchFailed", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateRescueMode", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateBanning", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateFreezing", Kind: provider.ErrState},
	{Code: "UnsupportedOperation.InstanceStateCorrupted", Kind: provider.ErrState},

	// It is not known whether the call was executed: something inside of the service failed.
	// ClientError.* are the SDK's own words for an answer that did not come or makes no sense.
	{Code: "InternalError", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "InternalError.*", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "InternalServerError", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ServiceUnavailable", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ServiceUnavailable.*", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ResourceUnavailable", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "FailedOperation", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "FailedOperation.SecurityGroupActionFailed", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "FailedOperation.GetInstanceTATAgentStatusFailed", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "FailedOperation.DisassociateKeyPairFailed", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "FailedOperation.QImageShareFailed", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "FailedOperation.RImageShareFailed", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "SecGroupActionFailure", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ResponseSizeLimitExceeded", Kind: provider.ErrUnavailable, Unknown: true},
	{Code: "ClientError.*", Kind: provider.ErrUnavailable, Unknown: true},
})

// inSmallLetters is the table with its codes in small letters: products of Tencent do not agree
// on the letters of one code.
var inSmallLetters = sync.OnceValue(func() *provider.ErrorTable {
	rows := errorTable.Rows()
	for i := range rows {
		rows[i].Code = strings.ToLower(rows[i].Code)
	}
	return provider.NewErrorTable(rows)
})

// classOf returns the row of a code. A whole code in other letters counts more than the family of
// the code.
func classOf(code string) (row provider.ErrorCode, known bool) {
	code = strings.TrimSpace(code)
	if row, known = errorTable.Lookup(code); known && row.Code == code {
		return row, true
	}
	other, ok := inSmallLetters().Lookup(strings.ToLower(code))
	if better := strings.EqualFold(other.Code, code) || !known; ok && better {
		return other, true
	}
	return row, known
}

// ErrorCodes returns the table, for the documentation.
func (d *driver) ErrorCodes() []provider.ErrorCode { return errorTable.Rows() }
