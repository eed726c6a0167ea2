package ecs_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// at performs an action in cn-hangzhou, which must succeed.
func (c *client) at(action string, pairs ...string) simtest.AlibabaAnswer {
	c.T.Helper()
	return c.WantOK(c.Call(action, append([]string{"RegionId", "cn-hangzhou"}, pairs...)...))
}

// column returns one field of each row of a wrapped list.
func column(r simtest.AlibabaAnswer, list, row, field string) []string {
	rows, _ := r.At(list, row).([]any)
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = fmt.Sprint(r.At(list, row, i, field))
	}
	return out
}

// want fails unless a value reads so.
func want(t *testing.T, what string, got any, wanted string) {
	t.Helper()
	if fmt.Sprint(got) != wanted {
		t.Errorf("%s: got %v, want %s", what, got, wanted)
	}
}

func TestZonesOfARegion(t *testing.T) {
	c := newClient(t, cloudsim.New(&cloudsim.Options{Regions: map[cloudsim.Cloud][]cloudsim.Region{
		cloudsim.ECS: {{ID: "cn-own", Zones: []string{"cn-own-x1"}}},
	}}))
	r := c.at("DescribeZones")
	want(t, "the zones", column(r, "Zones", "Zone", "ZoneId"), "[cn-hangzhou-b cn-hangzhou-g cn-hangzhou-h cn-hangzhou-i]")
	want(t, "what the closed zone makes", r.Strings("Zones", "Zone", 0, "AvailableResourceCreation", "ResourceTypes"), "[VSwitch]")
	types := r.Strings("Zones", "Zone", 3, "AvailableResources", "ResourcesInfo", 0, "InstanceTypes", "supportedInstanceType")
	if !slices.Contains(types, "ecs.i2.xlarge") {
		t.Errorf("zone i sells %v, want ecs.i2.xlarge among them", types)
	}
	short := c.at("DescribeZones", "Verbose", "false")
	if got := short.At("Zones", "Zone", 0, "AvailableResources"); got != nil {
		t.Errorf("with Verbose=false a zone has resources: %v", got)
	}
	own := c.WantOK(c.Call("DescribeZones", "RegionId", "cn-own"))
	want(t, "the zones of an own region", column(own, "Zones", "Zone", "ZoneId"), "[cn-own-x1]")
	other := c.WantOK(c.Call("DescribeZones", "RegionId", "us-west-1"))
	want(t, "the zone of a region without an inventory", column(other, "Zones", "Zone", "ZoneId"), "[us-west-1a]")
	c.WantCode(c.Call("DescribeZones", "RegionId", "cn-hangzou"), 404, "InvalidRegionId.NotFound")
	c.WantCode(c.Call("DescribeZones", "RegionId", "cn-hangzhou", "InstanceChargeType", "Free"), 404, "InvalidInstanceChargeType.NotFound")
	c.WantCode(c.Call("DescribeZones", "RegionId", "cn-hangzhou", "SpotStrategy", "Cheap"), 400, "InvalidSpotStrategy")
}

func TestRegionsSayIfTheyAreAvailable(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	inventory.Zones = append(inventory.Zones,
		cloudsim.InventoryZone{ID: "cn-qingdao-b", Region: "cn-qingdao", Closed: true},
		cloudsim.InventoryZone{ID: "cn-private-a", Region: "cn-private"})
	c := newClient(t, cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ECS: inventory}}))
	r := c.WantOK(c.Call("DescribeRegions"))
	ids, status := column(r, "Regions", "Region", "RegionId"), column(r, "Regions", "Region", "Status")
	for region, wanted := range map[string]string{
		"cn-hangzhou": "available", "cn-qingdao": "soldOut", "cn-private": "available", "cn-shanghai": "<nil>",
	} {
		i := slices.Index(ids, region)
		if i < 0 {
			t.Errorf("region %s is not listed", region)
			continue
		}
		want(t, region, status[i], wanted)
	}
	c.WantCode(c.Call("DescribeRegions", "AcceptLanguage", "xx"), 404, "InvalidAcceptLanguage.NotFound")
	c.WantCode(c.Call("DescribeRegions", "ResourceType", "car"), 404, "InvalidResourceType.NotFound")
}

