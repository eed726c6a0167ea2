package tencent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
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
	// changeTimeout is that of a release: CVM answers when it has accepted a change.
	changeTimeout = 30 * time.Second

	// The product of tags, and the documented number of resources in one of its calls.
	tagProduct   = "tag"
	tagVersion   = "2018-08-13"
	taggedAtOnce = 50

	// maxNewName is the documented length of a name that an instance gets later. Creates take more.
	maxNewName = 60

	// maxGroups is the documented number of security groups of an instance.
	maxGroups = 5
)

// TagLimits implements [maintain.Tagger]: a call sets one tag. The call that takes several needs the
// number of the account, which instances do not show.
func (d *driver) TagLimits() (instances, tags int) { return taggedAtOnce, 1 }

// TagInstances implements [maintain.Tagger] by AttachResourcesTag of the product of tags.
func (d *driver) TagInstances(ctx context.Context, region string, ids []string, tags map[string]string) error {
	c := provider.Checker{Driver: Name}
	c.Add(c.CheckIDs(ids, 1, taggedAtOnce))
	c.Require(len(tags) == 1, "tags", len(tags), "must be one in a call")
	checkTags(&c, "tags", tags)
	if err := c.Err(); err != nil {
		return err
	}
	params := d.tagTarget(region, ids)
	for key, value := range tags {
		params["TagKey"], params["TagValue"] = key, value
	}
	return d.changeTag(ctx, "AttachResourcesTag", region, params)
}

// noSuchTag is the code of a call that removes a tag which an instance does not have.
const noSuchTag = "ResourceNotFound.AttachedTagKeyNotFound"

// UntagInstances implements [maintain.Tagger] by DetachResourcesTag of the product of tags. It refuses a
// tag that an instance does not have: of one instance alone that is a success. Of several it is the error
// that it is, and they are asked for one by one.
func (d *driver) UntagInstances(ctx context.Context, region string, ids, keys []string) error {
	c := provider.Checker{Driver: Name}
	c.Add(c.CheckIDs(ids, 1, taggedAtOnce))
	c.Require(len(keys) == 1, "keys", len(keys), "must be one in a call")
	if err := c.Err(); err != nil {
		return err
	}
	params := d.tagTarget(region, ids)
	params["TagKey"] = keys[0]
	err := d.changeTag(ctx, "DetachResourcesTag", region, params)
	var e *provider.APIError
	if errors.As(err, &e) && e.Code == noSuchTag && len(ids) == 1 {
		return nil
	}
	return err
}

// tagTarget returns the parameters that name instances in the product of tags.
func (d *driver) tagTarget(region string, ids []string) map[string]any {
	return map[string]any{
		"ServiceType": cvmProduct, "ResourcePrefix": "instance", "ResourceRegion": d.regionOf(region), "ResourceIds": ids,
	}
}

func (d *driver) changeTag(ctx context.Context, action, region string, params map[string]any) error {
	out, err := productRequest(tagProduct, tagVersion, action, params)
	if err != nil {
		return err
	}
	_, err = d.askBare(d.newExchange(ctx, action, region, changeTimeout), out)
	return err
}

// InstancesPerModify implements [maintain.Modifier].
func (d *driver) InstancesPerModify(ch *maintain.Change) (int, error) {
	c := provider.Checker{Driver: Name}
	if ch.Name != "" {
		checkLength(&c, "Change.Name", ch.Name, 1, maxNewName)
	}
	if ch.Description != nil {
		c.Refuse("Change.Description", "CVM instances have no description")
	}
	if at := ch.ReleaseAt; at != nil && at.IsZero() {
		c.Refuse("Change.ReleaseAt", "CVM cancels a release by the ID of its timer, which instances do not show: "+
			"call DeleteInstancesActionTimer")
	}
	c.Require(len(ch.SecurityGroupIDs) <= maxGroups, "Change.SecurityGroupIDs", len(ch.SecurityGroupIDs), "must be at most 5")
	if password := ch.Password.Reveal(); password != "" {
		checkPassword(&c, "Change.Password", password)
		c.Require(adapter.PasswordKinds(password) >= 3, "Change.Password", nil,
			"must mix three of small letters, capitals, digits and other characters")
		c.Require(!strings.HasPrefix(password, "/"), "Change.Password", nil, "must not begin with /")
	}
	return perCall, c.Err()
}

