package credential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const (
	// The metadata service gives the keys of the role that is bound to the instance.
	// See docsv4.qingcloud.com/user_guide/development_docs/api/signature.
	metadataHost = "169.254.169.254"
	metadataPath = "/latest/meta-data/security-credentials"

	// metadataTimeout is short because the service is one hop away, and because elsewhere nothing
	// answers at all.
	metadataTimeout = 3 * time.Second

	metadataName = "the metadata service of QingCloud"
)

// role gets temporary keys of the role that is bound to this instance. The SDK has no timeout for
// this, leaks the connection, and signs with empty keys when the service has none.
type role struct{ direct http.RoundTripper }

// roleAnswer is what the metadata service says about a role.
type roleAnswer struct {
	Token      provider.Secret `json:"id_token"`
	ID         string          `json:"access_key"`
	Secret     provider.Secret `json:"secret_key"`
	Expiration float64         `json:"expiration"` // in seconds since 1970
}

// keys gets the keys of the role. What answers no keys is absent, unless somebody has said that this
// source is the one.
func (r *role) keys(ctx context.Context, url string, required bool) (provider.Credentials, time.Time, error) {
	if err := keysource.CheckURL(url); err != nil {
		return provider.Credentials{}, time.Time{}, fmt.Errorf("the credential proxy has an address that cannot be used: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return provider.Credentials{}, time.Time{}, keysource.Cause(err)
	}
	a, err := keysource.Ask(ctx, r.direct, req, metadataTimeout, metadataName)
	switch {
	case ctx.Err() != nil:
		return provider.Credentials{}, time.Time{}, ctx.Err()
	case err != nil:
		return withoutKeys("it does not answer: this is not an instance of QingCloud", required)
	case a.Status >= http.StatusInternalServerError:
		return provider.Credentials{}, time.Time{}, fmt.Errorf("%s answered HTTP status %d", metadataName, a.Status)
	case a.Status != http.StatusOK:
		return withoutKeys(fmt.Sprintf("HTTP status %d: is a role bound to this instance?", a.Status), required)
	}
	return roleKeys(a.Body, required)
}

// roleKeys reads the keys of an answer. The documentation shows it as a JSON text inside of a JSON text.
func roleKeys(body []byte, required bool) (provider.Credentials, time.Time, error) {
	var a roleAnswer
	var inner string
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte(`"`)) && json.Unmarshal(body, &inner) == nil {
		body = []byte(inner)
	}
	err := json.Unmarshal(body, &a)
	empty := a.ID == "" && a.Secret == ""
	if err != nil || empty {
		return withoutKeys("its answer has no keys: is a role bound to this instance?", required)
	}
	incomplete := a.ID == "" || a.Secret == "" || a.Token == "" || a.Expiration <= 0
	if incomplete {
		return provider.Credentials{}, time.Time{}, errors.New(metadataName + " answered with a part of the keys only")
	}
	keys := provider.Credentials{AccessKeyID: a.ID, AccessKeySecret: a.Secret, SecurityToken: a.Token}
	return keys, time.Unix(int64(a.Expiration), 0), nil
}

// withoutKeys is the result of a service without keys.
func withoutKeys(why string, required bool) (provider.Credentials, time.Time, error) {
	text := metadataName + " (" + why + ")"
	if required {
		return provider.Credentials{}, time.Time{}, errors.New("no keys from " + text)
	}
	return provider.Credentials{}, time.Time{}, credential.Absent(text)
}

func newRole(transport http.RoundTripper) *role { return &role{oncehttp.Direct(transport)} }
