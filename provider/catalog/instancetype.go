package catalog

import (
	"context"
	"iter"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Arch is the architecture of a processor, or of an image.
type Arch string

// Architectures. The zero value means that the cloud does not say. Another value is the cloud's
// own word.
const (
	X86    Arch = "x86_64"
	ARM    Arch = "arm64"
	X86x32 Arch = "i386" // images only
)

// InstanceType is what one instance of a type has. Zero numbers mean that the cloud does not
// say, except GPUs.
type InstanceType struct {
	ID        string // for [provider.RunInstancesSpec].InstanceType
	Family    string // the cloud's own name
	CPUs      int    // virtual CPUs
	MemoryMiB int
	Arch      Arch
	CPUModel  string

	// GPUs is how many GPUs it has; a part of one on some types. 0 means none where GPUsKnown is
	// true, and else that the cloud does not say (ENS, QingCloud).
	GPUs         float64
	GPUsKnown    bool
	GPUModel     string
	GPUMemoryMiB int // of each GPU

	LocalDisks []LocalDisk // nil where it has none, or the cloud does not say

	Network NetworkLimits

	// Zones are the zones that offer it, where the answer names them. It says nothing about
	// stock.
	Zones []string

	// Retired reports that the cloud no longer sells it.
	Retired bool
}

// LocalDisk is a disk inside the host of an instance. It is lost with the instance.
type LocalDisk struct {
	Type              string // the cloud's own name
	Count             int    // how many
	SizeGiB           int    // of each; the smallest where there is a choice
	MaxSizeGiB        int    // of each; 0 where there is no choice
	Required, ForRoot bool   // it must be chosen; it holds the system
}

// NetworkLimits are how much an instance may send and receive. Zero means that the cloud does
// not say.
type NetworkLimits struct {
	ReceiveMbps, SendMbps int // inside the cloud, Mbit/s
	PacketsPerSecond      int
	Interfaces            int
	AddressesPerInterface int // private IPv4
	AttachableDisks       int // cloud disks
}

// InstanceTypeQuery selects instance types. The zero value selects all of the client's region.
type InstanceTypeQuery struct {
	Region string
	Zone   string // offered in this zone, where the cloud says so
	IDs    []string
	Family string

	MinCPUs, MaxCPUs           int // 0 is no bound
	MinMemoryMiB, MaxMemoryMiB int // 0 is no bound
	MinGPUs                    float64
	Arch                       Arch // types of an unknown architecture do not match
	GPUModel                   string

	Retired bool // also types that the cloud no longer sells
}

// Matches reports whether a type fits the query.
func (q *InstanceTypeQuery) Matches(t *InstanceType) bool { return q.Mismatch(t) == "" }

// Mismatch returns why a type does not fit the query, in a few words; "" if it fits.
func (q *InstanceTypeQuery) Mismatch(t *InstanceType) string {
	for _, why := range []string{q.otherKind(t), q.otherSize(t)} {
		if why != "" {
			return why
		}
	}
	return ""
}

// otherKind returns why a type is of another kind.
func (q *InstanceTypeQuery) otherKind(t *InstanceType) string {
	switch {
	case len(q.IDs) > 0 && !slices.Contains(q.IDs, t.ID):
		return "is another type"
	case t.Retired && !q.Retired:
		return "is no longer sold"
	case !fits(q.Family, t.Family):
		return "is of family " + word(t.Family)
	case q.Zone != "" && len(t.Zones) > 0 && !slices.Contains(t.Zones, q.Zone):
		return "is not offered in " + q.Zone
	case !fits(string(q.Arch), string(t.Arch)):
		return "is of architecture " + word(string(t.Arch))
	case !fits(q.GPUModel, t.GPUModel):
		return "has GPU model " + word(t.GPUModel)
	}
	return ""
}

// otherSize returns why a type is too small or too large.
func (q *InstanceTypeQuery) otherSize(t *InstanceType) string {
	switch {
	case t.CPUs < q.MinCPUs:
		return "has " + count(t.CPUs, "CPU")
	case q.MaxCPUs > 0 && t.CPUs > q.MaxCPUs:
		return "has " + count(t.CPUs, "CPU")
	case t.MemoryMiB < q.MinMemoryMiB:
		return "has " + memory(t.MemoryMiB)
	case q.MaxMemoryMiB > 0 && t.MemoryMiB > q.MaxMemoryMiB:
		return "has " + memory(t.MemoryMiB)
	case t.GPUs < q.MinGPUs && t.GPUsKnown:
		return "has " + gpus(t.GPUs)
	case t.GPUs < q.MinGPUs:
		return "has no GPU that the cloud tells of"
	}
	return ""
}

// InstanceTypes lists the instance types that a query selects.
func (k *Catalog) InstanceTypes(ctx context.Context, q InstanceTypeQuery) iter.Seq2[InstanceType, error] {
	q.Region = k.region(q.Region)
	d, err := asking[InstanceTypeLister](k, "instance types", q.Region)
	if err != nil {
		return failed[InstanceType](err)
	}
	if err := q.check(); err != nil {
		return failed[InstanceType](err)
	}
	return read(ctx, k, apiInstanceTypes, q.Region, func(t *InstanceType) string { return t.ID }, q.Matches,
		func(ctx context.Context, token string) (*provider.Page[InstanceType], error) {
			return d.DescribeInstanceTypes(ctx, &q, token)
		})
}

func (q *InstanceTypeQuery) check() error {
	var k provider.Checker
	k.NoneEmpty("InstanceTypeQuery.IDs", q.IDs)
	k.NotNegative("InstanceTypeQuery.MinCPUs", q.MinCPUs)
	k.NotNegative("InstanceTypeQuery.MaxCPUs", q.MaxCPUs)
	k.NotNegative("InstanceTypeQuery.MinMemoryMiB", q.MinMemoryMiB)
	k.NotNegative("InstanceTypeQuery.MaxMemoryMiB", q.MaxMemoryMiB)
	k.Require(q.MinGPUs >= 0, "InstanceTypeQuery.MinGPUs", q.MinGPUs, "must not be negative")
	ordered(&k, "CPUs", q.MinCPUs, q.MaxCPUs)
	ordered(&k, "MemoryMiB", q.MinMemoryMiB, q.MaxMemoryMiB)
	return k.Err()
}

// ordered requires that the least is not above the most.
func ordered(k *provider.Checker, what string, least, most int) {
	k.Require(most <= 0 || least <= most, "InstanceTypeQuery.Min"+what, least, "must not be above Max"+what)
}
