package alikeys

import "github.com/yunfan-cloud/yunfan/internal/keysource"

// pairs are the key pairs of the environment, in the order in which they are looked for: of the
// vendor's SDKs, of its command line tool, and of its Terraform provider, which shares a prefix with
// old versions of the command line tool.
func pairs() []keysource.Names {
	return []keysource.Names{
		{
			ID:     []string{"ALIBABA_CLOUD_ACCESS_KEY_ID"},
			Secret: []string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET"},
			Token:  []string{"ALIBABA_CLOUD_SECURITY_TOKEN"},
		},
		{
			ID:     []string{"ALIBABACLOUD_ACCESS_KEY_ID"},
			Secret: []string{"ALIBABACLOUD_ACCESS_KEY_SECRET"},
			Token:  []string{"ALIBABACLOUD_SECURITY_TOKEN"},
		},
		{
			ID:     []string{"ALICLOUD_ACCESS_KEY", "ALICLOUD_ACCESS_KEY_ID"},
			Secret: []string{"ALICLOUD_SECRET_KEY", "ALICLOUD_ACCESS_KEY_SECRET"},
			Token:  []string{"ALICLOUD_SECURITY_TOKEN"},
		},
	}
}

// Variables that say the same in the SDKs, the command line tool and the Terraform provider. The
// first that is set counts.
var (
	envProfile = []string{"ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALICLOUD_PROFILE"}
	envRegion  = []string{
		"ALIBABA_CLOUD_REGION_ID", "ALIBABA_CLOUD_REGION", "ALIBABACLOUD_REGION_ID", "ALIBABACLOUD_REGION",
		"ALICLOUD_REGION", "ALICLOUD_REGION_ID",
	}
	envRole         = []string{"ALIBABA_CLOUD_ROLE_ARN", "ALIBABACLOUD_ROLE_ARN"}
	envOIDCProvider = []string{"ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABACLOUD_OIDC_PROVIDER_ARN"}
	envOIDCToken    = []string{"ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABACLOUD_OIDC_TOKEN_FILE"}
	envSession      = []string{
		"ALIBABA_CLOUD_ROLE_SESSION_NAME", "ALIBABACLOUD_ROLE_SESSION_NAME", "ALICLOUD_ASSUME_ROLE_SESSION_NAME",
	}
	envExternalID   = []string{"ALIBABA_CLOUD_EXTERNAL_ID", "ALIBABACLOUD_EXTERNAL_ID"}
	envURI          = []string{"ALIBABA_CLOUD_CREDENTIALS_URI", "ALICLOUD_CREDENTIALS_URI"}
	envInstanceRole = []string{"ALIBABA_CLOUD_ECS_METADATA", "ALICLOUD_ECS_ROLE_NAME"}
)

const (
	envAssumeRole     = "ALICLOUD_ASSUME_ROLE_ARN" // of the Terraform provider
	envAssumeSession  = "ALICLOUD_ASSUME_ROLE_SESSION_NAME"
	envAssumeDuration = "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"

	envCLIFile      = "ALICLOUD_SHARED_CREDENTIALS_FILE"
	envINIFile      = "ALIBABA_CLOUD_CREDENTIALS_FILE"
	envCLIDisabled  = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
	envNoMetadata   = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
	envNoIMDSv1     = "ALIBABA_CLOUD_IMDSV1_DISABLED"
	envNoProcesses  = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"
	envSTSEndpoint  = "ALIBABA_CLOUD_STS_ENDPOINT"
	envSTSRegion    = "ALIBABA_CLOUD_STS_REGION"
	envVPCEndpoints = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"
)

// envIgnoreProfile makes the command line tool read no profile.
var envIgnoreProfile = []string{"ALIBABA_CLOUD_IGNORE_PROFILE", "ALIBABACLOUD_IGNORE_PROFILE"}
