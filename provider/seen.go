package provider

import (
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/sightings"
)

// place returns a region of the client's cloud, as package sightings names it.
func (c *Client) place(region string) sightings.Place {
	return sightings.Place{Driver: c.name, Region: c.region(region)}
}

// markSeen records that an answer about a region has shown an instance. So the instance has
// existed.
func (c *Client) markSeen(region, id string) { c.poller.seen.See(c.place(region), id) }

// markEnded records that the cloud has accepted the release of instances, or has shown them as
// terminated. It also proves that they have existed.
func (c *Client) markEnded(region string, ids []string) { c.poller.seen.End(c.place(region), ids) }

// markPage records what a page of a describe call has shown.
func (c *Client) markPage(region string, page *DescribePage) {
	for n := range page.Instances { // by index: an Instance is large to copy
		if i := &page.Instances[n]; i.State == StateTerminated {
			c.markEnded(region, []string{i.ID})
		} else {
			c.markSeen(region, i.ID)
		}
	}
	if slices.ContainsFunc(page.Instances, func(i Instance) bool { return !released(i.State) }) {
		c.poller.seen.Show(c.place(region))
	}
}

// lastShown returns when an answer about a region last showed a living instance; zero if none
// has.
func (c *Client) lastShown(region string) time.Time { return c.poller.seen.LastShown(c.place(region)) }

// hasSeen reports whether an instance has existed in a region: a describe has shown it to a
// client of the account, or the cloud has accepted its release. False proves nothing.
func (c *Client) hasSeen(region, id string) bool { return c.poller.seen.HasSeen(c.place(region), id) }

// hasEnded reports whether the release of an instance was accepted, or the cloud has shown it
// as terminated. Once the cloud does not know it any more, it is gone.
func (c *Client) hasEnded(region, id string) bool { return c.poller.seen.HasEnded(c.place(region), id) }
