package ecs

import (
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
)

func checkSystemDisk(p *alibaba.Params) {
	category := p.Choice("SystemDisk.Category",
		"cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud", "ephemeral_ssd", "cloud_auto", "cloud_essd_entry")
	// From 20 by the older reference, for any image. Up to 2048 by the newer one, which
	// also has types that begin at 1.
	least := 20
	if category == "cloud_auto" || p.Text("SystemDisk.PerformanceLevel") == "PL0" {
		least = 1
	}
	size := p.Number("SystemDisk.Size", 40, least, 2048)
	p.Flag("SystemDisk.Encrypted")
	checkDisk(p, "SystemDisk.", category, size)
}

func checkDataDisks(p *alibaba.Params) {
	for _, n := range p.Indexes("DataDisk", maxDisks) {
		prefix := fmt.Sprintf("DataDisk.%d.", n)
		category := p.Choice(prefix+"Category", "cloud", "cloud_efficiency", "cloud_ssd", "cloud_essd",
			"ephemeral_ssd", "cloud_auto", "cloud_essd_entry")
		if !p.Has(prefix + "SnapshotId") {
			p.Required(prefix + "Size")
		}
		least, most := diskSizes(category, p.Text(prefix+"PerformanceLevel"))
		size := p.Number(prefix+"Size", 0, least, most)
		p.ID(prefix + "SnapshotId")
		p.ID(prefix + "KMSKeyId")
		if !p.Flag(prefix+"Encrypted") && p.Has(prefix+"KMSKeyId") {
			p.Refuse(alibaba.Refuse(400, "InvalidParameter.EncryptedIllegal",
				"The specified parameter Encrypted must be true when kmsKeyId is not empty."))
		}
		p.Flag(prefix + "DeleteWithInstance")
		checkDisk(p, prefix, category, size)
	}
}

// checkDisk checks the common rules of system and data disks. Size 0 means the size of
// a snapshot, which is not simulated.
func checkDisk(p *alibaba.Params, prefix, category string, size int) {
	p.Name(prefix + "DiskName")
	p.Description(prefix + "Description")
	p.ID(prefix + "AutoSnapshotPolicyId")
	level := p.Choice(prefix+"PerformanceLevel", "PL1", "PL0", "PL2", "PL3")
	if p.Has(prefix+"PerformanceLevel") && category != "cloud_essd" {
		p.Refuse(conflict(prefix+"PerformanceLevel", prefix+"Category"))
	}
	if size > 0 && size < leastForLevel(level) {
		p.Refuse(alibaba.Refuse(403, "OperationDenied.PerformanceLevelNotMatch",
			"The specified "+prefix+"PerformanceLevel and "+prefix+"Size do not match."))
	}
}

// leastForLevel returns the smallest size in GiB of a cloud_essd with a performance
// level; by the documentation only.
func leastForLevel(level string) int {
	switch level {
	case "PL2":
		return 461
	case "PL3":
		return 1261
	default:
		return 0 // the category's own minimum
	}
}

// diskSizes returns the size range of a data disk in GiB.
func diskSizes(category, level string) (least, most int) {
	if category == "cloud_essd" && level == "PL0" {
		return 1, 65536
	}
	switch category {
	case "cloud_auto":
		return 1, 65536
	case "cloud_essd_entry":
		return 10, 32768
	case "cloud":
		return 5, 2000
	case "ephemeral_ssd":
		return 5, 800
	case "cloud_essd":
		return 20, 65536
	default:
		return 20, 32768
	}
}
