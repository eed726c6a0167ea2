// Package oncehttp sends an HTTP request exactly once, for all adapters. It answers the
// questions that are the same for every vendor:
//
//   - Did anything reach the service? [Exchange.Fate], [VerdictOf]
//   - What arrived before a body ended early? [Exchange.Body], [Salvage]
//   - What part of an answer may an error show? [Redactor]
//   - When may the call be repeated? [RetryAfter]
//   - How far is the local clock off? [Exchange.Clock]
//   - Which connection does a call get? [NewPair], [Direct]
//   - Where does a call go? [ParseEndpoint]
//
// It knows no cloud, no instance and no error of package provider: adapters translate
// a [Fate] into an outcome. It uses the standard library only.
package oncehttp
