package qingcloud_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// newGroup creates one instance group and returns its ID.
func (c *client) newGroup(pairs ...string) string {
	c.T.Helper()
	a := c.Must("CreateInstanceGroups", pairs...)
	if len(a.Groups) != 1 {
		c.T.Fatalf("one group is answered with %s", a.Raw)
	}
	return a.Groups[0]
}

// wantMembers fails unless a group has exactly these instances.
func (c *client) wantMembers(group string, want ...string) {
	c.T.Helper()
	a := c.Must("DescribeInstanceGroups", "instance_groups.1="+group, "verbose=1")
	if a.Total != 1 || len(a.GroupSet) != 1 || a.GroupSet[0].Instances == nil {
		c.T.Fatalf("group %s is shown as %s, want it with its instances", group, a.Raw)
	}
	var got []string
	for _, m := range *a.GroupSet[0].Instances {
		if m.Group != group {
			c.T.Errorf("instance %s in group %s shows group %q", m.ID, group, m.Group)
		}
		got = append(got, m.ID)
	}
	if !slices.Equal(got, want) {
		c.T.Errorf("group %s has %v, want %v", group, got, want)
	}
}

// varies matches the parts of an answer that differ from run to run.
var varies = regexp.MustCompile(`"(i|ig|j)-[0-9a-z]{8}"`)

// TestGroupAnswers compares whole answers, without IDs, with the samples in the
// documents.
func TestGroupAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		group := c.newGroup("relation=attract", "instance_group_name=together")
		id := c.Run()[0]
		time.Sleep(upTime)
		shown := `{"instance_group_name":"together","description":"","tags":[],"controller":"self","console_id":"qingcloud",%s` +
			`"root_user_id":"usr-cloudsim","create_time":"2000-01-01T00:00:00Z","relation":"attract","owner":"usr-cloudsim",` +
			`"resource_project_info":[],"instance_group_id":"#","zone_id":"pek3a"}`
		for _, w := range []struct {
			action, pairs, want string
		}{
			{"JoinInstanceGroup", "instances.1=" + id + " instance_group=" + group, `"job_id":"#",`},
			{"DescribeInstanceGroups", "limit=1", `"instance_group_set":[` + fmt.Sprintf(shown, "") +
				`],"ret_code":0,"total_count":1`},
			{
				"DescribeInstanceGroups", "verbose=1",
				`"instance_group_set":[` + fmt.Sprintf(
					shown, `"instances":[{"instance_id":"#","instance_name":"","status":"running","instance_group_id":"#"}],`) +
					`],"ret_code":0,"total_count":1`,
			},
			{"LeaveInstanceGroup", "instances.1=" + id + " instance_group=" + group, `"job_id":"#",`},
			{"ModifyInstanceGroupAttributes", "instance_group=" + group, ``},
			{"DeleteInstanceGroups", "instance_groups.1=" + group, `"instance_groups":["#"],`},
			{"CreateInstanceGroups", "relation=repel", `"instance_groups":["#"],`},
		} {
			if !strings.Contains(w.want, "ret_code") {
				w.want += `"ret_code":0`
			}
			want := `{"action":"` + w.action + `Response",` + w.want + "}"
			if got := varies.ReplaceAllString(c.Must(w.action, strings.Fields(w.pairs)...).Raw, `"#"`); got != want {
				t.Errorf("%s answers\n%s\nwant\n%s", w.action, got, want)
			}
			time.Sleep(qingcloud.PowerTime)
		}
	})
}

func TestGroupsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		group := c.newGroup("relation=repel")
		other := c.newGroup("relation=repel")
		ids := c.Run("count=2", "instance_group="+group)
		time.Sleep(upTime)
		young := c.Run()[0]
		for _, w := range []struct {
			action, pairs string
			want          int
			names         string
		}{
			{"CreateInstanceGroups", "", 1100, "relation"},
			{"CreateInstanceGroups", "relation=spread", 1101, "relation"},
			{"CreateInstanceGroups", "relation=repel count=0", 1101, "count"},
			{"CreateInstanceGroups", "relation=repel count=two", 1100, "count"},
			{"ModifyInstanceGroupAttributes", "instance_group_name=x", 1100, "instance_group"},
			{"ModifyInstanceGroupAttributes", "instance_group=ig-unknown", 2100, "ig-unknown"},
			{"ModifyInstanceGroupAttributes", "instance_group=" + group + " relation=none", 1101, "relation"},
			{"JoinInstanceGroup", "instances.1=" + ids[0], 1100, "instance_group"},
			{"JoinInstanceGroup", "instance_group=" + group, 1100, "instances.n"},
			{"JoinInstanceGroup", "instance_group=ig-unknown instances.1=" + ids[0], 2100, "ig-unknown"},
			{"JoinInstanceGroup", "instances.1=i-unknown instance_group=" + group, 2100, "i-unknown"},
			{"JoinInstanceGroup", "instances.1=" + young + " instance_group=" + group, 1400, "creating"},
			{"JoinInstanceGroup", "instances.1=" + ids[0] + " instance_group=" + other, 1400, group},
			{"LeaveInstanceGroup", "instances.1=" + ids[0] + " instance_group=" + other, 1400, other},
			{"LeaveInstanceGroup", "instances.1=" + ids[0] + " instance_group=i|g", 1100, "instance_group"},
			{"DeleteInstanceGroups", "", 1100, "instance_groups.n"},
			{"DeleteInstanceGroups", "instance_groups.1=ig-unknown", 2100, "ig-unknown"},
			{"DeleteInstanceGroups", "instance_groups.1=" + other + " instance_groups.2=" + group, 5400, group},
			{"DescribeInstanceGroups", "verbose=x", 1100, "verbose"},
			{"DescribeInstanceGroups", "instance_groups.1=", 1100, "instance_groups.n"},
		} {
			a := c.Call(w.action, strings.Split(w.pairs, " ")...)
			if a.Code() != w.want || !strings.Contains(a.Message, w.names) {
				t.Errorf("%s %s: %s, want %d about %s", w.action, w.pairs, a.Raw, w.want, w.names)
			}
		}
		c.wantMembers(group, ids...)
		c.wantMembers(other)
	})
}

func TestRunIntoAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		group := c.newGroup("relation=repel")
		ids := c.Run("count=2", "instance_group="+group)
		c.Run()
		c.wantMembers(group, ids...)
		if a := c.Call("RunInstances", simtest.QingCloudCreate("instance_group=ig-unknown")...); a.Code() != 2100 ||
			!strings.Contains(a.Message, "ig-unknown") {
			t.Errorf("an unknown group is answered %s, want 2100 that names it", a.Raw)
		}
		c.Zone = "sh1a"
		if a := c.Call("RunInstances", simtest.QingCloudCreate("instance_group="+group)...); a.Code() != 2100 {
			t.Errorf("a group of another zone is answered %s, want 2100", a.Raw)
		}
		if n := len(c.sim.Everything()); n != 3 {
			t.Errorf("%d instances exist, want the 3 that were not refused", n)
		}
		c.Zone = "pek3a"
		time.Sleep(upTime)
		c.Must("TerminateInstances", "instances.1="+ids[0], "instances.2="+ids[1], "direct_cease=1")
		if a := c.Call("DeleteInstanceGroups", "instance_groups.1="+group); a.Code() != 5400 {
			t.Errorf("a group whose instances are terminating is deleted: %s, want 5400", a.Raw)
		}
		time.Sleep(qingcloud.EndTime)
		c.wantMembers(group)
		c.Must("DeleteInstanceGroups", "instance_groups.1="+group)
		if a := c.Must("DescribeInstanceGroups"); a.Total != 0 || !strings.Contains(a.Raw, `"instance_group_set":[]`) {
			t.Errorf("groups after the last was deleted: %s", a.Raw)
		}
	})
}

