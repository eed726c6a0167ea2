package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
)

const (
	// metadataURL lists the role of the instance; with the role's name appended
	// it gives the role's temporary keys.
	// See cloud.tencent.com/document/product/213/4934.
	metadataURL = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"

	// metadataTimeout is short because the service is one hop away, and because
	// off-cloud nothing answers at all.
	metadataTimeout = 3 * time.Second

	// renewBefore is how long before their end keys are renewed, as in the SDK.
	renewBefore = 5 * time.Minute
)

// role gets temporary keys of the role that is bound to this instance. The SDK's
// own provider has no timeout and no ctx, so that off-cloud it can hang.
type role struct {
	url    string
	direct http.RoundTripper

	// turn holds one token. Only its holder may read and change the fields below.
	// It is a channel so that a waiter can leave when its ctx ends.
	turn    chan struct{}
	current provider.Credentials
	expires time.Time
}

func newRole(transport http.RoundTripper) *role {
	return &role{url: metadataURL, direct: oncehttp.Direct(transport), turn: make(chan struct{}, 1)}
}

// Credentials returns keys that are still good, and asks for new ones when their
// end is near. Should that fail, the old ones serve until they end.
func (r *role) Credentials(ctx context.Context) (provider.Credentials, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return provider.Credentials{}, ctx.Err()
	}
	now := time.Now()
	if now.Before(r.expires.Add(-renewBefore)) {
		return r.current, nil
	}
	fresh, expires, err := r.fetch(ctx)
	if err == nil {
		r.current, r.expires = fresh, expires
	} else if !now.Before(r.expires) {
		return provider.Credentials{}, err
	}
	return r.current, nil
}

// answer is what the metadata service says about a role.
type answer struct {
	TmpSecretId  string
	TmpSecretKey string
	Token        string
	ExpiredTime  int64
	Code         string
}

func (r *role) fetch(ctx context.Context) (provider.Credentials, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	name, err := r.get(ctx, "")
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	body, err := r.get(ctx, strings.TrimSpace(string(name)))
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	var a answer
	if json.Unmarshal(body, &a) != nil || a.Code != "Success" || a.TmpSecretId == "" || a.TmpSecretKey == "" {
		return provider.Credentials{}, time.Time{}, errors.New("the metadata service gave no keys for the instance's role")
	}
	creds := provider.Credentials{
		AccessKeyID: a.TmpSecretId, AccessKeySecret: provider.Secret(a.TmpSecretKey),
		SecurityToken: provider.Secret(a.Token),
	}
	return creds, time.Unix(a.ExpiredTime, 0), nil
}

// get reads a path of the metadata service. Its errors carry neither URL nor
// body: a body may be keys.
func (r *role) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+path, http.NoBody)
	if err != nil {
		return nil, errors.New("the metadata service gave an impossible role name")
	}
	status, body, err := oncehttp.Fetch(r.direct, req)
	if err != nil {
		return nil, unreachable(ctx)
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("the metadata service answered HTTP status %d: no role is bound to this instance", status)
	}
	return body, nil
}

// unreachable does not pass on the end of our own deadline as if it were the
// caller's: callers compare with their own ctx.
func unreachable(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return errors.New("the metadata service does not answer: this is not an instance of Tencent Cloud")
}
