package provider

import (
	"cmp"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/marker"
)

func newOperation(c *Client, o *RunOptions, spec *RunInstancesSpec) *Operation {
	op := &Operation{
		c: c, id: cmp.Or(o.OperationID, marker.RandomID()), region: spec.Region, class: bootClass(spec),
		owner: o.Owner, opts: *o,
		began: time.Now(),
	}
	if o.OperationID != "" && c.marksByName() {
		op.run = marker.RandomID()[:runDigits]
	}
	op.openJournal()
	op.opts.Alternatives = slices.Clone(o.Alternatives)
	op.keepSpec(spec)
	if len(spec.Vendor) > 0 { // the caller may change what these point to
		op.printSpec()
	}
	plans := c.split(spec)
	for i := range plans {
		if len(o.Alternatives) > 0 {
			plans[i].MinCount = op.fewest(plans[i].Count, spec)
		}
	}
	op.keepLedger(ledger.New(cmp.Or(spec.MinCount, max(spec.Count, 1)), plans))
	return op
}

func (op *Operation) keepLedger(l *ledger.Ledger) {
	op.ledger, op.names.Ledger = l, l
	op.maker.Ledger, op.maker.Journal, op.maker.Cloud = l, &op.journal, creates{op}
	if op.c.tel != nil {
		op.maker.Observer = op.c.tel
	}
}

func (op *Operation) keepSpec(spec *RunInstancesSpec) {
	op.spec = hide(spec.clone())
	op.maker.Rules = op.rules(spec)
}

// bootClass returns a text that is equal for instances that boot alike: the family of the
// instance type, "ecs.g5" for "ecs.g5.large", and the image. Windows takes minutes where Linux
// takes seconds. The image is hashed, since a token must not hold values of the spec.
func bootClass(spec *RunInstancesSpec) string {
	family := spec.InstanceType
	if i := strings.LastIndexByte(family, '.'); i > 0 {
		family = family[:i]
	}
	disk := spec.ImageID
	if t := spec.LaunchTemplate; t != nil && disk == "" {
		disk = "template " + cmp.Or(t.ID, t.Name)
	}
	if disk == "" {
		return family
	}
	b := append(make([]byte, 0, 64), family...)
	return string(strconv.AppendUint(append(b, '/'), uint64(crc32.ChecksumIEEE([]byte(disk))), 16))
}

// tokenTrust is how long after its first call the cloud is trusted to remember a client token.
// No vendor documents how long that is.
const tokenTrust = time.Hour

// rules returns what package creating has to know about the cloud and the operation. Without a
// spec nothing is created, but late instances are found.
func (op *Operation) rules(spec *RunInstancesSpec) creating.Rules {
	_, numbers := op.c.driver.(NameNumberer)
	return creating.Rules{
		Driver: op.c.name, Tokens: op.c.limits.ClientToken, Markers: op.c.limits.NameMarker, Tags: op.marksByOwner(),
		Candidates:  len(op.opts.Alternatives),
		AcceptsLess: spec.MinCount != 0 && len(op.opts.Alternatives)+len(spec.Network.PrivateIPs) == 0,
		OwnToken:    spec.ClientToken != "", DryRun: spec.DryRun,
		NumbersAgain: spec.UniqueSuffix && spec.HostName != "" && !numbers,
		Resumed:      op.began.IsZero(), NoneMade: op.noneMade,
		RetryFor: op.c.opts.RetryFor, SearchFor: op.c.opts.SearchFor, TrustFor: tokenTrust,
	}
}
