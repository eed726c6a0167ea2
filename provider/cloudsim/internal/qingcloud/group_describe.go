package qingcloud

import (
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// groupView is an instance group on the wire: the fields of the documented sample and
// those of the vendor's clients.
type groupView struct {
	Name        string         `json:"instance_group_name"`
	Description string         `json:"description"`
	Tags        []string       `json:"tags"`
	Controller  string         `json:"controller"`
	ConsoleID   string         `json:"console_id"`
	Instances   *[]groupMember `json:"instances,omitempty"` // verbose only
	RootUserID  string         `json:"root_user_id"`
	CreateTime  string         `json:"create_time"`
	Relation    string         `json:"relation"`
	Owner       string         `json:"owner"`
	Project     []string       `json:"resource_project_info"`
	ID          string         `json:"instance_group_id"`
	ZoneID      string         `json:"zone_id"`
}

// groupMember is a member of a group on the wire.
type groupMember struct {
	ID     string `json:"instance_id"`
	Name   string `json:"instance_name"`
	Status string `json:"status"`
	Group  string `json:"instance_group_id"`
}

// describeInstanceGroups is the action of that name. An unknown ID is left out without
// an error (unverified), as in DescribeInstances. The page has no search_word and no
// name filter; the vendor's client has both, and its name may be a part of the group's
// name. The relation is one value on the page and a list here: both work.
func (q *api) describeInstanceGroups(k *core.Call, a *args) (reply, *refusal) {
	ids, tags, owners := a.ids("instance_groups"), a.ids("tags"), a.either("owner")
	relations, name, word := a.either("relation"), a.text("instance_group_name"), a.text("search_word")
	verbose := a.flag("verbose")
	offset, limit := a.page()
	if a.err != nil {
		return nil, a.err
	}
	var found []*instanceGroup
	for _, g := range q.groups {
		searched := strings.Contains(g.id, word) || strings.Contains(g.name, word)
		if g.zone == k.Region && matches(ids, g.id) && matches(relations, g.relation) &&
			len(tags) == 0 && matches(owners, owner) && strings.Contains(g.name, name) && searched {
			found = append(found, g)
		}
	}
	set := []groupView{}
	for _, g := range page(found, offset, limit) {
		set = append(set, q.groupView(g, k.Now, verbose))
	}
	return reply{"instance_group_set": set, "total_count": len(found)}, nil
}

func (q *api) groupView(g *instanceGroup, now time.Time, verbose bool) groupView {
	v := groupView{
		Name: g.name, Description: g.description, Tags: []string{},
		Controller: controller, ConsoleID: console, RootUserID: owner,
		CreateTime: g.created.UTC().Format(timeFormat), Relation: g.relation, Owner: owner,
		Project: []string{}, ID: g.id, ZoneID: zoneOf(g.zone),
	}
	if verbose {
		members := []groupMember{}
		for _, m := range q.members(g.id, now) {
			if m.Visible(now) {
				status, _, _ := statusOf(m, now)
				members = append(members, groupMember{m.ID, m.Name, status, g.id})
			}
		}
		v.Instances = &members
	}
	return v
}
