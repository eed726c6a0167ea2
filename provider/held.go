package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/lease"
	"github.com/yunfan-cloud/yunfan/internal/oplog"
	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/wording"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// held is the hold of this process on an operation in a store.
type held struct {
	op    *Operation // nil before begin
	store store.Store
	claim store.Claim
	lease *lease.Lease
	once  sync.Once // of close
	idle  bool      // nothing is continued: see Open

	// Of the journal, which makes one call at a time.
	log oplog.Writer
	seq int64

	mu     sync.Mutex
	waited bool // a wait has seen each instance run or fail
}

// hold claims an operation, and begins to renew the claim.
func (c *Client) hold(
	ctx context.Context, id string, spec *RunInstancesSpec, s store.Store, o *StoreOptions,
) (*held, error) {
	asked := time.Now()
	claim, err := s.Claim(ctx, c.entry(id, spec, o), o.Holder, o.Lease)
	if err != nil {
		return nil, fmt.Errorf("claiming operation %s: %w", id, err)
	}
	h := &held{
		store: s, claim: claim, waited: claim.Entry.Settled,
		seq: claim.Fence << seqBits,
	}
	h.lease = lease.Hold(asked, lease.Options{
		For: o.Lease, Margin: o.Margin,
		Renew: func(ctx context.Context) error { return s.Renew(ctx, claim, o.Lease) },
		Ends:  func(err error) bool { return errors.Is(err, ErrSuperseded) },
		Lost:  h.lost,
	})
	return h, nil
}

// entry returns what the store keeps of an operation that begins.
func (c *Client) entry(id string, spec *RunInstancesSpec, o *StoreOptions) store.Entry {
	e := store.Entry{ID: id, Cloud: c.name, Owner: o.Run.Owner, Definition: o.Definition}
	if spec != nil {
		e.Region, e.Asked = c.region(spec.Region), max(spec.Count, 1)
		e.Open = e.Asked
	}
	return e
}

// seqBits is how many records one claim may save: the fence is above them, so that the records
// of a later claim come after those of an earlier one, also when a process that was stopped
// saves late.
const seqBits = 32

// lost returns the error of a lease that was lost.
func (h *held) lost(cause error) error {
	if errors.Is(cause, ErrSuperseded) {
		return cause
	}
	return fmt.Errorf("%w, or may be: the claim of operation %s was not renewed in time: %w",
		ErrSuperseded, h.claim.Entry.ID, cause)
}

// begin begins or continues the operation that was claimed.
func (h *held) begin(ctx context.Context, c *Client, spec *RunInstancesSpec, o *StoreOptions) (*Operation, error) {
	ctx, done := h.lease.Bind(ctx)
	defer done()
	e, records, err := h.store.Load(ctx, h.claim.Entry.ID)
	if err != nil {
		return nil, fmt.Errorf("%s: reading operation %s from the store: %w", c.name, h.claim.Entry.ID, err)
	}
	stored, err := decodeRecords(records)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: operation %s: %w", c.name, e.ID, err)
	case e.Cloud != c.name:
		return nil, fmt.Errorf("%w: operation %s is of %q, and this client is of %q", ErrInvalid, e.ID, e.Cloud, c.name)
	case stored != nil:
		text, err := stored.Write()
		if err != nil {
			return nil, fmt.Errorf("%s: operation %s: %w", c.name, e.ID, err)
		}
		return h.resume(ctx, c, text, &ResumeOptions{Spec: spec, Run: o.Run, NoneMade: o.NoneMade})
	case spec == nil:
		return nil, fmt.Errorf("%w: operation %s has sent nothing yet, and to begin it needs a spec", ErrInvalid, e.ID)
	}
	run, own := *o.Run, *spec
	run.OperationID, own.Region = e.ID, c.region(spec.Region)
	h.keep(newOperation(c, &run, &own))
	if h.idle {
		return h.op, nil
	}
	return h.op, h.create(ctx)
}

func (h *held) create(ctx context.Context) (err error) {
	defer h.op.c.tel.Begin(&ctx, telemetry.RunInstances, h.op.id, h.op.region).End(&err)
	return h.op.create(ctx)
}

func (h *held) resume(ctx context.Context, c *Client, token []byte, o *ResumeOptions) (op *Operation, err error) {
	if h.idle {
		if op, err = c.Restore(token, o); err == nil {
			h.keep(op)
		}
		return op, err
	}
	if op, err = c.restore(token, *o.Run); err != nil {
		return nil, err
	}
	defer c.tel.Begin(&ctx, telemetry.Resume, op.id, op.region).End(&err)
	h.keep(op)
	return op, op.resume(ctx, o)
}

