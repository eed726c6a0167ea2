package aliyun

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

var (
	_ maintain.Tagger   = (*driver)(nil)
	_ maintain.Modifier = (*driver)(nil)
	_ maintain.Resizer  = (*driver)(nil)
	_ maintain.Renewer  = (*driver)(nil)
)

const (
	// changeTimeout is the longest that the vendor's own SDK gives the calls that change instances.
	changeTimeout = 46 * time.Second

	taggedAtOnce   = 50               // instances in one call about tags
	leastToRelease = 30 * time.Minute // from now to an automatic release
)

// TagLimits implements [maintain.Tagger].
func (d *driver) TagLimits() (instances, tags int) { return taggedAtOnce, maxTags }

// TagInstances implements [maintain.Tagger] by TagResources.
func (d *driver) TagInstances(ctx context.Context, region string, ids []string, tags map[string]string) error {
	c := provider.Checker{Driver: Name}
	c.Add(c.CheckIDs(ids, 1, taggedAtOnce))
	checkTags(&c, tags)
	if err := c.Err(); err != nil {
		return err
	}
	p := params{"ResourceType": "instance"}
	p.list("ResourceId", ids)
	p.tags("Tag", tags)
	return d.callBare(ctx, d.request("TagResources", region, p, changeTimeout))
}

// UntagInstances implements [maintain.Tagger] by UntagResources. A key that an instance does not
// have is no error there.
func (d *driver) UntagInstances(ctx context.Context, region string, ids, keys []string) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(ids, 1, taggedAtOnce); err != nil {
		return err
	}
	p := params{"ResourceType": "instance"}
	p.list("ResourceId", ids)
	p.list("TagKey", keys)
	return d.callBare(ctx, d.request("UntagResources", region, p, changeTimeout))
}

// InstancesPerModify implements [maintain.Modifier]: every change is a call for one instance.
func (d *driver) InstancesPerModify(ch *maintain.Change) (int, error) {
	c := provider.Checker{Driver: Name}
	checkText(&c, "Change.Name", ch.Name, maxName)
	if ch.Description != nil {
		if *ch.Description == "" {
			c.Refuse("Change.Description", "ECS takes no empty description, so that it cannot be removed")
		}
		checkText(&c, "Change.Description", *ch.Description, maxDescription)
	}
	if at := ch.ReleaseAt; at != nil && !at.IsZero() {
		ahead := !at.Before(time.Now().Add(leastToRelease))
		c.Require(ahead, "Change.ReleaseAt", at.UTC().Format(time.RFC3339), "must be at least half an hour ahead")
		soon := at.Before(time.Now().AddDate(3, 0, 1))
		c.Require(soon, "Change.ReleaseAt", at.UTC().Format(time.RFC3339), "must be three years ahead at most")
	}
	checkPassword(&c, "Change.Password", ch.Password.Reveal())
	return 1, c.Err()
}

// checkPassword checks what the vendor documents about passwords, unless it is "".
func checkPassword(c *provider.Checker, path, p string) {
	if p == "" {
		return
	}
	c.Require(len(p) >= 8 && len(p) <= 30, path, nil, "must be 8 to 30 characters long")
	c.Require(adapter.PasswordKinds(p) >= 3, path, nil,
		"must have three of: upper case, lower case, digits, special characters")
	c.Require(strings.Trim(p, passwordChars) == "", path, nil,
		"must have no other characters than letters, digits and "+alicloud.PasswordSpecials+`"\`)
}

// ModifyInstances implements [maintain.Modifier] by ModifyInstanceAttribute, and by
// ModifyInstanceAutoReleaseTime for the time of release.
func (d *driver) ModifyInstances(ctx context.Context, region string, ids []string, ch *maintain.Change) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(ids, 1, 1); err != nil {
		return err
	}
	action, p := "ModifyInstanceAttribute", params{"InstanceId": ids[0]}
	switch {
	case ch.ReleaseAt != nil:
		action = "ModifyInstanceAutoReleaseTime"
		if !ch.ReleaseAt.IsZero() { // without one the call cancels the release
			p["AutoReleaseTime"] = ch.ReleaseAt.UTC().Format(timeFormat)
		}
	case ch.Description != nil:
		p.text("Description", *ch.Description)
	case ch.DeletionProtection != nil:
		p.boolean("DeletionProtection", *ch.DeletionProtection)
	default:
		p.text("InstanceName", ch.Name)
		p.list("SecurityGroupIds", ch.SecurityGroupIDs)
		p.text("Password", ch.Password.Reveal())
	}
	return d.callBare(ctx, d.request(action, region, p, changeTimeout))
}

// ResizeInstance implements [maintain.Resizer] by ModifyInstanceSpec, and by ModifyPrepayInstanceSpec
// for prepaid instances, which pays at once. Of a prepaid one the vendor asks to say "downgrade" for
// some changes to a smaller type, which only a price tells: the cloud refuses them here.
func (d *driver) ResizeInstance(
	ctx context.Context, req *maintain.ResizeRequest, token string,
) (orderID, requestID string, err error) {
	action := "ModifyInstanceSpec"
	if req.Billing == provider.Prepaid {
		action = "ModifyPrepayInstanceSpec"
	}
	p := params{"InstanceId": req.ID, "InstanceType": req.InstanceType}
	p.text("ClientToken", token)
	return d.order(ctx, action, req.Region, p)
}

// RenewInstance implements [maintain.Renewer] by RenewInstance, which pays at once.
func (d *driver) RenewInstance(
	ctx context.Context, req *maintain.RenewRequest, token string,
) (orderID, requestID string, err error) {
	n, unit := req.Period, "Month"
	switch req.Unit {
	case provider.Week:
		unit = "Week"
	case provider.Year:
		n *= 12
	case provider.Month:
	case provider.Day: // of other clouds
		n = 0
	}
	if known := periodsOf(unit); !slices.Contains(known, n) {
		return "", "", &provider.FieldError{
			Driver: Name, Path: "period", Value: fmt.Sprint(req.Period, " ", req.Unit),
			Reason: fmt.Sprintf("ECS renews for one of %v %ss", known, strings.ToLower(unit)),
		}
	}
	p := params{"InstanceId": req.ID, "Period": strconv.Itoa(n), "PeriodUnit": unit}
	p.text("ClientToken", token)
	return d.order(ctx, "RenewInstance", req.Region, p)
}

// periodsOf returns the paid times that the vendor sells.
func periodsOf(unit string) []int {
	if unit == "Week" {
		return []int{1, 2, 3, 4}
	}
	return []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60}
}

// order sends a request that may cost money. Its answer may name an order.
func (d *driver) order(ctx context.Context, action, region string, p params) (orderID, requestID string, err error) {
	r := d.request(action, region, p, changeTimeout)
	r.Create = true
	var a struct {
		OrderID alicloud.Text `json:"OrderId"`
	}
	resp, err := d.call(ctx, r, &a)
	switch {
	case err != nil:
		return "", "", err
	case resp.RequestID == "": // every answer of the vendor has one
		return "", "", d.caller.Malformed(r, resp)
	}
	return string(a.OrderID), resp.RequestID, nil
}
