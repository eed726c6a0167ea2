package fake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// instance is an instance, in the words of the API.
type instance struct {
	ID             string            `json:"id"`
	State          string            `json:"state"`
	Reason         string            `json:"reason,omitempty"`
	Region         string            `json:"region"`
	Zone           string            `json:"zone"`
	Image          string            `json:"image"`
	Type           string            `json:"type"`
	Name           string            `json:"name"`
	HostName       string            `json:"hostname"`
	Description    string            `json:"description"`
	CPUs           int               `json:"cpus"`
	MemoryMiB      int               `json:"memoryMiB"`
	Subnet         string            `json:"subnet"`
	SecurityGroups []string          `json:"securityGroups"`
	PrivateIPs     []string          `json:"privateIPs"`
	PublicIPs      []string          `json:"publicIPs"`
	Disks          []disk            `json:"disks"`
	KeyPairs       []string          `json:"keyPairs"`
	Tags           map[string]string `json:"tags"`
	CreatedAt      time.Time         `json:"createdAt"`

	runsAt, visibleAt time.Time
	fails, gone       bool
	index             int // in its create
}

type disk struct {
	ID      string `json:"id"`
	Root    bool   `json:"root"`
	Type    string `json:"type"`
	SizeGiB int    `json:"sizeGiB"`
}

// phase is the state in the words of the simulator.
func (i *instance) phase() cloudsim.Phase {
	switch {
	case i.gone:
		return cloudsim.Gone
	case time.Now().Before(i.runsAt):
		return cloudsim.Pending
	case i.fails:
		return cloudsim.Failed
	}
	return cloudsim.Running
}

// visible reports whether calls find the instance.
func (i *instance) visible() bool { return !i.gone && !time.Now().Before(i.visibleAt) }

// row is the instance as an answer shows it.
func (i *instance) row() instance {
	row := *i
	row.State = map[cloudsim.Phase]string{
		cloudsim.Pending: "building", cloudsim.Running: "active", cloudsim.Failed: "error",
	}[i.phase()]
	if row.State != "error" {
		row.Reason = ""
	}
	return row
}

// describe lists instances: those with the IDs, or a page of those that match.
func (c *Cloud) describe(r *request) providertest.Reply {
	q := r.URL.Query()
	wanted := map[string]bool{}
	for id := range strings.SplitSeq(q.Get("ids"), ",") {
		wanted[id] = true
	}
	rows := []instance{}
	for _, i := range c.all {
		isWanted := q.Get("ids") == "" || wanted[i.ID]
		if isWanted && i.visible() && !hides(r.hits, i) && i.matches(q["tag"], q.Get("name"), q.Get("region")) {
			rows = append(rows, i.row())
		}
	}
	offset, limit := number(q.Get("offset"), 0), number(q.Get("limit"), 20)
	total := len(rows)
	rows = rows[min(offset, total):]
	rows = rows[:min(limit, len(rows))]
	if f, ok := r.hits.Get(cloudsim.WrongTotal); ok {
		rows, total = wrong(f, rows, total)
	}
	return accepted(map[string]any{"total": total, "instances": rows})
}

func (i *instance) matches(tags []string, name, region string) bool {
	elsewhere := i.Region != region
	otherName := name != "" && name != i.Name
	if elsewhere || otherName {
		return false
	}
	have := slices.Collect(maps.Keys(i.Tags))
	for n, key := range have {
		have[n] = key + "=" + i.Tags[key]
	}
	return !slices.ContainsFunc(tags, func(tag string) bool { return !slices.Contains(have, tag) })
}

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}

// order is the body of a create.
type order struct {
	instance // image, type, names, zone, subnet, ...

	Count    int
	Password string
	PublicIP *struct{ Mbps int }
	RootDisk disk
	DataDisk []disk `json:"dataDisks"`
	UserData []byte
	DryRun   bool
	Token    string
}

// check returns what is wrong with a create, or "".
func (o *order) check() string {
	switch {
	case o.Count < 1 || o.Count > 50:
		return "count must be 1 to 50"
	case o.Image == "" || o.Type == "" || o.Region == "":
		return "image, type and region are required"
	}
	return ""
}

// launch makes the instances of a create.
func (c *Cloud) launch(o *order, hits providertest.Hits) (ids []string) {
	for n := range cutCount(hits, o.Count) {
		i := o.instance
		i.ID, i.index = fmt.Sprintf("fi-%08x%04d", c.rand.Uint32(), len(c.all)), n
		i.CPUs, i.MemoryMiB, i.CreatedAt = 2, 4096, time.Now().UTC()
		i.runsAt, i.visibleAt = time.Now().Add(c.options.Boot), time.Now()
		i.PrivateIPs = []string{fmt.Sprintf("10.5.%d.%d", len(c.all)/250%250, len(c.all)%250+1)}
		if o.PublicIP != nil {
			i.PublicIPs = []string{fmt.Sprintf("203.0.113.%d", len(c.all)%250+1)}
		}
		i.Disks = []disk{{ID: i.ID + "-0", Root: true, Type: o.RootDisk.Type, SizeGiB: max(o.RootDisk.SizeGiB, 20)}}
		for k, d := range o.DataDisk {
			d.ID = fmt.Sprintf("%s-%d", i.ID, k+1)
			i.Disks = append(i.Disks, d)
		}
		spoil(hits, &i)
		c.all = append(c.all, &i)
		ids = append(ids, i.ID)
	}
	return ids
}
