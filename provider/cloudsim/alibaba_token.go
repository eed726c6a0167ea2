package cloudsim

import (
	"regexp"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

var aliTokenForm = regexp.MustCompile(`^[\x21-\x7e]{1,64}$`)

// clientToken checks the token that makes a call idempotent.
func (p *aliParams) clientToken() {
	p.matching("ClientToken", aliTokenForm, "at most 64 ASCII characters")
}

// once executes a call, checks included, unless one with the same client token
// already went well: then its IDs are the answer again, provided that the
// parameters are the same too. Failures are not remembered, but for a [DeadToken].
// How long the vendor remembers is not documented; here it is forever, or
// [Options].TokenLife.
func (a *alibaba) once(k *core.Call, do func() ([]string, *aliError)) ([]string, *aliError) {
	token := k.Params["ClientToken"]
	if token == "" {
		return do()
	}
	print := acs3Hash([]byte(aliEncode(k.Params, "ClientToken")))
	if r := a.Service.Recall(k, token); r != nil {
		switch {
		case r.Dead:
			return nil, aliTokenDead()
		case r.Fingerprint != print:
			return nil, aliRefusal(400, "IdempotentParameterMismatch", "The request is retried with updated parameters.")
		default:
			return r.Replay(k), nil
		}
	}
	ids, err := do()
	if err != nil {
		return ids, err
	}
	r := a.Service.Remember(k, token, print, ids)
	if f, ok := k.Faults.Get(core.DeadToken); ok {
		r.Dead = true
		return nil, a.fault(core.ServerErrorAfter).As(f)
	}
	return ids, nil
}

// aliTokenDead is what a client token gets whose first request has failed. Code and
// message are those that users report (cloudfoundry/bosh-alicloud-cpi-release
// issue 105); the status is not verified.
func aliTokenDead() *aliError {
	return aliRefusal(403, "IdempotentFailed",
		"The previous idempotent request(s) has failed due to some unknown error, exception or failure.")
}
