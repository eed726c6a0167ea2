package alikeys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/internal/oncehttp"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// signInTimeout bounds the exchange of a sign-in for keys.
const signInTimeout = 15 * time.Second

// clockTime is how errors show times: as the user's clock does.
const clockTime = "2006-01-02 15:04:05 -0700"

// signIn is a sign-in of a person, which the command line tool keeps in its file.
type signIn struct {
	b       builder
	p       profile
	url     string // where the token is exchanged
	token   string
	expires int64 // of the token, as Unix time
	body    any   // of the exchange
	again   string
}

// cloudSSO returns the source of a profile that signs in by CloudSSO.
func (b builder) cloudSSO(p profile) (provider.CredentialsSource, error) {
	for _, f := range []struct{ name, value string }{
		{"cloud_sso_sign_in_url", p.SignInURL},
		{"cloud_sso_account_id", p.AccountID},
		{"cloud_sso_access_config", p.AccessConfig},
	} {
		if err := b.need(p, f.name, f.value); err != nil {
			return nil, err
		}
	}
	at, err := url.Parse(p.SignInURL)
	if err != nil || at.Host == "" || at.Scheme != "https" {
		return nil, b.errorf(p, "cloud_sso_sign_in_url is no https:// URL")
	}
	s := signIn{
		b: b, p: p, url: "https://" + at.Host + "/cloud-credentials", token: p.AccessToken, expires: p.SignInExpires,
		body:  map[string]string{"AccountId": p.AccountID, "AccessConfigurationId": p.AccessConfig},
		again: "aliyun configure --profile " + p.Name + " --mode CloudSSO",
	}
	return b.inside(p, credential.Renewed(s.fetch)), nil
}

// oauth returns the source of a profile that signs in by OAuth. Its access token lives for an hour or
// so, and the command line tool renews it; a renewal here would take the tool's own token away.
func (b builder) oauth(p profile) (provider.CredentialsSource, error) {
	host := map[string]string{"CN": "oauth.aliyun.com", "INTL": "oauth.alibabacloud.com"}[p.OAuthSite]
	if host == "" {
		return nil, b.errorf(p, "oauth_site_type must be CN or INTL")
	}
	s := signIn{
		b: b, p: p, url: "https://" + host + "/v1/exchange", token: p.OAuthToken, expires: p.OAuthExpires,
		again: "aliyun sts GetCallerIdentity --profile " + p.Name +
			" (which renews it), or aliyun configure --profile " + p.Name + " --mode OAuth",
	}
	return b.inside(p, credential.Renewed(s.fetch)), nil
}

// fetch returns the keys of the file while they are good, and then exchanges the token for new ones.
func (s signIn) fetch(ctx context.Context) (provider.Credentials, time.Time, error) {
	now := time.Now()
	end := time.Unix(s.p.STSExpiration, 0)
	stored := s.p.AccessKeyID != "" && s.p.AccessKeySecret != "" && s.p.STSToken != ""
	if stored && now.Before(end.Add(-time.Minute)) {
		return provider.Credentials{
			AccessKeyID: s.p.AccessKeyID, AccessKeySecret: provider.Secret(s.p.AccessKeySecret),
			SecurityToken: provider.Secret(s.p.STSToken),
		}, end, nil
	}
	switch signedInUntil := time.Unix(s.expires, 0); {
	case s.token == "":
		return provider.Credentials{}, time.Time{}, errors.New("nobody is signed in: run " + s.again)
	case !now.Before(signedInUntil):
		return provider.Credentials{}, time.Time{}, fmt.Errorf(
			"the sign-in expired at %s, and the local time is %s: run %s; or set the clock if it is wrong",
			signedInUntil.Local().Format(clockTime), now.Local().Format(clockTime), s.again)
	}
	return s.exchange(ctx)
}

func (s signIn) exchange(ctx context.Context) (keys provider.Credentials, expires time.Time, err error) {
	var body []byte
	if s.body != nil {
		if body, err = json.Marshal(s.body); err != nil {
			return keys, expires, errors.New("the exchange of the sign-in cannot be written")
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return keys, expires, errors.New("the exchange of the sign-in has no URL")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	const what = "the service that exchanges the sign-in for keys"
	answer, err := keysource.Ask(ctx, oncehttp.NewPair(s.b.options.Transport).Creates, req, signInTimeout, what)
	switch {
	case err != nil:
		return keys, expires, err
	case answer.Status == http.StatusUnauthorized, answer.Status == http.StatusForbidden:
		return keys, expires, fmt.Errorf("%s refuses the sign-in (HTTP status %d): run %s",
			what, answer.Status, s.again)
	case answer.Status != http.StatusOK:
		return keys, expires, fmt.Errorf("%s answered HTTP status %d", what, answer.Status)
	}
	return readSignIn("the answer of "+what, answer.Body)
}

// readSignIn reads the keys of an answer: CloudSSO wraps them.
func readSignIn(what string, body []byte) (keys provider.Credentials, expires time.Time, err error) {
	var a struct {
		keyAnswer
		CloudCredential *keyAnswer
	}
	if err := keysource.DecodeJSON(what, body, &a); err != nil {
		return keys, expires, err
	}
	found := &a.keyAnswer
	if a.CloudCredential != nil {
		found = a.CloudCredential
	}
	keys, expires, err = found.read()
	if err != nil {
		return keys, expires, fmt.Errorf("%s: %w", what, err)
	}
	return keys, expires, nil
}

// unquiet makes a missing file an error like any other.
func unquiet(err error) error { return errors.New(err.Error()) }
