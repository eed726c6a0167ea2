package aliyun

import (
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// vendorClient is the vendor's own typed client, in front of a simulator.
func vendorClient(t *testing.T, sim *cloudsim.Sim) *ecs.Client {
	t.Helper()
	cfg := sdk.NewConfig().WithScheme("HTTPS")
	cfg.Transport = sim.Transport()
	key := credentials.NewAccessKeyCredential(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	c, err := ecs.NewClientWithOptions("cn-hangzhou", cfg, key)
	if err != nil {
		t.Fatal(err)
	}
	c.Domain = "ecs-cn-hangzhou.aliyuncs.com"
	return c
}

// The typed answers of the vendor's SDK take what the simulator's catalog says. The SDK's clients
// for other languages send and read the same.
func TestTheVendorsClientReadsTheCatalogOfTheSimulator(t *testing.T) {
	c := vendorClient(t, cloudsim.New(nil))
	types, err := c.DescribeInstanceTypes(ecs.CreateDescribeInstanceTypesRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "GiB", types.InstanceTypes.InstanceType[0].MemorySize, "0.5")
	zones, err := c.DescribeZones(ecs.CreateDescribeZonesRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "zones", len(zones.Zones.Zone), "4")
	same(t, "types of zone g", strings.Join(zones.Zones.Zone[1].AvailableInstanceTypes.InstanceTypes, " "),
		"ecs.t5-lc2m1.nano ecs.g6.large ecs.g6.xlarge ecs.c6.large ecs.r6.large")
	images, err := c.DescribeImages(ecs.CreateDescribeImagesRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "images", images.TotalCount, "7")
	family := ecs.CreateDescribeImageFromFamilyRequest()
	family.ImageFamily = "acs:ubuntu_22_04_x64"
	image, err := c.DescribeImageFromFamily(family)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "image", image.Image.ImageId, "ubuntu_22_04_x64_20G_alibase_20231221.vhd")
	ask := ecs.CreateDescribeAvailableResourceRequest()
	ask.DestinationResource, ask.InstanceType = "InstanceType", "ecs.gn6i-c4g1.xlarge"
	stock, err := c.DescribeAvailableResource(ask)
	if err != nil {
		t.Fatal(err)
	}
	kind := stock.AvailableZones.AvailableZone[0].AvailableResources.AvailableResource[0]
	same(t, "stock", kind.SupportedResources.SupportedResource[0].StatusCategory, "ClosedWithStock")
	vpcs, err := c.DescribeVpcs(ecs.CreateDescribeVpcsRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "networks", len(vpcs.Vpcs.Vpc), "2")
	vswitches, err := c.DescribeVSwitches(ecs.CreateDescribeVSwitchesRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "addresses", vswitches.VSwitches.VSwitch[0].AvailableIpAddressCount, "4092")
	groups, err := c.DescribeSecurityGroups(ecs.CreateDescribeSecurityGroupsRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "groups", groups.TotalCount, "2")
	pairs, err := c.DescribeKeyPairs(ecs.CreateDescribeKeyPairsRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "key pairs", pairs.TotalCount, "2")
	attributes, err := c.DescribeAccountAttributes(ecs.CreateDescribeAccountAttributesRequest())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "an attribute", attributes.AccountAttributeItems.AccountAttributeItem[0].AttributeValues.ValueItem[0].Value, "vpc")
}

// The SDK reads IDs of rules as numbers. The simulator has both forms, as the vendor has.
func TestTheVendorsClientLosesSomePrices(t *testing.T) {
	c := vendorClient(t, cloudsim.New(nil))
	ask := ecs.CreateDescribePriceRequest()
	ask.InstanceType = "ecs.g6.large"
	hour, err := c.DescribePrice(ask)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "an hour", hour.PriceInfo.Price.TradePrice, "0.5")
	ask = ecs.CreateDescribePriceRequest()
	ask.InstanceType, ask.PriceUnit, ask.Period = "ecs.g6.large", "Month", requests.NewInteger(1)
	month, err := c.DescribePrice(ask)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a month", month.PriceInfo.Price.TradePrice, "204")
	same(t, "its rule", month.PriceInfo.Rules.Rule[0].RuleId, "587")
	ask = ecs.CreateDescribePriceRequest()
	ask.InstanceType, ask.PriceUnit = "ecs.g6.large", "Year"
	if _, err := c.DescribePrice(ask); err == nil {
		t.Error("the SDK read the price of a year, whose rule has a text as its ID")
	}
}

func TestTheVendorsClientMakesOneInstance(t *testing.T) {
	c := vendorClient(t, cloudsim.New(nil))
	create := ecs.CreateCreateInstanceRequest()
	create.ImageId, create.InstanceType, create.VSwitchId = "m-1", "ecs.g6.large", "vsw-1"
	create.SecurityGroupId, create.SystemDiskSize = "sg-1", requests.NewInteger(60)
	made, err := c.CreateInstance(create)
	if err != nil {
		t.Fatal(err)
	}
	ask := ecs.CreateDescribeInstanceAttributeRequest()
	ask.InstanceId = made.InstanceId
	shown, err := c.DescribeInstanceAttribute(ask)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "type", shown.InstanceType, "ecs.g6.large")
	same(t, "IoOptimized", shown.IoOptimized, "optimized")
	list := ecs.CreateDescribeDisksRequest()
	list.InstanceId = made.InstanceId
	disks, err := c.DescribeDisks(list)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "GiB of the system disk", disks.Disks.Disk[0].Size, "60")
}
