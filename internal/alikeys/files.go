package alikeys

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// profileFile is a profile file that was read.
type profileFile struct {
	path     string
	ini      bool   // of the SDKs; else of the command line tool
	current  string // the profile that is used when nobody names one
	profiles []profile
}

func (f *profileFile) find(name string) (profile, bool) {
	for _, p := range f.profiles {
		if p.Name == name {
			return p, true
		}
	}
	return profile{}, false
}

func (f *profileFile) names() []string {
	names := make([]string, len(f.profiles))
	for i, p := range f.profiles {
		names[i] = p.Name
	}
	return names
}

func (f *profileFile) missing(name string) error {
	return keysource.MissingProfile(f.path, name, f.names())
}

// label returns the name of a field in the file.
func (f *profileFile) label(field string) string {
	if !f.ini {
		return field
	}
	return cmp.Or(iniNames[field], field)
}

// iniNames are the names of fields in the files of the SDKs, where they differ.
var iniNames = map[string]string{
	"sts_token":        "security_token",
	"ram_role_arn":     "role_arn",
	"ram_session_name": "role_session_name",
	"ram_role_name":    "role_name",
	"oidc_token_file":  "oidc_token_file_path",
}

// iniModes are the modes of the command line tool for the types of the SDKs.
var iniModes = map[string]string{
	"access_key":      "AK",
	"sts":             "StsToken",
	"ram_role_arn":    "RamRoleArn",
	"ecs_ram_role":    "EcsRamRole",
	"oidc_role_arn":   "OIDC",
	"credentials_uri": "CredentialsURI",
	"rsa_key_pair":    "RsaKeyPair",
	"bearer":          "BearerToken",
}

// defaultProfile is used when neither the program, the environment nor the file names one.
const defaultProfile = "default"

// readProfiles reads a file of the command line tool or of the SDKs: both may stand at a path that a
// variable names.
func readProfiles(path string) (*profileFile, error) {
	text, err := keysource.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) || strings.HasSuffix(path, ".json") {
		return readCLI(path)
	}
	return readSDK(path)
}

// readCLI reads the file of the command line tool.
func readCLI(path string) (*profileFile, error) {
	var content struct {
		Current  string    `json:"current"`
		Profiles []profile `json:"profiles"`
	}
	var raw struct {
		Profiles []json.RawMessage `json:"profiles"`
	}
	text, err := keysource.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := keysource.DecodeJSON("file "+path, text, &content); err != nil {
		return nil, err
	}
	top := keysource.KeyNames{Others: []string{"current", "profiles", "meta_path"}}
	if err := top.Misspelt("file "+path, keysource.FieldNames(text), true); err != nil {
		return nil, err
	}
	f := &profileFile{path: path, current: cmp.Or(content.Current, defaultProfile), profiles: content.Profiles}
	if err := keysource.DecodeJSON("file "+path, text, &raw); err != nil {
		return nil, err
	}
	for i := range f.profiles {
		f.checkNames(&f.profiles[i], keysource.FieldNames(raw.Profiles[i]), cliNames())
	}
	return f, nil
}

// checkNames notes a misspelt name in a profile. It is an error only for those who use the profile.
func (f *profileFile) checkNames(p *profile, have []string, names keysource.KeyNames) {
	if err := names.Misspelt(builder{file: f}.where(*p), have, true); err != nil {
		p.misspelt = err.Error()
	}
}

// cliNames returns the names of fields in the file of the command line tool.
func cliNames() keysource.KeyNames {
	names := keysource.KeyNames{ID: "access_key_id", Secret: "access_key_secret", Token: "sts_token", Others: []string{
		"key_pair_name", "verified", "output_format", "language", "site", "retry_timeout", "connect_timeout", "retry_count",
		"oauth_refresh_token", "oauth_refresh_token_expire", "endpoint_type", "auto_plugin_install",
	}}
	for field := range reflect.TypeFor[profile]().Fields() {
		if name := field.Tag.Get("json"); name != "" {
			names.Others = append(names.Others, name)
		}
	}
	return names
}

// sdkNames returns the names of keys in the files of the SDKs.
func sdkNames() keysource.KeyNames {
	return keysource.KeyNames{ID: "access_key_id", Secret: "access_key_secret", Token: "security_token", Others: []string{
		"type", "enable", "region_id", "role_arn", "role_session_name", "external_id", "policy", "sts_region", "sts_endpoint",
		"enable_vpc", "source_profile", "role_name", "oidc_provider_arn", "oidc_token_file_path", "credentials_uri",
		"public_key_id", "private_key_file", "bearer_token", "role_session_expiration", "session_expiration",
		"duration_seconds", "disable_imds_v1", "timeout", "connect_timeout", "proxy",
	}}
}

