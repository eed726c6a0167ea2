package qingcloud

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// Placement groups are instance groups. Their relation is repel, for instances that share no
// host, or attract, for instances close together.
const (
	repel   = "repel"
	attract = "attract"
)

// noGroupPart is why parts of a spec are refused.
const noGroupPart = "an instance group of QingCloud has a relation, a name and a description only"

// ValidatePlacementGroup implements [placement.Driver].
func (d *driver) ValidatePlacementGroup(g *placement.Spec) error {
	c := &provider.Checker{Driver: Name}
	checkRegion(c, "Region", g.Region)
	refuse := func(set bool, path, reason string) {
		if set {
			c.Refuse(path, reason)
		}
	}
	refuse(g.Strategy == placement.Partition, "Strategy",
		"QingCloud has spread and cluster (relation repel and attract), and no partitions")
	aboveHosts := g.Level == placement.Switch || g.Level == placement.Rack
	refuse(aboveHosts, "Level", "QingCloud knows hosts only")
	refuse(g.Partitions > 0, "Partitions", noGroupPart)
	refuse(g.PerUnit > 1, "PerUnit", noGroupPart)
	refuse(len(g.Tags) > 0, "Tags", noGroupPart)
	adapter.RefuseOptions(c, g.Vendor, noGroupPart)
	checkBlanks(c, "Name", g.Name)
	checkBlanks(c, "Description", g.Description)
	return c.Err()
}

// CreatePlacementGroup implements [placement.Driver] by CreateInstanceGroups. The
// call has no token: a repetition makes a second group.
func (d *driver) CreatePlacementGroup(
	ctx context.Context, g *placement.Spec, _ string,
) (id, requestID string, err error) {
	if err := d.ValidatePlacementGroup(g); err != nil {
		return "", "", err
	}
	relation := repel
	if g.Strategy == placement.Cluster {
		relation = attract
	}
	in := &createGroupInput{Relation: &relation, Name: text(g.Name), Description: text(g.Description)}
	out := &createGroupAnswer{}
	c := &call{action: "CreateInstanceGroups", zone: d.regionOf(g.Region), in: in}
	if err := d.call(ctx, c, out); err != nil {
		return "", "", err
	}
	if len(out.Groups) == 0 || out.Groups[0] == "" {
		return "", "", malformed("CreateInstanceGroups", "the answer names no group")
	}
	return out.Groups[0], "", nil
}

// DescribePlacementGroups implements [placement.Driver] by
// DescribeInstanceGroups. It asks for members by verbose, whose answer is not documented.
func (d *driver) DescribePlacementGroups(
	ctx context.Context, q *placement.Query, pageToken string,
) (*provider.Page[placement.Group], error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(q.IDs, 0, perCall); err != nil {
		return nil, err
	}
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	out := &describeGroupsAnswer{}
	in := translateDescribeGroups(q, offset)
	err = d.call(ctx, &call{action: "DescribeInstanceGroups", zone: d.regionOf(q.Region), in: in}, out)
	if len(q.IDs) == 1 && errors.Is(err, provider.ErrNotFound) {
		return &provider.Page[placement.Group]{}, nil
	}
	if err != nil {
		return nil, err
	}
	return groupPage(q, offset, out)
}

// ModifyPlacementGroup implements [placement.Driver] by
// ModifyInstanceGroupAttributes.
func (d *driver) ModifyPlacementGroup(ctx context.Context, region, id string, to placement.Change) error {
	c := &provider.Checker{Driver: Name}
	checkBlanks(c, "Name", to.Name)
	checkBlanks(c, "Description", to.Description)
	if err := c.Err(); err != nil {
		return err
	}
	in := &modifyGroupInput{Group: &id, Name: text(to.Name), Description: text(to.Description)}
	return d.callBare(ctx, &call{action: "ModifyInstanceGroupAttributes", zone: d.regionOf(region), in: in})
}

// MoveIntoPlacementGroup implements [placement.Driver] by JoinInstanceGroup. The
// documents do not say whether an instance leaves the group that it is in.
func (d *driver) MoveIntoPlacementGroup(
	ctx context.Context, region, id string, instanceIDs []string, o placement.MoveOptions,
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
	in := &joinGroupInput{Group: &id, Instances: list(instanceIDs)}
	return d.callBare(ctx, &call{action: "JoinInstanceGroup", zone: d.regionOf(region), in: in})
}