// ModifyInstances implements [maintain.Modifier] by ModifyInstancesAttribute, which takes one attribute
// a call, by ResetInstancesPassword for stopped instances, and by ImportInstancesActionTimer, which
// refuses an instance with a time of release ([provider.ErrExists]), also after an own call whose answer
// was lost.
func (d *driver) ModifyInstances(ctx context.Context, region string, ids []string, ch *maintain.Change) error {
	if err := (&provider.Checker{Driver: Name}).CheckIDs(ids, 1, perCall); err != nil {
		return err
	}
	out := translateChange(ids, ch)
	ex := d.newExchange(ctx, out.GetAction(), region, changeTimeout)
	ex.spec = &provider.RunInstancesSpec{Login: provider.Login{Password: ch.Password}} // for its secret
	_, err := d.askBare(ex, out)
	return err
}

// translateChange returns one of the SDK's typed requests, made for one call: the SDK writes into it.
func translateChange(ids []string, ch *maintain.Change) tchttp.Request {
	switch {
	case ch.Password != "":
		out := cvm.NewResetInstancesPasswordRequest()
		out.InstanceIds, out.Password = list(ids), text(ch.Password.Reveal())
		return out
	case ch.ReleaseAt != nil:
		out := cvm.NewImportInstancesActionTimerRequest()
		out.InstanceIds = list(ids)
		out.ActionTimer = &cvm.ActionTimer{
			TimerAction: text("TerminateInstances"), ActionTime: text(ch.ReleaseAt.UTC().Format(timeFormat)),
		}
		return out
	default:
		out := cvm.NewModifyInstancesAttributeRequest()
		out.InstanceIds, out.InstanceName = list(ids), text(ch.Name)
		out.SecurityGroups, out.DisableApiTermination = list(ch.SecurityGroupIDs), ch.DeletionProtection
		return out
	}
}

// ResizeInstance implements [maintain.Resizer] by ResetInstancesType. The instance runs afterwards, also
// one that did not run before. A prepaid one is paid for at once, without the ID of an order.
func (d *driver) ResizeInstance(
	ctx context.Context, req *maintain.ResizeRequest, _ string,
) (orderID, requestID string, err error) {
	out := cvm.NewResetInstancesTypeRequest()
	out.InstanceIds, out.InstanceType = list([]string{req.ID}), text(req.InstanceType)
	requestID, err = d.buy(ctx, out, req.Region)
	return "", requestID, err
}

// RenewInstance implements [maintain.Renewer] by RenewInstances. That call makes the renewal at the end
// manual unless it says otherwise. It also renews the disks of their own that the instance has.
func (d *driver) RenewInstance(
	ctx context.Context, req *maintain.RenewRequest, _ string,
) (orderID, requestID string, err error) {
	n := months(req.Period, req.Unit)
	short, wholeYears := n >= 1 && n <= 12, n%12 == 0 && n <= 60
	inMonths := req.Unit == provider.Month || req.Unit == provider.Year
	if sold := short || wholeYears; !inMonths || !sold {
		return "", "", &provider.FieldError{
			Driver: Name, Path: "period", Value: fmt.Sprint(req.Period, " ", req.Unit),
			Reason: "CVM renews for 1 to 12, 24, 36, 48 or 60 months",
		}
	}
	out := cvm.NewRenewInstancesRequest()
	out.InstanceIds = list([]string{req.ID})
	out.InstanceChargePrepaid = &cvm.InstanceChargePrepaid{Period: number(n)}
	if req.AutoRenew != nil && *req.AutoRenew {
		out.InstanceChargePrepaid.RenewFlag = text("NOTIFY_AND_AUTO_RENEW")
	}
	requestID, err = d.buy(ctx, out, req.Region)
	return "", requestID, err
}

// buy sends a request that may cost money, and has no token.
func (d *driver) buy(ctx context.Context, out tchttp.Request, region string) (requestID string, err error) {
	ex := d.newExchange(ctx, out.GetAction(), region, changeTimeout)
	ex.creates = true
	return d.askBare(ex, out)
}
