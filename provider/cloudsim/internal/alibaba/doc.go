// Package alibaba is the common part of Alibaba Cloud's products: the [Gateway] that
// reads, authenticates and answers calls (RPC signatures version 1 and ACS3, XML and
// JSON), [Params] that reads the parameters of a call, client tokens, pages, names and
// power. The products are packages ecs and ens.
package alibaba
