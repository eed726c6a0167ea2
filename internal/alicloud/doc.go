// Package alicloud is what the adapters of Alibaba Cloud ECS and ENS share: one
// safe call through the vendor's SDK, its error codes, and tolerant decoding.
//
// The SDK (v1) is used by its core packages only: its requests, its signer, its
// decoder and its errors. Its client is not, nor are its defaults:
//
//   - HTTPS, unless a test endpoint is given as http://. The SDK's default is
//     plain HTTP.
//   - Parameters travel in a form body. The SDK's typed requests put them,
//     password included, into the URL, where every error and proxy log shows
//     them.
//   - No SDK client: it rewrites itself and its transport on every call, is not
//     safe for concurrent use, and takes longer for its log than for the call.
//     What it would send is sent all the same, by a test.
//   - The caller's ctx rules the exchange: the SDK knows no context.
//   - No SDK retry, no redirect, and proxy settings come from the transport.
//   - Its panics on unexpected JSON become errors.
//
// With DEBUG=sdk in the environment the SDK's client prints URLs, signatures and
// tokens to standard output. What is used here of the SDK does not.
package alicloud
