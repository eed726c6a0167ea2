package telemetry

// The one table of everything that is emitted. Instruments are made from it, TELEMETRY.md is
// generated from it, and a test compares it with what a run of all features emits.

// Attributes of spans and metrics. The first three are those of the semantic conventions.
const (
	KeyProvider  = "cloud.provider"
	KeyRegion    = "cloud.region"
	KeyErrorType = "error.type"

	KeyCloud     = "yunfan.cloud"
	KeyOperation = "yunfan.operation"
	KeyCall      = "yunfan.call"
	KeyAttempt   = "yunfan.attempt"
	KeyInstances = "yunfan.instances"
	KeyOutcome   = "yunfan.outcome"
	KeyClass     = "yunfan.class"
	KeyCode      = "yunfan.code"
	KeyRequest   = "yunfan.request_id"
	KeyTarget    = "yunfan.target"
	KeySearchBy  = "yunfan.search.by"
)

// other stands for a value that is not in a closed set.
const other = "other"

// Values of attributes that are closed sets. Words of a set are part of the interface.
var (
	// Providers are the values of cloud.provider, by the name of the driver. A driver of
	// another cloud has its own name.
	Providers = map[string]string{
		"aliyun": "alibaba_cloud", "ens": "alibaba_cloud", "tencent": "tencent_cloud", "qingcloud": "qingcloud",
	}

	// Classes are the words for the sentinels of package provider, and for the other reasons.
	Classes = []string{
		"superseded", "outcome_unknown", "throttled", "no_stock", "quota", "balance", "auth", "permission",
		"token_mismatch", "exists", "not_found", "state", "launch_failed", "unavailable", "unsupported", "invalid",
		classCanceled, classDeadline, classPanic, other,
	}

	// CallOutcomes say how a call has ended.
	CallOutcomes = []string{outcomeOK, "rejected", "throttled", "unsent", "unknown", outcomeFailed}

	// CreateOutcomes say what became of instances that were to be created.
	CreateOutcomes = []string{"created", "missing", "unknown"}

	// SearchOutcomes say what a search for instances of a lost create has shown.
	SearchOutcomes = []string{"found", "nothing", outcomeFailed}

	// ReleaseOutcomes say what became of instances that were to be released.
	ReleaseOutcomes = []string{"released", "gone", "unknown", outcomeFailed}

	// Targets are the states that a wait may be for.
	Targets = []string{
		"pending", "starting", "running", "stopping", "stopped", "suspended", "terminating", "recycled", "terminated", "failed",
	}

	// SearchWays say how instances of a lost create are looked for.
	SearchWays = []string{"marker", "tags"}

	// Measured are the calls that metrics tell apart: those that create, await and release. The
	// others are "other" there, so that metrics stay few.
	Measured = []string{
		"RunInstances", callDescribe, "TerminateInstances", "StartInstances", "StopInstances", "RebootInstances",
		"RenameInstance", "DescribeJob",
		"CreateLaunchTemplate", "CreateLaunchTemplateVersion", "DescribeLaunchTemplates", "DescribeLaunchTemplateVersions",
		"SetDefaultLaunchTemplateVersion", "DeleteLaunchTemplateVersions", "DeleteLaunchTemplate",
		"CreatePlacementGroup", "DescribePlacementGroups", "ModifyPlacementGroup", "MoveIntoPlacementGroup",
		"DeletePlacementGroup",
		other,
	}

	// Calls are the calls of the library, by which spans and records name them.
	Calls = append([]string{
		"DescribeRegions", "DescribeZones", "DescribeInstanceTypes", "DescribeImages", "DescribeStock", "DescribePrice",
		"DescribeNetworks", "DescribeSubnets", "DescribeSecurityGroups", "DescribeKeyPairs", "DescribeQuotas",
		"TagInstances", "UntagInstances", "ModifyInstances", "ResizeInstance", "RenewInstance", "DescribeNotices",
	}, Measured...)
)

const (
	outcomeOK     = "ok"
	outcomeFailed = "failed"

	classCanceled = "canceled"
	classDeadline = "deadline"
	classPanic    = "panic"

	callDescribe = "DescribeInstances"
)

