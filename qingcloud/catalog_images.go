package qingcloud

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// imagesInput is a request of DescribeImages.
type imagesInput struct {
	Images        []*string `name:"images" location:"params"`
	ProcessorType *string   `name:"processor_type" location:"params"`
	Provider      *string   `name:"provider" location:"params"`
	Status        []*string `name:"status" location:"params"`
	SearchWord    *string   `name:"search_word" location:"params"`
	Offset        *int      `name:"offset" location:"params"`
	Limit         *int      `name:"limit" location:"params"`
}

// imagesAnswer is the answer of DescribeImages.
type imagesAnswer struct {
	answer
	Images     []imageRow `json:"image_set"`
	TotalCount *Number    `json:"total_count"`
}

// imageRow is a described image. The architecture is in the vendor's SDK only.
type imageRow struct {
	ID            string   `json:"image_id"`
	Name          string   `json:"image_name"`
	Provider      Word     `json:"provider"`
	Architecture  Word     `json:"architecture"`
	ProcessorType Word     `json:"processor_type"`
	Platform      Word     `json:"platform"`
	OSFamily      string   `json:"os_family"`
	SizeGiB       Number   `json:"size"`
	Status        Word     `json:"status"`
	Transition    Word     `json:"transition_status"`
	CreateTime    string   `json:"create_time"`
	Tags          []tagRow `json:"tags"`
}

// Parts of the list of images. Without any filter the service lists the account's own images
// only, so a list of all asks for those of the system first, and then for the account's own.
const (
	systemImages = "system"
	ownImages    = "self"
	imagesByID   = "ids" // up to a hundred IDs a call
	imageByID    = "id"  // one ID a call, after an unknown one has failed a call for several
)

// imagePlace is a place in the list of images. Its text is the token of a page.
type imagePlace struct {
	part   string
	offset int // of a row; of an ID for the parts by ID
}

func (p imagePlace) token() string { return p.part + "/" + strconv.Itoa(p.offset) }

// DescribeImages implements [catalog.ImageLister]. An image that another account has shared is
// not told apart from an own one: the answer does not say whose an image is.
func (d *driver) DescribeImages(
	ctx context.Context, q *catalog.ImageQuery, pageToken string,
) (*provider.Page[catalog.Image], error) {
	if err := checkImages(q); err != nil {
		return nil, err
	}
	at, err := placeInImages(q, pageToken)
	if err != nil {
		return nil, err
	}
	out := &imagesAnswer{}
	in := translateImages(q, at)
	c := &call{action: "DescribeImages", zone: d.regionOf(q.Region), in: in}
	err = d.call(ctx, c, out)
	if len(in.Images) > 0 && errors.Is(err, provider.ErrNotFound) {
		return &provider.Page[catalog.Image]{NextPage: at.afterUnknown(q, len(in.Images))}, nil
	}
	if err != nil {
		return nil, err
	}
	page, err := listPage(c.action, out.Images, out.TotalCount, at.offset, imageOf)
	if err != nil {
		return nil, err
	}
	page.NextPage = at.after(q, len(in.Images), page.NextPage)
	return page, nil
}

// checkImages refuses what the cloud cannot express.
func checkImages(q *catalog.ImageQuery) error {
	c := provider.Checker{Driver: Name}
	if q.InstanceType != "" {
		c.Refuse("ImageQuery.InstanceType", "QingCloud does not say which images a type can start")
	}
	switch q.Owner {
	case catalog.SharedImage:
		c.Refuse("ImageQuery.Owner", "QingCloud does not say whose an image is: shared ones are among the own ones")
	case catalog.MarketImage:
		c.Refuse("ImageQuery.Owner", "QingCloud has no images of a market")
	case catalog.PublicImage, catalog.OwnImage:
	}
	return c.Err()
}

// placeInImages reads the token of a page.
func placeInImages(q *catalog.ImageQuery, token string) (imagePlace, error) {
	switch {
	case token != "":
	case len(q.IDs) > 0:
		return imagePlace{part: imagesByID}, nil
	case q.Owner == catalog.OwnImage:
		return imagePlace{part: ownImages}, nil
	default:
		return imagePlace{part: systemImages}, nil
	}
	part, row, _ := strings.Cut(token, "/")
	offset, err := strconv.Atoi(row)
	at := imagePlace{part, offset}
	if err != nil || offset < 0 || !at.fits(q) {
		return imagePlace{}, noSuchPage(token)
	}
	return at, nil
}

