package alikeys

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
)

// profile is one of a profile file, with the names of the command line tool. It is comparable.
type profile struct {
	Name            string `json:"name"`
	Mode            string `json:"mode"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	STSToken        string `json:"sts_token"`
	STSExpiration   int64  `json:"sts_expiration"`
	RegionID        string `json:"region_id"`

	RoleARN        string `json:"ram_role_arn"`
	SessionName    string `json:"ram_session_name"`
	ExternalID     string `json:"external_id"`
	Policy         string `json:"policy"`
	ExpiredSeconds int    `json:"expired_seconds"`
	STSRegion      string `json:"sts_region"`
	STSEndpoint    string `json:"sts_endpoint"`
	EnableVPC      bool   `json:"enable_vpc"`
	SourceProfile  string `json:"source_profile"`

	RoleName        string `json:"ram_role_name"`
	OIDCProviderARN string `json:"oidc_provider_arn"`
	OIDCTokenFile   string `json:"oidc_token_file"`
	PrivateKey      string `json:"private_key"`
	ProcessCommand  string `json:"process_command"`
	CredentialsURI  string `json:"credentials_uri"`

	SignInURL     string `json:"cloud_sso_sign_in_url"`
	AccountID     string `json:"cloud_sso_account_id"`
	AccessConfig  string `json:"cloud_sso_access_config"`
	AccessToken   string `json:"access_token"`
	SignInExpires int64  `json:"cloud_sso_access_token_expire"`

	OAuthSite    string `json:"oauth_site_type"`
	OAuthToken   string `json:"oauth_access_token"`
	OAuthExpires int64  `json:"oauth_access_token_expire"`
	BearerToken  string `json:"bearer_token"`

	misspelt string // what is wrong with the name of a field; "" if nothing is
}

// String keeps secrets out of every text.
func (p profile) String() string { return "profile " + p.Name }

// GoString keeps secrets out of every text.
func (p profile) GoString() string { return p.String() }

// empty reports whether nothing says how to log in, as in the profile that the command line tool
// makes before it is configured.
func (p profile) empty() bool {
	bare := profile{Name: p.Name, Mode: p.Mode, RegionID: p.RegionID, ExpiredSeconds: p.ExpiredSeconds}
	keyless := p.Mode == "" || strings.EqualFold(p.Mode, "AK")
	return p == bare && keyless
}

// mode returns the mode of a profile in small letters. Without one it follows from what is there, as
// in the command line tool.
func (p profile) mode() string {
	hasPair := p.AccessKeyID != "" || p.AccessKeySecret != ""
	switch {
	case p.Mode != "":
		return strings.ToLower(p.Mode)
	case hasPair && p.STSToken != "":
		return "ststoken"
	case hasPair && p.RoleARN != "":
		return "ramrolearn"
	case hasPair:
		return "ak"
	case p.OIDCProviderARN != "":
		return "oidc"
	case p.RoleName != "":
		return "ecsramrole"
	case p.ProcessCommand != "":
		return "external"
	case p.CredentialsURI != "":
		return "credentialsuri"
	case p.SignInURL != "":
		return "cloudsso"
	}
	return ""
}

// builder makes the source of a profile.
type builder struct {
	file    *profileFile
	options Options
	above   []string // the profiles that lead here by source_profile
}

// source returns the source that a profile describes, or an error that names the file and the
// profile and says what is missing.
func (b builder) source(p profile) (provider.CredentialsSource, error) {
	if p.misspelt != "" {
		return nil, errors.New(p.misspelt)
	}
	switch p.mode() {
	case "ak":
		return b.pair(p)
	case "ststoken":
		if err := b.need(p, "sts_token", p.STSToken); err != nil {
			return nil, err
		}
		return b.pair(p)
	case "ramrolearn", "ecsramrole", "ramrolearnwithrolename", "ramrolearnwithecs", "chainableramrolearn", "oidc":
		return b.role(p)
	case "external":
		return b.process(p)
	case "credentialsuri":
		if keysource.IsTrue(envNoProcesses) {
			return nil, b.errorf(p, "its URI is not asked, because %s forbids it", envNoProcesses)
		}
		return b.inside(p, URI(p.CredentialsURI, b.options)), nil
	case "cloudsso":
		return b.cloudSSO(p)
	case "oauth":
		return b.oauth(p)
	case "rsakeypair":
		return nil, b.errorf(p, "its mode, an RSA key pair, is given up by the vendor and not supported: use RamRoleArn")
	case "bearertoken", "anonymous":
		return nil, b.errorf(p, "its mode %s gives no access key, which calls must be signed with", p.Mode)
	case "":
		return nil, b.errorf(p, "it is not configured: run aliyun configure --profile %s", p.Name)
	}
	return nil, b.unknownMode(p)
}

// unknownMode is the error of a mode that no tool has. It does not quote it: it may be a key that stands
// in the wrong line.
func (b builder) unknownMode(p profile) error {
	if b.file.ini {
		return b.errorf(p, "its type is unknown: it must be one of %s",
			strings.Join(slices.Sorted(maps.Keys(iniModes)), ", "))
	}
	return b.errorf(p, "its mode is unknown: it must be one that aliyun configure --mode has, such as AK or RamRoleArn")
}

// role returns the source of a profile whose keys are those of a role.
func (b builder) role(p profile) (provider.CredentialsSource, error) {
	instance := InstanceRole(InstanceRoleOptions{RoleName: p.RoleName, Transport: b.options.Transport})
	switch mode := p.mode(); mode {
	case "ecsramrole":
		return b.inside(p, instance), nil
	case "ramrolearnwithrolename", "ramrolearnwithecs":
		return b.assume(p, b.inside(p, instance))
	case "chainableramrolearn":
		below, err := b.below(p)
		if err != nil {
			return nil, err
		}
		return b.assume(p, below)
	case "oidc":
		return b.byOIDC(p)
	}
	if p.SourceProfile != "" && p.AccessKeyID == "" {
		below, err := b.below(p)
		if err != nil {
			return nil, err
		}
		return b.assume(p, below)
	}
	pair, err := b.pair(p)
	if err != nil {
		return nil, err
	}
	return b.assume(p, pair)
}

// below returns the source of the profile that a profile names as its source.
func (b builder) below(p profile) (provider.CredentialsSource, error) {
	if err := b.need(p, "source_profile", p.SourceProfile); err != nil {
		return nil, err
	}
	b.above = append(slices.Clone(b.above), p.Name)
	if at := slices.Index(b.above, p.SourceProfile); at >= 0 {
		loop := strings.Join(append(b.above[at:], p.SourceProfile), " → ")
		return nil, b.errorf(p, "its source_profile leads in a circle: %s; one of them must have keys of its own", loop)
	}
	below, ok := b.file.find(p.SourceProfile)
	if !ok {
		return nil, fmt.Errorf("%s: its source_profile: %w", b.where(p), b.file.missing(p.SourceProfile))
	}
	return b.source(below)
}

func (b builder) pair(p profile) (provider.CredentialsSource, error) {
	switch {
	case p.AccessKeyID == "" && p.AccessKeySecret == "":
		return nil, b.lacks(p, "access_key_id", "access_key_secret")
	case p.AccessKeyID == "":
		return nil, keysource.Half(b.where(p), "access_key_secret", "access_key_id is not")
	case p.AccessKeySecret == "":
		return nil, keysource.Half(b.where(p), "access_key_id", "access_key_secret is not")
	}
	if err := keysource.CheckForm(b.where(p), b.file.label("access_key_id"), p.AccessKeyID,
		b.file.label("access_key_secret"), p.AccessKeySecret, b.file.label("sts_token"), p.STSToken); err != nil {
		return nil, err
	}
	secret, token := provider.Secret(p.AccessKeySecret), provider.Secret(p.STSToken)
	s := provider.StaticCredentials(p.AccessKeyID, secret, token)
	if p.STSToken == "" || p.STSExpiration == 0 {
		return s, nil
	}
	return b.until(p, time.Unix(p.STSExpiration, 0), s), nil
}

func (b builder) assume(p profile, with provider.CredentialsSource) (provider.CredentialsSource, error) {
	if err := b.need(p, "ram_role_arn", p.RoleARN); err != nil {
		return nil, err
	}
	endpoint, region := b.sts(p)
	return b.inside(p, assumeRole(AssumeRoleOptions{
		Source: with, RoleARN: p.RoleARN, SessionName: p.SessionName, Policy: p.Policy, ExternalID: p.ExternalID,
		Duration:    time.Duration(p.ExpiredSeconds) * time.Second,
		STSEndpoint: endpoint, STSRegion: region, Transport: b.options.Transport,
	}, p.EnableVPC)), nil
}

func (b builder) byOIDC(p profile) (provider.CredentialsSource, error) {
	for _, f := range []struct{ name, value string }{
		{"oidc_provider_arn", p.OIDCProviderARN}, {"oidc_token_file", p.OIDCTokenFile}, {"ram_role_arn", p.RoleARN},
	} {
		if err := b.need(p, f.name, f.value); err != nil {
			return nil, err
		}
	}
	endpoint, region := b.sts(p)
	return b.inside(p, oidc(OIDCOptions{
		RoleARN: p.RoleARN, ProviderARN: p.OIDCProviderARN, TokenFile: expand(p.OIDCTokenFile),
		SessionName: p.SessionName, Policy: p.Policy, Duration: time.Duration(p.ExpiredSeconds) * time.Second,
		STSEndpoint: endpoint, STSRegion: region, Transport: b.options.Transport,
	}, p.EnableVPC)), nil
}

// sts returns the endpoint and the region of STS: those of the program come first.
func (b builder) sts(p profile) (endpoint, region string) {
	switch {
	case b.options.STSEndpoint != "":
		return b.options.STSEndpoint, b.options.STSRegion
	case p.STSEndpoint != "":
		return bareHost(p.STSEndpoint), p.STSRegion
	case p.STSRegion != "":
		return "", p.STSRegion
	}
	return "", b.options.STSRegion
}

// inside names the profile in the errors of a source. A profile is configured, so its source is never
// absent.
func (b builder) inside(p profile, s provider.CredentialsSource) provider.CredentialsSource {
	return named{where: b.where(p), source: s}.asSource()
}

func (b builder) where(p profile) string {
	return fmt.Sprintf("profile %q of file %s", p.Name, b.file.path)
}

func (b builder) errorf(p profile, format string, args ...any) error {
	return fmt.Errorf("%s: %s", b.where(p), fmt.Sprintf(format, args...))
}

// need returns an error when a field of a profile has no value.
func (b builder) need(p profile, field, value string) error {
	if value != "" {
		return nil
	}
	return b.lacks(p, field)
}

func (b builder) lacks(p profile, fields ...string) error {
	for i, f := range fields {
		fields[i] = b.file.label(f)
	}
	next := "add it to the file"
	if !b.file.ini {
		next = fmt.Sprintf("run aliyun configure --profile %s --mode %s", p.Name, p.Mode)
	}
	return b.errorf(p, "it lacks %s, which its mode %s needs: %s", strings.Join(fields, " and "), p.Mode, next)
}

// until returns keys until they end. The file may have new ones then.
func (b builder) until(p profile, end time.Time, s provider.CredentialsSource) provider.CredentialsSource {
	return endsAt{where: b.where(p), end: end, source: s}.asSource()
}
