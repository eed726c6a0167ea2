package credential

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const (
	// metadataURL lists the role of the instance; with the role's name appended
	// it gives the role's temporary keys.
	// See cloud.tencent.com/document/product/213/4934.
	metadataURL = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"

	// metadataTimeout is short because the service is one hop away, and because
	// off-cloud nothing answers at all.
	metadataTimeout = 3 * time.Second

	// metadataName names the service in errors.
	metadataName = "the metadata service of CVM"

	envRoleName = "TENCENTCLOUD_CAM_ROLE_NAME"
)

// roleName is the form of a role's name. The answer of something else than the metadata service,
// such as the login page of a network, does not have it.
var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)

// instance gets temporary keys of the role that is bound to this instance. The SDK's
// own provider has no timeout and no ctx, so that off-cloud it can hang.
type instance struct {
	url    string
	direct http.RoundTripper
	found  atomic.Bool // it has given keys: it is there from now on
}

func newInstance(transport http.RoundTripper) *instance {
	return &instance{url: metadataURL, direct: oncehttp.Direct(transport)}
}

// ofThisInstance gets keys of the role that TENCENTCLOUD_CAM_ROLE_NAME names, or else of the one
// that is bound to the instance. Without that variable, no metadata service and no bound role mean
// that this source is not configured, until it has given keys once.
func (i *instance) ofThisInstance(ctx context.Context) (provider.Credentials, time.Time, error) {
	name, _ := keysource.Env(envRoleName)
	if name != "" || i.found.Load() {
		return i.ofName(ctx, name)
	}
	name, err := i.bound(ctx)
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	keys, expires, err := i.keys(ctx, name)
	if err == nil {
		i.found.Store(true)
	}
	return keys, expires, err
}

// ofName gets keys of a role that somebody has named, or for "" of the one that is bound. Any failure
// is that of a source that is configured.
func (i *instance) ofName(ctx context.Context, name string) (keys provider.Credentials, expires time.Time, err error) {
	if name == "" {
		if name, err = i.bound(ctx); err != nil {
			return provider.Credentials{}, time.Time{}, present(err)
		}
	}
	if !roleName.MatchString(name) {
		return provider.Credentials{}, time.Time{}, errors.New("the name of an instance role may hold letters, digits and +=,.@_- only")
	}
	return i.keys(ctx, name)
}

// present turns the error of an absent source into that of one that is configured and fails.
func present(err error) error {
	var absent *credential.AbsentError
	if errors.As(err, &absent) {
		return errors.New("no keys from " + strings.Join(absent.Places, "; "))
	}
	return err
}

// bound returns the name of the role that is bound to this instance.
func (i *instance) bound(ctx context.Context) (string, error) {
	status, body, err := i.get(ctx, "")
	name := strings.TrimSpace(string(body))
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", credential.Absent(metadataName + " (it does not answer: this is not an instance of Tencent Cloud)")
	case status == http.StatusNotFound:
		return "", credential.Absent(metadataName + " (no role is bound to this instance)")
	case status != http.StatusOK:
		return "", refusedByMetadata(status)
	case !roleName.MatchString(name):
		return "", credential.Absent(metadataName + " (it did not answer with the name of a role)")
	}
	return name, nil
}

// roleAnswer is what the metadata service says about a role.
type roleAnswer struct {
	TmpSecretID  string `json:"TmpSecretId"`
	TmpSecretKey string
	Token        string
	ExpiredTime  int64
	Code         string
}

// keys gets the keys of a role.
func (i *instance) keys(ctx context.Context, name string) (provider.Credentials, time.Time, error) {
	status, body, err := i.get(ctx, name)
	var a roleAnswer
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err != nil:
		err = errors.New(metadataName + " does not answer")
	case status == http.StatusNotFound:
		err = fmt.Errorf("%s knows no role %s: bind it to this instance", metadataName, name)
	case status != http.StatusOK:
		err = refusedByMetadata(status)
	default:
		err = keysource.DecodeJSON("the answer of "+metadataName, body, &a)
	}
	if err != nil {
		return provider.Credentials{}, time.Time{}, err
	}
	incomplete := a.TmpSecretID == "" || a.TmpSecretKey == "" || a.ExpiredTime <= 0
	if a.Code != "Success" || incomplete {
		return provider.Credentials{}, time.Time{}, fmt.Errorf("%s gave no keys of role %s: may instances assume it?", metadataName, name)
	}
	creds := provider.Credentials{
		AccessKeyID: a.TmpSecretID, AccessKeySecret: provider.Secret(a.TmpSecretKey),
		SecurityToken: provider.Secret(a.Token),
	}
	return creds, time.Unix(a.ExpiredTime, 0), nil
}

func refusedByMetadata(status int) error {
	return fmt.Errorf("%s answered HTTP status %d", metadataName, status)
}

// get reads a path of the metadata service.
func (i *instance) get(ctx context.Context, path string) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, i.url+path, http.NoBody)
	if err != nil {
		return 0, nil, keysource.Cause(err)
	}
	a, err := keysource.Ask(ctx, i.direct, req, metadataTimeout, metadataName)
	return a.Status, a.Body, err
}
