package cvm

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// price reports whether a bid is a plain positive decimal such as 0.97.
func price(s string) bool {
	price, err := strconv.ParseFloat(s, 64)
	return err == nil && price > 0 && onlyHas(s, digits+".")
}

func (r *runRequest) checkNames() *refusal {
	if utf8.RuneCountInString(valueOr(r.InstanceName, "")) > 128 {
		return refuse("InvalidInstanceName.TooLong", "The InstanceName may have 128 characters.")
	}
	if r.HostName != nil {
		// The last instance has the longest number.
		if n := r.count(); !hostNameForm(hostName(*r.HostName, n-1, n, "10.0.0.1"), n > 1 || hasPattern(*r.HostName)) {
			return invalidAs("InvalidParameterValue.IllegalHostName", "HostName")
		}
	}
	return nil
}

func (r *runRequest) checkLogin() *refusal {
	l := r.LoginSettings
	if l == nil {
		return nil
	}
	keep := strings.ToUpper(valueOr(l.KeepImageLogin, "FALSE"))
	switch {
	case keep != "TRUE" && keep != "FALSE":
		return invalid("LoginSettings.KeepImageLogin")
	case len(l.KeyIds) > 0 && keep == "TRUE":
		return refuse("InvalidParameter.ParameterConflict", "KeyIds and KeepImageLogin exclude each other.")
	case l.Password != nil && len(l.KeyIds) > 0, l.Password != nil && keep == "TRUE":
		return refuse("InvalidParameterCombination", "Password excludes KeyIds and KeepImageLogin.")
	case l.Password != nil && !passwordForm(*l.Password):
		return refuse("InvalidPassword", "The password does not have the required length and kinds of characters.")
	case !allForm(l.KeyIds, "skey-"):
		return invalidAs("InvalidKeyPairId.Malformed", "LoginSettings.KeyIds")
	default:
		return nil
	}
}

// passwordForm is the rule for systems other than Windows: 8 to 30
// characters of at least two kinds.
func passwordForm(p string) bool {
	if len(p) < 8 || len(p) > 30 {
		return false
	}
	var kinds [4]bool
	for _, c := range []byte(p) {
		switch {
		case c <= ' ' || c > '~':
			return false
		case 'a' <= c && c <= 'z':
			kinds[0] = true
		case 'A' <= c && c <= 'Z':
			kinds[1] = true
		case '0' <= c && c <= '9':
			kinds[2] = true
		default:
			kinds[3] = true
		}
	}
	n := 0
	for _, has := range kinds {
		if has {
			n++
		}
	}
	return n >= 2
}

func (r *runRequest) checkGroups() *refusal {
	switch {
	case !allForm(r.SecurityGroupIds, "sg-"):
		return invalidAs("InvalidSecurityGroupId.NotFound", "SecurityGroupIds")
	case len(r.DisasterRecoverGroupIds) > 1:
		return invalidAs("InvalidParameterValue.LimitExceeded", "DisasterRecoverGroupIds")
	case !allForm(r.DisasterRecoverGroupIds, "ps-"):
		return invalidAs("FailedOperation.DisasterRecoverGroupNotFound", "DisasterRecoverGroupIds")
	case r.PartitionNumber != nil && *r.PartitionNumber < 1:
		return invalidAs("InvalidParameterValue.Range", "PartitionNumber")
	case r.PartitionNumber != nil && len(r.DisasterRecoverGroupIds) == 0:
		return refuse("InvalidParameterCombination", "PartitionNumber needs a placement group.")
	case !onlyHas(valueOr(r.CamRoleName, ""), lower+upper+digits+"+=,.@_-"):
		return invalidAs("InvalidParameterValue.CamRoleNameMalformed", "CamRoleName")
	default:
		return nil
	}
}

