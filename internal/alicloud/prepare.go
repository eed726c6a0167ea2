package alicloud

import (
	"context"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// prepared is a request ready to go.
type prepared struct {
	key          provider.Credentials
	noKey        error // of the source of credentials
	req          *http.Request
	stringToSign string
	err          error // of the SDK, which could not build or sign it
}

// prepare asks a source for the key, and has the SDK build and sign the request.
// It gives up when ctx ends.
func prepare(ctx context.Context, s provider.CredentialsSource, r Request, at endpoint) (p prepared) {
	if r.Unsigned {
		p.req, p.err = unsigned(r, at)
		return p
	}
	if p.key, p.noKey = provider.AskCredentials(ctx, s); p.noKey == nil {
		p.noKey = credential.Complete(p.key)
	}
	if p.noKey != nil || ctx.Err() != nil {
		return p
	}
	onShortStack(func() {
		defer func() {
			if recover() != nil {
				p.err = errPanic
			}
		}()
		p.req, p.stringToSign, p.err = sign(r, at, p.key)
	})
	return p
}

// onShortStack calls f on a stack of its own: for each nonce the SDK prints the
// whole stack of its caller, which takes longer than all the rest. A coroutine has
// one, and is switched to without waking another thread, which a goroutine that is
// waited for would do.
func onShortStack(f func()) {
	next, stop := iter.Pull(func(func(struct{}) bool) { f() })
	defer stop()
	next()
}

// sign lets the SDK build and sign a request. Its client is left out: it is not
// safe for concurrent use, reads proxies from the environment as regular
// expressions, and writes a log.
func sign(r Request, at endpoint, key provider.Credentials) (*http.Request, string, error) {
	req := sdkRequest(r, at)
	req.TransToAcsRequest()
	if err := auth.Sign(req, nil, r.Region, oneKey(key)); err != nil {
		return nil, "", err
	}
	target, body := req.BuildUrl(), req.GetBodyReader()
	out, err := http.NewRequest(req.Method, target, body) //nolint:noctx // the exchange brings the ctx
	if err != nil {
		return nil, "", err
	}
	for name, value := range req.Headers {
		out.Header[name] = []string{value} // as it is spelled, like the SDK's client
	}
	out.Header.Set("User-Agent", sdk.DefaultUserAgent+" Extra/yunfan")
	if r.Create {
		oncehttp.NoReplay(out)
	}
	return out, req.GetStringToSign(), nil
}

// unsigned builds a request without a key, in the form that the SDK gives it.
func unsigned(r Request, at endpoint) (*http.Request, error) {
	query := url.Values{
		"Action": {r.Action}, "Version": {r.Version}, "Format": {"JSON"}, "RegionId": {r.Region},
		"Timestamp": {time.Now().UTC().Format("2006-01-02T15:04:05Z")},
	}
	form := url.Values{}
	for name, value := range r.Params {
		form.Set(name, value)
	}
	target := strings.ToLower(at.scheme) + "://" + at.host + "/?" + query.Encode()
	out, err := http.NewRequest(requests.POST, target, strings.NewReader(form.Encode())) //nolint:noctx // the exchange brings the ctx
	if err != nil {
		return nil, err
	}
	out.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	out.Header.Set("User-Agent", sdk.DefaultUserAgent+" Extra/yunfan")
	return out, nil
}

func sdkRequest(r Request, at endpoint) *requests.CommonRequest {
	req := requests.NewCommonRequest()
	req.Method = requests.POST
	req.Scheme = at.scheme
	req.Domain = at.host
	req.Product = r.Product
	req.Version = r.Version
	req.ApiName = r.Action
	req.RegionId = r.Region
	if req.FormParams = r.Params; r.Get {
		req.Method, req.FormParams, req.QueryParams = requests.GET, nil, maps.Clone(r.Params)
	}
	req.Headers["x-sdk-core-version"] = sdk.Version
	return req
}
