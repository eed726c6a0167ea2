// Package control serves the control API and the status page of a simulator over HTTP, so
// that tests of services in any language can set faults, look at the account and begin
// anew. [Handler] is for a server of your own; [Start] listens itself.
//
// Answers are JSON. A request that is refused is answered with {"error": "..."} and a
// status of 4xx. Requests are strict: an unknown field, query parameter, kind or action is
// refused. A body must be one JSON object of at most 64 KiB, with the content type
// application/json (curl --json sends that).
//
//	GET /faults                    the faults that may still hit calls
//	POST /faults                   adds a fault
//	DELETE /faults                 removes all faults
//	DELETE /faults/3               removes one fault
//	GET /state?cloud=ecs           instances, and their number by cloud and state
//	GET /calls?n=20&cloud=ecs      the latest calls, the oldest first; secrets are masked
//	POST /reset                    empties the account and removes all faults
//	GET /status                    all of this for the page, with the latest 200 instances and 50 calls
//	GET /                          the status page, in English and Chinese
//
// A fault has the fields of [cloudsim.Fault] with a small first letter (api for API, and so
// on); durations are text such as "1.5s". Only kind is required:
//
//	> POST /faults {"kind":"throttle","cloud":"ecs","api":"RunInstances","times":2}
//	< 201 {"id":1,"hits":0,"fault":{"cloud":"ecs","api":"RunInstances","kind":"throttle","times":2}}
//	> DELETE /faults/1
//	< 200 {"removed":1}
//	> GET /faults
//	< 200 {"faults":[],"kinds":["throttle","no-stock",...]}
//
// The state, without cloud for all clouds. Counts has only states that occur:
//
//	> GET /state?cloud=ecs
//	< 200 {"counts":{"ecs":{"running":1}},"calls":{"ecs":3},
//	       "instances":[{"cloud":"ecs","id":"i-bp1...","region":"cn-hangzhou","zone":"cn-hangzhou-a",
//	                     "type":"ecs.g6.large","state":"running","charge":"postpaid","created":"2026-01-02T03:04:05Z"}]}
//
// The calls. Params has only parameters that cannot hold a secret; masked is the number of
// the others. N is 20 if it is not given, at most 1000:
//
//	> GET /calls?n=1
//	< 200 {"calls":[{"time":"2026-01-02T03:04:05.678Z","milliseconds":1,"cloud":"ecs","action":"RunInstances",
//	                 "known":true,"region":"cn-hangzhou","status":200,"params":{"Amount":"2"},"masked":9}]}
//
// A reset takes the seed of the new account; without one it is drawn. The same seed gives
// the same IDs again:
//
//	> POST /reset {"seed":7}
//	< 200 {"seed":7}
//
// # Who may call
//
// The API has no password, so only programs on the same computer may call it. Start accepts
// only loopback addresses. The handler refuses a request whose Host is not localhost or a
// loopback address, and a request that a browser sends for a page of another site (headers
// Origin and Sec-Fetch-Site), with status 403. It sends no CORS header.
package control
