package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/internal/tolerant"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/wire"
)

const (
	stsHost    = "sts.tencentcloudapi.com"
	stsVersion = "2018-08-13"

	// stsRegion is the region of AssumeRole. Roles are the same in all regions, and the SDKs of the
	// vendor use this one.
	stsRegion = "ap-guangzhou"

	// stsTimeout bounds one call of STS.
	stsTimeout = 10 * time.Second

	defaultSession  = "yunfan"
	defaultDuration = 2 * time.Hour
	longestDuration = 12 * time.Hour
)

// Options say how sources call services. The adapter documents them.
type Options struct {
	STSEndpoint string
	STSRegion   string
	Transport   http.RoundTripper
}

// role is a role of CAM to assume.
type role struct {
	arn         string
	sessionName string
	externalID  string
	policy      string
	duration    time.Duration
	endpoint    string // of STS, where the options have none
}

// sts gets temporary keys from the Security Token Service through the SDK's common client. The SDK's
// own providers have no ctx and no timeout.
type sts struct {
	endpoint  string // "" is the one of the role, or the vendor's
	region    string // "" is the usual one
	transport *wire.Guard
}

func newSTS(o Options) sts {
	return sts{o.STSEndpoint, o.STSRegion, &wire.Guard{Pair: oncehttp.NewPair(o.Transport)}}
}

// assume gets keys of a role for the holder of other keys. See
// cloud.tencent.com/document/api/1312/48197.
func (s sts) assume(ctx context.Context, keys provider.Credentials, r role) (provider.Credentials, time.Time, error) {
	params, err := r.params()
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	if r.externalID != "" {
		params["ExternalId"] = r.externalID
	}
	return s.call(ctx, &stsCall{
		action: "AssumeRole", endpoint: r.endpoint, region: stsRegion, role: r.arn, params: params, keys: keys,
	})
}

// webIdentity is a role of CAM that is assumed with a token of an OIDC provider.
type webIdentity struct {
	role
	region     string
	providerID string
	token      provider.Secret
}

// assumeByToken gets keys of a role for the holder of a token. The request is not signed. See
// cloud.tencent.com/document/api/1312/73070.
func (s sts) assumeByToken(ctx context.Context, w *webIdentity) (provider.Credentials, time.Time, error) {
	params, err := w.params()
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	params["ProviderId"] = w.providerID
	params["WebIdentityToken"] = w.token.Reveal()
	return s.call(ctx, &stsCall{
		action: "AssumeRoleWithWebIdentity", region: w.region, role: w.arn, params: params, token: w.token,
	})
}

// params returns the parameters that all calls for a role have.
func (r *role) params() (map[string]any, error) {
	duration := cmp.Or(r.duration, defaultDuration)
	if duration < time.Second || duration > longestDuration {
		return nil, fmt.Errorf("a session of role %s cannot last %v: it may be 1 s to %v", r.arn, r.duration, longestDuration)
	}
	params := map[string]any{
		"RoleArn":         r.arn,
		"RoleSessionName": cmp.Or(r.sessionName, defaultSession),
		"DurationSeconds": int64(duration / time.Second),
	}
	if r.policy != "" {
		params["Policy"] = r.policy
	}
	return params, nil
}

// stsCall is one call of STS.
type stsCall struct {
	action   string
	endpoint string // "" is the vendor's
	region   string
	role     string // for errors
	params   map[string]any

	keys  provider.Credentials // sign the request; without any it is not signed
	token provider.Secret      // in params

	oncehttp.Exchange
}

// call sends one request and reads its answer. Its errors quote neither.
func (s sts) call(ctx context.Context, c *stsCall) (provider.Credentials, time.Time, error) {
	var a stsAnswer
	inner, cancel := context.WithTimeout(ctx, stsTimeout)
	defer cancel()
	defer c.Close()
	c.Keep = 4 << 10
	err := s.send(c.Watch(inner), c, &a)
	switch {
	case err == nil:
		return a.keys()
	case ctx.Err() != nil:
		return provider.Credentials{}, time.Time{}, ctx.Err()
	}
	return provider.Credentials{}, time.Time{}, c.failed(err)
}

