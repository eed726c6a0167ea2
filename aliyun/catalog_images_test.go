package aliyun

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// imageRow returns an answer with one image.
func imageRow(fields string) string {
	return `{"RequestId":"r","TotalCount":1,"PageNumber":1,"PageSize":100,"Images":{"Image":[{"ImageId":"m-1",` + fields + `}]}}`
}

// The fields are those of the vendor's reference.
func TestAnImageOfTheSampleAnswer(t *testing.T) {
	var got wire
	images := all(t, answered(t, &got, imageRow(`"ImageFamily":"hangzhou-daily-update","Description":"Archive log for Oracle",
		"OSNameEn":"Windows Server  2016 Data Center Edition 64bit Chinese Edition","OSType":"windows","Architecture":"x86_64",
		"DiskDeviceMappings":{"DiskDeviceMapping":[{"Device":"/dev/xvda","Type":"system","Size":"60"}]},"ImageOwnerAlias":"self",
		"Progress":"100%","CreationTime":"2019-11-15T06:07:05Z","Tags":{"Tag":[{"TagValue":"Oracle","TagKey":"DTS"}]},
		"Status":"Available","ImageName":"testImageName","IsSelfShared":"False","Size":60`)).Images(t.Context(), catalog.ImageQuery{}))
	if len(images) != 1 {
		t.Fatalf("%d images, want one", len(images))
	}
	same(t, "image", fmt.Sprintf("%+v", images[0]), "{ID:m-1 Name:testImageName Family:hangzhou-daily-update Owner:own Arch:x86_64 "+
		"OS:windows OSName:Windows Server  2016 Data Center Edition 64bit Chinese Edition SizeGiB:60 RawState:Available "+
		"CreatedAt:2019-11-15 06:07:05 +0000 UTC Tags:map[DTS:Oracle] Usable:true Deprecated:false}")
	checkTyped(t, ecs.DescribeImagesRequest{}, got.Params)
	same(t, "page size", got.Params["PageSize"], "100")
}

func TestOddImages(t *testing.T) {
	for fields, want := range map[string]string{
		`"CreationTime":"yesterday","Status":"Available"`:                      `0001-01-01 false usable true, 0 GiB of ""`,
		`"CreationTime":"2019-11-15T06:07Z","Size":"40"`:                       `2019-11-15 false usable false, 40 GiB of ""`,
		`"CreationTime":1573798025,"Size":"","Tags":""`:                        `2019-11-15 false usable false, 0 GiB of ""`,
		`"Status":"Deprecated","ImageOwnerAlias":"system"`:                     `0001-01-01 true usable true, 0 GiB of "public"`,
		`"Status":"Creating","ImageOwnerAlias":"others","CreationTime":null`:   `0001-01-01 false usable false, 0 GiB of "shared"`,
		`"Status":"Resting","ImageOwnerAlias":"neighbour","Size":null`:         `0001-01-01 false usable false, 0 GiB of "neighbour"`,
		`"Status":"UnAvailable","ImageOwnerAlias":"marketplace","Tags":{}`:     `0001-01-01 false usable false, 0 GiB of "market"`,
		`"Status":"Available","Size":{"GiB":4},"OSType":"plan9","OSName":null`: `0001-01-01 false usable true, 0 GiB of ""`,
	} {
		var got wire
		images := all(t, answered(t, &got, imageRow(fields)).Images(t.Context(), catalog.ImageQuery{Unusable: true}))
		if len(images) != 1 {
			t.Fatalf("%s: %d images, want one", fields, len(images))
		}
		i := images[0]
		text := fmt.Sprintf("%s %v usable %v, %d GiB of %q", i.CreatedAt.UTC().Format("2006-01-02"), i.Deprecated, i.Usable, i.SizeGiB, i.Owner)
		same(t, fields, text, want)
	}
}