// Attribute describes an attribute.
type Attribute struct {
	Key    string
	Type   string
	Values []string // the closed set; nil where it is not one
	Text   string
}

// Attributes are all attributes of spans.
var Attributes = []Attribute{
	{KeyProvider, "string", nil, "`alibaba_cloud` (ECS and ENS), `tencent_cloud`, `qingcloud`; another driver: its name"},
	{KeyCloud, "string", nil, "the product: `aliyun`, `ens`, `tencent`, `qingcloud`; another driver: its name"},
	{KeyRegion, "string", nil, "the region, as the cloud calls it"},
	{KeyErrorType, "string", errorTypes, "why it failed; only when it failed"},
	{KeyOperation, "string", nil, "the ID of the operation, `Operation.ID`"},
	{KeyCall, "string", Measured, "the call of the driver; on spans also the other calls, by their own name"},
	{KeyAttempt, "int", nil, "1 for a first call, more for a repetition"},
	{KeyInstances, "int", nil, "how many instances it is about"},
	{KeyOutcome, "string", nil, "how it ended; see the spans and the metrics for the words"},
	{KeyClass, "string", Classes, "the sentinel of the error in lower case, or another reason; only when it failed"},
	{KeyCode, "string", nil, "the vendor's code; only when the vendor refused the call"},
	{KeyRequest, "string", nil, "the vendor's ID of the request; empty without an answer, and for a release, rename or deletion that worked"},
	{KeySearchBy, "string", SearchWays, "how instances of a lost create are looked for"},
}

// errorTypes are the classes, with the word of the semantic conventions for the last.
var errorTypes = append(Classes[:len(Classes)-1:len(Classes)-1], errorTypeOther)

// errorTypeOther is the word of the semantic conventions for any other error.
const errorTypeOther = "_OTHER"

// SpanName describes spans of one kind.
type SpanName struct {
	Name string
	Kind string // client or internal
	Keys []string
	Text string
}

// Step is something that has a span of its own beside the calls.
type Step string

// Steps.
const (
	RunInstances       Step = "RunInstances"
	Resume             Step = "Resume"
	WaitOperation      Step = "Wait"
	WaitInstances      Step = "WaitInstances"
	Terminate          Step = "Terminate"
	TerminateInstances Step = "TerminateInstances"
	ChangePower        Step = "ChangePower"
	Sweep              Step = "Sweep"
	search             Step = "search"
	Release            Step = "release"
)

// stepPrefix begins the names of spans that are not calls.
const stepPrefix = "yunfan "

var (
	ofClient  = []string{KeyProvider, KeyCloud, KeyRegion, KeyOutcome, KeyClass, KeyErrorType}
	operation = append([]string{KeyOperation}, ofClient...)
)

// Spans are all spans.
var Spans = []SpanName{
	{
		"CLOUD CALL", "client", append([]string{KeyCall, KeyAttempt, KeyInstances, KeyCode, KeyRequest}, operation...),
		"one attempt of one call, for example `aliyun RunInstances`. A describe call of the poller is a root span, with a " +
			"link to each wait that it serves, at most 128",
	},
	{stepPrefix + string(RunInstances), "internal", operation, "`Client.RunInstances`"},
	{stepPrefix + string(Resume), "internal", operation, "`Client.Resume`"},
	{stepPrefix + string(WaitOperation), "internal", operation, "`Operation.Wait`, also for `Watch` and `WaitAll`"},
	{stepPrefix + string(WaitInstances), "internal", ofClient, "`Client.WaitInstances`"},
	{stepPrefix + string(Terminate), "internal", operation, "`Operation.Terminate`"},
	{stepPrefix + string(TerminateInstances), "internal", ofClient, "`Client.TerminateInstances`"},
	{stepPrefix + string(ChangePower), "internal", ofClient, "`Client.StartInstances`, `StopInstances`, `RebootInstances`"},
	{stepPrefix + string(Sweep), "internal", ofClient, "`Client.Sweep`"},
	{
		stepPrefix + string(search), "internal", append([]string{KeySearchBy, KeyInstances}, operation...),
		"a search for instances of a create whose answer was lost; its `yunfan.instances` are those it found",
	},
	{stepPrefix + string(Release), "internal", operation, "a release of instances, for any reason"},
}

