package provider

import (
	"github.com/yunfan-cloud/yunfan/internal/poll"
	"github.com/yunfan-cloud/yunfan/internal/sightings"
)

// Poller waits for instances on behalf of all clients of one account. One describe call asks
// about as many of them as it can carry. Share one through [Options].Poller between clients
// with the same credentials. Never share it between accounts, because the credentials of any
// client may be used for all; the first one that waits records the describe calls. The zero
// value is an unused poller, ready to share. It is safe for concurrent use, works only during a
// wait, and must not be copied.
type Poller struct {
	engines poll.Set[Instance] // by driver name
	seen    sightings.Memory   // of all clients that share it
}
