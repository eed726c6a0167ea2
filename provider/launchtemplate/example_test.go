package launchtemplate_test

import (
	"context"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
)

// A version is read, changed, and kept as the next one.
func Example() {
	client := newTemplateCloud().client()
	ctx := context.Background()

	templates, err := launchtemplate.Of(client) // errors.ErrUnsupported on clouds without
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := templates.Create(ctx, launchtemplate.Spec{
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
	number, err := templates.CreateVersion(ctx, ref, launchtemplate.Spec{Spec: v.Spec, VersionDescription: "larger"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ref.Version = number
	fmt.Println(number, templates.SetDefault(ctx, "", ref))

	for v, err := range templates.FindVersions(ctx, launchtemplate.VersionQuery{Template: provider.LaunchTemplateRef{Name: "web"}, MinVersion: 2}) {
		fmt.Println(v.Version, v.Default, v.Spec.InstanceType, err)
	}
	for t, err := range templates.List(ctx, launchtemplate.Query{InstanceTags: map[string]string{"team": "web"}}) {
		fmt.Println(t.Name, t.DefaultVersion, err)
	}
	// Output:
	// 2 <nil>
	// 2 true t1.large <nil>
	// web 2 <nil>
}
