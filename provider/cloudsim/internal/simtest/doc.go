// Package simtest has clients for tests of the simulator, one per vendor, as a customer
// would write them by hand from the vendor's documents. Only tests import it.
package simtest
