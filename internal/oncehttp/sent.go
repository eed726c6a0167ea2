package oncehttp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"
)

// nothingLeft reports whether nothing of a failed request was sent, for certain. A
// request is sent on a connection. Dialing, the proxy's consent and the TLS handshake
// come before there is one.
//
// Transports of net/http, wrapped or not, report that they want a connection and that
// they have one. A request that wanted one and never had it was not sent. For other
// transports the kind of error decides.
func (x *Exchange) nothingLeft(base http.RoundTripper, req *http.Request, err error) bool {
	switch {
	case x.connected.Load(), errors.Is(err, ErrPanic), errors.Is(err, ErrNoAnswer):
		return false
	case x.wanted.Load():
		return true
	default:
		return beforeConnection(err) || isProxyError(base, req, err)
	}
}

// isProxyError reports whether net/http failed to find out which proxy it should use.
// That comes before it wants a connection. The transport's type proves nothing by
// itself: another transport may be registered inside it.
func isProxyError(base http.RoundTripper, req *http.Request, err error) bool {
	t, ok := base.(*http.Transport)
	if errors.Is(err, errProxy) {
		return true
	}
	if !ok || t.Proxy == nil {
		return false
	}
	_, proxyErr := t.Proxy(req)
	return proxyErr != nil && proxyErr.Error() == err.Error()
}

// beforeConnection reports whether an error comes from dialing, name lookup or a TLS
// handshake. If one error joins several, all must be such errors: a transport that
// tries twice may have sent the request the first time.
func beforeConnection(err error) bool {
	switch e := err.(type) { //nolint:errorlint // this walks the chain itself
	case nil:
		return false
	case *net.OpError:
		return e.Op == "dial" || e.Op == "proxyconnect"
	case tls.RecordHeaderError:
		return e.Conn != nil // the first record; a later one may follow the request
	case *net.DNSError, *tls.CertificateVerificationError, *tls.ECHRejectionError,
		x509.UnknownAuthorityError, x509.HostnameError, x509.CertificateInvalidError, x509.SystemRootsError:
		return true
	case interface{ Unwrap() error }:
		return beforeConnection(e.Unwrap())
	case interface{ Unwrap() []error }:
		return allBeforeConnection(e.Unwrap())
	}
	return false
}

func allBeforeConnection(list []error) bool {
	for _, err := range list {
		if !beforeConnection(err) {
			return false
		}
	}
	return len(list) > 0
}

// refusesAll reports whether an error says that a host has no address, or that nobody listens
// there.
func refusesAll(err error) bool {
	var dns *net.DNSError
	noAddress := errors.As(err, &dns) && dns.IsNotFound
	return noAddress || errors.Is(err, syscall.ECONNREFUSED)
}
