// Package seeds holds what four vendor documents say about creating instances:
// every request parameter, its example value and its limits, and which field of
// the neutral spec or of an adapter's RunOptions sets it. It is plain data and
// knows no adapter: its tests send the requests, and FIELDS.md is made from it.
//
// The documents are those of ECS RunInstances, ENS CreateInstance, CVM
// RunInstances and QingCloud RunInstances, in the editions the parameter lists
// name. What a vendor added later is not in them. The API reference of ECS adds
// its launch templates and deployment sets, call by call.
package seeds
