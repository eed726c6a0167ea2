// Package cvm is Tencent Cloud CVM: the vendor's protocol (signatures TC3 and version 1,
// JSON bodies, queries and forms, JSON answers) and the actions of API version
// 2017-03-12. cvm.go has the table of actions; open.go, tc3.go, v1.go, tree.go,
// decode.go and answer.go are the protocol.
package cvm
