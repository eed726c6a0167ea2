package provider

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// tokenVersion is increased when an older library could misread a token.
const tokenVersion = 2

// savedOperation is the form of an operation between processes. Version 1 has no Owner, Run or
// Print, and no record of which instances were seen.
type savedOperation struct {
	Version int         `json:"yunfan"`
	Driver  string      `json:"driver"`
	Region  string      `json:"region"`
	ID      string      `json:"operation"`
	Run     string      `json:"run,omitempty"`
	Owner   string      `json:"owner,omitempty"`
	Class   string      `json:"class,omitempty"`
	Hash    string      `json:"spec"`
	Print   specs.Print `json:"fields,omitempty"`
	ledger.Saved
}

// MarshalText returns a token with which [Client.Resume] continues the operation, in this or
// another process. It is versioned JSON and names its cloud. It holds no secret and no user
// data. Of the spec it holds only which fields are set, with a short digest of each; keys of
// tags and names of raw parameters are in clear text. [ReadToken] reads it.
func (op *Operation) MarshalText() ([]byte, error) {
	op.mu.Lock()
	if op.hash == "" && op.spec != nil {
		op.printSpec()
	}
	s := savedOperation{
		Version: tokenVersion, Driver: op.c.name, Region: op.region, ID: op.id, Run: op.run, Owner: op.owner,
		Class: op.class, Hash: op.hash, Print: op.print,
	}
	op.mu.Unlock()
	s.Saved = op.ledger.Save()
	return json.Marshal(s)
}

// readToken reads a token and checks what can be checked without a client. The version is
// checked first: a newer library may have changed everything else.
func readToken(token []byte) (*savedOperation, *ledger.Ledger, error) {
	var v struct {
		Version int `json:"yunfan"`
	}
	var s savedOperation
	err := json.Unmarshal(token, &v)
	if err == nil && v.Version > tokenVersion {
		return nil, nil, fmt.Errorf("%w: the operation token has version %d, and this library reads up to %d",
			ErrInvalid, v.Version, tokenVersion)
	}
	if err == nil {
		err = json.Unmarshal(token, &s)
	}
	if err != nil || s.Version < 1 || s.ID == "" || len(s.Parts) == 0 {
		return nil, nil, fmt.Errorf("%w: not an operation token, or a damaged one", ErrInvalid)
	}
	if !isOperationID(s.ID) {
		return nil, nil, damaged("impossible operation ID")
	}
	l, err := ledger.Restore(s.Saved)
	if err != nil {
		return nil, nil, damaged("%v", err)
	}
	return &s, l, nil
}

// damaged returns the error of a token that MarshalText cannot have written.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: damaged operation token: %s", ErrInvalid, fmt.Sprintf(format, args...))
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
	t := TokenInfo{
		Version: s.Version, Driver: s.Driver, Region: s.Region, Operation: s.ID, Owner: s.Owner,
		Asked: l.Count(), Enough: l.Enough(), InstanceIDs: l.IDs(), Surplus: l.Surplus(), Over: l.Over(),
		Accepted: l.NamedAt(),
	}
	for _, p := range l.All() {
		t.GivenUp += len(p.GivenUp)
		switch {
		case p.Order != "" && p.Missing() > 0:
			t.Orders = append(t.Orders, p.Order)
		case p.Status == ledger.Sent:
			t.Unknown += p.Missing()
		case p.Status == ledger.Planned:
			t.Planned += p.Missing()
		}
	}
	return t, nil
}
