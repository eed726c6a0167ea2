package core

import "time"

// UseNonce records a nonce and reports whether it is new. A timestamp is accepted
// within a window before and after now, so a request can be repeated for twice the
// window. Its nonce is remembered at least that long.
func (c *Service) UseNonce(nonce string, now time.Time, window time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nonces.use(nonce, now, 2*window)
}

// nonces are stored in two generations. The older generation is forgotten as a whole,
// so no call has to search the stored nonces.
type nonces struct {
	young, old map[string]struct{}
	born       time.Time // when the young generation began
}

// use records a nonce for at least keep and reports whether it is new.
func (n *nonces) use(nonce string, now time.Time, keep time.Duration) bool {
	if n.young == nil || now.Sub(n.born) > keep {
		n.young, n.old, n.born = map[string]struct{}{}, n.young, now
	}
	if _, used := n.old[nonce]; used {
		return false
	}
	if _, used := n.young[nonce]; used {
		return false
	}
	n.young[nonce] = struct{}{}
	return true
}
