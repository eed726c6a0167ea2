package alikeys

import (
	"strings"
	"testing"
)

// A name that no tool reads would be passed over, and another identity would be used.
func TestMisspeltNamesInTheFileOfTheCommandLineTool(t *testing.T) {
	home := clean(t)
	full := p{
		"mode": "AK", "access_key_id": "id", "access_key_secret": planted, "sts_token": planted, "region_id": "cn-hangzhou",
		"ram_role_arn": "arn", "source_profile": "x", "expired_seconds": 900, "language": "en", "oauth_refresh_token": planted,
		"oauth_refresh_token_expire": 1, "my_own_note": planted,
	}
	for wrong, right := range map[string]string{
		"acess_key_id": "access_key_id", "access_key": "access_key_id", "qy_access_key_id": "access_key_id", "secret_id": "access_key_id",
		"secret_access_key": "access_key_secret", "access_key_secrt": "access_key_secret", "secretKey": "access_key_secret",
		"security_token": "sts_token", "st_token": "sts_token", "regionid": "region_id", "region": "region_id", "ram_role_arm": "ram_role_arn",
		"mod": "mode", "source_profil": "source_profile", "expire_seconds": "expired_seconds",
	} {
		x := p{"name": "a"}
		for k, v := range full {
			if k != right {
				x[k] = v
			}
		}
		x[wrong] = planted
		if right == "expired_seconds" || right == "region_id" {
			x[wrong] = 7
		}
		path := cliFile(t, home, "a", x, p{"name": "good", "mode": "AK"}.pair())
		wantError(t, Default(Options{Transport: nobody()}), `profile "a" of file `+path, "has "+wrong+",", "must be called "+right)
		wantID(t, Profile("good", Options{}), "id-good")
	}
}

func TestMisspeltNamesAtTheTopOfTheFile(t *testing.T) {
	home := clean(t)
	path := write(t, home, ".aliyun/config.json", `{"currnt": "b", "profiles": [{"name": "b"}]}`)
	wantError(t, Default(Options{Transport: nobody()}), "file "+path+" has currnt,", "must be called current")
	write(t, home, ".aliyun/config.json", `{"current": "b", "profile": [{"name": "b"}]}`)
	wantError(t, Default(Options{Transport: nobody()}), "file "+path+" has profile,", "must be called profiles")
}

func TestMisspeltNamesInTheFileOfTheSDKs(t *testing.T) {
	home := clean(t)
	const full = "type = ram_role_arn\naccess_key_id = id\naccess_key_secret = " + planted + "\nrole_arn = arn\nrole_session_name = s\n" +
		"region_id = cn-hangzhou\npolicy = x\nnote = x\n"
	for wrong, right := range map[string]string{
		"accesskeyid": "access_key_id", "aceess_key_id": "access_key_id", "secret_key": "access_key_secret", "typ": "type",
		"rolearn": "role_arn", "region": "region_id", "Role_Session_Nam": "role_session_name", "polcy": "policy",
	} {
		path := write(t, home, ".alibabacloud/credentials", "[default]\n"+strings.Replace(full, right+" =", wrong+" =", 1))
		wantError(t, Default(Options{Transport: nobody()}), `profile "default" of file `+path, "has "+strings.ToLower(wrong)+",", "must be called "+right)
	}
	write(t, home, ".alibabacloud/credentials", "[default]\nACCESS_KEY_ID = id\nAccess_Key_Secret = x\n")
	wantID(t, Default(Options{Transport: nobody()}), "id")
}

// A region of a misspelt name is not looked for elsewhere.
func TestAMisspeltRegion(t *testing.T) {
	home := clean(t)
	path := cliFile(t, home, "a", p{"name": "a", "mode": "AK", "regoin_id": "cn-hangzhou"}.pair())
	t.Setenv("ALIBABA_CLOUD_REGION_ID", "cn-beijing")
	const want = " has regoin_id, which no tool reads: it must be called region_id"
	if region, err := Region("a", false); err == nil || !strings.Contains(err.Error(), path+want) {
		t.Errorf("got %q, %v", region, err)
	}
	t.Setenv("ALIBABA_CLOUD_REGION_ID", "")
	if region, err := Region("", false); err == nil || !strings.Contains(err.Error(), path+want) {
		t.Errorf("without a name: got %q, %v", region, err)
	}
}
