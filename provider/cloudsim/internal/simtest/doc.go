// Package simtest has clients for tests of the simulator, one per vendor. They are
// written by hand from the vendor's documents, as a customer would do it. Only tests
// import it.
package simtest
