package provider

import "context"

// Driver is what a cloud package implements. Everything that clouds share
// (validation, default deny, splitting, tokens, retries, budgets, waiting,
// telemetry) is in [Client]; a driver translates, calls and classifies.
//
// Every method is safe for concurrent use. Every call sends exactly one HTTP request, carries
// the caller's ctx, and never retries. It returns within 100 ms after ctx ends, whatever the
// vendor's SDK does. Errors are *[APIError], except that the error of an ended ctx is passed
// through (errors.Is finds it). No error holds a password, key, signature, user data or
// request URL.
//
// Package driverkit has what a driver outside this repository needs to keep these rules: its
// Caller sends one call once, and turns failures into errors without secrets. Package
// providertest checks a driver, and examples/fifthcloud is a whole one, in a module of its own,
// with a guide.
//
// The interface does not grow: further abilities are small optional interfaces
// ([RunValidator], [RunPreviewer], [Renamer], [NameNumberer], [AccessProber], [JobDriver],
// [PowerDriver], and those of the packages beside this one, such as launchtemplate.Driver).
type Driver interface {
	// Name is the short name of the cloud: "aliyun", "ens", "tencent",
	// "qingcloud". It is part of errors, tokens and log records.
	Name() string

	// Support says, for every leaf of the spec, which vendor parameter it becomes or why it is
	// refused. [NewClient] calls it once.
	Support() Support

	// Limits are the cloud's documented limits. [NewClient] calls it once.
	Limits() Limits

	// RunInstances asks the cloud once for spec.Count instances. The spec is valid, supported
	// and complete: Region is set, Count is between 1 and Limits.InstancesPerCreate, MinCount
	// is between 1 and Count, and ClientToken is set where Limits.ClientToken is true. The
	// driver must not change or keep the spec.
	//
	// A result with IDs counts even beside an error. An answer with neither an error nor IDs
	// is an error with [OutcomeUnknown], unless the spec is a dry run. APIError.Outcome says
	// whether the instances may exist. An error without an outcome leaves that open, but a
	// *[FieldError] means that nothing was sent.
	RunInstances(ctx context.Context, spec *RunInstancesSpec) (*RunResult, error)

	// DescribeInstances reads one page. A request with IDs has at most Limits.IDsPerDescribe
	// of them, and the page holds each one that the cloud knows. IDs that it does not know are
	// absent, which is no error.
	DescribeInstances(ctx context.Context, req *DescribeRequest) (*DescribePage, error)

	// TerminateInstances releases at most Limits.IDsPerTerminate instances, for good where the
	// cloud can do so in one call. An instance that does not exist is an error with
	// [ErrNotFound]. An instance that cannot be released yet, but soon, is an error with
	// [ErrState] and Temporary set.
	TerminateInstances(ctx context.Context, req *TerminateRequest) error
}

// RunValidator is implemented by drivers that check the documented limits of
// their cloud (name forms, sizes, steps, counts) without a network.
type RunValidator interface {
	// ValidateRun returns nil or [FieldErrors] with every problem it finds. The spec has
	// passed [RunInstancesSpec.Validate] and the support table. Count is the whole count, not
	// yet split. The client also passes specs that break other rules, to report all problems
	// at once. It then drops the problems of the fields that it reports itself. So ValidateRun
	// must not panic, whatever the spec holds. Vendor options are never nil.
	ValidateRun(spec *RunInstancesSpec) error
}

// RunPreviewer is implemented by drivers that can show the request they would
// send.
type RunPreviewer interface {
	// PreviewRun returns the request that RunInstances would send for the same spec, with
	// secrets masked. It does no I/O.
	PreviewRun(spec *RunInstancesSpec) (Request, error)
}

// AccessProber is implemented by drivers whose cloud can say whether the credentials may
// describe instances. An empty list with status 200 does not prove that.
type AccessProber interface {
	// ProbeDescribe asks the cloud once, with a dry run of the describe call. Nil means that
	// the credentials may describe instances of the region. An error that matches
	// [ErrPermission] or [ErrAuth] means that they may not. Any other error proves neither.
	ProbeDescribe(ctx context.Context, region string) error
}

// Renamer is implemented by drivers that can change the name of an instance.
type Renamer interface {
	// RenameInstance sets the display name of one instance.
	RenameInstance(ctx context.Context, region, id, name string) error
}

