package cloudsim

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Disk types that a request may name. LOCAL_NVME and LOCAL_PRO exist too, but
// come with an instance type and cannot be asked for.
func cvmDiskTypes() []string {
	return []string{
		"LOCAL_BASIC", "LOCAL_SSD",
		"CLOUD_BASIC", "CLOUD_PREMIUM", "CLOUD_BSSD", "CLOUD_SSD", "CLOUD_HSSD", "CLOUD_TSSD",
	}
}

// cvmDefaultDisk stands for "a type in stock".
const cvmDefaultDisk = "CLOUD_PREMIUM"

func (r *cvmRunRequest) checkSystemDisk() *tencentRefusal {
	d := r.SystemDisk
	if d == nil {
		return nil
	}
	if d.DiskSize != nil && *d.DiskSize < 1 {
		return tencentInvalidAs("InvalidParameterValue.Range", "SystemDisk.DiskSize")
	}
	if cvmDiskNameTooLong(d.DiskName) {
		return tencentInvalidAs("InvalidParameterValue.TooLarge", "SystemDisk.DiskName")
	}
	return tencentOneOf("SystemDisk.DiskType", d.DiskType, cvmDiskTypes()...)
}

// checkDataDisks allows one local disk and twenty cloud disks, as documented.
func (r *cvmRunRequest) checkDataDisks() *tencentRefusal {
	local := 0
	for i, d := range r.DataDisks {
		if refused := d.check(tencentJoin("DataDisks", strconv.Itoa(i))); refused != nil {
			return refused
		}
		if strings.HasPrefix(tencentOr(d.DiskType, ""), "LOCAL_") {
			local++
		}
	}
	if local > 1 || len(r.DataDisks)-local > 20 {
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", "DataDisks")
	}
	return nil
}

func (d *cvmDataDisk) check(path string) *tencentRefusal {
	fast := slices.Contains([]string{"CLOUD_HSSD", "CLOUD_TSSD"}, tencentOr(d.DiskType, ""))
	switch {
	case d.DiskSize == nil:
		return tencentMissing(path + ".DiskSize")
	case *d.DiskSize < 10 || *d.DiskSize%10 != 0:
		return tencentInvalidAs("InvalidParameterValue.Range", path+".DiskSize")
	case d.SnapshotId != nil && !cvmIDForm(*d.SnapshotId, "snap-"):
		return tencentInvalidAs("InvalidParameterValue.SnapshotIdMalformed", path+".SnapshotId")
	case d.ThroughputPerformance != nil && !fast:
		return tencentRefuse("InvalidParameterCombination", "`%s.ThroughputPerformance` needs a disk of type CLOUD_HSSD or CLOUD_TSSD.", path)
	case cvmDiskNameTooLong(d.DiskName):
		return tencentInvalidAs("InvalidParameterValue.TooLarge", path+".DiskName")
	default:
		return tencentOneOf(path+".DiskType", d.DiskType, cvmDiskTypes()...)
	}
}

func cvmDiskNameTooLong(name *string) bool { return utf8.RuneCountInString(tencentOr(name, "")) > 128 }

// systemDisk is the disk that a machine gets.
func (r *cvmRunRequest) systemDisk(rd *rand.Rand) cvmSystemDisk {
	var d cvmSystemDisk
	if r.SystemDisk != nil {
		d = *r.SystemDisk
	}
	d.DiskId = new("disk-" + core.Letters(rd, 8))
	d.DiskType = new(tencentOr(d.DiskType, cvmDefaultDisk))
	d.DiskSize = new(tencentOr(d.DiskSize, 50))
	return d
}

func (r *cvmRunRequest) dataDisks(rd *rand.Rand) []cvmDataDisk {
	disks := slices.Clone(r.DataDisks)
	for i := range disks {
		d := &disks[i]
		d.DiskId = new("disk-" + core.Letters(rd, 8))
		d.DiskType = new(tencentOr(d.DiskType, "LOCAL_BASIC")) // the documented default
		d.DeleteWithInstance = new(tencentOr(d.DeleteWithInstance, true))
	}
	return disks
}

// local tells whether a machine has a disk of its host's.
func (m *cvmMachine) local() bool {
	isLocal := func(t *string) bool { return strings.HasPrefix(*t, "LOCAL_") }
	return isLocal(m.systemDisk.DiskType) ||
		slices.ContainsFunc(m.dataDisks, func(d cvmDataDisk) bool { return isLocal(d.DiskType) })
}
