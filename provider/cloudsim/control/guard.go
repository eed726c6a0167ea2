package control

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// foreign returns why a request must not be served, "" if it may. A page of another site
// can make a browser call this API: with its own name for this computer (then Host is that
// name), or across sites (then Origin or Sec-Fetch-Site say so).
func foreign(r *http.Request) string {
	if !isLocal(hostOnly(r.Host)) {
		return "the Host must be localhost or a loopback address"
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) {
			return "requests of other sites are refused (Origin)"
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return ""
	default:
		return "requests of other sites are refused; open the page by its address (Sec-Fetch-Site)"
	}
}

// hostOnly returns a host without its port and without brackets.
func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

// isLocal reports whether a host is localhost or a loopback address.
func isLocal(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
