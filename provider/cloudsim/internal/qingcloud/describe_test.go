package qingcloud_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestDescribeFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		group := c.newGroup("relation=repel")
		old := c.Run("instance_name=web-1", "image_id=img-1", "instance_class=1", "cpu=2", "memory=3072",
			"os_disk_size=30",
			"dedicated_host_id=dh-1", "dedicated_host_group_id=dhg-1", "instance_group="+group)[0]
		time.Sleep(3 * time.Second)
		young := c.Run("instance_name=db-1", "instance_type=c2m4")[0]
		tests := []struct {
			pairs []string
			want  []string
		}{
			{nil, []string{old, young}},
			{[]string{"instances.1=" + young}, []string{young}},
			{[]string{"instances.1=" + young, "instances.2=" + old}, []string{old, young}},
			{[]string{"instances.1=i-unknown"}, nil},
			{[]string{"instances.1=i-unknown", "instances.2=" + old}, []string{old}},
			{[]string{"image_id.1=img-1"}, []string{old}},
			{[]string{"instance_type.1=c2m4", "instance_type.2=c8m8"}, []string{young}},
			{[]string{"instance_class=1"}, []string{old}},
			{[]string{"status.1=running"}, []string{old}},
			{[]string{"status.1=pending", "status.2=running"}, []string{old, young}},
			{[]string{"status.1=ceased"}, nil},
			{[]string{"search_word=eb-"}, []string{old}},
			{[]string{"search_word=" + young[3:]}, []string{young}},
			{[]string{"search_word=" + old, "instance_name=db"}, nil},
			{[]string{"instance_name=b-1"}, []string{old, young}},
			{[]string{"instance_name=db"}, []string{young}},
			{[]string{"vcpus_current=2", "memory_current=3072"}, []string{old}},
			{[]string{"memory_current=4096"}, []string{young}},
			{[]string{"os_disk_size=20"}, []string{young}},
			{[]string{"dedicated_host_id=dh-1"}, []string{old}},
			{[]string{"dedicated_host_group_id=dhg-2"}, nil},
			{[]string{"instance_group=" + group}, []string{old}},
			{[]string{"transition_status=creating"}, []string{young}},
			{[]string{"owner=usr-cloudsim", "exclude_reserved=1"}, []string{old, young}},
			{[]string{"owner=usr-other"}, nil},
			{[]string{"tags.1=tag-1"}, nil},
			{[]string{"search_word=-1", "status.1=pending"}, []string{young}},
		}
		for _, tt := range tests {
			a := c.Must("DescribeInstances", tt.pairs...)
			var got []string
			for _, m := range a.Set {
				got = append(got, m.ID)
			}
			if !slices.Equal(got, tt.want) || a.Total != len(tt.want) {
				t.Errorf("%v finds %v, total %d, want %v", tt.pairs, got, a.Total, tt.want)
			}
		}
	})
}

func TestDescribePages(t *testing.T) {
	c := newClient(t, nil)
	ids := c.Run("count=130")
	tests := []struct {
		pairs    []string
		from, to int
	}{
		{nil, 0, 20},
		{[]string{"limit=100"}, 0, 100},
		{[]string{"limit=500"}, 0, 100},
		{[]string{"limit=100", "offset=100"}, 100, 130},
		{[]string{"offset=125"}, 125, 130},
		{[]string{"offset=200"}, 130, 130},
		{[]string{"limit=1", "offset=129"}, 129, 130},
		{[]string{"limit=0"}, 0, 0},
	}
	for _, tt := range tests {
		a := c.Must("DescribeInstances", tt.pairs...)
		if len(a.Set) != tt.to-tt.from || a.Total != 130 {
			t.Errorf("%v: %d of %d instances, want %d of 130", tt.pairs, len(a.Set), a.Total, tt.to-tt.from)
			continue
		}
		if len(a.Set) == 0 {
			continue
		}
		if a.Set[0].ID != ids[tt.from] || a.Set[len(a.Set)-1].ID != ids[tt.to-1] {
			t.Errorf("%v: the page does not run from instance %d to %d", tt.pairs, tt.from, tt.to)
		}
	}
}

func TestDescribeByIDIsPagedToo(t *testing.T) {
	c := newClient(t, nil)
	var pairs []string
	for i, id := range c.Run("count=25") {
		pairs = append(pairs, fmt.Sprintf("instances.%d=%s", i+1, id))
	}
	if a := c.Must("DescribeInstances", pairs...); len(a.Set) != 20 || a.Total != 25 {
		t.Errorf("25 IDs without a limit show %d of %d instances, want 20 of 25", len(a.Set), a.Total)
	}
}

