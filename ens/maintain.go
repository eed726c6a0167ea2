package ens

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// The driver resizes nothing: the call for instances on demand is not documented.
var (
	_ maintain.Tagger       = (*driver)(nil)
	_ maintain.Modifier     = (*driver)(nil)
	_ maintain.GroupChanger = (*driver)(nil)
	_ maintain.Renewer      = (*driver)(nil)
)

const (
	// changeTimeout is that of a start: the vendor does not publish how late ENS answers.
	changeTimeout = 60 * time.Second

	taggedAtOnce = 50 // instances in one call about tags
)

// TagLimits implements [maintain.Tagger].
func (d *driver) TagLimits() (instances, tags int) { return taggedAtOnce, maxTags }

// TagInstances implements [maintain.Tagger] by TagResources. It needs no node, because the ID of an
// instance is enough.
func (d *driver) TagInstances(ctx context.Context, _ string, ids []string, tags map[string]string) error {
	c := provider.Checker{Driver: Name}
	c.Add(c.CheckIDs(ids, 1, taggedAtOnce))
	c.Require(len(tags) <= maxTags, "tags", len(tags), "must be at most 20 in a call")
	if err := c.Err(); err != nil {
		return err
	}
	p := params{"ResourceType": "instance"}
	p.list("ResourceId", ids)
	p.tags("Tag", tags)
	return d.change(ctx, "TagResources", p)
}

// UntagInstances implements [maintain.Tagger] by UntagResources. It never sends an empty list: the call
// has a parameter that removes all tags.
func (d *driver) UntagInstances(ctx context.Context, _ string, ids, keys []string) error {
	c := provider.Checker{Driver: Name}
	c.Add(c.CheckIDs(ids, 1, taggedAtOnce))
	c.Require(len(keys) >= 1 && len(keys) <= maxTags, "keys", len(keys), "must be 1 to 20 in a call")
	c.NoneEmpty("keys", keys)
	if err := c.Err(); err != nil {
		return err
	}
	p := params{"ResourceType": "instance"}
	p.list("ResourceId", ids)
	p.list("TagKey", keys)
	return d.change(ctx, "UntagResources", p)
}

// InstancesPerModify implements [maintain.Modifier]: every change is a call for one instance.
func (d *driver) InstancesPerModify(ch *maintain.Change) (int, error) {
	c := provider.Checker{Driver: Name}
	if ch.Name != "" {
		c.Require(isName(ch.Name), "Change.Name", ch.Name, ruleName)
	}
	if ch.Description != nil {
		c.Refuse("Change.Description", "ENS instances have no description")
	}
	if ch.ReleaseAt != nil {
		c.Refuse("Change.ReleaseAt", "ENS takes the time of a release at create time only")
	}
	if password := ch.Password.Reveal(); password != "" {
		c.Require(isPassword(password), "Change.Password", nil, rulePassword)
	}
	return 1, c.Err()
}

// ModifyInstances implements [maintain.Modifier] by ModifyInstanceAttribute. It refuses the password of an
// instance that is not stopped.
func (d *driver) ModifyInstances(ctx context.Context, _ string, ids []string, ch *maintain.Change) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(ids, 1, 1); err != nil {
		return err
	}
	p := params{"InstanceId": ids[0]}
	p.text("InstanceName", ch.Name)
	p.choice("DeletionProtection", ch.DeletionProtection)
	p.text("Password", ch.Password.Reveal())
	return d.change(ctx, "ModifyInstanceAttribute", p)
}

// JoinSecurityGroup implements [maintain.GroupChanger]. The instance is running or stopped.
func (d *driver) JoinSecurityGroup(ctx context.Context, _, id, group string) error {
	return d.changeGroup(ctx, "JoinSecurityGroup", id, group)
}

// LeaveSecurityGroup implements [maintain.GroupChanger].
func (d *driver) LeaveSecurityGroup(ctx context.Context, _, id, group string) error {
	return d.changeGroup(ctx, "LeaveSecurityGroup", id, group)
}

func (d *driver) changeGroup(ctx context.Context, action, id, group string) error {
	c := provider.Checker{Driver: Name}
	c.Add(c.CheckIDs([]string{id}, 1, 1))
	c.Require(group != "", "group", nil, "is required")
	if err := c.Err(); err != nil {
		return err
	}
	return d.change(ctx, action, params{"InstanceId": id, "SecurityGroupId": group})
}

// RenewInstance implements [maintain.Renewer] by RenewInstance, which pays at once. It is documented as a
// GET, without the ID of an order and without a token.
func (d *driver) RenewInstance(
	ctx context.Context, req *maintain.RenewRequest, _ string,
) (orderID, requestID string, err error) {
	months := 0
	switch req.Unit { //nolint:exhaustive // ENS renews for months
	case provider.Month:
		months = req.Period
	case provider.Year:
		months = 12 * req.Period
	}
	if !isPeriod(months) {
		return "", "", &provider.FieldError{
			Driver: Name, Path: "period", Value: fmt.Sprint(req.Period, " ", req.Unit),
			Reason: "ENS renews for 1 to 9, or 12, months",
		}
	}
	r := request("RenewInstance", params{"InstanceId": req.ID, "Period": strconv.Itoa(months)}, changeTimeout)
	r.Create, r.Get = true, true
	requestID, err = d.callBare(ctx, r)
	return "", requestID, alicloud.ForPower(err, false)
}

// change makes a call that sets a state. A refusal because of the state of an instance does not pass: the
// documented one is of a new password, for an instance that is not stopped.
func (d *driver) change(ctx context.Context, action string, p params) error {
	_, err := d.callBare(ctx, request(action, p, changeTimeout))
	return alicloud.ForPower(err, false)
}
