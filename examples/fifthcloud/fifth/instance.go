package fifth

import (
	"net/netip"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// list is the answer of a describe.
type list struct {
	RequestID string
	Total     *int
	Instances []Instance
}

// Instance is an instance as Fifth Cloud describes it: what [provider.Instance.Sys] returns.
type Instance struct {
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	HostName       string            `json:"hostname"`
	Description    string            `json:"description"`
	State          string            `json:"state"`
	Reason         string            `json:"reason"`
	Region         string            `json:"region"`
	Zone           string            `json:"zone"`
	Image          string            `json:"image"`
	Type           string            `json:"type"`
	CPUs           int               `json:"cpus"`
	MemoryMiB      int               `json:"memoryMiB"`
	Subnet         string            `json:"subnet"`
	SecurityGroups []string          `json:"securityGroups"`
	PrivateIPs     []netip.Addr      `json:"privateIPs"`
	PublicIPs      []netip.Addr      `json:"publicIPs"`
	Disks          []Disk            `json:"disks"`
	KeyPairs       []string          `json:"keyPairs"`
	Tags           map[string]string `json:"tags"`
	CreatedAt      time.Time         `json:"createdAt"`
}

// Disk is a disk of an [Instance].
type Disk struct {
	ID      string `json:"id"`
	Root    bool   `json:"root"`
	Type    string `json:"type"`
	SizeGiB int    `json:"sizeGiB"`
}

// states is what each of the cloud's words means. Any other word is not there yet.
var states = map[string]provider.State{
	"building": provider.StatePending,
	"active":   provider.StateRunning,
	"deleting": provider.StateTerminating,
	"error":    provider.StateFailed,
}

// instance translates one row.
func (r *Instance) instance() provider.Instance {
	state, known := states[r.State]
	if !known {
		state = provider.StateUnknown
	}
	i := provider.Instance{
		ID: r.ID, Name: r.Name, HostName: r.HostName, Description: r.Description,
		State: state, RawState: r.State, Reason: r.Reason,
		Region: r.Region, Zone: r.Zone, ImageID: r.Image, InstanceType: r.Type,
		CPUs: r.CPUs, MemoryMiB: r.MemoryMiB,
		SubnetID: r.Subnet, SecurityGroupIDs: r.SecurityGroups, PrivateIPs: r.PrivateIPs, PublicIPs: r.PublicIPs,
		KeyPairs: r.KeyPairs, Tags: r.Tags, Billing: provider.OnDemand, CreatedAt: r.CreatedAt,
	}
	for _, d := range r.Disks {
		i.Disks = append(i.Disks, provider.InstanceDisk{ID: d.ID, System: d.Root, Type: d.Type, SizeGiB: d.SizeGiB})
	}
	return i.WithSys(r)
}
