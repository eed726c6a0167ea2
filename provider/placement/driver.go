package placement

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Driver is implemented by drivers of clouds with placement groups. Its calls follow the rules
// of [provider.Driver]: one request each, no retry, *[provider.APIError], and a
// *[provider.FieldError] for options that the cloud does not have.
type Driver interface {
	// ValidatePlacementGroup returns nil or [provider.FieldErrors], without a network. No
	// vendor option is nil or given twice. Other fields may break the rules that hold on every
	// cloud; the client adds those errors.
	ValidatePlacementGroup(g *Spec) error

	// CreatePlacementGroup makes a group and returns its ID and the ID of the request, also
	// beside an error where they are known. The region is set. The token is set where
	// Limits.Idempotent names the call.
	CreatePlacementGroup(ctx context.Context, g *Spec, token string) (id, requestID string, err error)

	// DescribePlacementGroups reads one page. A driver whose cloud searches loosely compares
	// with [Query.Matches]. A query has at most Limits.IDsPerGroupDescribe IDs.
	DescribePlacementGroups(ctx context.Context, q *Query, pageToken string) (*provider.Page[Group], error)

	ModifyPlacementGroup(ctx context.Context, region, id string, to Change) error

	// MoveIntoPlacementGroup moves at most Limits.IDsPerMove instances.
	MoveIntoPlacementGroup(ctx context.Context, region, id string, instanceIDs []string, o MoveOptions) error

	DeletePlacementGroup(ctx context.Context, region, id string) error
}

// The calls, by the names of their methods.
const (
	apiCreate   provider.API = "CreatePlacementGroup"
	apiDescribe provider.API = "DescribePlacementGroups"
	apiModify   provider.API = "ModifyPlacementGroup"
	apiMoveInto provider.API = "MoveIntoPlacementGroup"
	apiDelete   provider.API = "DeletePlacementGroup"
)
