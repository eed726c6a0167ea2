package aliyun

import (
	"encoding/json"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// params are the parameters of a call under their wire names. Package ens has the same type: its
// methods are words for writing and hold no rule, and each package adds some of its own.
type params map[string]string

// text sends a text unless it is "", which lets the cloud decide.
func (p params) text(name, value string) {
	if value != "" {
		p[name] = value
	}
}

// number sends a number unless it is 0, which lets the cloud decide.
func (p params) number(name string, n int) {
	if n != 0 {
		p[name] = strconv.Itoa(n)
	}
}

// boolean sends true or false.
func (p params) boolean(name string, on bool) { p[name] = strconv.FormatBool(on) }

// yes sends true, and nothing for false, the cloud's default.
func (p params) yes(name string, on bool) {
	if on {
		p.boolean(name, true)
	}
}

// choice sends true or false unless it is nil, which lets the cloud decide.
func (p params) choice(name string, on *bool) {
	if on != nil {
		p.boolean(name, *on)
	}
}

// list sends texts, numbered from 1.
func (p params) list(name string, values []string) {
	for i, v := range values {
		p.text(name+"."+strconv.Itoa(i+1), v)
	}
}

// tags sends tags, numbered in the order of their keys. The same spec must be the same request, or a
// repeated token is refused.
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

// first is "" for an empty list.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// jsonText writes a value as JSON. It is for types that always have a JSON form.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("aliyun: " + err.Error())
	}
	return string(text)
}

// addrTexts writes addresses.
func addrTexts(addrs []netip.Addr) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.String()
	}
	return out
}

// timeFormat is how the vendor writes times.
const timeFormat = "2006-01-02T15:04:05Z"

// internetChargeType returns "" for what ECS does not have. Validation refuses it before.
func internetChargeType(c provider.BandwidthCharge) string {
	switch c { //nolint:exhaustive // validation refuses the others
	case provider.PayByTraffic:
		return "PayByTraffic"
	case provider.PayByBandwidth:
		return "PayByBandwidth"
	}
	return ""
}

// periodUnit returns "" for what ECS does not have. Validation refuses it before.
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