// readSDK reads the file of the SDKs.
func readSDK(path string) (*profileFile, error) {
	text, err := keysource.ReadINI(path)
	if err != nil {
		return nil, err
	}
	f := &profileFile{path: path, ini: true, current: defaultProfile}
	for _, section := range text.Sections {
		p, err := iniProfile(text, section)
		if err != nil {
			return nil, err
		}
		f.checkNames(&p, text.Keys(section), sdkNames())
		f.profiles = append(f.profiles, p)
	}
	return f, nil
}

func iniProfile(text *keysource.INI, section string) (profile, error) {
	get := func(field string) string { return text.Get(section, cmp.Or(iniNames[field], field)) }
	kind := text.Get(section, "type")
	p := profile{
		Name: section, Mode: cmp.Or(iniModes[kind], kind), RegionID: get("region_id"),
		AccessKeyID: get("access_key_id"), AccessKeySecret: get("access_key_secret"), STSToken: get("sts_token"),
		RoleARN: get("ram_role_arn"), SessionName: get("ram_session_name"), ExternalID: get("external_id"),
		Policy: get("policy"), STSRegion: get("sts_region"), STSEndpoint: get("sts_endpoint"),
		EnableVPC:     strings.EqualFold(get("enable_vpc"), "true"),
		SourceProfile: get("source_profile"), RoleName: get("ram_role_name"),
		OIDCProviderARN: get("oidc_provider_arn"), OIDCTokenFile: get("oidc_token_file"),
		CredentialsURI: get("credentials_uri"), PrivateKey: get("private_key_file"), BearerToken: get("bearer_token"),
	}
	for _, name := range []string{"role_session_expiration", "session_expiration", "duration_seconds"} {
		value := text.Get(section, name)
		if value == "" {
			continue
		}
		seconds, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return p, fmt.Errorf("file %s, section %q: %s must be a number of seconds", text.Path, section, name)
		}
		p.ExpiredSeconds = int(seconds)
	}
	return p, nil
}

// location is where a profile file may be.
type location struct {
	path   string
	chosen string // the variable that names it; "": it is a default
}

// locations returns where profile files are looked for: those that variables name, then the file of
// the command line tool, then that of the SDKs. Places says in words where else it would be.
func locations() (files []location, places []string) {
	cli, sdk := os.Getenv(envCLIFile), os.Getenv(envINIFile)
	if cli != "" {
		files = append(files, location{expand(cli), envCLIFile})
	}
	if sdk != "" {
		files = append(files, location{expand(sdk), envINIFile})
	}
	ignored := keysource.IsTrue(envIgnoreProfile[0]) || keysource.IsTrue(envIgnoreProfile[1])
	disabled := ignored || keysource.IsTrue(envCLIDisabled)
	for _, f := range []struct {
		skip bool
		elem []string
	}{
		{cli != "" || disabled, []string{".aliyun", "config.json"}},
		{sdk != "", []string{".alibabacloud", "credentials"}},
	} {
		if f.skip {
			continue
		}
		path, err := keysource.Home(f.elem...)
		if err != nil {
			places = append(places, "~/"+strings.Join(f.elem, "/")+" ("+err.Error()+")")
			continue
		}
		files = append(files, location{path: path})
	}
	return files, places
}

// selected is the profile that is to be used.
type selected struct {
	file    *profileFile
	profile profile
}

// selectProfile finds a profile: the one that is named, by the program or the environment, in the
// first file that has it, or else the current one of the first file that exists. Without any file, or
// with a profile that was never configured, the error is [credential.ErrAbsent], unless a profile was
// named.
func selectProfile(name string) (selected, error) {
	by := "the program"
	if name == "" {
		name, by = keysource.Env(envProfile...)
	}
	files, places := locations()
	var without []string
	for _, at := range files {
		f, err := readProfiles(at.path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && at.chosen != "":
			return selected{}, fmt.Errorf("%s names a file that is missing: %s", at.chosen, err.Error())
		case errors.Is(err, fs.ErrNotExist):
			places = append(places, "file "+at.path)
			continue
		case err != nil:
			return selected{}, err
		}
		p, ok := f.find(cmp.Or(name, f.current))
		switch {
		case ok && p.misspelt != "":
			return selected{}, errors.New(p.misspelt)
		case ok && name == "" && p.empty():
			places = append(places, fmt.Sprintf("file %s (profile %q is empty)", f.path, p.Name))
			continue
		case ok:
			return selected{f, p}, nil
		case name == "":
			return selected{}, fmt.Errorf("%w; name one of them: set Config.Profile or %s",
				f.missing(f.current), envProfile[0])
		}
		without = append(without, f.missing(name).Error())
	}
	switch {
	case without != nil:
		return selected{}, fmt.Errorf("%s (the profile was chosen by %s)", strings.Join(without, "; "), by)
	case name != "":
		return selected{}, fmt.Errorf(
			"profile %q (chosen by %s) cannot be found, because there is no profile file: looked for %s",
			name, by, strings.Join(places, ", "))
	}
	return selected{}, credential.Absent(places...)
}
