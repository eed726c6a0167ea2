package fake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// refusals are the answers of the cloud to faults that refuse a call.
var refusals = map[cloudsim.FaultKind]struct {
	status        int
	code, message string
}{
	cloudsim.Throttle:          {http.StatusTooManyRequests, "too_many_requests", "slow down"},
	cloudsim.NoStock:           {http.StatusConflict, "no_stock", "the type is sold out"},
	cloudsim.Quota:             {http.StatusForbidden, "quota_exceeded", "too many instances"},
	cloudsim.Balance:           {http.StatusPaymentRequired, "payment_required", "the account is empty"},
	cloudsim.Refuse:            {http.StatusBadRequest, "bad_parameter", "refused"},
	cloudsim.ServerErrorBefore: {http.StatusInternalServerError, "internal_error", "something broke"},
}

// refuse returns the answer of a call that a fault refuses. Its message repeats the password and
// the body of the request: a driver must not show them.
func refuse(r *request) (reply providertest.Reply, refused bool) {
	var o order
	_ = json.Unmarshal(r.body, &o) // a describe has no body
	for _, f := range r.hits {
		if a, ok := refusals[f.Kind]; ok {
			message := cmp.Or(f.Message, a.message) + ", password " + o.Password + ": " + string(r.body)
			return refusal(cmp.Or(f.Status, a.status), cmp.Or(f.Code, a.code), message), true
		}
	}
	return providertest.Reply{}, false
}

// applies reports whether a kind of fault can hit a call.
func (c *Cloud) applies(r *request, k cloudsim.FaultKind) bool {
	switch k {
	case cloudsim.NoStock, cloudsim.Quota, cloudsim.Balance, cloudsim.LaunchFailure, cloudsim.Partial,
		cloudsim.LateVisibility, cloudsim.ShortList, cloudsim.LongList, cloudsim.ForeignList:
		return r.name == create
	case cloudsim.ForgetToken:
		return r.name == create && c.knowsToken(r.body)
	case cloudsim.Blind, cloudsim.Flap, cloudsim.WrongTotal:
		return r.name == describe
	default:
		return true
	}
}

// cutCount returns how many of n instances a create makes.
func cutCount(hits providertest.Hits, n int) int {
	if f, ok := hits.Get(cloudsim.Partial); ok {
		return min(n, f.Count)
	}
	return n
}

// spoil lets an instance fail, or hides it, as the faults of its create want.
func spoil(hits providertest.Hits, i *instance) {
	for _, f := range hits {
		counted := f.Count == 0 || i.index < f.Count
		switch {
		case f.Kind == cloudsim.LaunchFailure && counted:
			i.fails, i.Reason = true, cmp.Or(f.Message, "the host broke")
		case f.Kind == cloudsim.LateVisibility && counted && i.visibleAt.Equal(time.Now()):
			i.visibleAt = i.visibleAt.Add(f.Delay)
		}
	}
}

// hides reports whether an answer leaves an instance out. This fake has no shares of instances.
func hides(hits providertest.Hits, i *instance) bool {
	return slices.ContainsFunc(hits, func(f cloudsim.Fault) bool {
		lacksRows := f.Kind == cloudsim.Blind || f.Kind == cloudsim.Flap
		counted := f.Count == 0 || i.index < f.Count
		return lacksRows && counted
	})
}

// wrong makes an answer contradict itself.
func wrong(f cloudsim.Fault, rows []instance, total int) ([]instance, int) {
	if f.Count > 0 {
		rows = rows[:min(f.Count, len(rows))]
	}
	switch {
	case f.Total > 0:
		total = f.Total
	case f.Count == 0:
		total++
	}
	return rows, total
}

// named returns the IDs in the answer to a create that made some.
func (c *Cloud) named(hits providertest.Hits, made []string) []string {
	ids := slices.Clone(made)
	if f, ok := hits.Get(cloudsim.ShortList); ok {
		ids = ids[:min(f.Count, len(ids))]
	}
	if f, ok := hits.Get(cloudsim.ForeignList); ok {
		n := min(max(f.Count, 1), len(ids))
		ids = append(ids[:len(ids)-n], c.others(f, made, n)...)
	}
	if f, ok := hits.Get(cloudsim.LongList); ok {
		ids = append(ids, c.others(f, made, max(f.Count, 1))...)
	}
	return ids
}

// others returns n IDs of other creates. If these run out, they are made up.
func (c *Cloud) others(f cloudsim.Fault, made []string, n int) (ids []string) {
	for _, i := range c.all {
		isOther := !i.gone && !slices.Contains(made, i.ID)
		if isOther && !f.Invented && len(ids) < n {
			ids = append(ids, i.ID)
		}
	}
	for len(ids) < n {
		ids = append(ids, fmt.Sprintf("fi-%08xffff", c.rand.Uint32()))
	}
	return ids
}

// create makes instances, once for each client token.
func (c *Cloud) create(r *request) providertest.Reply {
	var o order
	if err := json.Unmarshal(r.body, &o); err != nil {
		return refusal(http.StatusBadRequest, "bad_parameter", "the body is not JSON")
	}
	if problem := o.check(); problem != "" {
		return refusal(http.StatusBadRequest, "bad_parameter", problem)
	}
	if o.DryRun {
		return accepted(map[string]any{"instanceIds": []string{}})
	}
	if r.hits.Has(cloudsim.ForgetToken) {
		delete(c.tokens, o.Token)
	}
	known := c.recall(o.Token)
	if known == nil {
		known = &remembered{body: string(r.body), ids: c.launch(&o, r.hits), at: time.Now()}
		if o.Token != "" {
			c.tokens[o.Token] = known
		}
	}
	if known.body != string(r.body) {
		return refusal(http.StatusConflict, "token_reused", "the token came with other parameters")
	}
	ids := c.named(r.hits, known.ids)
	reply := accepted(map[string]any{"instanceIds": ids})
	reply.IDs = ids
	return reply
}

// recall returns what a token stands for, or nil.
func (c *Cloud) recall(token string) *remembered {
	known := c.tokens[token]
	life := c.options.TokenLife
	if known != nil && life > 0 && time.Since(known.at) >= life {
		delete(c.tokens, token)
		return nil
	}
	return known
}

// knowsToken reports whether the cloud remembers the token of a create.
func (c *Cloud) knowsToken(body []byte) bool {
	var o order
	if json.Unmarshal(body, &o) != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recall(o.Token) != nil
}
