package alikeys

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// uriTimeout is the SDK's for connecting and reading.
const uriTimeout = 15 * time.Second

// URI returns the keys that a service answers, such as a sidecar. "" takes the URI of the
// environment; without one the source is absent.
func URI(given string, o Options) provider.CredentialsSource {
	return keysource.Later(func() (provider.CredentialsSource, error) {
		uri, where := given, "the credentials URI"
		if uri == "" {
			found, name := keysource.Env(envURI...)
			if found == "" {
				return nil, credential.Absent("a credentials URI (" + envURI[0] + ")")
			}
			uri, where = found, "the credentials URI of "+name
		}
		if err := keysource.CheckURL(uri); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		return credential.Renewed(func(ctx context.Context) (provider.Credentials, time.Time, error) {
			return askURI(ctx, uri, where, o.Transport)
		}), nil
	})
}

func askURI(
	ctx context.Context, uri, where string, transport http.RoundTripper,
) (keys provider.Credentials, expires time.Time, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, http.NoBody)
	if err != nil {
		return keys, expires, errors.New(where + " is no URL")
	}
	answer, err := keysource.Ask(ctx, carrier(req, transport), req, uriTimeout, where)
	switch {
	case err != nil:
		return keys, expires, err
	case answer.Status != http.StatusOK:
		return keys, expires, fmt.Errorf("%s answered HTTP status %d, and no keys", where, answer.Status)
	}
	return readAnswer("the answer of "+where, answer.Body)
}

// carrier returns the transport for a request whose answer is a key: a proxy would see it, unless it
// is encrypted.
func carrier(req *http.Request, transport http.RoundTripper) http.RoundTripper {
	if req.URL.Scheme == "https" {
		return oncehttp.NewPair(transport).Creates
	}
	return oncehttp.Direct(transport)
}

// readAnswer reads an answer with keys. What names it in errors.
func readAnswer(what string, body []byte) (keys provider.Credentials, expires time.Time, err error) {
	var a keyAnswer
	if err := keysource.DecodeJSON(what, body, &a); err != nil {
		return keys, expires, err
	}
	if a.Code != "" && !strings.EqualFold(a.Code, "Success") {
		return keys, expires, errors.New(what + " is a refusal: its Code is not Success")
	}
	keys, expires, err = a.read()
	if err != nil {
		return keys, expires, fmt.Errorf("%s: %w", what, err)
	}
	return keys, expires, nil
}
