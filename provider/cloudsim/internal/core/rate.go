package core

import "time"

// Rate is cloudsim.Rate, which documents the fields.
type Rate struct {
	API       string
	Calls     int
	Per       time.Duration
	PerRegion bool
	Fixed     bool
}

// since returns the moment after which calls count together with one now.
func (r *Rate) since(now time.Time) time.Time {
	if r.Fixed {
		return now.Truncate(r.Per).Add(-1)
	}
	return now.Add(-r.Per)
}

// rateKey identifies the calls that a rate counts together.
type rateKey struct{ api, region string }

// tooFast reports whether a call exceeds one of the rates. If not, it counts the call.
// Callers hold the lock.
func (c *Service) tooFast(k *Call) bool {
	now := time.Now()
	var keys []rateKey
	for _, r := range c.Config.Rates {
		if r.API != "" && r.API != k.Action {
			continue
		}
		key := rateKey{api: r.API}
		if r.PerRegion {
			key.region = k.Region
		}
		if c.within(key, r.since(now)) >= r.Calls {
			return true
		}
		keys = append(keys, key)
	}
	for _, key := range keys {
		c.taken[key] = append(c.taken[key], now)
	}
	return false
}

// within counts the calls since a time, and forgets earlier calls.
func (c *Service) within(key rateKey, since time.Time) int {
	calls := c.taken[key]
	for len(calls) > 0 && !calls[0].After(since) {
		calls = calls[1:]
	}
	c.taken[key] = calls
	return len(calls)
}
