package cloudsim

// Pay pays an order that a create left unpaid (AutoPay=false on ECS, or an
// [UnpaidOrder]). Its instances exist from now on, in the state that the create
// asked for and with the faults that struck it, and the client token of the
// create names them. The error says that the cloud has no such unpaid order.
func (s *Sim) Pay(name Cloud, orderID string) error { return s.cloud(name).Pay(orderID) }

// UnpaidOrders returns the IDs of the orders of a cloud that wait to be paid, the
// oldest first.
func (s *Sim) UnpaidOrders(name Cloud) []string { return s.cloud(name).UnpaidOrders() }
