// Package providertest is the test suite that every driver must pass. It checks the
// promises of package provider through the public API, with the driver's real wire
// protocol, against a simulated cloud: one of package cloudsim, or a [Cloud] of one's own.
//
// The output of a failed rule names the rule and the reason why it matters.
package providertest
