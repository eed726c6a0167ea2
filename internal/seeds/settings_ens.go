package seeds

// ens is for CreateInstance of ENS, which the adapter uses for prepaid specs, and
// for what RunInstances has beside, which it uses for every other one.
func ens() []Setting {
	const (
		otherCall = "Amount, Quantity, Period, InstanceChargeType, ScheduleAreaLevel"
		noLogin   = "Login.Password="
		postpaid  = "Billing.Mode=on-demand; Billing.Period=0"
		area      = postpaid + "; RunOptions.ScheduleAreaLevel=Big; RunOptions.NetDistrictCode=1; RunOptions.Carrier=cmcc"
		inDetail  = postpaid + "; RunOptions.InstanceChargeStrategy=instance"
	)
	return []Setting{
		{Param: "InstanceType", Field: "InstanceType"},
		{Param: "EnsRegionId", Field: "Region"},
		{Param: "Password", Field: "Login.Password"},
		{Param: "Period", Field: "Billing.Period"},
		{Param: "ImageId", Field: "ImageID"},
		{Param: "SystemDisk.Size", Field: "SystemDisk.SizeGiB"},
		{Param: "Quantity", Field: "Count", On: "Count=2"},
		{Param: "DataDisk.1.Size", Field: "DataDisks[].SizeGiB"},
		{Param: "InternetChargeType", Field: "Network.PublicIP.ChargeType", Value: "by-95th-monthly", Wire: "95BandwidthByMonth", On: "Network.PublicIP=present"},
		{Param: "AutoRenewPeriod", Field: "Billing.AutoRenewPeriod", On: "Billing.AutoRenew=true; Billing.AutoRenewPeriod=1"},
		{Param: "AutoRenew", Field: "Billing.AutoRenew", Value: "true", Wire: "True", With: "Billing.AutoRenewPeriod=1", Tied: "AutoRenewPeriod"},
		{Param: "IpType", Field: "Network.IPFamily"},
		{Param: "KeyPairName", Field: "Login.KeyPairs", With: noLogin, Tied: "Password"},
		{Param: "UserData", Field: "UserData", Wire: "IyEvYmluL3NoIGVjaG8gIkhlbGxvIFdvcmxkLiBUaGUgdGltZSBpcyBub3cgJChkYXRlIC1SKSEiIHwgdGVlIC9ob21lL291dHB1dC50eHQ=", Why: encoded},
		{Param: "VSwitchId", Field: "Network.SubnetID"},
		{Param: "PrivateIpAddress", Field: "Network.PrivateIPs", On: "Network.SubnetID=vsw-1"},
		{Param: "PaymentType", Field: "Billing.Mode", Value: "prepaid", Wire: "Subscription", On: "Billing.Mode=on-demand; Billing.Period=0", With: "Billing.Period=1", Tied: otherCall},
		{Param: "InstanceName", Field: "Name"},
		{Param: "HostName", Field: "HostName"},
		{Param: "UniqueSuffix", Field: "UniqueSuffix", Value: "true", On: "Name=web", False: inWords, Why: isFalse},
		{Param: "PublicIpIdentification", Field: "Network.PublicIP", Value: "present", Wire: "true"},
		{Param: "PasswordInherit", Field: "Login.KeepImageLogin", Value: "true", With: noLogin, Tied: "Password", False: inWords, Why: isFalse},

		{Param: "InstanceChargeType", Field: "Billing.Mode", Value: "on-demand", Wire: "PostPaid", With: "Billing.Period=0", Tied: otherCall + ", PaymentType"},
		{Param: "Amount", Field: "Count", On: postpaid + "; Count=2"},
		{Param: "ScheduleAreaLevel", Field: "RunOptions.ScheduleAreaLevel", On: area, With: "RunOptions.NetDistrictCode=; RunOptions.Carrier=", Tied: "NetDistrictCode, Carrier, EnsRegionId"},
		{Param: "NetDistrictCode", Field: "RunOptions.NetDistrictCode", On: area},
		{Param: "Carrier", Field: "RunOptions.Carrier", On: area},
		{Param: "SchedulingStrategy", Field: "RunOptions.SchedulingStrategy", On: postpaid},
		{Param: "SchedulingPriceStrategy", Field: "RunOptions.SchedulingPriceStrategy", On: postpaid},
		{Param: "SystemDisk", Field: "SystemDisk.Type", Value: "local_ssd", Wire: `{"Size":50,"Category":"local_ssd"}`, On: postpaid + "; SystemDisk.SizeGiB=50"},
		{Param: "DataDisk", Field: "DataDisks[].Type", Value: "cloud_efficiency", Wire: `[{"Size":20,"Category":"cloud_efficiency"}]`, On: postpaid + "; DataDisks[].SizeGiB=20"},
		{Param: "PeriodUnit", Field: "Billing.PeriodUnit", Value: "month", Wire: "Month", On: "Billing.PeriodUnit=day; Billing.Period=3; Tags[team]=web"},
		{Param: "InternetMaxBandwidthOut", Field: "Network.PublicIP.BandwidthMbps", On: postpaid + "; Network.PublicIP=present"},
		{Param: "NetWorkId", Field: "Network.VPCID", On: postpaid},
		{Param: "SecurityId", Field: "Network.SecurityGroupIDs", On: postpaid},
		{Param: "Tag.N.Key", Field: "Tags[team]", Value: "web", Wire: "team", On: postpaid, Tied: "Tag.N.Value"},
		{Param: "Tag.N.Value", Field: "Tags[team]", On: postpaid + "; Tags[team]=old"},
		{Param: "InstanceChargeStrategy", Field: "RunOptions.InstanceChargeStrategy", On: postpaid},
		{Param: "BillingCycle", Field: "RunOptions.BillingCycle", On: inDetail},
		{Param: "SpotStrategy", Field: "Billing.Mode", Value: "spot", Wire: "SpotAsPriceGo", On: postpaid},
		{Param: "SpotDuration", Field: "Billing.Spot.DurationHours", On: "Billing.Mode=spot; Billing.Period=0"},
		{Param: "AutoReleaseTime", Field: "AutoReleaseTime", On: postpaid},
		{Param: "Ipv6AddressCount", Field: "Network.IPv6Count", On: postpaid},
		{Param: "DeletionProtection", Field: "DeletionProtection", Value: "true", On: postpaid},
		{Param: "AutoUseCoupon", Field: "RunOptions.AutoUseCoupon", On: postpaid},
	}
}
