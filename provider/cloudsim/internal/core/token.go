package core

import "time"

// TokenRecord remembers what a client token made.
type TokenRecord struct {
	Fingerprint string // of the parameters it came with
	IDs         []string
	at          time.Time
	order       *Order // that the instances come from, if it was not paid at once
	Dead        bool   // the request failed half-way
}

// tokenKey is the key under which a client token is remembered.
func tokenKey(k *Call, token string) string { return k.Action + " " + token }

// remembered returns what the cloud remembers of a client token, or nil. It forgets a
// token that is older than Config.TokenLife.
func (c *Service) remembered(k *Call, token string) *TokenRecord {
	key := tokenKey(k, token)
	r := c.tokens[key]
	if life := c.Config.TokenLife; r != nil && life > 0 && k.Now.Sub(r.at) >= life {
		delete(c.tokens, key)
		return nil
	}
	return r
}

// Recall returns what the cloud remembers of a client token, or nil, when a call is
// executed. A ForgetToken fault makes the cloud forget the token first.
func (c *Service) Recall(k *Call, token string) *TokenRecord {
	if k.Faults.Has(ForgetToken) {
		delete(c.tokens, tokenKey(k, token))
	}
	return c.remembered(k, token)
}

// Remember records what a call made under its client token.
func (c *Service) Remember(k *Call, token, fingerprint string, ids []string) *TokenRecord {
	r := &TokenRecord{Fingerprint: fingerprint, IDs: ids, at: k.Now, order: k.Order}
	c.tokens[tokenKey(k, token)] = r
	return r
}

// Replay returns the IDs that a call with the token gets again, and lets the call
// know the order that they come from, if there is one.
func (r *TokenRecord) Replay(k *Call) []string {
	k.Order = r.order
	if r.order != nil {
		return r.order.IDs
	}
	return r.IDs
}
