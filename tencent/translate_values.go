package tencent

import (
	"net/netip"
	"strconv"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

func pointer[T any](v T) *T { return &v }

// text, number, unsigned and list are nil for a zero value.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int64 {
	if n == 0 {
		return nil
	}
	return pointer(int64(n))
}

func unsigned(n int) *uint64 {
	if n == 0 {
		return nil
	}
	return pointer(uint64(n))
}

// yes is nil for false, unless that is to be sent in so many words.
func yes(b, always bool) *bool {
	if !b && !always {
		return nil
	}
	return &b
}

func list(ss []string) []*string {
	var out []*string
	for _, s := range ss {
		out = append(out, &s)
	}
	return out
}

func addresses(addrs []netip.Addr) []*string {
	var out []*string
	for _, a := range addrs {
		out = append(out, pointer(a.String()))
	}
	return out
}

// tagSpecification is sorted by key, so that the same spec is the same request:
// a client token stands for one set of parameters.
func tagSpecification(resource string, tags map[string]string) []*cvm.TagSpecification {
	if len(tags) == 0 {
		return nil
	}
	ts := &cvm.TagSpecification{ResourceType: text(resource)}
	for _, k := range sorted.Keys(tags) {
		ts.Tags = append(ts.Tags, &cvm.Tag{Key: pointer(k), Value: pointer(tags[k])})
	}
	return []*cvm.TagSpecification{ts}
}

// timeFormat is what CVM calls ISO 8601: UTC, whole seconds.
const timeFormat = "2006-01-02T15:04:05Z"

func internetCharge(c provider.BandwidthCharge) string {
	switch c {
	case provider.PayByTraffic:
		return "TRAFFIC_POSTPAID_BY_HOUR"
	case provider.PayByBandwidth:
		return "BANDWIDTH_POSTPAID_BY_HOUR"
	case provider.PrepaidBandwidth:
		return "BANDWIDTH_PREPAID"
	case provider.BandwidthPackage:
		return "BANDWIDTH_PACKAGE"
	default: // ValidateRun refuses the others
		return ""
	}
}

// chargeTypes are the values of InstanceChargeType. Mode "" is absent, so that
// the cloud decides.
var chargeTypes = map[provider.BillingMode]string{
	provider.OnDemand:      "POSTPAID_BY_HOUR",
	provider.Prepaid:       "PREPAID",
	provider.Spot:          "SPOTPAID",
	provider.DedicatedHost: "CDHPAID",
}

// months is the period in the only unit that CVM has.
func months(b *provider.Billing) int {
	if b.PeriodUnit == provider.Year {
		return 12 * b.Period
	}
	return b.Period
}

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

// projectID is nil when there is none; 0 is the default project, and is sent.
func projectID(id string) (*int64, error) {
	if id == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(id, 10, 63)
	return pointer(int64(n)), err
}

// uniquePattern numbers the servers of a create from 001.
const uniquePattern = "{R:1,F:3}"

// numbered appends CVM's own numbering pattern: from 1, three digits.
func numbered(name string, unique bool) string {
	if name == "" || !unique {
		return name
	}
	return name + uniquePattern
}
