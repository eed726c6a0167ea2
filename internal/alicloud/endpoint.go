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
}

// endpoint finds where a region is served. Its error names no secret.
func (c *Caller) endpoint(region string) (endpoint, error) {
	if !IsRegion(region) {
		return endpoint{}, fmt.Errorf("region %q: %s", region, RuleRegion)
	}
	if c.fixed.host != "" {
		return c.fixed, nil
	}
	host, err := c.endpointFor(region)
	return endpoint{scheme: "HTTPS", host: host}, err
}

// IsRegion reports whether a region has the form the vendor allows. It becomes
// part of a host name, so nothing else may pass.
func IsRegion(region string) bool {
	return region != "" && strings.IndexFunc(region, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}) < 0
}

// RuleRegion says what [IsRegion] asks for.
const RuleRegion = "must be letters, digits, - and _"

// parseEndpoint reads Config.Endpoint. The value is not quoted in the problem:
// a mistaken one may hold a password.
func parseEndpoint(c *provider.Checker, s string) endpoint {
	if s == "" {
		return endpoint{}
	}
	e, ok := oncehttp.ParseEndpoint(s)
	if !ok || strings.Trim(e.Path, "/") != "" {
		c.Fail("Config.Endpoint", nil, oncehttp.RuleEndpoint)
		return endpoint{}
	}
	return endpoint{scheme: strings.ToUpper(e.Scheme), host: e.Host}
}
