// Package qingcloud is QingCloud IaaS: flat parameters, a signature over all of them,
// HTTP 200 with a ret_code for everything. qingcloud.go has the table of actions.
//
// All that the simulator does follows the service's documents. A comment with the word
// "unverified" marks behavior that they do not describe.
//
// The simulator needs some rules of its own. An image whose ID begins with "win" is a
// Windows image. A network whose ID begins with "vxnet-self" is self-managed, and its
// instances never get an address. A zone that ends in a digit is a region, and answers
// name a zone inside it.
//
// The quota of API calls is enforced only if the options set rates. A Throttle fault
// can simulate it too.
package qingcloud
