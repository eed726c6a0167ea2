package oncehttp

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Endpoint is where calls go.
type Endpoint struct {
	Scheme string // "https" or "http"
	Host   string // with the port, if one is given
	Path   string // "" or begins with "/"; unchanged
}

// RuleEndpoint describes the text that [ParseEndpoint] accepts.
const RuleEndpoint = "must be host[:port], https://host[:port] or http://host[:port]"

var hostForm = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// ParseEndpoint reads a host, with or without a scheme, a port and a path. The default
// scheme is HTTPS. It refuses a user, a query and a fragment. Callers must not quote a
// refused text in an error: it may hold a password.
func ParseEndpoint(text string) (Endpoint, bool) {
	e := Endpoint{Scheme: "https"}
	rest := text
	if scheme, after, ok := strings.Cut(text, "://"); ok {
		e.Scheme, rest = strings.ToLower(scheme), after
	}
	host, path, slash := strings.Cut(rest, "/")
	e.Host = host
	if slash {
		e.Path = "/" + path
	}
	known := e.Scheme == "https" || e.Scheme == "http"
	plain := hostForm.MatchString(host) && !strings.ContainsAny(path, "?#@\\ \t\r\n")
	port := e.Port()
	ok := known && plain && port > 0 && port < 1<<16
	if !ok {
		return Endpoint{}, false
	}
	return e, true
}

// Port returns the port. If none is given, it is the default port of the scheme.
func (e Endpoint) Port() int {
	if text := (&url.URL{Host: e.Host}).Port(); text != "" {
		port, err := strconv.Atoi(text)
		if err != nil {
			return 0
		}
		return port
	}
	if e.Scheme == "http" {
		return 80
	}
	return 443
}

// HostOnly returns the host without its port. An IPv6 address keeps its brackets.
func (e Endpoint) HostOnly() string {
	return strings.TrimSuffix(e.Host, ":"+(&url.URL{Host: e.Host}).Port())
}
