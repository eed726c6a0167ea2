package qingcloud

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// filter holds the filters of DescribeInstances. Empty fields match all instances.
type filter struct {
	ids, images, types, statuses []string
	tags                         []string
	name, word                   string
	equal                        map[string]string // wanted values of the columns below
}

// describeInstances is the action of that name. An unknown ID is left out without an
// error, as the official SDKs expect. A ceased instance counts as unknown. Both are
// unverified.
func (q *api) describeInstances(k *core.Call, a *args) (reply, *refusal) {
	f := readFilter(a)
	verbose := a.flag("verbose")
	offset, limit := a.page()
	if a.err != nil {
		return nil, a.err
	}
	candidates := q.service.All()
	if len(f.ids) > 0 {
		candidates = q.service.Among(f.ids)
	}
	var found []*core.Instance
	for _, m := range candidates {
		if q.lookup(k, m.ID) != nil && q.passes(f, m, k.Now) {
			found = append(found, m)
		}
	}
	found = q.service.Listed(k, found)
	rows, total := q.service.Claimed(k, page(found, offset, limit), len(found))
	set := []instanceView{}
	for _, m := range rows {
		v := q.view(m, k.Now, verbose)
		if lacksNetworks(k, m, v.Status) {
			v.VxNets, v.EIP, v.EIPs = []vxNetView{}, nil, []string{}
		}
		isBuilt := v.Status == "running" || v.Status == "stopped"
		if isBuilt && v.Transition == "" && k.Faults.Has(core.Held) {
			v.Status = "suspended"
		}
		set = append(set, v)
	}
	return reply{"instance_set": set, "total_count": total}, nil
}

// lacksNetworks reports whether a fault hides the networks of a running instance.
func lacksNetworks(k *core.Call, m *core.Instance, status string) bool {
	f, ok := k.Faults.Get(core.Unaddressed)
	if !ok || status != "running" {
		return false
	}
	return f.Delay == 0 || !up(m, k.Now, f.Delay)
}

// readFilter reads the filters of the documented page, and three filters of the
// vendor's client: name, instance group and transition. No instance here is reserved,
// so exclude_reserved has no effect.
func readFilter(a *args) filter {
	f := filter{
		ids: a.ids("instances"), images: a.list("image_id"), types: a.list("instance_type"),
		statuses: a.list("status"), tags: a.ids("tags"),
		name: a.text("instance_name"), word: a.text("search_word"), equal: map[string]string{},
	}
	for _, name := range []string{"instance_class", "vcpus_current", "memory_current", "os_disk_size"} {
		a.integer(name, 0, 0)
		f.equal[name] = a.text(name)
	}
	for _, name := range []string{"dedicated_host_id", "dedicated_host_group_id", "owner", "instance_group"} {
		f.equal[name] = a.id(name)
	}
	f.equal["transition_status"] = a.text("transition_status")
	a.flag("exclude_reserved")
	return f
}

// ownerOf returns the owner of an instance: the sub-account for which it was created,
// or else the main account.
func ownerOf(m *core.Instance) string { return cmp.Or(m.Params["target_user"], owner) }

// passes reports whether an instance passes a filter. As the page says, a list without
// IDs and without an owner shows the account's own instances. It is unverified that
// instances of sub-accounts are not among them. It is unverified that a search word may
// be at any place in the ID or name. By the vendor's client a name filter may be a part
// of the name. The simulator has no tags: no instance has a wanted one.
func (q *api) passes(f filter, m *core.Instance, now time.Time) bool {
	status, transition, _ := statusOf(m, now)
	if f.equal["owner"] == "" && len(f.ids) == 0 && ownerOf(m) != owner {
		return false
	}
	for name, want := range f.equal {
		if want != "" && want != q.column(m, name, transition) {
			return false
		}
	}
	return len(f.tags) == 0 && matches(f.ids, m.ID) &&
		matches(f.images, m.ImageID) &&
		matches(f.types, m.InstanceType) &&
		matches(f.statuses, status) &&
		strings.Contains(m.Name, f.name) &&
		slices.ContainsFunc([]string{m.ID, m.Name}, func(s string) bool { return strings.Contains(s, f.word) })
}

// column is one value of an instance that filters can compare.
func (q *api) column(m *core.Instance, name, transition string) string {
	d := q.details[m.ID]
	switch name {
	case "instance_class":
		return strconv.Itoa(d.class)
	case "vcpus_current":
		return strconv.Itoa(m.CPUs)
	case "memory_current":
		return strconv.Itoa(m.MemoryMiB)
	case "os_disk_size":
		return strconv.Itoa(d.osDisk)
	case "owner":
		return ownerOf(m)
	case "instance_group":
		return d.group
	case "transition_status":
		return transition
	default:
		return m.Params[name]
	}
}
