package seeds

// qingcloud is for RunInstances of QingCloud.
func qingcloud() []Setting {
	const (
		bySize   = "InstanceType=; Hardware.CPUs=1; Hardware.MemoryMiB=1024"
		keyPair  = "Login.Password=; Login.KeyPairs=kp-1"
		userData = "UserData=echo hello"
		encrypt  = "SystemDisk.Encrypted=true"
	)
	return []Setting{
		{Param: "image_id", Field: "ImageID"},
		{Param: "instance_type", Field: "InstanceType"},
		{Param: "cpu", Field: "Hardware.CPUs", Value: "2", On: bySize},
		{Param: "memory", Field: "Hardware.MemoryMiB", Value: "2048", On: bySize},
		{Param: "os_disk_size", Field: "SystemDisk.SizeGiB", Value: "50"},
		{Param: "count", Field: "Count", Value: "2"},
		{Param: "instance_name", Field: "Name", Value: "web"},
		{Param: "login_mode", Field: "Login.KeyPairs", Also: "Login.Password", Value: "kp-1", Wire: "keypair", With: "Login.Password=", Tied: "login_keypair, login_passwd"},
		{Param: "login_keypair", Field: "Login.KeyPairs", Value: "kp-2", On: keyPair},
		{Param: "login_passwd", Field: "Login.Password", Value: "Another-pass1"},
		{Param: "vxnets.n", Field: "Network.SubnetID"},
		{Param: "security_group", Field: "Network.SecurityGroupIDs", Value: "sg-1"},
		{Param: "volumes.n", Field: "DataDisks[].VolumeID", Value: "vol-1"},
		{Param: "hostname", Field: "HostName", Value: "web-1"},
		{Param: "need_newsid", Field: "RunOptions.NeedNewSID", Value: "true", Wire: "1"},
		{Param: "instance_class", Field: "RunOptions.InstanceClass", Value: "101"},
		{Param: "cpu_model", Field: "CPUOptions.Model", Value: "Broadwell"},
		{Param: "cpu_topology", Field: "CPUOptions.Cores", Value: "2", Wire: "1,2,1", With: "CPUOptions.Sockets=1; CPUOptions.ThreadsPerCore=1"},
		{Param: "gpu", Field: "Hardware.GPUs", Value: "1"},
		{Param: "gpu_class", Field: "Hardware.GPUType", Value: "0"},
		{Param: "nic_mqueue", Field: "RunOptions.NICMultiQueue", Value: "true", Wire: "1"},
		{Param: "need_userdata", Field: "UserData", Value: "echo hello", Wire: "1", Tied: "userdata_type, userdata_value"},
		{Param: "userdata_type", Field: "RunOptions.UserDataType", Also: "UserData", Value: "exec", On: userData},
		{Param: "userdata_value", Field: "UserData", Value: "echo world", Wire: "ZWNobyB3b3JsZA==", On: userData},
		{Param: "userdata_path", Field: "RunOptions.UserDataPath", Value: "/etc/userdata", On: userData},
		{Param: "userdata_file", Field: "RunOptions.UserDataFile", Value: "/etc/rc.first", On: userData + "; RunOptions.UserDataType=exec"},
		{Param: "target_user", Field: "RunOptions.TargetUser", Value: "usr-1"},
		{Param: "dedicated_host_group_id", Field: "Placement.DedicatedHostGroupID", Value: "dhg-1"},
		{Param: "dedicated_host_id", Field: "Placement.DedicatedHostIDs", Value: "dh-1"},
		{Param: "instance_group", Field: "Placement.GroupID", Value: "ig-1"},
		{Param: "hypervisor", Field: "RunOptions.Hypervisor", Value: "kvm"},
		{Param: "os_disk_encryption", Field: "SystemDisk.Encrypted", Value: "true", Wire: "1"},
		{Param: "cipher_alg", Field: "RunOptions.CipherAlg", Value: "aes256", On: encrypt},
		{Param: "months", Field: "Billing.Period", Value: "1", With: "Billing.Mode=prepaid"},
		{Param: "auto_renew", Field: "Billing.AutoRenewPeriod", Value: "1", On: prepaid, With: "Billing.AutoRenew=true"},
		{Param: "zone", Field: "Region", Value: "pek3a"},
	}
}