// fits reports whether a list of images has the place.
func (p imagePlace) fits(q *catalog.ImageQuery) bool {
	switch p.part {
	case imagesByID, imageByID:
		return p.offset < len(q.IDs)
	case systemImages, ownImages:
		return len(q.IDs) == 0
	}
	return false
}

// after returns the token of the page after this one, which asked for n IDs. Next is the offset
// of the next page of the same part, "" on its last one.
func (p imagePlace) after(q *catalog.ImageQuery, n int, next string) string {
	switch {
	case n > 0 && p.offset+n < len(q.IDs):
		return imagePlace{p.part, p.offset + n}.token()
	case n > 0:
		return ""
	case next != "":
		return p.part + "/" + next
	case p.part == systemImages && q.Owner == "":
		return imagePlace{part: ownImages}.token()
	}
	return ""
}

// afterUnknown returns the token of the page after one that failed, because one of its n IDs is
// unknown. The others are then asked for one by one.
func (p imagePlace) afterUnknown(q *catalog.ImageQuery, n int) string {
	if n > 1 {
		return imagePlace{imageByID, p.offset}.token()
	}
	return p.after(q, n, "")
}

// translateImages always names the states: without them the service lists deleted images, too.
func translateImages(q *catalog.ImageQuery, at imagePlace) *imagesInput {
	in := &imagesInput{Limit: number(perCall), Status: list([]string{"available"})}
	if q.Unusable {
		in.Status = list([]string{"pending", "available", "deprecated", "suspended"})
	}
	switch at.part {
	case imagesByID:
		in.Images = list(q.IDs[at.offset:min(at.offset+perCall, len(q.IDs))])
		return in
	case imageByID:
		in.Images = list(q.IDs[at.offset : at.offset+1])
		return in
	}
	in.Provider, in.Offset = text(at.part), number(at.offset)
	switch q.Arch {
	case catalog.X86, catalog.ARM:
		in.ProcessorType = text("64bit")
	case catalog.X86x32:
		in.ProcessorType = text("32bit")
	}
	// It is not documented how the service compares a part of a name.
	if !strings.Contains(q.Name, "*") {
		in.SearchWord = text(q.Name)
	}
	return in
}

// imageOf translates an image. The states are documented: instances can be made only from an
// available image, and no more from a deprecated one.
func imageOf(raw *imageRow) (i catalog.Image, id string) {
	i = catalog.Image{
		ID: raw.ID, Name: raw.Name, Owner: ownerOf(raw.Provider), Arch: archOf(raw), OS: osOf(raw.Platform),
		OSName: raw.OSFamily, SizeGiB: int(raw.SizeGiB), RawState: string(raw.Status),
		CreatedAt: timeOf(raw.CreateTime), Tags: tagsOf(raw.Tags),
		Usable:     raw.Status == "available" && raw.Transition == "",
		Deprecated: raw.Status == "deprecated",
	}
	if raw.Transition != "" {
		i.RawState += "/" + string(raw.Transition)
	}
	return i, raw.ID
}

// ownerOf translates the provider of an image. Another word is kept.
func ownerOf(provider Word) catalog.ImageOwner {
	switch provider {
	case "system":
		return catalog.PublicImage
	case "self":
		return catalog.OwnImage
	}
	return catalog.ImageOwner(provider)
}

// archOf returns the architecture of an image. 64bit alone does not say which one it is. All
// documented images of 32bit are for x86.
func archOf(raw *imageRow) catalog.Arch {
	switch word := strings.ToLower(string(raw.Architecture)); word {
	case "":
	case "x86_64", "amd64":
		return catalog.X86
	case "aarch64", "arm64":
		return catalog.ARM
	case "i386", "i686":
		return catalog.X86x32
	default:
		return catalog.Arch(word)
	}
	if raw.ProcessorType == "32bit" {
		return catalog.X86x32
	}
	return ""
}

// osOf translates the documented words.
func osOf(platform Word) catalog.OS {
	switch strings.ToLower(string(platform)) {
	case "linux":
		return catalog.Linux
	case "windows":
		return catalog.Windows
	}
	return ""
}
