package qingcloud

import (
	"net/netip"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// routerView is a router on the wire, which is a VPC.
type routerView struct {
	ID          string        `json:"router_id"`
	Name        string        `json:"router_name"`
	Description *string       `json:"description"`
	Type        int           `json:"router_type"`
	VPCNetwork  string        `json:"vpc_network"`
	PrivateIP   string        `json:"private_ip"`
	IsApplied   int           `json:"is_applied"`
	Status      string        `json:"status"`
	Transition  string        `json:"transition_status"`
	GroupID     string        `json:"security_group_id"`
	EIP         struct{}      `json:"eip"`
	VxNets      []routerVxNet `json:"vxnets,omitempty"` // when verbose
	CreateTime  *string       `json:"create_time"`
	StatusTime  *string       `json:"status_time"`
	SubCode     int           `json:"sub_code"`
	Tags        []tagView     `json:"tags"`
}

type routerVxNet struct {
	ID    string `json:"vxnet_id"`
	NICID string `json:"nic_id"`
}

// describeRouters is the action of that name.
func (q *api) describeRouters(k *core.Call, a *args) (reply, *refusal) {
	f := readList(a, "routers")
	statuses, vxnet := a.list("status"), a.id("vxnet")
	inventory := q.service.Inventory()
	f.unknownID(a, "router", func(id string) bool {
		return slices.ContainsFunc(inventory.Networks, func(n core.Network) bool { return n.ID == id && inZone(k, n.Region) })
	})
	if a.err != nil {
		return nil, a.err
	}
	var found []core.Network
	for _, n := range inventory.Networks {
		connects := slices.ContainsFunc(inventory.Subnets, func(s core.Subnet) bool { return s.ID == vxnet && s.NetworkID == n.ID })
		right := vxnet == "" || connects
		if inZone(k, n.Region) && right && matches(statuses, "active") && f.passes(n.ID, n.Name, n.Tags) {
			found = append(found, n)
		}
	}
	return answered(&f, "router_set", found, func(n core.Network) routerView { return q.viewOfRouter(n, f.verbose) }), nil
}

func (q *api) viewOfRouter(n core.Network, verbose bool) routerView {
	v := routerView{
		ID: n.ID, Name: n.Name, Type: 1, VPCNetwork: n.CIDR, PrivateIP: "10.50.12.146", IsApplied: 1, Status: "active",
		CreateTime: stamp(n.Created), StatusTime: stamp(n.Created), Tags: tagViews(n.Tags),
	}
	for _, s := range q.service.Inventory().Subnets {
		if verbose && s.NetworkID == n.ID {
			v.VxNets = append(v.VxNets, routerVxNet{s.ID, "52:54:c9:e3:9e:cd"})
		}
	}
	return v
}

// vxnetRow is a network of layer 2 on the wire.
type vxnetRow struct {
	ID          string    `json:"vxnet_id"`
	Name        string    `json:"vxnet_name"`
	Type        int       `json:"vxnet_type"` // 0 self-managed, 1 managed
	Description *string   `json:"description"`
	CreateTime  *string   `json:"create_time"`
	Owner       string    `json:"owner"`
	ZoneID      string    `json:"zone_id"`
	Router      any       `json:"router"` // {} without one (unverified)
	VPCRouterID string    `json:"vpc_router_id"`
	FreeIPs     *int      `json:"available_ip_count,omitempty"`
	InstanceIDs *[]string `json:"instance_ids,omitempty"` // when verbose
	Tags        []tagView `json:"tags"`
}

// vxnetRouter is the router of a [vxnetRow].
type vxnetRouter struct {
	ID         string `json:"router_id"`
	Name       string `json:"router_name"`
	ManagerIP  string `json:"manager_ip"`
	IPNetwork  string `json:"ip_network"`
	DynIPStart string `json:"dyn_ip_start"`
	DynIPEnd   string `json:"dyn_ip_end"`
	Mode       int    `json:"mode"`
}

// describeVxnets is the action of that name. An unknown ID is left out (unverified).
func (q *api) describeVxnets(k *core.Call, a *args) (reply, *refusal) {
	f := readList(a, "vxnets")
	kind := a.between("vxnet_type", -1, 0, 2)
	if a.err != nil {
		return nil, a.err
	}
	var found []core.Subnet
	for _, s := range q.service.Inventory().Subnets {
		right := kind < 0 || kind == typeOfVxNet(s.ID)
		if inZone(k, s.Zone) && right && f.passes(s.ID, s.Name, s.Tags) {
			found = append(found, s)
		}
	}
	return answered(&f, "vxnet_set", found, func(s core.Subnet) vxnetRow { return q.viewOfVxNet(k, s, f.verbose) }), nil
}

// typeOfVxNet is 1 for a managed network, and 0 for a self-managed one.
func typeOfVxNet(id string) int {
	if (network{id: id}).managed() {
		return 1
	}
	return 0
}

func (q *api) viewOfVxNet(k *core.Call, s core.Subnet, verbose bool) vxnetRow {
	v := vxnetRow{
		ID: s.ID, Name: s.Name, Type: typeOfVxNet(s.ID), CreateTime: stamp(s.Created), Owner: owner,
		ZoneID: zoneOf(k.Region), Router: struct{}{}, VPCRouterID: s.NetworkID, Tags: tagViews(s.Tags),
	}
	inside := q.instancesIn(k, s.ID)
	if s.Addresses > 0 {
		free := max(s.Addresses-len(inside), 0)
		v.FreeIPs = &free
	}
	if verbose {
		v.InstanceIDs = &inside
	}
	if s.NetworkID != "" {
		v.Router = q.routerOf(s)
	}
	return v
}

// instancesIn returns the instances of a network in the zone of a call.
func (q *api) instancesIn(k *core.Call, vxnet string) []string {
	ids := []string{}
	for _, m := range q.service.All() {
		isIn := slices.ContainsFunc(q.details[m.ID].nics, func(n netInterface) bool { return n.vxnet == vxnet })
		if m.Zone == k.Region && isIn && m.PhaseAt(k.Now) != core.Gone {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// routerOf returns the router of a network. The first address is the router's, and the others
// are given to instances.
func (q *api) routerOf(s core.Subnet) vxnetRouter {
	v := vxnetRouter{ID: s.NetworkID, IPNetwork: s.CIDR, Mode: 1}
	for _, n := range q.service.Inventory().Networks {
		if n.ID == s.NetworkID {
			v.Name = n.Name
		}
	}
	p, err := netip.ParsePrefix(s.CIDR)
	if err != nil || !p.Addr().Is4() {
		return v
	}
	at := p.Masked().Addr().Next()
	v.ManagerIP, v.DynIPStart = at.String(), at.Next().String()
	last := at
	for range s.Addresses {
		last = last.Next()
	}
	v.DynIPEnd = last.String()
	return v
}

// groupRow is a security group on the wire.
type groupRow struct {
	ID          string      `json:"security_group_id"`
	Name        string      `json:"security_group_name"`
	Description *string     `json:"description"`
	IsApplied   int         `json:"is_applied"`
	IsDefault   int         `json:"is_default"`
	CreateTime  *string     `json:"create_time"`
	Resources   *[]struct{} `json:"resources,omitempty"` // when verbose
	Tags        []tagView   `json:"tags"`
}

// describeSecurityGroups is the action of that name. An unknown ID is an error.
func (q *api) describeSecurityGroups(k *core.Call, a *args) (reply, *refusal) {
	f := readList(a, "security_groups")
	groups := q.service.Inventory().Groups
	f.unknownID(a, "security group", func(id string) bool { return q.hasGroup(k, id) })
	if a.err != nil {
		return nil, a.err
	}
	var found []core.SecurityGroup
	for _, g := range groups {
		if inZone(k, g.Region) && f.passes(g.ID, g.Name, g.Tags) {
			found = append(found, g)
		}
	}
	return answered(&f, "security_group_set", found, func(g core.SecurityGroup) groupRow {
		v := groupRow{
			ID: g.ID, Name: g.Name, Description: note(g.Description), IsApplied: 1,
			CreateTime: stamp(g.Created), Tags: tagViews(g.Tags),
		}
		if g.Default {
			v.IsDefault = 1
		}
		if f.verbose {
			v.Resources = &[]struct{}{}
		}
		return v
	}), nil
}

// hasGroup reports whether the zone of a call has a security group.
func (q *api) hasGroup(k *core.Call, id string) bool {
	return slices.ContainsFunc(q.service.Inventory().Groups, func(g core.SecurityGroup) bool {
		return g.ID == id && inZone(k, g.Region)
	})
}
