package cloudsim

import "time"

// Rate is a number of calls in a time that a cloud takes from the account. What
// goes beyond it, in any stretch of time that long, is refused with the vendor's
// code for throttling. Refused calls do not count.
type Rate struct {
	API       string // action; "" means all actions together
	Calls     int
	Per       time.Duration
	PerRegion bool // counted in each region; false counts all of them together
}

// rateKey is what a rate counts together.
type rateKey struct{ api, region string }

// tooFast tells whether a call exceeds one of the rates, and counts it if it does
// not. Callers hold the lock.
func (c *cloud) tooFast(k *call) bool {
	now := time.Now()
	var keys []rateKey
	for _, r := range c.config.Rates {
		if r.API != "" && r.API != k.action {
			continue
		}
		key := rateKey{api: r.API}
		if r.PerRegion {
			key.region = k.region
		}
		if c.within(key, now.Add(-r.Per)) >= r.Calls {
			return true
		}
		keys = append(keys, key)
	}
	for _, key := range keys {
		c.taken[key] = append(c.taken[key], now)
	}
	return false
}

// within counts the calls since a time, and forgets those before it.
func (c *cloud) within(key rateKey, since time.Time) int {
	calls := c.taken[key]
	for len(calls) > 0 && !calls[0].After(since) {
		calls = calls[1:]
	}
	c.taken[key] = calls
	return len(calls)
}
