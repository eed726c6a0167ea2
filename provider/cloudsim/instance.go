package cloudsim

import (
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Phase is the state of an instance, in the same words for every cloud.
type Phase = core.Phase

// Phases of an instance.
const (
	Pending     Phase = core.Pending     // accepted, booting
	Running     Phase = core.Running     // up
	Starting    Phase = core.Starting    // from stopped to running
	Stopping    Phase = core.Stopping    // from running to stopped
	Stopped     Phase = core.Stopped     // powered off, still billed in part
	Failed      Phase = core.Failed      // died while booting; some clouds still list it
	Recycled    Phase = core.Recycled    // in the cloud's recycle bin
	Terminating Phase = core.Terminating // being released
	Gone        Phase = core.Gone        // released; no longer exists
)

// Charge is the billing mode of an instance, in the same words for every cloud.
type Charge = core.Charge

// Charges.
const (
	Postpaid Charge = core.Postpaid
	Prepaid  Charge = core.Prepaid
	Spot     Charge = core.Spot
	Host     Charge = core.Host // on a dedicated host that is itself paid for
)

// Instance is a snapshot of one simulated instance.
type Instance struct {
	Cloud        Cloud
	ID           string
	Name         string
	HostName     string
	Region, Zone string // as in the create, in the cloud's spelling
	InstanceType string
	ImageID      string
	CPUs         int
	MemoryMiB    int
	Phase        Phase
	Charge       Charge
	VPCID        string
	SubnetID     string
	PrivateIPs   []string
	PublicIPs    []string
	Groups       []string // security groups
	KeyPairs     []string
	Tags         map[string]string
	Created      time.Time
	VisibleAt    time.Time // when describes and calls begin to find it; Created, unless a fault hides it
	Create       int       // number of the create call that made it, from 1 on each cloud
	Token        string    // client token of that call, if any
	Reason       string    // why it failed, if it did
	Lock         string    // the cloud's word for why it is locked; see [Sim.Lock]

	// Params are the parameters of the create call as the cloud understood them, flat
	// and under their wire names. They include secrets.
	Params map[string]string
}
