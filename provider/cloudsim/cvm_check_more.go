package cloudsim

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// cvmPrice tells whether a bid is a plain positive decimal such as 0.97.
func cvmPrice(s string) bool {
	price, err := strconv.ParseFloat(s, 64)
	return err == nil && price > 0 && cvmMadeOf(s, cvmDigits+".")
}

func (r *cvmRunRequest) checkNames() *tencentRefusal {
	if utf8.RuneCountInString(tencentOr(r.InstanceName, "")) > 128 {
		return tencentRefuse("InvalidInstanceName.TooLong", "The InstanceName may have 128 characters.")
	}
	if r.HostName != nil {
		// The last machine has the longest number.
		if n := r.count(); !cvmHostNameForm(cvmHostName(*r.HostName, n-1, n, "10.0.0.1"), n > 1 || cvmHasPattern(*r.HostName)) {
			return tencentInvalidAs("InvalidParameterValue.IllegalHostName", "HostName")
		}
	}
	return nil
}

func (r *cvmRunRequest) checkLogin() *tencentRefusal {
	l := r.LoginSettings
	if l == nil {
		return nil
	}
	keep := strings.ToUpper(tencentOr(l.KeepImageLogin, "FALSE"))
	switch {
	case keep != "TRUE" && keep != "FALSE":
		return tencentInvalid("LoginSettings.KeepImageLogin")
	case len(l.KeyIds) > 0 && keep == "TRUE":
		return tencentRefuse("InvalidParameter.ParameterConflict", "KeyIds and KeepImageLogin exclude each other.")
	case l.Password != nil && (len(l.KeyIds) > 0 || keep == "TRUE"):
		return tencentRefuse("InvalidParameterCombination", "Password excludes KeyIds and KeepImageLogin.")
	case l.Password != nil && !cvmPasswordForm(*l.Password):
		return tencentRefuse("InvalidPassword", "The password does not have the required length and kinds of characters.")
	case !tencentAllForm(l.KeyIds, "skey-"):
		return tencentInvalidAs("InvalidKeyPairId.Malformed", "LoginSettings.KeyIds")
	default:
		return nil
	}
}

