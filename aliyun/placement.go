package aliyun

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

const (
	setTimeout    = 26 * time.Second // the longest that the vendor's own SDK gives these calls
	setPageSize   = 50               // the most that a page holds by the current reference; 100 by an older one
	setsByID      = 100              // IDs in one question
	maxSetGroups  = 7                // partitions of one set
	setOnlyOnHost = "the vendor's typed request keeps instances apart by hosts, one to a host; " +
		"PlacementOptions.Params take "
	setNameMore = " " // the reference's own example has a set called "test default"
)

// ValidatePlacementGroup implements [placement.Driver].
func (d *driver) ValidatePlacementGroup(g *placement.Spec) error {
	c := provider.Checker{Driver: Name}
	checkPlainName(&c, "Name", g.Name, setNameMore)
	checkText(&c, "Description", g.Description, maxDescription)
	c.Require(g.Partitions <= maxSetGroups, "Partitions", g.Partitions, fmt.Sprintf("must be at most %d", maxSetGroups))
	if g.Level != "" && g.Level != placement.Host {
		c.Refuse("Level", "not supported: "+setOnlyOnHost+"Type by its wire name")
	}
	if g.PerUnit != 0 {
		c.Refuse("PerUnit", "not supported: "+setOnlyOnHost+"Affinity by its wire name")
	}
	if len(g.Tags) > 0 {
		c.Refuse("Tags", "not supported: deployment sets have no tags")
	}
	adapter.CheckKind[PlacementOptions](&c, g.Vendor)
	o := adapter.OptionsOf[PlacementOptions](g.Vendor)
	c.OneOf("Vendor.OnUnableToRedeployFailedInstance", o.OnUnableToRedeployFailedInstance,
		"CancelMembershipAndStart", "KeepStopped")
	plain := *g
	plain.Vendor = nil
	checkTaken(&c, "Vendor.Params", o.Params, translateSet(&plain, "-"))
	return c.Err()
}

// translateSet returns the parameters of CreateDeploymentSet. It always sends the strategy, under
// the name in the vendor's SDK: an older reference has DeploymentStrategy.
func translateSet(g *placement.Spec, token string) params {
	o := adapter.OptionsOf[PlacementOptions](g.Vendor)
	p := params{"Strategy": setStrategy(g.Strategy)}
	p.text("DeploymentSetName", g.Name)
	p.text("Description", g.Description)
	p.number("GroupCount", g.Partitions)
	p.text("ClientToken", token)
	p.text("OnUnableToRedeployFailedInstance", o.OnUnableToRedeployFailedInstance)
	maps.Copy(p, o.Params)
	return p
}

// setStrategy returns the vendor's word for a strategy.
func setStrategy(s placement.Strategy) string {
	switch s {
	case placement.Partition:
		return "AvailabilityGroup"
	case placement.Cluster:
		return "LowLatency"
	default:
		return "Availability"
	}
}

// strategyOf returns "" for a strategy that is not known here.
func strategyOf(raw string) placement.Strategy {
	all := []placement.Strategy{placement.Spread, placement.Partition, placement.Cluster}
	for _, s := range all {
		if setStrategy(s) == raw {
			return s
		}
	}
	return ""
}

// CreatePlacementGroup implements [placement.Driver] by
// CreateDeploymentSet.
func (d *driver) CreatePlacementGroup(
	ctx context.Context, g *placement.Spec, token string,
) (id, requestID string, err error) {
	r := d.request("CreateDeploymentSet", g.Region, translateSet(g, token), setTimeout)
	r.Secrets = slices.Collect(maps.Keys(adapter.OptionsOf[PlacementOptions](g.Vendor).Params))
	var a struct {
		ID alicloud.Text `json:"DeploymentSetId"`
	}
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return "", "", err
	}
	return string(a.ID), resp.RequestID, nil
}

// setsAnswer is the answer of DescribeDeploymentSets. The names are those of the reference's
// examples and of the vendor's SDK. The reference's table has others.
type setsAnswer struct {
	pageInfo
	Sets *struct {
		Set []rawSet `json:"DeploymentSet"`
	} `json:"DeploymentSets"`
}

// rawSet is a described set.
type rawSet struct {
	ID                 alicloud.Text `json:"DeploymentSetId"`
	Name               alicloud.Text `json:"DeploymentSetName"`
	Description        alicloud.Text `json:"DeploymentSetDescription"`
	Strategy           alicloud.Text `json:"Strategy"`
	DeploymentStrategy alicloud.Text `json:"DeploymentStrategy"` // its older name
	GroupCount         alicloud.Text `json:"GroupCount"`
	Type               alicloud.Text `json:"Type"`     // of newer documentation
	Affinity           alicloud.Text `json:"Affinity"` // as well
	CreationTime       string        `json:"CreationTime"`
	InstanceIDs        alicloud.IDs  `json:"InstanceIds"`
}

