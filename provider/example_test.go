package provider_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// The examples use a cloud in memory. A program gets its client from the New of
// an adapter: aliyun, ens, tencent or qingcloud.
func exampleClient(script ...func(*fake)) *provider.Client {
	cloud := newFake()
	cloud.boot = 0
	for _, s := range script {
		s(cloud)
	}
	return provider.NewClient(cloud, &provider.Options{Region: "region-1", RetryFor: -1})
}

func ExampleClient_RunInstances() {
	client := exampleClient()

	op, err := client.RunInstances(context.Background(), provider.RunInstancesSpec{
		Zone:         "zone-a",
		Count:        3,
		ImageID:      "img-ubuntu",
		InstanceType: "t1.small",
		Name:         "web",
		Network:      provider.Network{SubnetID: "subnet-1", SecurityGroupIDs: []string{"sg-1"}},
		Billing:      provider.Billing{Mode: provider.Spot, Spot: provider.SpotOptions{MaxPrice: "0.97"}},
	}, nil)
	if err != nil {
		fmt.Println(err) // op may hold IDs all the same
		return
	}
	fmt.Println(op.InstanceIDs())
	// Output: [i-001 i-002 i-003]
}

func ExampleOperation_Wait() {
	client := exampleClient()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // ctx is the only deadline
	defer cancel()

	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	instances, err := op.Wait(ctx, nil)
	if err != nil {
		fmt.Println(err) // names every instance that does not run, and why
	}
	for _, i := range instances {
		fmt.Println(i.ID, i.State)
	}
	// Output:
	// i-001 running
	// i-002 running
}

func ExampleOperation_Watch() {
	client := exampleClient()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()

	op, err := client.RunInstances(ctx, provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range op.Watch(ctx) {
		if err != nil {
			fmt.Println(err) // of one instance, or the end of the watch
			continue
		}
		fmt.Println(event.Instance.ID, event.Instance.State)
	}
	// Output: i-001 running
}

func ExampleClient_Preview() {
	client := exampleClient()

	requests, err := client.Preview(provider.RunInstancesSpec{
		Count: 150, ImageID: "img-ubuntu", InstanceType: "t1.small",
		Login: provider.Login{Password: "never shown"},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range requests {
		fmt.Println(r.Action, r.Params["Count"], r.Params["Password"])
	}
	// Output:
	// RunInstances 100 [redacted]
	// RunInstances 50 [redacted]
}

// Decide by sentinel; the vendor's own words are in the *APIError.
func Example_errors() {
	client := exampleClient(func(cloud *fake) {
		cloud.answers(fails(&provider.APIError{
			Driver: "fake", Op: "RunInstances", Code: "OperationDenied.NoStock", RequestID: "req-7",
			Outcome: provider.OutcomeRejected, Kind: provider.ErrNoStock,
		}))
	})

	_, err := client.RunInstances(context.Background(), provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small"}, nil)
	switch {
	case err == nil:
	case errors.Is(err, provider.ErrOutcomeUnknown):
		fmt.Println("instances may exist: look before creating again")
	case errors.Is(err, provider.ErrNoStock):
		fmt.Println("try another type or zone")
	case errors.Is(err, provider.ErrQuota), errors.Is(err, provider.ErrBalance):
		fmt.Println("a human has to act")
	case errors.Is(err, provider.ErrInvalid):
		fmt.Println("fix the spec")
	}
	var api *provider.APIError
	if errors.As(err, &api) {
		fmt.Println(api.Code, api.RequestID)
	}
	// Output:
	// try another type or zone
	// OperationDenied.NoStock req-7
}

func ExampleClient_Resume() {
	client := exampleClient()
	ctx := context.Background()
	spec := provider.RunInstancesSpec{Count: 2, ImageID: "img-ubuntu", InstanceType: "t1.small"}

	op, err := client.RunInstances(ctx, spec, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := op.MarshalText() // keep it where another process finds it; it holds no secret
	if err != nil {
		fmt.Println(err)
		return
	}

	again, err := client.Resume(ctx, token, &provider.ResumeOptions{Spec: &spec})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.InstanceIDs())
	// Output: [i-001 i-002]
}
