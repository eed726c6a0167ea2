// Package scale holds tests of a hundred thousand instances over four clouds, and
// of a million through the poller alone. It has no code of its own.
//
// Usually the tests are small. With YUNFAN_SCALE=large in the environment they are
// as large as they claim, and print what they took:
//
//	YUNFAN_SCALE=large go test ./internal/scale -v -timeout 20m
package scale
