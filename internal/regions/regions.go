// Package regions recognizes by whose rule the name of a region or a zone is made. A region of another
// vendor is a slip that each cloud answers in words of its own, after a call or a wait for a host that does
// not exist.
package regions

import (
	"regexp"
	"slices"
)

// Form is a rule by which regions and zones are named.
type Form string

// The forms. A name that has none may be that of a new region, or of a private cloud.
const (
	Alibaba   Form = "Alibaba Cloud"     // cn-hangzhou, ap-southeast-1, zones like cn-hangzhou-g and us-west-1a
	Edge      Form = "Alibaba Cloud ENS" // cn-wuxi-telecom_unicom_cmcc-2
	Tencent   Form = "Tencent Cloud"     // ap-guangzhou, na-ashburn, zones like ap-guangzhou-3
	QingCloud Form = "QingCloud"         // pek3a
)

// What names match. Outside of China, Alibaba Cloud has points of the compass and numbers where Tencent Cloud has
// cities. Names of Alibaba Cloud that match tencentForm, too, are found by alibabaForm first.
var (
	edgeForm      = regexp.MustCompile(`^[a-z]{2}-[a-z]+-(telecom|unicom|cmcc)`)
	alibabaForm   = regexp.MustCompile(`^(cn-[a-z]|[a-z]{2,3}-((north|south)?(east|west)|north|south|central)-[0-9])`)
	tencentForm   = regexp.MustCompile(`^(ap|na|eu|sa|me)-[a-z]+(-[a-z]+)*(-[0-9]+)?$`)
	qingcloudForm = regexp.MustCompile(`^[a-z]+[0-9]+[a-z]?$`)
)

// Of returns the form that a name certainly has, or "".
func Of(name string) Form {
	switch {
	case edgeForm.MatchString(name):
		return Edge
	case alibabaForm.MatchString(name):
		return Alibaba
	case tencentForm.MatchString(name):
		return Tencent
	case qingcloudForm.MatchString(name):
		return QingCloud
	}
	return ""
}

// Foreign returns what is wrong with a name that has the form of another cloud than those of own, or "".
// Like shows right names.
func Foreign(name, like string, own ...Form) string {
	of := Of(name)
	if of == "" || slices.Contains(own, of) {
		return ""
	}
	return "has the form of a region or zone of " + string(of) + ": use one like " + like
}
