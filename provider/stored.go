package provider

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/marker"
	"github.com/yunfan-cloud/yunfan/internal/oplog"
	"github.com/yunfan-cloud/yunfan/internal/token"
	"github.com/yunfan-cloud/yunfan/internal/wording"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// StoreOptions are for [Client.Run]. Nil is the default.
type StoreOptions struct {
	// Run are the options of the operation. When it was begun before, [ResumeOptions].Run says
	// what must be the same. Journal and OperationID must be empty: Run gives both.
	Run *RunOptions

	// NoneMade is [ResumeOptions].NoneMade.
	NoneMade bool

	// Definition is kept with the operation when it begins, for whoever continues it without
	// this program's state: usually the file of package specfile, which has the spec, the
	// options and references in place of secrets. See [store.Entry]. At most 256 KiB.
	Definition []byte

	// Holder names this process to others, in the error that they get. "" is the name of the
	// host, the process ID and something random.
	Holder string

	// Lease is how long a claim lasts without a renewal: so long after a crash another process
	// can continue. 0 means 3 minutes.
	Lease time.Duration

	// Margin is how long before its end a claim counts as lost: what was sent before must be
	// over when the next process begins. It must be longer than the longest call. The calls of
	// the adapters of this library take at most 90 s. 0 means 100 s. Shorten it in tests only.
	Margin time.Duration
}

// What [StoreOptions] say by default.
const (
	leaseFor    = 3 * time.Minute
	leaseMargin = 100 * time.Second // the longest call takes 90 s: a create on each of the clouds
)

func (o *StoreOptions) withDefaults() StoreOptions {
	out := StoreOptions{}
	if o != nil {
		out = *o
	}
	if out.Run == nil {
		out.Run = &RunOptions{}
	}
	out.Lease, out.Margin = cmp.Or(out.Lease, leaseFor), cmp.Or(out.Margin, leaseMargin)
	if out.Holder == "" {
		host, _ := os.Hostname() // a missing name is no reason to stop
		out.Holder = fmt.Sprintf("%s:%d:%s", cmp.Or(host, "host"), os.Getpid(), marker.RandomID()[:8])
	}
	return out
}

func (o *StoreOptions) check(id string) error {
	var k Checker
	k.Require(token.IsID(id), "ID", id, "must be 1 to 64 letters, digits, - and _")
	k.Require(o.Run.Journal == nil, "StoreOptions.Run.Journal", nil, "must be empty: the store is the journal")
	k.Require(o.Run.OperationID == "", "StoreOptions.Run.OperationID", nil, "must be empty: Run is given the ID")
	k.Require(len(o.Definition) <= store.MaxRecord, "StoreOptions.Definition", nil, "must be at most 256 KiB")
	k.Require(o.Margin > 0 && o.Lease > o.Margin, "StoreOptions.Lease", o.Lease, "must be longer than Margin")
	return k.Err()
}

// Run creates the instances of an operation, whether or not another process has begun it: it
// begins the operation, or continues it from what the store has, or returns a
// *[store.HeldError] that says which process has it and until when. So it may be called again
// after every failure and every crash, with the same ID and the same spec, and there is still
// one set of instances. It returns once the cloud has accepted them, like [Client.RunInstances].
//
// The process has the operation until [Operation.Close], which a caller must call, also when
// there is an error beside the operation. A goroutine renews the claim meanwhile. When the
// claim is lost, because the store cannot be reached or because the process was stopped for too
// long, every method of the operation ends at once with an error that matches [ErrSuperseded]:
// nothing more is sent, and nothing is released.
//
// The spec may be nil for an operation that was begun before and has nothing left to create, as
// for [Client.Resume]. An ID must not be used for another operation. No OperationID and no
// KeepMarker is needed on clouds without client tokens.
//
// [store.Unfinished] lists the operations that are left to continue. An operation counts as
// settled once all its instances are created and [Operation.Wait] has seen each of them run or
// fail, or once all are released.
func (c *Client) Run(
	ctx context.Context, id string, spec *RunInstancesSpec, s store.Store, o *StoreOptions,
) (*Operation, error) {
	return c.take(ctx, id, spec, s, o, false)
}

// Open takes an operation from the store as [Client.Run] does, but continues nothing: it sends nothing, and
// neither creates what is left nor releases what OnFailure owes. It is for a program that only looks at an
// operation or ends it: after [Operation.Terminate] nothing is created for it any more, also when it was
// submitted and never begun. The caller must call [Operation.Close]. Arguments and errors are those of Run.
// Without a spec, Terminate cannot ask the cloud about creates whose outcome is not known.
func (c *Client) Open(
	ctx context.Context, id string, spec *RunInstancesSpec, s store.Store, o *StoreOptions,
) (*Operation, error) {
	return c.take(ctx, id, spec, s, o, true)
}

