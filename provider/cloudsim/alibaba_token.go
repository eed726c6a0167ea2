package cloudsim

import "regexp"

var aliTokenForm = regexp.MustCompile(`^[\x21-\x7e]{1,64}$`)

// clientToken checks the token that makes a call idempotent.
func (p *aliParams) clientToken() {
	p.matching("ClientToken", aliTokenForm, "at most 64 ASCII characters")
}

// once executes a call, checks included, unless one with the same client token
// already went well: then its IDs are the answer again, provided that the
// parameters are the same too. Failures are not remembered. How long the vendor remembers is
// not documented; here it is forever.
func (a *alibaba) once(k *call, do func() ([]string, *aliError)) ([]string, *aliError) {
	token := k.params["ClientToken"]
	if token == "" {
		return do()
	}
	key, print := k.action+" "+token, acs3Hash([]byte(aliEncode(k.params, "ClientToken")))
	if r := a.cloud.tokens[key]; r != nil {
		if r.fingerprint != print {
			return nil, aliRefusal(400, "IdempotentParameterMismatch", "The request is retried with updated parameters.")
		}
		return r.ids, nil
	}
	ids, err := do()
	if err == nil {
		a.cloud.tokens[key] = &tokenRecord{fingerprint: print, ids: ids, at: k.now}
	}
	return ids, err
}
