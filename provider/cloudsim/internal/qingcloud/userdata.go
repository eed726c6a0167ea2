package qingcloud

import (
	"cmp"
	"encoding/base64"
	"maps"
	"path"
	"strings"
)

// maxUserData is the limit on the encoded text.
const maxUserData = 4096

// checkUserData checks the user data, if it is switched on.
func checkUserData(a *args) {
	kind := a.oneOf("userdata_type", "plain", "exec", "tar")
	if !a.flag("need_userdata") {
		return
	}
	a.required("userdata_type")
	value := a.required("userdata_value")
	if kind == "tar" {
		a.id("userdata_value")
		return
	}
	if len(value) > maxUserData {
		a.invalid("userdata_value", "is longer than 4K")
	}
	if _, err := base64.StdEncoding.DecodeString(value); err != nil {
		a.invalid("userdata_value", "must be base64")
	}
}

// understood returns a copy of the parameters without the common ones and without those
// that the service ignores.
func understood(params map[string]string) map[string]string {
	out := maps.Clone(params)
	for _, common := range []string{
		"action", "zone", "access_key_id", "time_stamp", "version", "token",
		"signature", "signature_method", "signature_version",
	} {
		delete(out, common)
	}
	if params["need_userdata"] != "1" {
		maps.DeleteFunc(out, func(name, _ string) bool { return strings.HasPrefix(name, "userdata_") })
		return out
	}
	// A missing or unsuitable directory is not an error: the default is used. The file
	// is for scripts only.
	if !path.IsAbs(out["userdata_path"]) {
		out["userdata_path"] = "/etc/qingcloud/userdata"
	}
	delete(out, "userdata_file")
	if params["userdata_type"] == "exec" {
		out["userdata_file"] = cmp.Or(params["userdata_file"], "/etc/rc.local")
	}
	return out
}
