// Package core is what all simulated clouds share: a [Service] with its clock,
// instances, client tokens, orders, faults and rates, and the gate that every request
// passes. A vendor's package speaks its protocol as a [Wire] on top of it.
//
// The clock is that of the process. A request takes this way: the wire reads and
// authenticates it (Open), the faults that strike it and the rates are looked at, the
// wire executes it (Serve), and faults spoil the answer.
package core
