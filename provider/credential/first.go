package credential

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/yunfan-cloud/yunfan/provider"
)

// errLost is the error of a chain whose source answered once and then says that it is absent.
var errLost = errors.New("the credentials that were in use are gone, and no other identity is taken instead;" +
	" configure them again, or make a new client")

// First returns a source that asks the given ones in order and keeps the first that answers, for the
// life of the chain. It goes on only past a source whose error is [ErrAbsent]. The error of any other
// source that fails is the error of the chain: a program must not act under another identity because
// its own cannot be reached. If the kept source later says that it is absent, that is an error too.
//
// Before one has answered, every call begins with the first. If all are absent, the error is an
// [*AbsentError] with every place. Calls that come at the same time share one search. A nil source is
// left out. It is safe for concurrent use.
func First(sources ...provider.CredentialsSource) provider.CredentialsSource {
	c := &chain{}
	for _, s := range sources {
		if s != nil {
			c.sources = append(c.sources, s)
		}
	}
	c.search = newFlights(findWithin, c.find)
	return prompt(c.credentials)
}

// findWithin bounds one search of a chain. Its sources have bounds of their own, which together are
// shorter.
const findWithin = 2 * renewWithin

// chain is what First returns.
type chain struct {
	sources []provider.CredentialsSource
	kept    atomic.Pointer[provider.CredentialsSource]
	search  *flights[found]
}

// found is what a search found.
type found struct {
	source provider.CredentialsSource
	keys   provider.Credentials
}

func (c *chain) credentials(ctx context.Context) (provider.Credentials, error) {
	kept := c.kept.Load()
	if kept == nil {
		f, err := c.search.join(ctx)
		return f.keys, err
	}
	keys, err := provider.AskCredentials(ctx, *kept)
	if errors.Is(err, ErrAbsent) {
		return provider.Credentials{}, fmt.Errorf("%w (%s)", errLost, err.Error())
	}
	return keys, err
}

// find asks the sources in order.
func (c *chain) find(ctx context.Context) (found, error) {
	if kept := c.kept.Load(); kept != nil { // of a search that ended a moment ago
		keys, err := provider.AskCredentials(ctx, *kept)
		return found{*kept, keys}, err
	}
	var absent []error
	for _, s := range c.sources {
		keys, err := provider.AskCredentials(ctx, s)
		switch {
		case err == nil:
			c.kept.Store(&s)
			return found{s, keys}, nil
		case !errors.Is(err, ErrAbsent):
			return found{}, err
		}
		absent = append(absent, err)
	}
	return found{}, allAbsent(absent)
}
