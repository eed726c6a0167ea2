package fleet

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Instance is an instance of a member.
type Instance struct {
	Member string
	provider.Instance
}

// Event is a change of an instance of a member.
type Event struct {
	Member string
	provider.Event
}

// Wait waits until every instance of the run runs or has failed, or until ctx ends, which is the
// only deadline. It returns those that run, part by part, and a *[Error] about the others; see
// [provider.Operation.Wait]. Progress gets every change, one call at a time; nil is not called.
func (r *Run) Wait(ctx context.Context, progress func(Event)) ([]Instance, error) {
	parts := r.Parts()
	lists := make([][]provider.Instance, len(parts))
	errs := make([]error, len(parts))
	var one sync.Mutex // progress is called once at a time
	var all sync.WaitGroup
	for i, p := range parts {
		if p.Operation == nil {
			continue
		}
		o := &provider.WaitOptions{}
		if progress != nil {
			o.Progress = func(e provider.Event) {
				one.Lock()
				defer one.Unlock()
				progress(Event{Member: p.Member, Event: e})
			}
		}
		all.Go(func() { lists[i], errs[i] = p.Operation.Wait(ctx, o) })
	}
	all.Wait()
	var out []Instance
	for i, list := range lists {
		for _, v := range list {
			out = append(out, Instance{Member: parts[i].Member, Instance: v})
		}
	}
	return out, r.errOf(parts, errs, len(out), "running")
}

// Watch yields every change of every instance once, until all run or have failed. The last pair
// has a zero Event and the error of [Run.Wait], when there is one. Breaking out of the loop ends
// the watch.
func (r *Run) Watch(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		events, end := make(chan Event), make(chan error, 1)
		go func() {
			_, err := r.Wait(ctx, func(e Event) {
				select {
				case events <- e:
				case <-ctx.Done():
				}
			})
			end <- err
			close(events)
		}()
		defer func() { // the goroutine ends before the loop does
			cancel()
			for range events { // only until it is closed
			}
		}()
		for e := range events {
			if !yield(e, e.Err) {
				return
			}
		}
		if err := <-end; err != nil {
			yield(Event{}, err)
		}
	}
}

// Terminate releases all instances of the run, and ends it: nothing more is created for it, here or
// by [Fleet.Resume]. It returns the result of each member. See [provider.Operation.Terminate]. When
// it fails, call it again, or resume the run and call it then.
func (r *Run) Terminate(ctx context.Context, o *provider.TerminateOptions) (map[string]provider.TerminateResult, error) {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	if err := r.save(ctx); err != nil {
		return nil, err
	}
	parts := r.Parts()
	results := make([]provider.TerminateResult, len(parts))
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	for i, p := range parts {
		if p.Operation != nil {
			all.Go(func() { results[i], errs[i] = p.Operation.Terminate(ctx, o) })
		}
	}
	all.Wait()
	out := map[string]provider.TerminateResult{}
	for i, p := range parts {
		one := out[p.Member]
		one.Released = append(one.Released, results[i].Released...)
		one.Gone = append(one.Gone, results[i].Gone...)
		one.Unknown = append(one.Unknown, results[i].Unknown...)
		one.MayAppear += results[i].MayAppear
		out[p.Member] = one
	}
	return out, errors.Join(errs...)
}
