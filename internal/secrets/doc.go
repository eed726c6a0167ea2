// Package secrets proves that no secret gets out of the library: not in an error,
// a log record, a span, a dump, a panic or a journal, whatever goes wrong, and not
// to a server whose certificate is not in order. It has no code of its own: its
// tests drive the four adapters against the simulator and against TLS servers.
package secrets
