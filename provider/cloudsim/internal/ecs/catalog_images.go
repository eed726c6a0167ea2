package ecs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeImages serves DescribeImages. Without an owner it lists all images but those of the
// market, as the reference says.
func (e *api) describeImages(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	p.Invalid = imageInvalid
	page, keep := p.Page(100), e.imageFilter(p)
	if p.Flag("DryRun") && p.Refusal == nil {
		p.Refuse(dryRun())
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	var all []core.Image
	for _, i := range e.Service.Inventory().Images {
		if keep(&i) {
			all = append(all, i)
		}
	}
	var out []alibaba.Object
	for _, i := range alibaba.Cut(page, all) {
		out = append(out, shownImage(&i))
	}
	answer := append(page.PageFields(len(all)), alibaba.Field{"RegionId", k.Region})
	return append(answer, alibaba.Field{"Images", alibaba.List("Image", out)}), nil
}

// imageFilter turns the filters of DescribeImages into a predicate. Fuzzy, as the reference has it
// for names, is taken for "contains"; it is not verified.
func (e *api) imageFilter(p *alibaba.Params) func(*core.Image) bool {
	p.Unsupported("Filter.1.Key SnapshotId ImageOwnerId Usage ResourceGroupId", "none")
	p.Choice("ActionType", "CreateEcs", "ChangeOS")
	p.Flag("ShowExpired") // no image of the simulator expires
	community := p.Flag("IsPublic")
	owner := p.Choice("ImageOwnerAlias", "", "system", "self", "others", "marketplace")
	os, arch := p.Choice("OSType", "", "linux", "windows"), p.Choice("Architecture", "", "i386", "x86_64", "arm64")
	ids, name, family, tags := listOf(p.Text("ImageId")), p.Text("ImageName"), p.Text("ImageFamily"), p.Tags(20)
	states := imageStates(p)
	kind := e.typeOf(p.Text("InstanceType"))
	if p.Has("InstanceType") && kind == nil {
		p.Refuse(alibaba.Refuse(400, "InvalidInstanceType.ValueNotSupported", "The specified InstanceType does not exist."))
	}
	return func(i *core.Image) bool {
		alias := ownerAlias(i)
		owned := alias == owner
		if owner == "" {
			owned = alias != "marketplace" || len(ids) > 0
		}
		named := strings.Contains(i.Name, name) || alibaba.Wildcard(name, i.Name)
		asked := len(ids) == 0 || slices.Contains(ids, i.ID)
		ofKind := fits(os, i.OS) && fits(arch, i.Arch) && fits(family, i.Family)
		runs := kind == nil || kind.Arch == i.Arch
		shown := slices.Contains(states, "ALL") || slices.Contains(states, imageState(i))
		return !community && owned && named && asked && ofKind && runs && shown && alibaba.HasTags(i.Tags, tags)
	}
}

// fits reports whether a value is the wanted one; "" wants nothing.
func fits(want, have string) bool { return want == "" || want == have }

// listOf splits a list at its commas; an empty text is an empty list.
func listOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}

// imageStates reads the wanted states. Without them only Available counts.
func imageStates(p *alibaba.Params) []string {
	const known = "Creating Waiting Available UnAvailable CreateFailed Deprecated ALL"
	states := listOf(p.Text("Status"))
	for _, s := range states {
		if !slices.Contains(strings.Fields(known), s) {
			p.Bad("Status", "one or more of "+known)
		}
	}
	if len(states) == 0 {
		return []string{"Available"}
	}
	return states
}

func imageState(i *core.Image) string {
	switch i.State {
	case "":
		return "Available"
	case "creating":
		return "Creating"
	case "deprecated":
		return "Deprecated"
	}
	return "UnAvailable"
}

func ownerAlias(i *core.Image) string {
	switch i.Owner {
	case "public":
		return "system"
	case "own":
		return "self"
	case "market":
		return "marketplace"
	}
	return "others"
}

// shownImage returns an image in the form of an answer.
func shownImage(i *core.Image) alibaba.Object {
	progress, shared := "100%", ""
	if i.State == "creating" {
		progress = "40%"
	}
	if i.Owner == "own" {
		shared = "False"
	}
	disks := []alibaba.Object{{
		{"Device", "/dev/xvda"}, {"Type", "system"}, {"Size", strconv.Itoa(i.SizeGiB)}, // a text here
		{"SnapshotId", ""}, {"Format", ""}, {"ImportOSSBucket", ""}, {"ImportOSSObject", ""}, {"Encrypted", false},
	}}
	return alibaba.Object{
		{"ImageId", i.ID},
		{"ImageName", i.Name},
		{"ImageFamily", i.Family},
		{"ImageVersion", ""},
		{"ImageOwnerAlias", ownerAlias(i)},
		{"ImageOwnerId", 0},
		{"IsPublic", false}, // of community images alone
		{"Description", ""},
		{"Architecture", i.Arch},
		{"OSType", i.OS},
		{"OSName", i.OSName},
		{"OSNameEn", i.OSName},
		{"Platform", platform(i)},
		{"Size", i.SizeGiB},
		{"Status", imageState(i)},
		{"CreationTime", i.Created.UTC().Format(alibaba.TimeFormat)},
		{"Progress", progress},
		{"Usage", "none"},
		{"BootMode", "BIOS"},
		{"IsSelfShared", shared},
		{"IsCopied", false},
		{"IsSubscribed", false},
		{"IsSupportCloudinit", i.OS == "linux"},
		{"IsSupportIoOptimized", true},
		{"ProductCode", ""},
		{"ResourceGroupId", ""},
		{"Features", alibaba.Object{{"NvmeSupport", "supported"}}},
		{"Tags", alibaba.List("Tag", alibaba.Tags(i.Tags))},
		{"DiskDeviceMappings", alibaba.List("DiskDeviceMapping", disks)},
	}
}

// platform is the first word of the name of the system.
func platform(i *core.Image) string {
	word, _, _ := strings.Cut(i.OSName, " ")
	return word
}

// describeImageFromFamily serves DescribeImageFromFamily. A family without a usable image is no
// error: the answer then has an empty image.
func (e *api) describeImageFromFamily(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	family := p.Required("ImageFamily")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	shown := alibaba.Object{}
	if i := e.newestOf(family); i != nil {
		shown = shownImage(i)
	}
	return alibaba.Object{{"Image", shown}}, nil
}

// imageInvalid has the codes of DescribeImages.
func imageInvalid(name string) *alibaba.Refusal {
	text := `The specified parameter "` + name + `" is not valid.`
	switch name {
	case "ImageOwnerAlias":
		return alibaba.Refuse(400, "InvalidImageOwnerAlias.ValueNotSupported", text)
	case "Usage", "OSType", "Architecture":
		return alibaba.Refuse(404, "Invalid"+name, text)
	default:
		return invalid(name)
	}
}
