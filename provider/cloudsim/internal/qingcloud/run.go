package qingcloud

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// runInstances is the action of that name: N instances, one job.
func (q *api) runInstances(k *core.Call, a *args) (reply, *refusal) {
	o := readOrder(a)
	q.knownGroup(k, a, o.placement)
	q.checkFree(k, a, o)
	q.checkOffer(k, a, &o)
	if a.err != nil {
		return nil, a.err
	}
	job := &job{id: q.freshJobID(), action: k.Action, zone: k.Region, created: k.Now}
	instances := q.service.Create(k, core.CreateSpec{
		Count: o.count,
		ID:    instanceID,
		JobID: job.id,
		Fill:  func(_ int, m *core.Instance) { q.fill(m, k, o) },
	})
	job.ids = idsOf(instances)
	fault, _ := k.Faults.Get(core.LaunchFailure)
	job.done, job.failed = recycleFailed(instances, k.Now, fault.Delay)
	job.code = cmp.Or(fault.Code, strconv.Itoa(internal))
	q.addJob(job)
	return reply{"instances": q.service.Answered(k, job.ids, instanceID), "job_id": job.id}, nil
}

// checkFree refuses a volume or an address that another instance has. It is unverified
// that an instance in the recycle bin has neither; the code is unverified too.
func (q *api) checkFree(k *core.Call, a *args, o order) {
	for _, m := range q.service.All() {
		if p := m.PhaseAt(k.Now); p == core.Gone || p == core.Recycled || p == core.Failed || m.Zone != k.Region {
			continue
		}
		for _, v := range q.details[m.ID].volumes {
			if slices.Contains(o.volumes, v) {
				a.refuse(refusef(denied, "PermissionDenied, volume [%s] is in-use", v))
			}
		}
		for _, n := range q.details[m.ID].nics {
			if n.ip != "" && slices.Contains(o.networks, network{n.vxnet, n.ip}) {
				a.refuse(refusef(denied, "PermissionDenied, address [%s] is in use in vxnet [%s]", n.ip, n.vxnet))
			}
		}
	}
}

// instanceID draws the ID of an instance.
func instanceID(r *rand.Rand) string { return "i-" + core.Letters(r, 8) }

// fill sets the common values of an order's instances, and gives each its own
// addresses. The addresses are reserved now, and are shown a moment after the instance
// runs.
func (q *api) fill(m *core.Instance, k *core.Call, o order) {
	d := &details{
		class: o.class, osDisk: o.osDisk, mqueue: o.params["nic_mqueue"] == "1", group: o.placement,
		volumes: o.volumes, addressless: len(o.networks) > 0,
	}
	for _, n := range o.networks {
		nic := netInterface{vxnet: n.id, mac: macAddress(q.service.Rand), ip: n.ip}
		if n.managed() {
			d.addressless = false
			if nic.ip == "" {
				nic.ip = q.service.PrivateIP()
			}
			m.PrivateIPs = append(m.PrivateIPs, nic.ip)
		}
		d.nics = append(d.nics, nic)
	}
	if len(o.networks) > 0 {
		m.SubnetID = o.networks[0].id
	}
	q.details[m.ID] = d
	m.Name, m.HostName, m.ImageID, m.InstanceType = o.name, o.hostname, o.image, o.size.name
	m.CPUs, m.MemoryMiB, m.Charge = o.size.cpus, o.size.memoryMiB, o.charge
	m.Region, m.Zone = k.Region, k.Region
	m.Groups, m.KeyPairs = slices.Clone(o.groups), slices.Clone(o.keyPairs)
	m.Params = maps.Clone(o.params)
}

// macAddress draws the ID of a network interface, which is its address.
func macAddress(r *rand.Rand) string {
	n := r.Uint32()
	return fmt.Sprintf("52:54:%02x:%02x:%02x:%02x", n>>24, n>>16&0xff, n>>8&0xff, n&0xff)
}
