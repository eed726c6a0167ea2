package cloudsim

// tokenKey is where a client token is remembered.
func tokenKey(k *call, token string) string { return k.action + " " + token }

// remembered returns what the cloud remembers of a client token, or nil. What is
// too old is forgotten on the way.
func (c *cloud) remembered(k *call, token string) *tokenRecord {
	key := tokenKey(k, token)
	r := c.tokens[key]
	if life := c.config.TokenLife; r != nil && life > 0 && k.now.Sub(r.at) >= life {
		delete(c.tokens, key)
		return nil
	}
	return r
}

// recall is remembered for the execution of a call, which a fault may make the
// cloud forget first.
func (c *cloud) recall(k *call, token string) *tokenRecord {
	if k.faults.has(ForgetToken) {
		delete(c.tokens, tokenKey(k, token))
	}
	return c.remembered(k, token)
}

// remember records what a call made under its client token.
func (c *cloud) remember(k *call, token, fingerprint string, ids []string) *tokenRecord {
	r := &tokenRecord{fingerprint: fingerprint, ids: ids, at: k.now, order: k.order}
	c.tokens[tokenKey(k, token)] = r
	return r
}

// replay returns the IDs that a call with the token gets again, and lets the call
// know the order that they come from, if there is one.
func (r *tokenRecord) replay(k *call) []string {
	k.order = r.order
	if r.order != nil {
		return r.order.ids
	}
	return r.ids
}
