package core

import "time"

// UseNonce records a nonce and reports whether it is new. Timestamps are accepted
// for a window each way, so that a request can come again for twice the window:
// its nonce is remembered for at least that, and forgotten some time later.
func (c *Service) UseNonce(nonce string, now time.Time, window time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nonces.use(nonce, now, 2*window)
}

// nonces are stored in two generations. The older one is forgotten as a whole, so
// that no call has to look through what is stored.
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
