package provider

import "context"

// PlacementGroupDriver is implemented by drivers of clouds with placement groups. Its calls
// follow the rules of [Driver]: one request each, no retry, *[APIError], and a *[FieldError]
// for options that the cloud does not have.
type PlacementGroupDriver interface {
	// ValidatePlacementGroup returns nil or [FieldErrors], without a network. No vendor option
	// is nil or given twice. Other fields may break the rules that hold on every cloud; the
	// client adds those errors.
	ValidatePlacementGroup(g *PlacementGroupSpec) error

	// CreatePlacementGroup makes a group and returns its ID and the ID of the request, also
	// beside an error where they are known. The region is set. The token is set where
	// Limits.Idempotent names the call.
	CreatePlacementGroup(ctx context.Context, g *PlacementGroupSpec, token string) (id, requestID string, err error)

	// DescribePlacementGroups reads one page. A driver whose cloud searches loosely compares
	// with [PlacementGroupQuery.Matches]. A query has at most Limits.IDsPerGroupDescribe IDs.
	DescribePlacementGroups(
		ctx context.Context, q *PlacementGroupQuery, pageToken string,
	) (*Page[PlacementGroup], error)

	ModifyPlacementGroup(ctx context.Context, region, id string, to PlacementGroupChange) error

	// MoveIntoPlacementGroup moves at most Limits.IDsPerMove instances.
	MoveIntoPlacementGroup(ctx context.Context, region, id string, instanceIDs []string, o MoveOptions) error

	DeletePlacementGroup(ctx context.Context, region, id string) error
}
