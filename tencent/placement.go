package tencent

import (
	"context"
	"strconv"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

const (
	// groupTimeout is that of a release.
	groupTimeout = 30 * time.Second

	// groupsPerCall is the documented number of groups of a call.
	groupsPerCall = 10

	// maxAffinity is the largest documented number of instances on one unit.
	maxAffinity = 10

	// maxGroupName is the documented length of a name, in characters.
	maxGroupName = 60

	// maxPartitions is the documented number of partitions of a group.
	maxPartitions = 30
)

// groupTypes are the values of a disaster-recover group's Type.
var groupTypes = map[placement.Level]string{
	"":               "HOST", // the zero value means HostLevel
	placement.Host:   "HOST",
	placement.Switch: "SW",
	placement.Rack:   "RACK",
}

// strategies are the values of a disaster-recover group's Strategy.
var strategies = map[string]placement.Strategy{
	"":          placement.Spread, // the documented default
	"SPREAD":    placement.Spread,
	"PARTITION": placement.Partition,
}

// ValidatePlacementGroup implements [placement.Driver]. Groups with partitions are open
// to some accounts only. The cloud itself refuses them to the others.
func (d *driver) ValidatePlacementGroup(g *placement.Spec) error {
	c := &provider.Checker{Driver: Name}
	checkRegion(c, "Region", g.Region)
	checkLength(c, "Name", g.Name, 1, maxGroupName)
	if g.Description != "" {
		c.Refuse("Description", noGroupText)
	}
	switch g.Strategy {
	case "", placement.Spread:
	case placement.Partition:
		inRange := g.Partitions >= 2 && g.Partitions <= maxPartitions
		c.Require(inRange, "Partitions", g.Partitions,
			"must be 2 to "+strconv.Itoa(maxPartitions)+" with Strategy partition")
	default:
		c.Refuse("Strategy", "CVM groups spread instances; HPC clusters put them close together")
	}
	checkTags(c, "Tags", g.Tags)
	c.Require(g.PerUnit <= maxAffinity, "PerUnit", g.PerUnit, "must be at most "+strconv.Itoa(maxAffinity))
	adapter.RefuseOptions(c, g.Vendor, "CVM has no further options of groups")
	return c.Err()
}

// noGroupText is why descriptions are refused.
const noGroupText = "CVM groups have a name, and no description"

// CreatePlacementGroup implements [placement.Driver] by CreateDisasterRecoverGroup.
func (d *driver) CreatePlacementGroup(
	ctx context.Context, g *placement.Spec, token string,
) (id, requestID string, err error) {
	out := cvm.NewCreateDisasterRecoverGroupRequest()
	out.Name = text(g.Name)
	out.Type = text(groupTypes[g.Level])
	out.Affinity = number(g.PerUnit)
	if g.Strategy == placement.Partition { // the other one is the default
		out.Strategy = text("PARTITION")
	}
	out.PartitionCount = number(g.Partitions)
	out.TagSpecification = tags("ps", g.Tags)
	out.ClientToken = text(token)
	ex := d.newExchange(ctx, out.GetAction(), g.Region, groupTimeout)
	ex.creates = true
	resp, err := ask[cvm.CreateDisasterRecoverGroupResponseParams](d, ex, out)
	if err != nil {
		return "", "", err
	}
	if value(resp.Response.DisasterRecoverGroupId) == "" {
		return "", "", ex.malformed("it has no group ID", "")
	}
	return *resp.Response.DisasterRecoverGroupId, value(resp.Response.RequestId), nil
}

// DescribePlacementGroups implements [placement.Driver] by DescribeDisasterRecoverGroups.
// CVM searches for a name loosely, so names are compared here.
func (d *driver) DescribePlacementGroups(
	ctx context.Context, q *placement.Query, pageToken string,
) (*provider.Page[placement.Group], error) {
	offset, err := adapter.Offset(Name, pageToken)
	if err != nil {
		return nil, err
	}
	if err := (&provider.Checker{Driver: Name}).CheckIDs(q.IDs, 0, groupsPerCall); err != nil {
		return nil, err
	}
	out := cvm.NewDescribeDisasterRecoverGroupsRequest()
	out.DisasterRecoverGroupIds = list(q.IDs)
	out.Name = text(q.Name)
	out.Offset, out.Limit = new(int64(offset)), number(perCall)
	ex := d.newExchange(ctx, out.GetAction(), q.Region, groupTimeout)
	resp, err := ask[cvm.DescribeDisasterRecoverGroupsResponseParams](d, ex, out)
	if err != nil {
		return nil, err
	}
	r := resp.Response
	if !lists(r.DisasterRecoverGroupSet, r.TotalCount) || resp.lostRows("DisasterRecoverGroupSet") {
		return nil, ex.malformed("it has no list of groups", "")
	}
	page := &provider.Page[placement.Group]{RequestID: value(r.RequestId)}
	for _, raw := range r.DisasterRecoverGroupSet {
		if raw == nil || value(raw.DisasterRecoverGroupId) == "" {
			return nil, ex.malformed("a group in it has no ID", page.RequestID)
		}
		if g := groupOf(raw); q.Matches(&g) {
			page.Items = append(page.Items, g)
		}
	}
	if n := len(r.DisasterRecoverGroupSet); n > 0 && offset+n < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(offset + n)
	}
	return page, nil
}

