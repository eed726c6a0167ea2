package tencent

import (
	"net/netip"
	"strconv"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// text is nil for "", which lets the cloud decide.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// number is nil for 0, which lets the cloud decide.
func number(n int) *int64 {
	if n == 0 {
		return nil
	}
	return new(int64(n))
}

// unsigned is number for the parameters that the SDK has unsigned.
func unsigned(n int) *uint64 {
	if n == 0 {
		return nil
	}
	return new(uint64(n))
}

// yes is nil for false, the cloud's default.
func yes(on bool) *bool {
	if !on {
		return nil
	}
	return &on
}

// list is nil for an empty list.
func list(values []string) []*string {
	var out []*string
	for _, v := range values {
		out = append(out, &v)
	}
	return out
}

// addrTexts writes addresses.
func addrTexts(addrs []netip.Addr) []string {
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.String()
	}
	return out
}

// tags are the tags of a kind of resource. They are sorted by key, so that the same spec is
// the same request: a client token stands for one set of parameters.
func tags(resource string, tags map[string]string) []*cvm.TagSpecification {
	if len(tags) == 0 {
		return nil
	}
	out := &cvm.TagSpecification{ResourceType: text(resource)}
	for _, k := range sorted.Keys(tags) {
		out.Tags = append(out.Tags, &cvm.Tag{Key: new(k), Value: new(tags[k])})
	}
	return []*cvm.TagSpecification{out}
}

// metadata is sorted by key, so that the same spec is the same request: a client token stands
// for one set of parameters.
func metadata(items map[string]string) *cvm.Metadata {
	if len(items) == 0 {
		return nil
	}
	m := &cvm.Metadata{}
	for _, k := range sorted.Keys(items) {
		m.Items = append(m.Items, &cvm.MetadataItem{Key: new(k), Value: new(items[k])})
	}
	return m
}

func enhancedService(spec *provider.RunInstancesSpec) *cvm.EnhancedService {
	o := optionsOf(spec)
	s := cvm.EnhancedService{}
	if on := spec.SecurityAgent; on != nil {
		s.SecurityService = &cvm.RunSecurityServiceEnabled{Enabled: on}
	}
	if on := spec.MonitorAgent; on != nil {
		s.MonitorService = &cvm.RunMonitorServiceEnabled{Enabled: on}
	}
	if on := o.AutomationAgent; on != nil {
		s.AutomationService = &cvm.RunAutomationServiceEnabled{Enabled: on}
	}
	if s == (cvm.EnhancedService{}) {
		return nil
	}
	return &s
}

func filter(name, value string) *cvm.Filter {
	return &cvm.Filter{Name: new(name), Values: []*string{new(value)}}
}

// timeFormat is what CVM calls ISO 8601: UTC, whole seconds.
const timeFormat = "2006-01-02T15:04:05Z"

// internetChargeType returns "" for what CVM does not have. Validation refuses it before.
func internetChargeType(c provider.BandwidthCharge) string {
	switch c {
	case provider.PayByTraffic:
		return "TRAFFIC_POSTPAID_BY_HOUR"
	case provider.PayByBandwidth:
		return "BANDWIDTH_POSTPAID_BY_HOUR"
	case provider.PrepaidBandwidth:
		return "BANDWIDTH_PREPAID"
	case provider.BandwidthPackage:
		return "BANDWIDTH_PACKAGE"
	default:
		return ""
	}
}

// chargeTypes are the values of InstanceChargeType. Mode "" has none, so that the cloud
// decides.
var chargeTypes = map[provider.BillingMode]string{
	provider.OnDemand:      "POSTPAID_BY_HOUR",
	provider.Prepaid:       "PREPAID",
	provider.Spot:          "SPOTPAID",
	provider.DedicatedHost: "CDHPAID",
}

// months is a period in the only unit that CVM has.
func months(n int, unit provider.PeriodUnit) int {
	if unit == provider.Year {
		return 12 * n
	}
	return n
}

// renewFlag says what happens at the end of a prepaid period. Silent sends no notice.
func renewFlag(auto *bool, silent bool) *string {
	switch {
	case silent:
		return text("DISABLE_NOTIFY_AND_MANUAL_RENEW")
	case auto == nil:
		return nil
	case *auto:
		return text("NOTIFY_AND_AUTO_RENEW")
	default:
		return text("NOTIFY_AND_MANUAL_RENEW")
	}
}

// projectID is nil when there is none. 0 is the default project, and is sent.
func projectID(id string) (*int64, error) {
	if id == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(id, 10, 63)
	return new(int64(n)), err
}

// uniquePattern numbers the instances of a create from 001.
const uniquePattern = "{R:1,F:3}"

// numbered appends uniquePattern to a name with a unique suffix.
func numbered(name string, unique bool) string {
	if name == "" || !unique {
		return name
	}
	return name + uniquePattern
}
