package qingcloud

import (
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// listFilter holds the filters that all lists of resources have.
type listFilter struct {
	ids, tags, owners []string
	word              string
	verbose           bool
	offset, limit     int
}

// readList reads the filters of a list; ids is the name of the parameter with IDs.
func readList(a *args, ids string) listFilter {
	f := listFilter{
		ids: a.ids(ids), tags: a.ids("tags"), owners: a.either("owner"),
		word: a.text("search_word"), verbose: a.flag("verbose"),
	}
	f.offset, f.limit = a.page()
	return f
}

// passes reports whether a resource of the account passes the filters. It is unverified that the
// search word may be at any place in the ID or the name.
func (f *listFilter) passes(id, name string, tags map[string]string) bool {
	tagged := slices.ContainsFunc(f.tags, func(id string) bool { _, ok := tags[strings.TrimPrefix(id, "tag-")]; return ok })
	found := strings.Contains(id, f.word) || strings.Contains(name, f.word)
	right := len(f.tags) == 0 || tagged
	return found && right && matches(f.ids, id) && matches(f.owners, owner)
}

// unknownID refuses a call with an ID that is in no list. The documents say so for images, key
// pairs and routers.
func (f *listFilter) unknownID(a *args, what string, has func(id string) bool) {
	for _, id := range f.ids {
		if !has(id) {
			a.refuse(refusef(notFound, "ResourceNotFound, %s [%s] is not found", what, id))
		}
	}
}

// answered encodes a page of a list.
func answered[T, V any](f *listFilter, set string, found []T, view func(T) V) reply {
	rows := []V{}
	for _, v := range page(found, f.offset, f.limit) {
		rows = append(rows, view(v))
	}
	return reply{set: rows, "total_count": len(found)}
}

// tagView is a tag of a resource on the wire. A tag has a name and no value.
type tagView struct {
	ID   string `json:"tag_id"`
	Name string `json:"tag_name"`
}

func tagViews(tags map[string]string) []tagView {
	out := []tagView{}
	for name := range tags {
		out = append(out, tagView{"tag-" + name, name})
	}
	slices.SortFunc(out, func(a, b tagView) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// stamp writes a time, null for none. The vendor's own client fails on an empty text.
func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format(timeFormat)
	return &text
}

// note writes a description, null for none, as in the samples.
func note(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// inZone reports whether a resource of the inventory is in the zone of a call. One without a
// zone is in all of them.
func inZone(k *core.Call, zone string) bool { return zone == "" || zone == k.Region }

// getQuotaLeft is the action of that name. The quotas of instances, processors and memory count
// what exists in the zone. Unknown resource types are left out (unverified).
func (q *api) getQuotaLeft(k *core.Call, a *args) (reply, *refusal) {
	kinds := a.list("resource_types")
	if a.err != nil {
		return nil, a.err
	}
	set := []map[string]any{}
	for _, u := range q.service.Inventory().Quotas {
		if inZone(k, u.Zone) && matches(kinds, u.Name) {
			set = append(set, map[string]any{"resource_type": u.Name, "left": q.left(k, u)})
		}
	}
	return reply{"quota_left_set": set}, nil
}

// left returns how much is left of a quota in the zone of a call.
func (q *api) left(k *core.Call, u core.AccountQuota) int {
	left := u.Total - u.Used
	for _, m := range q.service.All() {
		if m.Zone == k.Region && m.PhaseAt(k.Now) != core.Gone {
			left -= uses(u.Name, 1, m.CPUs, m.MemoryMiB)
		}
	}
	return max(left, 0)
}

// uses returns how much n instances use of a quota.
func uses(quota string, n, cpus, memoryMiB int) int {
	switch quota {
	case "instance":
		return n
	case "cpu":
		return n * cpus
	case "memory":
		return n * memoryMiB
	}
	return 0
}
