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

// Once executes a call, including its checks, unless an earlier call with the same
// client token succeeded. Then it returns the IDs of that call if the parameters are
// the same. Failures are not remembered, except a DeadToken fault. The vendor does not
// document how long it remembers; here it is forever, or Config.TokenLife of the
// service.
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

// tokenDead is the refusal of a client token whose first request has failed. Users
// report this code and message (cloudfoundry/bosh-alicloud-cpi-release issue 105); the
// status is not verified.
func tokenDead() *Refusal {
	return Refuse(403, "IdempotentFailed",
		"The previous idempotent request(s) has failed due to some unknown error, exception or failure.")
}
