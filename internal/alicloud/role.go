package alicloud

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"

	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
)

const (
	metadataURL = "http://100.100.100.200/latest/"

	// metadataTimeout is short because the service is one hop away, and because
	// off-cloud nothing answers at all. The SDK waits as long.
	metadataTimeout = 2 * time.Second

	// renewBefore is how long before their end keys are renewed, as in the SDK.
	renewBefore = 3 * time.Minute
)

var errNoRole = errors.New("the metadata service gave no keys for the instance's role")

// role gets temporary keys of the role that is bound to this instance, as the SDK's
// provider does, which asks through the proxy of the environment and follows redirects:
// the answer is a key. It is not safe for concurrent use, like the SDK's.
type role struct {
	url       string
	direct    http.RoundTripper
	name      string // "" asks for it
	needToken bool   // do not ask without one

	current credentials.Credentials
	expires time.Time
}

// newRole reads the variables that the SDK's provider reads. Nil means that the
// instance's role is not wanted.
func newRole() *role {
	isTrue := func(name string) bool { return strings.EqualFold(os.Getenv(name), "true") }
	if isTrue("ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
		return nil
	}
	return &role{
		url:       metadataURL,
		direct:    oncehttp.Direct(nil),
		name:      os.Getenv("ALIBABA_CLOUD_ECS_METADATA"),
		needToken: isTrue("ALIBABA_CLOUD_IMDSV1_DISABLED"),
	}
}

// GetProviderName implements the SDK's interface.
func (*role) GetProviderName() string { return "ecs_ram_role" }

// GetCredentials returns keys that are still good, and asks for new ones when their end
// is near. Should that fail, the old ones serve until they end.
func (r *role) GetCredentials() (*credentials.Credentials, error) {
	now := time.Now()
	if !now.Before(r.expires.Add(-renewBefore)) {
		if err := r.renew(); err != nil && !now.Before(r.expires) {
			return nil, err
		}
	}
	keys := r.current
	return &keys, nil
}

func (r *role) renew() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*metadataTimeout)
	defer cancel()
	token, err := r.token(ctx)
	if err != nil {
		return err
	}
	const path = "meta-data/ram/security-credentials/"
	name := r.name
	if name == "" {
		text, err := r.ask(ctx, http.MethodGet, path, "X-aliyun-ecs-metadata-token", token)
		if err != nil {
			return err
		}
		name = strings.TrimSpace(string(text))
	}
	text, err := r.ask(ctx, http.MethodGet, path+name, "X-aliyun-ecs-metadata-token", token)
	if err != nil {
		return err
	}
	return r.take(text)
}

// take reads the answer with the keys.
func (r *role) take(text []byte) error {
	var a struct {
		Code            string
		AccessKeyID     string `json:"AccessKeyId"`
		AccessKeySecret string
		SecurityToken   string
		Expiration      time.Time
	}
	if json.Unmarshal(text, &a) != nil || a.Code != "Success" || a.AccessKeyID == "" || a.AccessKeySecret == "" {
		return errNoRole
	}
	r.current = credentials.Credentials{
		AccessKeyId:     a.AccessKeyID,
		AccessKeySecret: a.AccessKeySecret,
		SecurityToken:   a.SecurityToken,
		ProviderName:    r.GetProviderName(),
	}
	r.expires = a.Expiration
	return nil
}

// token asks for a token of the service's second version. Without one the first
// version is asked, if that is allowed.
func (r *role) token(ctx context.Context) (string, error) {
	text, err := r.ask(ctx, http.MethodPut, "api/token", "X-aliyun-ecs-metadata-token-ttl-seconds", "21600")
	if err != nil && r.needToken {
		return "", err
	}
	return strings.TrimSpace(string(text)), nil
}

// ask reads a path of the metadata service. Its errors carry neither URL nor body: a
// body may be keys.
func (r *role) ask(ctx context.Context, method, path, header, value string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, http.NoBody)
	if err != nil {
		return nil, errNoRole
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	status, body, err := oncehttp.Fetch(r.direct, req)
	if err != nil || status != http.StatusOK {
		return nil, errNoRole
	}
	return body, nil
}
