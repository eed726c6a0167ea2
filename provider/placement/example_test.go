package placement_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// The same token is the same group, whichever process asks.
func Example() {
	client := provider.NewClient(newPlacementCloud(), &provider.Options{Region: "region-1"})
	ctx := context.Background()

	groups, err := placement.Of(client)
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := placement.Spec{Name: "spread", Strategy: placement.Spread, ClientToken: "deploy-7-spread"}
	id, err := groups.Create(ctx, spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := groups.Create(ctx, spec)
	fmt.Println(id == again, err)

	fmt.Println(groups.MoveIn(ctx, "", id, []string{"i-1", "i-2"}, nil))
	for g, err := range groups.List(ctx, placement.Query{Strategy: placement.Spread}) {
		fmt.Println(g.Name, g.InstanceIDs, err)
	}
	err = groups.Delete(ctx, "", id) // instances are in it
	fmt.Println(errors.Is(err, provider.ErrState))
	// Output:
	// true <nil>
	// <nil>
	// spread [i-1 i-2] <nil>
	// true
}
