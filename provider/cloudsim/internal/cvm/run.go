package cvm

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Defaults of a create.
const (
	defaultType   = "S5.MEDIUM4" // stands for "a type in stock"
	defaultName   = "未命名"        // documented
	defaultVPC    = "vpc-default"
	defaultSubnet = "subnet-default"
	defaultGroup  = "sg-default"
)

// leaving is how long an instance is shown as TERMINATING, or as busy on its way to the
// recycle bin. Real times are not published.
const leaving = time.Second

// failedFor is how long an instance that failed to launch is listed. By the vendor's
// Terraform provider the cloud then removes it; the time is [unverified].
const failedFor = 10 * time.Minute

// details are the fields of an instance that only CVM has.
type details struct {
	request     *runRequest // shared by the instances of one create
	uuid        string
	group       string // placement group, "" without one
	partition   *int64 // in a group that has partitions
	systemDisk  systemDisk
	dataDisks   []dataDisk
	operation   string // the latest operation
	operationID string // its request ID
	busyUntil   time.Time
	protected   bool   // DisableApiTermination
	stoppedMode string // StopChargingMode while stopped
	renewFlag   string // "" = that of the create
	timer       *timer // nil without one
}

func (c *api) runInstances(k *core.Call, r *runRequest) (fields, *refusal) {
	dry := valueOr(r.DryRun, false)
	ids, refused := c.once(k, r.ClientToken, dry, r, func() ([]string, *refusal) {
		full, refused := c.fromTemplate(k, r)
		if refused == nil {
			refused = c.check(k, full)
		}
		if refused == nil {
			refused = c.checkFree(k, full)
		}
		if refused == nil {
			refused = c.checkGroup(k, full)
		}
		if refused == nil {
			full = c.chosen(k, full)
			refused = c.checkOffered(k, full)
		}
		if refused != nil || dry {
			return nil, refused
		}
		return c.launch(k, full, flatten(full)), nil
	})
	if refused != nil || dry { // the answer to a dry run, except the request ID, is [unverified]
		return nil, refused
	}
	return fields{"InstanceIdSet": c.service.Answered(k, ids, newID)}, nil
}

// once runs a create, or repeats the answer of an earlier call with the same client
// token. A dry run does not use a token and does not get an earlier answer.
func (c *api) once(
	k *core.Call, token *string, dry bool, request any, do func() ([]string, *refusal),
) ([]string, *refusal) {
	if valueOr(token, "") == "" || dry {
		return do()
	}
	fingerprint := fingerprintOf(k.Region, flatten(request))
	if known := c.service.Recall(k, *token); known != nil {
		if known.Fingerprint != fingerprint {
			// No code is documented for this; [unverified].
			return nil, refuse("InvalidParameterValue", "The ClientToken was used before with other parameters.")
		}
		return known.IDs, nil
	}
	ids, refused := do()
	if refused == nil {
		c.service.Remember(k, *token, fingerprint, ids)
	}
	return ids, refused
}

// fingerprintOf returns a hash of the parameters of a request.
func fingerprintOf(region string, params map[string]string) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q\n", region)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		_, _ = fmt.Fprintf(h, "%q %q\n", name, params[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkFree refuses a private address that an instance of the same subnet has.
func (c *api) checkFree(k *core.Call, r *runRequest) *refusal {
	if r.VirtualPrivateCloud == nil || len(r.VirtualPrivateCloud.PrivateIpAddresses) == 0 {
		return nil
	}
	_, subnet := r.network()
	for _, m := range c.service.All() {
		if m.Region != k.Region || m.SubnetID != subnet || m.PhaseAt(k.Now) == core.Gone {
			continue
		}
		for _, ip := range r.VirtualPrivateCloud.PrivateIpAddresses {
			if slices.Contains(m.PrivateIPs, ip) {
				return refuse("VpcIpIsUsed", "A private address is already in use.")
			}
		}
	}
	return nil
}

// newID draws the ID of an instance.
func newID(r *rand.Rand) string { return "ins-" + core.Letters(r, 8) }