// NameNumberer is implemented by drivers whose cloud can number the names of a create,
// starting with any number.
type NameNumberer interface {
	// NumberNames changes Name, HostName and UniqueSuffix of a spec so that its instances are
	// numbered from first; last is the highest number of the operation. When the spec has no
	// UniqueSuffix, only names that number themselves change, such as "web-[1,4]" on ECS.
	// Their numbers begin first-1 later, as if earlier creates had used those numbers. Names
	// without numbers do not change.
	NumberNames(spec *RunInstancesSpec, first, last int)
}

// Request is a vendor request as it would be sent, without its signature.
type Request struct {
	Driver string
	Action string // the vendor's name of the call
	Host   string // where it would go

	// Alternative is the place of the RunOptions.Alternatives, from 1, that the request is for;
	// 0 is the spec itself. [Client.Preview] sets it.
	Alternative int

	// Params are the request's own parameters, flat, under their documented wire names
	// ("DataDisk.1.Size", "DataDisks.0.DiskSize", "vxnets.1"). Passwords and user data are
	// "[redacted]".
	Params map[string]string
}

// RunResult is the cloud's answer to a create.
type RunResult struct {
	InstanceIDs []string
	RequestID   string
	// OrderID is the order, where the cloud names one. An answer with an order, without IDs
	// and with a nil error means an unpaid order: no instance exists until it is paid.
	OrderID string
	JobID   string // asynchronous job, where the cloud names one
}

// DescribeRequest asks for instances: those with the given IDs, or one page of the instances
// that match every other field that is set.
type DescribeRequest struct {
	Region string // always set
	IDs    []string

	// Name and Tags filter by equality. A driver whose cloud only searches loosely compares
	// with [DescribeRequest.Matches]. A driver that cannot filter by a field refuses it with a
	// *[FieldError].
	Name string
	Tags map[string]string

	// For is the spec of a create whose answer was lost and whose instances are looked for;
	// nil otherwise. Some instances are listed only on a special request, such as instances
	// for another account, or instances for which the cloud chose the place. The driver then
	// adds that request.
	For *RunInstancesSpec

	// Running leaves out instances that are not in [StateRunning]. It is set only together
	// with Tags, and only where [Limits].ListsRunning is true.
	Running bool

	// PageToken is DescribePage.NextPage of the previous page, or "".
	PageToken string
}

// Matches reports whether an instance fits the request. Names and tags compare by equality: no
// vendor documents how exact its own filters are. With IDs every instance of the answer
// matches.
func (r *DescribeRequest) Matches(i *Instance) bool {
	if len(r.IDs) > 0 {
		return true
	}
	otherName := r.Name != "" && r.Name != i.Name
	otherState := r.Running && i.State != StateRunning
	if otherName || otherState {
		return false
	}
	for k, v := range r.Tags {
		if have, ok := i.Tags[k]; !ok || have != v {
			return false
		}
	}
	return true
}

// DescribePage is one page of instances.
type DescribePage struct {
	// Instances have at least ID, Name, State, RawState, Region and CreatedAt, and whatever else
	// the answer shows. [Instance.WithSys] adds the cloud's own record.
	Instances []Instance
	NextPage  string // "" on the last page
	RequestID string

	// Short reports that the answer contradicts itself. The cloud counts more instances than
	// all pages so far have shown and names no further page. Or, for a request by IDs, the
	// total or the next page does not fit the rows. A short page proves nothing about the
	// instances that it lacks.
	Short bool

	// Unread are the fields that could not be read, as paths without numbers such as
	// "Instances.Instance[].Memory". Such a field is zero in its instance. An instance without
	// a readable ID is left out, and the page is Short. A state that cannot be read is
	// [StateUnknown]. [Client] logs each path once.
	Unread []string
}

// TerminateRequest asks to release instances.
type TerminateRequest struct {
	Region string // always set
	IDs    []string

	// Billing is the billing mode of every instance in IDs. It is set only when
	// Limits.TerminateByBilling is true.
	Billing BillingMode

	// Recycled reports that the instances are in the recycle bin and are to be released from
	// there. It is set only when Limits.RecycleBin is true.
	Recycled bool

	// Ordered also releases what the create of the instances ordered beside them, and what
	// would outlive them: public addresses, prepaid data disks, interfaces. A driver whose
	// cloud has no such parameter ignores it.
	Ordered bool

	// Force stops running instances without a shutdown, where the cloud tells the difference.
	Force bool
}

// JobDriver is implemented by drivers whose cloud makes instances in a job that can be asked
// about ([RunResult].JobID).
type JobDriver interface {
	// DescribeJob asks the cloud once about the job of a create. Done reports that the job has
	// ended. Failure is an *[APIError] with the reason when it failed, and nil otherwise. Err is
	// the error of the call itself.
	DescribeJob(ctx context.Context, region, jobID string) (done bool, failure, err error)
}
