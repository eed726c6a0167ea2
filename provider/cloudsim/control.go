package cloudsim

// Inject adds a fault. The function it returns takes the fault away again.
// Several faults may strike one call; refusals win over effects.
func (s *Sim) Inject(f Fault) (remove func()) {
	var undo []func()
	for name, c := range s.clouds {
		if f.Cloud == "" || f.Cloud == name {
			undo = append(undo, c.inject(f))
		}
	}
	return func() {
		for _, u := range undo {
			u()
		}
	}
}

// Struck returns how many calls of a cloud faults of a kind have hit. A call that
// several faults hit counts for each of them, also for one that another hid. A
// call that [Options].Rates refused counts as one that Throttle has hit.
func (s *Sim) Struck(name Cloud, k FaultKind) int { return s.cloud(name).struckBy(k) }

// ClearFaults takes every injected fault away.
func (s *Sim) ClearFaults() {
	for _, c := range s.clouds {
		c.clearFaults()
	}
}

// Pay pays an order that a create left unpaid (AutoPay=false on ECS, or an
// [UnpaidOrder]). Its instances exist from now on, in the state that the create
// asked for and with the faults that struck it, and the client token of the
// create names them. The error says that the cloud has no such unpaid order.
func (s *Sim) Pay(name Cloud, orderID string) error { return s.cloud(name).pay(orderID) }

// UnpaidOrders returns the IDs of the orders of a cloud that wait to be paid, the
// oldest first.
func (s *Sim) UnpaidOrders(name Cloud) []string { return s.cloud(name).unpaidOrders() }
