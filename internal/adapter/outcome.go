package adapter

import (
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

// OutcomeOf translates what an exchange proves about its call.
func OutcomeOf(f oncehttp.Fate) provider.Outcome {
	switch f {
	case oncehttp.Unsent:
		return provider.OutcomeUnsent
	case oncehttp.Throttled:
		return provider.OutcomeThrottled
	default:
		return provider.OutcomeUnknown
	}
}

// KindOf returns the sentinel of an HTTP status that comes without a code of the vendor.
func KindOf(v oncehttp.Verdict) error {
	switch {
	case v.TooLarge:
		return provider.ErrInvalid
	case v.Fate == oncehttp.Throttled:
		return provider.ErrThrottled
	default:
		return provider.ErrUnavailable
	}
}
