// Package keysource holds what the sources of credentials of several clouds share: key pairs in the
// environment, profile files, and questions to services that answer with keys.
//
// Its errors name variables, files, lines and fields. They never quote a value, a URL or an answer,
// because any of these may be a secret.
package keysource
