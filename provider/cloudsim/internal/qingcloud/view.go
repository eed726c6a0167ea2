package qingcloud

// instanceView is an instance on the wire. It has every field of the page of
// DescribeInstances, of its sample, of a newer sample in the documents (iaas_get), and
// of the struct in the vendor's client. The simulator has no values for fields that are
// always empty.
type instanceView struct {
	ID          string  `json:"instance_id"`
	Name        string  `json:"instance_name"`
	Description *string `json:"description"` // null until it is set, as in the samples
	HostName    string  `json:"hostname"`    // the ID unless the create had one, as in the sample
	Type        string  `json:"instance_type"`
	Class       int     `json:"instance_class"`
	VCPUs       int     `json:"vcpus_current"`
	VCPUsMax    int     `json:"vcpus_max"`
	MemoryMiB   int     `json:"memory_current"`
	MemoryMax   int     `json:"memory_max"`
	Topology    string  `json:"cpu_topology"`
	CPUModel    string  `json:"cpu_model_name"`
	Oversale    int     `json:"cpu_oversale_rate"`
	Platform    string  `json:"platform"`
	Status      string  `json:"status"`
	Transition  string  `json:"transition_status"`
	SubCode     int     `json:"sub_code"`
	AlarmStatus string  `json:"alarm_status"`
	CreateTime  string  `json:"create_time"`
	StatusTime  string  `json:"status_time"`
	Snapshot    *string `json:"lastest_snapshot_time"` // the vendor's spelling

	ZoneID     string   `json:"zone_id"`
	Owner      string   `json:"owner"`
	RootUserID string   `json:"root_user_id"`
	Controller string   `json:"controller"`
	ConsoleID  string   `json:"console_id"`
	Project    []string `json:"resource_project_info"`
	Tags       []string `json:"tags"`
	Label      *string  `json:"label"`

	Host       string  `json:"host_machine"`
	PlaceGroup string  `json:"place_group_id"`
	Repl       string  `json:"repl"`
	Device     *string `json:"device"` // only in the client

	BrokerHost       string `json:"broker_host"`
	BrokerPort       string `json:"broker_port"`
	GraphicsProtocol string `json:"graphics_protocol"`
	GraphicsPort     string `json:"graphics_port"`
	GraphicsPasswd   string `json:"graphics_passwd"`

	Image          imageView           `json:"image"`
	Extra          extraView           `json:"extra"`
	VxNets         []vxNetView         `json:"vxnets"`
	DNSAliases     []string            `json:"dns_aliases"`
	EIP            any                 `json:"eip,omitempty"`  // see eipOf
	EIPs           any                 `json:"eips,omitempty"` // likewise
	SecurityGroup  *securityGroupView  `json:"security_group"`
	SecurityGroups []securityGroupView `json:"security_groups"`
	VolumeIDs      []string            `json:"volume_ids"`
	Volumes        []volumeView        `json:"volumes"` // filled when verbose

	// KeyPairIDs are present only when verbose. The page says the same of the security
	// group and of volume_ids. But the newer sample has both without verbose, and lacks
	// the key pairs.
	KeyPairIDs *[]string `json:"keypair_ids,omitempty"`
}

type imageView struct {
	ID            string `json:"image_id"`
	Name          string `json:"image_name"`
	SizeGiB       int    `json:"image_size"`
	Platform      string `json:"platform"`
	OSFamily      string `json:"os_family"`
	ProcessorType string `json:"processor_type"`
	Provider      string `json:"provider"`
	UIType        string `json:"ui_type"`
	AgentType     string `json:"agent_type"`
	DefaultUser   string `json:"default_user"`
	DefaultPasswd string `json:"default_passwd"`
	ResetPasswd   int    `json:"f_resetpwd"`
	Features      int    `json:"features"`
}

// extraView has the fields of a documented sample without an explanation; the struct of
// the vendor's client has most of them.
type extraView struct {
	BlockBus     string `json:"block_bus"`
	BootDev      string `json:"boot_dev"`
	CPUMax       int    `json:"cpu_max"`
	CPUModel     string `json:"cpu_model"`
	Features     int    `json:"features"`
	GPU          int    `json:"gpu"`
	GPUClass     int    `json:"gpu_class"`
	Hypervisor   string `json:"hypervisor"`
	MemMax       int    `json:"mem_max"`
	NICMqueue    int    `json:"nic_mqueue"`
	NoLimit      int    `json:"no_limit"`
	NoRestrict   int    `json:"no_restrict"`
	OSDiskCipher int    `json:"os_disk_encryption"`
	OSDiskSize   int    `json:"os_disk_size"`
	USB          int    `json:"usb"`
}

type vxNetView struct {
	ID             string              `json:"vxnet_id"`
	Name           string              `json:"vxnet_name"`
	Type           int                 `json:"vxnet_type"` // 0 self-managed, 1 managed
	NICID          string              `json:"nic_id"`
	PrivateIP      string              `json:"private_ip"`
	IPv6           string              `json:"ipv6_address"`
	Role           int                 `json:"role"` // 1 for the first, as in the sample; the others are unverified
	SecurityGroup  *securityGroupView  `json:"security_group"`
	SecurityGroups []securityGroupView `json:"security_groups"`
}

type securityGroupView struct {
	ID        string `json:"security_group_id"`
	Name      string `json:"security_group_name"`
	IsDefault int    `json:"is_default"`
}

type volumeView struct {
	ID     string `json:"volume_id"`
	Status string `json:"status"`
}

// eipView is an elastic address. Its bandwidth is a string in the documented sample and
// a number in the documented type.
type eipView struct {
	ID        string `json:"eip_id"`
	Name      string `json:"eip_name"`
	Address   string `json:"eip_addr"`
	Bandwidth string `json:"bandwidth"`
}
