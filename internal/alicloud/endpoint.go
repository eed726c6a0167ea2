package alicloud

import (
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// endpoint is where calls go.
type endpoint struct {
	scheme string // "HTTPS" or "HTTP"
	host   string // with the port, if any
	chosen bool   // by the program, not by the vendor's table
}

// endpointOf finds where a request goes. Its error names no secret.
func (c *Caller) endpointOf(r Request) (endpoint, error) {
	at, err := c.endpoint(r.Region)
	if err == nil && r.Host != nil {
		at.host = r.Host(r.Region, at.host)
	}
	return at, err
}

// endpoint finds where a region is served. Its error names no secret.
func (c *Caller) endpoint(region string) (endpoint, error) {
	if !IsRegion(region) {
		return endpoint{}, fmt.Errorf("region %q: %s", region, RuleRegion)
	}
	own, chosen, err := c.own.For(region)
	switch {
	case err != nil:
		return endpoint{}, err
	case chosen && strings.Trim(own.Path, "/") != "":
		return endpoint{}, fmt.Errorf("the endpoint of region %q cannot be read: it %s", region, oncehttp.RuleEndpoint)
	case chosen:
		return endpoint{scheme: strings.ToUpper(own.Scheme), host: own.Host, chosen: true}, nil
	}
	host, err := c.vendor(region)
	return endpoint{scheme: "HTTPS", host: host}, err
}

// IsRegion reports whether a region has the form the vendor allows. It becomes
// part of a host name, so nothing else may pass.
func IsRegion(region string) bool {
	const known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	return region != "" && strings.Trim(region, known) == ""
}

// RuleRegion says what [IsRegion] asks for.
const RuleRegion = "must be letters, digits, - and _"

// noHost is the message of a call that found no service at its endpoint.
func noHost(r Request, at endpoint) string {
	if at.chosen {
		const ask = "no service at %s: are Config.Endpoint and Config.EndpointFor right for region %q?"
		return fmt.Sprintf(ask, at.host, r.Region)
	}
	return fmt.Sprintf("no service at %s: does region %q exist? If it does, set Config.Endpoint", at.host, r.Region)
}

// checkEndpoint reads the endpoints of a configuration. The value is not quoted in the
// problem: a mistaken one may hold a password.
func checkEndpoint(c *provider.Checker, text string, of func(region string) string) oncehttp.Endpoints {
	fixed, ok := oncehttp.NewEndpoints(text, nil)
	at, _, err := fixed.For("region")
	readable := ok && err == nil && strings.Trim(at.Path, "/") == ""
	c.Require(readable, "Config.Endpoint", nil, oncehttp.RuleEndpoint)
	own, _ := oncehttp.NewEndpoints(text, of)
	return own
}
