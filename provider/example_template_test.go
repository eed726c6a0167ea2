package provider_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
)

// A version is read, changed, and kept as the next one.
func ExampleClient_LaunchTemplates() {
	client := newTemplateCloud().client()
	ctx := context.Background()

	templates, err := client.LaunchTemplates() // errors.ErrUnsupported on clouds without
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := templates.Create(ctx, provider.LaunchTemplateSpec{
		Name: "web",
		Spec: provider.RunInstancesSpec{ImageID: "img-ubuntu", InstanceType: "t1.small", Tags: map[string]string{"team": "web"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ref := provider.LaunchTemplateRef{ID: id}
	v, err := templates.Version(ctx, "", ref) // the default one
	if err != nil {
		fmt.Println(err)
		return
	}
	v.Spec.InstanceType = "t1.large"
	number, err := templates.CreateVersion(ctx, ref, provider.LaunchTemplateSpec{Spec: v.Spec, VersionDescription: "larger"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ref.Version = number
	fmt.Println(number, templates.SetDefault(ctx, "", ref))

	for v, err := range templates.FindVersions(ctx, provider.LaunchTemplateVersionQuery{Template: provider.LaunchTemplateRef{Name: "web"}, MinVersion: 2}) {
		fmt.Println(v.Version, v.Default, v.Spec.InstanceType, err)
	}
	for t, err := range templates.List(ctx, provider.LaunchTemplateQuery{InstanceTags: map[string]string{"team": "web"}}) {
		fmt.Println(t.Name, t.DefaultVersion, err)
	}
	// Output:
	// 2 <nil>
	// 2 true t1.large <nil>
	// web 2 <nil>
}

// The same token is the same group, whichever process asks.
func ExampleClient_PlacementGroups() {
	client := provider.NewClient(newPlacementCloud(), &provider.Options{Region: "region-1"})
	ctx := context.Background()

	groups, err := client.PlacementGroups()
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := provider.PlacementGroupSpec{Name: "spread", Strategy: provider.SpreadPlacement, ClientToken: "deploy-7-spread"}
	id, err := groups.Create(ctx, spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := groups.Create(ctx, spec)
	fmt.Println(id == again, err)

	fmt.Println(groups.MoveIn(ctx, "", id, []string{"i-1", "i-2"}, nil))
	for g, err := range groups.List(ctx, provider.PlacementGroupQuery{Strategy: provider.SpreadPlacement}) {
		fmt.Println(g.Name, g.InstanceIDs, err)
	}
	err = groups.Delete(ctx, "", id) // servers are in it
	fmt.Println(errors.Is(err, provider.ErrState))
	// Output:
	// true <nil>
	// <nil>
	// spread [i-1 i-2] <nil>
	// true
}
