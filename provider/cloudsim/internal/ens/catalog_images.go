package ens

import (
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// aliasOf returns the vendor's word for whose an image is.
func aliasOf(owner string) string {
	switch owner {
	case "own":
		return "self"
	case "shared":
		return "others"
	default:
		return "system"
	}
}

// kindOf returns the kind of computer that an image is for.
func kindOf(i core.Image) string {
	if i.Arch == "arm64" {
		return "arm_vm"
	}
	return "ens_vm"
}

// describeImages serves DescribeImages: available images, public and own. Its numbers for pages may
// be texts. Only DescribeImageInfos tells the architecture of a public image for ARM.
func (e *api) describeImages(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	e.node(p)
	page, id, name := p.Page(mostRows), p.Text("ImageId"), p.Text("ImageName")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var found []core.Image
	for _, i := range e.Service.Inventory().Images {
		if i.State == "" && is(id, i.ID) && is(name, i.Name) {
			found = append(found, i)
		}
	}
	return rowsOf(page, "Images", "Image", found, imageRow), nil
}

// imageRow is what both lists of images with pages have.
func imageRow(i core.Image) alibaba.Object {
	arch := i.Arch
	if i.Owner == "public" && arch == "arm64" {
		arch = ""
	}
	return alibaba.Object{
		{"ImageId", i.ID},
		{"ImageName", i.Name},
		{"ImageOwnerAlias", aliasOf(i.Owner)},
		{"Architecture", arch},
		{"Platform", i.OSName},
		{"ImageSize", strconv.Itoa(i.SizeGiB)},
		{"CreationTime", stamp(i.Created)},
		{"SnapshotId", ""},
		{"RegionId", ""},
		{"DiskDeviceMappings", alibaba.List("DiskDeviceMapping", []alibaba.Object{})},
	}
}

// describeImageInfos serves DescribeImageInfos: public images, without pages, names and times.
func (e *api) describeImageInfos(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	system := p.Choice("OsType", "", "linux", "windows")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var rows []alibaba.Object
	for _, i := range e.Service.Inventory().Images {
		if i.Owner == "public" && is(system, i.OS) {
			rows = append(rows, alibaba.Object{
				{"ImageId", i.ID},
				{"Description", ""},
				{"ImageVersion", i.Name},
				{"OSName", i.OSName},
				{"OSType", i.OS},
				{"ComputeType", kindOf(i)},
				{"ImageSize", strconv.Itoa(i.SizeGiB)},
				{"RegionId", ""},
			})
		}
	}
	return alibaba.Object{{"Images", alibaba.List("Image", rows)}}, nil
}

// describeSelfImages serves DescribeSelfImages: own and shared images in all states. Both filters
// look for a part. Its numbers are texts.
func (e *api) describeSelfImages(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	page, id, name := p.Page(mostRows), p.Text("ImageId"), p.Text("ImageName")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var found []core.Image
	for _, i := range e.Service.Inventory().Images {
		if i.Owner != "public" && strings.Contains(i.ID, id) && strings.Contains(i.Name, name) {
			found = append(found, i)
		}
	}
	var rows []alibaba.Object
	for _, i := range alibaba.Cut(page, found) {
		rows = append(rows, append(imageRow(i),
			alibaba.Field{"Status", stateOf(i)}, alibaba.Field{"ComputeType", kindOf(i)}, alibaba.Field{"OsVersion", ""},
			alibaba.Field{"InstanceId", ""}, alibaba.Field{"ImageStorageSize", strconv.Itoa(i.SizeGiB)}))
	}
	return alibaba.Object{
		{"Code", 0},
		{"TotalCount", strconv.Itoa(len(found))},
		{"PageNumber", strconv.Itoa(page.Number)},
		{"PageSize", strconv.Itoa(page.Size)},
		{"Images", alibaba.List("Image", rows)},
	}, nil
}

// stateOf returns the vendor's word for the state of an image. None means that it is no longer
// recommended; it is unverified that such an image is Unavailable.
func stateOf(i core.Image) string {
	switch i.State {
	case "creating":
		return "Creating"
	case "deprecated":
		return "Unavailable"
	default:
		return "Available"
	}
}