// send has the SDK send one request. Unlike the SDK it keeps its hands off a client that the whole
// process shares.
func (s sts) send(ctx context.Context, c *stsCall, a *stsAnswer) error {
	at, ok := oncehttp.ParseEndpoint(cmp.Or(s.endpoint, c.endpoint, stsHost))
	hasPath := strings.Trim(at.Path, "/") != ""
	if !ok || hasPath {
		return errors.New("its endpoint " + oncehttp.RuleEndpoint)
	}
	if err := wire.Shared(); err != nil {
		return err
	}
	cred := common.NewTokenCredential(c.keys.AccessKeyID, c.keys.AccessKeySecret.Reveal(), c.keys.SecurityToken.Reveal())
	client := common.NewCommonClient(cred, cmp.Or(s.region, c.region), wire.Profile(at)).WithHttpTransport(s.transport)
	req := tchttp.NewCommonRequest("sts", stsVersion, c.action)
	req.SetSkipSign(c.keys.AccessKeyID == "")
	req.SetContext(ctx)
	if err := req.SetActionParameters(c.params); err != nil {
		return errors.New("its parameters cannot be written as JSON")
	}
	if err := client.Send(req, a); !errors.Is(err, errRead) {
		return err
	}
	return nil
}

// failed returns the error of a call without keys. The SDK's error is rebuilt, because it may repeat
// what was sent and what was answered.
func (c *stsCall) failed(err error) error {
	hidden := &oncehttp.Redactor{}
	hidden.Hide(oncehttp.PieceOfKey, c.keys.AccessKeySecret.Reveal(), c.keys.SecurityToken.Reveal(), c.token.Reveal())
	where := fmt.Sprintf("assuming role %s by %s of STS", c.role, c.action)
	if c.Request() == nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	where += " at " + c.Request().URL.Host
	var sdk *tcerr.TencentCloudSDKError
	refused := errors.As(err, &sdk) && !strings.HasPrefix(sdk.Code, "ClientError.")
	switch {
	case refused:
		return fmt.Errorf("%s: %s: %s%s (request ID %s)",
			where, hidden.Text(sdk.Code), hidden.Text(sdk.Message), c.advice(sdk.Code), hidden.Text(sdk.RequestId))
	case c.Status() == 0 && c.Err() != nil && errors.Is(c.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s: no answer within %v", where, stsTimeout)
	case c.Status() == 0:
		return fmt.Errorf("%s: no answer: %w", where, hidden.Cause(cmp.Or(c.Err(), err)))
	case c.Status() != http.StatusOK:
		return fmt.Errorf("%s: HTTP status %d", where, c.Status())
	}
	return fmt.Errorf("%s: the answer cannot be read", where)
}

// advice returns what to do about a refusal, if its code says so.
func (c *stsCall) advice(code string) string {
	switch {
	case strings.HasPrefix(code, "AuthFailure.SignatureExpire"):
		return ": " + c.Clock().Hint()
	case strings.HasPrefix(code, "AuthFailure.TokenFailure"):
		return ": the temporary keys that are to assume it have ended, or their token is not theirs: get new ones"
	case strings.HasPrefix(code, "AuthFailure.SecretId"), strings.HasPrefix(code, "AuthFailure.InvalidSecretId"):
		return ": there is no such key, or it was deleted or disabled"
	}
	return ""
}

// errRead ends the SDK's own reading of an answer that has been read.
var errRead = errors.New("the answer has been read")

// stsAnswer is what STS answers. No format of package fmt may show it, so it never leaves this file.
type stsAnswer struct {
	Response *struct {
		Credentials *struct {
			Token        string
			TmpSecretID  string `json:"TmpSecretId"`
			TmpSecretKey string
		}
		ExpiredTime int64
	}
}

// ParseErrorFromHTTPResponse is asked by the SDK before it decodes an answer. It reads the answer and
// returns errRead: the SDK's decoder quotes what it cannot read.
func (a *stsAnswer) ParseErrorFromHTTPResponse(body []byte) error {
	if err := wire.Refusal(body); err != nil {
		return err
	}
	if _, err := tolerant.Unmarshal(body, a); err != nil {
		return errors.New("the answer cannot be read")
	}
	return errRead
}

// keys returns the keys of an answer and when they end.
func (a *stsAnswer) keys() (provider.Credentials, time.Time, error) {
	r := a.Response
	if r == nil || r.Credentials == nil || r.Credentials.TmpSecretID == "" || r.Credentials.TmpSecretKey == "" {
		return provider.Credentials{}, time.Time{}, errors.New("STS answered without keys")
	}
	if r.ExpiredTime <= 0 {
		return provider.Credentials{}, time.Time{}, errors.New("STS answered with keys that have no end")
	}
	keys := provider.Credentials{
		AccessKeyID: r.Credentials.TmpSecretID, AccessKeySecret: provider.Secret(r.Credentials.TmpSecretKey),
		SecurityToken: provider.Secret(r.Credentials.Token),
	}
	return keys, time.Unix(r.ExpiredTime, 0), nil
}
