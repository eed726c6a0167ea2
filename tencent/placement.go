package tencent

import (
	"context"
	"strconv"
	"strings"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
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
var groupTypes = map[provider.PlacementLevel]string{
	"":                   "HOST", // the zero value means HostLevel
	provider.HostLevel:   "HOST",
	provider.SwitchLevel: "SW",
	provider.RackLevel:   "RACK",
}

// strategies are the values of a disaster-recover group's Strategy.
var strategies = map[string]provider.PlacementStrategy{
	"":          provider.SpreadPlacement, // the documented default
	"SPREAD":    provider.SpreadPlacement,
	"PARTITION": provider.PartitionPlacement,
}

// ValidatePlacementGroup implements [provider.PlacementGroupDriver]. Groups with partitions are open
// to some accounts only. The cloud itself refuses them to the others.
func (d *driver) ValidatePlacementGroup(g *provider.PlacementGroupSpec) error {
	c := &provider.Checker{Driver: Name}
	checkRegion(c, "Region", g.Region)
	checkLength(c, "Name", g.Name, 1, maxGroupName)
	if g.Description != "" {
		c.Refuse("Description", noGroupText)
	}
	switch g.Strategy {
	case "", provider.SpreadPlacement:
	case provider.PartitionPlacement:
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

// CreatePlacementGroup implements [provider.PlacementGroupDriver] by CreateDisasterRecoverGroup.
func (d *driver) CreatePlacementGroup(
	ctx context.Context, req *provider.CreatePlacementGroupRequest,
) (*provider.PlacementGroupResult, error) {
	out := cvm.NewCreateDisasterRecoverGroupRequest()
	out.Name = text(req.Spec.Name)
	out.Type = text(groupTypes[req.Spec.Level])
	out.Affinity = number(req.Spec.PerUnit)
	if req.Spec.Strategy == provider.PartitionPlacement { // the other one is the default
		out.Strategy = text("PARTITION")
	}
	out.PartitionCount = number(req.Spec.Partitions)
	out.TagSpecification = tags("ps", req.Spec.Tags)
	out.ClientToken = text(req.ClientToken)
	ex := d.newExchange(ctx, out.GetAction(), req.Spec.Region, groupTimeout)
	ex.creates = true
	resp := cvm.NewCreateDisasterRecoverGroupResponse()
	if err := d.call(ex, out, resp); err != nil {
		return nil, err
	}
	if resp.Response == nil || value(resp.Response.DisasterRecoverGroupId) == "" {
		return nil, ex.malformed("it has no group ID", "")
	}
	r := resp.Response
	return &provider.PlacementGroupResult{ID: *r.DisasterRecoverGroupId, RequestID: value(r.RequestId)}, nil
}

// DescribePlacementGroups implements [provider.PlacementGroupDriver] by DescribeDisasterRecoverGroups.
// CVM searches for a name loosely, so names are compared here.
func (d *driver) DescribePlacementGroups(
	ctx context.Context, req *provider.DescribePlacementGroupsRequest,
) (*provider.PlacementGroupPage, error) {
	offset, err := adapter.Offset(Name, req.PageToken)
	if err != nil {
		return nil, err
	}
	if err := adapter.CheckIDs(Name, "IDs", req.IDs, 0, groupsPerCall); err != nil {
		return nil, err
	}
	out := cvm.NewDescribeDisasterRecoverGroupsRequest()
	out.DisasterRecoverGroupIds = list(req.IDs)
	out.Name = text(req.Name)
	out.Offset, out.Limit = new(int64(offset)), number(perCall)
	ex := d.newExchange(ctx, out.GetAction(), req.Region, groupTimeout)
	resp := cvm.NewDescribeDisasterRecoverGroupsResponse()
	if err := d.call(ex, out, resp); err != nil {
		return nil, err
	}
	r := resp.Response
	if r == nil || !lists(r.DisasterRecoverGroupSet, r.TotalCount) {
		return nil, ex.malformed("it has no list of groups", "")
	}
	page := &provider.PlacementGroupPage{RequestID: value(r.RequestId)}
	for _, raw := range r.DisasterRecoverGroupSet {
		if raw == nil || value(raw.DisasterRecoverGroupId) == "" {
			return nil, ex.malformed("a group in it has no ID", page.RequestID)
		}
		if g := groupOf(raw); req.Matches(&g) {
			page.Groups = append(page.Groups, g)
		}
	}
	if n := len(r.DisasterRecoverGroupSet); n > 0 && offset+n < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(offset + n)
	}
	return page, nil
}

// groupOf translates a described group.
func groupOf(raw *cvm.DisasterRecoverGroup) provider.PlacementGroup {
	g := provider.PlacementGroup{
		ID:          value(raw.DisasterRecoverGroupId),
		Name:        value(raw.Name),
		Strategy:    strategies[value(raw.Strategy)],
		RawStrategy: value(raw.Strategy),
		Partitions:  int(value(raw.PartitionCount)),
		PerUnit:     int(value(raw.Affinity)),
		InstanceIDs: values(raw.InstanceIds),
		Capacity:    int(value(raw.CvmQuotaTotal)),
		CreatedAt:   groupTime(value(raw.CreateTime)),
		Tags:        tagsOf(raw.Tags),
	}
	for level, word := range groupTypes {
		if level != "" && word == value(raw.Type) {
			g.Level = level
		}
	}
	return g
}

// groupTime reads both forms in the documents' examples. The form without a zone is UTC, as the
// parameter is documented to be.
func groupTime(s string) time.Time {
	return timeOf(strings.Replace(strings.TrimSuffix(s, "Z"), " ", "T", 1) + "Z")
}

// ModifyPlacementGroup implements [provider.PlacementGroupDriver] by
// ModifyDisasterRecoverGroupAttribute.
func (d *driver) ModifyPlacementGroup(ctx context.Context, region, id string, to provider.PlacementGroupChange) error {
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
	_, err := d.callBare(d.newExchange(ctx, out.GetAction(), region, groupTimeout), out)
	return err
}

// MoveIntoPlacementGroup implements [provider.PlacementGroupDriver] by
// ModifyInstancesDisasterRecoverGroup. The answer has no result for each instance: one that cannot be
// moved makes an error of the whole call.
func (d *driver) MoveIntoPlacementGroup(ctx context.Context, req *provider.MoveRequest) error {
	if err := adapter.CheckIDs(Name, "InstanceIDs", req.InstanceIDs, 1, perCall); err != nil {
		return err
	}
	out := cvm.NewModifyInstancesDisasterRecoverGroupRequest()
	out.InstanceIds = list(req.InstanceIDs)
	out.DisasterRecoverGroupIds = list([]string{req.GroupID})
	out.Force = yes(req.Force)
	out.PartitionNumber = number(req.Partition)
	_, err := d.callBare(d.newExchange(ctx, out.GetAction(), req.Region, groupTimeout), out)
	return err
}

// DeletePlacementGroup implements [provider.PlacementGroupDriver] by DeleteDisasterRecoverGroups.
func (d *driver) DeletePlacementGroup(ctx context.Context, region, id string) error {
	out := cvm.NewDeleteDisasterRecoverGroupsRequest()
	out.DisasterRecoverGroupIds = list([]string{id})
	_, err := d.callBare(d.newExchange(ctx, out.GetAction(), region, groupTimeout), out)
	return err
}
