package aliyun

import (
	"encoding/json"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// params are the parameters of a call under their wire names.
type params map[string]string

// text sets a parameter unless the value is "", which lets the cloud decide.
func (p params) text(name, value string) {
	if value != "" {
		p[name] = value
	}
}

// number sets a parameter unless the value is 0, which lets the cloud decide.
func (p params) number(name string, value int) {
	if value != 0 {
		p[name] = strconv.Itoa(value)
	}
}

// flag sets a parameter to true unless it is false, the cloud's default.
func (p params) flag(name string, value bool) {
	if value {
		p[name] = "true"
	}
}

// choice sets a parameter to true or false unless the value is nil.
func (p params) choice(name string, value *bool) {
	if value != nil {
		p[name] = strconv.FormatBool(*value)
	}
}

// list numbers its values from 1.
func (p params) list(name string, values []string) {
	for i, v := range values {
		p.text(name+"."+strconv.Itoa(i+1), v)
	}
}

// tags numbers tags in the order of their keys: the same spec must
// give the same parameters, or a repeated token is refused.
func (p params) tags(name string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	for i, key := range sorted.Keys(tags) {
		at := name + "." + strconv.Itoa(i+1)
		p.text(at+".Key", key)
		p.text(at+".Value", tags[key])
	}
}

func addrTexts(addrs []netip.Addr) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.String()
	}
	return out
}

// jsonList writes IDs as the JSON text that DescribeInstances wants.
func jsonList(ids []string) string {
	text, err := json.Marshal(ids)
	if err != nil { // a list of strings always has a JSON form
		return "[]"
	}
	return string(text)
}

// stamp is how the vendor writes times.
const stamp = "2006-01-02T15:04:05Z"

func internetChargeType(c provider.BandwidthCharge) string {
	switch c { //nolint:exhaustive // validation refuses the others
	case provider.PayByTraffic:
		return "PayByTraffic"
	case provider.PayByBandwidth:
		return "PayByBandwidth"
	}
	return ""
}

func periodUnit(u provider.PeriodUnit) string {
	switch u { //nolint:exhaustive // validation refuses the others
	case provider.Week:
		return "Week"
	case provider.Month:
		return "Month"
	}
	return ""
}

func spotStrategy(o *provider.SpotOptions) string {
	if o.Strategy == provider.SpotPriceLimit || o.MaxPrice != "" {
		return "SpotWithPriceLimit"
	}
	return "SpotAsPriceGo"
}

func spotInterruption(i provider.SpotInterruption) string {
	switch i {
	case provider.SpotTerminate:
		return "Terminate"
	case provider.SpotStop:
		return "Stop"
	}
	return ""
}

func tenancy(t provider.Tenancy) string {
	switch t {
	case provider.SharedTenancy:
		return "default"
	case provider.HostTenancy:
		return "host"
	}
	return ""
}

func affinity(a provider.Affinity) string {
	switch a {
	case provider.NoAffinity:
		return "default"
	case provider.HostAffinity:
		return "host"
	}
	return ""
}

func securityEnhancement(agent *bool) string {
	switch {
	case agent == nil:
		return ""
	case *agent:
		return "Active"
	}
	return "Deactive"
}
