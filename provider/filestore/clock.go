package filestore

import "time"

// clock says when a lease is over. The clock since the boot counts where there is one: it does
// not jump, and all processes of the computer share it. A lease of before the boot is over by
// the wall clock.
type clock struct {
	now func() time.Time // for tests; nil is the computer's
}

// until is the end of a lease.
type until struct {
	Wall  time.Time
	Boot  string        `json:",omitempty"` // which boot Since is about; "" if that is not known
	Since time.Duration `json:",omitempty"` // since the boot
}

func (c *clock) wall() time.Time {
	if c.now != nil {
		return c.now().UTC().Round(0)
	}
	return time.Now().UTC().Round(0)
}

// lease returns the end of a lease that begins now.
func (c *clock) lease(lasts time.Duration) until {
	u := until{Wall: c.wall().Add(lasts)}
	if c.now != nil {
		return u
	}
	if boot, since, ok := sinceBoot(); ok {
		u.Boot, u.Since = boot, since+lasts
	}
	return u
}

// left returns how long a lease still lasts.
func (c *clock) left(u until) time.Duration {
	if c.now == nil && u.Boot != "" {
		if boot, since, ok := sinceBoot(); ok && boot == u.Boot {
			return u.Since - since
		}
	}
	return u.Wall.Sub(c.wall())
}
