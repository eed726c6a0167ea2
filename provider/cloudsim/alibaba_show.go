package cloudsim

import (
	"strconv"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// aliStatus is the vendor's word for a phase.
func aliStatus(p core.Phase) string {
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

// aliExpiry is when the paid time of a prepaid machine ends.
func aliExpiry(m *core.Instance) time.Time {
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

// aliInterface is the network interface of an instance.
func aliInterface(m *core.Instance) aliObject {
	sets := make([]aliObject, len(m.PrivateIPs))
	for i, ip := range m.PrivateIPs {
		sets[i] = aliObject{{"PrivateIpAddress", ip}, {"Primary", i == 0}}
	}
	return aliObject{
		{"NetworkInterfaceId", "eni-" + m.ID[2:]},
		{"Type", "Primary"},
		{"MacAddress", "00:16:3e:00:00:01"},
		{"PrimaryIpAddress", m.PrivateIPs[0]},
		{"PrivateIpSets", aliList("PrivateIpSet", sets)},
		{"Ipv6Sets", aliList("Ipv6Set", []string(nil))},
	}
}

// aliTags are tags as answers have them, in order of their keys.
func aliTags(tags map[string]string) []aliObject {
	var out []aliObject
	for _, key := range aliSortedKeys(tags) {
		out = append(out, aliObject{{"TagKey", key}, {"TagValue", tags[key]}})
	}
	return out
}

// aliHasTags tells whether all the wanted tags are there; an empty value asks
// for the key alone.
func aliHasTags(have, want map[string]string) bool {
	for key, value := range want {
		if got, ok := have[key]; !ok || value != "" && got != value {
			return false
		}
	}
	return true
}

// aliInt is a number that was checked when the machine was made, or 0.
func aliInt(params map[string]string, name string) int {
	if params[name] == "" {
		return 0
	}
	n, _ := strconv.Atoi(params[name])
	return n
}
