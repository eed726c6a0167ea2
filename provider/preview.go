package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/marker"
)

// Preview returns the requests that RunInstances would send with these options, with secrets masked: those of the
// spec, with the tags of the Owner, and behind them those of each alternative as it would be if the cloud had
// none of the instances before. Nil options are the default. It does no I/O. What RunInstances would refuse
// gives the same error here. A client token that follows from no OperationID or ClientToken is shown as
// "drawn-for-each-operation". What comes after a failure, such as a release by OnFailure, depends on answers
// and is not shown.
func (c *Client) Preview(spec RunInstancesSpec, o *RunOptions) ([]Request, error) {
	if o == nil {
		o = &RunOptions{}
	}
	spec.Region = c.region(spec.Region)
	if err := c.Validate(spec, o); err != nil {
		return nil, err
	}
	p, ok := c.driver.(RunPreviewer)
	if !ok {
		return nil, fmt.Errorf("%s: preview: %w", c.name, errors.ErrUnsupported)
	}
	run := RunOptions{OperationID: o.OperationID, Owner: o.Owner, Alternatives: o.Alternatives, KeepMarker: o.KeepMarker}
	op := newOperation(c, &run, &spec)
	var out []Request
	for candidate := range len(o.Alternatives) + 1 {
		for i, part := range op.ledger.All() {
			part.Candidate = candidate
			r, err := p.PreviewRun(op.preview(op.request(i, &part, &spec), i, candidate))
			if err != nil {
				return nil, err
			}
			r.Alternative = candidate
			out = append(out, r)
		}
	}
	return out, nil
}

// drawn stands for what is drawn when an operation begins.
const drawn = "drawn-for-each-operation"

// preview replaces what is drawn for each operation in the request for a part. The part that an alternative
// will have is not known.
func (op *Operation) preview(s *RunInstancesSpec, part, candidate int) *RunInstancesSpec {
	byCaller := op.opts.OperationID != "" || op.spec().ClientToken != ""
	draws := !byCaller || candidate > 0
	if op.c.limits.ClientToken && draws {
		s.ClientToken = drawn
	}
	if op.opts.OperationID == "" && op.marksByOwner() {
		s.Tags[OperationTag] = drawn
	}
	if op.c.limits.ClientToken || op.c.limits.NameMarker {
		s.Name = strings.Replace(s.Name, op.markerOf(part, 0), marker.Head+"-drawn-for-each-create", 1)
	}
	return s
}
