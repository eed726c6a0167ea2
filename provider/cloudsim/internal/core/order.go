package core

import (
	"fmt"
	"slices"
	"time"
)

// Order is a create with a separate payment, paid or not.
type Order struct {
	ID      string
	ordinal int      // number of the create
	IDs     []string // IDs of its instances, after it is paid
	paid    bool
	make    func(now time.Time) []string
}

// Pay pays an order that a create left unpaid. It returns an error if the cloud has no
// such unpaid order.
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

// UnpaidOrders returns the IDs of the unpaid orders, the oldest first.
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

// LeaveUnpaid makes an unpaid order of a create. Its ID is number plus the create's
// number. When the order is paid, launch makes the instances for the call; they belong
// to the create with that number.
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
