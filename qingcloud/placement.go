package qingcloud

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Placement groups are instance groups. Their relation is repel, for servers
// that share no host, or attract, for servers close together.
const (
	repel   = "repel"
	attract = "attract"
)

const noGroupPart = "an instance group of QingCloud has a relation, a name and a description only"

// ValidatePlacementGroup refuses what an instance group does not have.
func (d *driver) ValidatePlacementGroup(g *provider.PlacementGroupSpec) error {
	c := &provider.Checker{Driver: Name}
	if g.Region != "" {
		checkRegion(c, "Region", g.Region)
	}
	refuse := func(set bool, path, reason string) {
		if set {
			c.Refuse(path, reason)
		}
	}
	refuse(g.Strategy == provider.PartitionPlacement, "Strategy", "QingCloud has spread and cluster (relation repel and attract), and no partitions")
	refuse(g.Level == provider.SwitchLevel || g.Level == provider.RackLevel, "Level", "QingCloud knows hosts only")
	refuse(g.Partitions > 0, "Partitions", noGroupPart)
	refuse(g.PerUnit > 1, "PerUnit", noGroupPart)
	refuse(len(g.Tags) > 0, "Tags", noGroupPart)
	for i, v := range g.Vendor {
		refuse(v != nil && v.VendorName() == Name, fmt.Sprintf("Vendor[%d]", i), noGroupPart)
	}
	noBlanks(c, "Name", g.Name)
	noBlanks(c, "Description", g.Description)
	return c.Err()
}

// CreatePlacementGroup creates one group. There is no token: the call must not
// be repeated by anybody.
func (d *driver) CreatePlacementGroup(
	ctx context.Context, g *provider.PlacementGroupSpec, _ string,
) (id, requestID string, err error) {
	if err := d.ValidatePlacementGroup(g); err != nil {
		return "", "", err
	}
	relation := repel
	if g.Strategy == provider.ClusterPlacement {
		relation = attract
	}
	in := &createGroupInput{Relation: &relation, Name: text(g.Name), Description: text(g.Description)}
	out := &createGroupOutput{}
	err = d.call(ctx, &call{action: "CreateInstanceGroups", zone: d.zone(g.Region), in: in}, out)
	if err != nil {
		return "", "", err
	}
	if len(out.Groups) == 0 || out.Groups[0] == "" {
		return "", "", badAnswer("CreateInstanceGroups", "the answer names no group")
	}
	return out.Groups[0], "", nil
}

// DescribePlacementGroups reads one page of 100. Members are asked for by
// verbose, whose answer is not documented.
func (d *driver) DescribePlacementGroups(
	ctx context.Context, r *provider.PlacementGroupQuery, pageToken string,
) (*provider.Page[provider.PlacementGroup], error) {
	in, err := describeGroupsInputOf(r, pageToken)
	if err != nil {
		return nil, err
	}
	out := &describeGroupsOutput{}
	err = d.call(ctx, &call{action: "DescribeInstanceGroups", zone: d.zone(r.Region), in: in}, out)
	if len(r.IDs) == 1 && isNotFound(err) {
		return &provider.Page[provider.PlacementGroup]{}, nil
	}
	if err != nil {
		return nil, err
	}
	return groupPage(r, in, out)
}

// ModifyPlacementGroup changes name and description; what is empty stays.
func (d *driver) ModifyPlacementGroup(ctx context.Context, region, id string, to provider.PlacementGroupChange) error {
	c := &provider.Checker{Driver: Name}
	noBlanks(c, "Name", to.Name)
	noBlanks(c, "Description", to.Description)
	if err := c.Err(); err != nil {
		return err
	}
	in := &modifyGroupInput{Group: &id, Name: text(to.Name), Description: text(to.Description)}
	return d.call(ctx, &call{action: "ModifyInstanceGroupAttributes", zone: d.zone(region), in: in}, &answer{})
}

// MoveIntoPlacementGroup lets servers join a group. Whether a server that is in
// another group leaves it is not documented.
func (d *driver) MoveIntoPlacementGroup(
	ctx context.Context, region, id string, instanceIDs []string, o provider.MoveOptions,
) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(instanceIDs, 1, perCall); err != nil {
		return err
	}
	c := &provider.Checker{Driver: Name}
	if o.Force {
		c.Refuse("Force", "JoinInstanceGroup has no such choice")
	}
	if o.Partition != 0 {
		c.Refuse("Partition", "QingCloud has no partition groups")
	}
	if err := c.Err(); err != nil {
		return err
	}
	in := &joinGroupInput{Group: &id, Instances: pointers(instanceIDs)}
	return d.call(ctx, &call{action: "JoinInstanceGroup", zone: d.zone(region), in: in}, &answer{})
}

