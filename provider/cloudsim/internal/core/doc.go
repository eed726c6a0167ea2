// Package core is the common part of all simulated clouds: a [Service] with its clock,
// instances, client tokens, orders, faults and rates, and the checks that every request
// passes. A vendor's package implements its protocol as a [Wire] on top of it.
//
// The clock is the process clock. A request passes four steps. The wire reads and
// authenticates it (Open). The service checks its faults and rates. The wire executes
// it (Serve). Faults may change the answer.
package core
