package maintain

import (
	"context"

	"github.com/yunfan-cloud/yunfan/provider"
)

// The calls of the interfaces below follow the rules of [provider.Driver]: one request each, no
// retry, *[provider.APIError] for the answers of the cloud, and a *[provider.FieldError] for what
// the cloud does not have. An instance that does not exist is [provider.ErrNotFound]. One whose
// state forbids the change is [provider.ErrState], with Temporary set if that state ends by itself.

// Tagger is implemented by drivers of clouds whose tags have keys and values.
type Tagger interface {
	// TagLimits returns how many instances, and how many tags, one call may name.
	TagLimits() (instances, tags int)

	// TagInstances sets tags. A tag of the same key gets the new value.
	TagInstances(ctx context.Context, region string, ids []string, tags map[string]string) error

	// UntagInstances removes tags. A tag that an instance does not have is no error.
	UntagInstances(ctx context.Context, region string, ids, keys []string) error
}

// Modifier is implemented by drivers that change attributes of instances.
type Modifier interface {
	// InstancesPerModify returns how many instances one call may name for a change, which has one
	// field set. It returns a *[provider.FieldError] for a field that the cloud cannot change and
	// for a value that it does not take.
	InstancesPerModify(c *Change) (int, error)

	// ModifyInstances makes a change, which has one field set.
	ModifyInstances(ctx context.Context, region string, ids []string, c *Change) error
}

// Resizer is implemented by drivers that change the type of an instance.
type Resizer interface {
	// ResizeInstance changes the type of a stopped instance. The token is set where
	// Limits.Idempotent names the call. OrderID is the order of a prepaid instance, or "".
	ResizeInstance(ctx context.Context, r *ResizeRequest, token string) (orderID, requestID string, err error)
}

// ResizeRequest asks for another type of an instance.
type ResizeRequest struct {
	Region, ID   string
	InstanceType string
	Billing      provider.BillingMode // how the instance is paid for
}

// Renewer is implemented by drivers that prolong prepaid instances.
type Renewer interface {
	// RenewInstance prolongs a prepaid instance. The token is set where Limits.Idempotent names
	// the call. OrderID may be "".
	RenewInstance(ctx context.Context, r *RenewRequest, token string) (orderID, requestID string, err error)
}

// RenewRequest asks for a longer prepaid time.
type RenewRequest struct {
	Region, ID string
	Period     int
	Unit       provider.PeriodUnit

	// AutoRenew reports how the instance is renewed at the end of its time, as the cloud shows it.
	// A renewal keeps it. Nil means that the cloud does not say.
	AutoRenew *bool
}

// The calls, by the names of their methods.
const (
	apiTag    provider.API = "TagInstances"
	apiUntag  provider.API = "UntagInstances"
	apiModify provider.API = "ModifyInstances"
	apiResize provider.API = "ResizeInstance"
	apiRenew  provider.API = "RenewInstance"
)
