package telemetry

import "log/slog"

// Messages of log records.
const (
	MessageCall        = "cloud call"
	MessageRepeat      = "the call is repeated"
	MessageUnread      = "a field of an answer cannot be read, and is left out"
	MessageNoRoom      = "the call budget has no room in time: nothing was sent"
	MessageStep        = "finished"
	MessageCreate      = "create finished"
	MessageAlternative = "an alternative is tried"
	MessageSearching   = "looking for instances of a create whose answer was lost"
	MessageSearch      = "search finished"
	MessageLate        = "instances of a create that was given up are visible now"
	MessageNeverMade   = "instances of a failed create are unknown to the cloud, and are replaced"
	MessageWait        = "wait finished"
	MessageRelease     = "release finished"
	MessageSweep       = "sweep finished"
	MessageInstrument  = "metrics cannot be recorded, and are left out"
)

// Keys of log records.
const (
	LogCloud       = "cloud"
	LogRegion      = "region"
	LogOperation   = "operation"
	LogCall        = "call"
	LogAttempt     = "attempt"
	LogInstances   = "instances"
	LogIDs         = "instance_ids"
	LogElapsed     = "elapsed"
	LogOutcome     = "outcome"
	LogClass       = "class"
	LogCode        = "code"
	LogRequest     = "request"
	LogRepeatsIn   = "repeats_in"
	LogField       = "field"
	LogStep        = "step"
	LogCreate      = "create"
	LogFor         = "for"
	LogMade        = "made"
	LogMissing     = "missing"
	LogAlternative = "alternative"
	LogBy          = "by"
	LogFound       = "found"
	LogTarget      = "target"
	LogReady       = "ready"
	LogFailed      = "failed"
	LogNotVisible  = "not_visible"
	LogPending     = "pending"
	LogReleased    = "released"
	LogGone        = "gone"
	LogUnknown     = "unknown"
	LogMetrics     = "metrics"
)

// LogKey describes a key of log records.
type LogKey struct {
	Key  string
	Type string
	Text string
}

// LogKeys are all keys, beside the time, the level and the message.
var LogKeys = []LogKey{
	{LogCloud, "string", "the driver: `aliyun`, `ens`, `tencent`, `qingcloud`, or another one's name"},
	{LogRegion, "string", "the region; empty where it is not of one"},
	{LogOperation, "string", "the ID of the operation, `Operation.ID`; left out outside operations"},
	{LogCall, "string", "the call of the driver; in repetitions the vendor's name of it, if it is known"},
	{LogAttempt, "int", "1 for a first call; in repetitions the attempt that failed"},
	{LogInstances, "int", "how many instances it is about"},
	{LogIDs, "list of strings", "the instances it is about"},
	{LogElapsed, "duration", "how long it took"},
	{LogOutcome, "string", "how it ended, in the words of `yunfan.outcome`"},
	{LogClass, "string", "why it failed, in the words of `yunfan.class`; left out when it did not"},
	{LogCode, "string", "the vendor's code; left out when the vendor did not refuse the call"},
	{LogRequest, "string", "the vendor's ID of the request; empty without an answer, and for a release, rename or deletion that worked"},
	{LogRepeatsIn, "duration", "until the call is made again"},
	{LogField, "string", "the name of a field of an answer"},
	{LogStep, "string", "what has finished: the name of its span, without `yunfan`"},
	{LogCreate, "int", "the number of the create in its operation, from 0"},
	{LogFor, "duration", "how long the step takes at most"},
	{LogMade, "int", "new instances that are known"},
	{LogMissing, "int", "instances that are missing"},
	{LogAlternative, "int", "the number of the alternative, from 1"},
	{LogBy, "string", "how instances are looked for, in the words of `yunfan.search.by`"},
	{LogFound, "int", "instances that were found"},
	{LogTarget, "string", "the state that is waited for"},
	{LogReady, "int", "instances that have reached it"},
	{LogFailed, "int", "instances that will never reach it, or could not be released"},
	{LogNotVisible, "int", "instances that no answer has shown in time"},
	{LogPending, "int", "instances that had not reached it when the wait ended"},
	{LogReleased, "int", "instances whose release the cloud accepted"},
	{LogGone, "int", "instances that do not exist any more"},
	{LogUnknown, "int", "instances that the region does not know"},
	{LogMetrics, "list of strings", "the metrics that the meter could not make"},
}

