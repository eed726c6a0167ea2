package provider

import "time"

// API names one of the calls of a [Driver], for limits, budgets and telemetry. Calls of
// the drivers of packages beside this one have the names of their methods, such as
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
	APIDescribeJob        API = "DescribeJob"

	// AnyAPI stands for all calls of an account together.
	AnyAPI API = "*"
)

// Rate is a number of calls in a time. No stretch of time as long as Per ever holds more of
// them where they arrive, so it fits clouds that count by the clock as well.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int // calls that may come at once; 0 means Calls when Per is a second or less, else a fifth of Calls
}

// Limits are the documented limits of a cloud. Zero numbers mean 1. Of a limit that is not
// documented, choose the number that does no harm when it is wrong. ClientToken and NameMarker
// decide how instances of a lost answer are found: a cloud with neither never repeats a create.
type Limits struct {
	InstancesPerCreate int
	IDsPerDescribe     int
	IDsPerTerminate    int

	// TerminateByBilling reports that one call cannot release instances of different billing
	// modes.
	TerminateByBilling bool

	// RecycleBin reports that a release may leave instances in a recycle bin
	// ([StateRecycled]). They must be released there again.
	RecycleBin bool

	// IDsPerPower is how many instances one start, stop or reboot may name.
	IDsPerPower int

	// IDsPerMove is how many instances one call moves into a placement group, and
	// IDsPerGroupDescribe how many groups one call describes by ID.
	IDsPerMove          int
	IDsPerGroupDescribe int

	// TemplateVersionsInherit reports that a new version of a launch template inherits the
	// fields it does not set from its base version.
	TemplateVersionsInherit bool

	// Idempotent are the calls, beside RunInstances, that create something and are idempotent
	// by token.
	Idempotent []API

	// ListsRunning reports that the cloud filters by tags and state together. A wait for a
	// large operation may then list the instances that run, instead of asking for the IDs of
	// those that do not run yet.
	ListsRunning bool

	// ClientToken reports that creates are idempotent by token: the same token and parameters
	// give the same instances. Without it, a create whose outcome is unknown is never repeated
	// without a search.
	ClientToken bool

	// NameMarker is for clouds without client tokens. It reports that the names of all
	// instances of a create begin with the spec's Name. A marker in the name then finds the
	// instances when the answer was lost. The driver implements [Renamer], and describes every
	// instance when a request has no IDs and no filters.
	NameMarker bool

	// TagFilterCap is how many instances a describe filtered by tags returns at most, over all
	// pages. The cloud silently leaves out the rest. 0 means that there is no such cap.
	TagFilterCap int

	// NameLength is how many characters an instance's name may have. 0 means 128.
	NameLength int

	// PartialCreates reports that every account may use MinCount to accept fewer instances
	// than Count.
	PartialCreates bool

	// Rates are the documented call rates of an account: per API, or together
	// under AnyAPI. An API without a rate is not limited beforehand.
	Rates map[API]Rate

	// RatesSpanRegions reports that the cloud counts the calls of all regions together.
	// Otherwise each region has its own rates, except for AnyAPI.
	RatesSpanRegions bool

	// FirstLook is how long after the create the first instances run (about the tenth
	// percentile). It is a first guess until the client has seen some. 0 means 10 s.
	FirstLook time.Duration
}