// groupOf translates a described group.
func groupOf(raw *cvm.DisasterRecoverGroup) placement.Group {
	g := placement.Group{
		ID:          value(raw.DisasterRecoverGroupId),
		Name:        value(raw.Name),
		Strategy:    strategies[value(raw.Strategy)],
		RawStrategy: value(raw.Strategy),
		Partitions:  int(value(raw.PartitionCount)),
		PerUnit:     int(value(raw.Affinity)),
		InstanceIDs: values(raw.InstanceIds),
		Capacity:    int(value(raw.CvmQuotaTotal)),
		CreatedAt:   timeOf(value(raw.CreateTime)),
		Tags:        tagsOf(raw.Tags),
	}
	for level, word := range groupTypes {
		if level != "" && word == value(raw.Type) {
			g.Level = level
		}
	}
	return g
}

// ModifyPlacementGroup implements [placement.Driver] by
// ModifyDisasterRecoverGroupAttribute.
func (d *driver) ModifyPlacementGroup(ctx context.Context, region, id string, to placement.Change) error {
	c := &provider.Checker{Driver: Name}
	if to.Description != "" {
		c.Refuse("PlacementGroupChange.Description", noGroupText)
	}
	if to.Name != "" {
		checkLength(c, "PlacementGroupChange.Name", to.Name, 1, maxGroupName)
	}
	if err := c.Err(); err != nil {
		return err
	}
	out := cvm.NewModifyDisasterRecoverGroupAttributeRequest()
	out.DisasterRecoverGroupId, out.Name = text(id), text(to.Name)
	_, err := d.askBare(d.newExchange(ctx, out.GetAction(), region, groupTimeout), out)
	return err
}

// MoveIntoPlacementGroup implements [placement.Driver] by
// ModifyInstancesDisasterRecoverGroup. The answer has no result for each instance: one that cannot be
// moved makes an error of the whole call.
func (d *driver) MoveIntoPlacementGroup(
	ctx context.Context, region, id string, instanceIDs []string, o placement.MoveOptions,
) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(instanceIDs, 1, perCall); err != nil {
		return err
	}
	out := cvm.NewModifyInstancesDisasterRecoverGroupRequest()
	out.InstanceIds = list(instanceIDs)
	out.DisasterRecoverGroupIds = list([]string{id})
	out.Force = yes(o.Force)
	out.PartitionNumber = number(o.Partition)
	_, err := d.askBare(d.newExchange(ctx, out.GetAction(), region, groupTimeout), out)
	return err
}

// DeletePlacementGroup implements [placement.Driver] by DeleteDisasterRecoverGroups.
func (d *driver) DeletePlacementGroup(ctx context.Context, region, id string) error {
	out := cvm.NewDeleteDisasterRecoverGroupsRequest()
	out.DisasterRecoverGroupIds = list([]string{id})
	_, err := d.askBare(d.newExchange(ctx, out.GetAction(), region, groupTimeout), out)
	return err
}
