package cloudsim

import (
	"fmt"
	"slices"
	"time"
)

// order is a create that waits to be paid, or did.
type order struct {
	id      string
	ordinal int      // of the create
	ids     []string // of its machines, once it is paid
	paid    bool
	make    func(now time.Time) []string
}

// pay pays an order that a create left unpaid. The error says that the cloud has
// no such unpaid order.
func (c *cloud) pay(orderID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.orders[orderID]
	if o == nil || o.paid {
		return fmt.Errorf("cloudsim: %s has no unpaid order %q", c.name, orderID)
	}
	o.ids, o.paid = o.make(time.Now()), true
	return nil
}

// unpaidOrders returns the IDs of the orders that wait to be paid, the oldest first.
func (c *cloud) unpaidOrders() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for id, o := range c.orders {
		if !o.paid {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return c.orders[a].ordinal - c.orders[b].ordinal })
	return ids
}

// leaveUnpaid makes a create an order. Number is the ID of the cloud's order zero;
// launch makes the machines for a call, and belongs to the create of an ordinal.
func (c *cloud) leaveUnpaid(k *call, number int64, launch func(k *call, ordinal int) []string) {
	c.creates++
	o := &order{id: fmt.Sprint(number + int64(c.creates)), ordinal: c.creates}
	o.make = func(now time.Time) []string {
		paid := *k
		paid.now = now
		return launch(&paid, o.ordinal)
	}
	c.orders[o.id] = o
	k.order = o
}
