package ens

import (
	"cmp"
	"context"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// The driver answers every question that the vendor has a call for. It has no zones, because a
// node is one, and no quotas.
var (
	_ catalog.RegionLister        = (*driver)(nil)
	_ catalog.InstanceTypeLister  = (*driver)(nil)
	_ catalog.ImageLister         = (*driver)(nil)
	_ catalog.StockReader         = (*driver)(nil)
	_ catalog.Pricer              = (*driver)(nil)
	_ catalog.PriceChecker        = (*driver)(nil)
	_ catalog.NetworkLister       = (*driver)(nil)
	_ catalog.SecurityGroupLister = (*driver)(nil)
	_ catalog.KeyPairLister       = (*driver)(nil)
)

// Calls of the catalog with a documented rate.
const (
	apiDescribeRegions  provider.API = "DescribeRegions"
	apiDescribeNetworks provider.API = "DescribeNetworks"
)

// rowsPerPage is the most rows of one page of all lists but that of the instances. For key pairs
// no maximum is documented.
const rowsPerPage = 50

// listTimeout is that of a describe: the vendor does not publish how late ENS answers.
const listTimeout = describeTimeout

// listHead is what answers with a list have beside it. Numbers are texts in some of them.
type listHead struct {
	Code       alicloud.Text
	TotalCount alicloud.Text
	PageSize   alicloud.Text
}

// total returns how many rows the answer counts, or nil if it does not say.
func (h *listHead) total() *int {
	n, err := strconv.Atoi(string(h.TotalCount))
	if err != nil {
		return nil
	}
	return &n
}

// lister is the answer of a call with rows of type R.
type lister[R any] interface {
	// head returns what stands beside the list.
	head() *listHead

	// rows returns the rows, and whether the answer has a list at all. Name is that of the list.
	rows() (rows []R, has bool, name string)
}

// listPage makes a call, and turns the rows of its answer into a page. A row without an ID is left
// out. Of returns the item of a row, and its ID. At is nil for a call that answers its whole list
// at once.
func listPage[R, T any](
	ctx context.Context, d *driver, r alicloud.Request, a lister[R], at *cursor, of func(*R) (item T, id string),
) (*provider.Page[T], error) {
	resp, err := d.call(ctx, r, a)
	if err != nil {
		return nil, err
	}
	head := a.head()
	if err := d.checkCode(r, resp, head.Code); err != nil {
		return nil, err
	}
	rows, has, name := a.rows()
	total := head.total()
	isEmpty := alicloud.HasEmpty(resp.Body, name) && (total == nil || *total == 0)
	saysNone := total != nil && *total == 0
	if !has && !isEmpty && !saysNone {
		return nil, d.caller.Malformed(r, resp)
	}
	page := &provider.Page[T]{RequestID: resp.RequestID}
	named := 0
	for i := range rows {
		item, id := of(&rows[i])
		if id == "" {
			continue
		}
		named++
		page.Items = append(page.Items, item)
	}
	if len(rows) > 0 && named == 0 {
		return nil, d.caller.Malformed(r, resp)
	}
	if at != nil {
		page.NextPage, _ = at.next(cmp.Or(head.PageSize.Int(), rowsPerPage), len(rows), total)
	}
	return page, nil
}

// paged adds a place in a list to the parameters of a call. It always sends a size: without it ENS
// answers 10 rows.
func (p params) paged(at cursor) params {
	p["PageSize"] = strconv.Itoa(rowsPerPage)
	if at.page > 1 {
		p["PageNumber"] = strconv.Itoa(at.page)
	}
	return p
}

// regionsAnswer is the answer of DescribeEnsRegions, whose list has the same name twice.
type regionsAnswer struct {
	listHead
	EnsRegions *struct{ EnsRegions []regionRow }
}

// regionRow is a described node.
type regionRow struct {
	ID     string `json:"EnsRegionId"`
	Name   string
	EnName string
}

func (a *regionsAnswer) head() *listHead { return &a.listHead }

func (a *regionsAnswer) rows() ([]regionRow, bool, string) {
	if a.EnsRegions == nil {
		return nil, false, "EnsRegions"
	}
	return a.EnsRegions.EnsRegions, true, "EnsRegions"
}

// DescribeRegions implements [catalog.RegionLister] by DescribeEnsRegions. A node is what a spec
// names as its region. The answer says nothing about its state.
func (d *driver) DescribeRegions(ctx context.Context, _, _ string) (*provider.Page[catalog.Region], error) {
	r := request("DescribeEnsRegions", params{}, listTimeout)
	return listPage(ctx, d, r, &regionsAnswer{}, nil, func(raw *regionRow) (catalog.Region, string) {
		return catalog.Region{ID: raw.ID, Name: cmp.Or(raw.Name, raw.EnName)}, raw.ID
	})
}

// keyPairsAnswer is the answer of DescribeKeyPairs.
type keyPairsAnswer struct {
	listHead
	KeyPairs *struct{ KeyPair []keyPairRow }
}

// keyPairRow is a described key pair.
type keyPairRow struct {
	ID           string `json:"KeyPairId"`
	Name         string `json:"KeyPairName"`
	Fingerprint  string `json:"KeyPairFingerPrint"`
	CreationTime alicloud.Text
}

func (a *keyPairsAnswer) head() *listHead { return &a.listHead }

func (a *keyPairsAnswer) rows() ([]keyPairRow, bool, string) {
	if a.KeyPairs == nil {
		return nil, false, "KeyPairs"
	}
	return a.KeyPairs.KeyPair, true, "KeyPairs"
}

// DescribeKeyPairs implements [catalog.KeyPairLister]. Key pairs belong to the account. A create
// takes the name of one.
func (d *driver) DescribeKeyPairs(
	ctx context.Context, _, pageToken string,
) (*provider.Page[catalog.KeyPair], error) {
	at, err := readCursor(pageToken)
	if err != nil {
		return nil, err
	}
	r := request("DescribeKeyPairs", params{}.paged(at), listTimeout)
	return listPage(ctx, d, r, &keyPairsAnswer{}, &at, func(raw *keyPairRow) (catalog.KeyPair, string) {
		return catalog.KeyPair{
			ID: raw.ID, Name: raw.Name, Fingerprint: raw.Fingerprint, CreatedAt: alicloud.TimeOf(string(raw.CreationTime)), Spec: raw.Name,
		}, raw.Name
	})
}
