package clouds_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/clouds"
)

// A program that gets the name of the cloud from its users.
func Example() {
	client, err := clouds.New(clouds.Config{Cloud: "tencent", Region: "ap-guangzhou"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Name(), client.Region())

	_, err = clouds.New(clouds.Config{Cloud: "tencnet", Region: "ap-guangzhou"})
	fmt.Println(err)
	// Output:
	// tencent ap-guangzhou
	// Config.Cloud = "tencnet": unknown cloud; did you mean tencent?
}

// Accounts of a file. A real program gives the path of the file to ReadFile.
func ExampleRead() {
	const file = `version: 1
clouds:
  shop: {cloud: aliyun, region: cn-hangzhou}
  audit: {cloud: qingcloud, region: pek3a, readOnly: true}
`
	accounts, err := clouds.Read(strings.NewReader(file), "clouds.yaml", nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range accounts.Names() {
		cfg, err := accounts.Config(name) // then cfg.Options.Logger = ...
		if err != nil {
			log.Fatal(err)
		}
		client, err := clouds.New(cfg)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, client.Name(), client.Region())
	}
	// Output:
	// audit qingcloud pek3a
	// shop aliyun cn-hangzhou
}