// keep makes the store the journal of an operation.
func (h *held) keep(op *Operation) {
	h.op, op.held = op, h
	op.journal.Write, op.journal.Ends = h.save, isSuperseded
}

func isSuperseded(err error) bool { return errors.Is(err, ErrSuperseded) }

// leased returns a ctx that ends with ctx, and with the claim of the operation if it has one.
// The caller calls the function when it is done.
func (op *Operation) leased(ctx context.Context) (context.Context, context.CancelFunc) {
	if op.held == nil {
		return ctx, func() {}
	}
	return op.held.lease.Bind(ctx)
}

// orLoss adds to an error that the claim was lost, if it was.
func (h *held) orLoss(err error) error {
	if h == nil {
		return err
	}
	loss := h.lease.Err()
	if loss == nil || isSuperseded(err) {
		return err
	}
	return wording.Paragraph(h.op.c.name, err, loss)
}

// save is the journal of the operation.
func (h *held) save(ctx context.Context) error {
	if err := h.lease.Check(); err != nil {
		return err
	}
	var head *oplog.Head
	isBase := h.log.NeedsBase()
	if isBase {
		head = h.op.head()
	}
	changes, any := h.op.ledger.Changes(isBase)
	var records [][]byte
	var err error
	if isBase || any {
		records, err = oplog.Encode(head, changes, store.MaxRecord)
	}
	if err == nil {
		err = h.store.Save(ctx, h.claim, h.change(records, isBase))
	}
	if err != nil {
		h.op.ledger.KeepChanges(changes)
		return err
	}
	h.log.Wrote(records, isBase)
	return nil
}

// change numbers records, and adds what the entry says.
func (h *held) change(records [][]byte, isBase bool) store.Change {
	ch := store.Change{Counts: h.counts()}
	for _, r := range records {
		h.seq++
		ch.Records = append(ch.Records, store.Record{Seq: h.seq, Data: r})
	}
	if isBase {
		ch.Obsolete = ch.Records[0].Seq
	}
	return ch
}

// head returns what the operation is, beside its ledger.
func (op *Operation) head() *oplog.Head {
	op.mu.Lock()
	defer op.mu.Unlock()
	if op.hash == "" && op.spec != nil {
		op.printSpec()
	}
	return &oplog.Head{
		Driver: op.c.name, Region: op.region, ID: op.id, Run: op.run, Owner: op.owner,
		Class: op.class, Hash: op.hash, Print: op.print,
	}
}

// counts returns what the entry of the operation says.
func (h *held) counts() store.Counts {
	l := h.op.ledger
	named, left := l.Tally(len(h.op.opts.Alternatives))
	c := store.Counts{Asked: l.Count(), Known: named, Open: left}
	h.mu.Lock()
	waited := h.waited
	h.mu.Unlock()
	owed := left > 0 || len(l.Releasing()) > 0 || h.op.mayAppear() > 0
	switch {
	case owed:
	case l.Over():
		c.Settled = len(l.Ours()) == 0
	default:
		c.Settled = waited || named == 0
	}
	return c
}

// noteWait records the end of a wait. When it has settled the operation, that is saved.
func (h *held) noteWait(ctx context.Context, err error) error {
	var w *WaitError
	if !errors.As(err, &w) {
		return h.note(ctx, true, err)
	}
	unseen := len(w.Pending)+len(w.NotVisible) > 0
	return h.note(ctx, !unseen && w.Err == nil, err)
}

// note records and saves whether each instance has been seen to run or to fail. It returns err,
// with the errors of that.
func (h *held) note(ctx context.Context, waited bool, err error) error {
	if h == nil || ctx.Err() != nil || isSuperseded(err) {
		return h.orLoss(err)
	}
	h.mu.Lock()
	h.waited = waited
	h.mu.Unlock()
	return h.orLoss(wording.Paragraph(h.op.c.name, err, h.op.journal.SaveAnyway(ctx)))
}

// closeFor is how long giving an operation back may take.
const closeFor = 10 * time.Second

// close gives the operation back.
func (h *held) close() (err error) {
	h.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeFor)
		defer cancel()
		unsaved := h.op.journal.SaveAnyway(ctx)
		err = h.orNotHeld(cmp.Or(unsaved, h.release()))
	})
	return err
}

// orNotHeld drops an error that only says that another process has the operation.
func (h *held) orNotHeld(err error) error {
	if err == nil || isSuperseded(err) {
		return nil
	}
	return fmt.Errorf("%s: closing operation %s: %w", h.op.c.name, h.claim.Entry.ID, err)
}

// release ends the claim.
func (h *held) release() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeFor)
	defer cancel()
	h.lease.End("operation " + h.claim.Entry.ID + " is closed")
	return h.store.Release(ctx, h.claim)
}
