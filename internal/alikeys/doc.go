// Package alikeys finds the credentials of an Alibaba Cloud account where the vendor's own tools keep
// them: environment variables of the SDKs, the command line tool and the Terraform provider, the
// profile files of both, workload identity (RRSA), the role of the instance and a credentials URI. It
// is what the adapters aliyun and ens share.
//
// The SDK's own providers are not used. They know no ctx, renew without locks, print and quote URLs
// and answers, ask the metadata service through a proxy, and its default chain goes on to the next
// identity when one that is configured fails.
//
// Calls of STS are this library's calls: HTTPS, signed by the SDK, bound by ctx and by a timeout,
// sent once. No error shows a secret, a URL or an answer.
package alikeys
