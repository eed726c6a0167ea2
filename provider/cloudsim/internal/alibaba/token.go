package alibaba

import (
	"regexp"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

var tokenForm = regexp.MustCompile(`^[\x21-\x7e]{1,64}$`)

// ClientToken checks the token that makes a call idempotent.
func (p *Params) ClientToken() {
	p.Matching("ClientToken", tokenForm, "at most 64 ASCII characters")
}

// Once executes a call, checks included, unless one with the same client token went
// well already. Then its IDs are the answer again, if the parameters are the same.
// Failures are not remembered, except that of a DeadToken fault. How long the vendor
// remembers is not documented; here it is forever, or Config.TokenLife of the service.
func (a *Gateway) Once(k *core.Call, do func() ([]string, *Refusal)) ([]string, *Refusal) {
	token := k.Params["ClientToken"]
	if token == "" {
		return do()
	}
	print := ACS3Hash([]byte(EncodeParams(k.Params, "ClientToken")))
	if r := a.Service.Recall(k, token); r != nil {
		switch {
		case r.Dead:
			return nil, tokenDead()
		case r.Fingerprint != print:
			return nil, Refuse(400, "IdempotentParameterMismatch", "The request is retried with updated parameters.")
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
		return nil, a.Fault(core.ServerErrorAfter).as(f)
	}
	return ids, nil
}

// tokenDead is what a client token gets whose first request has failed. Code and
// message are those that users report (cloudfoundry/bosh-alicloud-cpi-release
// issue 105); the status is not verified.
func tokenDead() *Refusal {
	return Refuse(403, "IdempotentFailed",
		"The previous idempotent request(s) has failed due to some unknown error, exception or failure.")
}
