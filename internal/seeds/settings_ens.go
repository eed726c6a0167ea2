package seeds

// ens is for CreateInstance of ENS, which the adapter uses for prepaid specs.
func ens() []Setting {
	const (
		otherCall = "Amount, Quantity, Period, InstanceChargeType, ScheduleAreaLevel"
		noLogin   = "Login.Password="
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
	}
}
