// Package providertest is the suite that every driver passes: the promises of
// package provider, checked through the public API and the driver's real wire
// protocol against package cloudsim. It is for tests.
//
// A rule that fails says what was broken and why it matters.
package providertest
