package provider

import "time"

// API names one of the calls of a [Driver], for limits, budgets and telemetry. Calls of
// [LaunchTemplateDriver] and [PlacementGroupDriver] have the names of their methods, such as
// "CreateLaunchTemplate".
type API string

// Calls about instances.
const (
	APIRunInstances       API = "RunInstances"
	APIDescribeInstances  API = "DescribeInstances"
	APITerminateInstances API = "TerminateInstances"
	APIStartInstances     API = "StartInstances"
	APIStopInstances      API = "StopInstances"
	APIRebootInstances    API = "RebootInstances"
	APIRenameInstance     API = "RenameInstance"

	// AnyAPI stands for all calls of an account together.
	AnyAPI API = "*"
)

// Rate is a number of calls in a time.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int // calls that may come at once; 0 means Calls when Per is a second or less, else 1
}

// Limits are the documented limits of a cloud. Zero numbers mean 1.
type Limits struct {
	InstancesPerCreate int
	IDsPerDescribe     int
	IDsPerTerminate    int

	// TerminateByBilling reports that servers of different billing modes cannot
	// be released by one call.
	TerminateByBilling bool

	// RecycleBin reports that releases may leave servers in a recycle bin
	// ([StateRecycled]), where they have to be released again.
	RecycleBin bool

	// IDsPerPower is how many servers one start, stop or reboot may name.
	IDsPerPower int

	// IDsPerMove is how many servers one call moves into a placement group, and
	// IDsPerGroupDescribe how many groups one call describes by ID.
	IDsPerMove          int
	IDsPerGroupDescribe int

	// TemplateVersionsInherit reports that a new version of a launch template takes
	// over what it does not set from the version it starts from.
	TemplateVersionsInherit bool

	// Idempotent are the calls, beside RunInstances, that create something and
	// are idempotent by token.
	Idempotent []API

	// ListsRunning reports that the cloud filters by tags and state together, so that
	// a wait may read who of a large operation runs instead of asking for those
	// that do not yet.
	ListsRunning bool

	// ClientToken reports that creates are idempotent by token: the same token
	// and parameters give the same servers. Without it a create whose outcome
	// is unknown is never repeated blindly.
	ClientToken bool

	// NameMarker reports, of clouds without client tokens, that the servers of a
	// create all begin their name with the spec's Name: a marker in it finds them
	// when the answer was lost. The driver implements [Renamer], and describes
	// every server when asked without IDs and filters.
	NameMarker bool

	// TagFilterCap is how many instances a describe filtered by tags may return in
	// all, over all pages; what lies beyond is left out in silence. 0 means that
	// there is no such cap.
	TagFilterCap int

	// NameLength is how many characters a server's name may have. 0 means 128.
	NameLength int

	// PartialCreates reports that every account may ask for fewer servers than
	// Count by MinCount.
	PartialCreates bool

	// Rates are the documented call rates of an account: per API, or together
	// under AnyAPI. An API without a rate is not limited beforehand.
	Rates map[API]Rate

	// RatesSpanRegions reports that the cloud counts the calls of all regions
	// together. Otherwise each region has the rates for itself, but for AnyAPI.
	RatesSpanRegions bool

	// FirstLook is when servers begin to run after the create was accepted, as
	// a first guess until the client has seen some (about the tenth
	// percentile). 0 means 10 s.
	FirstLook time.Duration
}
