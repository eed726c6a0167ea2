package alicloud

import (
	"context"
	"errors"
	"net/http"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"github.com/yunfan-cloud/yunfan/provider"
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
// It gives up when ctx ends: sources renew keys over networks, and those of the
// SDK know no context. A source that hangs keeps its goroutine, and nothing else.
//
// The goroutine also has the short stack that the SDK wants: for each nonce it
// prints the whole stack of its caller, which takes longer than all the rest.
func prepare(ctx context.Context, s provider.CredentialsSource, r Request, at endpoint) prepared {
	done := make(chan prepared, 1)
	go func() {
		p := prepared{noKey: errors.New("the source of credentials panicked")}
		defer func() {
			if recover() != nil && p.noKey == nil {
				p.err = errPanic
			}
			done <- p
		}()
		p.key, p.noKey = s.Credentials(ctx)
		if p.noKey == nil && ctx.Err() == nil {
			p.req, p.stringToSign, p.err = sign(r, at, p.key)
		}
	}()
	select {
	case p := <-done:
		return p
	case <-ctx.Done():
		return prepared{}
	}
}

// sign lets the SDK build and sign a request. Its client is left out: it is not
// safe for concurrent use, reads proxies from the environment as regular
// expressions, and writes a log that nobody asked for.
func sign(r Request, at endpoint, key provider.Credentials) (*http.Request, string, error) {
	req := sdkRequest(r, at)
	req.TransToAcsRequest()
	if err := auth.Sign(req, nil, r.Region, oneKey(key)); err != nil {
		return nil, "", err
	}
	out, err := http.NewRequest(req.Method, req.BuildUrl(), req.GetBodyReader()) //nolint:noctx // the flight brings the ctx
	if err != nil {
		return nil, "", err
	}
	for name, value := range req.Headers {
		out.Header[name] = []string{value} // as it is spelled, like the SDK's client
	}
	out.Header.Set("User-Agent", sdk.DefaultUserAgent+" Extra/yunfan")
	return out, req.GetStringToSign(), nil
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
	req.FormParams = r.Params
	req.Headers["x-sdk-core-version"] = sdk.Version
	return req
}
