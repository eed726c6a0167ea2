package cvm

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// image is the documented data type Image.
type image struct {
	ImageId, OsName, ImageType, CreatedTime, ImageName, ImageDescription string
	ImageSize                                                            int // GiB
	Architecture, ImageState, Platform, ImageCreator, ImageSource        string
	SyncPercent                                                          *int
	IsSupportCloudinit                                                   bool
	SnapshotSet                                                          []snapshot
	Tags                                                                 []tag
	LicenseType                                                          string
	ImageFamily                                                          *string
	ImageDeprecated                                                      bool
	CdcCacheStatus                                                       *string
}

// snapshot is the documented data type Snapshot.
type snapshot struct {
	SnapshotId, DiskUsage string
	DiskSize              int
}

// imagesRequest is the schema of DescribeImages.
type imagesRequest struct {
	page
	ImageIds     []string
	Filters      []filter
	InstanceType *string
}

// imageFilters are the filters of images.
func imageFilters() filterSet[image] {
	return filterSet[image]{
		parts: []string{"image-name", "platform"},
		tags:  func(i image) []tag { return i.Tags },
		values: map[string]func(image) []string{
			"image-id":   func(i image) []string { return []string{i.ImageId} },
			"image-type": func(i image) []string { return []string{i.ImageType} },
			"image-name": func(i image) []string { return []string{i.ImageName} },
			"platform":   func(i image) []string { return []string{i.Platform} },
		},
	}
}

func (c *api) describeImages(_ *core.Call, r *imagesRequest) (fields, *refusal) {
	known := imageFilters()
	refused := cmp.Or(
		r.checkAs("InvalidParameterValue.InvalidParameterValueLimit", "InvalidParameterValue.InvalidParameterValueLimit"),
		r.check(), known.check(r.Filters), c.checkImageType(r.InstanceType))
	if refused != nil {
		return nil, refused
	}
	set := []image{}
	for i := range c.service.Inventory().Images {
		raw := &c.service.Inventory().Images[i]
		named := len(r.ImageIds) == 0 || slices.Contains(r.ImageIds, raw.ID)
		if shown := imageOf(raw); named && known.fit(r.Filters, shown) && c.starts(raw, valueOr(r.InstanceType, "")) {
			set = append(set, shown)
		}
	}
	return fields{"TotalCount": len(set), "ImageSet": cutPage(r.page, set)}, nil
}

// check refuses IDs together with filters, too many IDs, and malformed ones. Unknown IDs are left out
// [unverified]: no code is documented for them.
func (r *imagesRequest) check() *refusal {
	switch {
	case len(r.ImageIds) > 0 && len(r.Filters) > 0:
		return refuse("InvalidParameter.InvalidParameterCoexistImageIdsFilters", "ImageIds and Filters exclude each other.")
	case len(r.ImageIds) > maxIDs:
		return invalidAs("InvalidParameterValue.LimitExceeded", "ImageIds")
	case !allForm(r.ImageIds, "img-"):
		return invalidAs("InvalidImageId.Malformed", "ImageIds")
	}
	return nil
}

// checkImageType refuses a type that does not exist.
func (c *api) checkImageType(kind *string) *refusal {
	switch {
	case kind == nil:
		return nil
	case !typeForm(*kind, postpaid):
		return invalidAs("InvalidInstanceType.Malformed", "InstanceType")
	case c.kind(*kind) == nil:
		return invalidAs("InvalidParameterValue.InstanceTypeNotFound", "InstanceType")
	}
	return nil
}

// starts reports whether a type can start an image: both have the same architecture. Every image fits the
// type "".
func (c *api) starts(i *core.Image, kind string) bool {
	t := c.kind(kind)
	return t == nil || t.Arch == i.Arch
}

// Names of the cloud, of this account and of another one.
const (
	imageMaker  = "tencent"
	thisAccount = "3205597606"
	sharer      = "100000000001"
)

// imageOf describes an image. Times have both spellings of the vendor's samples.
func imageOf(raw *core.Image) image {
	platform, _, _ := strings.Cut(raw.OSName, " ")
	i := image{
		ImageId: raw.ID, OsName: raw.OSName, ImageType: "PUBLIC_IMAGE", ImageName: raw.Name, ImageDescription: raw.Name,
		CreatedTime: raw.Created.UTC().Format("2006-01-02T15:04:05-07:00"),
		ImageSize:   raw.SizeGiB, Architecture: raw.Arch, ImageState: "NORMAL", Platform: platform,
		ImageCreator: imageMaker, ImageSource: "OFFICIAL", IsSupportCloudinit: true, SnapshotSet: []snapshot{},
		Tags: tagsOf(raw.Tags), LicenseType: "TencentCloud", ImageDeprecated: raw.State == "deprecated",
	}
	if raw.Arch == "arm64" {
		i.Architecture = "arm"
	}
	if raw.Family != "" {
		i.ImageFamily = &raw.Family
	}
	if raw.State == "creating" {
		i.ImageState, i.SyncPercent = "CREATING", new(50)
	}
	switch raw.Owner {
	case "own":
		i.ImageType, i.ImageCreator, i.ImageSource = "PRIVATE_IMAGE", thisAccount, "CREATE_IMAGE"
		i.CreatedTime = raw.Created.UTC().Format(time.RFC3339)
		i.SnapshotSet = []snapshot{{"snap-" + strings.TrimPrefix(raw.ID, "img-"), "SYSTEM_DISK", raw.SizeGiB}}
	case "shared":
		i.ImageType, i.ImageCreator, i.ImageSource = "SHARED_IMAGE", sharer, "CREATE_IMAGE"
	}
	return i
}

// familyRequest is the schema of DescribeImageFromFamily.
type familyRequest struct{ ImageFamily *string }

// describeImageFromFamily answers the newest usable image of a family, or null.
func (c *api) describeImageFromFamily(_ *core.Call, r *familyRequest) (fields, *refusal) {
	if valueOr(r.ImageFamily, "") == "" {
		return nil, missing("ImageFamily")
	}
	var newest *core.Image
	for i := range c.service.Inventory().Images {
		raw := &c.service.Inventory().Images[i]
		fits := raw.Family == *r.ImageFamily && raw.State == ""
		if fits && (newest == nil || raw.Created.After(newest.Created)) {
			newest = raw
		}
	}
	if newest == nil {
		return fields{"Image": nil}, nil
	}
	return fields{"Image": imageOf(newest)}, nil
}

// describeImageQuota serves DescribeImageQuota.
func (c *api) describeImageQuota(_ *core.Call, _ *nothing) (fields, *refusal) {
	total := 0
	for _, q := range c.service.Inventory().Quotas {
		if q.Name == imageQuota {
			total = q.Total
		}
	}
	return fields{"ImageNumQuota": total}, nil
}