func TestInstanceTypesHaveTheUnitsOfTheReference(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	row := func(id string) func(field string) any {
		r := c.at("DescribeInstanceTypes", "InstanceTypes.1", id)
		return func(field string) any { return r.At("InstanceTypes", "InstanceType", 0, field) }
	}
	nano := row("ecs.t5-lc2m1.nano")
	want(t, "GiB of the smallest type", nano("MemorySize"), "0.5")
	want(t, "its bandwidth in kbit/s", nano("InstanceBandwidthRx"), "102400")
	want(t, "its packets a second", nano("InstancePpsTx"), "40000")
	want(t, "the architecture of the ARM type", row("ecs.g8y.large")("CpuArchitecture"), "ARM")
	gpu := row("ecs.gn6i-c4g1.xlarge")
	want(t, "the GPU", gpu("GPUSpec"), "NVIDIA T4")
	want(t, "its memory in GiB", gpu("GPUMemorySize"), "16")
	want(t, "a part of a GPU", row("ecs.vgn6i-m4-vws.xlarge")("GPUSpec"), "NVIDIA T4/4")
	local := row("ecs.i2.xlarge")
	want(t, "the local disk", local("LocalStorageCapacity"), "894")
	want(t, "its kind", local("LocalStorageCategory"), "local_ssd_pro")
}

func TestInstanceTypesAreFiltered(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	for filter, wanted := range map[string]string{
		"InstanceTypeFamily=ecs.g6":                       "[ecs.g6.large ecs.g6.xlarge]",
		"CpuArchitecture=ARM":                             "[ecs.g8y.large]",
		"MinimumGPUAmount=1 GPUSpec=T4":                   "[ecs.gn6i-c4g1.xlarge ecs.vgn6i-m4-vws.xlarge]",
		"MinimumCpuCoreCount=4 MaximumMemorySize=15":      "[ecs.gn6i-c4g1.xlarge]",
		"MinimumMemorySize=0.5 MaximumMemorySize=0.5":     "[ecs.t5-lc2m1.nano]",
		"LocalStorageCategory=local_ssd_pro":              "[ecs.i2.xlarge]",
		"MinimumInstanceBandwidthTx=1536000":              "[ecs.g6.xlarge ecs.gn6i-c4g1.xlarge ecs.vgn6i-m4-vws.xlarge]",
		"InstanceTypes.1=ecs.none.large":                  "[]",
		"InstanceTypes.1=ecs.n1.small MaximumGPUAmount=0": "[ecs.n1.small]",
	} {
		var pairs []string
		for _, f := range strings.Fields(filter) {
			name, value, _ := strings.Cut(f, "=")
			pairs = append(pairs, name, value)
		}
		r := c.at("DescribeInstanceTypes", pairs...)
		want(t, filter, column(r, "InstanceTypes", "InstanceType", "InstanceTypeId"), wanted)
	}
}

// manyTypes is an inventory with n types more.
func manyTypes(n int) *cloudsim.Inventory {
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	for i := range n {
		inventory.Types = append(inventory.Types, cloudsim.InventoryType{
			ID: "ecs.many" + strconv.Itoa(i) + ".large", Family: "ecs.many", CPUs: 2, MemoryMiB: 4096, Arch: "x86_64",
		})
	}
	return inventory
}

// strict is a simulator whose creates are bound to an inventory; nil means the default one.
func strict(inventory *cloudsim.Inventory) *cloudsim.Sim {
	if inventory == nil {
		inventory = cloudsim.DefaultInventory(cloudsim.ECS)
	}
	return cloudsim.New(&cloudsim.Options{Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ECS: inventory}})
}

