package maintain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Renew prolongs a prepaid instance by a number of weeks, months or years, and returns when it ends
// then. It costs money at once, and is never made twice: after a lost answer on a cloud without a
// token for this call (ENS, CVM), the time at which the instance ends tells what has happened. When
// that cannot be read, or has not changed yet, the error matches [provider.ErrOutcomeUnknown]: look
// at [provider.Instance].ExpiresAt before another call. An instance that is not prepaid is an error
// that matches [provider.ErrState].
func (m *Instances) Renew(
	ctx context.Context, region, id string, period int, unit provider.PeriodUnit,
) (expiresAt time.Time, err error) {
	d, err := can[Renewer](m, "renewals")
	if err != nil {
		return time.Time{}, err
	}
	var k provider.Checker
	k.Require(id != "", "id", nil, "required")
	k.Require(period > 0, "period", period, "must be positive")
	k.Require(unit != "", "unit", nil, "required: week, month or year")
	k.OneOf("unit", string(unit), string(provider.Week), string(provider.Month), string(provider.Year))
	if region, err = m.target(&k, region, nil); err != nil {
		return time.Time{}, err
	}
	before, err := m.look(ctx, region, id)
	switch {
	case err != nil:
		return time.Time{}, err
	case before.Billing != "" && before.Billing != provider.Prepaid:
		return time.Time{}, fmt.Errorf("%s: %s is %s, and only a prepaid instance can be renewed: %w",
			m.c.Name(), id, before.Billing, provider.ErrState)
	}
	req := &RenewRequest{Region: region, ID: id, Period: period, Unit: unit, AutoRenew: before.AutoRenew}
	call := provider.Call{Client: m.c, Region: region, API: apiRenew}
	_, err = call.Create(ctx, "", func(ctx context.Context, token string) (string, string, error) {
		order, requestID, err := d.RenewInstance(ctx, req, token)
		return cmp.Or(order, id), requestID, err
	})
	if err != nil && !errors.Is(err, provider.ErrOutcomeUnknown) {
		return before.ExpiresAt, err
	}
	return m.longer(ctx, region, id, before.ExpiresAt, err)
}

// longer looks until an instance ends later than before. Unknown is the error of a call whose answer
// was lost, or nil.
func (m *Instances) longer(ctx context.Context, region, id string, before time.Time, unknown error) (time.Time, error) {
	for n := range attempts {
		now, err := m.look(ctx, region, id)
		if err == nil && now.ExpiresAt.After(before) {
			return now.ExpiresAt, nil
		}
		last := n == attempts-1
		if last || !sleep(ctx, pauseBetween) {
			break
		}
	}
	return before, unknown
}
