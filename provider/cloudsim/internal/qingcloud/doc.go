// Package qingcloud is QingCloud IaaS: flat parameters, a signature over all of them,
// HTTP 200 with a ret_code for everything. qingcloud.go has the table of actions.
//
// Everything the simulator knows about the service comes from its documents. A
// comment that says "unverified" marks behavior which they leave open.
//
// Rules of the simulator's own, where a real account would know: an image whose
// ID begins with "win" is a Windows; a network whose ID begins with
// "vxnet-self" is self-managed, and its instances never get an address; a zone
// that ends in a digit is a region, and answers name a zone inside it.
//
// The quota of API calls is not enforced unless the options set rates; a Throttle
// fault stands for it.
package qingcloud
