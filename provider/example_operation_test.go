package provider_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A job that must not hold a goroutine looks once and comes back at Look.Next.
func ExampleOperation_Look() {
	client := exampleClient()
	ctx := context.Background()

	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	look, err := op.Look(ctx)
	fmt.Println(look.String(), look.Done(), err)
	// Output: 2 ready true <nil>
}

// Several operations are waited for with one progress.
func ExampleWaitAll() {
	client := exampleClient()
	ctx := context.Background()

	var operations []*provider.Operation
	for range 2 {
		op, err := client.RunInstances(ctx, provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		operations = append(operations, op)
	}
	var last provider.WaitProgress
	results, err := provider.WaitAll(ctx, operations, func(p provider.WaitProgress) { last = p })
	fmt.Println(last, len(results), err) // 4 of 4 ready 2 <nil>
}

// A token tells what its operation is about without a client and without its spec.
func ExampleReadToken() {
	client := exampleClient()

	op, err := client.RunInstances(context.Background(),
		provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"},
		&provider.RunOptions{OperationID: "job-4711", Owner: "platform-7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := op.MarshalText()
	if err != nil {
		fmt.Println(err)
		return
	}
	info, err := provider.ReadToken(token)
	fmt.Println(info.Operation, info.Owner, info.InstanceIDs, info.Unknown, info.Done(), err)
	// Output: job-4711 platform-7 [i-001 i-002] 0 true <nil>
}

// Terminate releases what an operation has made, and nothing else. A process that resumes it goes
// on with what could not be released.
func ExampleOperation_Terminate() {
	client := exampleClient()
	ctx := context.Background()

	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := op.Terminate(ctx, nil)
	fmt.Println(result.Released, op.InstanceIDs(), err)
	// Output: [i-001 i-002] [] <nil>
}

// Everything that RunInstances would refuse, without a call.
func ExampleClient_Validate() {
	client := exampleClient()

	err := client.Validate(provider.RunInstancesSpec{Count: -1, ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	fmt.Println(errors.Is(err, provider.ErrInvalid))
	fmt.Println(err)
	// Output:
	// true
	// Count = "-1": must not be negative
}
