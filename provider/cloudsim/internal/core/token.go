package core

import "time"

// TokenRecord records the result of a client token.
type TokenRecord struct {
	Fingerprint string // hash of the parameters that came with it
	IDs         []string
	at          time.Time
	order       *Order // order of the instances, if it was not paid at once
	Dead        bool   // the request failed half-way
}

// tokenKey is the key under which a client token is remembered.
func tokenKey(k *Call, token string) string { return k.Action + " " + token }

// remembered returns the record of a client token, or nil. It forgets a token that is
// older than Config.TokenLife.
func (c *Service) remembered(k *Call, token string) *TokenRecord {
	key := tokenKey(k, token)
	r := c.tokens[key]
	if life := c.Config.TokenLife; r != nil && life > 0 && k.Now.Sub(r.at) >= life {
		delete(c.tokens, key)
		return nil
	}
	return r
}

// Recall returns the record of a client token, or nil, when a call is executed. A
// ForgetToken fault first makes the cloud forget the token.
func (c *Service) Recall(k *Call, token string) *TokenRecord {
	if k.Faults.Has(ForgetToken) {
		delete(c.tokens, tokenKey(k, token))
	}
	return c.remembered(k, token)
}

// Remember records the result of a call under its client token.
func (c *Service) Remember(k *Call, token, fingerprint string, ids []string) *TokenRecord {
	r := &TokenRecord{Fingerprint: fingerprint, IDs: ids, at: k.Now, order: k.Order}
	c.tokens[tokenKey(k, token)] = r
	return r
}

// Replay returns the IDs that a repeated call with the token gets. It sets the call's
// order, if the token has one.
func (r *TokenRecord) Replay(k *Call) []string {
	k.Order = r.order
	if r.order != nil {
		return r.order.IDs
	}
	return r.IDs
}