func TestImageQueriesNarrowAtTheCloud(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","TotalCount":0,"Images":{"Image":[]}}`)
	q := catalog.ImageQuery{
		Region: "cn-test-2", IDs: []string{"m-1", "m-2"}, Name: "ubuntu_22_04*x64*", Family: "acs:ubuntu_22_04_x64",
		Owner: catalog.PublicImage, Arch: catalog.X86, OS: catalog.Linux, InstanceType: "ecs.g6.large", MaxSizeGiB: 40, Unusable: true,
	}
	all(t, k.Images(t.Context(), q))
	want := map[string]string{
		"RegionId": "cn-test-2", "ImageId": "m-1,m-2", "ImageName": "ubuntu_22_04", "ImageFamily": "acs:ubuntu_22_04_x64",
		"ImageOwnerAlias": "system", "Architecture": "x86_64", "OSType": "linux", "InstanceType": "ecs.g6.large",
		"Status": "Available,Creating,Waiting,UnAvailable,CreateFailed,Deprecated", "PageSize": "100",
	}
	if !maps.Equal(got.Params, want) {
		t.Errorf("sent %v, want %v", got.Params, want)
	}
	for owner, alias := range map[catalog.ImageOwner]string{
		catalog.OwnImage: "self", catalog.SharedImage: "others", catalog.MarketImage: "marketplace", "": "",
	} {
		all(t, k.Images(t.Context(), catalog.ImageQuery{Owner: owner}))
		same(t, "owner "+string(owner), got.Params["ImageOwnerAlias"], alias)
	}
}

// A full page without a total is not the last one: a total that is missing must not end a list.
func TestAFullPageWithoutATotalIsNotTheLast(t *testing.T) {
	d := testDriver(t, answering(200, `{"RequestId":"r","PageSize":1,"Images":{"Image":[{"ImageId":"m-1"}]}}`))
	page, err := d.DescribeImages(t.Context(), &catalog.ImageQuery{}, "3")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "next page", page.NextPage, "4")
}

func TestTheNewestImageOfTheSimulator(t *testing.T) {
	_, k := bound(t, func(i *cloudsim.Inventory) {
		twin := i.Images[len(i.Images)-4]
		twin.ID, twin.Created = "m-bp1g7004ksh0oeuc0009", twin.Created.Add(time.Hour)
		later := twin
		later.ID, later.State = "m-bp1g7004ksh0oeuc0010", "deprecated"
		i.Images = append(i.Images, twin, later)
	})
	newest := func(q catalog.ImageQuery) string {
		i, err := k.Image(t.Context(), q)
		if err != nil {
			return err.Error()
		}
		return i.ID
	}
	same(t, "of a pattern", newest(catalog.ImageQuery{Name: "ubuntu_22_04_x64*"}), "ubuntu_22_04_x64_20G_alibase_20231221.vhd")
	same(t, "for an ARM type", newest(catalog.ImageQuery{InstanceType: "ecs.g8y.large", Owner: catalog.PublicImage}),
		"ubuntu_22_04_arm64_20G_alibase_20231221.vhd")
	same(t, "own, without deprecated ones and those in the making", newest(catalog.ImageQuery{Owner: catalog.OwnImage}), "m-bp1g7004ksh0oeuc0009")
	same(t, "own in any state", newest(catalog.ImageQuery{Owner: catalog.OwnImage, Unusable: true}), "m-bp1g7004ksh0oeuc0002")
	same(t, "of three of the same time", newest(catalog.ImageQuery{Owner: catalog.PublicImage, OS: catalog.Linux}),
		"ubuntu_22_04_x64_20G_alibase_20231221.vhd")
	same(t, "shared", newest(catalog.ImageQuery{Owner: catalog.SharedImage}), "m-bp1g7004ksh0oeuc0003")
	same(t, "of the market", newest(catalog.ImageQuery{Owner: catalog.MarketImage}), "m-bp1g7004ksh0oeuc0004")
	same(t, "of nothing", newest(catalog.ImageQuery{Family: "none"}), `aliyun: no image fits family "none" in cn-hangzhou: not found`)
}
