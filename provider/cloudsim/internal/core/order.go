package core

import (
	"fmt"
	"slices"
	"time"
)

// Order is a create that waits to be paid, or did.
type Order struct {
	ID      string
	ordinal int      // of the create
	IDs     []string // of its instances, once it is paid
	paid    bool
	make    func(now time.Time) []string
}

// Pay pays an order that a create left unpaid. The error says that the cloud has
// no such unpaid order.
func (c *Service) Pay(orderID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.orders[orderID]
	if o == nil || o.paid {
		return fmt.Errorf("cloudsim: %s has no unpaid order %q", c.Name, orderID)
	}
	o.IDs, o.paid = o.make(time.Now()), true
	return nil
}

// UnpaidOrders returns the IDs of the orders that wait to be paid, the oldest first.
func (c *Service) UnpaidOrders() []string {
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

// LeaveUnpaid makes an order of a create. Its ID is number plus the ordinal of the
// create. Once the order is paid, launch makes the instances for the call, which
// belong to the create with that ordinal.
func (c *Service) LeaveUnpaid(k *Call, number int64, launch func(k *Call, ordinal int) []string) {
	c.creates++
	o := &Order{ID: fmt.Sprint(number + int64(c.creates)), ordinal: c.creates}
	o.make = func(now time.Time) []string {
		paid := *k
		paid.Now = now
		return launch(&paid, o.ordinal)
	}
	c.orders[o.ID] = o
	k.Order = o
}
