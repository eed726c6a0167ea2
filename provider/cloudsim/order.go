package cloudsim

// Pay pays an order that a create left unpaid (AutoPay=false on ECS, or an
// [UnpaidOrder]). Its instances exist from now on, in the state that the create asked
// for and with the faults that hit it. The client token of the create now names them.
// It returns an error if the cloud has no such unpaid order.
func (s *Sim) Pay(name Cloud, orderID string) error { return s.cloud(name).Pay(orderID) }

// UnpaidOrders returns the IDs of a cloud's unpaid orders, the oldest first.
func (s *Sim) UnpaidOrders(name Cloud) []string { return s.cloud(name).UnpaidOrders() }
