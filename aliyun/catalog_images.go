package aliyun

import (
	"context"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// everyState is how DescribeImages is asked for images in all states. The newest reference has the
// word ALL for it, which older ones lack.
const everyState = "Available,Creating,Waiting,UnAvailable,CreateFailed,Deprecated"

// DescribeImages implements [catalog.ImageLister] by DescribeImages. It does not list community
// images, which any account can publish.
func (d *driver) DescribeImages(
	ctx context.Context, q *catalog.ImageQuery, pageToken string,
) (*provider.Page[catalog.Image], error) {
	p := translateImages(q)
	if err := p.page(pageToken, rowsPerPage); err != nil {
		return nil, err
	}
	var a struct {
		pageInfo
		Images rows[rawImage] `json:"Images"`
	}
	resp, err := d.list(ctx, d.request("DescribeImages", q.Region, p, catalogTimeout), &a, &a.Images.given)
	if err != nil {
		return nil, err
	}
	next := a.next(pageToken, len(a.Images.list), rowsPerPage)
	return pageOf(resp, next, a.Images.list, func(raw *rawImage) (catalog.Image, bool) {
		return imageOf(raw), raw.ID != ""
	}), nil
}

// translateImages sends what the cloud can filter by. It searches for a part of a name.
func translateImages(q *catalog.ImageQuery) params {
	p := params{}
	if len(q.IDs) <= imagesByID {
		p.text("ImageId", strings.Join(q.IDs, ","))
	}
	p.text("ImageName", q.Fixed())
	p.text("ImageFamily", q.Family)
	p.text("ImageOwnerAlias", ownerAlias(q.Owner))
	switch q.Arch {
	case catalog.X86, catalog.ARM, catalog.X86x32:
		p.text("Architecture", string(q.Arch))
	}
	p.text("OSType", string(q.OS))
	p.text("InstanceType", q.InstanceType)
	if q.Unusable {
		p.text("Status", everyState)
	}
	return p
}

// ownerAlias returns the vendor's word for an owner.
func ownerAlias(o catalog.ImageOwner) string {
	switch o {
	case catalog.PublicImage:
		return "system"
	case catalog.OwnImage:
		return "self"
	case catalog.SharedImage:
		return "others"
	case catalog.MarketImage:
		return "marketplace"
	}
	return ""
}

// ownerOf returns the cloud's own word when it is not known here.
func ownerOf(raw string) catalog.ImageOwner {
	for _, o := range []catalog.ImageOwner{
		catalog.PublicImage, catalog.OwnImage, catalog.SharedImage, catalog.MarketImage,
	} {
		if ownerAlias(o) == raw {
			return o
		}
	}
	return catalog.ImageOwner(raw)
}

// rawImage is a described image.
type rawImage struct {
	ID           string        `json:"ImageId"`
	Name         string        `json:"ImageName"`
	Family       string        `json:"ImageFamily"`
	OwnerAlias   string        `json:"ImageOwnerAlias"`
	Architecture string        `json:"Architecture"`
	OSType       string        `json:"OSType"`
	OSName       string        `json:"OSName"`
	OSNameEn     string        `json:"OSNameEn"`
	Size         int           `json:"Size"` // GiB
	Status       string        `json:"Status"`
	CreationTime alicloud.Text `json:"CreationTime"`
	Tags         rows[RawTag]  `json:"Tags"`
}

// imageOf translates a described image. Instances can be created from a deprecated image by its ID
// (reference of ModifyImageAttribute).
func imageOf(raw *rawImage) catalog.Image {
	name := raw.OSNameEn
	if name == "" {
		name = raw.OSName
	}
	deprecated := raw.Status == "Deprecated"
	return catalog.Image{
		ID: raw.ID, Name: raw.Name, Family: raw.Family,
		Owner: ownerOf(raw.OwnerAlias), Arch: archOf(raw.Architecture), OS: osOf(raw.OSType),
		OSName: name, SizeGiB: raw.Size, RawState: raw.Status,
		CreatedAt: alicloud.TimeOf(string(raw.CreationTime)), Tags: tagsOf(raw.Tags.list),
		Usable: raw.Status == "Available" || deprecated, Deprecated: deprecated,
	}
}

// osOf returns "" for a word that is not known here.
func osOf(raw string) catalog.OS {
	switch strings.ToLower(raw) {
	case "linux":
		return catalog.Linux
	case "windows":
		return catalog.Windows
	}
	return ""
}
