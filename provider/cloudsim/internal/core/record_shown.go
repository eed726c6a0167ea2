package core

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// valueCheck reports whether the value of a parameter may be shown.
type valueCheck func(c *Service, k *Call, value string) bool

// shown returns the parameters that a record shows, and how many others there are. A list
// of IDs becomes one entry.
func (c *Service) shown(k *Call, params map[string]string) (show map[string]string, masked int) {
	ids := map[string][]string{}
	show = map[string]string{}
	for name, value := range params {
		name = strings.TrimRight(name, ".0123456789") // InstanceId.1 is one of InstanceId
		check := shownParams[name]
		switch {
		case idNames[name]:
			ids[name] = append(ids[name], idsIn(value)...)
		case check != nil && check(c, k, value):
			show[name] = value
		default:
			masked++
		}
	}
	for name, list := range ids {
		show[name] = c.knownIDs(list)
	}
	return show, masked
}

// idNames are the parameters with IDs of instances.
var idNames = map[string]bool{"InstanceId": true, "InstanceIds": true, "instances": true, "instance": true}

// idsIn returns the IDs in the value of a parameter: one, or a JSON list.
func idsIn(value string) []string {
	var list []string
	if json.Unmarshal([]byte(value), &list) == nil {
		return list
	}
	return []string{value}
}

// knownIDs returns the first IDs of a list. An ID that the cloud did not give is masked.
func (c *Service) knownIDs(list []string) string {
	const most = 3
	slices.Sort(list)
	var words []string
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range list[:min(most, len(list))] {
		words = append(words, mask(id, c.instances[id] != nil))
	}
	if more := len(list) - most; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, " ")
}

// shownParams are the names of the parameters that records show, for all clouds, each with
// a check of its value. Whatever is not here is masked: it may hold a password, user data,
// a token, a signature or a vendor's raw text.
var shownParams = checks(
	named(form(`[0-9]{1,5}`), "Amount", "MinAmount", "Quantity", "InstanceCount", "MinCount", "count", "PageNumber",
		"PageSize", "MaxResults", "Limit", "Offset", "limit", "offset", "Period", "cpu", "memory"),
	named(form(`(?i)true|false|0|1`), "DryRun", "Force", "ForceStop", "AutoPay", "AutoRenew", "force", "direct_cease",
		"verbose"),
	named(form(`PrePaid|PostPaid|PREPAID|POSTPAID_BY_HOUR|SPOTPAID|CDHPAID`), "InstanceChargeType"),
	named(form(`NoSpot|SpotAsPriceGo|SpotWithPriceLimit`), "SpotStrategy"),
	named(form(`Region|Big|Middle|Small`), "ScheduleAreaLevel"),
	named(form(`(ecs|ens)(\.[a-z0-9-]{1,20}){1,3}|[A-Z]{1,4}[0-9]{1,2}[a-z]{0,2}\.[0-9]{0,2}[A-Z]+[0-9]{1,4}`),
		"InstanceType"),
	named(form(`c[0-9]{1,3}m[0-9]{1,3}|[a-z][0-9]\.[0-9a-z]{1,10}(\.[a-z][0-9]{1,2})?`), "instance_type"),
	named(isRegion, "RegionId", "EnsRegionId", "zone"),
	named(isZone, "ZoneId", "Placement.Zone"),
)

// namedCheck is a check for the parameters of some names.
type namedCheck struct {
	names []string
	check valueCheck
}

func named(check valueCheck, names ...string) namedCheck { return namedCheck{names, check} }

func checks(list ...namedCheck) map[string]valueCheck {
	all := map[string]valueCheck{}
	for _, l := range list {
		for _, name := range l.names {
			all[name] = l.check
		}
	}
	return all
}

// form returns a check that the whole value matches a pattern.
func form(pattern string) valueCheck {
	r := regexp.MustCompile("^(" + pattern + ")$")
	return func(_ *Service, _ *Call, value string) bool { return r.MatchString(value) }
}

func isRegion(c *Service, _ *Call, value string) bool {
	return c.Knows(value) || regionForm.MatchString(value)
}

// isZone accepts a known region and at most three characters.
func isZone(c *Service, k *Call, value string) bool {
	rest, ok := strings.CutPrefix(value, cmp.Or(k.Region, Masked))
	return ok && len(rest) < 4 && c.Knows(k.Region)
}

// ShownType returns an instance type that may be shown, or [Masked].
func ShownType(text string) string {
	known := shownParams["InstanceType"](nil, nil, text) || shownParams["instance_type"](nil, nil, text)
	return mask(text, known)
}
