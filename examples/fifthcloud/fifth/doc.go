// Package fifth is the driver of Fifth Cloud, an invented cloud with a plain HTTP API in JSON. It
// shows how to write a driver outside Yunfan's repository: it uses exported packages only. Read
// its files in this order, each is one step of the guide in README.md:
//
//	driver.go     Config, New, the limits of the cloud
//	support.go    which field of the spec becomes which parameter
//	call.go       how a request is signed, and how an answer says yes or no
//	errors.go     what each code of the cloud means
//	run.go        the three calls of provider.Driver
//	translate.go  spec -> request
//	instance.go   answer -> instance
//
// # Idempotency
//
// Fifth Cloud has client tokens, which it remembers for a day. It creates all instances of a call
// or none.
//
// # Not supported
//
// Fifth Cloud bills on demand only. It has no launch templates, no placement groups, and no calls
// to start and stop an instance.
package fifth
