package alikeys

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	stsVersion = "2015-04-01"

	// stsTimeout is the SDK's for connecting and reading.
	stsTimeout = 15 * time.Second

	// stsCentral serves every account. Regions have their own, which are nearer and work without it.
	stsCentral = "sts.aliyuncs.com"

	// stsNoRegion is the RegionId of calls to the central service.
	stsNoRegion = "cn-hangzhou"
)

// sts calls the vendor's Security Token Service.
type sts struct {
	caller *alicloud.Caller
	region string // RegionId
}

// stsOptions say where STS is.
type stsOptions struct {
	endpoint  string // "" is the vendor's
	region    string // "" is that of the environment, or else the central service
	vpc       bool   // the endpoint inside the region's private networks
	transport http.RoundTripper
}

func newSTS(o stsOptions, source provider.CredentialsSource) (*sts, error) {
	if o.endpoint == "" && o.region == "" {
		endpoint, _ := keysource.Env(envSTSEndpoint)
		o.endpoint = bareHost(endpoint)
		o.region, _ = keysource.Env(envSTSRegion)
	}
	if o.region != "" && !alicloud.IsRegion(o.region) {
		return nil, errors.New("the region of STS " + alicloud.RuleRegion)
	}
	vpc := o.vpc || keysource.IsTrue(envVPCEndpoints)
	caller, err := alicloud.New(alicloud.Config{
		Driver:         "sts",
		Credentials:    source,
		Endpoint:       o.endpoint,
		Transport:      o.transport,
		VendorEndpoint: func(string) (string, error) { return stsHost(o.region, vpc), nil },
	})
	if err != nil {
		return nil, errors.New("the endpoint of STS must be host[:port], https://host[:port] or http://host[:port]")
	}
	return &sts{caller: caller, region: cmp.Or(o.region, stsNoRegion)}, nil
}

// bareHost leaves HTTPS, which the vendor's tool uses whatever the scheme of an endpoint says.
func bareHost(endpoint string) string {
	endpoint = strings.TrimSpace(endpoint)
	if _, after, ok := strings.Cut(endpoint, "://"); ok {
		endpoint = after
	}
	return strings.TrimSuffix(endpoint, "/")
}

func stsHost(region string, vpc bool) string {
	switch {
	case region == "":
		return stsCentral
	case vpc:
		return "sts-vpc." + region + ".aliyuncs.com"
	}
	return "sts." + region + ".aliyuncs.com"
}

// call asks STS for temporary keys. What names the call in errors.
func (s *sts) call(
	ctx context.Context, what, action string, params map[string]string, unsigned bool,
) (provider.Credentials, time.Time, error) {
	resp, err := s.caller.Call(ctx, alicloud.Request{
		Product: "Sts", Version: stsVersion, Action: action, Region: s.region,
		Params: params, Secrets: []string{"OIDCToken"}, Timeout: stsTimeout, Unsigned: unsigned,
	})
	if err != nil {
		return provider.Credentials{}, time.Time{}, fmt.Errorf("%s: %w", what, stsError(err))
	}
	var answer struct{ Credentials *keyAnswer }
	if json.Unmarshal(resp.Body, &answer) != nil || answer.Credentials == nil {
		return provider.Credentials{}, time.Time{}, fmt.Errorf("%s: STS answered without credentials", what)
	}
	keys, expires, err := answer.Credentials.read()
	if err != nil {
		return provider.Credentials{}, time.Time{}, fmt.Errorf("%s: the answer of STS: %w", what, err)
	}
	return keys, expires, nil
}

// stsError keeps what helps, as text: the classes of the error are about the call of STS, and must
// not be taken for those of the call that needed the keys. An error of the source below is kept.
func stsError(err error) error {
	var e *provider.APIError
	if !errors.As(err, &e) {
		return errors.New("the call of STS failed")
	}
	unsigned := errors.Is(e.Kind, provider.ErrAuth) && e.HTTPStatus == 0
	switch {
	case unsigned && e.Err != nil: // of the source whose keys were to sign the call
		return e.Err
	case e.NoHost:
		return errors.New("there is no STS at its host: are the endpoint and the region of STS right?")
	case e.Code != "":
		text := fmt.Sprintf("STS refuses: %s: %s (HTTP %d, request %s)", e.Code, e.Message, e.HTTPStatus, e.RequestID)
		if e.Hint != "" {
			text += "; " + e.Hint
		}
		return errors.New(text)
	case e.HTTPStatus == 0:
		return errors.New("STS cannot be reached: " + e.Message)
	}
	return fmt.Errorf("HTTP status %d, which is no answer of STS", e.HTTPStatus)
}

// keyAnswer is how services of the vendor give keys.
type keyAnswer struct {
	Code            string
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
	Expiration      string
}

// read returns the keys of an answer and their end.
func (a *keyAnswer) read() (provider.Credentials, time.Time, error) {
	var missing []string
	for _, f := range []struct{ name, value string }{
		{"AccessKeyId", a.AccessKeyID},
		{"AccessKeySecret", a.AccessKeySecret},
		{"SecurityToken", a.SecurityToken},
		{"Expiration", a.Expiration},
	} {
		if f.value == "" {
			missing = append(missing, f.name)
		}
	}
	if missing != nil {
		return provider.Credentials{}, time.Time{}, errors.New("it lacks " + strings.Join(missing, ", "))
	}
	expires, err := time.Parse(time.RFC3339, a.Expiration)
	if err != nil {
		return provider.Credentials{}, time.Time{},
			errors.New("its Expiration is no time of the form 2006-01-02T15:04:05Z")
	}
	return provider.Credentials{
		AccessKeyID:     a.AccessKeyID,
		AccessKeySecret: provider.Secret(a.AccessKeySecret),
		SecurityToken:   provider.Secret(a.SecurityToken),
	}, expires, nil
}
