// Package clouds makes a client of any of the four clouds from one [Config], for programs that
// choose the cloud by name. It links all adapters and the SDKs of all vendors: importing it is the
// only way to do so. A program that uses one cloud imports the adapter of that cloud.
//
//	client, err := clouds.New(clouds.Config{Cloud: "tencent", Region: "ap-guangzhou"})
//
// # Files
//
// Accounts may be in a YAML or JSON file, by names that the program and its users choose:
//
//	version: 1
//	clouds:
//	  shop:
//	    cloud: aliyun
//	    region: cn-hangzhou
//	  shop-keys:
//	    cloud: tencent
//	    region: ap-guangzhou
//	    credentials:
//	      accessKeyId: env:SHOP_ID
//	      accessKeySecret: file:/run/secrets/shop
//	    rates:
//	      DescribeInstances: {calls: 40, per: 1s}
//	  audit:
//	    cloud: qingcloud
//	    region: pek3a
//	    readOnly: true
//
// [ReadFile] reads it by the rules of package specfile: names are those of the Go fields in lower
// camel case, secrets are references only, and all problems come together, each with line, column
// and the nearest right name. Accounts without credentials use the default chain of their cloud.
// schema.json beside this package lets editors complete and check such files.
package clouds
