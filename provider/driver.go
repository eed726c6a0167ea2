package provider

import "context"

// Driver is what a cloud package implements. Everything that clouds share
// (validation, default deny, splitting, tokens, retries, budgets, waiting,
// telemetry) is in [Client]; a driver translates, calls and classifies.
//
// Every method is safe for concurrent use. Every call sends exactly one HTTP
// request, carries the caller's ctx, returns within 100 ms of its end whatever
// the vendor's SDK does, and never retries. Errors are *[APIError], except that
// the error of an ended ctx passes through (errors.Is finds it). No error holds
// a password, key, signature, user data or request URL.
//
// The interface does not grow: further abilities are small optional interfaces
// ([RunValidator], [RunPreviewer], [Renamer], [NameNumberer],
// [AccessProber], [PowerDriver], [LaunchTemplateDriver], [PlacementGroupDriver]).
type Driver interface {
	// Name is the short name of the cloud: "aliyun", "ens", "tencent",
	// "qingcloud". It is part of errors, tokens and log records.
	Name() string

	// Support says for every leaf of the spec which vendor parameter it becomes
	// or why it is refused. [NewClient] asks for it once.
	Support() Support

	// Limits are the cloud's documented limits. [NewClient] asks for them once.
	Limits() Limits

	// RunInstances asks the cloud once for spec.Count servers. The spec is
	// valid, supported and complete: Region is set, Count is at least 1 and at
	// most Limits.InstancesPerCreate, MinCount is between 1 and Count, and
	// ClientToken is set where Limits.ClientToken says so. It must not be
	// changed or kept.
	//
	// A result with IDs counts even beside an error. An answer without an error
	// and without IDs is an error with [OutcomeUnknown], unless the spec is a
	// dry run. APIError.Outcome says whether the instances may exist; an error
	// without an outcome leaves that open, except that a *[FieldError] means
	// that nothing was sent.
	RunInstances(ctx context.Context, spec *RunInstancesSpec) (*RunResult, error)

	// DescribeInstances reads one page. With IDs, at most
	// Limits.IDsPerDescribe of them, the page holds every one of them that the
	// cloud knows; IDs it does not know are simply absent, and no error.
	DescribeInstances(ctx context.Context, req *DescribeRequest) (*DescribePage, error)

	// TerminateInstances releases at most Limits.IDsPerTerminate servers, for
	// good where the cloud can do so in one call. A server that does not exist
	// is an error with [ErrNotFound]; a server that cannot be released yet, but
	// soon, is one with [ErrState] and Temporary set.
	TerminateInstances(ctx context.Context, req *TerminateRequest) error
}

// RunValidator is implemented by drivers that check the documented limits of
// their cloud (name forms, sizes, steps, counts) without a network.
type RunValidator interface {
	// ValidateRun returns nil or [FieldErrors] with every problem it finds.
	// The spec has passed [RunInstancesSpec.Validate] and the support table;
	// Count is the whole count, not yet split. The client also asks about a spec
	// that has not passed, to report everything at once, and leaves out what is said of
	// the fields that it reports itself: whatever the spec holds, ValidateRun must not
	// panic. Options of vendors are never nil.
	ValidateRun(spec *RunInstancesSpec) error
}

// RunPreviewer is implemented by drivers that can show the request they would
// send.
type RunPreviewer interface {
	// PreviewRun returns the request that RunInstances would send for the same
	// spec, secrets masked. It does no I/O.
	PreviewRun(spec *RunInstancesSpec) (Request, error)
}

// AccessProber is implemented by drivers whose cloud can say whether the
// credentials may describe instances: an empty list at status 200 does not.
type AccessProber interface {
	// ProbeDescribe asks the cloud once, with a dry run of the describe call. Nil
	// means that the credentials may describe instances of the region; an error
	// that matches [ErrPermission] or [ErrAuth] that they may not. Any other error
	// proves neither.
	ProbeDescribe(ctx context.Context, region string) error
}

// Renamer is implemented by drivers that can change the name of a server.
type Renamer interface {
	// RenameInstance sets the display name of one server.
	RenameInstance(ctx context.Context, region, id, name string) error
}

// NameNumberer is implemented by drivers whose cloud can number the names of a
// create from any number on.
type NameNumberer interface {
	// NumberNames changes Name, HostName and UniqueSuffix of a spec so that its
	// instances are numbered from first on, where the numbers go up to last. Of a
	// spec without UniqueSuffix it changes only names that number themselves, such as
	// "web-[1,4]" on ECS: their numbers begin first-1 later, as if earlier creates
	// had used those. Names without numbers stay.
	NumberNames(spec *RunInstancesSpec, first, last int)
}

// Request is a vendor request as it would be sent, without its signature.
type Request struct {
	Driver string
	Action string // the vendor's name of the call
	Host   string // where it would go

	// Params are the request's own parameters, flat, under their documented
	// wire names ("DataDisk.1.Size", "DataDisks.0.DiskSize", "vxnets.1").
	// Passwords and user data read "[redacted]".
	Params map[string]string
}

// RunResult is what a cloud answered to a create.
type RunResult struct {
	InstanceIDs []string
	RequestID   string
	// OrderID is the order, where the cloud names one. An answer with an order and
	// without IDs, beside a nil error, is an order that waits to be paid: no instance
	// exists until it is.
	OrderID string
	JobID   string // asynchronous job, where the cloud names one
}

// DescribeRequest asks for servers: those with the given IDs, or one page of
// those that match every other field that is set.
type DescribeRequest struct {
	Region string
	IDs    []string

	// Name and Tags filter by equality. A driver whose cloud can only search
	// loosely compares with [DescribeRequest.Matches]; one that cannot filter by a field at all
	// refuses it with a *[FieldError].
	Name string
	Tags map[string]string

	// For is the spec of the create whose servers are looked for, after its answer
	// was lost; nil otherwise. Where servers made by a spec are not listed without
	// more being asked for, as those for another account, or not where Region says,
	// as those that the cloud has chosen a place for, the driver asks for it.
	For *RunInstancesSpec

	// Running leaves out what is not in [StateRunning]. It is set only together
	// with Tags, and only where [Limits].ListsRunning.
	Running bool

	// PageToken is DescribePage.NextPage of the page before, or "".
	PageToken string
}

// Matches reports whether an instance is what the request asks for. Names and tags
// compare by equality: no vendor documents how closely its own filters do. With
// IDs every server of the answer matches.
func (r *DescribeRequest) Matches(i *Instance) bool {
	if len(r.IDs) > 0 {
		return true
	}
	if r.Name != "" && r.Name != i.Name || r.Running && i.State != StateRunning {
		return false
	}
	for k, v := range r.Tags {
		if have, ok := i.Tags[k]; !ok || have != v {
			return false
		}
	}
	return true
}

// DescribePage is one page of servers.
type DescribePage struct {
	Instances []Instance
	NextPage  string // "" on the last page
	RequestID string

	// Short reports that the answer contradicts itself: the cloud counts more
	// instances than the pages so far have shown and names no further page, or it
	// answers a request by IDs with a total or a next page that do not fit the rows.
	// It proves nothing about an instance that it leaves out.
	Short bool
}

// TerminateRequest asks to release servers.
type TerminateRequest struct {
	Region string
	IDs    []string

	// Billing is the billing mode of every server in IDs. It is set only when
	// Limits.TerminateByBilling asks for it.
	Billing BillingMode

	// Recycled reports that the instances lie in the recycle bin, to be released
	// from there. It is set only when Limits.RecycleBin says that there is one.
	Recycled bool
}
