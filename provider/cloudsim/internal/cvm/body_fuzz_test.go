package cvm

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// FuzzTencentBody sends signed bodies and queries: each gets an API answer.
func FuzzTencentBody(f *testing.F) {
	for _, seed := range []string{
		simtest.CVMFull, simtest.CVMMinimal, `{"DataDisks":[{}]}`,
		"Placement.Zone=x&DataDisks.0.DiskSize=1", "a.b=1&a=2", `{"ActionTimer":{}}`,
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, params string, isJSON bool) {
		c := core.NewService(core.Config{Boot: func(*rand.Rand) time.Duration { return 0 }}, core.CVM, New).Wire.(*api)
		var tree any
		var refused *refusal
		if isJSON {
			tree, refused = jsonTree([]byte(params))
		} else if form, bad := readForm(params); bad == nil {
			tree, refused = FormTree(form)
		} else {
			refused = bad
		}
		if refused != nil {
			return
		}
		a := c.Serve(&core.Call{Action: "RunInstances", Region: "ap-guangzhou", Tree: tree, RequestID: "r"})
		simtest.ReadCVM(t, a.Body)
	})
}
