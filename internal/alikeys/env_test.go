package alikeys

import (
	"errors"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/credential"
)

func TestKeysOfTheEnvironment(t *testing.T) {
	for what, vars := range map[string]map[string]string{
		"SDK": {
			"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s", "ALIBABA_CLOUD_SECURITY_TOKEN": "t",
		},
		"CLI": {
			"ALIBABACLOUD_ACCESS_KEY_ID": "id", "ALIBABACLOUD_ACCESS_KEY_SECRET": "s", "ALIBABACLOUD_SECURITY_TOKEN": "t",
		},
		"Terraform": {"ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "s", "ALICLOUD_SECURITY_TOKEN": "t"},
		"old CLI":   {"ALICLOUD_ACCESS_KEY_ID": "id", "ALICLOUD_ACCESS_KEY_SECRET": "s", "ALICLOUD_SECURITY_TOKEN": "t"},
		"two tools": {
			"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s", "ALIBABA_CLOUD_SECURITY_TOKEN": "t",
			"ALICLOUD_ACCESS_KEY": "other", "ALICLOUD_SECRET_KEY": planted,
		},
		"a role of OIDC beside a pair": {
			"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s", "ALIBABA_CLOUD_SECURITY_TOKEN": "t",
			"ALIBABA_CLOUD_ROLE_ARN": "arn", "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/f",
		},
	} {
		t.Run(what, func(t *testing.T) {
			clean(t)
			setenv(t, vars)
			got := wantID(t, Environment(Options{Transport: nobody()}), "id")
			if got.AccessKeySecret != "s" || got.SecurityToken != "t" {
				t.Errorf("got %q and %q, want the secret and the token of the same tool", got.AccessKeySecret.Reveal(), got.SecurityToken.Reveal())
			}
			wantID(t, Default(Options{Transport: nobody()}), "id")
		})
	}
}

func TestARoleInTheEnvironmentIsAssumed(t *testing.T) {
	pair := map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}
	for what, vars := range map[string]map[string]string{
		"CLI": {"ALIBABA_CLOUD_ROLE_ARN": "arn-1", "ALIBABA_CLOUD_ROLE_SESSION_NAME": "session-1"},
		"Terraform": {
			"ALICLOUD_ASSUME_ROLE_ARN": "arn-1", "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "session-1",
			"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "900",
		},
	} {
		t.Run(what, func(t *testing.T) {
			clean(t)
			setenv(t, pair)
			setenv(t, vars)
			cloud := working()
			wantID(t, Default(Options{Transport: cloud}), "AssumeRole/arn-1")
			wantID(t, Environment(Options{Transport: cloud}), "AssumeRole/arn-1")
			last := cloud.last(t)
			if got := last.params.Get("RoleSessionName"); got != "session-1" {
				t.Errorf("the session is %q, want session-1", got)
			}
			if got := last.params.Get("AccessKeyId"); got != "id" {
				t.Errorf("the call was signed with %q, want id", got)
			}
			if n := len(cloud.requests); n != 2 {
				t.Errorf("%d calls for two sources, want 2: a role must not be assumed twice", n)
			}
		})
	}
	clean(t)
	setenv(t, map[string]string{"ALICLOUD_ASSUME_ROLE_ARN": "arn-1", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "soon"})
	wantError(t, Default(Options{Transport: nobody()}), "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION must be a number of seconds")
}

// A role that the variables of the Terraform provider name is assumed with whatever the chain finds.
func TestARoleForTheWholeChain(t *testing.T) {
	clean(t)
	t.Setenv("ALICLOUD_ASSUME_ROLE_ARN", "arn-1")
	cloud := working()
	wantID(t, Default(Options{Transport: cloud}), "AssumeRole/arn-1")
	if got := cloud.last(t).params.Get("AccessKeyId"); got != "role-1" {
		t.Errorf("the role was assumed with %q, want the role of the instance", got)
	}
	err := wantError(t, Default(Options{Transport: nobody()}), "assume role arn-1", "ALIBABA_CLOUD_ACCESS_KEY_ID")
	if !errors.Is(err, credential.ErrAbsent) {
		t.Errorf("got %v, want ErrAbsent of the chain below", err)
	}
}
