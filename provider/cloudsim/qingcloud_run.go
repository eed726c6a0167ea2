package cloudsim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// runInstances is the action of that name: N machines, one job.
func (q *qingCloud) runInstances(k *call, a *qingArgs) (qingReply, *qingError) {
	o := qingReadOrder(a)
	if a.err != nil {
		return nil, a.err
	}
	job := &qingJob{id: q.freshJobID(), action: k.action, zone: k.region, created: k.now}
	machines := q.create(k, createSpec{
		count: o.count,
		id:    qingInstanceID,
		jobID: job.id,
		fill:  func(_ int, m *machine) { q.fill(m, k, o) },
	})
	job.ids = qingIDs(machines)
	job.done, job.failed = qingRecycleFailed(machines, k.now)
	q.addJob(job)
	return qingReply{"instances": job.ids, "job_id": job.id}, nil
}

// qingInstanceID draws the ID of a machine.
func qingInstanceID(r *rand.Rand) string { return "i-" + letters(r, 8) }

// fill sets what all machines of an order share, and gives each its own
// addresses. They are reserved now and shown once the machine has been running
// for a moment.
func (q *qingCloud) fill(m *machine, k *call, o qingOrder) {
	d := &qingDetails{
		class: o.class, mqueue: o.params["nic_mqueue"] == "1", group: o.placement,
		volumes: o.volumes, addressless: len(o.networks) > 0,
	}
	for _, n := range o.networks {
		nic := qingNIC{vxnet: n.id, mac: qingMAC(q.rand), ip: n.ip}
		if n.managed() {
			d.addressless = false
			if nic.ip == "" {
				nic.ip = q.privateIP()
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
	m.Region, m.Zone = k.region, k.region
	m.Groups, m.KeyPairs = slices.Clone(o.groups), slices.Clone(o.keyPairs)
	m.Params = maps.Clone(o.params)
}

// qingMAC draws the ID of a network interface, which is its address.
func qingMAC(r *rand.Rand) string {
	n := r.Uint32()
	return fmt.Sprintf("52:54:%02x:%02x:%02x:%02x", n>>24, n>>16&0xff, n>>8&0xff, n&0xff)
}

// qingUnderstood is a copy of the parameters without the common ones and
// without those that the server does not look at.
func qingUnderstood(params map[string]string) map[string]string {
	out := maps.Clone(params)
	for _, common := range []string{
		"action", "zone", "access_key_id", "time_stamp", "version", "token",
		"signature", "signature_method", "signature_version",
	} {
		delete(out, common)
	}
	if params["need_userdata"] != "1" {
		maps.DeleteFunc(out, func(name, _ string) bool { return strings.HasPrefix(name, "userdata_") })
	}
	return out
}
