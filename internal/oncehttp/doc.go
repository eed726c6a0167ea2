// Package oncehttp is HTTP exactly once, for all adapters. It holds the one answer
// to each question that every vendor's wire asks alike:
//
//   - Did anything reach the service? [Exchange.Fate], [VerdictOf]
//   - What arrived before a body ended early? [Exchange.Body], [Salvage]
//   - What may an error show of an answer? [Redactor]
//   - When may the call be repeated? [RetryAfter]
//   - Which connection does a call get? [NewPair], [Direct]
//   - Where does a call go? [ParseEndpoint]
//
// It knows no cloud, no instance and no error of package provider: adapters translate
// a [Fate] into an outcome. It uses the standard library only.
package oncehttp
