package qingcloud

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// otherOwner is the account that shares images.
const otherOwner = "usr-another1"

// imageRow is an image on the wire: the documented fields, and those of the vendor's client.
type imageRow struct {
	ID            string    `json:"image_id"`
	Name          string    `json:"image_name"`
	Description   *string   `json:"description"`
	SizeGiB       int       `json:"size"`
	ProcessorType string    `json:"processor_type"`
	Architecture  string    `json:"architecture"`
	Platform      string    `json:"platform"`
	OSFamily      string    `json:"os_family"`
	Visibility    string    `json:"visibility"`
	Provider      string    `json:"provider"`
	Owner         string    `json:"owner"`
	Recommended   string    `json:"recommended_type"`
	Status        string    `json:"status"`
	Transition    string    `json:"transition_status"`
	CreateTime    *string   `json:"create_time"`
	StatusTime    *string   `json:"status_time"`
	SubCode       int       `json:"sub_code"`
	Hypervisor    string    `json:"hypervisor"`
	Tags          []tagView `json:"tags"`
}

// describeImages is the action of that name. As the page says, a list without filters shows the
// account's own images, and an unknown ID is an error. It is unverified which filters count: here
// it is those about whose an image is, and the IDs.
func (q *api) describeImages(_ *core.Call, a *args) (reply, *refusal) {
	f := readList(a, "images")
	providers, seen := a.either("provider"), a.either("visibility")
	families, processors, statuses := a.either("os_family"), a.either("processor_type"), a.list("status")
	f.unknownID(a, "image", func(id string) bool { return q.image(id) != nil })
	if a.err != nil {
		return nil, a.err
	}
	onlyOwn := len(f.ids)+len(providers)+len(seen)+len(f.owners) == 0
	owners := f.owners
	f.owners = nil
	var found []imageRow
	for i := range q.service.Inventory().Images {
		img := &q.service.Inventory().Images[i]
		v := viewOfImage(img)
		kind := matches(families, v.OSFamily) && matches(processors, v.ProcessorType) && matches(statuses, v.Status)
		whose := matches(providers, v.Provider) && matches(seen, v.Visibility) && matches(owners, v.Owner)
		mine := !onlyOwn || v.Owner == owner
		if kind && whose && mine && f.passes(img.ID, img.Name, img.Tags) {
			found = append(found, v)
		}
	}
	return answered(&f, "image_set", found, func(v imageRow) imageRow { return v }), nil
}

// image returns an image of the inventory, or nil.
func (q *api) image(id string) *core.Image {
	images := q.service.Inventory().Images
	i := slices.IndexFunc(images, func(i core.Image) bool { return i.ID == id })
	if i < 0 {
		return nil
	}
	return &images[i]
}

func viewOfImage(i *core.Image) imageRow {
	v := imageRow{
		ID: i.ID, Name: i.Name, SizeGiB: i.SizeGiB, ProcessorType: "64bit", Architecture: i.Arch,
		Platform: i.OS, OSFamily: i.OSName, Visibility: "private", Provider: "self", Owner: owner,
		Recommended: "c1m1", Status: "available", Hypervisor: "kvm",
		CreateTime: stamp(i.Created), StatusTime: stamp(i.Created), Tags: tagViews(i.Tags),
	}
	if i.Arch == "i386" {
		v.ProcessorType = "32bit"
	}
	switch i.Owner {
	case "public":
		v.Visibility, v.Provider, v.Owner = "public", "system", "system"
	case "shared":
		v.Owner = otherOwner
	}
	switch i.State {
	case "creating":
		v.Status, v.Transition = "pending", "creating"
	case "deprecated":
		v.Status = "deprecated"
	}
	return v
}