func TestDescribeRefusesBadFilters(t *testing.T) {
	c := newClient(t, nil)
	for pair, want := range map[string]int{
		"limit=all": 1100, "offset=-1": 1101, "verbose=2": 1101, "instances.1=": 1100, "instances.x=i-1": 1100,
		"instance_class=x":  1100,
		"vcpus_current=two": 1100, "os_disk_size=-1": 1101, "tags.1=a b": 1100, "exclude_reserved=2": 1101,
		"owner=a b": 1100,
	} {
		if a := c.Call("DescribeInstances", pair); a.Code() != want {
			t.Errorf("%s: %s, want %d", pair, a.Raw, want)
		}
		if a := c.Call("DescribeJobs", pair); strings.HasPrefix(pair, "limit") && a.Code() != want {
			t.Errorf("%s: %s, want %d", pair, a.Raw, want)
		}
	}
}

func TestZonesAreApart(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run()[0]
	c.Zone = "sh1a"
	if n := c.Must("DescribeInstances", "instances.1="+id).Total; n != 0 {
		t.Errorf("an instance of pek3a is listed in sh1a")
	}
	if a := c.Call("ModifyInstanceAttributes", "instance="+id, "instance_name=x"); a.Code() != 2100 {
		t.Errorf("an instance of pek3a is changed from sh1a: %s", a.Raw)
	}
}

func TestAnswersNameAFinerZone(t *testing.T) {
	for zone, want := range map[string]string{"sh1": "sh1b", "pek3a": "pek3a"} {
		c := newClient(t, nil)
		c.Zone = zone
		if got := c.Show(c.Run()[0]).ZoneID; got != want {
			t.Errorf("an instance ordered in %s is in %q, want %s", zone, got, want)
		}
	}
}

func TestDescribeShowsTheInstance(t *testing.T) {
	c := newClient(t, nil)
	id := c.Run("image_id=img-1", "instance_type=c2m4", "instance_class=201", "instance_name=web", "login_mode=keypair",
		"login_keypair=kp-1", "vxnets.1=vxnet-0", "vxnets.2=vxnet-b", "volumes.1=vol-1")[0]
	m := c.Show(id)
	if m.Name != "web" || m.Type != "c2m4" || m.Class != 201 || m.Image.ID != "img-1" || m.Image.Platform != "linux" {
		t.Errorf("instance is %+v", m)
	}
	if len(m.VxNets) != 2 || m.VxNets[1].ID != "vxnet-b" || m.VxNets[1].Type != 1 ||
		m.VxNets[0].NICID == m.VxNets[1].NICID {
		t.Errorf("networks are %+v, want vxnet-0 and vxnet-b with interfaces of their own", m.VxNets)
	}
	whole := c.Show(id, "verbose=1")
	if !slices.Equal(whole.KeyPairIDs, []string{"kp-1"}) || !slices.Equal(m.VolumeIDs, []string{"vol-1"}) {
		t.Errorf("key pairs %v and volumes %v, want kp-1 and vol-1", whole.KeyPairIDs, m.VolumeIDs)
	}
	if len(m.Volumes) != 0 || len(m.KeyPairIDs) != 0 || len(whole.Volumes) != 1 {
		t.Error("the volumes themselves and the key pairs are shown with verbose=1 only")
	}
}

func TestJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		a := c.Must("RunInstances", simtest.QingCloudCreate("count=2")...)
		for _, s := range []struct {
			wait time.Duration
			want string
		}{{0, "pending"}, {time.Second, "working"}, {time.Second, "successful"}, {time.Hour, "successful"}} {
			time.Sleep(s.wait)
			job := c.Must("DescribeJobs", "jobs.1="+a.JobID).Jobs[0]
			want := simtest.QingCloudJob{
				ID: a.JobID, Action: "RunInstances", Status: s.want,
				ResourceIDs: strings.Join(a.Instances, " "),
			}
			if job != want {
				t.Errorf("the job reads %+v, want %+v", job, want)
			}
		}
		c.Must("TerminateInstances", "instances.1="+a.Instances[0])
		if got := c.Must("DescribeJobs", "status.1=pending", "status.2=working"); got.Total != 1 ||
			got.Jobs[0].Action != "TerminateInstances" {
			t.Errorf("unfinished jobs are %s, want the terminate", got.Raw)
		}
		if got := c.Must("DescribeJobs", "limit=1", "offset=1"); got.Total != 2 || len(got.Jobs) != 1 {
			t.Errorf("second page is %s", got.Raw)
		}
	})
}

func TestUnknownJobIsAnError(t *testing.T) {
	c := newClient(t, nil)
	a := c.Must("RunInstances", simtest.QingCloudCreate()...)
	if got := c.Call("DescribeJobs", "jobs.1="+a.JobID, "jobs.2=j-unknown"); got.Code() != 2100 ||
		!strings.Contains(got.Message, "j-unknown") {
		t.Errorf("unknown job: %s, want 2100 that names it", got.Raw)
	}
	c.Zone = "sh1a"
	if got := c.Call("DescribeJobs", "jobs.1="+a.JobID); got.Code() != 2100 {
		t.Errorf("job of another zone: %s, want 2100", got.Raw)
	}
	if got := c.Must("DescribeJobs"); got.Total != 0 || !strings.Contains(got.Raw, `"job_set":[]`) {
		t.Errorf("jobs of an empty zone are %s", got.Raw)
	}
}
