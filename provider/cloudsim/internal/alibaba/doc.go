// Package alibaba is what Alibaba Cloud's products share: the [Gateway] that reads,
// authenticates and answers calls (RPC signatures version 1 and ACS3, XML and JSON),
// [Params] that reads the parameters of a call, client tokens, pages, names and power.
// Packages ecs and ens are the products.
package alibaba
