package alicloud

import (
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// outcomeOfFate translates what an exchange proves.
func outcomeOfFate(f oncehttp.Fate) provider.Outcome {
	switch f {
	case oncehttp.Unsent:
		return provider.OutcomeUnsent
	case oncehttp.Throttled:
		return provider.OutcomeThrottled
	default:
		return provider.OutcomeUnknown
	}
}

// kindOfStatus returns the sentinel of a status without a code of the vendor.
func kindOfStatus(v oncehttp.Verdict) error {
	switch {
	case v.TooLarge:
		return provider.ErrInvalid
	case v.Fate == oncehttp.Throttled:
		return provider.ErrThrottled
	default:
		return provider.ErrUnavailable
	}
}
