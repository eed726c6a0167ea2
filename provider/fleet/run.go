package fleet

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Run is instances of a fleet that are being created, or exist. [Fleet.Run] and [Fleet.Resume]
// make one. The zero value is not usable. All methods are safe for concurrent use.
type Run struct {
	f     *Fleet
	o     Options
	total int

	saving sync.Mutex // held while the journal saves

	mu    sync.Mutex // guards what follows
	parts []*part
	over  bool // it is being released: nothing more is created
}

// part is one operation of a member, or one that is still to begin.
type part struct {
	member int
	count  int    // instances asked for
	moved  int    // of these, how many other parts create instead
	token  []byte // of the operation as its journal last had it; nil while nothing was sent
	op     *provider.Operation
	err    error // of the creates; nil while they go on
	ended  bool  // the creates are over in this process
	closed bool  // it was released by somebody: what it lacks is not missing
}

// Part is what a run shows of one operation.
type Part struct {
	Member    string
	Asked     int                 // without those that were moved to other members
	Moved     int                 // created by other members instead
	Operation *provider.Operation // nil when it did not begin
	Err       error               // of the creates; nil when all is well or the rest was moved
}

// Parts returns the operations of the run, in the order in which they began. A member that others
// moved instances to has more than one.
func (r *Run) Parts() []Part {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Part
	for _, p := range r.parts {
		list = append(list, Part{
			Member: r.f.members[p.member].Name, Asked: p.count - p.moved, Moved: p.moved, Operation: p.op, Err: p.failure(),
		})
	}
	return list
}

// failure is the error of a part, unless all that it lacks was moved.
func (p *part) failure() error {
	if p.moved > 0 && len(p.ids()) >= p.count-p.moved {
		return nil
	}
	return p.err
}

// ids returns the instances that a part has been asked for and has.
func (p *part) ids() []string {
	if p.op == nil {
		return nil
	}
	surplus := p.op.SurplusIDs()
	return slices.DeleteFunc(p.op.InstanceIDs(), func(id string) bool { return slices.Contains(surplus, id) })
}

// InstanceIDs returns every ID known so far, by member.
func (r *Run) InstanceIDs() map[string][]string {
	out := map[string][]string{}
	for _, p := range r.Parts() {
		if p.Operation != nil {
			out[p.Member] = append(out[p.Member], p.Operation.InstanceIDs()...)
		}
	}
	return out
}

// add adds parts that are still to begin.
func (r *Run) add(shares []share) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range shares {
		r.parts = append(r.parts, &part{member: s.member, count: s.count})
	}
}

// create makes what is left, and moves what a member proves not to have, until all exist or no
// member may have more.
func (r *Run) create(ctx context.Context) error {
	for {
		if err := r.save(ctx); err != nil {
			return r.err(err)
		}
		r.begin(ctx)
		if ctx.Err() != nil || r.superseded() {
			return r.err(ctx.Err())
		}
		if !r.move() {
			return r.err(nil)
		}
	}
}

// begin runs every part that has not ended, at the same time, and returns when all have.
func (r *Run) begin(ctx context.Context) {
	var all sync.WaitGroup
	for _, p := range r.open() {
		all.Go(func() { r.one(ctx, p) })
	}
	all.Wait()
}

// open returns the parts whose creates are not over.
func (r *Run) open() []*part {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.parts), func(p *part) bool { return p.ended })
}

// one runs or resumes one part.
func (r *Run) one(ctx context.Context, p *part) {
	m := &r.f.members[p.member]
	r.report(Step{Member: m.Name, Kind: Creating, Instances: p.count - p.moved})
	op, err := r.operate(ctx, m, p)
	r.mu.Lock()
	p.op, p.err, p.ended = op, err, true
	p.closed = err == nil && released(op)
	if p.moved > 0 && len(p.ids()) >= p.count-p.moved {
		p.err = nil // a resumed part says again what was moved already
	}
	made := len(p.ids())
	err = p.err
	r.mu.Unlock()
	if err == nil {
		r.report(Step{Member: m.Name, Kind: Created, Instances: made})
	}
}

// released reports whether an operation was released by [provider.Operation.Terminate].
func released(op *provider.Operation) bool {
	if op == nil {
		return false
	}
	token, err := op.MarshalText()
	if err != nil {
		return false
	}
	info, err := provider.ReadToken(token)
	return err == nil && info.Over
}

