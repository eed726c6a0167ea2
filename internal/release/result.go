package release

// Result is what became of the instances, in the requested order. Those that are in no list
// could not be released.
type Result struct {
	Released []string // their release was accepted, now or shortly before
	Gone     []string // it is proven that they have ended
	Unknown  []string // not found, and not proven to be gone: they failed
	Foreign  []string // left out, because they belong to other users

	// Look is the error of the look for the kinds, where that may be the reason why an
	// instance was not released.
	Look error
}

func (r *Release) result(ids []string, lookErr error) (res Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	failures := 0
	for _, id := range ids {
		err := r.Calls.Failed(id).Err
		failed := err != nil
		unknown := failed && r.Calls.Judge(err).Unknown
		if failed {
			failures++
		}
		switch {
		case r.foreign[id]:
			res.Foreign = append(res.Foreign, id)
		case unknown:
			res.Unknown = append(res.Unknown, id)
		case failed:
		case r.gone[id]:
			res.Gone = append(res.Gone, id)
		default:
			res.Released = append(res.Released, id)
		}
	}
	if failures > len(res.Unknown) {
		res.Look = lookErr
	}
	return res
}
