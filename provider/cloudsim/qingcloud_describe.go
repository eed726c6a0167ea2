package cloudsim

import (
	"strconv"
	"strings"
	"time"
)

// qingFilter is what DescribeInstances looks for. Empty fields let everything pass.
type qingFilter struct {
	ids, images, types, statuses []string
	class, word                  string
}

// describeInstances is the action of that name. An unknown ID is passed over in
// silence, as the official SDKs expect, and a machine that ceased is unknown;
// both are unverified.
func (q *qingCloud) describeInstances(k *call, a *qingArgs) (qingReply, *qingError) {
	f := qingFilter{
		ids: a.ids("instances"), images: a.list("image_id"), types: a.list("instance_type"),
		statuses: a.list("status"), class: a.text("instance_class"), word: a.text("search_word"),
	}
	a.integer("instance_class", 0, 0)
	verbose := a.flag("verbose")
	offset, limit := a.page()
	if a.err != nil {
		return nil, a.err
	}
	var found []*machine
	for _, m := range q.order {
		if q.lookup(k, m.ID) != nil && q.passes(f, m, k.now) {
			found = append(found, m)
		}
	}
	set := []qingInstanceView{}
	for _, m := range qingPage(found, offset, limit) {
		set = append(set, q.view(m, k.now, verbose))
	}
	return qingReply{"instance_set": set, "total_count": len(found)}, nil
}

// passes applies a filter. That a search word may stand anywhere in the ID or
// the name is unverified.
func (q *qingCloud) passes(f qingFilter, m *machine, now time.Time) bool {
	status, _, _ := qingStatus(m, now)
	return qingMatches(f.ids, m.ID) &&
		qingMatches(f.images, m.ImageID) &&
		qingMatches(f.types, m.InstanceType) &&
		qingMatches(f.statuses, status) &&
		(f.class == "" || f.class == strconv.Itoa(q.details[m.ID].class)) &&
		(strings.Contains(m.ID, f.word) || strings.Contains(m.Name, f.word))
}
