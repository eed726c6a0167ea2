package catalog_test

import (
	"context"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/fakedriver"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// fake is a cloud that answers questions from its fields, one item a page.
type fake struct {
	*fakedriver.Cloud
	types  []catalog.InstanceType
	images []catalog.Image
	stock  []catalog.Stock
	price  func(s *provider.RunInstancesSpec) (*catalog.Price, error)
	next   func(token string) string // replaces the token of the next page
}

func newFake() *fake { return &fake{Cloud: fakedriver.New()} }

func (f *fake) client() *provider.Client {
	return provider.NewClient(f, &provider.Options{Region: "here"})
}

func (f *fake) DescribeInstanceTypes(
	ctx context.Context, _ *catalog.InstanceTypeQuery, token string,
) (*provider.Page[catalog.InstanceType], error) {
	return page(ctx, f, "DescribeInstanceTypes", f.types, token)
}

func (f *fake) DescribeImages(
	ctx context.Context, _ *catalog.ImageQuery, token string,
) (*provider.Page[catalog.Image], error) {
	return page(ctx, f, "DescribeImages", f.images, token)
}

func (f *fake) DescribeStock(
	ctx context.Context, _ *catalog.StockQuery, token string,
) (*provider.Page[catalog.Stock], error) {
	return page(ctx, f, "DescribeStock", f.stock, token)
}

func (f *fake) DescribePrice(
	ctx context.Context, s *provider.RunInstancesSpec,
) (p *catalog.Price, requestID string, err error) {
	if _, err := f.Enter(ctx, fakedriver.Call{API: "DescribePrice", Spec: *s}); err != nil {
		return nil, "", err
	}
	p, err = f.price(s)
	return p, "r", err
}

// page returns the item that a token stands for.
func page[T any](ctx context.Context, f *fake, api provider.API, all []T, token string) (*provider.Page[T], error) {
	if _, err := f.Enter(ctx, fakedriver.Call{API: api}); err != nil {
		return nil, err
	}
	n := 0
	if token != "" {
		n, _ = strconv.Atoi(token)
	}
	p := &provider.Page[T]{RequestID: "r"}
	if n < len(all) {
		p.Items = all[n : n+1]
	}
	if n+1 < len(all) {
		p.NextPage = strconv.Itoa(n + 1)
	}
	if f.next != nil {
		p.NextPage = f.next(p.NextPage)
	}
	return p, nil
}