// cvmPasswordForm is the rule for systems other than Windows: 8 to 30
// characters of at least two kinds.
func cvmPasswordForm(p string) bool {
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

func (r *cvmRunRequest) checkGroups() *tencentRefusal {
	switch {
	case !tencentAllForm(r.SecurityGroupIds, "sg-"):
		return tencentInvalidAs("InvalidSecurityGroupId.NotFound", "SecurityGroupIds")
	case len(r.DisasterRecoverGroupIds) > 1:
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", "DisasterRecoverGroupIds")
	case !tencentAllForm(r.DisasterRecoverGroupIds, "ps-"):
		return tencentInvalidAs("FailedOperation.DisasterRecoverGroupNotFound", "DisasterRecoverGroupIds")
	case r.PartitionNumber != nil && *r.PartitionNumber < 1:
		return tencentInvalidAs("InvalidParameterValue.Range", "PartitionNumber")
	case r.PartitionNumber != nil && len(r.DisasterRecoverGroupIds) == 0:
		return tencentRefuse("InvalidParameterCombination", "PartitionNumber needs a placement group.")
	case !cvmMadeOf(tencentOr(r.CamRoleName, ""), cvmLower+cvmUpper+cvmDigits+"+=,.@_-"):
		return tencentInvalidAs("InvalidParameterValue.CamRoleNameMalformed", "CamRoleName")
	default:
		return nil
	}
}

// cvmCheckTags checks the tags of a new resource. The documented list of kinds
// has none for launch templates; that the word for them is launch-template is
// [unverified].
func cvmCheckTags(path string, specs []cvmTagSpecification) *tencentRefusal {
	for _, spec := range specs {
		if spec.ResourceType == nil {
			return tencentMissing(path + ".ResourceType")
		}
		if refused := tencentOneOf(path+".ResourceType", spec.ResourceType,
			"instance", "host", "image", "keypair", "ps", "hpc", cvmTemplateKind); refused != nil {
			return refused
		}
		switch n := len(spec.Tags); {
		case n == 0:
			return tencentMissing(path + ".Tags")
		case n > 50:
			return tencentInvalidAs("InvalidParameterValue.TagQuotaLimitExceeded", path+".Tags")
		}
		var seen []string
		for _, tag := range spec.Tags {
			if refused := tag.check(path + ".Tags"); refused != nil {
				return refused
			}
			if slices.Contains(seen, *tag.Key) {
				return tencentInvalidAs("InvalidParameterValue.DuplicateTags", path+".Tags.Key")
			}
			seen = append(seen, *tag.Key)
		}
	}
	return nil
}

// check is the rule of tags (cloud.tencent.com/document/product/651/13354); which
// prefixes are reserved differs from page to page, but for this one.
func (t *cvmTag) check(path string) *tencentRefusal {
	switch {
	case t.Key == nil:
		return tencentMissing(path + ".Key")
	case t.Value == nil:
		return tencentMissing(path + ".Value")
	case *t.Key == "" || utf8.RuneCountInString(*t.Key) > 127:
		return tencentInvalidAs("FailedOperation.IllegalTagKey", path+".Key")
	case utf8.RuneCountInString(*t.Value) > 255:
		return tencentInvalidAs("FailedOperation.IllegalTagValue", path+".Value")
	case strings.HasPrefix(*t.Key, "qcs:"):
		return tencentInvalidAs("FailedOperation.TagKeyReserved", path+".Key")
	default:
		return nil
	}
}

// cvmTagsFor are the tags for one kind of resource.
func cvmTagsFor(kind string, specs []cvmTagSpecification) map[string]string {
	tags := map[string]string{}
	for _, spec := range specs {
		if *spec.ResourceType == kind {
			for _, tag := range spec.Tags {
				tags[*tag.Key] = tencentOr(tag.Value, "")
			}
		}
	}
	return tags
}

func (r *cvmRunRequest) checkTimer(now time.Time) *tencentRefusal {
	t := r.ActionTimer
	if t == nil {
		return nil
	}
	if t.TimerAction == nil || t.ActionTime == nil {
		return tencentMissing("ActionTimer.TimerAction and ActionTimer.ActionTime")
	}
	at, err := cvmParseTime(*t.ActionTime)
	switch {
	case *t.TimerAction != "TerminateInstances":
		return tencentInvalid("ActionTimer.TimerAction")
	case err != nil:
		return tencentInvalidAs("InvalidParameterValue.InvalidTimeFormat", "ActionTimer.ActionTime")
	case at.Sub(now) <= 5*time.Minute:
		return tencentInvalidAs("InvalidParameterValue.Range", "ActionTimer.ActionTime")
	default:
		return nil
	}
}

func cvmParseTime(s string) (time.Time, error) { return time.Parse("2006-01-02T15:04:05Z", s) }

func (r *cvmRunRequest) checkData() *tencentRefusal {
	data, err := base64.StdEncoding.DecodeString(tencentOr(r.UserData, ""))
	switch {
	case err != nil:
		return tencentInvalidAs("InvalidParameterValue.InvalidUserDataFormat", "UserData")
	case len(data) > 16<<10:
		return tencentInvalidAs("InvalidParameterValue.TooLarge", "UserData")
	case r.Metadata == nil:
		return nil
	}
	for _, item := range r.Metadata.Items {
		if item.Value == nil {
			return tencentMissing("Metadata.Items.Value")
		}
		key := tencentOr(item.Key, "")
		if key == "" || len(key) > 128 || !cvmMadeOf(key, cvmLower+cvmUpper+cvmDigits+"_-") {
			return tencentInvalid("Metadata.Items.Key")
		}
		if len(*item.Value) > 256<<10 {
			return tencentInvalidAs("InvalidParameterValue.TooLarge", "Metadata.Items.Value")
		}
	}
	return nil
}
