package provider

import "context"

// stand-ins until the merges
type specPrint map[string]string

func printSpec(*RunInstancesSpec, *RunOptions, string) specPrint { return nil }
func (p specPrint) differences(specPrint) []string              { return nil }
func specHashV1(s *RunInstancesSpec, o *RunOptions) string      { return specHash(s, o) }
func (c *Client) markSeen([]string)                             {}

func (c *Client) waitGone(ctx context.Context, region string, ids []string) ([]Instance, error) {
	return newWaiter(c, StateTerminated, ids, nil).wait(ctx, c.target(region, StateTerminated))
}