// operate begins the operation of a part, or continues it. A part without a token has sent
// nothing: each token is saved before a create is sent.
func (r *Run) operate(ctx context.Context, m *Member, p *part) (*provider.Operation, error) {
	r.mu.Lock()
	token, over := p.token, r.over
	r.mu.Unlock()
	spec, run := m.spec(p.count), m.run(r.journalOf(p))
	switch {
	case token != nil:
		return m.Client.Resume(ctx, token, &provider.ResumeOptions{Spec: &spec, Run: run})
	case over:
		return nil, nil //nolint:nilnil // it was released before it began: there is nothing, and nothing wrong
	default:
		return m.Client.RunInstances(ctx, spec, run)
	}
}

// move gives what members prove not to have to others. It reports whether new parts are to begin.
func (r *Run) move() bool {
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		return false
	}
	var steps []Step
	short := 0
	for _, p := range r.parts {
		if lacks := p.lacks(); lacks > 0 && proven(p.err) {
			short += lacks
		}
	}
	shares, left := r.f.share(short, r.total, &r.o, r.standings())
	place := short - left // how many find another place
	for _, p := range r.parts {
		if lacks := p.lacks(); lacks > 0 && proven(p.err) {
			n := min(lacks, place)
			p.moved += n
			place -= n
			steps = append(steps, r.stepOf(p, n, lacks-n)...)
		}
	}
	for _, s := range shares {
		r.parts = append(r.parts, &part{member: s.member, count: s.count})
	}
	r.mu.Unlock()
	r.report(steps...)
	return len(shares) > 0
}

// stepOf returns what happened to a part of which some were moved, and some lack.
func (r *Run) stepOf(p *part, moved, lacks int) (steps []Step) {
	name := r.f.members[p.member].Name
	if moved > 0 {
		steps = append(steps, Step{Member: name, Kind: Moved, Instances: moved, Err: p.err})
	}
	if lacks > 0 {
		steps = append(steps, Step{Member: name, Kind: Failed, Instances: lacks, Err: p.err})
	}
	return steps
}

// lacks returns how many instances a part lacks that were not moved.
func (p *part) lacks() int {
	if !p.ended || p.closed {
		return 0
	}
	return max(p.count-p.moved-len(p.ids()), 0)
}

// standings returns what each member has. A member that lacks instances gets no more. The caller
// holds r.mu.
func (r *Run) standings() []standing {
	list := make([]standing, len(r.f.members))
	for _, p := range r.parts {
		s := &list[p.member]
		s.count += p.count - p.moved
		s.out = s.out || p.moved > 0 || p.lacks() > 0
	}
	return list
}

// proven reports whether an error proves that all instances which an operation lacks were refused
// for lack of stock or quota. No error proves it too: then the cloud has accepted fewer. A create
// whose answer was lost counts as settled once the client has searched for its instances, as
// [provider.RunOptions].Alternatives has it: see [provider.RunError].MayAppear.
func proven(err error) bool {
	if err == nil {
		return true
	}
	var e *provider.RunError
	if !errors.As(err, &e) || errors.Is(err, provider.ErrOutcomeUnknown) {
		return false
	}
	refused := len(e.Errs)+len(e.Tried) > 0
	return len(e.Doubtful) == 0 && refused && !slices.ContainsFunc(e.Errs, func(err error) bool { return !missing(err) })
}

// missing reports whether every cause of an error is a lack of stock or quota.
func missing(err error) bool {
	if many, ok := err.(interface{ Unwrap() []error }); ok && !isAnswer(err) {
		causes := many.Unwrap()
		return len(causes) > 0 && !slices.ContainsFunc(causes, func(err error) bool { return !missing(err) })
	}
	return errors.Is(err, provider.ErrNoStock) || errors.Is(err, provider.ErrQuota)
}

// isAnswer reports whether an error is one answer of a cloud, which has the SDK's error inside.
func isAnswer(err error) bool {
	_, ok := err.(*provider.APIError) //nolint:errorlint // the error itself, not what it has inside
	return ok
}

// superseded reports whether another process goes on with the run.
func (r *Run) superseded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.parts, func(p *part) bool { return errors.Is(p.err, provider.ErrSuperseded) })
}

func (r *Run) report(steps ...Step) {
	if r.o.Progress == nil {
		return
	}
	for _, s := range steps {
		r.o.Progress(s)
	}
}
