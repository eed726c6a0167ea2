package ecs

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// disk is a disk of an instance. The simulator has no others.
type disk struct {
	id, device, kind string // kind is system or data
	at               string // the beginning of its parameters in the create
	size             int
	of               *core.Instance
}

// describeDisks serves DescribeDisks. With MaxResults or NextToken the answer has no total.
func (e *api) describeDisks(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	keep := diskFilter(p)
	var all []disk
	for _, m := range e.list(k, 0, func(*core.Instance) bool { return true }) {
		for _, d := range e.disksOf(m) {
			if keep(&d) {
				all = append(all, d)
			}
		}
	}
	var rows []disk
	var fields alibaba.Object
	if p.Has("MaxResults") || p.Has("NextToken") {
		page, next := alibaba.CutByToken(p, all, 10, 500)
		rows, fields = page, alibaba.Object{{"NextToken", next}}
	} else {
		page := p.Page(100)
		rows, fields = alibaba.Cut(page, all), append(page.PageFields(len(all)), alibaba.Field{"NextToken", ""})
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	out := make([]alibaba.Object, len(rows))
	for i := range rows {
		out[i] = shownDisk(&rows[i])
	}
	return append(fields, alibaba.Field{"Disks", alibaba.List("Disk", out)}), nil
}

// diskFilter turns the filters of DescribeDisks into a predicate.
func diskFilter(p *alibaba.Params) func(*disk) bool {
	p.Unsupported("SnapshotId AutoSnapshotPolicyId LockReason Filter.1.Key Filter.2.Key ResourceGroupId MultiAttach KMSKeyId " +
		"Tag.1.Key")
	ids, instance, zone := p.JSONFilter("DiskIds"), p.Text("InstanceId"), p.Text("ZoneId")
	kind, category, name := p.Choice("DiskType", "all", "system", "data"), p.Text("Category"), p.Text("DiskName")
	status := p.Choice("Status", "All", "In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting")
	charge := p.Choice("DiskChargeType", "", "PostPaid", "PrePaid")
	return func(d *disk) bool {
		inUse := status == "All" || status == "In_use"
		ofKind := (kind == "all") != (d.kind == kind) && fits(charge, chargeType(d.of))
		named := name == "" || alibaba.Wildcard(name, d.param("DiskName", ""))
		here := fits(instance, d.of.ID) && fits(zone, d.of.Zone)
		ofCategory := category == "" || category == "all" || category == d.category()
		return inUse && ofKind && ids(d.id) && named && here && ofCategory
	}
}

// disksOf returns the disks of an instance, the system disk first. A system disk has the size of
// the create, or 40 GiB, or that of its image.
func (e *api) disksOf(m *core.Instance) []disk {
	suffix := strings.TrimPrefix(m.ID, "i-bp")
	size := alibaba.Int(m.Params, "SystemDisk.Size")
	if i := e.imageOf(m.ImageID); size == 0 && i != nil {
		size = max(i.SizeGiB, leastSystemDisk)
	}
	list := []disk{{
		id: "d-bp0" + suffix, device: "/dev/xvda", kind: "system", at: "SystemDisk.", size: cmp.Or(size, leastSystemDisk), of: m,
	}}
	for n := 1; n <= maxDisks; n++ {
		at := "DataDisk." + strconv.Itoa(n) + "."
		gib := alibaba.Int(m.Params, at+"Size")
		if gib == 0 && m.Params[at+"SnapshotId"] == "" {
			continue
		}
		list = append(list, disk{
			id: "d-bp" + strconv.Itoa(n) + suffix, device: "/dev/xvd" + string(rune('a'+n)), kind: "data", at: at, size: gib, of: m,
		})
	}
	return list
}

// leastSystemDisk is the size of a system disk in GiB that the create does not name.
const leastSystemDisk = 40

// param returns a parameter of the create about the disk.
func (d *disk) param(name, absent string) string { return cmp.Or(d.of.Params[d.at+name], absent) }

func (d *disk) category() string { return d.param("Category", "cloud_efficiency") }

// shownDisk returns a disk in the form of an answer. A data disk goes with its instance unless the
// create says otherwise; a system disk always does.
func shownDisk(d *disk) alibaba.Object {
	level := d.param("PerformanceLevel", "")
	if d.category() == "cloud_essd" {
		level = cmp.Or(level, "PL1")
	}
	made := d.of.Created.UTC().Format(alibaba.TimeFormat)
	attached := []alibaba.Object{{{"InstanceId", d.of.ID}, {"Device", d.device}, {"AttachedTime", made}}}
	return alibaba.Object{
		{"DiskId", d.id},
		{"DiskName", d.param("DiskName", "")},
		{"Description", d.param("Description", "")},
		{"Type", d.kind},
		{"Category", d.category()},
		{"PerformanceLevel", level},
		{"Size", d.size},
		{"Status", "In_use"},
		{"RegionId", d.of.Region},
		{"ZoneId", d.of.Zone},
		{"InstanceId", d.of.ID},
		{"Device", d.device},
		{"DeleteWithInstance", d.param("DeleteWithInstance", "true") == "true"},
		{"Portable", d.kind == "data"},
		{"Encrypted", d.param("Encrypted", "false") == "true"},
		{"KMSKeyId", d.param("KMSKeyId", "")},
		{"SourceSnapshotId", d.param("SnapshotId", "")},
		{"ImageId", imageOfDisk(d)},
		{"DiskChargeType", chargeType(d.of)},
		{"ResourceGroupId", d.of.Params["ResourceGroupId"]},
		{"CreationTime", made},
		{"AttachedTime", made},
		{"DetachedTime", ""},
		{"ExpiredTime", "2099-12-31T15:59Z"},
		{"ProductCode", ""},
		{"MultiAttach", "Disabled"},
		{"BurstingEnabled", false},
		{"DeleteAutoSnapshot", false},
		{"EnableAutoSnapshot", true},
		{"EnableAutomatedSnapshotPolicy", d.param("AutoSnapshotPolicyId", "") != ""},
		{"AutoSnapshotPolicyId", d.param("AutoSnapshotPolicyId", "")},
		{"OperationLocks", alibaba.List("OperationLock", []string(nil))},
		{"MountInstances", alibaba.List("MountInstance", []string(nil))},
		{"Attachments", alibaba.List("Attachment", attached)},
		{"Tags", alibaba.List("Tag", []string(nil))},
	}
}

// imageOfDisk is the image of a system disk.
func imageOfDisk(d *disk) string {
	if d.kind == "system" {
		return d.of.ImageID
	}
	return ""
}