// checkTags checks the tags of a new resource. The documented list of resource kinds
// has none for launch templates; the word launch-template is [unverified].
func checkTags(path string, specs []tagSpecification) *refusal {
	for _, spec := range specs {
		if spec.ResourceType == nil {
			return missing(path + ".ResourceType")
		}
		if refused := oneOf(path+".ResourceType", spec.ResourceType,
			"instance", "host", "image", "keypair", "ps", "hpc", templateKind); refused != nil {
			return refused
		}
		switch n := len(spec.Tags); {
		case n == 0:
			return missing(path + ".Tags")
		case n > 50:
			return invalidAs("InvalidParameterValue.TagQuotaLimitExceeded", path+".Tags")
		}
		var seen []string
		for _, tag := range spec.Tags {
			if refused := tag.check(path + ".Tags"); refused != nil {
				return refused
			}
			if slices.Contains(seen, *tag.Key) {
				return invalidAs("InvalidParameterValue.DuplicateTags", path+".Tags.Key")
			}
			seen = append(seen, *tag.Key)
		}
	}
	return nil
}

// check applies the rules for tags (cloud.tencent.com/document/product/651/13354).
// Pages differ about the reserved prefixes, except for this one.
func (t *tag) check(path string) *refusal {
	switch {
	case t.Key == nil:
		return missing(path + ".Key")
	case t.Value == nil:
		return missing(path + ".Value")
	case *t.Key == "" || utf8.RuneCountInString(*t.Key) > 127:
		return invalidAs("FailedOperation.IllegalTagKey", path+".Key")
	case utf8.RuneCountInString(*t.Value) > 255:
		return invalidAs("FailedOperation.IllegalTagValue", path+".Value")
	case strings.HasPrefix(*t.Key, "qcs:"):
		return invalidAs("FailedOperation.TagKeyReserved", path+".Key")
	default:
		return nil
	}
}

// tagsFor returns the tags for one kind of resource.
func tagsFor(kind string, specs []tagSpecification) map[string]string {
	tags := map[string]string{}
	for _, spec := range specs {
		if *spec.ResourceType == kind {
			for _, tag := range spec.Tags {
				tags[*tag.Key] = valueOr(tag.Value, "")
			}
		}
	}
	return tags
}

func (r *runRequest) checkTimer(now time.Time) *refusal {
	t := r.ActionTimer
	if t == nil {
		return nil
	}
	if t.TimerAction == nil || t.ActionTime == nil {
		return missing("ActionTimer.TimerAction and ActionTimer.ActionTime")
	}
	at, err := parseTime(*t.ActionTime)
	switch {
	case *t.TimerAction != "TerminateInstances":
		return invalid("ActionTimer.TimerAction")
	case err != nil:
		return invalidAs("InvalidParameterValue.InvalidTimeFormat", "ActionTimer.ActionTime")
	case at.Sub(now) <= 5*time.Minute:
		return invalidAs("InvalidParameterValue.Range", "ActionTimer.ActionTime")
	default:
		return nil
	}
}

func parseTime(s string) (time.Time, error) { return time.Parse("2006-01-02T15:04:05Z", s) }

func (r *runRequest) checkData() *refusal {
	data, err := base64.StdEncoding.DecodeString(valueOr(r.UserData, ""))
	switch {
	case err != nil:
		return invalidAs("InvalidParameterValue.InvalidUserDataFormat", "UserData")
	case len(data) > 16<<10:
		return invalidAs("InvalidParameterValue.TooLarge", "UserData")
	case r.Metadata == nil:
		return nil
	}
	for _, item := range r.Metadata.Items {
		if item.Value == nil {
			return missing("Metadata.Items.Value")
		}
		key := valueOr(item.Key, "")
		if key == "" || len(key) > 128 || !onlyHas(key, lower+upper+digits+"_-") {
			return invalid("Metadata.Items.Key")
		}
		if len(*item.Value) > 256<<10 {
			return invalidAs("InvalidParameterValue.TooLarge", "Metadata.Items.Value")
		}
	}
	return nil
}
