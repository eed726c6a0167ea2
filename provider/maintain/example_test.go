package maintain_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

// Tags, a name and a type of instances that exist. The example uses a cloud in memory; a program gets
// its client from the New of an adapter.
func Example() {
	ctx := context.Background()
	cloud := newFake(provider.Instance{ID: "i-1", InstanceType: "small", State: provider.StateStopped})
	m := maintain.Of(cloud.client())

	fmt.Println(m.Tag(ctx, "", []string{"i-1"}, map[string]string{"team": "web"}))
	fmt.Println(m.Modify(ctx, "", []string{"i-1"}, maintain.Change{Name: "web-1"}))
	fmt.Println(m.Resize(ctx, "", "i-1", "large", nil))
	i := cloud.instances["i-1"]
	fmt.Println(i.Name, i.InstanceType, i.Tags)

	// What the cloud has no call for is an error, and nothing is sent.
	err := m.Modify(ctx, "", []string{"i-1"}, maintain.Change{ReleaseAt: new(i.CreatedAt.AddDate(10, 0, 0))})
	fmt.Println(errors.Is(err, errors.ErrUnsupported))
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// web-1 large map[team:web]
	// true
}
