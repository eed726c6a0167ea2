package qingcloud

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// filter is what DescribeInstances looks for. Empty fields let everything pass.
type filter struct {
	ids, images, types, statuses []string
	tags                         []string
	name, word                   string
	equal                        map[string]string // of the columns below
}

// describeInstances is the action of that name. An unknown ID is passed over in
// silence, as the official SDKs expect, and an instance that ceased is unknown;
// both are unverified.
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
		set = append(set, q.view(m, k.Now, verbose))
	}
	return reply{"instance_set": set, "total_count": total}, nil
}

// readFilter reads the filters of the page, and from the vendor's client
// those for the name, the instance group and the transition. Nothing here is
// reserved, so that exclude_reserved changes nothing.
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

// ownerOf is the account that an instance belongs to: a sub-account, if it was
// made for one.
func ownerOf(m *core.Instance) string { return cmp.Or(m.Params["target_user"], owner) }

// passes applies a filter. A list without IDs and without an owner shows one's own
// instances, as the page says; that those of sub-accounts do not count as such is
// unverified. That a search word may stand anywhere in the ID or
// the name is unverified; that a name may be a part of one is what the vendor's
// client says. The simulator has no tags: nothing has the one asked for.
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

// column is one value of an instance that can be asked for.
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
