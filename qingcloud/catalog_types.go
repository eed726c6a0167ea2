package qingcloud

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// typesInput is a request of DescribeInstanceTypes, which has no pages.
type typesInput struct {
	Types []*string `name:"instance_types" location:"params"`
}

// typesAnswer is the answer of DescribeInstanceTypes.
type typesAnswer struct {
	answer
	Types      []typeRow `json:"instance_type_set"`
	TotalCount *Number   `json:"total_count"`
}

// typeRow is a described instance type. The answer has no GPU, disk, network and architecture.
type typeRow struct {
	ID        string `json:"instance_type_id"`
	CPUs      Number `json:"vcpus_current"`
	MemoryMiB Number `json:"memory_current"` // the service calls it MB
	Status    Word   `json:"status"`
	ZoneID    string `json:"zone_id"`
}

// everyType is the page that lists all types, after a page by IDs was refused.
const everyType = "all"

// DescribeInstanceTypes implements [catalog.InstanceTypeLister]. It is not documented whether an
// unknown ID fails the call. If it does, the next page lists all types, and the client selects.
func (d *driver) DescribeInstanceTypes(
	ctx context.Context, q *catalog.InstanceTypeQuery, pageToken string,
) (*provider.Page[catalog.InstanceType], error) {
	in := &typesInput{}
	switch pageToken {
	case "":
		in.Types = list(q.IDs)
	case everyType:
	default:
		return nil, noSuchPage(pageToken)
	}
	out := &typesAnswer{}
	c := &call{action: "DescribeInstanceTypes", zone: d.regionOf(q.Region), in: in}
	err := d.call(ctx, c, out)
	if len(in.Types) > 0 && errors.Is(err, provider.ErrNotFound) {
		return &provider.Page[catalog.InstanceType]{NextPage: everyType}, nil
	}
	if err != nil {
		return nil, err
	}
	return listPage(c.action, out.Types, out.TotalCount, unpaged, typeOf)
}

// noSuchPage refuses a token that no page has named.
func noSuchPage(token string) error {
	return &provider.FieldError{
		Driver: Name, Path: "PageToken", Value: token, Reason: "must be the NextPage of an earlier page",
	}
}

// typeOf translates an instance type. The zone of the answer may be finer than that of the call.
func typeOf(raw *typeRow) (t catalog.InstanceType, id string) {
	t = catalog.InstanceType{
		ID: raw.ID, CPUs: int(raw.CPUs), MemoryMiB: int(raw.MemoryMiB), Retired: raw.Status == "deprecated",
	}
	if raw.ZoneID != "" {
		t.Zones = []string{raw.ZoneID}
	}
	return t, raw.ID
}