// A client that forgets the token misses types, because a page is cut at 100 whatever it asks for.
func TestTypesComeInPagesOfAtMostAHundred(t *testing.T) {
	c := newClient(t, strict(manyTypes(150)))
	for _, size := range []string{"", "1600"} {
		r := c.at("DescribeInstanceTypes", "MaxResults", size)
		if n := len(column(r, "InstanceTypes", "InstanceType", "InstanceTypeId")); n != 100 {
			t.Errorf("MaxResults %q: %d types, want 100", size, n)
		}
	}
	first := c.at("DescribeInstanceTypes", "InstanceTypeFamily", "ecs.many", "MaxResults", "100")
	token := fmt.Sprint(first.At("NextToken"))
	second := c.at("DescribeInstanceTypes", "InstanceTypeFamily", "ecs.many", "MaxResults", "100", "NextToken", token)
	if n := len(column(second, "InstanceTypes", "InstanceType", "InstanceTypeId")); n != 50 {
		t.Errorf("the second page has %d types, want 50", n)
	}
	want(t, "the token of the last page", second.At("NextToken"), "")
	other := c.Call("DescribeInstanceTypes", "RegionId", "cn-hangzhou", "InstanceTypeFamily", "ecs.g6", "NextToken", token)
	c.WantCode(other, 400, "InvalidParameter")
	c.WantCode(c.Call("DescribeInstanceTypes", "RegionId", "cn-hangzhou", "NextToken", "x"), 400, "InvalidParameter")
}

func TestImagesOfEveryOwner(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	images := func(pairs ...string) []string {
		return column(c.at("DescribeImages", append(pairs, "PageSize", "100")...), "Images", "Image", "ImageId")
	}
	want(t, "own images", images("ImageOwnerAlias", "self"), "[m-bp1g7004ksh0oeuc0001]")
	want(t, "own images in every state", images("ImageOwnerAlias", "self", "Status", "ALL"),
		"[m-bp1g7004ksh0oeuc0001 m-bp1g7004ksh0oeuc0002]")
	want(t, "shared images", images("ImageOwnerAlias", "others"), "[m-bp1g7004ksh0oeuc0003]")
	want(t, "community images", images("ImageOwnerAlias", "others", "IsPublic", "true"), "[]")
	want(t, "images of the market", images("ImageOwnerAlias", "marketplace"), "[m-bp1g7004ksh0oeuc0004]")
	want(t, "a deprecated image", images("Status", "Deprecated,Creating", "OSType", "linux", "ImageOwnerAlias", "system"),
		"[centos_7_9_x64_20G_alibase_20220824.vhd]")
	want(t, "ARM images", images("Architecture", "arm64"), "[ubuntu_22_04_arm64_20G_alibase_20231221.vhd]")
	want(t, "images for an ARM type", images("InstanceType", "ecs.g8y.large"), "[ubuntu_22_04_arm64_20G_alibase_20231221.vhd]")
	want(t, "images by a part of the name", images("ImageName", "ubuntu_22_04_x64"),
		"[ubuntu_22_04_x64_20G_alibase_20230907.vhd ubuntu_22_04_x64_20G_alibase_20231221.vhd]")
	want(t, "images by ID", images("ImageId", "m-bp1g7004ksh0oeuc0004,m-bp1g7004ksh0oeuc0001"),
		"[m-bp1g7004ksh0oeuc0001 m-bp1g7004ksh0oeuc0004]")
	want(t, "images by tag", images("Tag.1.Key", "team", "Tag.1.Value", "web"), "[m-bp1g7004ksh0oeuc0001]")
	if all := images(); slices.Contains(all, "m-bp1g7004ksh0oeuc0004") {
		t.Error("without an owner the list has an image of the market")
	}
}

func TestAnImageHasTheFormsOfTheReference(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	r := c.at("DescribeImages", "ImageId", "m-bp1g7004ksh0oeuc0001")
	want(t, "size", r.At("Images", "Image", 0, "Size"), "40")
	if got, ok := r.At("Images", "Image", 0, "DiskDeviceMappings", "DiskDeviceMapping", 0, "Size").(string); !ok || got != "40" {
		t.Errorf("the size of a disk is %q, want the text 40", got)
	}
	want(t, "shared", r.At("Images", "Image", 0, "IsSelfShared"), "False")
	want(t, "made", r.At("Images", "Image", 0, "CreationTime"), "2024-01-05T02:06:07Z")
	want(t, "tag", r.At("Images", "Image", 0, "Tags", "Tag", 0, "TagValue"), "web")
	want(t, "total", r.At("TotalCount"), "1")
	first := c.at("DescribeImages", "Status", "ALL")
	if n := len(column(first, "Images", "Image", "ImageId")); n > 10 {
		t.Errorf("a page without a size has %d images, want at most 10", n)
	}
	bad := func(status int, code string, pairs ...string) {
		t.Helper()
		c.WantCode(c.Call("DescribeImages", append([]string{"RegionId", "cn-hangzhou"}, pairs...)...), status, code)
	}
	bad(400, "InvalidParameter", "PageSize", "101")
	bad(400, "InvalidImageOwnerAlias.ValueNotSupported", "ImageOwnerAlias", "me")
	bad(404, "InvalidOSType", "OSType", "macos")
	bad(404, "InvalidArchitecture", "Architecture", "ARM")
	bad(400, "InvalidInstanceType.ValueNotSupported", "InstanceType", "ecs.none.large")
	bad(400, "DryRunOperation", "DryRun", "true")
}

