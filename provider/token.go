package provider

import (
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/token"
)

// MarshalText returns a token with which [Client.Resume] continues the operation, in this or
// another process. It is versioned JSON and names its cloud. It holds no secret and no user
// data. Of the spec it holds only which fields are set, with a short digest of each; keys of
// tags and names of raw parameters are in clear text. [ReadToken] reads it.
func (op *Operation) MarshalText() ([]byte, error) {
	op.mu.Lock()
	if op.hash == "" && op.spec != nil {
		op.printSpec()
	}
	s := token.Operation{
		Driver: op.c.name, Region: op.region, ID: op.id, Run: op.run, Owner: op.owner,
		Class: op.class, Hash: op.hash, Print: op.print, Adopted: op.adopted,
	}
	op.mu.Unlock()
	s.Saved = op.ledger.Save()
	return s.Write()
}

// printSpec computes the class and the hash of the spec.
func (op *Operation) printSpec() {
	op.hash = specHash(op.spec(), &op.opts)
	op.print = printSpec(op.spec(), &op.opts, op.id)
}

// readToken reads a token and checks what can be checked without a client.
func readToken(text []byte) (*token.Operation, *ledger.Ledger, error) {
	s, l, err := token.Read(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return s, l, nil
}

// TokenInfo is the information that a token has about its operation. See [ReadToken].
type TokenInfo struct {
	Version   int
	Driver    string // the short name of the cloud
	Region    string
	Operation string // [Operation.ID]
	Owner     string // [RunOptions].Owner; "" in tokens of version 1

	Asked       int      // instances asked for
	Enough      int      // instances that are enough
	InstanceIDs []string // known when the token was saved
	Surplus     []string // those of InstanceIDs beyond what was asked for

	// Planned are instances that are still to be created: Resume does so.
	Planned int

	// Unknown are instances that may exist but whose IDs are not known. Their creates were
	// sent, and the answers had not arrived when the token was saved.
	Unknown int

	// GivenUp are creates whose answer was lost, and whose search found nothing or not all.
	// They count as not executed. Their instances may still become visible.
	GivenUp int

	// Orders are the unpaid orders.
	Orders []string

	// Over reports that the operation is being released, or was released. Nothing more is
	// created for it.
	Over bool

	Accepted time.Time // when the latest instance was named; zero before that
}

// Done reports whether Resume would have nothing to find out and nothing to create.
func (t *TokenInfo) Done() bool {
	planned := t.Planned > 0 && !t.Over
	return t.Unknown == 0 && !planned
}

// ReadToken returns the information in a token, without a client and without a spec. A token
// that is damaged, or of a newer library, is an error that matches [ErrInvalid].
func ReadToken(token []byte) (TokenInfo, error) {
	s, l, err := readToken(token)
	if err != nil {
		return TokenInfo{}, err
	}
	left := l.Summary()
	return TokenInfo{
		Version: s.Version, Driver: s.Driver, Region: s.Region, Operation: s.ID, Owner: s.Owner,
		Asked: l.Count(), Enough: l.Enough(), InstanceIDs: l.IDs(), Surplus: l.Surplus(), Over: l.Over(),
		Accepted: l.NamedAt(), Planned: left.Planned, Unknown: left.Unknown, GivenUp: left.GivenUp, Orders: left.Orders,
	}, nil
}
