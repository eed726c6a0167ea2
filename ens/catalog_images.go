package ens

import (
	"context"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// A list of images has three parts, because no call answers everything:
//
//   - DescribeImageInfos has the architectures of public images, and neither names nor times.
//   - DescribeImages has the rest of the public images. The architectures come with the token of
//     the page.
//   - DescribeSelfImages has the own and the shared images, with their states and architectures.
const (
	infoImages   = ""       // the first page
	publicImages = "public" // a page of DescribeImages
	selfImages   = "self"   // a page of DescribeSelfImages
)

// imagePlace is a place in the list of images. Its text is the token of a page.
type imagePlace struct {
	part string
	page string // the token of the page inside the part
	arch string // of public images: "ens_vm=id,id arm_vm=id"
}

func (p imagePlace) token() string { return p.part + "/" + p.page + "/" + p.arch }

// infosAnswer is the answer of DescribeImageInfos.
type infosAnswer struct {
	listHead
	Images *struct{ Image []infoRow }
}

// infoRow is what is kept of a row of DescribeImageInfos.
type infoRow struct {
	ID          string `json:"ImageId"`
	ComputeType alicloud.Text
}

func (a *infosAnswer) head() *listHead { return &a.listHead }

func (a *infosAnswer) rows() ([]infoRow, bool, string) {
	if a.Images == nil {
		return nil, false, "Images"
	}
	return a.Images.Image, true, "Images"
}

// imagesAnswer is the answer of DescribeImages and of DescribeSelfImages.
type imagesAnswer struct {
	listHead
	Images *struct{ Image []imageRow }
}

// imageRow is a described image. Only DescribeSelfImages has Status and ComputeType.
type imageRow struct {
	ID           string        `json:"ImageId"`
	Name         string        `json:"ImageName"`
	Owner        alicloud.Text `json:"ImageOwnerAlias"`
	Architecture alicloud.Text
	Platform     string
	SizeGiB      alicloud.Text `json:"ImageSize"`
	CreationTime alicloud.Text
	Status       alicloud.Text
	ComputeType  alicloud.Text
}

func (a *imagesAnswer) head() *listHead { return &a.listHead }

func (a *imagesAnswer) rows() ([]imageRow, bool, string) {
	if a.Images == nil {
		return nil, false, "Images"
	}
	return a.Images.Image, true, "Images"
}

// DescribeImages implements [catalog.ImageLister]. The list is that of all nodes: it is not
// documented that the filter for a node leaves the public images in.
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
	switch at.part {
	case infoImages:
		return d.imageInfos(ctx)
	case publicImages:
		return d.publicImages(ctx, q, at)
	}
	return d.selfImages(ctx, q, at)
}

// checkImages refuses what the cloud cannot express.
func checkImages(q *catalog.ImageQuery) error {
	c := provider.Checker{Driver: Name}
	if q.InstanceType != "" {
		c.Refuse("ImageQuery.InstanceType", "ENS does not say which images a type can start")
	}
	if q.Owner == catalog.MarketImage {
		c.Refuse("ImageQuery.Owner", "ENS has no images of a market")
	}
	return c.Err()
}

// placeInImages reads the token of a page.
func placeInImages(q *catalog.ImageQuery, token string) (imagePlace, error) {
	if token == "" {
		if q.Owner == catalog.OwnImage || q.Owner == catalog.SharedImage {
			return imagePlace{part: selfImages}, nil
		}
		return imagePlace{}, nil
	}
	parts := strings.SplitN(token, "/", 3)
	known := parts[0] == publicImages || parts[0] == selfImages
	if len(parts) < 3 || !known {
		return imagePlace{}, noSuchPage(token)
	}
	return imagePlace{parts[0], parts[1], parts[2]}, nil
}

// imageInfos asks for the architectures of the public images. Its page has no items.
func (d *driver) imageInfos(ctx context.Context) (*provider.Page[catalog.Image], error) {
	var known archList
	r := request("DescribeImageInfos", params{}, listTimeout)
	page, err := listPage(ctx, d, r, &infosAnswer{}, nil, func(raw *infoRow) (catalog.Image, string) {
		known.add(string(raw.ComputeType), raw.ID)
		return catalog.Image{}, raw.ID
	})
	if err != nil {
		return nil, err
	}
	page.Items, page.NextPage = nil, imagePlace{part: publicImages, arch: known.text()}.token()
	return page, nil
}

// archList are the IDs of images by their kind of computer, in the order of the answer.
type archList struct {
	kinds []string
	ids   map[string][]string
}

func (l *archList) add(kind, id string) {
	odd := kind == "" || strings.ContainsAny(kind+id, "=, ")
	if odd || id == "" {
		return
	}
	if l.ids == nil {
		l.ids = map[string][]string{}
	}
	if l.ids[kind] == nil {
		l.kinds = append(l.kinds, kind)
	}
	l.ids[kind] = append(l.ids[kind], id)
}

// text returns the list as text: "ens_vm=id,id arm_vm=id".
func (l *archList) text() string {
	parts := make([]string, len(l.kinds))
	for i, kind := range l.kinds {
		parts[i] = kind + "=" + strings.Join(l.ids[kind], ",")
	}
	return strings.Join(parts, " ")
}

