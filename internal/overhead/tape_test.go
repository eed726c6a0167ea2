package overhead_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// tape is a transport that first passes calls on, and after rewind answers
// every call with the last answer it heard. It reads each request to its end, as
// a network would.
type tape struct {
	base http.RoundTripper

	mu     sync.Mutex
	replay bool
	last   http.Response
	body   []byte
}

// newTape returns a tape that listens to what base answers.
func newTape(base http.RoundTripper) *tape { return &tape{base: base} }

// rewind makes the tape answer by itself.
func (t *tape) rewind() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.replay = true
}

// RoundTrip implements http.RoundTripper.
func (t *tape) RoundTrip(req *http.Request) (*http.Response, error) {
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

func (t *tape) listen(req *http.Request) error {
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	t.last = *resp
	t.body, err = io.ReadAll(resp.Body)
	return err
}
