package alibaba

import (
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Status returns the vendor's word for a phase.
func Status(p core.Phase) string {
	switch p {
	case core.Pending:
		return "Pending"
	case core.Starting:
		return "Starting"
	case core.Running:
		return "Running"
	case core.Stopping, core.Terminating:
		return "Stopping"
	default:
		return "Stopped"
	}
}

// Expiry returns when the paid time of a prepaid instance ends.
func Expiry(m *core.Instance) time.Time {
	if !m.PaidUntil.IsZero() {
		return m.PaidUntil
	}
	n, _ := strconv.Atoi(m.Params["Period"]) // checked by the create
	switch m.Params["PeriodUnit"] {
	case "Week":
		return m.Created.AddDate(0, 0, 7*n)
	case "Day":
		return m.Created.AddDate(0, 0, n)
	default:
		return m.Created.AddDate(0, n, 0)
	}
}

// Interface is the network interface of an instance.
func Interface(m *core.Instance) Object {
	sets := make([]Object, len(m.PrivateIPs))
	for i, ip := range m.PrivateIPs {
		sets[i] = Object{{"PrivateIpAddress", ip}, {"Primary", i == 0}}
	}
	return Object{
		{"NetworkInterfaceId", "eni-" + m.ID[2:]},
		{"Type", "Primary"},
		{"MacAddress", "00:16:3e:00:00:01"},
		{"PrimaryIpAddress", m.PrivateIPs[0]},
		{"PrivateIpSets", List("PrivateIpSet", sets)},
		{"Ipv6Sets", List("Ipv6Set", []string(nil))},
	}
}

// Tags returns tags in the form of answers, in order of their keys.
func Tags(tags map[string]string) []Object {
	var out []Object
	for _, key := range sortedKeys(tags) {
		out = append(out, Object{{"TagKey", key}, {"TagValue", tags[key]}})
	}
	return out
}

// HasTags reports whether all the wanted tags are present. A wanted tag with an empty
// value matches the key only.
func HasTags(have, want map[string]string) bool {
	for key, value := range want {
		got, ok := have[key]
		sameValue := value == "" || got == value
		if !ok || !sameValue {
			return false
		}
	}
	return true
}

// Int returns a number that the create has checked, or 0.
func Int(params map[string]string, name string) int {
	if params[name] == "" {
		return 0
	}
	n, _ := strconv.Atoi(params[name])
	return n
}
