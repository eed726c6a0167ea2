package ens

import (
	"context"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// typesAnswer is the answer of DescribeInstanceTypes.
type typesAnswer struct {
	listHead
	InstanceTypes *struct{ InstanceType []typeRow }
}

// typeRow is a described instance type. The key is its name: the documents call the ID
// unavailable. The answer has no GPU, disk, network and architecture.
type typeRow struct {
	Name      string        `json:"InstanceTypeName"`
	CPUs      alicloud.Text `json:"CpuCoreCount"`
	MemoryMiB alicloud.Text `json:"MemorySize"` // the documents call it MB
}

func (a *typesAnswer) head() *listHead { return &a.listHead }

func (a *typesAnswer) rows() ([]typeRow, bool, string) {
	if a.InstanceTypes == nil {
		return nil, false, "InstanceTypes"
	}
	return a.InstanceTypes.InstanceType, true, "InstanceTypes"
}

// DescribeInstanceTypes implements [catalog.InstanceTypeLister]. The call has no parameters: it
// answers the types of all nodes. Which node sells which of them is a question about stock.
func (d *driver) DescribeInstanceTypes(
	ctx context.Context, _ *catalog.InstanceTypeQuery, _ string,
) (*provider.Page[catalog.InstanceType], error) {
	r := request("DescribeInstanceTypes", params{}, listTimeout)
	return listPage(ctx, d, r, &typesAnswer{}, nil, func(raw *typeRow) (catalog.InstanceType, string) {
		return catalog.InstanceType{ID: raw.Name, CPUs: raw.CPUs.Int(), MemoryMiB: raw.MemoryMiB.Int()}, raw.Name
	})
}