// Record describes log records with one message. All have the key cloud.
type Record struct {
	Message string
	Levels  string
	Keys    []string
	Text    string
}

var (
	always = []string{LogCloud, LogRegion, LogOperation}
	ended  = []string{LogOutcome, LogClass, LogCode, LogRequest}
)

// with returns keys that come with those of every record.
func with(keys ...string) []string { return append(always[:len(always):len(always)], keys...) }

// Records are all log records.
var Records = []Record{
	{
		MessageCall, levels(slog.LevelDebug, slog.LevelInfo, slog.LevelWarn),
		append(with(LogCall, LogAttempt, LogInstances, LogElapsed), ended...),
		"one attempt of one call: DEBUG for a read, INFO for a change, WARN when it failed",
	},
	{
		MessageRepeat, levels(slog.LevelWarn), with(LogCall, LogAttempt, LogClass, LogCode, LogRepeatsIn),
		"a call failed and is made again; the describe calls of a poller have no attempt and no operation",
	},
	{
		MessageNoRoom, levels(slog.LevelWarn), with(LogCall, LogElapsed, LogClass),
		"ctx ended, or would have ended, before the call budget had room",
	},
	{
		MessageStep, levels(slog.LevelInfo, slog.LevelWarn), with(LogStep, LogElapsed, LogOutcome, LogClass, LogCode),
		"a method of a client or an operation has returned",
	},
	{
		MessageCreate, levels(slog.LevelInfo, slog.LevelWarn), with(LogMade, LogMissing, LogOutcome, LogClass, LogCode),
		"one create of an operation is over for now",
	},
	{
		MessageAlternative, levels(slog.LevelWarn), with(LogAlternative, LogInstances),
		"instances are created from an alternative",
	},
	{MessageSearching, levels(slog.LevelWarn), with(LogCreate, LogFor, LogIDs), "a search begins"},
	{
		MessageSearch, levels(slog.LevelInfo, slog.LevelWarn), with(LogBy, LogFound, LogElapsed, LogOutcome, LogClass, LogCode),
		"a search has ended",
	},
	{
		MessageLate, levels(slog.LevelWarn), with(LogCreate, LogFor, LogIDs),
		"instances of a lost create have appeared after their search",
	},
	{MessageNeverMade, levels(slog.LevelWarn), with(LogIDs), "nothing else names these instances any more"},
	{
		MessageWait, levels(slog.LevelInfo, slog.LevelWarn),
		with(LogTarget, LogReady, LogFailed, LogNotVisible, LogPending, LogElapsed, LogOutcome, LogClass, LogCode),
		"a wait has ended; with alternatives an operation has several",
	},
	{
		MessageRelease, levels(slog.LevelInfo, slog.LevelWarn),
		with(LogReleased, LogGone, LogUnknown, LogFailed, LogOutcome, LogClass, LogCode), "a release has ended",
	},
	{
		MessageSweep, levels(slog.LevelInfo),
		[]string{LogCloud, LogRegion, LogFound},
		"a sweep has read the list of the cloud",
	},
	{MessageUnread, levels(slog.LevelWarn), with(LogCall, LogField), "each field once for a client"},
	{
		MessageInstrument, levels(slog.LevelWarn),
		[]string{LogCloud, LogMetrics},
		"once for a client; it works on without them",
	},
}

// levels returns the levels of a record as text.
func levels(list ...slog.Level) (text string) {
	for i, l := range list {
		if i > 0 {
			text += ", "
		}
		text += l.String()
	}
	return text
}
