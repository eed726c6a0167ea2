package credential

import (
	"strings"
	"testing"
)

func wantWords(t *testing.T, err error, words ...string) {
	t.Helper()
	mustBeClean(t, err)
	for _, want := range words {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
}

// A name that no tool reads would be passed over, and another identity would be used.
func TestMisspeltNamesInTheFileOfTheSDK(t *testing.T) {
	const full = "[default]\nsecret_id = id\nsecret_key = " + planted + "\ntoken = " + planted + "\nrole_arn = arn\n" +
		"role_session_name = s\nregion = ap-guangzhou\nnote = " + planted + "\n"
	for wrong, right := range map[string]string{
		"secretid": "secret_id", "secert_id": "secret_id", "access_key_id": "secret_id", "access_key_secret": "secret_key",
		"secret_access_key": "secret_key", "TENCENTCLOUD_SECRET_KEY": "secret_key", "tokn": "token", "security_token": "token",
		"rolearn": "role_arn", "role_session": "role_session_name", "regoin": "region",
	} {
		text := strings.Replace(full, "\n"+right+" =", "\n"+wrong+" =", 1)
		home := computer{files: map[string]string{"~/.tencentcloud/credentials": text}}.become(t)
		s := newCloud(t).sources(home)
		_, err := s.Chain().Credentials(t.Context())
		wantWords(t, err, `profile "default" in file `+home, "has "+strings.ToLower(wrong)+",", "must be called "+right)
		if right != "region" {
			continue
		}
		_, err = s.Region("", false)
		wantWords(t, err, "has "+wrong+",", "must be called region")
	}
}

func TestMisspeltNamesInAProfileOfTCCLI(t *testing.T) {
	const full = `{"secretId": "id", "secretKey": "` + planted + `", "token": "` + planted + `", "role-arn": "arn", "role-session-name": "s",
		"role-session-duration": 900, "note": "` + planted + `"}`
	for wrong, right := range map[string]string{
		"secret_id": "secretId", "SecertId": "secretId", "AccessKeyId": "secretId", "secret_key": "secretKey", "accessKeySecret": "secretKey",
		"Tokn": "token", "role_arn": "role-arn", "roleSession": "role-session-name", "role-session-duraton": "role-session-duration",
	} {
		text := strings.Replace(full, `"`+right+`"`, `"`+wrong+`"`, 1)
		home := computer{files: map[string]string{"~/.tccli/default.credential": text}}.become(t)
		_, err := newCloud(t).sources(home).Chain().Credentials(t.Context())
		wantWords(t, err, `profile "default" in file `+home, "has "+wrong+",", "must be called "+right)
	}
}

func TestAMisspeltRegionOfTCCLI(t *testing.T) {
	here := withTCCLI.and(computer{files: map[string]string{
		"~/.tccli/default.configure": `{"_sys_param": {"regoin": "ap-guangzhou", "output": "json"}, "tts": {"endpoint": "x"}}`,
	}})
	home := here.become(t)
	_, err := newCloud(t).sources(home).Region("", false)
	wantWords(t, err, "default.configure, _sys_param has regoin,", "must be called region")
}
