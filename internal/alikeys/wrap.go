package alikeys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/keysource"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/credential"
)

// named adds a place to the errors of a source.
type named struct {
	where  string
	source provider.CredentialsSource
}

func (n named) asSource() provider.CredentialsSource {
	return keysource.Source(func(ctx context.Context) (provider.Credentials, error) {
		keys, err := provider.AskCredentials(ctx, n.source)
		switch {
		case err == nil, ctx.Err() != nil:
			return keys, err
		case errors.Is(err, credential.ErrAbsent): // it is configured, so no chain may go on
			return keys, fmt.Errorf("%s: %s", n.where, err.Error())
		}
		return keys, fmt.Errorf("%s: %w", n.where, err)
	})
}

// endsAt gives keys until a time.
type endsAt struct {
	where  string
	end    time.Time
	source provider.CredentialsSource
}

func (e endsAt) asSource() provider.CredentialsSource {
	return keysource.Source(func(ctx context.Context) (provider.Credentials, error) {
		if err := credential.Expired(e.end, time.Now()); err != nil {
			return provider.Credentials{}, fmt.Errorf("%s: %w", e.where, err)
		}
		return e.source.Credentials(ctx)
	})
}
