package tencent

import (
	"fmt"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// The SDK by itself reads the catalog of the simulator. One member of another kind than documented makes an
// error of its whole answer.
func TestTheSDKReadsTheSimulatedCatalog(t *testing.T) {
	cred := common.NewCredential(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret)
	c, err := cvm.NewClient(cred, "ap-guangzhou", profile.NewClientProfile())
	if err != nil {
		t.Fatal(err)
	}
	c.WithHttpTransport(cloudsim.New(nil).Transport())
	price := cvm.NewInquiryPriceRunInstancesRequest()
	price.Placement, price.ImageId = &cvm.Placement{Zone: new("ap-guangzhou-3")}, new("img-487zeit5")
	family := cvm.NewDescribeImageFromFamilyRequest()
	family.ImageFamily = new("web")
	for _, call := range []struct {
		request tchttp.Request
		answer  tchttp.Response
		rows    func(answer any) int
	}{
		{cvm.NewDescribeRegionsRequest(), cvm.NewDescribeRegionsResponse(), func(a any) int {
			return len(a.(*cvm.DescribeRegionsResponse).Response.RegionSet)
		}},
		{cvm.NewDescribeZonesRequest(), cvm.NewDescribeZonesResponse(), func(a any) int {
			return len(a.(*cvm.DescribeZonesResponse).Response.ZoneSet)
		}},
		{cvm.NewDescribeInstanceTypeConfigsRequest(), cvm.NewDescribeInstanceTypeConfigsResponse(), func(a any) int {
			return len(a.(*cvm.DescribeInstanceTypeConfigsResponse).Response.InstanceTypeConfigSet)
		}},
		{cvm.NewDescribeInstanceFamilyConfigsRequest(), cvm.NewDescribeInstanceFamilyConfigsResponse(), func(a any) int {
			return len(a.(*cvm.DescribeInstanceFamilyConfigsResponse).Response.InstanceFamilyConfigSet)
		}},
		{cvm.NewDescribeZoneInstanceConfigInfosRequest(), cvm.NewDescribeZoneInstanceConfigInfosResponse(), func(a any) int {
			return len(a.(*cvm.DescribeZoneInstanceConfigInfosResponse).Response.InstanceTypeQuotaSet)
		}},
		{cvm.NewDescribeImagesRequest(), cvm.NewDescribeImagesResponse(), func(a any) int {
			return len(a.(*cvm.DescribeImagesResponse).Response.ImageSet)
		}},
		{family, cvm.NewDescribeImageFromFamilyResponse(), func(a any) int {
			return len(*a.(*cvm.DescribeImageFromFamilyResponse).Response.Image.ImageId)
		}},
		{cvm.NewDescribeImageQuotaRequest(), cvm.NewDescribeImageQuotaResponse(), func(a any) int {
			return int(*a.(*cvm.DescribeImageQuotaResponse).Response.ImageNumQuota)
		}},
		{cvm.NewDescribeKeyPairsRequest(), cvm.NewDescribeKeyPairsResponse(), func(a any) int {
			return len(a.(*cvm.DescribeKeyPairsResponse).Response.KeyPairSet)
		}},
		{cvm.NewDescribeAccountQuotaRequest(), cvm.NewDescribeAccountQuotaResponse(), func(a any) int {
			return len(a.(*cvm.DescribeAccountQuotaResponse).Response.AccountQuotaOverview.AccountQuota.PostPaidQuotaSet)
		}},
		{price, cvm.NewInquiryPriceRunInstancesResponse(), func(a any) int {
			return len(fmt.Sprint(*a.(*cvm.InquiryPriceRunInstancesResponse).Response.Price.InstancePrice.UnitPrice))
		}},
	} {
		if err := c.Send(call.request, call.answer); err != nil {
			t.Errorf("%s: %v", call.request.GetAction(), err)
			continue
		}
		if call.rows(call.answer) == 0 {
			t.Errorf("%s answers nothing", call.request.GetAction())
		}
	}
}