// DescribePlacementGroups implements [placement.Driver] by
// DescribeDeploymentSets.
func (d *driver) DescribePlacementGroups(
	ctx context.Context, q *placement.Query, pageToken string,
) (*provider.Page[placement.Group], error) {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(q.IDs, 0, setsByID); err != nil {
		return nil, err
	}
	p := params{}
	if err := p.page(pageToken, setPageSize); err != nil {
		return nil, err
	}
	if len(q.IDs) > 0 {
		p.text("DeploymentSetIds", jsonText(q.IDs))
	}
	p.text("DeploymentSetName", q.Name)
	if q.Strategy != "" {
		p.text("Strategy", setStrategy(q.Strategy))
	}
	r := d.request("DescribeDeploymentSets", q.Region, p, setTimeout)
	var a setsAnswer
	resp, err := d.call(ctx, r, &a)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Sets == nil && a.lacks(resp.Body, "DeploymentSets"): // an answer without the list is not an empty list
		return nil, d.caller.Malformed(r, resp)
	case a.Sets == nil:
		return &provider.Page[placement.Group]{RequestID: resp.RequestID}, nil
	}
	page := &provider.Page[placement.Group]{
		RequestID: resp.RequestID,
		NextPage:  a.next(pageToken, len(a.Sets.Set), setPageSize),
	}
	for i := range a.Sets.Set {
		if isNoID(a.Sets.Set[i].ID) {
			continue
		}
		if g := groupOf(&a.Sets.Set[i]); q.Matches(&g) {
			page.Items = append(page.Items, g)
		}
	}
	return page, nil
}

// levelOf returns "" for a type that is not known here.
func levelOf(raw string) placement.Level {
	switch raw {
	case "", "host":
		return placement.Host
	case "sw":
		return placement.Switch
	case "rack":
		return placement.Rack
	}
	return ""
}

// groupOf translates a described set. The cloud answers its capacity by zone, and only for zones in
// which the set has instances: that is no number for the whole set.
func groupOf(raw *rawSet) placement.Group {
	strategy := raw.Strategy
	if strategy == "" {
		strategy = raw.DeploymentStrategy
	}
	g := placement.Group{
		ID:          string(raw.ID),
		Name:        string(raw.Name),
		Description: string(raw.Description),
		Strategy:    strategyOf(string(strategy)),
		RawStrategy: string(strategy),
		Level:       levelOf(string(raw.Type)),
		PerUnit:     raw.Affinity.Int(),
		InstanceIDs: raw.InstanceIDs,
		CreatedAt:   alicloud.TimeOf(raw.CreationTime),
	}
	if g.Strategy == placement.Partition {
		g.Partitions = raw.GroupCount.Int()
	}
	return g
}

// ModifyPlacementGroup implements [placement.Driver] by
// ModifyDeploymentSetAttribute. An older reference writes it with an s at its end.
func (d *driver) ModifyPlacementGroup(ctx context.Context, region, id string, to placement.Change) error {
	c := provider.Checker{Driver: Name}
	checkPlainName(&c, "PlacementGroupChange.Name", to.Name, setNameMore)
	checkText(&c, "PlacementGroupChange.Description", to.Description, maxDescription)
	if err := c.Err(); err != nil {
		return err
	}
	p := params{"DeploymentSetId": id}
	p.text("DeploymentSetName", to.Name)
	p.text("Description", to.Description)
	return d.callBare(ctx, d.request("ModifyDeploymentSetAttribute", region, p, templateTimeout))
}

// MoveIntoPlacementGroup implements [placement.Driver] by
// ModifyInstanceDeployment, which takes one instance.
func (d *driver) MoveIntoPlacementGroup(
	ctx context.Context, region, id string, instanceIDs []string, o placement.MoveOptions,
) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(instanceIDs, 1, 1); err != nil {
		return err
	}
	if o.Partition > maxSetGroups {
		return &provider.FieldError{
			Driver: Name, Path: "MoveOptions.Partition", Value: fmt.Sprint(o.Partition),
			Reason: fmt.Sprintf("must be at most %d", maxSetGroups),
		}
	}
	p := params{"DeploymentSetId": id, "InstanceId": instanceIDs[0]}
	p.number("DeploymentSetGroupNo", o.Partition)
	p.yes("Force", o.Force)
	return d.callBare(ctx, d.request("ModifyInstanceDeployment", region, p, templateTimeout))
}

// DeletePlacementGroup implements [placement.Driver] by
// DeleteDeploymentSet.
func (d *driver) DeletePlacementGroup(ctx context.Context, region, id string) error {
	return d.callBare(ctx, d.request("DeleteDeploymentSet", region, params{"DeploymentSetId": id}, templateTimeout))
}