func TestAFamilyHasItsNewestImage(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	r := c.at("DescribeImageFromFamily", "ImageFamily", "acs:ubuntu_22_04_x64")
	want(t, "the newest", r.At("Image", "ImageId"), "ubuntu_22_04_x64_20G_alibase_20231221.vhd")
	own := c.at("DescribeImageFromFamily", "ImageFamily", "web")
	want(t, "the newest that is ready", own.At("Image", "ImageId"), "m-bp1g7004ksh0oeuc0001")
	none := c.at("DescribeImageFromFamily", "ImageFamily", "none")
	want(t, "the image of no family", none.At("Image"), "map[]")
}

func TestSecurityGroupsComeByPageAndByToken(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.ECS)
	for i := range 120 {
		inventory.Groups = append(inventory.Groups, cloudsim.InventoryGroup{
			ID: "sg-many" + strconv.Itoa(i), Name: "many", Region: "cn-hangzhou", NetworkID: inventory.Networks[0].ID,
		})
	}
	c := newClient(t, strict(inventory))
	byPage := c.at("DescribeSecurityGroups", "PageSize", "50")
	want(t, "total", byPage.At("TotalCount"), "122")
	byToken := c.at("DescribeSecurityGroups", "MaxResults", "500")
	if n := len(column(byToken, "SecurityGroups", "SecurityGroup", "SecurityGroupId")); n != 100 {
		t.Errorf("a page has %d groups, want 100", n)
	}
	if got := byToken.At("TotalCount"); got != nil {
		t.Errorf("with a token the answer has the total %v, want none", got)
	}
	rest := c.at("DescribeSecurityGroups", "MaxResults", "500", "NextToken", fmt.Sprint(byToken.At("NextToken")))
	if n := len(column(rest, "SecurityGroups", "SecurityGroup", "SecurityGroupId")); n != 22 {
		t.Errorf("the second page has %d groups, want 22", n)
	}
	named := c.at("DescribeSecurityGroups", "SecurityGroupName", "staging", "VpcId", "vpc-bp15zckdt37pq72zv0002")
	want(t, "by name", column(named, "SecurityGroups", "SecurityGroup", "SecurityGroupId"), "[sg-bp15ed6xe1yxeycg70002]")
	ids := c.at("DescribeSecurityGroups", "SecurityGroupIds", `["sg-many1"]`, "MaxResults", "10")
	want(t, "by ID", column(ids, "SecurityGroups", "SecurityGroup", "SecurityGroupId"), "[sg-many1]")
}