// TestGroupMovesAllOrNone: if one instance cannot move, the others stay in their group.
func TestGroupMovesAllOrNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		here, there := c.newGroup("relation=repel"), c.newGroup("relation=attract")
		in, out := c.Run("instance_group=" + here)[0], c.Run()[0]
		time.Sleep(upTime)
		if a := c.Call("JoinInstanceGroup", "instances.1="+out, "instances.2="+in,
			"instance_group="+there); a.Code() != 1400 {
			t.Errorf("a member of another group joins: %s, want 1400", a.Raw)
		}
		c.wantMembers(there)
		a := c.Must("JoinInstanceGroup", "instances.1="+out, "instances.2="+in, "instance_group="+here)
		c.wantMembers(here, in, out)
		time.Sleep(qingcloud.PowerTime)
		want := simtest.QingCloudJob{
			ID: a.JobID, Action: "JoinInstanceGroup", Status: "successful",
			ResourceIDs: out + " " + in,
		}
		if job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]; job != want {
			t.Errorf("the job reads %+v, want %+v", job, want)
		}
		if a := c.Call("LeaveInstanceGroup", "instances.1="+in, "instances.2="+out,
			"instance_group="+there); a.Code() != 1400 {
			t.Errorf("instances leave a group that they are not in: %s, want 1400", a.Raw)
		}
		c.Must("LeaveInstanceGroup", "instances.1="+in, "instance_group="+here)
		c.Must("JoinInstanceGroup", "instances.1="+in, "instance_group="+there)
		c.wantMembers(here, out)
		c.wantMembers(there, in)
	})
}

func TestDescribeGroupsFilters(t *testing.T) {
	c := newClient(t, nil)
	apart := c.newGroup("relation=repel", "instance_group_name=web apart")
	near := c.newGroup("relation=attract", "instance_group_name=db near", "description=one rack")
	three := c.Must("CreateInstanceGroups", "relation=repel", "count=3", "instance_group_name=more").Groups
	all := append([]string{apart, near}, three...)
	c.Must("ModifyInstanceGroupAttributes", "instance_group="+near, "instance_group_name=db", "relation=repel")
	c.Must("ModifyInstanceGroupAttributes", "instance_group="+near, "relation=attract")
	if g := c.Must("DescribeInstanceGroups", "instance_groups.1="+near).GroupSet[0]; g.Name != "db" ||
		g.Description != "one rack" || g.Relation != "attract" {
		t.Errorf("the changed group is %+v, want db, one rack, attract", g)
	}
	for _, w := range []struct {
		pairs string
		total int
		want  []string
	}{
		{"", 5, all},
		{"instance_groups.1=" + near + " instance_groups.2=ig-unknown", 1, []string{near}},
		{"relation=attract", 1, []string{near}},
		{"relation.1=attract relation.2=repel", 5, all},
		{"relation=together", 0, nil},
		{"instance_group_name=apa", 1, []string{apart}},
		{"search_word=web", 1, []string{apart}},
		{"search_word=" + near[4:], 1, []string{near}},
		{"owner=usr-cloudsim", 5, all},
		{"owner.1=usr-other", 0, nil},
		{"tags.1=tag-1", 0, nil},
		{"limit=2 offset=3", 5, three[1:]},
		{"relation=repel limit=1", 4, []string{apart}},
	} {
		a := c.Must("DescribeInstanceGroups", strings.Fields(w.pairs)...)
		var got []string
		for _, g := range a.GroupSet {
			if got = append(got, g.ID); g.Instances != nil {
				t.Errorf("%s: instances are shown without verbose", w.pairs)
			}
		}
		if !slices.Equal(got, w.want) || a.Total != w.total {
			t.Errorf("%s: found %v of %d, want %v of %d", w.pairs, got, a.Total, w.want, w.total)
		}
	}
	c.Zone = "sh1a"
	if n := c.Must("DescribeInstanceGroups").Total; n != 0 {
		t.Errorf("%d groups of pek3a are listed in sh1a", n)
	}
}
