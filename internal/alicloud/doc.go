// Package alicloud is what the adapters of Alibaba Cloud ECS and ENS share: one
// safe call through the vendor's SDK, its error codes, and tolerant decoding.
//
// The SDK (v1) is used by its core packages only, and its defaults are not:
//
//   - HTTPS, unless a test endpoint is given as http://. The SDK's default is
//     plain HTTP.
//   - Parameters travel in a form body. The SDK's typed requests put them,
//     password included, into the URL, where every error and proxy log shows
//     them.
//   - One SDK client per call, because a client rewrites itself on every call
//     and is not safe for concurrent use; all share one transport, which the
//     SDK cannot touch because it is not an *http.Transport.
//   - The caller's ctx rules the exchange: the SDK knows no context.
//   - No SDK retry, no redirect, and proxy settings come from the transport.
//   - Its panics on unexpected JSON become errors.
//
// With DEBUG=sdk in the environment the SDK itself prints URLs, signatures and
// tokens to standard output; nothing here can stop that. Never set it in
// production.
package alicloud
