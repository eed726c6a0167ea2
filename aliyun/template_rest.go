package aliyun

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
)

// kept are the parameters that a version holds, by their wire names. To read a parameter removes it.
// What is left at the end has no place in the spec.
type kept map[string]string

// flatten reads LaunchTemplateData. The system disk may be there twice, as keys
// with a dot and as an object.
func flatten(data []byte) (kept, bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var top map[string]any
	if err := d.Decode(&top); err != nil || top == nil {
		return nil, false
	}
	k := kept{}
	for _, name := range sorted.Keys(top) {
		k.add(name, top[name])
	}
	return k, true
}

func (k kept) add(name string, value any) {
	switch v := value.(type) {
	case string:
		k.set(name, v)
	case json.Number:
		k.set(name, v.String())
	case bool:
		k.set(name, strconv.FormatBool(v))
	case map[string]any:
		for _, field := range sorted.Keys(v) {
			k.add(name+"."+field, v[field])
		}
	case []any:
		for i, item := range v {
			k.add(fmt.Sprintf("%s.%d", listParam(name), i+1), item)
		}
	}
}

// set keeps the value that says more when a parameter is there twice.
func (k kept) set(name, value string) {
	switch value {
	case "":
	case "0", "false":
		k[name] = cmp.Or(k[name], value)
	default:
		k[name] = value
	}
}

// listParam returns the name that a list has in requests: answers wrap lists twice.
func listParam(name string) string {
	switch name {
	case "DataDisks", "DataDisks.DataDisk":
		return "DataDisk"
	case "NetworkInterfaces", "NetworkInterfaces.NetworkInterface":
		return "NetworkInterface"
	case "Tags", "Tags.InstanceTag":
		return "Tag"
	}
	if outer, ok := strings.CutSuffix(name, ".SecurityGroupId"); ok && strings.HasSuffix(outer, "SecurityGroupIds") {
		return outer
	}
	return name
}

func (k kept) text(name string) string {
	v := k[name]
	delete(k, name)
	return v
}

// number takes a whole number. It returns 0 for a parameter that is not set.
func (k kept) number(name string) int {
	n, err := strconv.Atoi(k[name])
	if err != nil || n < 0 || strconv.Itoa(n) != k[name] {
		return 0
	}
	delete(k, name)
	return n
}

// yes takes a flag that is off unless it is set.
func (k kept) yes(name string) bool {
	on := k.choice(name)
	return on != nil && *on
}

func (k kept) choice(name string) *bool {
	switch k[name] {
	case "true", "false":
		return new(k.text(name) == "true")
	}
	return nil
}

// addr takes an IPv4 address.
func (k kept) addr(name string) (a netip.Addr) {
	if a, err := netip.ParseAddr(k[name]); err == nil && a.Is4() {
		delete(k, name)
		return a
	}
	return a
}

// size returns the highest number in a list. It ignores numbers above longestList.
func (k kept) size(list string) (n int) {
	for name := range k {
		rest, ok := strings.CutPrefix(name, list+".")
		digits, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(digits); ok && err == nil && i <= longestList {
			n = max(n, i)
		}
	}
	return n
}

// longestList is more than any list of a template has.
const longestList = 1000

func (k kept) list(name string) (out []string) {
	for i := range k.size(name) {
		if v := k.text(fmt.Sprintf("%s.%d", name, i+1)); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// trimmed removes empty elements from the end of a list: everything that the cloud has there is in raw
// parameters.
func trimmed[T any](list []T, empty func(*T) bool) []T {
	for len(list) > 0 && empty(&list[len(list)-1]) {
		list = list[:len(list)-1]
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// dropDefaults removes zeros that a service may answer for what is not set: these numbers cannot be 0,
// and these flags are off by default.
func (k kept) dropDefaults() {
	for name, value := range k {
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "Period", "AutoRenewPeriod", "SpotPriceLimit", "SpotDuration",
			"HttpPutResponseHopLimit", "Iops", "InternetMaxBandwidthIn":
			if f, err := strconv.ParseFloat(value, 64); err == nil && f == 0 {
				delete(k, name)
			}
		case "AutoRenew", "BurstingEnabled", "PasswordInherit":
			if value == "false" {
				delete(k, name)
			}
		}
	}
}