// DeletePlacementGroup deletes one group.
func (d *driver) DeletePlacementGroup(ctx context.Context, region, id string) error {
	in := &deleteGroupsInput{Groups: []*string{&id}}
	return d.call(ctx, &call{action: "DeleteInstanceGroups", zone: d.zone(region), in: in}, &answer{})
}

// The name and the description are in the SDK's structs and not on the vendor's
// page of CreateInstanceGroups.
type createGroupInput struct {
	Relation    *string `name:"relation" location:"params"`
	Name        *string `name:"instance_group_name" location:"params"`
	Description *string `name:"description" location:"params"`
}

type createGroupOutput struct {
	answer
	Groups []string `json:"instance_groups"`
}

// UnmarshalJSON decodes what it can.
func (o *createGroupOutput) UnmarshalJSON(b []byte) error {
	type plain createGroupOutput
	return lenient(b, (*plain)(o))
}

type describeGroupsInput struct {
	Groups  []*string `name:"instance_groups" location:"params"`
	Name    *string   `name:"instance_group_name" location:"params"`
	Verbose *int      `name:"verbose" location:"params"`
	Offset  *int      `name:"offset" location:"params"`
	Limit   *int      `name:"limit" location:"params"`
}

type describeGroupsOutput struct {
	answer
	Groups     []instanceGroup `json:"instance_group_set"`
	TotalCount *Number         `json:"total_count"`
}

// UnmarshalJSON decodes what it can.
func (o *describeGroupsOutput) UnmarshalJSON(b []byte) error {
	type plain describeGroupsOutput
	return lenient(b, (*plain)(o))
}

type instanceGroup struct {
	ID          string  `json:"instance_group_id"`
	Name        string  `json:"instance_group_name"`
	Description string  `json:"description"`
	Relation    string  `json:"relation"`
	CreateTime  string  `json:"create_time"`
	Members     members `json:"instances"`
}

type modifyGroupInput struct {
	Group       *string `name:"instance_group" location:"params"`
	Name        *string `name:"instance_group_name" location:"params"`
	Description *string `name:"description" location:"params"`
}

type joinGroupInput struct {
	Group     *string   `name:"instance_group" location:"params"`
	Instances []*string `name:"instances" location:"params"`
}

type deleteGroupsInput struct {
	Groups []*string `name:"instance_groups" location:"params"`
}

// members are the servers of a group: IDs, or objects with an instance_id. The
// vendor's page says only that verbose tells of them.
type members []string

// UnmarshalJSON takes both forms, and skips what is neither.
func (m *members) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		return nil
	}
	for _, raw := range list {
		var member struct {
			ID string `json:"instance_id"`
		}
		if json.Unmarshal(raw, &member.ID) != nil {
			_ = json.Unmarshal(raw, &member)
		}
		if member.ID != "" {
			*m = append(*m, member.ID)
		}
	}
	return nil
}

// describeGroupsInputOf always sends a limit: without it the service answers 20.
func describeGroupsInputOf(r *provider.PlacementGroupQuery, pageToken string) (*describeGroupsInput, error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(r.IDs, 0, perCall); err != nil {
		return nil, err
	}
	in := &describeGroupsInput{Groups: pointers(r.IDs), Name: text(r.Name), Verbose: number(1), Limit: number(perCall)}
	if pageToken != "" {
		offset, err := strconv.Atoi(pageToken)
		if err != nil || offset < 1 {
			return nil, fieldError("PageToken", "is not one of this driver")
		}
		in.Offset = number(offset)
	}
	return in, nil
}

// groupPage turns an answer into a page. The service compares names in part, so
// they are compared here.
func groupPage(
	r *provider.PlacementGroupQuery, in *describeGroupsInput, out *describeGroupsOutput,
) (*provider.Page[provider.PlacementGroup], error) {
	if out.Groups == nil && (out.TotalCount == nil || *out.TotalCount > 0) {
		return nil, badAnswer("DescribeInstanceGroups", "the answer has no list of groups")
	}
	p := &provider.Page[provider.PlacementGroup]{}
	for i := range out.Groups {
		if out.Groups[i].ID == "" {
			return nil, badAnswer("DescribeInstanceGroups", "the answer has a group without an ID")
		}
		if g := groupOf(&out.Groups[i]); r.Matches(&g) {
			p.Items = append(p.Items, g)
		}
	}
	if len(out.Groups) > 0 {
		p.NextPage, _ = nextPage(in.Offset, len(out.Groups), out.TotalCount)
	}
	return p, nil
}

func groupOf(raw *instanceGroup) provider.PlacementGroup {
	g := provider.PlacementGroup{
		ID: raw.ID, Name: raw.Name, Description: raw.Description, RawStrategy: raw.Relation,
		InstanceIDs: raw.Members, CreatedAt: moment(raw.CreateTime),
	}
	switch raw.Relation {
	case repel:
		g.Strategy, g.Level = provider.SpreadPlacement, provider.HostLevel
	case attract:
		g.Strategy = provider.ClusterPlacement
	}
	return g
}
