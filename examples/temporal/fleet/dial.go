package fleet

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
)

// Dial connects to a server, and tries again until ctx ends: the SDK asks the server once
// when it dials, and a worker that starts before its server must not end because of that.
func Dial(ctx context.Context, o client.Options) (client.Client, error) {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		c, err := client.DialContext(ctx, o)
		if err == nil {
			return c, nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, fmt.Errorf("no Temporal server at %q: %w", o.HostPort, err)
		}
	}
}
