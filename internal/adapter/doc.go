// Package adapter holds what all adapters need of packages provider and oncehttp
// together, so that each rule exists once:
//
//   - What does an HTTP exchange prove about a call? [OutcomeOf], [KindOf]
//   - May a page of instances be believed? [Page]
//   - Which options of a spec are for this cloud? [OptionsOf], [CheckKind], [RefuseOptions]
//   - How many kinds of characters does a password have? [PasswordKinds]
//   - Which IDs does an answer name? [Distinct]
//
// It knows no cloud and no SDK. Drivers outside this repository reach its rules through package
// driverkit.
package adapter