// Kind is the kind of an instrument.
type Kind string

// Kinds of instruments.
const (
	Counter       Kind = "counter"
	UpDownCounter Kind = "up-down counter"
	Histogram     Kind = "histogram"
)

// Names of metrics.
const (
	MetricCreates      = "yunfan.creates"
	MetricCalls        = "yunfan.call.duration"
	MetricDescribes    = "yunfan.describes"
	MetricDescribeIDs  = "yunfan.describe.ids"
	MetricRunning      = "yunfan.time_to_running"
	MetricPending      = "yunfan.instances.pending"
	MetricBudget       = "yunfan.budget.wait"
	MetricThrottles    = "yunfan.throttles"
	MetricRepetitions  = "yunfan.repetitions"
	MetricAlternatives = "yunfan.alternatives"
	MetricSearches     = "yunfan.searches"
	MetricReleases     = "yunfan.releases"
	MetricSweep        = "yunfan.sweep.found"
)

// Dimension is an attribute of a metric with the closed set of its values.
type Dimension struct {
	Key    string
	Values []string
}

// Metric describes a metric. Each has cloud.provider and yunfan.cloud as well, which have one
// value each for a client.
type Metric struct {
	Name       string
	Kind       Kind
	Unit       string
	Dimensions []Dimension
	Bounds     []float64 // of a histogram
	Text       string
}

// Series returns how many time series one client makes of a metric at most.
func (m *Metric) Series() int {
	n := 1
	for _, d := range m.Dimensions {
		n *= len(d.Values)
	}
	return n
}

// Metrics are all metrics.
var Metrics = []Metric{
	{
		MetricCreates, Counter, "{instance}",
		[]Dimension{{KeyOutcome, CreateOutcomes}, {KeyClass, Classes}},
		nil,
		"instances that were to be created, when their create is over; the class says why they are missing",
	},
	{
		MetricCalls, Histogram, "s",
		[]Dimension{{KeyCall, Measured}, {KeyOutcome, CallOutcomes}},
		[]float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		"how long calls took, each attempt by itself, without the wait for the budget",
	},
	{
		MetricDescribes, Counter, "{call}",
		[]Dimension{{KeyOutcome, CallOutcomes}},
		nil,
		"describe calls, by ID and lists",
	},
	{
		MetricDescribeIDs, Histogram, "{instance}", nil,
		[]float64{1, 2, 5, 10, 20, 50, 99, 100, 200},
		"instances that one describe call by ID asks about",
	},
	{
		MetricRunning, Histogram, "s", nil,
		[]float64{1, 2, 5, 10, 15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600},
		"from the answer that named an instance to the answer that showed it running, once for each instance; " +
			"left out when the first look came late and found it running",
	},
	{
		MetricPending, UpDownCounter, "{instance}",
		[]Dimension{{KeyTarget, Targets}},
		nil,
		"instances that waits are waiting for now; one that two waits are waiting for counts twice",
	},
	{
		MetricBudget, Histogram, "s",
		[]Dimension{{KeyCall, Measured}},
		[]float64{0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600},
		"how long calls waited for the call budget of the account",
	},
	{MetricThrottles, Counter, "{call}", []Dimension{{KeyCall, Measured}}, nil, "calls that the cloud throttled"},
	{
		MetricRepetitions, Counter, "{call}",
		[]Dimension{{KeyClass, Classes}},
		nil,
		"calls that were made again, by the reason",
	},
	{
		MetricAlternatives, Counter, "{create}", nil, nil,
		"creates that were planned from an alternative, because what was wanted is out of stock or failed to launch",
	},
	{
		MetricSearches, Counter, "{search}",
		[]Dimension{{KeySearchBy, SearchWays}, {KeyOutcome, SearchOutcomes}},
		nil,
		"searches for instances of creates whose answers were lost",
	},
	{
		MetricReleases, Counter, "{instance}",
		[]Dimension{{KeyOutcome, ReleaseOutcomes}},
		nil,
		"instances that were to be released",
	},
	{MetricSweep, Counter, "{instance}", nil, nil, "instances of no live operation that `Client.Sweep` found"},
}
