package wire

import (
	"errors"
	"net/http"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

// errShared stops a call because of a setting of the whole process.
var errShared = errors.New("common.DefaultHttpClient of the Tencent SDK is set: " +
	"it is shared by the whole process, and the adapter will not change it")

// Shared returns an error when a new client of the SDK would take a client for its own that the whole
// process shares, and change its transport.
func Shared() error {
	if common.DefaultHttpClient != nil {
		return errShared
	}
	return nil
}

// Profile returns the settings of an SDK client that does nothing by itself: no retries, which would
// ignore ctx, no timeouts other than ctx, no region breaker, and no debug log, which would print
// passwords.
func Profile(at oncehttp.Endpoint) *profile.ClientProfile {
	p := profile.NewClientProfile()
	p.HttpProfile.ReqMethod = http.MethodPost
	p.HttpProfile.ReqTimeout = 0
	p.HttpProfile.Scheme = strings.ToUpper(at.Scheme)
	p.HttpProfile.Endpoint = at.Host
	p.Language = "en-US"
	p.Debug = false
	p.DisableRegionBreaker = true
	p.NetworkFailureMaxRetries = 0
	p.RateLimitExceededMaxRetries = 0
	p.UnsafeRetryOnConnectionFailure = false
	return p
}
