package credential

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

const (
	envFile = "TENCENTCLOUD_CREDENTIALS_FILE"

	envTCCLIProfile = "TCCLI_PROFILE"
	envProfile      = "TENCENTCLOUD_PROFILE"
	envTCCLIDir     = "TENCENTCLOUD_SHARED_CREDENTIALS_DIR"

	defaultProfile = "default"

	// systemFile is where the vendor's SDKs for other languages look behind the home directory.
	systemFile = "/etc/tencentcloud/credentials"
)

// identity is what a profile says.
type identity struct {
	where   string // the profile and its file, for errors
	keys    provider.Credentials
	expires time.Time // zero: never
	role    *role     // to assume with the keys; nil: none
	bound   bool      // the role of the instance serves instead of keys
}

// files finds the profiles of this computer.
type files struct{ system string }

// selected returns the profile that the environment selects, or the default one. The variables that
// select are those of tools that keep profiles in the directory of tccli.
func (f files) selected() (identity, error) {
	name, err := onlyOne(envTCCLIProfile, envProfile)
	if err != nil {
		return identity{}, err
	}
	if name != "" {
		return f.inTCCLI(name)
	}
	ini, looked, err := f.sdkFile()
	switch {
	case err != nil:
		return identity{}, err
	case ini != nil:
		return ofSection(ini, defaultProfile)
	}
	path, err := tccliFile(defaultProfile, ".credential")
	if err != nil {
		return identity{}, credential.Absent(append(looked, err.Error())...)
	}
	id, err := ofTCCLI(path, defaultProfile)
	if errors.Is(err, fs.ErrNotExist) {
		return identity{}, credential.Absent(append(looked, "file "+path)...)
	}
	return id, err
}

// named returns a profile by its name: a section of the file of the SDK, or else a profile of tccli.
func (f files) named(name string) (identity, error) {
	if err := checkName(name); err != nil {
		return identity{}, err
	}
	ini, looked, err := f.sdkFile()
	if err != nil {
		return identity{}, err
	}
	if ini != nil && ini.Has(name) {
		return ofSection(ini, name)
	}
	id, err := f.inTCCLI(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return id, err
	}
	var have []string
	if ini != nil {
		have = ini.Sections
		looked = append(looked, "file "+ini.Path)
	}
	path, err := tccliFile(name, ".credential")
	if err != nil {
		looked = append(looked, err.Error())
	} else {
		looked = append(looked, "file "+path)
		have = append(slices.Clone(have), tccliProfiles(filepath.Dir(path))...)
	}
	return identity{}, noProfile(name, looked, have)
}

// inTCCLI returns a profile of tccli. If there is none, the error is [fs.ErrNotExist] and names those
// that there are.
func (f files) inTCCLI(name string) (identity, error) {
	if err := checkName(name); err != nil {
		return identity{}, err
	}
	path, err := tccliFile(name, ".credential")
	if err != nil {
		return identity{}, err
	}
	id, err := ofTCCLI(path, name)
	if errors.Is(err, fs.ErrNotExist) {
		err = missing{noProfile(name, []string{"file " + path}, tccliProfiles(filepath.Dir(path)))}
	}
	return id, err
}

// missing is an error that says better than its own words that a file does not exist.
type missing struct{ error }

func (missing) Is(target error) bool { return target == fs.ErrNotExist }

// noProfile is the error of a profile that exists nowhere.
func noProfile(name string, looked, have []string) error {
	text := "there are no profiles there"
	if slices.Sort(have); len(have) > 0 {
		text = "the profiles there are: " + strings.Join(slices.Compact(have), ", ")
	}
	return fmt.Errorf("no profile %q; looked at: %s; %s", name, strings.Join(looked, "; "), text)
}

// checkName refuses the name of a profile that would lead out of its directory.
func checkName(name string) error {
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`) {
		return fmt.Errorf("%q is not the name of a profile", name)
	}
	return nil
}

// sdkFile reads the profile file of the SDK. Without one ini is nil, and looked are the places where it
// would be.
func (f files) sdkFile() (ini *keysource.INI, looked []string, err error) {
	if path := os.Getenv(envFile); path != "" {
		ini, err := keysource.ReadINI(path)
		if err != nil {
			return nil, nil, fmt.Errorf("the environment names a profile file (%s): %w", envFile, err)
		}
		return ini, nil, nil
	}
	paths := []string{f.system}
	if path, err := keysource.Home(".tencentcloud", "credentials"); err == nil {
		paths = []string{path, f.system}
	}
	for _, path := range paths {
		ini, err := keysource.ReadINI(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return ini, nil, err
		}
		looked = append(looked, "file "+path)
	}
	return nil, looked, nil
}

// ofSection reads a section of the SDK's file.
func ofSection(ini *keysource.INI, name string) (identity, error) {
	where := inFile(name, ini.Path)
	if !ini.Has(name) {
		err := keysource.MissingProfile(ini.Path, name, ini.Sections)
		return identity{}, fmt.Errorf("%w; add the section [%s], or name another one in Config.Profile", err, name)
	}
	if err := sdkNames().Misspelt(where, ini.Keys(name), true); err != nil {
		return identity{}, err
	}
	keys := provider.Credentials{
		AccessKeyID:     ini.Get(name, "secret_id"),
		AccessKeySecret: provider.Secret(ini.Get(name, "secret_key")),
		SecurityToken:   provider.Secret(ini.Get(name, "token")),
	}
	if err := complete(where, keys, "secret_id", "secret_key"); err != nil {
		return identity{}, err
	}
	id := identity{where: where, keys: keys}
	return id.assuming(ini.Get(name, "role_arn"), ini.Get(name, "role_session_name"))
}

// inFile names a profile in errors.
func inFile(profile, path string) string { return fmt.Sprintf("profile %q in file %s", profile, path) }

// sdkNames returns the names of keys in the file of the SDK.
func sdkNames() keysource.KeyNames {
	return keysource.KeyNames{
		ID: "secret_id", Secret: "secret_key", Token: "token", Others: []string{"role_arn", "role_session_name", "region"},
	}
}

// complete returns an error when a place lacks a half of a key pair, or both, or has something around it.
func complete(where string, keys provider.Credentials, idName, secretName string) error {
	switch {
	case keys.AccessKeyID == "" && keys.AccessKeySecret == "":
		return fmt.Errorf("%s has no key pair: set %s and %s", where, idName, secretName)
	case keys.AccessKeyID == "":
		return keysource.Half(where, secretName, idName+" is not")
	case keys.AccessKeySecret == "":
		return keysource.Half(where, idName, secretName+" is not")
	}
	return keysource.CheckForm(where, idName, keys.AccessKeyID, secretName, keys.AccessKeySecret.Reveal(),
		"token", keys.SecurityToken.Reveal())
}

// assuming adds the role that a profile says to assume.
func (id identity) assuming(arn, session string) (identity, error) {
	if arn == "" && session != "" {
		return identity{}, fmt.Errorf("%s names a session of a role, but no role: add the role's ARN, or remove the session", id.where)
	}
	if arn != "" {
		id.role = &role{arn: arn, sessionName: session}
	}
	return id, nil
}

// assumingEnvRole replaces the role of a profile by the one that the environment says to assume, as
// tccli does.
func (id identity) assumingEnvRole() (identity, error) {
	r, err := envRole()
	if err != nil {
		return identity{}, err
	}
	if r != nil {
		id.role = r
	}
	return id, nil
}