// archesOf reads the text of a list.
func archesOf(text string) map[string]catalog.Arch {
	out := map[string]catalog.Arch{}
	for part := range strings.FieldsSeq(text) {
		kind, ids, _ := strings.Cut(part, "=")
		for id := range strings.SplitSeq(ids, ",") {
			out[id] = archOfKind(kind)
		}
	}
	return out
}

// publicImages asks for a page of public images. Own ones, which the answer has too, are left to
// DescribeSelfImages, which knows their states.
func (d *driver) publicImages(
	ctx context.Context, q *catalog.ImageQuery, at imagePlace,
) (*provider.Page[catalog.Image], error) {
	in, err := readCursor(at.page)
	if err != nil {
		return nil, err
	}
	p := params{}.paged(in)
	if len(q.IDs) == 1 {
		p["ImageId"] = q.IDs[0]
	}
	r := request("DescribeImages", p, listTimeout)
	known := archesOf(at.arch)
	page, err := listPage(ctx, d, r, &imagesAnswer{}, &in, func(raw *imageRow) (catalog.Image, string) {
		i := imageOf(raw)
		if arch, ok := known[raw.ID]; ok {
			i.Arch = arch
		}
		i.Usable = true // the call lists available images, and has no field for a state
		return i, raw.ID
	})
	if err != nil {
		return nil, err
	}
	all := page.Items
	page.Items = nil
	for i := range all {
		if all[i].Owner != catalog.OwnImage && all[i].Owner != catalog.SharedImage {
			page.Items = append(page.Items, all[i])
		}
	}
	switch {
	case page.NextPage != "":
		page.NextPage = imagePlace{publicImages, page.NextPage, at.arch}.token()
	case q.Owner == "":
		page.NextPage = imagePlace{part: selfImages}.token()
	}
	return page, nil
}

// selfImages asks for a page of own and shared images. Both filters look for a part.
func (d *driver) selfImages(
	ctx context.Context, q *catalog.ImageQuery, at imagePlace,
) (*provider.Page[catalog.Image], error) {
	in, err := readCursor(at.page)
	if err != nil {
		return nil, err
	}
	p := params{}.paged(in)
	if len(q.IDs) == 1 {
		p["ImageId"] = q.IDs[0]
	}
	p.text("ImageName", q.Fixed())
	r := request("DescribeSelfImages", p, listTimeout)
	page, err := listPage(ctx, d, r, &imagesAnswer{}, &in, func(raw *imageRow) (catalog.Image, string) {
		i := imageOf(raw)
		if arch := archOfKind(string(raw.ComputeType)); arch != "" {
			i.Arch = arch
		}
		i.RawState, i.Usable = string(raw.Status), raw.Status == "Available"
		return i, raw.ID
	})
	if err != nil {
		return nil, err
	}
	if page.NextPage != "" {
		page.NextPage = imagePlace{part: selfImages, page: page.NextPage}.token()
	}
	return page, nil
}

// imageOf translates what both calls answer of an image.
func imageOf(raw *imageRow) catalog.Image {
	return catalog.Image{
		ID: raw.ID, Name: raw.Name, Owner: ownerOf(string(raw.Owner)), Arch: archOf(string(raw.Architecture)),
		OS: osOf(raw.Platform), OSName: raw.Platform, SizeGiB: raw.SizeGiB.Int(),
		CreatedAt: alicloud.TimeOf(string(raw.CreationTime)),
	}
}

// ownerOf translates the documented words. Another word is kept.
func ownerOf(alias string) catalog.ImageOwner {
	switch alias {
	case "system":
		return catalog.PublicImage
	case "self":
		return catalog.OwnImage
	case "others":
		return catalog.SharedImage
	}
	return catalog.ImageOwner(alias)
}

// archOf translates the architecture of an image. Another word is kept.
func archOf(word string) catalog.Arch {
	switch strings.ToLower(word) {
	case "arm64", "aarch64":
		return catalog.ARM
	case "i386":
		return catalog.X86x32
	}
	return catalog.Arch(word)
}

// archOfKind returns the architecture of a kind of computer. The documents say of ens_vm that it is
// for x86; a bare_metal and a pcfarm may be either.
func archOfKind(kind string) catalog.Arch {
	switch kind {
	case "ens_vm":
		return catalog.X86
	case "arm_vm", "arm_bare_metal":
		return catalog.ARM
	}
	return ""
}

// osOf reads the platform: a kind of system by the documents, and the name of a distribution in
// their samples.
func osOf(platform string) catalog.OS {
	word := strings.ToLower(platform)
	if strings.HasPrefix(word, "win") {
		return catalog.Windows
	}
	for _, name := range []string{
		"linux", "centos", "ubuntu", "debian", "aliyun", "alibaba", "anolis", "suse", "opensuse", "redhat", "rocky", "alma",
		"fedora", "coreos", "kylin", "uos",
	} {
		if strings.HasPrefix(word, name) {
			return catalog.Linux
		}
	}
	return ""
}
