package cloudsim

import "fmt"

func checkECSSystemDisk(p *aliParams) {
	category := p.choice("SystemDisk.Category", "cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud", "cloud_auto", "cloud_essd_entry")
	// From 20 by the older reference, whatever the image needs; up to 2048 by
	// the newer one.
	p.number("SystemDisk.Size", 40, 20, 2048)
	checkECSDisk(p, "SystemDisk.", category)
}

func checkECSDataDisks(p *aliParams) {
	for _, n := range p.indexes("DataDisk", 16) {
		prefix := fmt.Sprintf("DataDisk.%d.", n)
		category := p.choice(prefix+"Category", "cloud", "cloud_efficiency", "cloud_ssd", "cloud_essd",
			"ephemeral_ssd", "cloud_auto", "cloud_essd_entry")
		if !p.has(prefix + "SnapshotId") {
			p.required(prefix + "Size")
		}
		least, most := ecsDiskSizes(category)
		p.number(prefix+"Size", 0, least, most)
		p.id(prefix + "SnapshotId")
		p.id(prefix + "KMSKeyId")
		p.flag(prefix + "Encrypted")
		p.flag(prefix + "DeleteWithInstance")
		checkECSDisk(p, prefix, category)
	}
}

// checkECSDisk checks what system and data disks have in common.
func checkECSDisk(p *aliParams, prefix, category string) {
	p.name(prefix + "DiskName")
	p.description(prefix + "Description")
	p.id(prefix + "AutoSnapshotPolicyId")
	p.choice(prefix+"PerformanceLevel", "PL1", "PL0", "PL2", "PL3")
	if p.has(prefix+"PerformanceLevel") && category != "cloud_essd" {
		p.refuse(ecsConflict(prefix+"PerformanceLevel", prefix+"Category"))
	}
}

// ecsDiskSizes is the range of a data disk in GiB.
func ecsDiskSizes(category string) (least, most int) {
	switch category {
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