// DeletePlacementGroup implements [placement.Driver] by DeleteInstanceGroups.
func (d *driver) DeletePlacementGroup(ctx context.Context, region, id string) error {
	in := &deleteGroupsInput{Groups: []*string{&id}}
	return d.callBare(ctx, &call{action: "DeleteInstanceGroups", zone: d.regionOf(region), in: in})
}

// createGroupInput is a request of CreateInstanceGroups. Its name and its description are in
// the SDK's structs, and not on the vendor's page of the action.
type createGroupInput struct {
	Relation    *string `name:"relation" location:"params"`
	Name        *string `name:"instance_group_name" location:"params"`
	Description *string `name:"description" location:"params"`
}

// createGroupAnswer is the answer of CreateInstanceGroups.
type createGroupAnswer struct {
	answer
	Groups idList `json:"instance_groups"`
}

// describeGroupsInput is a request of DescribeInstanceGroups.
type describeGroupsInput struct {
	Groups  []*string `name:"instance_groups" location:"params"`
	Name    *string   `name:"instance_group_name" location:"params"`
	Verbose *int      `name:"verbose" location:"params"`
	Offset  *int      `name:"offset" location:"params"`
	Limit   *int      `name:"limit" location:"params"`
}

// describeGroupsAnswer is the answer of DescribeInstanceGroups.
type describeGroupsAnswer struct {
	answer
	Groups     []instanceGroup `json:"instance_group_set"`
	TotalCount *Number         `json:"total_count"`
}

// instanceGroup is a described group.
type instanceGroup struct {
	ID          string `json:"instance_group_id"`
	Name        string `json:"instance_group_name"`
	Description string `json:"description"`
	Relation    string `json:"relation"`
	CreateTime  string `json:"create_time"`

	// Members are IDs, or objects with an instance_id. The vendor's page says only that
	// verbose adds them.
	Members idList `json:"instances"`
}

// modifyGroupInput is a request of ModifyInstanceGroupAttributes.
type modifyGroupInput struct {
	Group       *string `name:"instance_group" location:"params"`
	Name        *string `name:"instance_group_name" location:"params"`
	Description *string `name:"description" location:"params"`
}

// joinGroupInput is a request of JoinInstanceGroup.
type joinGroupInput struct {
	Group     *string   `name:"instance_group" location:"params"`
	Instances []*string `name:"instances" location:"params"`
}

// deleteGroupsInput is a request of DeleteInstanceGroups.
type deleteGroupsInput struct {
	Groups []*string `name:"instance_groups" location:"params"`
}

// translateDescribeGroups always sends a limit: without it the service answers 20 rows.
func translateDescribeGroups(q *placement.Query, offset int) *describeGroupsInput {
	return &describeGroupsInput{
		Groups: list(q.IDs), Name: text(q.Name), Verbose: yes(true),
		Offset: number(offset), Limit: number(perCall),
	}
}

// groupPage turns an answer into a page. The service compares a name in part, so names are
// compared here. A group without a readable ID is left out.
func groupPage(
	q *placement.Query, offset int, out *describeGroupsAnswer,
) (*provider.Page[placement.Group], error) {
	saysNone := out.TotalCount != nil && *out.TotalCount <= 0
	if out.Groups == nil && !saysNone {
		return nil, malformed("DescribeInstanceGroups", "the answer has no list of groups")
	}
	page := &provider.Page[placement.Group]{}
	shown := make([]string, len(out.Groups))
	for i := range out.Groups {
		if shown[i] = out.Groups[i].ID; shown[i] == "" {
			continue
		}
		if g := groupOf(&out.Groups[i]); q.Matches(&g) {
			page.Items = append(page.Items, g)
		}
	}
	noneIsRead := len(shown) > 0 && len(adapter.Distinct(shown)) == 0
	if noneIsRead {
		return nil, malformed("DescribeInstanceGroups", "the answer has groups without an ID")
	}
	at := adapter.Page{Shown: shown, Total: out.TotalCount.pointer()}
	page.NextPage, _ = at.NextOffset(offset, perCall)
	return page, nil
}

// groupOf translates a described group.
func groupOf(raw *instanceGroup) placement.Group {
	g := placement.Group{
		ID: raw.ID, Name: raw.Name, Description: raw.Description, RawStrategy: raw.Relation,
		InstanceIDs: raw.Members, CreatedAt: timeOf(raw.CreateTime),
	}
	switch raw.Relation {
	case repel:
		g.Strategy, g.Level = placement.Spread, placement.Host
	case attract:
		g.Strategy = placement.Cluster
	}
	return g
}
