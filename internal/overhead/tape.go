package overhead

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// Tape is a transport that first passes calls on, and after [Tape.Rewind] answers
// every call with the last answer it heard. It reads each request to its end, as
// a network would.
type Tape struct {
	base http.RoundTripper

	mu     sync.Mutex
	replay bool
	last   http.Response
	body   []byte
}

// NewTape returns a tape that listens to what base answers.
func NewTape(base http.RoundTripper) *Tape { return &Tape{base: base} }

// Rewind makes the tape answer by itself.
func (t *Tape) Rewind() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.replay = true
}

// RoundTrip implements [http.RoundTripper].
func (t *Tape) RoundTrip(req *http.Request) (*http.Response, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.replay {
		if err := t.listen(req); err != nil {
			return nil, err
		}
	} else if req.Body != nil {
		_, err := io.Copy(io.Discard, req.Body)
		if err := errors.Join(err, req.Body.Close()); err != nil {
			return nil, err
		}
	}
	resp := t.last
	resp.Header, resp.Request = resp.Header.Clone(), req
	resp.Body = io.NopCloser(bytes.NewReader(t.body))
	return &resp, nil
}

func (t *Tape) listen(req *http.Request) error {
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	t.last = *resp
	t.body, err = io.ReadAll(resp.Body)
	return err
}
