// Package cvm is Tencent Cloud CVM: the vendor's protocol (signatures TC3 and version 1,
// JSON bodies, queries and forms, JSON answers) and the actions of API version
// 2017-03-12. cvm.go has the table of actions; open.go, tc3.go, v1.go, tree.go,
// decode.go and answer.go are the protocol.
//
// The account has a catalog too: inventory.go is the default one, the files catalog_*.go are the
// calls about it, and offered.go is what creates refuse because of it. Networks and regions are of
// products of their own, with hosts and signatures of their own. Actions of the product of regions
// have names such as region.DescribeRegions here, because CVM has a DescribeRegions too.
package cvm
