// Package ens is Alibaba Cloud ENS, the edge nodes: the actions of API version
// 2017-11-10, their parameters, rules, codes and answers. ens.go has the table of actions.
package ens