func TestNetworksOfBothProducts(t *testing.T) {
	sim := cloudsim.New(nil)
	c, vpc := newClient(t, sim), simtest.NewVPC(t, sim.Transport())
	in := func(more ...string) []string { return append([]string{"RegionId", "cn-hangzhou"}, more...) }
	r := vpc.WantOK(vpc.Call("DescribeVpcs", in("Tag.1.Key", "env", "Tag.1.Value", "staging")...))
	want(t, "by tag", column(r, "Vpcs", "Vpc", "VpcId"), "[vpc-bp15zckdt37pq72zv0002]")
	want(t, "the tag", r.At("Vpcs", "Vpc", 0, "Tags", "Tag", 0, "Key"), "env")
	want(t, "its vSwitch", r.Strings("Vpcs", "Vpc", 0, "VSwitchIds", "VSwitchId"), "[vsw-bp1s5fnvk4gn2tws00004]")
	older := c.at("DescribeVpcs", "IsDefault", "true")
	want(t, "the default one", column(older, "Vpcs", "Vpc", "VpcId"), "[vpc-bp15zckdt37pq72zv0001]")
	want(t, "tags of ECS", older.At("Vpcs", "Vpc", 0, "Tags"), "<nil>")
	s := vpc.WantOK(vpc.Call("DescribeVSwitches", "VpcId", "vpc-bp15zckdt37pq72zv0001", "ZoneId", "cn-hangzhou-i"))
	want(t, "without a region", column(s, "VSwitches", "VSwitch", "VSwitchId"), "[vsw-bp1s5fnvk4gn2tws00003]")
	want(t, "addresses", s.At("VSwitches", "VSwitch", 0, "AvailableIpAddressCount"), "4092")
	c.Run("VSwitchId", "vsw-bp1s5fnvk4gn2tws00003", "Amount", "3")
	after := c.at("DescribeVSwitches", "VSwitchId", "vsw-bp1s5fnvk4gn2tws00003")
	want(t, "addresses after a create", after.At("VSwitches", "VSwitch", 0, "AvailableIpAddressCount"), "4089")
	m := c.Describe().At("Instances", "Instance", 0, "VpcAttributes", "VpcId")
	want(t, "the network of the instance", m, "vpc-bp15zckdt37pq72zv0001")
	want(t, "its zone", c.Describe().At("Instances", "Instance", 0, "ZoneId"), "cn-hangzhou-i")
	c.WantCode(c.Call("DescribeVSwitches", "VpcId", "vpc-bp15zckdt37pq72zv0001"), 400, "MissingParameter.RegionId")
	vpc.WantCode(vpc.Call("DescribeVSwitches"), 400, "MissingParameter.RegionId")
	vpc.WantCode(vpc.Call("DescribeVpcs", in("PageSize", "51")...), 400, "InvalidParameter")
	vpc.WantCode(vpc.Call("DescribeZones", in()...), 400, "InvalidParameter") // of ECS alone
}

func TestKeyPairs(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	r := c.at("DescribeKeyPairs")
	want(t, "names", column(r, "KeyPairs", "KeyPair", "KeyPairName"), "[ops web-login]")
	want(t, "a time without seconds", r.At("KeyPairs", "KeyPair", 0, "CreationTime"), "2023-01-18T06:53Z")
	want(t, "a key that was not asked for", r.At("KeyPairs", "KeyPair", 0, "PublicKey"), "<nil>")
	want(t, "tag", r.At("KeyPairs", "KeyPair", 0, "Tags", "Tag", 0, "TagKey"), "team")
	one := c.at("DescribeKeyPairs", "KeyPairName", "web*", "IncludePublicKey", "true")
	want(t, "by pattern", one.At("TotalCount"), "1")
	if key := fmt.Sprint(one.At("KeyPairs", "KeyPair", 0, "PublicKey")); !strings.HasPrefix(key, "ssh-rsa ") {
		t.Errorf("the public key is %q, want ssh-rsa", key)
	}
	c.WantCode(c.Call("DescribeKeyPairs", "RegionId", "cn-hangzhou", "PageSize", "51"), 400, "InvalidParameter")
}

func TestAccountAttributesAreTexts(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	c.Run("InstanceType", "ecs.g6.xlarge", "Amount", "2")
	value := func(pairs ...string) any {
		return c.at("DescribeAccountAttributes", pairs...).At("AccountAttributeItems", "AccountAttributeItem", 0, "AttributeValues", "ValueItem", 0, "Value")
	}
	if got, ok := value("AttributeName.1", "max-postpaid-instance-vcpu-count").(string); !ok || got != "1000" {
		t.Errorf("the quota is %q, want the text 1000", got)
	}
	want(t, "used", value("AttributeName.1", "used-postpaid-instance-vcpu-count"), "24")
	r := c.at("DescribeAccountAttributes", "AttributeName.1", "max-postpaid-yundisk-capacity")
	rows := r.At("AccountAttributeItems", "AccountAttributeItem", 0, "AttributeValues", "ValueItem")
	if list, _ := rows.([]any); len(list) != 2 {
		t.Errorf("the quota of disks has %d values, want one for each of 2 categories", len(list))
	}
	c.WantCode(c.Call("DescribeAccountAttributes"), 403, "Invalid.Parameter")
}
