package provider

import "github.com/yunfan-cloud/yunfan/internal/sightings"

// sightings returns what answers about a region of the client's cloud have shown, to any client
// that shares the poller.
func (c *Client) sightings(region string) sightings.Region {
	return c.poller.seen.In(sightings.Place{Driver: c.name, Region: c.region(region)})
}

// markPage records what a page of a describe call has shown.
func (c *Client) markPage(region string, page *DescribePage) {
	shown, living := c.sightings(region), false
	for n := range page.Instances { // by index: an Instance is large to copy
		i := &page.Instances[n]
		if i.State == StateTerminated {
			shown.End(i.ID)
		} else {
			shown.See(i.ID)
		}
		living = living || !released(i.State)
	}
	if living {
		shown.Show()
	}
}