// take claims an operation. Idle says that it is not continued.
func (c *Client) take(
	ctx context.Context, id string, spec *RunInstancesSpec, s store.Store, o *StoreOptions, idle bool,
) (*Operation, error) {
	opts := o.withDefaults()
	if err := opts.check(id); err != nil {
		return nil, err
	}
	if err := c.refuseNew(ctx, id, spec, s, &opts); err != nil {
		return nil, err
	}
	h, err := c.hold(ctx, id, spec, s, &opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	h.idle = idle
	op, err := h.begin(ctx, c, spec, &opts)
	if op == nil {
		return nil, wording.Paragraph(c.name, err, h.release())
	}
	return op, h.orLoss(err)
}

// Submit puts an operation into the store, for [Client.Run] to begin it later, here or in another
// process: [store.Unfinished] has it from now on. It sends nothing to the cloud. A service that
// answers a request before the instances exist calls it first, so that a crash between the answer
// and the create loses nothing. StoreOptions.Definition should have the spec.
//
// An operation that the store has already is left as it is. One with another definition is an
// error that matches [ErrExists], and a spec that Run would refuse gives [FieldErrors].
func (c *Client) Submit(
	ctx context.Context, id string, spec *RunInstancesSpec, s store.Store, o *StoreOptions,
) error {
	opts := o.withDefaults()
	if err := opts.check(id); err != nil {
		return err
	}
	if err := c.refuseNew(ctx, id, spec, s, &opts); err != nil {
		return err
	}
	e, _, err := s.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		e, err = submit(ctx, c.entry(id, spec, &opts), s, &opts)
	}
	switch {
	case errors.Is(err, store.ErrHeld): // another process has submitted it meanwhile, and begins
		e, _, err = s.Load(ctx, id)
	case err == nil && e.Cloud != c.name:
		err = fmt.Errorf("%w: it is of %q, and this client is of %q", ErrExists, e.Cloud, c.name)
	}
	if err == nil && !bytes.Equal(e.Definition, opts.Definition) {
		err = fmt.Errorf("%w with another definition", ErrExists)
	}
	if err != nil {
		return fmt.Errorf("%s: operation %s: %w", c.name, id, err)
	}
	return nil
}

// submit makes the entry of an operation by a claim that is given back at once. If that fails, the
// claim ends by itself.
func submit(ctx context.Context, e store.Entry, s store.Store, o *StoreOptions) (store.Entry, error) {
	claim, err := s.Claim(ctx, e, o.Holder, o.Lease)
	if err != nil {
		return store.Entry{}, err
	}
	return claim.Entry, s.Release(ctx, claim)
}

// refuseNew returns what is wrong with the spec of an operation that the store does not have.
// Nothing is stored for it. The spec of another one is checked when it is needed.
func (c *Client) refuseNew(
	ctx context.Context, id string, spec *RunInstancesSpec, s store.Store, o *StoreOptions,
) error {
	var bad error
	if spec != nil {
		if bad = c.Validate(*spec, o.Run); bad == nil {
			return nil
		}
	}
	_, records, err := s.Load(ctx, id)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%s: reading operation %s from the store: %w", c.name, id, err)
	case len(records) > 0:
		return nil
	case bad != nil:
		return bad
	}
	return fmt.Errorf("%s: %w: the store has nothing of operation %s, and to begin it needs a spec", c.name, ErrNotFound, id)
}

// StoredToken returns the token of an operation as the store has it, for [ReadToken], and its
// entry. It needs no claim, and another process may be changing the operation. The token is nil
// when nothing was ever sent for the operation.
func StoredToken(ctx context.Context, s store.Store, id string) (token []byte, e store.Entry, err error) {
	e, records, err := s.Load(ctx, id)
	if err != nil {
		return nil, e, err
	}
	op, err := decodeRecords(records)
	if op == nil || err != nil {
		return nil, e, err
	}
	token, err = op.Write()
	return token, e, err
}

func decodeRecords(records []store.Record) (*token.Operation, error) {
	list := make([][]byte, len(records))
	for i, r := range records {
		list[i] = r.Data
	}
	op, err := oplog.Decode(list)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return op, nil
}

// Close gives the operation back to the store that it was run with, so that another process may
// continue it at once. The operation can do nothing more. Close saves what was not saved yet,
// and takes 10 s at most. Its error is one of the store: the claim then ends by itself. Without
// a store, when it is called again, and on a nil operation, it does nothing.
func (op *Operation) Close() error {
	if op == nil || op.held == nil {
		return nil
	}
	return op.held.close()
}
