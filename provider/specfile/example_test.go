package specfile_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

const fleet = `version: 1
cloud: aliyun
spec:
  region: cn-hangzhou
  imageId: ubuntu_22_04_x64_20G_alibase_20230907.vhd
  instanceType: ecs.g6.large
  count: 20
  login: {password: env:EXAMPLE_PASSWORD}
  vendor:
    aliyun: {creditSpecification: Unlimited}
run:
  owner: web
`

// A program links the adapters that it uses, and names their options to Read.
func Example() {
	_ = os.Setenv("EXAMPLE_PASSWORD", "Valid-pass-1")
	options := &specfile.Options{Vendors: []provider.VendorOption{aliyun.RunOptions{}}}
	file, err := specfile.Read(strings.NewReader(fleet), "fleet.yaml", options)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Spec.Count, file.Spec.InstanceType, "with the password", file.Spec.Login.Password)

	file.Spec.Count = 3 // then client.RunInstances(ctx, file.Spec, &file.Run)
	if err := file.Write(os.Stdout, specfile.JSON); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 20 ecs.g6.large with the password [redacted]
	// {
	//   "version": 1,
	//   "cloud": "aliyun",
	//   "spec": {
	//     "region": "cn-hangzhou",
	//     "count": 3,
	//     "imageId": "ubuntu_22_04_x64_20G_alibase_20230907.vhd",
	//     "instanceType": "ecs.g6.large",
	//     "login": {
	//       "password": "env:EXAMPLE_PASSWORD"
	//     },
	//     "vendor": {
	//       "aliyun": {
	//         "creditSpecification": "Unlimited"
	//       }
	//     }
	//   },
	//   "run": {
	//     "owner": "web"
	//   }
	// }
}

// All problems of a file come together, each with its place.
func ExampleErrors() {
	const text = "version: 1\nspec:\n  ImageID: a\n  count: 2.5\n  login: {password: secret}\n"
	_, err := specfile.Parse([]byte(text), "fleet.yaml", nil)
	fmt.Println(err)
	// Output:
	// fleet.yaml:3:3: spec.ImageID: unknown field; did you mean imageId?
	// fleet.yaml:4:10: spec.count: "2.5" is not a whole number
	// fleet.yaml:5:21: spec.login.password: a secret must not be in the file: write env:NAME or file:PATH
}
