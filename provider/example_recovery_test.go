package provider_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// soldOut is a cloud without instances of one type.
func soldOut(instanceType string) func(*fake) {
	return func(cloud *fake) {
		cloud.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if s.InstanceType == instanceType {
				return nil, refusal(provider.ErrNoStock, "OperationDenied.NoStock")
			}
			return cloud.create(s), nil
		}
	}
}

// What the spec names is out of stock; the first alternative is not. Quota,
// balance, permissions and invalid requests would end the operation at once.
func ExampleRunOptions_alternatives() {
	client := exampleClient(soldOut("t1.small"))

	op, err := client.RunInstances(context.Background(), provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}, &provider.RunOptions{
		Alternatives: []provider.Alternative{{InstanceType: "t2.small"}, {Zone: "zone-b", SubnetID: "subnet-b"}},
		OnFailure:    provider.TerminateOnFailure, // all or nothing
	})
	fmt.Println(op.InstanceIDs(), err)
	// Output: [i-001 i-002] <nil>
}

// When all are out of stock, the error lists each with its reason.
func ExampleRunError() {
	client := exampleClient(soldOut("t1.small"))

	_, err := client.RunInstances(context.Background(), provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small"}, &provider.RunOptions{
		Alternatives: []provider.Alternative{{Zone: "zone-b"}},
	})
	var run *provider.RunError
	if errors.As(err, &run) {
		fmt.Println(run.Created, "of", run.Asked, errors.Is(err, provider.ErrNoStock))
		for _, t := range run.Tried {
			fmt.Printf("%s in %q: %t\n", t.InstanceType, t.Zone, errors.Is(t.Err, provider.ErrNoStock))
		}
	}
	// Output:
	// 0 of 1 true
	// t1.small in "": true
	// t1.small in "zone-b": true
}

// A process that ends at any moment loses nothing: another one goes on from the
// token that the journal got last. Here the answer to the create is lost, too.
func ExampleJournal() {
	client := exampleClient(func(cloud *fake) {
		cloud.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			made := cloud.create(s)
			if n == 1 {
				return nil, lost()
			}
			return made, nil
		}
	})
	ctx := context.Background()
	spec := provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}
	var row []byte // of a database
	options := &provider.RunOptions{Journal: provider.JournalFunc(func(_ context.Context, token []byte) error {
		row = token
		return nil // only once it is safe: the create goes out afterwards
	})}

	_, err := client.RunInstances(ctx, spec, options)
	fmt.Println(errors.Is(err, provider.ErrOutcomeUnknown))

	op, err := client.Resume(ctx, row, &provider.ResumeOptions{Spec: &spec, Run: options})
	fmt.Println(op.InstanceIDs(), err)
	// Output:
	// true
	// [i-001 i-002] <nil>
}

// An instance that no live operation knows is a leak. Without Terminate it is only
// listed.
func ExampleClient_Sweep() {
	client := exampleClient(func(cloud *fake) {
		cloud.instances = []provider.Instance{{
			ID: "i-007", CreatedAt: time.Now().Add(-time.Hour),
			Tags: map[string]string{provider.OwnerTag: "platform-7", provider.OperationTag: "crashed"},
		}}
	})
	ctx := context.Background()
	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small"}, &provider.RunOptions{Owner: "platform-7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	left, err := client.Sweep(ctx, provider.SweepOptions{
		Owner:     "platform-7",
		Live:      func(context.Context) ([]string, error) { return []string{op.ID()}, nil }, // from one's own database
		Terminate: true,
	})
	for _, i := range left {
		fmt.Println(i.ID, "of", i.Tags[provider.OperationTag])
	}
	fmt.Println(err)
	// Output:
	// i-007 of crashed
	// <nil>
}

// Instances that are where they should be are no error, and one that cannot be
// changed holds up no other.
func ExampleClient_StopInstances() {
	client := exampleClient(func(cloud *fake) { cloud.shift = 0 })
	ctx := context.Background()
	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := op.InstanceIDs()
	fmt.Println(client.StopInstances(ctx, "", append(ids, "i-404"), nil))
	fmt.Println(client.StartInstances(ctx, "", ids, nil))
	for range 2 { // the second time they are gone, which is what was wanted
		res, err := client.TerminateInstances(ctx, "", ids, nil)
		fmt.Println(len(res.Released), len(res.Gone), err)
	}
	// Output:
	// stop: region region-1 does not know i-404 (fake: Call: not found: InvalidInstanceId.NotFound): another region, invisible to these credentials, or not visible yet; check the region and the credentials, or repeat the call later
	// <nil>
	// 2 0 <nil>
	// 0 2 <nil>
}
