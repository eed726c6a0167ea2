package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/marker"
)

// The calls about launch templates and placement groups. These cost nothing, but the rules are
// the same as for instances: a lost answer creates nothing twice.

// Calls about launch templates and placement groups, by the names of their methods.
const (
	apiCreateLaunchTemplate            API = "CreateLaunchTemplate"
	apiCreateLaunchTemplateVersion     API = "CreateLaunchTemplateVersion"
	apiDescribeLaunchTemplates         API = "DescribeLaunchTemplates"
	apiDescribeLaunchTemplateVersions  API = "DescribeLaunchTemplateVersions"
	apiSetDefaultLaunchTemplateVersion API = "SetDefaultLaunchTemplateVersion"
	apiDeleteLaunchTemplateVersions    API = "DeleteLaunchTemplateVersions"
	apiDeleteLaunchTemplate            API = "DeleteLaunchTemplate"

	apiCreatePlacementGroup    API = "CreatePlacementGroup"
	apiDescribePlacementGroups API = "DescribePlacementGroups"
	apiModifyPlacementGroup    API = "ModifyPlacementGroup"
	apiMoveIntoPlacementGroup  API = "MoveIntoPlacementGroup"
	apiDeletePlacementGroup    API = "DeletePlacementGroup"
)

// add makes a call that creates something. It repeats the call when it was certainly not
// executed. After a lost answer it repeats the call only if the cloud recognizes the
// repetition by its token. The token is the caller's own, or is drawn here.
func (c *Client) add(
	ctx context.Context, region string, api API, token string,
	call func(ctx context.Context, token string) (requestID string, err error),
) error {
	if token == "" && slices.Contains(c.limits.Idempotent, api) {
		token = "yunfan-" + marker.RandomID()
	}
	again := func(err error) bool {
		byToken := token != ""
		return passes(err) && judge(err, byToken).MayRepeat(byToken)
	}
	maybe := false // an attempt may have been executed
	err := c.repeat(ctx, again, func(ctx context.Context) error {
		return c.once(ctx, region, api, 0, func(ctx context.Context) (string, error) {
			id, err := call(ctx, token)
			maybe = maybe || mayBeDone(err, token != "")
			return id, err
		})
	})
	if err != nil && maybe && !errors.Is(err, ErrOutcomeUnknown) {
		return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return err
}

// change makes a call that may be made twice. When the first answer was lost, and a repetition
// finds nothing left to delete, the call has succeeded.
func (c *Client) change(ctx context.Context, region string, api API, call func(context.Context) error) error {
	deletes := api == apiDeleteLaunchTemplate || api == apiDeleteLaunchTemplateVersions ||
		api == apiDeletePlacementGroup
	maybe := false
	return c.repeat(ctx, passes, func(ctx context.Context) error {
		return c.once(ctx, region, api, 0, func(ctx context.Context) (string, error) {
			err := call(ctx)
			if deletes && maybe && errors.Is(err, ErrNotFound) {
				return "", nil
			}
			maybe = maybe || mayBeDone(err, false)
			return "", err
		})
	})
}

// nameless returns the error of a create whose answer does not say what was created.
func (c *Client) nameless(api API, requestID string) error {
	return &APIError{
		Driver: c.name, Op: string(api), RequestID: requestID,
		Message: "the answer does not name what was created", Outcome: OutcomeUnknown,
	}
}

// read makes a call without effects.
func (c *Client) read(
	ctx context.Context, region string, api API, call func(context.Context) (requestID string, err error),
) error {
	return c.repeat(ctx, passes, func(ctx context.Context) error { return c.once(ctx, region, api, 0, call) })
}
