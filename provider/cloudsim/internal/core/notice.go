package core

import "time"

// NoticeKind is what an announcement is about.
type NoticeKind string

// Kinds of announcements, which package cloudsim documents.
const (
	Reclaim      NoticeKind = "reclaim"
	Maintenance  NoticeKind = "maintenance"
	Failure      NoticeKind = "failure"
	Expired      NoticeKind = "expired"
	Overdue      NoticeKind = "overdue"
	Locked       NoticeKind = "locked"
	InRecycleBin NoticeKind = "recycled"
	LateFailure  NoticeKind = "late-failure"
)

// Notice is cloudsim.Notice, which documents the fields. The two types convert into each other,
// so a field in only one of them does not compile.
type Notice struct {
	InstanceID string
	Kind       NoticeKind
	Lead       time.Duration
	Takes      time.Duration
	Keep       time.Duration
	Asks       bool
	Type       string
	Reason     string
}
