package tencent

import (
	"context"
	"strconv"
	"strings"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	// groupTimeout is how long a call about groups may take when the caller's ctx
	// allows more.
	groupTimeout = 30 * time.Second

	// groupsPerCall is the documented number of groups of a call.
	groupsPerCall = 10

	// maxAffinity is the largest documented number of servers on one unit.
	maxAffinity = 10

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

// ValidatePlacementGroup refuses what disaster-recover groups are not, and names
// and numbers that CVM does not take. Groups with partitions are open to some accounts
// only: the cloud itself refuses them to the others.
func (d *driver) ValidatePlacementGroup(g *provider.PlacementGroupSpec) error {
	c := &provider.Checker{Driver: Name}
	c.Require(printable(g.Region), "Region", g.Region, ruleRegion)
	checkGroupName(c, "Name", g.Name)
	if g.Description != "" {
		c.Refuse("Description", noGroupText)
	}
	switch g.Strategy {
	case "", provider.SpreadPlacement:
	case provider.PartitionPlacement:
		ok := g.Partitions >= 2 && g.Partitions <= maxPartitions
		c.Require(ok, "Partitions", g.Partitions, "must be 2 to "+strconv.Itoa(maxPartitions)+" with Strategy partition")
	default:
		c.Refuse("Strategy", "CVM groups spread servers; HPC clusters put them close together")
	}
	checkTags(c, "Tags", g.Tags)
	c.Require(g.PerUnit <= maxAffinity, "PerUnit", g.PerUnit, "must be at most "+strconv.Itoa(maxAffinity))
	for i, v := range g.Vendor {
		c.Require(v.VendorName() != Name, "Vendor["+strconv.Itoa(i)+"]", nil, "CVM has no further options of groups")
	}
	return c.Err()
}

// noGroupText is why descriptions are refused.
const noGroupText = "CVM groups have a name, and no description"

func checkGroupName(c *provider.Checker, path, name string) {
	checkBetween(c, path, name, 1, 60)
}

// CreatePlacementGroup makes a disaster-recover group.
func (d *driver) CreatePlacementGroup(
	ctx context.Context, g *provider.PlacementGroupSpec, token string,
) (id, requestID string, err error) {
	req := cvm.NewCreateDisasterRecoverGroupRequest()
	req.Name = text(g.Name)
	req.Type = text(groupTypes[g.Level])
	req.Affinity = number(g.PerUnit)
	if g.Strategy == provider.PartitionPlacement { // the other one is the default
		req.Strategy = text("PARTITION")
	}
	req.PartitionCount = number(g.Partitions)
	req.TagSpecification = tagSpecification("ps", g.Tags)
	req.ClientToken = text(token)
	ex := d.exchange(ctx, req.GetAction(), g.Region, groupTimeout)
	ex.creates = true
	resp := cvm.NewCreateDisasterRecoverGroupResponse()
	if err := d.ask(ex, req, resp); err != nil {
		return "", "", err
	}
	if resp.Response == nil || value(resp.Response.DisasterRecoverGroupId) == "" {
		return "", "", ex.malformed("it has no group ID", "")
	}
	return *resp.Response.DisasterRecoverGroupId, value(resp.Response.RequestId), nil
}

// DescribePlacementGroups reads one page. The name is only a hint: CVM searches
// for it loosely.
func (d *driver) DescribePlacementGroups(
	ctx context.Context, in *provider.PlacementGroupQuery, pageToken string,
) (*provider.Page[provider.PlacementGroup], error) {
	offset, err := pageOffset(pageToken)
	if err != nil {
		return nil, err
	}
	if err := (&provider.Checker{Driver: Name}).CheckIDs(in.IDs, 0, groupsPerCall); err != nil {
		return nil, err
	}
	req := cvm.NewDescribeDisasterRecoverGroupsRequest()
	req.DisasterRecoverGroupIds = list(in.IDs)
	req.Name = text(in.Name)
	req.Offset, req.Limit = pointer(int64(offset)), number(idsPerCall)
	ex := d.exchange(ctx, req.GetAction(), in.Region, groupTimeout)
	resp := cvm.NewDescribeDisasterRecoverGroupsResponse()
	if err := d.ask(ex, req, resp); err != nil {
		return nil, err
	}
	r := resp.Response
	if r == nil || r.DisasterRecoverGroupSet == nil && (r.TotalCount == nil || *r.TotalCount != 0) {
		return nil, ex.malformed("it has no list of groups", "")
	}
	page := &provider.Page[provider.PlacementGroup]{RequestID: value(r.RequestId)}
	for _, raw := range r.DisasterRecoverGroupSet {
		if raw == nil || value(raw.DisasterRecoverGroupId) == "" {
			return nil, ex.malformed("a group in it has no ID", page.RequestID)
		}
		if g := groupOf(raw); in.Matches(&g) {
			page.Items = append(page.Items, g)
		}
	}
	if n := len(r.DisasterRecoverGroupSet); n > 0 && offset+n < int(value(r.TotalCount)) {
		page.NextPage = strconv.Itoa(offset + n)
	}
	return page, nil
}

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

// groupTime reads both forms of the documentation's examples. The one without a
// zone is taken for the UTC that the parameter is documented to be in.
func groupTime(s string) time.Time {
	return parseTime(strings.Replace(strings.TrimSuffix(s, "Z"), " ", "T", 1) + "Z")
}

// ModifyPlacementGroup changes the name.
func (d *driver) ModifyPlacementGroup(ctx context.Context, region, id string, to provider.PlacementGroupChange) error {
	c := &provider.Checker{Driver: Name}
	if to.Description != "" {
		c.Refuse("PlacementGroupChange.Description", noGroupText)
	}
	if to.Name != "" {
		checkGroupName(c, "PlacementGroupChange.Name", to.Name)
	}
	if err := c.Err(); err != nil {
		return err
	}
	req := cvm.NewModifyDisasterRecoverGroupAttributeRequest()
	req.DisasterRecoverGroupId, req.Name = text(id), text(to.Name)
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, groupTimeout), req)
	return err
}

// MoveIntoPlacementGroup moves servers. The answer has no result for each of
// them: one that cannot be moved makes an error of the whole call.
func (d *driver) MoveIntoPlacementGroup(
	ctx context.Context, region, id string, instanceIDs []string, o provider.MoveOptions,
) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(instanceIDs, 1, idsPerCall); err != nil {
		return err
	}
	req := cvm.NewModifyInstancesDisasterRecoverGroupRequest()
	req.InstanceIds = list(instanceIDs)
	req.DisasterRecoverGroupIds = list([]string{id})
	req.Force = yes(o.Force, false)
	req.PartitionNumber = number(o.Partition)
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, groupTimeout), req)
	return err
}

// DeletePlacementGroup deletes an empty group.
func (d *driver) DeletePlacementGroup(ctx context.Context, region, id string) error {
	req := cvm.NewDeleteDisasterRecoverGroupsRequest()
	req.DisasterRecoverGroupIds = list([]string{id})
	_, err := d.order(d.exchange(ctx, req.GetAction(), region, groupTimeout), req)
	return err
}
