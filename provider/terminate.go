package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// TerminateOptions are for [Client.TerminateInstances]. Nil is the default.
type TerminateOptions struct {
	// Wait waits until the servers are gone.
	Wait bool
}

// TerminateInstances releases servers for good, in as few calls as the cloud
// allows. Where a release only moves servers to a recycle bin, as CVM does with
// prepaid ones, they are released there too; that waits for the move.
//
// Servers that do not exist are skipped: releasing twice is no error. A server
// that is too new to be released is tried again for up to [Options].RetryFor.
// The error joins what went wrong and names the servers concerned; the others
// are released all the same, but not waited for. No IDs are no calls; an empty
// ID is an error, and nothing is released.
func (c *Client) TerminateInstances(ctx context.Context, region string, ids []string, o *TerminateOptions) error {
	region = c.region(region)
	ids = distinctIDs(ids)
	if err := checkIDs(ids); err != nil || len(ids) == 0 {
		return err
	}
	_, err := c.terminate(ctx, region, ids)
	if err != nil || o == nil || !o.Wait {
		return err
	}
	return c.waitReleased(ctx, region, ids)
}

// terminate releases servers and returns those that may be left, beside the error.
func (c *Client) terminate(ctx context.Context, region string, ids []string) (left []string, err error) {
	r := c.newRelease(region)
	if err := r.look(ctx, ids); err != nil {
		return ids, fmt.Errorf("looking up how the servers are to be released: %w", err)
	}
	refused := r.all(ctx, ids)
	binned := r.emptyBin(ctx, ids)
	switch {
	case binned != nil: // some of them may lie in the bin
		return ids, errors.Join(refused, binned)
	case refused != nil:
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.taken[id] }), refused
	default:
		return nil, nil
	}
}

// checkIDs refuses an empty ID: some clouds would take it for no filter at all.
func checkIDs(ids []string) error {
	var k Checker
	notEmpty(&k, "IDs", ids)
	return k.Err()
}

// distinctIDs returns the IDs, each once, in their order.
func distinctIDs(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var out []string
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// tooNew tells whether a server is not found only because the cloud has not
// caught up with its creation.
func (c *Client) tooNew(err error, id string) bool {
	return errors.Is(err, ErrNotFound) && c.recent.any([]string{id})
}
