package tencent

import (
	"cmp"
	"context"
	"strconv"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// imageTypes are the values of ImageType. Images of the market have no documented one.
var imageTypes = map[catalog.ImageOwner]string{
	catalog.PublicImage: "PUBLIC_IMAGE",
	catalog.OwnImage:    "PRIVATE_IMAGE",
	catalog.SharedImage: "SHARED_IMAGE",
}

// imageArchs are the values of an image's Architecture.
var imageArchs = map[string]catalog.Arch{
	"x86_64": catalog.X86,
	"arm":    catalog.ARM,
	"arm64":  catalog.ARM,
	"i386":   catalog.X86x32,
}

// imageReady is the only state of an image that instances can be created from.
const imageReady = "NORMAL"

// DescribeImages implements [catalog.ImageLister].
func (d *driver) DescribeImages(
	ctx context.Context, q *catalog.ImageQuery, pageToken string,
) (*provider.Page[catalog.Image], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out, more := translateImages(q, offset)
	ex := d.newExchange(ctx, out.GetAction(), q.Region, catalogTimeout)
	resp, err := ask[cvm.DescribeImagesResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	page := &provider.Page[catalog.Image]{RequestID: value(r.RequestId)}
	if !lists(r.ImageSet, r.TotalCount) || resp.noRows("ImageSet", len(r.ImageSet)) {
		return nil, ex.malformed("it has no list of images", page.RequestID)
	}
	page.Items = itemsOf(r.ImageSet, imageOf)
	switch {
	case len(q.IDs) == 0:
		page.NextPage = nextOffset(offset, len(r.ImageSet), totalOf(r.TotalCount))
	case more:
		page.NextPage = strconv.Itoa(offset + perCall)
	}
	return page, nil
}

// translateImages asks for IDs, a hundred at a time, or for what matches filters: CVM takes either. More
// reports that there are further IDs. The filter for names searches for a part of them.
func translateImages(q *catalog.ImageQuery, offset int) (out *cvm.DescribeImagesRequest, more bool) {
	out = cvm.NewDescribeImagesRequest()
	out.InstanceType, out.Limit = text(q.InstanceType), unsigned(perCall)
	if len(q.IDs) > 0 {
		rest := q.IDs[min(offset, len(q.IDs)):]
		out.ImageIds = list(rest[:min(perCall, len(rest))])
		return out, len(rest) > perCall
	}
	var f filters
	f.add("image-type", 1, imageTypes[q.Owner])
	f.add("image-name", 1, q.Fixed())
	out.Filters, out.Offset = f, new(uint64(offset))
	return out, false
}

// imageOf translates a described image.
func imageOf(raw *cvm.Image) (catalog.Image, bool) {
	arch, state := value(raw.Architecture), value(raw.ImageState)
	i := catalog.Image{
		ID:         value(raw.ImageId),
		Name:       value(raw.ImageName),
		Family:     value(raw.ImageFamily),
		Owner:      ownerOf(value(raw.ImageType)),
		Arch:       cmp.Or(imageArchs[arch], catalog.Arch(arch)),
		OS:         osOf(value(raw.Platform), value(raw.OsName)),
		OSName:     value(raw.OsName),
		SizeGiB:    int(value(raw.ImageSize)),
		RawState:   state,
		CreatedAt:  timeOf(value(raw.CreatedTime)),
		Tags:       tagsOf(raw.Tags),
		Usable:     state == imageReady,
		Deprecated: value(raw.ImageDeprecated),
	}
	return i, i.ID != ""
}

// ownerOf returns the owner of an image, or the cloud's own word.
func ownerOf(imageType string) catalog.ImageOwner {
	for owner, word := range imageTypes {
		if word == imageType {
			return owner
		}
	}
	return catalog.ImageOwner(imageType)
}

// osOf reads the kind of an operating system out of its names.
func osOf(platform, osName string) catalog.OS {
	switch cmp.Or(platformOf(platform), platformOf(osName)) {
	case provider.Windows:
		return catalog.Windows
	case provider.Linux:
		return catalog.Linux
	}
	return ""
}