// launch makes the instances and returns their IDs.
func (c *api) launch(k *core.Call, r *runRequest, params map[string]string) []string {
	instances := c.service.Create(k, core.CreateSpec{
		Count: c.room(k, r),
		ID:    newID,
		Fill: func(i int, m *core.Instance) {
			m.Params = params
			c.fill(k, r, i, m)
		},
	})
	ids := make([]string, 0, len(instances))
	for _, m := range instances {
		ids = append(ids, m.ID)
		schedule(r, m)
		c.timed(r, m)
	}
	return ids
}

func (c *api) fill(k *core.Call, r *runRequest, i int, m *core.Instance) {
	rd := c.service.Rand
	m.Region, m.Zone = k.Region, *r.Placement.Zone
	c.fillKind(r, m)
	m.ImageID = *r.ImageId
	m.Charge = chargeOf(r.chargeType())
	m.Token = valueOr(r.ClientToken, "")
	c.fillNetwork(k, r, i, m)
	m.Name = cmp.Or(numberedName(valueOr(r.InstanceName, ""), i, r.count()), defaultName)
	m.HostName = hostName(valueOr(r.HostName, ""), i, r.count(), m.PrivateIPs[0])
	if r.LoginSettings != nil {
		m.KeyPairs = r.LoginSettings.KeyIds
	}
	m.Tags = tagsFor("instance", r.TagSpecification) // a specification may be for other resources
	c.details[m.ID] = &details{
		request: r, uuid: core.UUID(rd),
		group: r.group(), partition: c.partition(k, r.group(), r.PartitionNumber),
		systemDisk: r.systemDisk(rd), dataDisks: r.dataDisks(rd),
		operation: "RunInstances", operationID: k.RequestID,
		protected: valueOr(r.DisableApiTermination, false),
	}
}

// fillNetwork sets the network of an instance, its addresses and its security groups.
func (c *api) fillNetwork(k *core.Call, r *runRequest, i int, m *core.Instance) {
	m.VPCID, m.SubnetID = c.networkOf(k, r)
	m.PrivateIPs = []string{c.service.PrivateIP()}
	if v := r.VirtualPrivateCloud; v != nil && len(v.PrivateIpAddresses) > 0 {
		m.PrivateIPs = []string{v.PrivateIpAddresses[i]}
	}
	for range r.moreAddresses() {
		m.PrivateIPs = append(m.PrivateIPs, c.service.PrivateIP())
	}
	if r.public() {
		m.PublicIPs = []string{c.service.PublicIP()}
	}
	m.Groups = r.SecurityGroupIds
	if p := r.primary(); p != nil && len(m.Groups) == 0 {
		m.Groups = p.SecurityGroupIds
	}
	if len(m.Groups) == 0 {
		m.Groups = []string{defaultGroup}
	}
}

// network returns the VPC and subnet; DEFAULT and "" mean the default ones.
func (r *runRequest) network() (vpc, subnet string) {
	if v := r.VirtualPrivateCloud; v != nil && *v.VpcId != "DEFAULT" {
		return *v.VpcId, *v.SubnetId
	}
	if p := r.primary(); p != nil {
		return *p.VpcId, *p.SubnetId
	}
	return defaultVPC, defaultSubnet
}

// schedule adds the destruction of an instance to its plan: at the time that the create
// asked for, or some time after it failed.
func schedule(r *runRequest, m *core.Instance) {
	last := m.Steps[len(m.Steps)-1]
	if last.Phase == core.Failed {
		m.Steps = append(m.Steps, core.At(last.At.Add(failedFor), core.Gone))
		return
	}
	if r.ActionTimer == nil {
		return
	}
	at, _ := parseTime(*r.ActionTimer.ActionTime) // checked before
	if at.After(last.At) {
		m.Steps = append(m.Steps, core.At(at, core.Terminating), core.At(at.Add(leaving), core.Gone))
	}
}

func chargeOf(chargeType string) core.Charge {
	switch chargeType {
	case prepaidType:
		return core.Prepaid
	case spot:
		return core.Spot
	case onHost, onCluster:
		return core.Host
	default:
		return core.Postpaid
	}
}
