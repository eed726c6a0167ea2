package ens

import (
	"encoding/json"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// params are the parameters of a call under their wire names. Package aliyun has the same type: its
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

// list sends a list, numbered from 1.
func (p params) list(name string, values []string) {
	for i, v := range values {
		p.text(name+"."+strconv.Itoa(i+1), v)
	}
}

// tags sends tags, numbered in the order of their keys.
func (p params) tags(name string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	for i, key := range sorted.Keys(tags) {
		at := name + "." + strconv.Itoa(i+1)
		p[at+".Key"], p[at+".Value"] = key, tags[key]
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
		panic("ens: " + err.Error())
	}
	return string(text)
}

// ipType returns "" for the zero value, which lets the cloud decide.
func ipType(f provider.IPFamily) string {
	switch f {
	case provider.IPv4:
		return "ipv4"
	case provider.IPv6:
		return "ipv6"
	case provider.DualStack:
		return "ipv4Andipv6"
	default:
		return ""
	}
}

// internetChargeType returns "" for what ENS does not have. Validation refuses it before.
func internetChargeType(t provider.BandwidthCharge) string {
	switch t {
	case provider.PayByDailyPeak:
		return "BandwidthByDay"
	case provider.PayBy95th:
		return "95BandwidthByMonth"
	default:
		return ""
	}
}

// periodUnit returns "" for what ENS does not have. Validation refuses it before. CreateInstance
// counts in months only.
func periodUnit(u provider.PeriodUnit) string {
	switch u { //nolint:exhaustive // validation refuses the others
	case provider.Day:
		return "Day"
	case provider.Month:
		return "Month"
	}
	return ""
}

// trueOrFalse writes a choice as CreateInstance documents AutoRenew: as a text with a capital letter.
func trueOrFalse(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "True"
	default:
		return "False"
	}
}

// systemDisk is the JSON text SystemDisk of RunInstances. Sizes are numbers, as in the vendor's own
// Terraform provider.
type systemDisk struct {
	Size     int    `json:"Size,omitempty"`
	Category string `json:"Category,omitempty"`
}

// dataDisk is an element of the JSON text DataDisk.
type dataDisk struct {
	Size      int    `json:"Size,omitempty"`
	Category  string `json:"Category,omitempty"`
	Encrypted bool   `json:"Encrypted,omitempty"`
	KMSKeyID  string `json:"KMSKeyId,omitempty"`
}

// dataDisks translates the data disks.
func dataDisks(disks []provider.Disk) []dataDisk {
	out := make([]dataDisk, len(disks))
	for i := range disks {
		out[i] = dataDisk{
			Size:      disks[i].SizeGiB,
			Category:  disks[i].Type,
			Encrypted: disks[i].Encrypted,
			KMSKeyID:  disks[i].KMSKeyID,
		}
	}
	return out
}

// tagParam is an element of the Tags parameter.
type tagParam struct{ Key, Value string }

// tagFilter translates the tags of a query.
func tagFilter(tags map[string]string) []tagParam {
	out := make([]tagParam, 0, len(tags))
	for _, key := range sorted.Keys(tags) {
		out = append(out, tagParam{key, tags[key]})
	}
	return out
}
