package ens

import (
	"encoding/json"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// params are the parameters of a request, by wire name.
type params map[string]string

func (p params) text(name, value string) {
	if value != "" {
		p[name] = value
	}
}

func (p params) number(name string, n int) {
	if n != 0 {
		p[name] = strconv.Itoa(n)
	}
}

func (p params) flag(name string, on bool) { p[name] = strconv.FormatBool(on) }

// yes sends a flag only when it is set; its absence means no.
func (p params) yes(name string, on bool) {
	if on {
		p.flag(name, true)
	}
}

func (p params) tags(tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	for i, key := range sorted.Keys(tags) {
		at := "Tag." + strconv.Itoa(i+1)
		p[at+".Key"], p[at+".Value"] = key, tags[key]
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// jsonText is for types of this package, which always marshal.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("ens: " + err.Error())
	}
	return string(text)
}

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

// internetChargeType returns "" for what ENS does not have; validation refuses
// it before.
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

// periodUnit is for RunInstances; CreateInstance counts in months only.
func periodUnit(u provider.PeriodUnit) string {
	if u == provider.Day {
		return "Day"
	}
	return "Month"
}

// trueOrFalse writes a flag as CreateInstance documents AutoRenew: a string
// with a capital letter.
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

// systemDisk and dataDisk are the JSON texts of RunInstances. Sizes are
// numbers: the vendor's own Terraform provider sends them so.
type systemDisk struct {
	Size     int    `json:"Size,omitempty"`
	Category string `json:"Category,omitempty"`
}

type dataDisk struct {
	Size      int    `json:"Size,omitempty"`
	Category  string `json:"Category,omitempty"`
	Encrypted bool   `json:"Encrypted,omitempty"`
	KMSKeyID  string `json:"KMSKeyId,omitempty"`
}

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

func tagFilter(tags map[string]string) []tagParam {
	out := make([]tagParam, 0, len(tags))
	for _, key := range sorted.Keys(tags) {
		out = append(out, tagParam{key, tags[key]})
	}
	return out
}
