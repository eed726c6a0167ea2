package cvm

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Disk types that a request may name. LOCAL_NVME and LOCAL_PRO exist too, but they
// belong to instance types and cannot be requested.
func diskTypes() []string {
	return []string{
		"LOCAL_BASIC", "LOCAL_SSD",
		"CLOUD_BASIC", "CLOUD_PREMIUM", "CLOUD_BSSD", "CLOUD_SSD", "CLOUD_HSSD", "CLOUD_TSSD",
	}
}

// defaultDisk stands for "a type in stock".
const defaultDisk = "CLOUD_PREMIUM"

func (r *runRequest) checkSystemDisk() *refusal {
	d := r.SystemDisk
	if d == nil {
		return nil
	}
	if d.DiskSize != nil && *d.DiskSize < 1 {
		return invalidAs("InvalidParameterValue.Range", "SystemDisk.DiskSize")
	}
	if diskNameTooLong(d.DiskName) {
		return invalidAs("InvalidParameterValue.TooLarge", "SystemDisk.DiskName")
	}
	return oneOf("SystemDisk.DiskType", d.DiskType, diskTypes()...)
}

// checkDataDisks allows one local disk and twenty cloud disks, as documented.
func (r *runRequest) checkDataDisks() *refusal {
	local := 0
	for i, d := range r.DataDisks {
		if refused := d.check(join("DataDisks", strconv.Itoa(i))); refused != nil {
			return refused
		}
		if strings.HasPrefix(valueOr(d.DiskType, ""), "LOCAL_") {
			local++
		}
	}
	if local > 1 || len(r.DataDisks)-local > 20 {
		return invalidAs("InvalidParameterValue.LimitExceeded", "DataDisks")
	}
	return nil
}

func (d *dataDisk) check(path string) *refusal {
	fast := slices.Contains([]string{"CLOUD_HSSD", "CLOUD_TSSD"}, valueOr(d.DiskType, ""))
	switch {
	case d.DiskSize == nil:
		return missing(path + ".DiskSize")
	case *d.DiskSize < 10 || *d.DiskSize%10 != 0:
		return invalidAs("InvalidParameterValue.Range", path+".DiskSize")
	case d.SnapshotId != nil && !idForm(*d.SnapshotId, "snap-"):
		return invalidAs("InvalidParameterValue.SnapshotIdMalformed", path+".SnapshotId")
	case d.ThroughputPerformance != nil && !fast:
		return refuse("InvalidParameterCombination",
			"`%s.ThroughputPerformance` needs a disk of type CLOUD_HSSD or CLOUD_TSSD.", path)
	case diskNameTooLong(d.DiskName):
		return invalidAs("InvalidParameterValue.TooLarge", path+".DiskName")
	default:
		return oneOf(path+".DiskType", d.DiskType, diskTypes()...)
	}
}

func diskNameTooLong(name *string) bool { return utf8.RuneCountInString(valueOr(name, "")) > 128 }

// systemDisk returns the system disk of an instance.
func (r *runRequest) systemDisk(rd *rand.Rand) systemDisk {
	var d systemDisk
	if r.SystemDisk != nil {
		d = *r.SystemDisk
	}
	d.DiskId = new("disk-" + core.Letters(rd, 8))
	d.DiskType = new(valueOr(d.DiskType, defaultDisk))
	d.DiskSize = new(valueOr(d.DiskSize, 50))
	return d
}

func (r *runRequest) dataDisks(rd *rand.Rand) []dataDisk {
	disks := slices.Clone(r.DataDisks)
	for i := range disks {
		d := &disks[i]
		d.DiskId = new("disk-" + core.Letters(rd, 8))
		d.DiskType = new(valueOr(d.DiskType, "LOCAL_BASIC")) // the documented default
		d.DeleteWithInstance = new(valueOr(d.DeleteWithInstance, true))
	}
	return disks
}

// local reports whether an instance has a local disk of its host.
func (m *details) local() bool {
	isLocal := func(t *string) bool { return strings.HasPrefix(*t, "LOCAL_") }
	return isLocal(m.systemDisk.DiskType) ||
		slices.ContainsFunc(m.dataDisks, func(d dataDisk) bool { return isLocal(d.DiskType) })
}
