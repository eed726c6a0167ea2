package credential

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// tccliFile returns the path of a file of a profile of tccli.
func tccliFile(profile, suffix string) (string, error) {
	if dir := os.Getenv(envTCCLIDir); dir != "" {
		if rest, ok := strings.CutPrefix(dir, "~/"); ok {
			return keysource.Home(rest, profile+suffix)
		}
		return filepath.Join(dir, profile+suffix), nil
	}
	return keysource.Home(".tccli", profile+suffix)
}

// tccliProfiles returns the names of the profiles in a directory.
func tccliProfiles(dir string) (names []string) {
	entries, _ := os.ReadDir(dir) // without the directory there are none
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".credential"); ok {
			names = append(names, name)
		}
	}
	return names
}

// tccliCredential is the file of a profile, as `tccli configure`, `tccli auth login` and `tccli sso
// login` write it.
type tccliCredential struct {
	Type      string          `json:"type"` // "", "default", "oauth", "sso" or "cvm-role"
	SecretID  string          `json:"secretId"`
	SecretKey provider.Secret `json:"secretKey"`
	Token     provider.Secret `json:"token"`
	ExpiresAt float64         `json:"expiresAt"` // in seconds since 1970; 0: never

	RoleARN     string  `json:"role-arn"`
	RoleSession string  `json:"role-session-name"`
	Duration    float64 `json:"role-session-duration"` // in seconds
}

// tccliNames returns the names of fields in the file of a profile.
func tccliNames() keysource.KeyNames {
	return keysource.KeyNames{ID: "secretId", Secret: "secretKey", Token: "token", Others: []string{
		"type", "expiresAt", "role-arn", "role-session-name", "role-session-duration", "oauth", "sso",
	}}
}

// ofTCCLI reads the file of a profile of tccli. If there is none, the error is [fs.ErrNotExist].
func ofTCCLI(path, profile string) (identity, error) {
	id := identity{where: inFile(profile, path)}
	var c tccliCredential
	text, err := keysource.ReadFile(path)
	if err != nil {
		return identity{}, err
	}
	if err := keysource.DecodeJSON("file "+path, text, &c); err != nil {
		return identity{}, err
	}
	if err := tccliNames().Misspelt(id.where, keysource.FieldNames(text), true); err != nil {
		return identity{}, err
	}
	login := map[string]string{"oauth": "tccli auth login", "sso": "tccli sso login"}[c.Type]
	id.keys = provider.Credentials{AccessKeyID: c.SecretID, AccessKeySecret: c.SecretKey, SecurityToken: c.Token}
	switch c.Type {
	case "cvm-role":
		id.bound = true
		return id, nil
	case "", "default":
		login = "tccli configure"
	case "oauth", "sso":
		id.expires = at(c.ExpiresAt)
	default:
		return identity{}, fmt.Errorf("%s has a type that this library does not know: it knows default, oauth, sso and cvm-role", id.where)
	}
	command := login + " --profile " + profile
	if err := complete(id.where, id.keys, "secretId", "secretKey"); err != nil {
		return identity{}, fmt.Errorf("%w (run: %s)", err, command)
	}
	if err := credential.Expired(id.expires, time.Now()); err != nil {
		return identity{}, fmt.Errorf("%s: %w (run: %s)", id.where, err, command)
	}
	id, err = id.assuming(c.RoleARN, c.RoleSession)
	if err != nil || id.role == nil {
		return id, err
	}
	id.role.duration = time.Duration(c.Duration) * time.Second
	conf, err := tccliConfigured(profile)
	id.role.endpoint = conf.STS.Endpoint
	return id, err
}

// at returns a moment in seconds since 1970. 0 is the zero time.
func at(seconds float64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// tccliConfigure is what a profile of tccli says beside its credentials. Older versions write the
// region at the top.
type tccliConfigure struct {
	Region string `json:"region"`
	System struct {
		Region string `json:"region"`
	} `json:"_sys_param"`
	STS struct {
		Endpoint string `json:"endpoint"`
	} `json:"sts"`
}

// tccliConfigured reads the second file of a profile of tccli. One that does not exist is empty.
func tccliConfigured(profile string) (c tccliConfigure, err error) {
	path, err := tccliFile(profile, ".configure")
	if err != nil {
		return c, nil // there is no home directory
	}
	text, err := keysource.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return tccliConfigure{}, nil
	case err != nil:
		return c, err
	}
	if err := keysource.DecodeJSON("file "+path, text, &c); err != nil || c.region() != "" {
		return c, err
	}
	return c, misspeltRegion(inFile(profile, path), text)
}

// misspeltRegion returns the error of a region that has another name in the second file of a profile. The
// rest of the file is left alone: it has a part for each product.
func misspeltRegion(where string, text []byte) error {
	var parts struct {
		System json.RawMessage `json:"_sys_param"`
	}
	_ = json.Unmarshal(text, &parts) // it was read before
	names := keysource.KeyNames{Others: []string{"region", "output", "language"}}
	return names.Misspelt(where+", _sys_param", keysource.FieldNames(parts.System), true)
}

// region returns the region of a profile; "" if it has none.
func (c *tccliConfigure) region() string { return cmp.Or(c.System.Region, c.Region) }
